"""Pages write money, dates and numbers as letters do, in the language and on the clock of the reader's regency."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.template import Context, Template
from django.utils import translation

from tenants.models import Regency


def render(source: str, **values: Any) -> str:
    return Template("{% load formats %}" + source).render(Context(values))


@pytest.mark.parametrize(
    ("source", "value", "text"),
    [
        ("{{ v|rupiah }}", Decimal("1234567"), "Rp 1.234.567,00"),
        ('{{ v|rupiah:"short" }}', Decimal("1000000"), "Rp 1.000.000"),
        ("{{ v|rupiah_cell }}", Decimal("-1234"), "(1.234,00)"),
        ("{{ v|terbilang }}", 12, "dua belas"),
        ("{{ v|ukuran }}", 2_400_000, "2,4 MB"),
        ("{{ v|mask_nik }}", "3325011203859901", "3325************"),
        ("{{ v|mask_name }}", "Siti Aminah", "S*** A*****"),
        ("{{ v|tanggal }}", date(2017, 10, 12), "12 Oktober 2017"),
        ('{{ v|tanggal:"weekday" }}', date(2017, 10, 12), "Kamis, 12 Oktober 2017"),
        ("{{ v|relative_days }}", -1, "Terlambat 1 hari"),
    ],
)
def test_filters(source: str, value: Any, text: str) -> None:
    assert render(source, v=value) == text
    assert render(source, v=None) == ""


def test_moments_are_on_the_regencys_clock(batang: Regency, manggarai: Regency) -> None:
    moment = datetime(2026, 12, 31, 16, 30, tzinfo=UTC)
    source = "{{ v|tanggal_pukul }}"
    assert render(source, v=moment) == "31 Desember 2026 pukul 23.30 WIB"
    connection.set_tenant(manggarai, include_public=False)  # type: ignore[attr-defined]
    assert render(source, v=moment) == "1 Januari 2027 pukul 00.30 WITA"


def test_a_term_is_counted_from_the_regencys_today(batang: Regency) -> None:
    with time_machine.travel(datetime(2026, 12, 31, 18, tzinfo=UTC)):  # 1 January in Batang
        assert render("{{ v|relative_days }}", v=date(2027, 1, 1)) == "Hari ini"
        assert render("{{ v|relative_days }}", v=date(2027, 1, 3)) == "2 hari lagi"


def test_other_languages_name_months_their_way() -> None:
    with translation.override("en"):
        assert render('{{ v|tanggal:"weekday" }}', v=date(2017, 10, 12)) == "Thursday, 12 October 2017"
