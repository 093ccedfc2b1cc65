"""Nobody is remembered longer than needed: at once when given up, after a while when refused."""

import json
from datetime import timedelta
from pathlib import Path

import time_machine
from django.core import mail, serializers
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from onboarding.applications import actions, tasks
from onboarding.applications.models import Agreement, Application, ApplicationEvent, Paper
from tenants.accounts.models import User
from tenants.audit.models import AuditEntry
from tests.onboarding.applications import builders

PEOPLE = ("Dewi", "Bagus", "198503152010012003", "81234567890", "dewi@", "bagus@", "Sutarjo", "Surat tugas palsu")


def kept() -> str:
    """Everything that the database still says about applications."""
    rows = [*Application.objects.all(), *ApplicationEvent.objects.all(), *Paper.objects.all(), *Agreement.objects.all()]
    said = [field for row in rows for field in (getattr(row, "nip", ""), getattr(row, "phone", ""))]
    return serializers.serialize("json", rows) + json.dumps([str(value) for value in said])


def named(text: str) -> list[str]:
    return [words for words in PEOPLE if words in text]


def refused(by: User) -> Application:
    application = builders.submitted()
    copy = {**builders.copy_of("pks"), "application": application}
    actions.hand_in(**copy, copy=builders.document("naskah.jpg"), by=None, at=timezone.now())
    return actions.refuse(application=application, reason="Surat tugas palsu.", by=by, at=timezone.now())


def night(days: float) -> int:
    with time_machine.travel(timezone.now() + timedelta(days=days), tick=False):
        return int(tasks.anonymise_refused.apply(throw=True).get())


def test_what_was_refused_loses_its_people_after_a_while(
    ayu: User, queued: list, settings: Settings, tmp_path: Path, django_capture_on_commit_callbacks: object
) -> None:
    settings.APPLICATION_RETENTION_DAYS = 90
    application = refused(ayu)
    assert set(named(kept())) == set(PEOPLE)
    assert night(89) == 0
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        assert night(91) == 1
    assert named(kept()) == []
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == [], "the papers are gone too"
    application.refresh_from_db()
    assert (application.state, application.code) == ("refused", builders.KENDAL), "what became of it stays"
    assert application.email.endswith("@kendalkab.go.id")
    entry = AuditEntry.objects.get(action="applications.application_anonymised")
    assert entry.subject_label == application.number
    assert night(92) == 0


def test_its_link_opens_nothing_and_no_mail_goes_to_nobody(ayu: User, visitor: Client) -> None:
    application = refused(ayu)
    address = f"/apply/{builders.key_of(application)}/"
    assert visitor.get(address).status_code == 200
    night(200)
    assert visitor.get(address).status_code == 404
    tasks.send_mail(application_id=application.pk, kind="refused")
    assert mail.outbox == []


def test_a_colleague_is_forgotten_with_what_was_joined(ayu: User, queued: list) -> None:
    asked = builders.asked_to_join()
    actions.answer_join(application=asked.application, asked_id=asked.pk, accepted=True, at=timezone.now())
    assert night(400) == 0, "they work on it together"
    actions.withdraw(application=asked.application, at=timezone.now())
    assert AuditEntry.objects.filter(action="applications.application_anonymised").count() == 1
    assert night(100) == 0
    assert night(400) == 1
    assert Application.objects.filter(anonymised_at=None).count() == 0


def test_who_is_decided_for_or_waits_is_kept(ayu: User, queued: list) -> None:
    builders.submitted()
    actions.verify_agreement(
        agreement=actions.hand_in(
            **builders.copy_of("pks", code="33.26"), copy=builders.document(), by=None, at=timezone.now()
        ),
        by=ayu,
        at=timezone.now(),
    )
    assert night(4000) == 0
    assert Agreement.objects.count() == 1
