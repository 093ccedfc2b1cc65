"""The list, the SP2D, the handover, the registries."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from modules.santunan_kematian.actions import payments
from modules.santunan_kematian.actions.errors import AlreadyClaimed, NotReady, PhotoMissing, Refused
from modules.santunan_kematian.models import Budget, Claim, DeathReport, Handover, Payment, RegisterEntry
from modules.santunan_kematian.public import open_cases, paid_benefits
from modules.santunan_kematian.queries import reports
from tenants.letters import actions as letter_actions
from tenants.letters.models import Letter
from tests.modules.santunan_kematian import cast as stage
from tests.modules.santunan_kematian.cast import NOON, TODAY, Cast


def hand_over(cast: Cast, claim: Claim, **changes: object) -> Handover:
    told: dict[str, object] = {
        "day": TODAY,
        "place": "Balai Desa Silurah",
        "receiver_name": claim.heir_name,
        "witness_name": "H. Suwandi",
        "photo": stage.photo(),
        "by": cast.treasurer,
        "at": NOON,
    }
    return payments.hand_over(payment=claim.payment, **{**told, **changes})  # type: ignore[arg-type]


def test_only_what_stands_in_an_sk_is_listed(cast: Cast) -> None:
    claim = stage.approved(cast)
    with pytest.raises(NotReady, match="sudah ada SK-nya"):
        payments.list_payments(decisions=list(claim.decisions.all()), by=cast.treasurer, at=NOON)


@pytest.mark.rule("SM-03")
def test_the_database_refuses_a_second_payment_for_a_person(cast: Cast) -> None:
    first, second = stage.approved(cast, 1), stage.approved(cast, 2)
    stage.paid(cast, [first])
    made = Payment.objects.get()
    with pytest.raises(IntegrityError, match="payment_once_per_person"), transaction.atomic():
        Payment.objects.create(
            payment_list=made.payment_list,
            claim=second,
            decision=second.decisions.get(),
            person=first.person,
            amount=1,
            method="tunai",
        )


@pytest.mark.rule("SM-03")
def test_a_person_listed_before_is_not_listed_again(cast: Cast) -> None:
    """Even when the earlier claim was released by hand in the database, the payment stands in the way."""
    stage.listed(cast, [stage.approved(cast, 1)])
    Claim.objects.update(released_at=NOON)
    again = stage.approved(cast, 1, listed=False)
    with pytest.raises(AlreadyClaimed, match="sudah ada pembayaran"):
        stage.listed(cast, [again])


def test_an_sp2d_pays_the_list_once(cast: Cast) -> None:
    made = stage.paid(cast, [stage.approved(cast, n) for n in (1, 2)])
    assert Budget.objects.get().paid == Decimal(2_000_000)
    assert set(Claim.objects.values_list("case__state", flat=True)) == {"cair"}
    assert list(Payment.objects.values_list("receipt_number", flat=True)) == [
        "KW/00001/SANTUNAN/2026",
        "KW/00002/SANTUNAN/2026",
    ]
    with pytest.raises(NotReady, match="sudah cair dengan SP2D SP2D/0001"):
        payments.disburse(payment_list=made, sp2d_number="X", sp2d_date=TODAY, by=cast.paymaster, at=NOON)
    other = stage.listed(cast, [stage.approved(cast, 3)])
    with pytest.raises(NotReady, match="sudah dipakai"):
        payments.disburse(payment_list=other, sp2d_number="SP2D/0001", sp2d_date=TODAY, by=cast.paymaster, at=NOON)
    assert Budget.objects.get().paid == Decimal(2_000_000)


def test_with_an_account_it_is_transferred(cast: Cast) -> None:
    with_account = stage.approved(cast, 1, heir_bank="Bank Jateng", heir_account="3021998877")
    stage.listed(cast, [with_account, stage.approved(cast, 2)])
    assert sorted(Payment.objects.values_list("method", flat=True)) == ["transfer", "tunai"]


@pytest.mark.rule("SM-10")
def test_after_payment_the_registries_are_told(cast: Cast) -> None:
    claim = stage.approved(cast)
    assert not DeathReport.objects.exists()
    stage.paid(cast, [claim])
    assert set(claim.death_reports.values_list("destination", flat=True)) == {"dukcapil", "data_sosial"}
    entry = RegisterEntry.objects.get()
    assert (entry.ended_reason, entry.valid_to, entry.ended_at) == ("death", claim.death_date, NOON)
    assert [row.pk for row in reports.deaths(first=TODAY, last=TODAY)] == [claim.pk]
    assert reports.waiting_reports().count() == 2


@pytest.mark.rule("SM-10")
def test_the_case_ends_when_handed_over_and_acknowledged(cast: Cast) -> None:
    claim = stage.approved(cast)
    stage.paid(cast, [claim])
    hand_over(cast, claim)
    claim.case.refresh_from_db()
    assert claim.case.state == "diserahkan"
    report = claim.death_reports.get(destination="dukcapil")
    payments.acknowledge_death(report=report, reference="AM-33.25-2026-17", by=cast.registrar, at=NOON)
    claim.case.refresh_from_db()
    assert (claim.case.state, claim.case.outcome, open_cases()) == ("selesai", "done", 0)
    with pytest.raises(NotReady):
        payments.acknowledge_death(report=report, reference="lagi", by=cast.registrar, at=NOON)


@pytest.mark.rule("SM-10")
def test_acknowledged_first_it_ends_at_the_handover(cast: Cast) -> None:
    claim = stage.approved(cast)
    stage.paid(cast, [claim])
    report = claim.death_reports.get(destination="dukcapil")
    payments.acknowledge_death(report=report, reference="AM-1", by=cast.registrar, at=NOON)
    claim.case.refresh_from_db()
    assert claim.case.state == "cair"
    hand_over(cast, claim)
    claim.case.refresh_from_db()
    assert claim.case.state == "selesai"


@pytest.mark.rule("SM-13")
def test_the_handover_makes_kuitansi_and_minutes(cast: Cast) -> None:
    claim = stage.approved(cast)
    made = stage.paid(cast, [claim])
    handover = hand_over(cast, claim)
    letters = [Letter.objects.of(subject).get() for subject in (claim.payment, handover, made)]
    assert [letter.number for letter in letters] == [
        "KW/00001/SANTUNAN/2026",
        "BA/00001/SANTUNAN/2026",
        "DB/001/SANTUNAN/2026",
    ]
    assert "Satu juta rupiah" in str(letters[0].data)
    assert "hari Senin tanggal dua puluh tiga bulan November tahun dua ribu dua puluh enam" in str(letters[1].data)


@pytest.mark.rule("SM-13")
def test_every_paper_can_be_drawn(cast: Cast) -> None:
    """Each letter that a claim leaves behind becomes a PDF."""
    from modules.santunan_kematian.actions import letters

    claim = stage.approved(cast)
    letters.family_receipt(claim=claim, by=cast.operator, at=NOON)
    stage.paid(cast, [claim])
    hand_over(cast, claim)
    found = list(reports.deaths(first=TODAY, last=TODAY))
    letters.death_list(claims=found, first=TODAY, last=TODAY, programme=cast.programme, by=cast.registrar, at=NOON)
    for letter in Letter.objects.all():
        made = letter_actions.make_letter(letter_id=letter.pk, at=NOON)
        assert made.is_ready, f"{letter.template}: {made.problem}"
        with made.attachment.file.open("rb") as file:
            assert file.read(5) == b"%PDF-"
    assert set(Letter.objects.values_list("template", flat=True)) == {
        "letters/decree",
        "letters/kuitansi",
        "letters/list",
        "letters/minutes",
        "santunan_kematian/receipt",
    }


def test_the_photo_that_the_programme_wants(cast: Cast) -> None:
    claim = stage.approved(cast)
    stage.paid(cast, [claim])
    with pytest.raises(PhotoMissing):
        hand_over(cast, claim, photo=None)
    for day in (TODAY - timedelta(days=1), TODAY + timedelta(days=1)):
        with pytest.raises(Refused, match="sejak tanggal cair"):
            hand_over(cast, claim, day=day)


@pytest.mark.rule("SM-13")
def test_monthly_realisation(cast: Cast) -> None:
    stage.paid(cast, [stage.approved(cast, n) for n in (1, 2, 3)])
    months = reports.realisation(2026)
    assert [(m.month, m.persons, m.amount) for m in months if m.persons] == [(11, 3, Decimal(3_000_000))]
    assert months[10].percent == Decimal("0.15")
    assert months[11].cumulative == Decimal(3_000_000)
    assert months[0].cumulative == 0


@pytest.mark.rule("SM-12")
def test_claims_per_thousand_people_by_village(cast: Cast) -> None:
    for n in (1, 2, 3):
        stage.filed(cast, n)
    found = {row.name: row for row in reports.village_rates(2026)}
    assert found["Desa Silurah, Wonotunggal"].per_thousand == Decimal("1.20")
    assert found["Desa Sodong, Wonotunggal"].claims == 0


def test_what_others_may_ask(cast: Cast) -> None:
    claim = stage.approved(cast)
    assert paid_benefits(stage.nik(1)) == []
    stage.paid(cast, [claim])
    (benefit,) = paid_benefits(stage.nik(1))
    assert (benefit.number, benefit.date, benefit.amount) == (claim.number, date(2026, 11, 23), Decimal(1_000_000))
