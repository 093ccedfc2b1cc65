"""Officers of regencies, all of them invented, and what they hand in."""

from datetime import date, datetime, timedelta
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from onboarding.applications import actions, links
from onboarding.applications.models import Application, JoinRequest
from tenants.accounts.models import User
from tests.tenants.files.samples import picture, upload

KENDAL = "33.24"
EMAIL = "dewi@kendalkab.go.id"
SECOND = "arif@kendalkab.go.id"
OFFICER = {
    "officer_name": "Dewi Anggraini, S.Kom.",
    "nip": "198503152010012003",
    "position": "Kepala Dinas Komunikasi dan Informatika",
    "phone": "+6281234567890",
}
PEOPLE = [
    {"name": "Dewi Anggraini", "email": EMAIL},
    {"name": "Bagus Wicaksono", "email": "bagus@kendalkab.go.id"},
]
TERMS = {
    "signatory": "H. Sutarjo Wibowo, M.Si.",
    "signatory_position": "Bupati Kendal",
    "address": "Jalan Soekarno-Hatta 193, Kendal",
    "financing": "Dibebankan kepada APBD masing-masing PIHAK.",
    "starts_on": "2027-01-01",
    "months": 24,
    "disputes": "Gubernur Jawa Tengah",
    "contact_name": "Dewi Anggraini",
    "contact_position": "Kepala Diskominfo",
    "contact_phone": "+6281234567890",
    "purpose": "",
    "basis": "Peraturan Bupati Kendal Nomor 1 Tahun 2026",
}


def document(name: str = "surat-tugas.jpg") -> SimpleUploadedFile:
    return upload(picture(), name, "image/jpeg")


def begun(code: str = KENDAL, email: str = EMAIL, at: datetime | None = None) -> Application:
    """A draft whose mailbox is not proven."""
    return actions.begin(code=code, email=email, officer_name="Dewi Anggraini", by=None, at=at or timezone.now())


def verified(code: str = KENDAL, email: str = EMAIL, at: datetime | None = None) -> Application:
    at = at or timezone.now()
    draft = begun(code, email, at)
    draft.refresh_from_db()
    return actions.verify(token=links.verification_of(draft), at=at)


def filled(code: str = KENDAL, email: str = EMAIL, **changes: Any) -> Application:
    """Everything filled in, not handed in."""
    application = verified(code, email)
    at = timezone.now()
    actions.save_officer(application=application, **OFFICER, at=at)
    actions.save_letter(application=application, letter=document(), at=at)
    modules = changes.get("modules", ["surat_keterangan_usaha"])
    actions.save_modules(application=application, modules=modules, sources=changes.get("sources", {}), at=at)
    actions.save_administrators(application=application, people=changes.get("people", PEOPLE), at=at)
    actions.save_terms(application=application, terms=TERMS, at=at)
    application.refresh_from_db()
    return application


def submitted(code: str = KENDAL, email: str = EMAIL, **changes: Any) -> Application:
    return actions.submit(application=filled(code, email, **changes), at=timezone.now())


def waiting(code: str = KENDAL, email: str = SECOND) -> Application:
    """Somebody who came second."""
    verified(code)
    return verified(code, email)


def asked_to_join(code: str = KENDAL) -> JoinRequest:
    """A colleague's wish to work on the application that was there first."""
    return actions.ask_to_join(application=waiting(code), at=timezone.now())


def contested(code: str = KENDAL) -> Application:
    """Somebody who came second and says that the first one may not claim the regency."""
    return actions.contest(
        application=waiting(code), reason="Kami yang ditugaskan.", letter=document(), at=timezone.now()
    )


def approved(by: User, code: str = KENDAL) -> Application:
    """One whose regency is being made."""
    return actions.approve(application=submitted(code), by=by, at=timezone.now())


def key_of(application: Application) -> str:
    return links.key_of(application)


def copy_of(kind: str, code: str = KENDAL, ends_on: date | None = None) -> dict[str, Any]:
    """The keywords of a signed copy, without the file."""
    return {
        "code": code,
        "kind": kind,
        "number": f"{kind.upper()}/1/2026",
        "signed_on": date(2026, 1, 5),
        "ends_on": ends_on or timezone.localdate() + timedelta(days=700),
        "contact_email": EMAIL,
        "application": None,
    }
