"""Money, dates and numbers in words read as an official writes them."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenants.people import formats

_FIRST = ("nol", "satu", "dua", "tiga", "empat", "lima", "enam", "tujuh", "delapan", "sembilan")
_DIGITS = {**{word: number for number, word in enumerate(_FIRST)}, "sepuluh": 10, "sebelas": 11}
_SCALES = {"ribu": 10**3, "juta": 10**6, "miliar": 10**9, "triliun": 10**12}


def read(text: str) -> int:
    """The number that Indonesian words say; written apart from the code under test."""
    total = group = 0
    for word in text.replace("seribu", "satu ribu").replace("seratus", "satu ratus").split():
        if word in _DIGITS:
            group += _DIGITS[word]
        elif word == "belas":
            group += 10
        elif word == "puluh":
            group += 9 * (group % 10)
        elif word == "ratus":
            group *= 100
        else:
            total, group = total + group * _SCALES[word], 0
    return total + group


@given(st.integers(0, formats.TERBILANG_LIMIT - 1))
def test_words_say_the_number(number: int) -> None:
    words = formats.terbilang(number)
    assert read(words) == number
    assert "  " not in words
    assert "satu ratus" not in words
    assert "satu puluh" not in words


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (0, "nol"),
        (10, "sepuluh"),
        (11, "sebelas"),
        (12, "dua belas"),
        (100, "seratus"),
        (111, "seratus sebelas"),
        (1000, "seribu"),
        (1100, "seribu seratus"),
        (11_000, "sebelas ribu"),
        (101_000, "seratus satu ribu"),
        (1_000_000, "satu juta"),
        (1_001_000, "satu juta seribu"),
        (1_234_567, "satu juta dua ratus tiga puluh empat ribu lima ratus enam puluh tujuh"),
        (2_000_000_000, "dua miliar"),
        (-5, "minus lima"),
    ],
)
def test_words_of_known_numbers(number: int, words: str) -> None:
    assert formats.terbilang(number) == words


@pytest.mark.parametrize("number", [10**15, -(10**15), Decimal("1.5")])
def test_what_cannot_be_said_is_refused(number: int) -> None:
    with pytest.raises(ValueError, match="words"):
        formats.terbilang(number)


def test_rupiah_in_words() -> None:
    assert formats.terbilang_rupiah(Decimal("1000000")) == "satu juta rupiah"
    assert formats.terbilang_rupiah(Decimal("1250.50")) == "seribu dua ratus lima puluh rupiah lima puluh sen"
    assert formats.terbilang_rupiah(Decimal("-0.50")) == "minus nol rupiah lima puluh sen"


@pytest.mark.parametrize(
    ("amount", "long", "short", "cell"),
    [
        ("1234567", "Rp 1.234.567,00", "Rp 1.234.567", "1.234.567,00"),
        ("1000000.5", "Rp 1.000.000,50", "Rp 1.000.000,50", "1.000.000,50"),
        ("-1234", "-Rp 1.234,00", "-Rp 1.234", "(1.234,00)"),
        ("0", "Rp 0,00", "Rp 0", "0,00"),
        ("0.005", "Rp 0,01", "Rp 0,01", "0,01"),
        ("999999999999999999.99", "Rp 999.999.999.999.999.999,99", "Rp 999.999.999.999.999.999,99",
         "999.999.999.999.999.999,99"),
    ],
)  # fmt: skip
def test_rupiah(amount: str, long: str, short: str, cell: str) -> None:
    value = Decimal(amount)
    assert formats.rupiah(value) == long
    assert formats.rupiah(value, short=True) == short
    assert formats.rupiah_cell(value) == cell


def test_money_is_never_a_float() -> None:
    with pytest.raises(TypeError, match="Decimal"):
        formats.rupiah(0.1)  # type: ignore[arg-type]


def test_dates() -> None:
    day = date(2017, 10, 12)
    assert formats.tanggal(day) == "12 Oktober 2017"
    assert formats.tanggal(day, weekday=True) == "Kamis, 12 Oktober 2017"
    assert formats.tanggal_terbilang(day) == ("hari Kamis tanggal dua belas bulan Oktober tahun dua ribu tujuh belas")


def test_a_moment_is_told_on_the_clock_of_the_regency() -> None:
    moment = datetime(2017, 10, 12, 1, 30, tzinfo=UTC)
    assert formats.pukul(moment, "Asia/Makassar") == "09.30 WITA"
    assert formats.pukul(moment, "Asia/Jakarta") == "08.30 WIB"
    with pytest.raises(ValueError, match="zone"):
        formats.pukul(moment.replace(tzinfo=None), "Asia/Jakarta")


@pytest.mark.parametrize(
    ("days", "text"), [(0, "Hari ini"), (1, "1 hari lagi"), (2, "2 hari lagi"), (-1, "Terlambat 1 hari")]
)
def test_days_to_a_term(days: int, text: str) -> None:
    assert formats.relative_days(days) == text


@pytest.mark.parametrize(
    ("size", "text"), [(512, "512 byte"), (340_000, "340 KB"), (2_400_000, "2,4 MB"), (5_000_000, "5 MB")]
)
def test_sizes(size: int, text: str) -> None:
    assert formats.ukuran(size) == text
