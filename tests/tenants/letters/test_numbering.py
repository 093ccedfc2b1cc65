"""No number twice, none left out, and none from a pattern that could not tell two letters apart."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
from django.db import connection, transaction
from hypothesis import given
from hypothesis import strategies as st

from tenants.accounts.models import Role
from tenants.letters.models import IssuedNumber, NumberSeries
from tenants.letters.numbering import (
    KEYS,
    NumberTaken,
    PatternInvalid,
    SeriesIsAhead,
    check_pattern,
    continue_from,
    take_number,
)
from tenants.models import Regency
from tests.conftest import NewRegency

AT = datetime(2026, 10, 12, 3, tzinfo=UTC)
PATTERN = "SK-{tahun}-{nomor:06}"


def _take(series: str = "claim", pattern: str = PATTERN, at: datetime = AT, **options: object) -> str:
    return take_number(series=series, pattern=pattern, at=at, **options).text  # type: ignore[arg-type]


def test_numbers_follow_one_another(batang: Regency) -> None:
    assert [_take() for _ in range(3)] == ["SK-2026-000001", "SK-2026-000002", "SK-2026-000003"]
    assert NumberSeries.objects.get().next == 4
    assert list(IssuedNumber.objects.values_list("sequence", flat=True).order_by("sequence")) == [1, 2, 3]


def test_an_official_number_carries_classification_unit_and_month(batang: Regency) -> None:
    number = take_number(
        series="letter",
        pattern="{klasifikasi}/{nomor}/{unit}/{bulan_romawi}/{tahun}",
        at=AT,
        unit="DINSOS",
        classification="400.9",
    )
    assert (number.text, number.sequence, number.year) == ("400.9/1/DINSOS/X/2026", 1, 2026)


def test_a_series_goes_on_where_the_paper_register_stands(batang: Regency) -> None:
    continue_from(series="claim", year=2026, last=812, by=None, at=AT)
    assert _take() == "SK-2026-000813"
    continue_from(series="claim", year=2026, last=900, by=None, at=AT)
    with pytest.raises(SeriesIsAhead, match="sampai nomor 900"):
        continue_from(series="claim", year=2026, last=899, by=None, at=AT)
    assert _take() == "SK-2026-000901"


def test_each_year_unit_and_series_counts_for_itself(batang: Regency) -> None:
    by_unit = "{nomor}/{unit}/{tahun}"
    assert _take("a", by_unit, unit="X") == "1/X/2026"
    assert _take("a", by_unit, unit="Y") == "1/Y/2026"
    assert _take("a", by_unit, unit="X") == "2/X/2026"
    assert _take("b", "B/{nomor}/{tahun}") == "B/1/2026"
    assert _take("a", by_unit, unit="X", at=datetime(2027, 1, 5, tzinfo=UTC)) == "1/X/2027"


def test_the_year_is_that_of_the_regencys_clock(batang: Regency, manggarai: Regency) -> None:
    new_year = datetime(2026, 12, 31, 16, 30, tzinfo=UTC)  # 23.30 WIB, 00.30 WITA
    assert _take(at=new_year) == "SK-2026-000001"
    connection.set_tenant(manggarai, include_public=False)
    assert _take(at=new_year) == "SK-2027-000001"


def test_the_register_says_what_got_the_number(batang: Regency) -> None:
    role = Role.objects.create(key="clerk", name="Petugas")
    _take(subject=role)
    issued = IssuedNumber.objects.get()
    assert (issued.subject_type, issued.subject_id, issued.issued_at) == ("accounts.role", str(role.pk), AT)


def test_a_failed_letter_leaves_no_gap(batang: Regency) -> None:
    _take()
    with pytest.raises(RuntimeError), transaction.atomic():
        assert _take() == "SK-2026-000002"
        raise RuntimeError
    assert _take() == "SK-2026-000002"


def test_two_series_with_one_pattern_are_refused_and_leave_no_gap(batang: Regency) -> None:
    _take("a")
    with pytest.raises(NumberTaken, match="SK-2026-000001 sudah dipakai surat lain"), transaction.atomic():
        _take("b")
    assert not NumberSeries.objects.filter(key="b").exists()


@pytest.mark.parametrize(
    ("pattern", "sentence"),
    [
        ("SK-{tahun}", "harus memuat {nomor}"),
        ("SK-{nomor}", "harus memuat {tahun}"),
        ("{nomor}/{tahun}/{desa}", "memuat {desa}, yang tidak dikenal"),
        ("{nomor}/{tahun}/{}", "tidak dikenal"),
        ("{nomor}/{tahun}/{0}", "tidak dikenal"),
        ("{nomor.__class__}/{tahun}", "tidak dikenal"),
        ("{tahun[0]}/{nomor}", "tidak dikenal"),
        ("{nomor!r}/{tahun}", "Hapus tanda !"),
        ("{nomor:x}/{tahun}", "Setelah titik dua"),
        ("{nomor:099999999}/{tahun}", "Setelah titik dua"),
        ("{nomor:{tahun}}/{tahun}", "Setelah titik dua"),
        ("{nomor}/{tahun:04}", "Setelah titik dua"),
        ("{nomor}/{tahun", "tidak berpasangan"),
        ("{nomor}/{tahun}}", "tidak berpasangan"),
        ("{nomor}/{tahun}" + "x" * 90, "paling panjang"),
    ],
)
def test_a_pattern_that_cannot_work_is_refused_with_a_sentence(pattern: str, sentence: str) -> None:
    with pytest.raises(PatternInvalid) as refused:
        check_pattern(pattern)
    assert sentence in str(refused.value)


def test_units_that_count_apart_must_be_told_apart() -> None:
    check_pattern("{nomor}/{tahun}")
    with pytest.raises(PatternInvalid, match="unit"):
        check_pattern("{nomor}/{tahun}", per_unit=True)


@given(st.text("{}:!.[]0x6 nomrtahu", max_size=30))
def test_whatever_is_typed_is_a_pattern_or_gets_a_sentence(pattern: str) -> None:
    try:
        check_pattern(pattern)
    except PatternInvalid as refused:
        assert str(refused).endswith(".")
    else:
        assert "{nomor" in pattern


def test_every_key_is_explained_and_works() -> None:
    check_pattern("/".join(f"{{{key}}}" for key in KEYS))
    assert all(KEYS.values())


def test_a_number_needs_a_transaction(committed: NewRegency) -> None:
    connection.set_tenant(committed("kendal"), include_public=False)
    with pytest.raises(RuntimeError, match="gap"):
        _take()


def test_many_at_once_get_every_number_once(committed: NewRegency) -> None:
    """Eight workers take 15 numbers each, every fifth one fails after taking its own: 1 to 96 come out."""
    regency = committed("kendal")
    start = threading.Barrier(8)

    def work(worker: int) -> list[int]:
        connection.set_tenant(regency, include_public=False)
        taken = []
        start.wait()
        try:
            for attempt in range(15):
                try:
                    with transaction.atomic():
                        number = take_number(series="claim", pattern=PATTERN, at=AT)
                        if attempt % 5 == worker % 5:
                            raise InterruptedError
                except InterruptedError:
                    continue
                taken.append(number.sequence)
        finally:
            connection.close()
        return taken

    with ThreadPoolExecutor(8) as pool:
        taken = [number for numbers in pool.map(work, range(8)) for number in numbers]
    assert sorted(taken) == list(range(1, 97))
    connection.set_tenant(regency, include_public=False)
    assert IssuedNumber.objects.count() == 96
