"""Each rule alone, on plain values."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modules.santunan_kematian import rules
from modules.santunan_kematian.forecast import forecast, rates
from modules.santunan_kematian.rules import Facts, Outcome, Registered, Surveyed, Terms

DEATH = date(2026, 9, 1)
BATANG = Terms(amount=Decimal(1_000_000), limit_days=60)


def weekdays_after(day: date, n: int) -> date:
    """A calendar without holidays."""
    while n:
        day += timedelta(days=1)
        n -= day.weekday() < 5
    return day


def facts(**changes: object) -> Facts:
    whole = Facts(
        has_nik=True,
        birth_date=date(1951, 10, 12),
        death_date=DEATH,
        filed_date=DEATH + timedelta(days=2),
        last_day=DEATH + timedelta(days=60),
        days_used=2,
        relation="Anak",
        documents=frozenset({"kk", "ktp_ahli_waris", "surat_kematian_desa"}),
        registered=Registered(2, "DTSEN", date(2026, 12, 31)),
        remaining=Decimal(500_000_000),
    )
    return replace(whole, **changes)  # type: ignore[arg-type]


def outcome(key: str, terms: Terms = BATANG, **changes: object) -> Outcome:
    return next(check for check in rules.examine(terms, facts(**changes)) if check.key == key).outcome


def sentence(key: str, terms: Terms = BATANG, **changes: object) -> str:
    return next(check for check in rules.examine(terms, facts(**changes)) if check.key == key).sentence


def test_a_whole_claim_passes_everything() -> None:
    checks = rules.examine(BATANG, facts())
    assert [c.key for c in checks if not c.passed] == []
    assert rules.summary(checks) == "8 dari 8 pemeriksaan lolos"
    assert {c.rule for c in checks} == {f"SM-0{n}" for n in range(1, 9)}


@pytest.mark.rule("SM-01")
@pytest.mark.parametrize(("after", "passes"), [(0, True), (59, True), (60, True), (61, False)])
def test_window_in_calendar_days(after: int, passes: bool) -> None:
    filed = DEATH + timedelta(days=after)
    last = rules.last_day(BATANG, DEATH, weekdays_after)
    assert (outcome("window", filed_date=filed, last_day=last, days_used=after) is Outcome.PASSED) is passes


@pytest.mark.rule("SM-01")
def test_window_in_working_days() -> None:
    terms = replace(BATANG, limit_days=30, day_kind="working")
    last = rules.last_day(terms, DEATH, weekdays_after)
    assert last == date(2026, 10, 13)
    assert outcome("window", terms, filed_date=last, last_day=last, days_used=30) is Outcome.PASSED
    late = last + timedelta(days=1)
    text = sentence("window", terms, filed_date=late, last_day=last, days_used=31)
    assert text == "Diajukan 31 hari kerja sesudah meninggal; batasnya 30 hari kerja, terakhir 13 Oktober 2026."


@pytest.mark.rule("SM-01")
def test_a_death_after_the_claim_is_refused() -> None:
    assert outcome("window", filed_date=DEATH - timedelta(days=1)) is Outcome.FAILED


@pytest.mark.rule("SM-01")
@given(limit=st.integers(1, 400), after=st.integers(0, 500), working=st.booleans())
def test_window_is_exactly_the_limit(limit: int, after: int, working: bool) -> None:
    """Whatever the unit: the last day passes, the next does not, and there is no gap between."""
    terms = replace(BATANG, limit_days=limit, day_kind="working" if working else "calendar")
    last = rules.last_day(terms, DEATH, weekdays_after)
    filed = DEATH + timedelta(days=after)
    assert (outcome("window", terms, filed_date=filed, last_day=last) is Outcome.PASSED) is (filed <= last)
    assert (
        rules.days_left(last, filed) >= 0 or outcome("window", terms, filed_date=filed, last_day=last).value == "failed"
    )


@pytest.mark.rule("SM-02")
def test_domicile_on_the_day_of_death() -> None:
    assert outcome("domicile") is Outcome.PASSED
    assert outcome("domicile", resident_from=DEATH) is Outcome.PASSED
    assert outcome("domicile", resident_from=DEATH + timedelta(days=1)) is Outcome.FAILED
    assert outcome("domicile", resident_to=DEATH) is Outcome.PASSED
    assert outcome("domicile", resident_to=DEATH - timedelta(days=1)) is Outcome.FAILED


@pytest.mark.rule("SM-02")
def test_a_family_card_from_elsewhere_warns_and_never_refuses() -> None:
    assert outcome("domicile", kk_is_local=False) is Outcome.PASSED
    assert "pastikan domisilinya" in sentence("domicile", kk_is_local=False)
    papers = facts().documents | {"surat_domisili"}
    assert "pastikan" not in sentence("domicile", kk_is_local=False, documents=papers)


@pytest.mark.rule("SM-03")
def test_a_second_claim_names_the_first() -> None:
    assert outcome("once", other_claims=("SK-2026-000007",)) is Outcome.FAILED
    assert "SK-2026-000007" in sentence("once", other_claims=("SK-2026-000007",))


@pytest.mark.rule("SM-04")
def test_the_heir() -> None:
    assert outcome("heir", heir_is_deceased=True) is Outcome.FAILED
    assert outcome("heir", relation="") is Outcome.FAILED
    assert outcome("heir", heir_in_same_kk=False) is Outcome.FAILED
    papers = facts().documents | {"surat_ahli_waris"}
    assert outcome("heir", heir_in_same_kk=False, documents=papers) is Outcome.PASSED


@pytest.mark.rule("SM-05")
def test_an_infant_without_nik() -> None:
    infant = {"has_nik": False, "birth_date": DEATH - timedelta(days=3)}
    assert outcome("identity", **infant) is Outcome.FAILED
    papers = facts().documents | {"surat_lahir"}
    assert outcome("identity", documents=papers, **infant) is Outcome.PASSED
    assert outcome("documents", documents=papers, **infant) is Outcome.PASSED
    assert outcome("identity", replace(BATANG, infants_accepted=False), documents=papers, **infant) is Outcome.FAILED


@pytest.mark.rule("SM-05")
@pytest.mark.parametrize(("birth", "passes"), [(date(2025, 9, 2), True), (date(2025, 9, 1), False)])
def test_only_infants_go_without_nik(birth: date, passes: bool) -> None:
    papers = facts().documents | {"surat_lahir"}
    assert (outcome("identity", has_nik=False, birth_date=birth, documents=papers) is Outcome.PASSED) is passes


@pytest.mark.rule("SM-06")
def test_the_village_letter_is_enough_where_the_programme_says_so() -> None:
    assert "Surat kematian dari desa sudah cukup" in sentence("documents")
    strict = replace(BATANG, village_letter_enough=False)
    assert outcome("documents", strict) is Outcome.FAILED
    assert "akta kematian" in sentence("documents", strict)
    with_certificate = frozenset({"kk", "ktp_ahli_waris", "akta_kematian"})
    assert outcome("documents", strict, documents=with_certificate) is Outcome.PASSED
    assert outcome("documents", documents=with_certificate) is Outcome.PASSED


@pytest.mark.rule("SM-06")
@pytest.mark.parametrize(
    ("change", "paper"),
    [
        ({"certificate_proof_required": True}, "bukti_pengurusan_akta"),
        ({"poverty_letter_required": True}, "surat_miskin"),
        ({"bank_account_required": True}, "buku_rekening"),
    ],
)
def test_what_other_regencies_ask(change: dict[str, bool], paper: str) -> None:
    terms = replace(BATANG, **change)  # type: ignore[arg-type]
    assert outcome("documents", terms, has_bank_account=True) is Outcome.FAILED
    papers = facts().documents | {paper}
    assert outcome("documents", terms, documents=papers, has_bank_account=True) is Outcome.PASSED


@pytest.mark.rule("SM-07")
def test_outside_the_register_a_survey_decides() -> None:
    assert outcome("poverty", registered=None) is Outcome.WAITING
    assert rules.needs_survey(BATANG, facts(registered=None))
    assert outcome("poverty", registered=None, surveyed=Surveyed(7, True)) is Outcome.PASSED
    assert outcome("poverty", registered=None, surveyed=Surveyed(2, False)) is Outcome.FAILED
    assert outcome("poverty", replace(BATANG, survey_allowed=False), registered=None) is Outcome.FAILED
    assert outcome("poverty", replace(BATANG, register_required=False), registered=None) is Outcome.PASSED


@pytest.mark.rule("SM-07")
def test_the_survey_is_computed() -> None:
    assert rules.survey(BATANG, roof="rumbia", floor="tanah", walls="bambu") == Surveyed(9, True)
    assert rules.survey(BATANG, roof="genteng", floor="keramik", walls="tembok") == Surveyed(1, False)
    assert rules.survey(BATANG, roof="seng", floor="semen", walls="kayu") == Surveyed(5, True)
    stricter = replace(BATANG, survey_threshold=6)
    assert rules.survey(stricter, roof="seng", floor="semen", walls="kayu").poor is False


@pytest.mark.rule("SM-11")
def test_desil_limit() -> None:
    terms = replace(BATANG, max_desil=4)
    assert outcome("poverty", terms, registered=Registered(4, "DTSEN", None)) is Outcome.PASSED
    assert outcome("poverty", terms, registered=Registered(5, "DTSEN", None)) is Outcome.WAITING
    assert "desil 5" in sentence("poverty", terms, registered=Registered(5, "DTSEN", None))


@pytest.mark.rule("SM-08")
def test_the_remaining_budget() -> None:
    assert outcome("budget", remaining=Decimal(1_000_000)) is Outcome.PASSED
    assert outcome("budget", remaining=Decimal(999_999)) is Outcome.FAILED
    assert outcome("budget", remaining=Decimal(0), committed=True) is Outcome.PASSED


def test_what_hinders_filing_is_what_the_village_can_mend() -> None:
    papers = facts().documents | {"surat_miskin"}
    checks = rules.examine(BATANG, facts(registered=None, remaining=Decimal(0), relation="", documents=papers))
    assert [c.key for c in rules.hindrances_to_filing(checks)] == ["heir"]
    assert [c.key for c in rules.exclusions(checks)] == ["heir", "budget"]


@pytest.mark.rule("SM-12")
def test_forecast_of_the_day_the_money_ends() -> None:
    found = forecast(
        remaining=Decimal(412_000_000), amount=Decimal(1_000_000), approvals=475, days=90, today=date(2026, 11, 23)
    )
    assert found.persons == 412
    assert found.runs_out == date(2026, 11, 23) + timedelta(days=78)
    assert found.lasts_the_year
    soon = forecast(
        remaining=Decimal(10_900_000), amount=Decimal(1_000_000), approvals=90, days=90, today=date(2026, 11, 23)
    )
    assert (soon.persons, soon.runs_out, soon.lasts_the_year) == (10, date(2026, 12, 3), False)


@pytest.mark.rule("SM-12")
def test_forecast_without_money_or_without_approvals() -> None:
    today = date(2026, 11, 23)
    assert forecast(remaining=Decimal(5), amount=Decimal(10), approvals=3, days=9, today=today).runs_out == today
    assert forecast(remaining=Decimal(50), amount=Decimal(10), approvals=0, days=9, today=today).runs_out is None
    with pytest.raises(ValueError, match="above zero"):
        forecast(remaining=Decimal(5), amount=Decimal(0), approvals=3, days=9, today=today)


@pytest.mark.rule("SM-12")
@given(
    remaining=st.integers(0, 10**10),
    amount=st.integers(1, 10**7),
    approvals=st.integers(0, 500),
    days=st.integers(1, 366),
)
def test_forecast_never_ends_before_today_nor_promises_more_than_there_is(
    remaining: int, amount: int, approvals: int, days: int
) -> None:
    today = date(2026, 11, 23)
    found = forecast(remaining=Decimal(remaining), amount=Decimal(amount), approvals=approvals, days=days, today=today)
    assert found.persons * amount <= remaining < (found.persons + 1) * amount
    assert found.runs_out is None or found.runs_out >= today


@pytest.mark.rule("SM-12")
def test_rates_by_village() -> None:
    found = rates([("Silurah", 3, 3_000), ("Sodong", 4, 4_000), ("Kauman", 9, 1_500), ("Tanpa Data", 2, None)])
    assert [(row.name, row.per_thousand, row.unusual) for row in found] == [
        ("Kauman", Decimal("6.00"), True),
        ("Sodong", Decimal("1.00"), False),
        ("Silurah", Decimal("1.00"), False),
        ("Tanpa Data", None, False),
    ]
