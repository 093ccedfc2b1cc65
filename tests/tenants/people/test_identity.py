"""Numbers of people: what cannot exist is refused with a sentence, what exists says what it says."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenants.people.identity import (
    InvalidNumber,
    NpwpKind,
    Sex,
    parse_kk,
    parse_nik,
    parse_nip,
    parse_npwp,
    parse_phone,
    region_warning,
)

TODAY = date(2026, 11, 2)


def test_a_nik_tells_region_birth_and_sex() -> None:
    nik = parse_nik("3325 0112 0385 9901")
    assert nik.number == "3325011203859901"
    assert (nik.region.code, nik.region.district, nik.serial) == ("33.25", "01", "9901")
    assert nik.sex is Sex.MALE
    assert nik.birth_date(as_of=TODAY) == date(1985, 3, 12)


def test_forty_is_added_to_the_day_of_a_woman() -> None:
    nik = parse_nik("3325015203859901")
    assert nik.sex is Sex.FEMALE
    assert nik.birth_date(as_of=TODAY) == date(1985, 3, 12)


@pytest.mark.parametrize(
    ("digits", "as_of", "born"),
    [
        ("3325010203269901", date(2026, 11, 2), date(2026, 3, 2)),  # a baby of this year
        ("3325010212269901", date(2026, 11, 2), date(1926, 12, 2)),  # that day has not come yet
        ("3325012902009901", date(2026, 11, 2), date(2000, 2, 29)),
        ("3325013112999901", date(2000, 1, 1), date(1999, 12, 31)),
        ("3325010101009901", date(2000, 1, 1), date(2000, 1, 1)),
    ],
)
def test_the_century_is_the_latest_that_fits(digits: str, as_of: date, born: date) -> None:
    assert parse_nik(digits).birth_date(as_of=as_of) == born


def test_a_stated_birth_date_is_compared_without_the_century() -> None:
    nik = parse_nik("5310015203259901")
    assert nik.agrees_with(date(1925, 3, 12), Sex.FEMALE)
    assert nik.agrees_with(date(2025, 3, 12))
    assert not nik.agrees_with(date(1925, 3, 13))
    assert not nik.agrees_with(date(1925, 3, 12), Sex.MALE)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "Isi NIK."),
        ("   ", "Isi NIK."),
        ("33250112038599", "NIK harus 16 angka; yang Anda tulis 14 angka."),
        ("33250112038599012", "yang Anda tulis 17 angka"),
        ("33250112038S9901", "hanya terdiri dari angka"),
        ("٣٣٢٥٠١١٢٠٣٨٥٩٩٠١", "hanya terdiri dari angka"),
        ("0025011203859901", "Enam angka pertama NIK"),
        ("3300011203859901", "Enam angka pertama NIK"),
        ("3325001203859901", "Enam angka pertama NIK"),
        ("3325013213859901", "Tanggal lahir di dalam NIK tidak ada"),
        ("3325010013859901", "Tanggal lahir di dalam NIK tidak ada"),
        ("3325017202859901", "Tanggal lahir di dalam NIK tidak ada"),
        ("3325012902859901", "Tanggal lahir di dalam NIK tidak ada"),
        ("3325011203850000", "tidak mungkin 0000"),
    ],
)
def test_an_impossible_nik_is_refused_with_a_sentence(text: str, sentence: str) -> None:
    with pytest.raises(InvalidNumber) as refused:
        parse_nik(text)
    assert sentence in str(refused.value)
    assert len(text.strip()) == 0 or text not in str(refused.value)


@given(
    born=st.dates(date(1926, 11, 3), TODAY),
    female=st.booleans(),
    serial=st.integers(1, 9999),
    region=st.tuples(st.integers(11, 97), st.integers(1, 99), st.integers(1, 99)),
)
def test_every_nik_of_the_last_hundred_years_is_read_back(
    born: date, female: bool, serial: int, region: tuple[int, int, int]
) -> None:
    text = "{:02}{:02}{:02}{:02}{:%m%y}{:04}".format(*region, born.day + 40 * female, born, serial)
    nik = parse_nik(text)
    assert nik.birth_date(as_of=TODAY) == born
    assert nik.sex is (Sex.FEMALE if female else Sex.MALE)
    assert nik.agrees_with(born, nik.sex)


@given(st.text(max_size=24))
def test_whatever_is_typed_gives_a_nik_or_a_sentence(text: str) -> None:
    try:
        nik = parse_nik(text)
    except InvalidNumber as refused:
        assert str(refused).endswith(".")
    else:
        assert len(nik.number) == 16


def test_numbers_do_not_show_themselves() -> None:
    assert "0112038" not in repr(parse_nik("3325011203859901"))
    assert "0112038" not in repr(parse_kk("3325011203089901"))
    assert "0101" not in repr(parse_nip("198001012005011001"))
    assert "3325" not in repr(parse_npwp("3325011203859901"))


def test_a_region_of_first_issue_elsewhere_only_warns() -> None:
    here = parse_nik("3325011203859901").region
    there = parse_nik("5310011203859901").region
    assert region_warning(here, code="33.25", title="Kabupaten Batang") == ""
    assert "di luar Kabupaten Batang" in region_warning(there, code="33.25", title="Kabupaten Batang")


def test_a_kk_carries_its_date_of_issue_and_no_forty() -> None:
    kk = parse_kk("3325.0112.0308.9901")
    assert kk.issue_date(as_of=TODAY) == date(2008, 3, 12)
    with pytest.raises(InvalidNumber, match="Tanggal di dalam nomor KK"):
        parse_kk("3325015203089901")


def test_a_nip_tells_birth_start_and_sex() -> None:
    nip = parse_nip("19800101 200501 2 001")
    assert (nip.birth_date, nip.start_year, nip.start_month, nip.sex) == (
        date(1980, 1, 1),
        2005,
        1,
        Sex.FEMALE,
    )
    assert nip.text == "19800101 200501 2 001"
    assert not nip.is_contract


def test_a_pppk_number_carries_21_for_the_month() -> None:
    assert parse_nip("198001012021211001").is_contract


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("198013012005011001", "Delapan angka pertama"),
        ("198001012005131001", "Angka ke-13 dan ke-14"),
        ("198001012005013001", "Angka ke-15"),
        ("198001011985011001", "Tahun pengangkatan"),
        ("19800101200501100", "NIP harus 18 angka"),
    ],
)
def test_an_impossible_nip_is_refused_with_a_sentence(text: str, sentence: str) -> None:
    with pytest.raises(InvalidNumber, match=sentence):
        parse_nip(text)


@pytest.mark.parametrize(
    ("text", "kind", "shown"),
    [
        ("01.234.567.8-502.000", NpwpKind.OLD, "01.234.567.8-502.000"),
        ("0012345678502000", NpwpKind.ENTITY, "0012345678502000"),
        ("3325011203859901", NpwpKind.PERSON, "3325011203859901"),
        ("3325011203859901000000", NpwpKind.PLACE, "3325011203859901000000"),
    ],
)
def test_npwp_forms(text: str, kind: NpwpKind, shown: str) -> None:
    npwp = parse_npwp(text)
    assert npwp.kind is kind
    assert npwp.text == shown
    assert npwp.number.isdigit()


def test_an_npwp_of_16_digits_that_is_no_nik_is_refused() -> None:
    with pytest.raises(InvalidNumber, match="bukan NIK"):
        parse_npwp("9999999999999999")


@pytest.mark.parametrize(
    "text", ["0812-3456-7890", "+62 812 3456 7890", "62812.3456.7890", "(0812) 34567890", "+62(0)81234567890"]
)
def test_a_telephone_number_has_one_form(text: str) -> None:
    assert parse_phone(text) == "+6281234567890"


@pytest.mark.parametrize("text", ["", "812", "0812-34", "+65 8123 4567", "081234567890123456", "nol delapan"])
def test_what_is_no_telephone_number_is_refused(text: str) -> None:
    with pytest.raises(InvalidNumber, match="nomor telepon Indonesia"):
        parse_phone(text)
