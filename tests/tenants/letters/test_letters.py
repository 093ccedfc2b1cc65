"""A letter is asked for once, made once, forgets what it said, and can be checked for ever."""

import hashlib
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from tenants.accounts.models import Role
from tenants.audit.models import AuditEntry
from tenants.files.models import Attachment
from tenants.letters import actions, pdf, tasks, verification, views
from tenants.letters.letterhead import issuer, letterhead, site
from tenants.letters.models import Letter
from tenants.models import Regency
from tenants.schemas.context import in_public
from tests.conftest import forget_cached
from tests.tenants.letters import samples
from tests.tenants.letters.examples import AT, SIGNER, UNIT, ask, made
from tests.tenants.letters.test_pdf import needs_poppler, text_of


@pytest.fixture(autouse=True)
def media(settings: Settings, tmp_path: Path) -> Iterator[Path]:
    settings.MEDIA_ROOT = tmp_path
    forget_cached()
    yield tmp_path
    forget_cached()


@pytest.fixture
def queue(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """What was sent to the workers."""
    sent: list[int] = []
    monkeypatch.setattr(tasks.make_letter, "delay", lambda letter_id: sent.append(letter_id))
    return sent


def test_a_letter_is_queued_when_its_transaction_commits(
    batang: Regency, queue: list[int], django_capture_on_commit_callbacks: Callable[..., Any]
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        letter = ask(batang)
        assert queue == []
    assert queue == [letter.pk]
    assert letter.state == Letter.State.QUEUED
    assert letter.letter_date == date(2026, 10, 12)
    assert letter.signed_by_position == "a.n. Bupati Batang Kepala Dinas Sosial"
    assert list(Letter.objects.of(Role.objects.get())) == [letter]


def test_what_it_says_is_encrypted_until_it_is_made_and_then_gone(batang: Regency, queue: list[int]) -> None:
    letter = ask(batang)
    with connection.cursor() as cursor:
        cursor.execute("SELECT data FROM letters_letter")
        [(sealed,)] = cursor.fetchall()
    assert b"SUTRISNO" not in bytes(sealed)
    assert "SUTRISNO" in Letter.objects.get().data
    letter = actions.make_letter(letter_id=letter.pk, at=AT)
    assert Letter.objects.get().data is None
    assert letter.state == Letter.State.READY


@needs_poppler
def test_the_pdf_carries_number_signer_and_the_way_to_check_it(
    batang: Regency, queue: list[int], tmp_path: Path
) -> None:
    letter = made(batang)
    assert letter.attachment is not None
    content = letter.attachment.file.open("rb").read()
    letter.attachment.file.close()
    assert hashlib.sha256(content).hexdigest() == letter.sha256 == letter.attachment.sha256
    assert letter.attachment.original_name == "surat-keterangan-4009-1-dinsos-2026.pdf"
    text = text_of(content, tmp_path)
    for words in ("SUTRISNO", "a.n. Bupati Batang", letter.code_text, letter.fingerprint_text, "12 Oktober 2026"):
        assert words in text
    assert "batang.localhost:8000/letters/verify/" in text


def test_making_twice_makes_once(batang: Regency, queue: list[int]) -> None:
    letter = made(batang)
    again = actions.make_letter(letter_id=letter.pk, at=AT)
    tasks.make_letter(letter_id=letter.pk)
    assert again.sha256 == letter.sha256
    assert Attachment.objects.count() == 1
    assert AuditEntry.objects.filter(action="letters.letter_made").count() == 1


def test_a_worker_that_died_before_the_commit_leaves_it_to_the_next(batang: Regency, queue: list[int]) -> None:
    letter = ask(batang)
    with pytest.raises(KeyboardInterrupt), transaction.atomic():
        actions.make_letter(letter_id=letter.pk, at=AT)
        raise KeyboardInterrupt
    assert Letter.objects.get().state == Letter.State.QUEUED
    tasks.make_letter(letter_id=letter.pk)
    assert Letter.objects.get().is_ready


def test_a_letter_that_cannot_be_made_says_why_and_can_be_tried_again(
    batang: Regency, queue: list[int], django_capture_on_commit_callbacks: Callable[..., Any], monkeypatch: Any
) -> None:
    letter = made(batang, data={"recipient": "Sutrisno"})
    assert letter.state == Letter.State.FAILED
    assert letter.problem.startswith("letters/letter: ")
    assert "Sutrisno" not in letter.problem
    monkeypatch.setattr(pdf, "render", lambda *_, **__: b"%PDF-1.7 mended")
    with django_capture_on_commit_callbacks(execute=True):
        actions.retry(letter=letter, by=None, at=AT)
    assert queue == [letter.pk]
    assert actions.make_letter(letter_id=letter.pk, at=AT).is_ready


def test_a_character_that_no_font_has_is_a_box_and_a_warning(batang: Regency, queue: list[int]) -> None:
    letter = made(batang, data={"blocks": [{"kind": "text", "texts": ["Siti \U0001f600"]}]})
    assert letter.is_ready
    assert "tidak dapat dicetak" in letter.problem


def test_an_unknown_template_is_refused_at_once(batang: Regency, queue: list[int]) -> None:
    with pytest.raises(pdf.TemplateMissing):
        ask(batang, template="letters/unknown")
    assert not Letter.objects.exists()


def test_letters_whose_task_was_lost_are_queued_again(batang: Regency, queue: list[int]) -> None:
    old = ask(batang)
    made(batang, number="2")
    ask(batang, number="3", at=timezone.now())
    tasks.resume_letters()
    assert queue == [old.pk]


def test_the_database_refuses_a_ready_letter_without_its_file(batang: Regency, queue: list[int]) -> None:
    ask(batang)
    with pytest.raises(IntegrityError, match="letter_ready_when_made"), transaction.atomic():
        Letter.objects.update(state="ready")


def test_a_letter_is_revoked_once_and_for_a_reason(batang: Regency, queue: list[int]) -> None:
    with pytest.raises(actions.NotReady):
        actions.revoke(letter=ask(batang), reason="salah", by=None, at=AT)
    letter = made(batang)
    with pytest.raises(IntegrityError), transaction.atomic():
        actions.revoke(letter=letter, reason="", by=None, at=AT)
    assert not actions.revoke(letter=letter, reason="Salah nama", by=None, at=AT).is_valid
    with pytest.raises(actions.AlreadyRevoked):
        actions.revoke(letter=letter, reason="lagi", by=None, at=AT)
    assert "Salah nama" not in str(AuditEntry.objects.get(action="letters.letter_revoked").data)


def test_a_preview_keeps_nothing(batang: Regency) -> None:
    content = actions.preview(
        regency=batang,
        unit=UNIT,
        template="letters/letter",
        title="Surat Keterangan",
        data=samples.LETTER,
        signer=SIGNER,
        place="Batang",
        at=AT,
    )
    assert content.startswith(b"%PDF")
    assert not Letter.objects.exists()
    assert not Attachment.objects.exists()


# -- The head


def test_the_head_of_an_office(batang: Regency) -> None:
    head = letterhead(batang, UNIT)
    assert head["above"] == ["Pemerintah Kabupaten Batang"]
    assert head["name"] == "Dinas Sosial"
    assert head["address"] == ["Jalan Pemuda 99 51211", "Telepon (0285) 000000"]
    assert issuer(batang, UNIT) == "Dinas Sosial Kabupaten Batang"


def test_parts_of_an_office_write_under_it(batang: Regency) -> None:
    section = SimpleNamespace(**{**vars(UNIT), "kind": "bidang", "name": "Bidang Linjamsos", "parent": UNIT})
    assert letterhead(batang, section)["name"] == "Dinas Sosial"
    branch = SimpleNamespace(**{**vars(UNIT), "kind": "uptd", "name": "UPTD Panti", "parent": UNIT})
    assert letterhead(batang, branch)["above"] == ["Pemerintah Kabupaten Batang", "Dinas Sosial"]
    district = SimpleNamespace(name="Wonotunggal")
    village = SimpleNamespace(**{**vars(UNIT), "kind": "desa", "name": "Desa Silurah", "district": district})
    assert letterhead(batang, village)["above"] == ["Pemerintah Kabupaten Batang", "Kecamatan Wonotunggal"]


def test_the_regents_own_letters(batang: Regency) -> None:
    assert letterhead(batang)["name"] == "Bupati Batang"
    city = Regency(kind="kota", name="Pekalongan")
    assert issuer(city) == "Wali Kota Pekalongan"


def test_the_crest_travels_with_the_letter(batang: Regency) -> None:
    from tests.tenants.files.samples import picture

    with in_public():
        batang.crest.save("batang.png", ContentFile(picture("PNG", size=(600, 900))))
    assert 'viewBox="0 0 200 300"' in letterhead(batang, UNIT)["crest"]
    batang.crest = "crest/gone.png"
    assert letterhead(batang, UNIT)["crest"] == ""


def test_the_address_of_the_portal(batang: Regency, settings: Settings) -> None:
    assert site(batang) == "http://batang.localhost:8000"
    settings.HTTPS = True
    assert site(batang) == "https://batang.localhost"
    assert connection.schema_name == "batang"  # type: ignore[attr-defined]


# -- Checking a letter


def get(path: str, host: str = "batang") -> Any:
    return Client(headers={"host": f"{host}.localhost"}).get(path)


def test_codes_are_read_as_people_type_them() -> None:
    code = verification.new_code()
    spaced = f" {code[:4]}-{code[4:8]} {code[8:]}".lower()
    assert verification.normal(spaced) == code
    assert verification.normal("o0il-1234-5678") == "001112345678"
    for wrong in ("", "123", "U" * 12, "1" * 13, "!!!!"):
        assert verification.normal(wrong) == ""


def test_the_fingerprint_is_keyed_and_covers_everything(batang: Regency) -> None:
    first = verification.fingerprint({"nama": "Siti", "nik": "1"})
    assert first == verification.fingerprint({"nik": "1", "nama": "Siti"})
    assert first != verification.fingerprint({"nik": "2", "nama": "Siti"})
    assert len(first) == 16


def test_the_page_shows_what_is_on_record_and_no_more(batang: Regency, queue: list[int]) -> None:
    letter = made(batang)
    response = get(f"/letters/verify/{letter.code}/")
    page = response.content.decode()
    assert response.status_code == 200
    for words in ("400.9/1/DINSOS/2026", "12 Oktober 2026", "WULANDARI", letter.sha256, letter.fingerprint_text):
        assert words in page
    assert "masih berlaku" in page
    assert "10.01 WIB" in page
    assert "SUTRISNO" not in page
    assert "iframe" not in page
    assert get(f"/letters/verify/{letter.code}/document/").status_code == 404


def test_a_revoked_letter_says_so_without_the_reason(batang: Regency, queue: list[int]) -> None:
    letter = made(batang, is_public=True)
    actions.revoke(letter=letter, reason="Salah nama penerima", by=None, at=AT)
    page = get(f"/letters/verify/{letter.code}/").content.decode()
    assert "telah dicabut pada 12 Oktober 2026" in page
    assert "Salah nama" not in page
    assert get(f"/letters/verify/{letter.code}/document/").status_code == 404


def test_a_public_letter_can_be_read(batang: Regency, queue: list[int]) -> None:
    letter = made(batang, is_public=True)
    assert "iframe" in get(f"/letters/verify/{letter.code}/").content.decode()
    response = get(f"/letters/verify/{letter.code}/document/")
    assert response["X-Frame-Options"] == "SAMEORIGIN"
    assert "script-src" not in response["Content-Security-Policy"]
    assert hashlib.sha256(b"".join(response.streaming_content)).hexdigest() == letter.sha256


@pytest.mark.parametrize("changed", [False, True])
def test_a_file_is_compared_and_not_kept(batang: Regency, queue: list[int], changed: bool) -> None:
    letter = made(batang)
    assert letter.attachment is not None
    with letter.attachment.file.open("rb") as file:
        content = file.read() + b" " * changed
    client = Client(headers={"host": "batang.localhost"})
    response = client.post(f"/letters/verify/{letter.code}/", {"file": SimpleUploadedFile("surat.pdf", content)})
    assert ("Berbeda." if changed else "Sama.") in response.content.decode()
    connection.set_tenant(batang, include_public=False)
    assert Attachment.objects.count() == 1


def test_a_letter_that_is_not_made_yet_is_not_there(batang: Regency, queue: list[int]) -> None:
    assert get(f"/letters/verify/{ask(batang).code}/").status_code == 404


def test_a_code_of_another_regency_is_unknown(batang: Regency, manggarai: Regency, queue: list[int]) -> None:
    code = made(batang).code
    response = get(f"/letters/verify/{code}/", host="manggarai")
    assert response.status_code == 404
    assert "Tidak ada surat Kabupaten Manggarai dengan kode ini" in response.content.decode()


def test_a_typed_code_leads_to_its_page(batang: Regency, queue: list[int]) -> None:
    letter = made(batang)
    response = get(f"/letters/verify/?code={letter.code_text.lower()}")
    assert (response.status_code, response["Location"]) == (302, f"/letters/verify/{letter.code}/")
    assert get("/letters/verify/").status_code == 200
    wrong = get("/letters/verify/?code=abc")
    assert wrong.status_code == 400
    assert "12 huruf dan angka" in wrong.content.decode()


def test_guessing_is_slowed_down_and_checking_is_not(
    batang: Regency, queue: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(views, "WRONG_CODES", 3)
    code = made(batang).code
    for _ in range(5):
        assert get(f"/letters/verify/{code}/").status_code == 200
    for _ in range(3):
        assert get("/letters/verify/000000000000/").status_code == 404
    assert get("/letters/verify/000000000000/").status_code == 429
