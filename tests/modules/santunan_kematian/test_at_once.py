"""Two people at once: real transactions, real connections, the database decides."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from decimal import Decimal
from threading import Barrier, Event, Thread
from typing import Any

import pytest
from django.db import IntegrityError, connection, connections, transaction
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from modules.santunan_kematian.actions import claims, decisions, letters, payments, programme, revocation
from modules.santunan_kematian.actions.errors import AlreadyClaimed, BudgetExhausted, NotReady, ProgrammeInUse
from modules.santunan_kematian.models import (
    Budget,
    Claim,
    Decision,
    Decree,
    DecreeRevocation,
    Payment,
    Programme,
    RegisterEntry,
)
from modules.services import public as services
from tenants.letters import tasks
from tenants.letters.actions import make_letter
from tenants.letters.models import Letter
from tenants.models import Regency
from tests.conftest import NewRegency
from tests.modules.santunan_kematian import cast as stage
from tests.modules.santunan_kematian.cast import NOON, Cast


@pytest.fixture
def kendal(committed: NewRegency, monkeypatch: pytest.MonkeyPatch) -> Iterator[Regency]:
    """A regency whose rows are really committed; no worker runs."""
    monkeypatch.setattr(tasks.make_letter, "delay", lambda **_: None)
    regency = committed("kendal")
    connection.set_tenant(regency, include_public=False)
    yield regency
    connection.set_schema_to_public()


def at_once(regency: Regency, *deeds: Callable[[], Any]) -> list[Any]:
    """Do them in threads of their own, started together; what each returned or raised."""
    start = Barrier(len(deeds))

    def run(deed: Callable[[], Any]) -> Any:
        connection.set_tenant(regency, include_public=False)
        try:
            start.wait(timeout=10)
            return deed()
        except Exception as error:
            return error
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(deeds)) as pool:
        return list(pool.map(run, deeds))


def after_the_other(regency: Regency, first: Callable[[], Any], second: Callable[[], Any]) -> tuple[Any, Any]:
    """Do `second` while the transaction of `first` is open; that one ends once the other waits for it, or is done."""
    found: list[Any] = []
    other = Thread(target=lambda: found.extend(at_once(regency, second)))
    with transaction.atomic():
        done = first()
        other.start()
        while other.is_alive() and not _somebody_waits():
            other.join(timeout=0.01)
    other.join(timeout=30)
    return done, found[0]


def _somebody_waits() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
        return bool(cursor.fetchone()[0])


@pytest.mark.rule("SM-08")
def test_two_approvals_for_the_last_million(kendal: Regency) -> None:
    cast = stage.make_cast("33.24")
    both = [stage.verified(cast, n) for n in (1, 2)]
    Budget.objects.update(committed=Decimal(1_999_000_000))
    found = at_once(
        kendal,
        *[
            lambda claim=claim: decisions.approve_claim(claim=claim, by=cast.director, at=NOON)  # type: ignore[misc]
            for claim in both
        ],
    )
    assert sorted(type(item).__name__ for item in found) == ["BudgetExhausted", "Decision"]
    assert Budget.objects.get().committed == Decimal(2_000_000_000)
    assert sorted(Claim.objects.values_list("case__state", flat=True)) == ["disetujui", "keputusan"]


@pytest.mark.rule("SM-03")
def test_two_villages_begin_a_claim_for_the_same_person(kendal: Regency) -> None:
    cast = stage.make_cast("33.24")
    found = at_once(
        kendal,
        *[
            lambda n=n: claims.draft_claim(  # type: ignore[misc]
                data=stage.data(1, kk=stage.kk(n)),
                village=(cast.village, cast.elsewhere)[n],
                documents={},
                by=None,
                at=NOON,
            )
            for n in (0, 1)
        ],
    )
    assert sorted(type(item).__name__ for item in found) == ["AlreadyClaimed", "Claim"], found
    assert Claim.objects.count() == services.open_cases(service="santunan_kematian") == 1


BABY = {"birth_date": stage.TODAY - timedelta(days=60), "kk": stage.kk(1)}


def begin(cast: Cast, **changes: Any) -> Callable[[], Any]:
    told = stage.data(1, **{**BABY, **changes})
    return lambda: claims.draft_claim(data=told, village=cast.village, documents={}, by=None, at=NOON)


@pytest.mark.rule("SM-03")
@pytest.mark.rule("SM-05")
@pytest.mark.parametrize("niks", [(None, stage.nik(1)), (stage.nik(1), None), (None, None)])
def test_an_infant_is_claimed_with_and_without_its_nik(kendal: Regency, niks: tuple[str | None, str | None]) -> None:
    """Whoever comes second waits, then learns that the child is claimed already."""
    cast = stage.make_cast("33.24")
    first, second = after_the_other(kendal, *[begin(cast, nik=nik) for nik in niks])
    assert isinstance(first, Claim)
    assert isinstance(second, AlreadyClaimed), second
    assert first.number in str(second)
    at_random = at_once(kendal, *[begin(cast, nik=nik, birth_order=2) for nik in niks])
    assert sorted(type(item).__name__ for item in at_random) == ["AlreadyClaimed", "Claim"], at_random
    assert Claim.objects.count() == services.open_cases(service="santunan_kematian") == 2


@pytest.mark.rule("SM-03")
def test_an_infant_is_changed_into_one_that_is_being_claimed(kendal: Regency) -> None:
    cast = stage.make_cast("33.24")
    other = begin(cast, nik=None, birth_order=2)()
    same = stage.data(1, **{**BABY, "nik": None})
    _done, second = after_the_other(
        kendal,
        begin(cast, nik=stage.nik(1)),
        lambda: claims.change_claim(claim=other, data=same, documents={}, by=None, at=NOON),
    )
    assert isinstance(second, AlreadyClaimed), second


@pytest.mark.rule("SM-03")
def test_the_database_refuses_a_second_claim_for_one_birth(kendal: Regency) -> None:
    """Without any action: twins may differ by order or by NIK, one birth without NIK stands alone."""
    cast = stage.make_cast("33.24")
    without = begin(cast, nik=None)()
    with_nik = begin(cast, nik=stage.nik(1), birth_order=2)()
    third = begin(cast, nik=stage.nik(2), birth_order=3)()
    Claim.objects.filter(pk=third.pk).update(birth_order=2)  # both have a NIK, and these differ
    for claim in (with_nik, third):
        with pytest.raises(IntegrityError, match="claim_once_per_birth"), transaction.atomic():
            Claim.objects.filter(pk=claim.pk).update(birth_order=1)
    Claim.objects.filter(pk=without.pk).update(released_at=NOON)
    assert Claim.objects.filter(pk=with_nik.pk).update(birth_order=1) == 1


@pytest.mark.rule("SM-11")
def test_a_claim_is_begun_while_its_programme_is_revised(kendal: Regency) -> None:
    """The rules of a day are those of the claim of that day, whoever was first."""
    cast = stage.make_cast("33.24")
    died = stage.TODAY - timedelta(days=1)

    def revise(start: date) -> Callable[[], Any]:
        settings = programme.Settings(name="Aturan baru", valid_from=start, amount=Decimal(2_000_000))
        current = Programme.objects.get(code="santunan")
        return lambda: programme.revise_programme(programme=current, settings=settings, by=None, at=NOON)

    claim, refused = after_the_other(kendal, begin(cast, died=died, nik=None), revise(died))
    assert isinstance(refused, ProgrammeInUse), refused
    revised, late = after_the_other(kendal, revise(stage.TODAY), begin(cast, died=stage.TODAY, nik=None, birth_order=2))
    assert isinstance(late, Claim), late
    assert (claim.programme, late.programme) == (cast.programme, revised)
    assert late.amount == late.case.amount == Decimal(2_000_000)
    changed = after_the_other(
        kendal,
        revise(stage.TODAY + timedelta(days=1)),
        lambda: claims.change_claim(
            claim=claim,
            data=stage.data(1, **{**BABY, "nik": None, "died": stage.TODAY}),
            documents={},
            by=None,
            at=NOON,
        ),
    )[1]
    assert changed.programme == revised


@pytest.mark.rule("SM-03")
def test_one_claim_decided_by_two_hands(kendal: Regency) -> None:
    cast = stage.make_cast("33.24")
    claim = stage.verified(cast)
    found = at_once(
        kendal,
        lambda: decisions.approve_claim(claim=claim, by=cast.director, at=NOON),
        lambda: decisions.refuse_claim(claim=claim, reason="Ganda", by=cast.director, at=NOON),
    )
    assert sum(isinstance(item, Decision) for item in found) == 1, found
    assert Decision.objects.count() == 1
    budget = Budget.objects.get()
    assert budget.committed == sum(Decision.objects.values_list("amount", flat=True))


@pytest.mark.rule("SM-13")
def test_one_sk_is_issued_while_another_is_taken_back(kendal: Regency, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both draw a number of the same series and write into the one audit: they wait in line, never in a circle."""
    cast = stage.make_cast("33.24")
    old = decisions.issue_decree(decisions=[stage.approved(cast, 1).decisions.get()], by=cast.director, at=NOON)
    make_letter(letter_id=Letter.objects.of(old).get().pk, at=NOON)
    fresh = stage.approved(cast, 2).decisions.get()
    write, numbered = letters.decree, Event()

    def write_late(**told: Any) -> Letter:
        numbered.set()
        never = Event()
        for _ in range(1000):
            if _somebody_waits() or never.wait(timeout=0.01):
                break
        return write(**told)

    monkeypatch.setattr(letters, "decree", write_late)

    def take_back() -> DecreeRevocation:
        numbered.wait(timeout=10)
        return revocation.revoke_decree(decree=old, reason="Salah nama", outcome="refused", by=cast.director, at=NOON)

    issued, taken = at_once(
        kendal, lambda: decisions.issue_decree(decisions=[fresh], by=cast.director, at=NOON), take_back
    )
    assert isinstance(issued, Decree), issued
    assert isinstance(taken, DecreeRevocation), taken
    assert Budget.objects.get().committed == Decimal(1_000_000)


@pytest.mark.rule("SM-03")
def test_one_list_paid_by_two_hands(kendal: Regency) -> None:
    cast = stage.make_cast("33.24")
    made = stage.listed(cast, [stage.approved(cast)])
    found = at_once(
        kendal,
        *[
            lambda n=n: payments.disburse(  # type: ignore[misc]
                payment_list=made, sp2d_number=f"SP2D/{n}", sp2d_date=NOON.date(), by=cast.paymaster, at=NOON
            )
            for n in (1, 2)
        ],
    )
    assert sum(isinstance(item, NotReady) for item in found) == 1, found
    assert Budget.objects.get().paid == Decimal(1_000_000)


def test_taken_back_while_it_is_put_into_an_sk(kendal: Regency) -> None:
    """One of the two learns that the other was first; neither waits in a circle."""
    cast = stage.make_cast("33.24")
    claim, other = stage.approved(cast, 1), stage.approved(cast, 2)
    both = list(Decision.objects.order_by("-pk"))
    found = at_once(
        kendal,
        lambda: decisions.issue_decree(decisions=both, by=cast.director, at=NOON),
        lambda: decisions.revoke_approval(claim=claim, reason="Keliru", by=cast.director, at=NOON),
    )
    assert sum(isinstance(item, NotReady) for item in found) == 1, found
    standing = Decision.objects.filter(revoked_at=None)
    assert Budget.objects.get().committed == sum(standing.values_list("amount", flat=True))
    assert other.decisions.get().revoked_at is None


class Money(RuleBasedStateMachine):
    """Approve, take back, refuse, list and pay in any order, two hands at a time: the ceiling of three holds."""

    regency: Regency
    cast: Cast
    CLAIMS = 6

    claims: list[Claim]

    @initialize()
    def begin(self) -> None:
        """Six verified claims and money for three; cheaper to wind back than to make anew."""
        connection.set_tenant(self.regency, include_public=False)
        with connection.cursor() as cursor:
            tables = ("decision", "deathreport", "paymentlist", "decree")
            cursor.execute(f"TRUNCATE {', '.join(f'santunan_kematian_{name}' for name in tables)} CASCADE")
        Budget.objects.update(committed=0, paid=0, ceiling=Decimal(3_000_000))
        Claim.objects.update(released_at=None)
        RegisterEntry.objects.update(ended_at=None, ended_reason="", valid_to=date(2026, 12, 31))
        services.Case.objects.update(
            state="keputusan", turn_role="kepala_dinsos", turn_scope="regency", closed_at=None, outcome=""
        )

    def _try(self, deed: Callable[[], Any]) -> Callable[[], Any]:
        def attempt() -> Any:
            try:
                return deed()
            except (BudgetExhausted, NotReady, services.CaseRefused, AlreadyClaimed):
                return None

        return attempt

    @rule(first=st.integers(0, CLAIMS - 1), second=st.integers(0, CLAIMS - 1))
    def approve_two(self, first: int, second: int) -> None:
        deeds = [
            self._try(lambda n=n: decisions.approve_claim(claim=self.claims[n], by=self.cast.director, at=NOON))  # type: ignore[misc]
            for n in {first, second}
        ]
        self._go(*deeds)

    @rule(first=st.integers(0, CLAIMS - 1), second=st.integers(0, CLAIMS - 1))
    def approve_one_and_take_back_another(self, first: int, second: int) -> None:
        director = self.cast.director
        self._go(
            self._try(lambda: decisions.approve_claim(claim=self.claims[first], by=director, at=NOON)),
            self._try(
                lambda: decisions.revoke_approval(claim=self.claims[second], reason="Keliru", by=director, at=NOON)
            ),
        )

    @rule(n=st.integers(0, CLAIMS - 1))
    def refuse(self, n: int) -> None:
        self._go(
            self._try(lambda: decisions.refuse_claim(claim=self.claims[n], reason="x", by=self.cast.director, at=NOON))
        )

    @rule()
    def pay_what_is_approved(self) -> None:
        waiting = Decision.objects.filter(outcome="approved", revoked_at=None, payment=None)
        chosen = list(waiting.select_related("claim"))
        if chosen:
            number = f"SP2D/{Payment.objects.count()}/{Decision.objects.order_by('-pk')[0].pk}"
            stage.paid(self.cast, [decision.claim for decision in chosen], sp2d=number)

    def _go(self, *deeds: Callable[[], Any]) -> None:
        for item in at_once(self.regency, *deeds):
            if isinstance(item, Exception):
                raise item

    @invariant()
    def the_ceiling_holds_and_every_rupiah_is_accounted_for(self) -> None:
        budget = Budget.objects.get()
        approved = Decision.objects.filter(outcome="approved", revoked_at=None)
        assert budget.committed <= budget.ceiling
        assert budget.committed == sum(approved.values_list("amount", flat=True))
        paid = Payment.objects.filter(paid_at__isnull=False)
        assert budget.paid == sum(paid.values_list("amount", flat=True))
        assert budget.paid <= budget.committed


@pytest.mark.slow
@pytest.mark.rule("SM-08")
def test_the_ceiling_holds_in_any_order(kendal: Regency) -> None:
    Money.regency, Money.cast = kendal, stage.make_cast("33.24")
    Money.claims = [stage.verified(Money.cast, n) for n in range(1, Money.CLAIMS + 1)]
    run_state_machine_as_test(
        Money,
        settings=settings(
            max_examples=4,
            stateful_step_count=6,
            deadline=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        ),
    )
