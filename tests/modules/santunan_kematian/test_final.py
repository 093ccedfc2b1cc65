"""What is final is so for the database too: raw SQL, as a person at a console would write it."""

from datetime import date

import pytest
from django.db import DatabaseError, connection, transaction

from modules.santunan_kematian.actions import decisions, payments, verification
from modules.santunan_kematian.models import Claim, Decision, Payment
from tenants.models import Regency
from tenants.people.rotation import reencrypt
from tests.modules.santunan_kematian import cast as stage
from tests.modules.santunan_kematian.cast import NOON, Cast


@pytest.fixture
def whole_way(cast: Cast) -> Claim:
    """A claim that was surveyed, approved, paid, handed over and acknowledged."""
    claim = stage.approved(cast)
    stage.paid(cast, [claim])
    payments.hand_over(
        payment=Payment.objects.get(),
        day=NOON.date(),
        place="Balai desa",
        receiver_name="Siti Aminah",
        witness_name="Suwandi",
        photo=stage.photo(),
        by=cast.treasurer,
        at=NOON,
    )
    for report in claim.death_reports.all():
        payments.acknowledge_death(report=report, reference="AKT/1", by=cast.registrar, at=NOON)
    return claim


def refused(statement: str) -> str:
    """What the database says of a statement that it must refuse."""
    with pytest.raises(DatabaseError) as caught, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert caught.value.__cause__.sqlstate == "42501", caught.value  # type: ignore[union-attr]
    return str(caught.value)


CHANGES = {
    "decision": ["amount = 1", "outcome = 'refused', amount = 0, budget_id = NULL, decree_id = NULL, reason = 'x'",
                 "decree_id = NULL", "reason = 'x'", "revoked_at = now(), revoked_reason = 'x'", "decided_by_id = NULL"],
    "decree": ["number = '-1'", "date = '2020-01-01'", "issued_by_id = NULL"],
    "paymentlist": ["number = '-1'", "sp2d_number = 'X'", "sp2d_date = '2020-01-01'", "disbursed_by_id = NULL",
                    "sp2d_number = '', sp2d_date = NULL, disbursed_at = NULL"],
    "payment": ["amount = 1", "paid_at = NULL", "receipt_number = ''", "method = 'transfer'", "person = '\\x00'"],
    "handover": ["number = '-1'", "receiver_name = 'Orang lain'", "photo_id = NULL", "date = '2020-01-01'"],
    "deathreport": ["acknowledged_at = NULL", "reference = 'x'", "reported_at = now()"],
    "claim": ["amount = 5", "name = 'Orang lain'", "nik = NULL", "released_at = now()", "heir_name = 'x'"],
}  # fmt: skip


@pytest.mark.rule("SM-03")
@pytest.mark.parametrize("table", CHANGES)
def test_nothing_of_what_was_paid_changes(whole_way: Claim, table: str) -> None:
    for change in CHANGES[table]:
        assert "final" in refused(f"UPDATE santunan_kematian_{table} SET {change}")


@pytest.mark.parametrize("table", [name for name in CHANGES if name != "claim"])
def test_nothing_of_it_is_deleted(whole_way: Claim, table: str) -> None:
    assert "never deleted" in refused(f"DELETE FROM santunan_kematian_{table}")


def test_a_survey_stays_as_it_was_seen(cast: Cast) -> None:
    claim = stage.endorsed(cast)
    verification.request_survey(claim=claim, by=cast.verifier, at=NOON)
    verification.record_survey(
        claim=claim, roof="rumbia", floor="tanah", walls="bambu", photo=stage.photo(), by=cast.surveyor, at=NOON
    )
    refused("UPDATE santunan_kematian_housesurvey SET poor = NOT poor")
    refused("DELETE FROM santunan_kematian_housesurvey")


def test_a_revoked_decision_does_not_come_back(cast: Cast) -> None:
    claim = stage.approved(cast)
    decisions.revoke_approval(claim=claim, reason="Keliru", by=cast.director, at=NOON)
    for change in ("revoked_at = NULL, revoked_reason = ''", "revoked_reason = 'x'", "decree_id = NULL, amount = 2"):
        refused(f"UPDATE santunan_kematian_decision SET {change}")


def test_steps_that_were_taken_stay(cast: Cast) -> None:
    stage.filed(cast)
    assert "never changed" in refused("UPDATE services_caseevent SET reason = 'x'")
    assert "never changed" in refused("DELETE FROM services_caseevent")


def test_what_is_not_final_yet_goes_on(cast: Cast) -> None:
    """The whole way of a claim passes the triggers; a draft may be rewritten, an approval put into an SK once."""
    claim = stage.approved(cast)
    assert Decision.objects.filter(decree=None).count() == 1
    Claim.objects.filter(pk=claim.pk).update(address="RT 03")
    made = stage.listed(cast, [claim])
    refused("UPDATE santunan_kematian_decision SET decree_id = NULL")
    payments.disburse(payment_list=made, sp2d_number="SP2D/9", sp2d_date=date(2026, 11, 23), by=cast.paymaster, at=NOON)
    assert Payment.objects.get().paid_at == NOON


def test_values_may_be_sealed_with_a_new_key(whole_way: Claim, settings: object, batang: Regency) -> None:
    settings.PERSONAL_DATA_KEYS = ["n" * 43 + "=", *settings.PERSONAL_DATA_KEYS]  # type: ignore[attr-defined]
    assert reencrypt(Payment) == 1
    assert reencrypt(Claim) > 0
    assert Payment.objects.get().claim.person == whole_way.person
