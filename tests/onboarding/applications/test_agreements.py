"""The cooperation on record: documents with every part that the law wants, signed copies, reminders."""

from datetime import date, timedelta

import pytest
from django.conf import settings
from django.core import mail
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from onboarding.applications import actions, documents, queries, tasks
from onboarding.applications.models import Agreement, AgreementReminder
from tenants.accounts.models import User
from tests.onboarding.applications import builders

PARTS = (
    "Maksud dan tujuan", "Objek dan ruang lingkup", "Hak dan kewajiban", "Pembiayaan", "Jangka waktu", "Narahubung",
    "Kerahasiaan dan pelindungan data pribadi", "Hak atas kode sumber dan data", "Keadaan kahar",
    "Penyelesaian perselisihan", "Berakhirnya perjanjian",
)  # fmt: skip
"""The contents of a PKS that the domain report asks for in chapter 6.1."""


def handed_in(kind: str = "pks", ends_on: date | None = None) -> Agreement:
    return actions.hand_in(
        **builders.copy_of(kind, ends_on=ends_on), copy=builders.document(), by=None, at=timezone.now()
    )


def test_a_pks_has_every_part() -> None:
    titles = " ".join(title for title, _paragraphs in documents._texts()["pks"]["articles"])
    assert [part for part in PARTS if part not in titles] == []
    assert all(documents._texts()[kind]["basis"] for kind in ("mou", "pks", "dpa"))


@pytest.mark.parametrize("kind", ["mou", "pks", "dpa"])
def test_documents_come_from_what_was_filled_in(public: None, queued: list, kind: str) -> None:
    application = builders.submitted()
    first = documents.render(application, kind)
    assert first.startswith(b"%PDF-")
    assert documents.render(application, kind) == first
    application.terms["signatory"] = 'Siapa "#Saja" [x] $y$ _z_'  # text, never markup
    assert documents.render(application, kind) != first


def test_an_empty_application_still_prints(public: None, queued: list) -> None:
    assert documents.render(builders.verified(), "pks").startswith(b"%PDF-")


def test_the_regency_controls_its_data_and_we_process_it(public: None, queued: list) -> None:
    application = builders.submitted()
    application.sources = {"services": "batang"}
    giver, taker = documents.parties(application, "pks")
    assert (giver.name, taker.name) == ("Pemerintah Kabupaten Batang", "Pemerintah Kabupaten Kendal")
    processor, controller = documents.parties(application, "dpa")
    assert (processor.name, controller.name) == (settings.PROVIDER_NAME, "Pemerintah Kabupaten Kendal")


@pytest.mark.parametrize(
    ("starts", "months", "ends"),
    [
        ("2027-01-01", 12, date(2027, 12, 31)),
        ("2027-01-31", 1, date(2027, 2, 27)),
        ("2028-02-29", 12, date(2029, 2, 27)),
    ],
)
def test_a_term_ends_the_day_before(public: None, queued: list, starts: str, months: int, ends: date) -> None:
    application = builders.verified()
    application.terms = {"starts_on": starts, "months": months}
    assert documents.term(application)[1] == ends


def test_a_copy_is_verified_and_takes_the_place_of_the_last(ayu: User, queued: list) -> None:
    first = actions.verify_agreement(agreement=handed_in(), by=ayu, at=timezone.now())
    assert first.verified_by == ayu
    assert queries.in_force(builders.KENDAL, timezone.localdate()) == {"pks"}
    second = handed_in()
    with pytest.raises(actions.Held):
        handed_in()
    actions.verify_agreement(agreement=second, by=ayu, at=timezone.now())
    first.refresh_from_db()
    assert first.state == "replaced"
    with pytest.raises(actions.AlreadyDecided):
        actions.return_agreement(agreement=second, reason="Terlambat.", by=ayu, at=timezone.now())


def test_a_returned_copy_says_why_and_may_be_replaced(ayu: User, queued: list) -> None:
    copy = handed_in("dpa")
    with pytest.raises(actions.ReasonMissing):
        actions.return_agreement(agreement=copy, reason="", by=ayu, at=timezone.now())
    actions.return_agreement(agreement=copy, reason="Halaman 2 tidak ada.", by=ayu, at=timezone.now())
    assert handed_in("dpa").state == "uploaded"
    tasks.send_agreement_mail(agreement_id=copy.pk, kind="agreement_returned")
    assert "Halaman 2 tidak ada." in mail.outbox[0].body


def test_an_agreement_that_ends_before_it_begins(public: None, queued: list) -> None:
    with pytest.raises(IntegrityError, match="agreement_ends_after_signing"), transaction.atomic():
        handed_in(ends_on=date(2026, 1, 5))


def test_reminders_come_once_for_each_distance(ayu: User, queued: list) -> None:
    today = timezone.localdate()
    agreement = actions.verify_agreement(
        agreement=handed_in(ends_on=today + timedelta(days=100)), by=ayu, at=timezone.now()
    )

    def mails_on(day: date) -> int:
        return actions.remind(on=day, at=timezone.now())

    assert mails_on(today) == 0
    assert [mails_on(today + timedelta(days=days)) for days in (10, 10, 11)] == [1, 0, 0]
    assert [mails_on(today + timedelta(days=days)) for days in (40, 41, 70, 71, 100)] == [1, 0, 1, 0, 0]
    assert set(agreement.reminders.values_list("days", flat=True)) == {30, 60, 90}
    assert mails_on(today + timedelta(days=101)) == 0


def test_a_scheduler_that_slept_sends_one_mail_not_three(ayu: User, queued: list) -> None:
    today = timezone.localdate()
    agreement = handed_in(ends_on=today + timedelta(days=20))
    actions.verify_agreement(agreement=agreement, by=ayu, at=timezone.now())
    assert actions.remind(on=today, at=timezone.now()) == 1
    assert AgreementReminder.objects.get().days == 30
    tasks.send_agreement_mail(agreement_id=agreement.pk, kind="agreement_ends")
    assert "berakhir 20 hari lagi" in mail.outbox[0].body


def test_the_applicant_prints_and_hands_in(visitor: Client, queued: list) -> None:
    application = builders.submitted()
    base = f"/apply/{builders.key_of(application)}"
    printed = visitor.get(f"{base}/documents/pks/")
    assert printed["Content-Type"] == "application/pdf"
    assert visitor.get(f"{base}/documents/lain/").status_code == 404
    fields = {**builders.copy_of("pks"), "copy": builders.document()}
    fields = {name: value for name, value in fields.items() if name not in ("application", "code")}
    assert visitor.post(f"{base}/agreements/", fields).status_code == 302
    assert "Diperiksa" in visitor.get(f"{base}/agreements/").content.decode()
    bad = visitor.post(f"{base}/agreements/", {**fields, "copy": builders.document(), "ends_on": "2020-01-01"})
    assert bad.status_code == 422
