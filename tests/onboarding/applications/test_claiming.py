"""A regency is applied for once; who comes second is told, may join or contest; what is abandoned holds nothing."""

import threading
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.core import mail
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from onboarding.applications import actions, links, queries, tasks
from onboarding.applications.models import Application, ApplicationEvent, JoinRequest, Paper
from tenants.accounts.models import User
from tests.onboarding.applications import builders
from tests.onboarding.applications.builders import EMAIL, KENDAL

SECOND = "arif@kendalkab.go.id"
State = Application.State


@pytest.mark.parametrize(
    "email",
    [
        "dewi@gmail.com",
        "dewi@notgo.id",
        "dewi@go.id",
        "dewi@kendalkab.go.id.evil.com",
        "dewi@evil.com#.go.id",
        "dewi@kendalkab.go.id@evil.com",
        "bukan surel",
        "dewi@kendаl.go.id",  # a Cyrillic а
        "",
    ],
)
def test_only_a_governments_mailbox(public: None, queued: list, email: str) -> None:
    with pytest.raises(actions.EmailRefused):
        builders.begun(email=email)
    assert not Application.objects.exists()


@pytest.mark.parametrize("code", ["", "99.99", "3324", "31.01", "99.01", "<script>"])
def test_only_one_of_the_514_with_a_government(public: None, queued: list, code: str) -> None:
    with pytest.raises(actions.RegencyUnknown):
        builders.begun(code=code)


def test_who_is_here_already_is_told(public: None, queued: list) -> None:
    with pytest.raises(actions.RegencyHere, match="sudah bekerja di sini"):
        builders.begun(code="33.25")


def test_the_link_proves_the_mailbox_once(
    public: None, queued: list, django_capture_on_commit_callbacks: object
) -> None:
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        draft = builders.begun()
    assert queued == [(draft.pk, "verify")]
    draft.refresh_from_db()
    tasks.send_mail(application_id=draft.pk, kind="verify")
    (sent,) = mail.outbox
    assert sent.to == [EMAIL]
    assert links.verification_url(draft) in sent.body
    token = links.verification_of(draft)
    assert token not in str(vars(draft)), "the database holds only its hash"
    proven = actions.verify(token=token, at=timezone.now())
    assert (proven.state, proven.subdomain) == ("email_verified", "kendal")
    with pytest.raises(actions.LinkInvalid):
        actions.verify(token=token, at=timezone.now())
    tasks.send_mail(application_id=draft.pk, kind="verify")
    assert len(mail.outbox) == 1, "a late task sends no link that no longer works"


def test_a_link_grows_old_and_a_new_one_replaces_it(public: None, queued: list) -> None:
    at = timezone.now()
    draft = builders.begun(at=at)
    draft.refresh_from_db()
    old = links.verification_of(draft)
    late = at + timedelta(hours=settings.APPLICATION_LINK_HOURS)
    with pytest.raises(actions.LinkInvalid):
        actions.verify(token=old, at=late)
    again = builders.begun(at=at + timedelta(minutes=1))
    assert again.pk == draft.pk, "the same wish is the same application"
    with pytest.raises(actions.LinkInvalid):
        actions.verify(token=old, at=at)


def test_the_second_one_is_told_and_holds_nothing(public: None, queued: list) -> None:
    first, second = builders.verified(), builders.verified(email=SECOND)
    assert (first.state, second.state) == ("email_verified", "waiting")
    assert queries.holder_of(KENDAL) == first
    with pytest.raises(actions.NotEditable):
        actions.save_officer(application=second, **builders.OFFICER, at=timezone.now())
    with pytest.raises(actions.Held):
        actions.take_up(application=second, at=timezone.now())


def test_the_database_knows_one_holder(public: None, queued: list) -> None:
    builders.verified()
    second = builders.verified(email=SECOND)
    for state in Application.HOLDING[:4]:
        with pytest.raises(IntegrityError, match="application_code_once"), transaction.atomic():
            Application.objects.filter(pk=second.pk).update(state=state)


def test_a_colleague_joins(public: None, queued: list) -> None:
    first, second = builders.verified(), builders.verified(email=SECOND)
    asked = actions.ask_to_join(application=second, at=timezone.now())
    with pytest.raises(actions.Held, match="sudah dikirim"):
        actions.ask_to_join(application=second, at=timezone.now())
    actions.answer_join(application=first, asked_id=asked.pk, accepted=True, at=timezone.now())
    second.refresh_from_db()
    assert second.state == "joined"
    assert queries.find(links.key_of(second)) == first, "both links open the same application"
    with pytest.raises(actions.AlreadyDecided):
        actions.answer_join(application=first, asked_id=asked.pk, accepted=False, at=timezone.now())


def test_a_stranger_is_not_let_in(public: None, queued: list) -> None:
    first, second = builders.verified(), builders.verified(email=SECOND)
    asked = actions.ask_to_join(application=second, at=timezone.now())
    actions.answer_join(application=first, asked_id=asked.pk, accepted=False, at=timezone.now())
    second.refresh_from_db()
    assert second.state == "waiting"
    assert queries.find(links.key_of(second)) == second
    other = builders.verified(code="33.26", email="lain@contoh.go.id")
    with pytest.raises(actions.NotEditable):
        actions.answer_join(application=other, asked_id=asked.pk, accepted=True, at=timezone.now())
    assert JoinRequest.objects.count() == 1


def contested() -> tuple[Application, Application]:
    first, second = builders.submitted(), builders.verified(email=SECOND)
    letter = builders.document("tugas-kami.jpg")
    actions.contest(application=second, reason="Yang mengajukan bukan pegawai kami.", letter=letter, at=timezone.now())
    second.refresh_from_db()
    return first, second


def test_nothing_is_approved_while_it_is_contested(ayu: User, queued: list) -> None:
    first, _second = contested()
    with pytest.raises(actions.AlreadyDecided, match="keberatan"):
        actions.approve(application=first, by=ayu, at=timezone.now())


@pytest.mark.parametrize(
    ("gives_way", "states"), [(False, ("submitted", "refused")), (True, ("refused", "email_verified"))]
)
def test_operators_settle_a_contest_with_a_reason(
    ayu: User, queued: list, gives_way: bool, states: tuple[str, str]
) -> None:
    first, second = contested()
    with pytest.raises(actions.ReasonMissing):
        actions.settle(application=second, gives_way=gives_way, reason=" ", by=ayu, at=timezone.now())
    actions.settle(application=second, gives_way=gives_way, reason="Surat tugas Sekda.", by=ayu, at=timezone.now())
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.state, second.state) == states
    loser = second if not gives_way else first
    assert loser.reason == "Surat tugas Sekda."
    event = ApplicationEvent.objects.filter(application=loser).latest("pk")
    assert (event.by, event.by_name) == (ayu, ayu.name)
    with pytest.raises(actions.AlreadyDecided):
        actions.settle(application=second, gives_way=True, reason="Lagi.", by=ayu, at=timezone.now())


def test_who_gives_up_is_forgotten_and_the_code_is_free(
    public: None, queued: list, django_capture_on_commit_callbacks: object
) -> None:
    first, second = builders.filled(), builders.verified(email=SECOND)
    path = first.papers.get().file.path
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        actions.withdraw(application=first, at=timezone.now())
    first.refresh_from_db()
    assert "dewi" not in str(vars(first)).lower()
    assert (first.nip, first.phone, first.administrators, first.terms) == (None, None, [], {})
    assert not Paper.objects.exists()
    assert not Path(path).exists()
    assert actions.take_up(application=second, at=timezone.now()).state == "email_verified"


def test_abandoned_drafts_end_and_never_hold_a_code(public: None, queued: list) -> None:
    at = timezone.now()
    half_way = builders.verified(at=at)
    unproven = builders.begun(code="33.26", email="lain@contoh.go.id", at=at)
    handed_in = builders.submitted(code="33.27", email="lain@pemalang.go.id")
    later = at + timedelta(days=settings.APPLICATION_DRAFT_DAYS, minutes=1)
    # Even before the hourly task: whoever proves a mailbox for the code is not held up by what was left there.
    second = builders.verified(email=SECOND, at=later)
    assert second.state == "email_verified"
    half_way.refresh_from_db()
    assert half_way.state == "expired"
    assert actions.expire_overdue(at=later) == 1
    unproven.refresh_from_db()
    handed_in.refresh_from_db()
    assert (unproven.state, handed_in.state) == ("expired", "submitted")
    assert actions.expire_overdue(at=later) == 0


def test_links_open_nothing_but_their_own(public: None, queued: list) -> None:
    application = builders.verified()
    assert queries.find(links.key_of(application)) == application
    for token in ("", "x", links.key_of(application)[:-1] + "_", application.key_hash or "", "a" * 43):
        assert queries.find(token) is None


def test_a_lost_link_is_sent_again_and_nobody_learns_whether(
    public: None, queued: list, django_capture_on_commit_callbacks: object
) -> None:
    application = builders.verified()
    queued.clear()
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        actions.resume(code=KENDAL, email=EMAIL.upper(), at=timezone.now())
        actions.resume(code=KENDAL, email="lain@contoh.go.id", at=timezone.now())
    assert queued == [(application.pk, "key")]


@pytest.mark.slow
def test_many_at_once_for_one_regency(
    template: None, django_db_setup: None, django_db_blocker: pytest.FixtureLookupError, queued: list
) -> None:
    """Twelve people prove their mailboxes for the same regency in the same moment: one holds it, eleven are told."""
    count = 12
    with django_db_blocker.unblock():
        connection.set_schema_to_public()
        drafts = [builders.begun(email=f"pegawai{number}@kendalkab.go.id") for number in range(count)]
        for draft in drafts:
            draft.refresh_from_db()
        gate, states, failures = threading.Barrier(count), [], []

        def prove(draft: Application) -> None:
            try:
                gate.wait()
                states.append(actions.verify(token=links.verification_of(draft), at=timezone.now()).state)
            except Exception as error:
                failures.append(error)
            finally:
                connection.close()

        try:
            threads = [threading.Thread(target=prove, args=(draft,)) for draft in drafts]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            assert failures == []
            assert sorted(states) == ["email_verified", *["waiting"] * (count - 1)]
        finally:
            Application.objects.filter(code=KENDAL).delete()


@pytest.mark.slow
def test_a_double_click_begins_once(
    template: None, django_db_setup: None, django_db_blocker: pytest.FixtureLookupError, queued: list
) -> None:
    with django_db_blocker.unblock():
        connection.set_schema_to_public()
        gate, failures = threading.Barrier(6), []

        def click() -> None:
            try:
                gate.wait()
                builders.begun()
            except Exception as error:
                failures.append(error)
            finally:
                connection.close()

        try:
            threads = [threading.Thread(target=click) for _ in range(6)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            assert failures == []
            assert Application.objects.filter(code=KENDAL).count() == 1
        finally:
            Application.objects.filter(code=KENDAL).delete()
