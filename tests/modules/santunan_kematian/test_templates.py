"""What another regency clones: the rules, without regulation, days, money or people."""

from datetime import date
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import connection

from modules import packages
from modules.santunan_kematian import baseline
from modules.santunan_kematian.actions import programme
from modules.santunan_kematian.models import Programme
from modules.santunan_kematian.module import MODULE
from modules.services import public as services
from tenants.models import Regency
from tests.modules.santunan_kematian import cast as stage
from tests.modules.santunan_kematian.cast import NOON, Cast


@pytest.mark.rule("SM-11")
def test_cloned_rules_are_the_regencys_own_from_then_on(cast: Cast, manggarai: Regency) -> None:
    (item,) = packages.collect(packages.template_models(MODULE))
    assert not {"regulation", "valid_from", "place"} & set(item.content)
    connection.set_tenant(manggarai, include_public=False)
    for _ in range(2):
        packages.apply(item, by=None, at=NOON)
    mine = Programme.objects.get()
    assert (mine.amount, mine.limit_days, mine.regulation) == (Decimal(1_000_000), 60, "")
    assert mine.valid_from == date(2026, 1, 1)
    assert services.current("santunan_kematian") is not None
    assert packages.item_of(mine) == item


def test_an_upgrade_never_changes_rules_under_claims(cast: Cast) -> None:
    (item,) = packages.collect(packages.template_models(MODULE))
    stage.filed(cast)
    packages.apply(item, by=None, at=NOON)
    changed = packages.Item(item.model, item.key, {**item.content, "limit_days": 30})
    with pytest.raises(packages.ContentRefused, match="sudah dipakai pengajuan"):
        packages.apply(changed, by=None, at=NOON)
    with pytest.raises(ValidationError):
        Programme.apply_template({**item.content, "code": "lain"}, by=None, at=NOON)
    assert Programme.objects.get().limit_days == 60


def test_a_package_holds_the_newest_rules_alone(cast: Cast) -> None:
    settings = programme.settings_of(cast.programme)
    new = programme.revise_programme(
        programme=cast.programme,
        settings=type(settings)(name="Baru", valid_from=date(2027, 1, 1), limit_days=90),
        by=None,
        at=NOON,
    )
    (item,) = packages.collect(packages.template_models(MODULE))
    assert (item.key, item.content["limit_days"]) == ("santunan", 90)
    assert new.code == "santunan"
    assert Programme.objects.order_by("valid_from")[0].code == "santunan-20260101"


def test_the_baseline_repeats_without_harm(batang: Regency) -> None:
    for _ in range(2):
        baseline.load(by=None, at=NOON)
    assert Programme.objects.count() == 1
