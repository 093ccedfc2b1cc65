import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenants.regions import SubdomainRefused, check_subdomain, regencies, regency, suggest_subdomain
from tenants.regions.subdomains import RESERVED, fold


@pytest.mark.parametrize(
    ("code", "suggestion"),
    [
        ("33.25", "batang"),
        ("53.10", "manggarai"),
        ("11.01", "aceh-selatan"),
        ("33.26", "pekalongan"),
        ("33.75", "kota-pekalongan"),
        ("35.78", "surabaya"),
        ("63.03", "banjar"),
        ("32.79", "kota-banjar"),
        ("31.01", "kepulauan-seribu"),
    ],
)
def test_suggestions(code: str, suggestion: str) -> None:
    assert suggest_subdomain(regency(code)) == suggestion


def test_every_regency_gets_one_that_nobody_else_has_and_that_is_accepted() -> None:
    suggestions = {suggest_subdomain(info): info.code for info in regencies()}
    assert len(suggestions) == len({fold(name) for name in suggestions}) == 514
    for name, code in suggestions.items():
        others = suggestions.keys() - {name}
        check_subdomain(name, code=code, taken=others)


def test_the_same_name_is_refused_to_another_regency_however_it_is_written() -> None:
    for text in ("batang", "ba-tang", "kab-batang", "kabupaten-batang", "pemkab-batang", "batang-kab"):
        check_subdomain(text, code="33.25")
        with pytest.raises(SubdomainRefused, match="nama daerah lain"):
            check_subdomain(text, code="33.24")
        with pytest.raises(SubdomainRefused, match="nama daerah lain"):
            check_subdomain(text)


def test_a_kota_may_not_take_the_name_of_the_kabupaten_beside_it() -> None:
    check_subdomain("pemkot-pekalongan", code="33.75")
    with pytest.raises(SubdomainRefused):
        check_subdomain("pekalongan", code="33.75")
    with pytest.raises(SubdomainRefused):
        check_subdomain("kota-pekalongan", code="33.26")


@pytest.mark.parametrize(
    "text",
    ["ab", "", "a" * 41, "Batang", "batang.", "a_b", "-abc", "abc-", "a--b", "xn--btang-qta", "bátang", "а-kir", "123",
     "a b", "batang\n", "batang\x00"],
)  # fmt: skip
def test_shape(text: str) -> None:
    with pytest.raises(SubdomainRefused):
        check_subdomain(text, code="33.25")


@pytest.mark.parametrize(
    "text", ["www", "admin", "adm1n", "ad-min", "adrnin", "c0ns0le", "vvork", "a-p-i", "jawa-tengah"]
)
def test_reserved_names_and_what_looks_like_them(text: str) -> None:
    with pytest.raises(SubdomainRefused, match="dipakai oleh sistem"):
        check_subdomain(text, code="33.25")


def test_a_city_may_have_its_name_though_its_province_has_the_same() -> None:
    check_subdomain("jambi", code="15.71")
    with pytest.raises(SubdomainRefused):
        check_subdomain("jambi", code="15.01")


@pytest.mark.parametrize("text", ["rnaju", "m4ju", "ma-ju", "maju"])
def test_look_alikes_of_taken_ones(text: str) -> None:
    with pytest.raises(SubdomainRefused, match="sudah dipakai"):
        check_subdomain(text, code="33.25", taken=["maju"])
    check_subdomain("mundur", code="33.25", taken=["maju"])


def test_the_sentence_names_what_was_asked_for() -> None:
    with pytest.raises(SubdomainRefused) as refused:
        check_subdomain("w-w-w")
    assert str(refused.value.sentence) == "“w-w-w” dipakai oleh sistem. Pilih nama lain."


@given(st.text(max_size=50))
def test_whatever_is_accepted_is_a_plain_host_label(text: str) -> None:
    try:
        check_subdomain(text)
    except SubdomainRefused as refused:
        assert str(refused.sentence)
        return
    assert 3 <= len(text) <= 40
    assert set(text) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")
    assert not text.startswith(("-", "xn--"))
    assert text not in RESERVED


@given(st.from_regex(r"[a-z0-9]{3,12}(-[a-z0-9]{1,8})?", fullmatch=True), st.data())
def test_what_is_accepted_is_refused_to_the_next_with_any_hyphen_or_digit_swapped(
    text: str, data: st.DataObject
) -> None:
    swaps = {"o": "0", "l": "1", "i": "1", "s": "5", "e": "3", "a": "4", "t": "7", "b": "8", "g": "9", "z": "2"}
    disguised = "".join(swaps.get(c, c) if data.draw(st.booleans()) else c for c in text.replace("-", ""))
    with pytest.raises(SubdomainRefused):
        check_subdomain(disguised, code="33.25", taken=[text])


@given(st.text(alphabet="abcdefghijklmnopqrstuvwxyz0123456789-", max_size=40))
def test_folding_ignores_hyphens_and_says_nothing_about_order(text: str) -> None:
    assert fold(text) == fold(text.replace("-", ""))
    assert not set(fold(text)) & set("0123456789-i")
