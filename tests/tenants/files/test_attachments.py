"""Files lie in their regency's folder, belong to one object, and are handed out so that nothing runs."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django import forms
from django.core.exceptions import SuspiciousFileOperation
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import connection, transaction
from django.utils import timezone
from django.utils.datastructures import MultiValueDict
from django_tenants.utils import schema_context
from pytest_django import Settings

from tenants.accounts.models import Role
from tenants.audit.models import AuditEntry
from tenants.files import actions, tasks
from tenants.files.forms import UploadField, UploadsField
from tenants.files.models import Attachment
from tenants.files.serving import serve
from tenants.files.uploads import JPEG, PDF, PreparedUpload
from tenants.models import Regency
from tests.tenants.files.samples import pdf, picture, upload

AT = timezone.now()


@pytest.fixture(autouse=True)
def media(settings: Settings, tmp_path: Path, batang: Regency) -> Path:
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


@pytest.fixture
def subject() -> Role:
    return Role.objects.create(key="clerk", name="Petugas")


def _store(subject: Role, content: bytes = b"", name: str = "surat.pdf", **options: object) -> Attachment:
    fields = {"kind": "surat", "by": None, "at": AT, **options}
    return actions.store(upload=upload(content or pdf(), name), subject=subject, **fields)  # type: ignore[arg-type]


def _files(media: Path) -> list[Path]:
    return [path for path in media.rglob("*") if path.is_file()]


def test_a_file_is_kept_under_a_random_name_in_the_folder_of_its_regency(media: Path, subject: Role) -> None:
    attachment = _store(subject)
    [path] = _files(media)
    assert path.relative_to(media).parts[0] == "batang"
    assert "surat" not in path.name
    assert path.stat().st_mode & 0o077 == 0
    assert path.read_bytes() == pdf()
    assert (attachment.original_name, attachment.content_type) == ("surat.pdf", PDF)
    assert list(Attachment.objects.of(subject)) == [attachment]
    entry = AuditEntry.objects.get(action="files.attachment_stored")
    assert "surat.pdf" not in str(entry.data)


def test_another_regency_does_not_find_it(subject: Role) -> None:
    name = _store(subject).file.name
    assert default_storage.exists(name)
    with schema_context("manggarai"):
        assert not default_storage.exists(name)
        with pytest.raises(SuspiciousFileOperation):
            default_storage.open(f"../batang/{name}")


def test_files_have_no_address(subject: Role) -> None:
    with pytest.raises(ValueError, match="URL"):
        _ = _store(subject).file.url


def test_nothing_is_kept_of_a_refused_file(media: Path, subject: Role) -> None:
    with pytest.raises(actions.FileKindRefused):
        _store(subject, b"<svg/>")
    assert _files(media) == []
    assert not Attachment.objects.exists()


def test_a_row_that_fails_leaves_no_file(media: Path, subject: Role) -> None:
    with pytest.raises(Exception, match="too long"), transaction.atomic():
        _store(subject, kind="k" * 61)
    assert _files(media) == []


def test_an_object_is_saved_before_its_files() -> None:
    with pytest.raises(ValueError, match="save the object"):
        _store(Role())


def test_deleting_waits_for_the_commit(media: Path, subject: Role, django_capture_on_commit_callbacks: object) -> None:
    attachment = _store(subject)
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        actions.delete(attachment=attachment, reason="retensi", by=None, at=AT)
        assert len(_files(media)) == 1
    assert _files(media) == []
    assert AuditEntry.objects.get(action="files.attachment_deleted").data["reason"] == "retensi"


def test_the_sweep_takes_only_old_files_without_a_row(media: Path, subject: Role) -> None:
    kept = _store(subject)
    default_storage.save("attachments/2026/01/left.pdf", ContentFile(b"x"))
    tasks.sweep_files()
    assert len(_files(media)) == 2  # a running transaction may own the fresh one
    assert actions.sweep(before=timezone.now() + timedelta(minutes=1)) == 1
    assert default_storage.exists(kept.file.name)


@pytest.mark.parametrize("inline", [True, False])
def test_a_served_file_stays_a_file(subject: Role, inline: bool) -> None:
    attachment = _store(subject, name='nama "aneh" – ü.pdf')
    response = serve(attachment, inline=inline)
    assert b"".join(response.streaming_content) == pdf()  # type: ignore[arg-type]
    assert response["Content-Type"] == "application/pdf"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Disposition"].startswith("inline" if inline else "attachment")
    assert "script" not in response["Content-Security-Policy"]
    assert response["Content-Security-Policy"].startswith("default-src 'none'")
    assert response["Cache-Control"] == "private, no-store"
    response.close()


def test_a_picture_is_served_in_a_sandbox(subject: Role) -> None:
    response = serve(_store(subject, picture(), "foto.jpg"), inline=True)
    assert "sandbox" in response["Content-Security-Policy"]
    response.close()


class _Form(forms.Form):
    letter = UploadField(allowed=[PDF], max_bytes=5_000_000)
    photos = UploadsField(allowed=[JPEG], max_files=2, required=False)


def _form(letter: bytes = b"", *photos: bytes) -> _Form:
    files = {"letter": [upload(letter or pdf())]}
    if photos:
        files["photos"] = [upload(photo, f"foto{number}.jpg") for number, photo in enumerate(photos)]
    return _Form({}, MultiValueDict(files))


def test_the_form_hands_on_what_store_takes(subject: Role) -> None:
    form = _form(pdf(), picture(), picture())
    assert form.is_valid(), form.errors
    cleaned = form.cleaned_data["letter"]
    assert isinstance(cleaned, PreparedUpload)
    stored = actions.store(upload=cleaned, kind="surat", subject=subject, by=None, at=AT, allowed=[PDF])
    assert stored.sha256 == cleaned.sha256
    assert [photo.content_type for photo in form.cleaned_data["photos"]] == [JPEG, JPEG]


def test_the_form_says_what_it_takes() -> None:
    form = _Form()
    assert str(form.fields["letter"].help_text) == "PDF, paling besar 5 MB"
    assert 'accept="application/pdf,.pdf"' in str(form["letter"])
    assert "multiple" in str(form["photos"])
    assert _Form({}, MultiValueDict()).errors["letter"]


def test_the_form_says_what_is_wrong_with_which_file() -> None:
    assert "berjenis JPG, yang diterima PDF" in _form(picture()).errors["letter"][0]
    wrong = _form(pdf(), picture(), pdf()).errors["photos"]
    assert len(wrong) == 1
    assert wrong[0].startswith("foto1.jpg: ")
    assert "Paling banyak 2 berkas" in _form(pdf(), picture(), picture(), picture()).errors["photos"][0]


def test_photographs_may_be_left_out() -> None:
    form = _form()
    assert form.is_valid()
    assert form.cleaned_data["photos"] == []


@pytest.fixture(autouse=True)
def _schema_stays(batang: Regency) -> Iterator[None]:
    yield
    assert connection.schema_name == "batang"  # type: ignore[attr-defined]
