from pathlib import Path

import pytest
from django.test import override_settings

from tenants.models import Regency
from tests.modules.santunan_kematian.cast import Cast, make_cast


@pytest.fixture(autouse=True)
def _files_of_the_test(tmp_path: Path):  # type: ignore[no-untyped-def]
    with override_settings(MEDIA_ROOT=tmp_path):
        yield


@pytest.fixture
def cast(batang: Regency) -> Cast:
    """Batang with its programme, its money, its village and its staff."""
    return make_cast()
