"""What the database itself keeps of a regency."""

import pytest
from django.db import ProgrammingError, transaction

from tenants.models import Regency
from tenants.schemas.context import in_public


def test_the_schema_of_an_open_regency_is_for_life(batang: Regency) -> None:
    """Hashes of NIK hold its name: after a rename a second payment for the same person would pass."""
    with in_public():
        found = Regency.objects.filter(pk=batang.pk)
        with pytest.raises(ProgrammingError, match="for life"), transaction.atomic():
            found.update(schema_name="batang_baru")
        assert found.update(state="read_only", name="Batang") == 1
        assert found.update(state="provisioning") == 1
        assert found.update(schema_name="batang_baru") == 1
