"""Who gets in with which link, and what happens to links that end."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core import mail
from django.db import connection
from django.test import Client
from django.utils import timezone

from onboarding.assessment import tasks
from onboarding.assessment.actions import links, retention
from onboarding.assessment.models import Answer, Evidence, Link, Unit
from tests.onboarding.assessment.conftest import Case, Opened
from tests.tenants.files import samples

HX = {"hx-request": "true"}
LEADING = ["offices/", "links/"]
WHOLE = ["results/", "results/document/", "modules/e-planning/", "exchange/"]


def test_a_tampered_token_is_not_there(case: Case, client: Client) -> None:
    for token in (case.token[:-1] + "x", case.token.lower(), "0" * 32, case.link.token_hash):
        assert client.get(f"/assessment/{token}/").status_code == 404
        assert client.get(f"/assessment/{token}/results/").status_code == 404
        assert client.post(f"/assessment/{token}/submission/").status_code == 404


def test_a_section_link_opens_its_section_alone(case: Case, client: Client) -> None:
    held = case.invite(sheet=case.sheet, section="A", label="Bagian Hukum")
    assert client.get(held.section_url("A")).status_code == 200
    assert client.get(held.section_url("B")).status_code == 404
    assert client.post(held.section_url("B"), {"B05-choice": "4", "B05-version": "0"}).status_code == 404
    assert client.post(held.section_url("B") + "B05/", {"B05-choice": "4"}).status_code == 404
    assert [client.get(held.url(path)).status_code for path in LEADING + WHOLE] == [404] * 6
    assert client.post(held.url("submission/")).status_code == 404
    assert client.get(held.url()).status_code == 302, "one page: straight to it"


def test_a_district_opens_its_villages_and_no_other(case: Case, client: Client) -> None:
    district = case.unit("kecamatan")
    mine = Unit.objects.filter(assessment=case.assessment, parent=district.code)[0]
    other = Unit.objects.filter(assessment=case.assessment, kind="desa").exclude(parent=district.code)[0]
    held = case.invite(unit=district, label="Camat")
    assert client.get(held.url(f"units/{district.pk}/")).status_code == 200
    assert client.get(held.section_url("E", mine)).status_code == 200
    assert client.get(held.section_url("E", other)).status_code == 404
    assert client.get(held.url(f"units/{other.pk}/")).status_code == 404


def test_a_village_lands_on_its_question(case: Case, client: Client) -> None:
    village = case.unit("desa")
    held = case.invite(unit=village)
    response = client.get(held.url())
    assert response["Location"] == held.section_url("E", village)
    text = client.get(response["Location"]).content.decode()
    assert text.count('class="panel question') == 1
    client.post(held.section_url("E", village), {"E05-choice": "3", "E05-version": "0"})
    assert Answer.objects.get(unit=village).answered_by == "Bu Sri"


def test_another_assessment_is_closed(opened: Opened, case: Case, client: Client) -> None:
    other = opened("33.24", partner="")
    foreign = f"sheets/{other.sheet.pk}/A/{other.unit().pk}/"
    assert client.get(case.url(foreign)).status_code == 404
    assert client.post(case.url(foreign), {"A01-choice": "1"}).status_code == 404
    mixed = f"sheets/{case.sheet.pk}/A/{other.unit().pk}/"
    assert client.get(case.url(mixed)).status_code == 404
    assert client.post(case.url(f"links/{other.link.pk}/revocation/")).status_code == 404


def test_an_expired_link_says_so_and_sends_a_new_one(
    case: Case, client: Client, sent: list[tuple[int, str]], django_capture_on_commit_callbacks: Any
) -> None:
    Link.objects.filter(pk=case.link.pk).update(expires_at=timezone.now() - timedelta(days=1))
    response = client.get(case.url())
    assert response.status_code == 410
    assert "Kirim tautan baru" in response.content.decode()
    sent.clear()
    with django_capture_on_commit_callbacks(execute=True):
        assert client.post(case.url("renewal/")).status_code == 200
    [(_link, token)] = sent
    assert client.get(f"/assessment/{token}/").status_code == 200
    assert client.post(case.url("renewal/")).status_code == 410, "the old one is done with"


def test_a_revoked_link_ends_and_its_answers_stay(case: Case, client: Client) -> None:
    held = case.invite(label="Pak Budi")
    client.post(held.section_url("A"), {"A01-choice": "3", "A01-version": "0"})
    client.post(case.url(f"links/{held.link.pk}/revocation/"))
    assert client.get(held.url()).status_code == 410
    assert Answer.objects.get().answered_by == "Pak Budi"
    client.post(case.url(f"links/{case.link.pk}/revocation/"))
    assert client.get(case.url()).status_code == 200, "the leading link cannot shut itself out"


def test_a_lost_link_is_mailed_and_the_answer_tells_nothing(
    case: Case, client: Client, sent: list[tuple[int, str]], django_capture_on_commit_callbacks: Any
) -> None:
    sent.clear()
    with django_capture_on_commit_callbacks(execute=True):
        known = client.post("/assessment/resume/", {"email": "SEKDA@manggarai.test"})
        unknown = client.post("/assessment/resume/", {"email": "siapa@contoh.test"})
    shown = [re.sub(r'csrfmiddlewaretoken" value="\w+', "", page.content.decode()) for page in (known, unknown)]
    assert shown[0] == shown[1]
    [(_link, token)] = sent
    assert client.get(case.url()).status_code == 200, "a stranger who knows the address closes nothing"
    assert client.get(f"/assessment/{token}/").status_code == 200
    assert client.get(case.url()).status_code == 410, "the mailbox has spoken"


def test_asking_twice_sends_one_link_for_each_assessment(
    opened: Opened, case: Case, sent: list[tuple[int, str]], django_capture_on_commit_callbacks: Any
) -> None:
    opened("33.24", partner="")
    links.send_again(email="sekda@manggarai.test", at=timezone.now())
    sent.clear()
    with django_capture_on_commit_callbacks(execute=True):
        assert links.send_again(email="sekda@manggarai.test", at=timezone.now()) == 2
    assert len(sent) == 2


def test_links_are_shown_once(case: Case, client: Client) -> None:
    made = client.post(case.url("links/bulk/"), {"kind": "kecamatan"}).content.decode()
    count = Unit.objects.filter(assessment=case.assessment, kind="kecamatan").count()
    assert made.count("<code>http") == count
    assert "<code>http" not in client.get(case.url("links/")).content.decode()
    again = client.post(case.url("links/bulk/"), {"kind": "kecamatan"}, follow=True).content.decode()
    assert "sudah punya tautan" in again
    one = client.post(case.url("links/"), {"label": "Hukum", "part": f"section:{case.sheet.pk}:A"}).content.decode()
    assert one.count("<code>http") == 1
    assert Link.objects.get(label="Hukum").section == "A"
    bad = client.post(case.url("links/"), {"label": "Hukum", "part": "section:999:A"})
    assert bad.status_code == 422


def test_the_mail_carries_the_link_and_nothing_when_revoked(case: Case) -> None:
    tasks.send_link(case.link.pk, case.token)
    [letter] = mail.outbox
    assert letter.to == ["sekda@manggarai.test"]
    assert f"/assessment/{case.token}/" in letter.body
    Link.objects.update(revoked_at=timezone.now())
    tasks.send_link(case.link.pk, case.token)
    assert len(mail.outbox) == 1


@pytest.mark.parametrize("path", ["", "results/", "links/"])
def test_a_used_link_stays_open(case: Case, client: Client, path: str) -> None:
    """Reading is using, too."""
    long_ago = timezone.now() - timedelta(days=100)
    Link.objects.update(expires_at=timezone.now() + timedelta(days=1))
    type(case.assessment).objects.update(active_at=long_ago)
    assert client.get(case.url(path)).status_code == 200
    case.link.refresh_from_db()
    case.assessment.refresh_from_db()
    assert case.link.expires_at > timezone.now() + timedelta(days=100)
    assert case.assessment.active_at > long_ago + timedelta(days=99)


@pytest.mark.parametrize("name", ["Menang undian https://x.test", "www.x.test", "<b>Sekda</b>"])
def test_nobody_advertises_through_us(case: Case, client: Client, sent: list[Any], name: str) -> None:
    sent.clear()
    response = client.post(case.url("links/"), {"label": name, "email": "siapa@contoh.test"})
    assert (response.status_code, "nama atau jabatan saja" in response.content.decode()) == (422, True)
    assert sent == []


@pytest.mark.parametrize(("code", "zone", "clock"), [
    ("33.25", "WIB", "07.05 WIB"), ("53.10", "WITA", "08.05 WITA"), ("91.71", "WIT", "09.05 WIT"),
])  # fmt: skip
def test_times_are_those_of_the_regencys_clocks(
    opened: Opened, client: Client, code: str, zone: str, clock: str
) -> None:
    case = opened(code, partner="")
    client.post(case.section_url("A"), {"A01-choice": "3", "A01-version": "0"})
    Answer.objects.update(answered_at=datetime(2026, 11, 25, 0, 5, tzinfo=UTC))
    assert clock in client.get(case.section_url("A")).content.decode()
    assert zone in client.get(case.url("links/")).content.decode()
    conflict = client.post(case.section_url("A") + "A01/", {"A01-choice": "1", "A01-version": "0"}, headers=HX)
    assert (conflict.status_code, clock in conflict.content.decode()) == (409, True)
    Link.objects.update(expires_at=datetime(2126, 12, 31, 15, 30, tzinfo=UTC))
    tasks.send_link(case.link.pk, case.token)
    assert ("1 January 2127" if zone == "WIT" else "31 December 2126") in _english(mail.outbox[-1].body)


def _english(text: str) -> str:
    return text.replace("Januari", "January").replace("Desember", "December")


def test_an_abandoned_assessment_loses_its_people(
    case: Case, client: Client, django_capture_on_commit_callbacks: Any
) -> None:
    held = case.invite(label="Bu Sri", email="sri@contoh.test")
    client.post(held.section_url("A"), {
        "A01-choice": "3", "A01-note": "tanya Pak Joko", "A01-version": "0",
        "A01-files": samples.upload(samples.pdf(), "SK.pdf"),
    })  # fmt: skip
    path = Evidence.objects.get().file.path
    assert tasks.anonymise_abandoned() == 0, "it is in use"
    case.assessment.refresh_from_db()
    type(case.assessment).objects.update(active_at=timezone.now() - timedelta(days=400))
    with django_capture_on_commit_callbacks(execute=True):
        assert tasks.anonymise_abandoned() == 1
    case.assessment.refresh_from_db()
    held.link.refresh_from_db()
    found = Answer.objects.get()
    assert (case.assessment.contact_email, case.assessment.contact_name) == ("", "")
    assert (held.link.label, held.link.email) == ("-", "")
    assert (found.value, found.answered_by, found.note) == ({"choice": 3}, "", "")
    assert not Evidence.objects.exists()
    assert not Path(path).exists()
    assert client.get(case.url()).status_code == 410
    assert tasks.anonymise_abandoned() == 0


def test_files_that_no_row_names_are_swept(case: Case, client: Client) -> None:
    client.post(case.section_url("A"), {"A01-version": "0", "A01-files": samples.upload(samples.pdf(), "SK.pdf")})
    kept = Evidence.objects.get()
    path = kept.file.path
    assert retention.sweep(before=timezone.now() + timedelta(days=1)) == 0
    kept.delete()
    assert retention.sweep(before=timezone.now() + timedelta(days=1)) == 1
    assert not Path(path).exists()
    assert connection.schema_name == "public"
