"""What every module's package owes: it travels whole, twice is once, and nothing personal is in it."""

import pytest
from django.utils import timezone

from modules.contract import Module
from modules.library import actions, baseline, queries
from modules.packages import faults, template_models
from modules.registry import discover
from tenants.models import Regency
from tenants.schemas.context import in_schema

AT = timezone.now()
WITH_TEMPLATES = [module for module in discover() if module.templates]


@pytest.mark.parametrize("module", WITH_TEMPLATES, ids=lambda m: m.key)
def test_declared_templates_hold_nothing_personal(module: Module) -> None:
    assert [fault for model in template_models(module) for fault in faults(model, module)] == []


@pytest.mark.parametrize("module", WITH_TEMPLATES, ids=lambda m: m.key)
def test_baseline_travels_whole(batang: Regency, manggarai: Regency, module: Module) -> None:
    for needed in [*map(_find, module.requires), module]:
        count = baseline.load(needed, by=None, at=AT)
        assert baseline.load(needed, by=None, at=AT) == count, "the baseline can be loaded again"
        if not count:
            pytest.skip(f"{needed.key} ships no baseline")
        release = actions.publish(regency=batang, module=needed, version="1.0.0", notes="", by=None, at=AT)
        assert len(actions.clone(regency=manggarai, release=release, by=None, at=AT).created) == count
        assert queries.content_of(manggarai, needed) == release.content
        again = actions.clone(regency=manggarai, release=release, by=None, at=AT).counts()
        assert again == {"created": 0, "updated": 0, "kept": 0, "unchanged": count}
    with in_schema(batang.schema_name), pytest.raises(actions.NothingChanged):
        actions.publish(regency=batang, module=module, version="1.1.0", notes="", by=None, at=AT)


def _find(key: str) -> Module:
    return next(module for module in discover() if module.key == key)
