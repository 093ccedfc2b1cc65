"""What was tried out before going live never stands in the way of the real thing (SM-03, SM-08, SM-10)."""

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from importlib import import_module

import pytest
from django.db import DatabaseError, connection, transaction

from modules.santunan_kematian import public
from modules.santunan_kematian.actions import claims, decisions, payments, programme, revocation
from modules.santunan_kematian.actions.errors import AlreadyClaimed, NotReady, ProgrammeInUse
from modules.santunan_kematian.models import Budget, Claim, Decree, Payment, PaymentList, RegisterEntry
from modules.santunan_kematian.queries import reports
from modules.services import public as services
from onboarding.applications.actions import open_for_real
from tenants.models import Regency
from tenants.routing import hosts
from tenants.schemas.context import in_public
from tests.modules.santunan_kematian import cast as stage
from tests.modules.santunan_kematian.cast import NOON, TODAY, Cast
from tests.modules.santunan_kematian.test_pages import _on_that_day, _switched_on, get, post

__all__ = ["_on_that_day", "_switched_on"]
FULL = Decimal(2_000_000_000)


@pytest.fixture
def cast(batang: Regency) -> Iterator[Cast]:
    """Batang before its first real day."""
    _live(batang, None)
    yield stage.make_cast()


def _live(batang: Regency, moment: object) -> None:
    with in_public():
        Regency.objects.filter(pk=batang.pk).update(live_at=moment, live_by="")
    batang.live_at = moment  # type: ignore[assignment]
    hosts.forget()
    connection.set_tenant(batang, include_public=False)


def go_live(batang: Regency) -> None:
    open_for_real(regency=batang, by=None, at=NOON)
    batang.live_at = NOON
    hosts.forget()
    connection.set_tenant(batang, include_public=False)


@pytest.mark.rule("SM-03")
def test_a_rehearsed_payment_blocks_no_real_one(batang: Regency, cast: Cast) -> None:
    stage.paid(cast, [stage.approved(cast)], sp2d="SP2D/0001")
    with pytest.raises(AlreadyClaimed), transaction.atomic():  # within the trial the rule is rehearsed too
        claims.draft_claim(data=stage.data(), village=cast.village, documents={}, by=cast.operator, at=NOON)
    go_live(batang)
    real = stage.approved(cast, listed=False)
    assert stage.paid(cast, [real], sp2d="SP2D/0001").sp2d_number == "SP2D/0001"
    assert list(Payment.objects.counted().values_list("claim", flat=True)) == [real.pk]
    assert [paid.number for paid in public.paid_benefits(stage.nik(1))] == [real.number]
    with pytest.raises(AlreadyClaimed), transaction.atomic():
        claims.draft_claim(data=stage.data(), village=cast.village, documents={}, by=cast.operator, at=NOON)


@pytest.mark.rule("SM-05")
def test_a_rehearsed_infant_takes_no_real_place(batang: Regency, cast: Cast) -> None:
    baby = stage.data(nik=None, birth_date=TODAY, died=TODAY, name="Bayi Ny. Siti")
    for _ in range(2):
        claims.draft_claim(data=baby, village=cast.village, documents={}, by=cast.operator, at=NOON)
        go_live(batang)
    assert list(Claim.objects.order_by("pk").values_list("is_rehearsal", flat=True)) == [True, False]


@pytest.mark.rule("SM-10")
def test_nobody_of_the_register_dies_in_a_rehearsal(batang: Regency, cast: Cast) -> None:
    stage.paid(cast, [stage.approved(cast)])
    assert RegisterEntry.objects.current().filter(ended_at=None).count() == 1
    go_live(batang)
    assert not reports.waiting_reports().exists()
    stage.paid(cast, [stage.approved(cast, listed=False)])
    assert RegisterEntry.objects.get().ended_reason == RegisterEntry.Ended.DEATH
    assert reports.waiting_reports().count() == 2


@pytest.mark.rule("SM-08")
def test_rehearsed_money_is_never_set_aside_freed_or_paid_again(batang: Regency, cast: Cast) -> None:
    waiting, decided = stage.approved(cast, 1), stage.approved(cast, 2)
    decree = decisions.issue_decree(decisions=[decided.decisions.get()], by=cast.director, at=NOON)
    unpaid = stage.listed(cast, [stage.approved(cast, 3)])
    go_live(batang)
    assert Budget.objects.get().remaining == FULL
    for attempt in (
        lambda: decisions.revoke_approval(claim=waiting, reason="x", by=cast.director, at=NOON),
        lambda: decisions.issue_decree(decisions=[waiting.decisions.get()], by=cast.director, at=NOON),
        lambda: revocation.revoke_decree(decree=decree, reason="x", outcome="refused", by=cast.director, at=NOON),
        lambda: payments.list_payments(decisions=[decided.decisions.get()], by=cast.treasurer, at=NOON),
        lambda: payments.cancel_list(payment_list=unpaid, reason="x", by=cast.treasurer, at=NOON),
        lambda: payments.disburse(payment_list=unpaid, sp2d_number="1", sp2d_date=TODAY, by=cast.paymaster, at=NOON),
    ):
        with pytest.raises(NotReady, match="latihan"), transaction.atomic():
            attempt()
    assert Budget.objects.get().remaining == FULL


def test_no_page_shows_what_was_rehearsed(batang: Regency, cast: Cast) -> None:
    claim = stage.approved(cast, 1)
    unpaid = stage.listed(cast, [stage.approved(cast, 2)])
    assert claim.number in get(cast.director, "decrees/", batang).content.decode()
    assert unpaid.number in get(cast.treasurer, "payments/", batang).content.decode()
    go_live(batang)
    assert claim.number not in get(cast.director, "decrees/", batang).content.decode()
    assert "UJI-COBA" not in get(cast.director, "decrees/", batang).content.decode()
    page = get(cast.treasurer, "payments/", batang).content.decode()
    assert "UJI-COBA" not in page
    assert "UJI-" not in page
    for user, path in (
        (cast.paymaster, f"payments/{unpaid.pk}/"),
        (cast.treasurer, f"payments/{unpaid.pk}/cancellation/"),
        (cast.director, f"claims/{claim.number}/"),
    ):
        assert get(user, path, batang).status_code == 404, path
    assert post(cast.paymaster, f"payments/{unpaid.pk}/", batang, sp2d_number="1").status_code == 404
    assert PaymentList.objects.get().disbursed_at is None


@pytest.mark.rule("SM-11")
def test_rules_are_mended_as_long_as_only_rehearsals_follow_them(batang: Regency, cast: Cast) -> None:
    stage.filed(cast)
    go_live(batang)
    dearer = replace(programme.settings_of(cast.programme), amount=Decimal(1_250_000))
    programme.correct_programme(programme=cast.programme, settings=dearer, by=cast.director, at=NOON)
    assert stage.filed(cast, listed=False).amount == Decimal(1_250_000)
    with pytest.raises(ProgrammeInUse):
        programme.correct_programme(
            programme=cast.programme, settings=replace(dearer, amount=FULL), by=cast.director, at=NOON
        )


def test_rows_of_before_learn_it_from_their_case(batang: Regency, cast: Cast) -> None:
    """Migration 0008, on what was decided and paid by then."""
    stage.paid(cast, [stage.approved(cast)])
    learn = import_module("modules.santunan_kematian.migrations.0008_rehearsals_take_nobodys_place").LEARN
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table in ("claim", "decree", "paymentlist", "payment"):
            cursor.execute(f"ALTER TABLE santunan_kematian_{table} DISABLE TRIGGER USER")
            cursor.execute(f"UPDATE santunan_kematian_{table} SET is_rehearsal = false")
            cursor.execute(f"ALTER TABLE santunan_kematian_{table} ENABLE TRIGGER USER")
        cursor.execute(learn)
    for model in (Claim, Decree, PaymentList, Payment):
        assert model.objects.get().is_rehearsal, model
    with pytest.raises(DatabaseError, match="final"), transaction.atomic():
        Payment.objects.update(is_rehearsal=False)


def test_the_central_team_counts_no_rehearsals(batang: Regency, cast: Cast) -> None:
    stage.filed(cast)
    assert services.facts(NOON).cases_open == 1
    go_live(batang)
    assert (services.facts(NOON).cases_open, services.facts(NOON).last_filed_at) == (0, None)
