from collections.abc import Iterator

import pytest
from django.db import connection
from django.test import override_settings

from modules.contract import Module, Sector
from tenants.models import Regency
from tenants.permissions import Permission
from tenants.schemas.context import in_schema
from tests.modules.library.sample import models


class SamplePermission(Permission):
    VIEW = "sample.view", "Melihat"


MODULE = Module(
    key="sample",
    name="Contoh",
    summary="Modul untuk uji.",
    sector=Sector.WELFARE,
    office="",
    permissions=SamplePermission,
    templates=("Category", "Fee", "Form"),
)


@pytest.fixture
def sample(batang: Regency, manggarai: Regency, settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Module]:  # type: ignore[no-untyped-def]
    """A module with templates whose tables stand in both regencies; Batang is current."""
    with override_settings(INSTALLED_APPS=[*settings.INSTALLED_APPS, "tests.modules.library.sample"]):
        monkeypatch.setattr("modules.library.queries.discover", lambda: (MODULE,))
        for regency in (batang, manggarai):
            with in_schema(regency.schema_name), connection.schema_editor() as editor:
                for model in (models.Category, models.Fee, models.Form, models.Applicant):
                    editor.create_model(model)
        yield MODULE
