"""Taking back an SK or a list, and the turn of the year: nothing paid ever changes, every rupiah stays accounted for."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.db import DatabaseError, connection, transaction

from modules.santunan_kematian.actions import decisions, payments, programme, revocation
from modules.santunan_kematian.actions.errors import BudgetExhausted, NothingChosen, NotReady
from modules.santunan_kematian.models import Budget, Claim, Decision, Decree, DecreeRevocation, Payment
from modules.santunan_kematian.queries.budget import unpaid_of_earlier_years
from modules.services import public as services
from tenants.audit.models import AuditEntry
from tenants.letters.actions import make_letter
from tenants.letters.models import Letter
from tenants.models import Regency
from tests.modules.santunan_kematian import cast as stage
from tests.modules.santunan_kematian.cast import NOON, Cast
from tests.modules.santunan_kematian.test_pages import _switched_on, get, post

__all__ = ["_switched_on"]
JANUARY = NOON + timedelta(days=50)
NEW_YEARS_PAPER = {"sp2d_number": "SP2D/2027/1", "sp2d_date": JANUARY.date()}


def decreed(cast: Cast, *numbers: int) -> Decree:
    """An SK for these claims, with its PDF made."""
    chosen = [stage.approved(cast, n).decisions.get() for n in numbers or (1, 2)]
    made = decisions.issue_decree(decisions=chosen, by=cast.director, at=NOON)
    make_letter(letter_id=Letter.objects.of(made).get().pk, at=NOON)
    return made


def revoke(cast: Cast, decree: Decree, outcome: str = "approved", **changes: Any) -> DecreeRevocation:
    told = {"reason": "Salah nama penerima", "by": cast.director, "at": NOON, **changes}
    return revocation.revoke_decree(decree=decree, outcome=outcome, **told)


def committed(year: int = 2026) -> Decimal:
    return Budget.objects.get(year=year).committed


@pytest.mark.rule("SM-13")
def test_an_sk_is_taken_back_and_its_claims_wait_for_another(cast: Cast) -> None:
    decree = decreed(cast)
    made = revoke(cast, decree)
    assert (decree.number, made.number) == ("400.9/001/SANTUNAN/2026", "400.9/002/SANTUNAN/2026")
    assert set(Claim.objects.values_list("case__state", flat=True)) == {"disetujui"}
    assert committed() == Decimal(2_000_000), "the approvals stand, so does their money"
    assert decree.decisions.filter(revoked_at=NOON, revoked_by=cast.director).count() == 2
    waiting = Decision.objects.filter(revoked_at=None, decree=None, outcome="approved")
    assert waiting.count() == 2
    assert not Letter.objects.of(decree).get().is_valid
    paper = make_letter(letter_id=Letter.objects.of(made).get().pk, at=NOON)
    assert (paper.state, paper.number) == ("ready", made.number)
    again = decisions.issue_decree(decisions=list(waiting), by=cast.director, at=NOON)
    payments.list_payments(decisions=list(again.decisions.all()), by=cast.treasurer, at=NOON)
    assert Payment.objects.count() == 2
    entry = AuditEntry.objects.get(action="santunan_kematian.decree_revoked")
    assert (entry.actor_name, entry.data["claims"]) == (cast.director.name, 2)


@pytest.mark.rule("SM-08")
def test_an_sk_is_taken_back_and_its_claims_are_refused(cast: Cast) -> None:
    revoke(cast, decreed(cast), outcome="refused")
    assert set(Claim.objects.values_list("case__state", "case__outcome")) == {("ditolak", "refused")}
    assert committed() == 0
    assert Decision.objects.filter(outcome="refused", reason="Salah nama penerima").count() == 2
    assert Claim.objects.standing().count() == 0, "the family may file again"


def test_not_once_it_was_listed_or_paid(cast: Cast) -> None:
    decree = decreed(cast, 1)
    made = payments.list_payments(decisions=list(decree.decisions.all()), by=cast.treasurer, at=NOON)
    with pytest.raises(NotReady, match="Batalkan dahulu daftar bayar DB/001"):
        revoke(cast, decree)
    payments.disburse(payment_list=made, sp2d_number="1", sp2d_date=NOON.date(), by=cast.paymaster, at=NOON)
    with pytest.raises(NotReady, match="sudah dibayar"):
        revoke(cast, decree)
    with pytest.raises(NotReady, match="sudah cair"):
        payments.cancel_list(payment_list=made, reason="x", by=cast.treasurer, at=NOON)
    assert not DecreeRevocation.objects.exists()


def test_what_revoking_refuses(cast: Cast) -> None:
    decree = decisions.issue_decree(decisions=[stage.approved(cast).decisions.get()], by=cast.director, at=NOON)
    with pytest.raises(NotReady, match="masih dibuat"):
        revoke(cast, decree)
    make_letter(letter_id=Letter.objects.of(decree).get().pk, at=NOON)
    with pytest.raises(services.ReasonMissing):
        revoke(cast, decree, reason=" ")
    with pytest.raises(services.NotYourTurn):
        revoke(cast, decree, "refused", by=cast.verifier)
    revoke(cast, decree)
    with pytest.raises(NotReady, match="sudah dicabut"):
        revoke(cast, decree)
    for statement in (
        "UPDATE santunan_kematian_decreerevocation SET reason = 'x'",
        "DELETE FROM santunan_kematian_decreerevocation",
    ):
        with pytest.raises(DatabaseError, match=r"final|never"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


def test_a_list_is_cancelled_and_its_claims_are_listed_again(cast: Cast) -> None:
    made = stage.listed(cast, [stage.approved(cast, n) for n in (1, 2)])
    payments.cancel_list(payment_list=made, reason="Bank keliru", by=cast.treasurer, at=NOON)
    assert set(Claim.objects.values_list("case__state", flat=True)) == {"disetujui"}
    assert not Payment.objects.exists()
    with pytest.raises(NotReady, match="sudah dibatalkan"):
        payments.disburse(payment_list=made, sp2d_number="1", sp2d_date=NOON.date(), by=cast.paymaster, at=NOON)
    with pytest.raises(NotReady, match="sudah dibatalkan"):
        payments.cancel_list(payment_list=made, reason="x", by=cast.treasurer, at=NOON)
    again = payments.list_payments(decisions=list(Decision.objects.all()), by=cast.treasurer, at=NOON)
    assert again.payments.count() == 2
    assert committed() == Decimal(2_000_000)


@pytest.mark.rule("SM-08")
def test_an_unpaid_approval_moves_to_the_new_year(cast: Cast) -> None:
    """It may stand in an SK and on a list; the SP2D of the new year pays from the new ceiling."""
    made = stage.listed(cast, [stage.approved(cast)])
    stage.paid(cast, [stage.approved(cast, 2)])
    programme.set_ceiling(year=2027, ceiling=Decimal(1_000_000), basis="", by=cast.director, at=JANUARY)
    with pytest.raises(NotReady, match="Pindahkan dahulu persetujuannya ke pagu 2027"):
        payments.disburse(payment_list=made, **NEW_YEARS_PAPER, by=cast.paymaster, at=JANUARY)
    waiting = list(unpaid_of_earlier_years(2027))
    assert [decision.claim.number for decision in waiting] == ["SK-2026-000001"], "what was paid stays"
    assert revocation.move_to_year(decisions=waiting, by=cast.director, at=JANUARY) == 1
    assert (committed(2026), committed(2027)) == (Decimal(1_000_000), Decimal(1_000_000))
    payments.disburse(payment_list=made, **NEW_YEARS_PAPER, by=cast.paymaster, at=JANUARY)
    assert list(Budget.objects.order_by("year").values_list("paid", flat=True)) == [Decimal(1_000_000)] * 2
    entry = AuditEntry.objects.get(action="santunan_kematian.approval_moved")
    assert entry.data == {"from": 2026, "to": 2027, "amount": "1000000.00"}
    with pytest.raises(NotReady):
        revocation.move_to_year(decisions=waiting, by=cast.director, at=JANUARY + timedelta(days=365))


def test_all_of_them_or_none(cast: Cast) -> None:
    for n in (1, 2):
        stage.approved(cast, n)
    waiting = list(unpaid_of_earlier_years(2027))
    with pytest.raises(BudgetExhausted, match="2027 belum ditetapkan"):
        revocation.move_to_year(decisions=waiting, by=cast.director, at=JANUARY)
    programme.set_ceiling(year=2027, ceiling=Decimal(1_999_999), basis="", by=cast.director, at=JANUARY)
    with pytest.raises(BudgetExhausted, match=r"tidak cukup untuk Rp 2\.000\.000"):
        revocation.move_to_year(decisions=waiting, by=cast.director, at=JANUARY)
    with pytest.raises(NothingChosen):
        revocation.move_to_year(decisions=[], by=cast.director, at=JANUARY)
    with pytest.raises(NotReady):
        revocation.move_to_year(decisions=waiting, by=cast.director, at=NOON)
    assert (committed(2026), committed(2027)) == (Decimal(2_000_000), 0)


@pytest.fixture
def travel() -> Callable[[Any], Any]:
    return lambda moment: time_machine.travel(moment, tick=False)


def test_the_pages_of_it(cast: Cast, batang: Regency, travel: Any) -> None:
    with travel(NOON):
        decree = decreed(cast, 1)
        assert "Cabut" in get(cast.director, "decrees/", batang).content.decode()
        page = f"decrees/{decree.pk}/revocation/"
        assert get(cast.treasurer, page, batang).status_code == 404
        assert "SK-2026-000001" in get(cast.director, page, batang).content.decode()
        assert post(cast.director, page, batang, outcome="approved", reason="").status_code == 422
        assert post(cast.director, page, batang, outcome="approved", reason="Salah").status_code == 302
        assert "dicabut dengan SK 400.9/002" in get(cast.director, "decrees/", batang).content.decode()
        assert "sudah dicabut" in post(cast.director, page, batang, outcome="approved", reason="x").content.decode()
        made = stage.listed(cast, [stage.approved(cast, 2)])
        page = f"payments/{made.pk}/cancellation/"
        assert get(cast.director, page, batang).status_code == 404
        assert post(cast.treasurer, page, batang, reason="Bank keliru").status_code == 302
        assert "Dibatalkan 23 November 2026" in get(cast.treasurer, f"payments/{made.pk}/", batang).content.decode()
        assert "sudah dibatalkan" in post(cast.treasurer, page, batang, reason="x").content.decode()
    with travel(JANUARY):
        assert "2 persetujuan tahun lalu" in get(cast.director, "programme/", batang).content.decode()
        assert "Pagu 2027 belum ditetapkan" in get(cast.director, "programme/unpaid/", batang).content.decode()
        keys = list(unpaid_of_earlier_years(2027).values_list("pk", flat=True))
        assert post(cast.director, "programme/unpaid/", batang, decision=keys).status_code == 422
        programme.set_ceiling(year=2027, ceiling=Decimal(5_000_000), basis="", by=cast.director, at=JANUARY)
        assert post(cast.director, "programme/unpaid/", batang, decision=keys).status_code == 302
        assert "Tidak ada persetujuan" in get(cast.director, "programme/unpaid/", batang).content.decode()
    assert committed(2027) == Decimal(2_000_000)
