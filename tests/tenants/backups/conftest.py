"""Kendal, really committed, with a case that has a document, and a place of its own for backups."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import connection, transaction
from pytest_django import Settings

from modules.services.models import Case, CaseDocument, CaseEvent, DefinitionVersion, Service
from tenants.accounts.models import User
from tenants.audit.actions import record
from tenants.backups.models import Backup, RestoreDrill, RestoredSchema
from tenants.exports.models import ExitPackage
from tenants.files.models import Attachment
from tenants.models import Regency
from tenants.organisation.models import District, Village
from tenants.schemas.context import in_public, in_regency
from tenants.schemas.names import quoted
from tests.conftest import NewRegency
from tests.tenants.backups.samples import AT, NAME, NIK


@dataclass
class Office:
    """A regency with something to lose."""

    regency: Regency
    case: Case
    clerk: User
    file_name: str


@pytest.fixture(autouse=True)
def places(settings: Settings, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.BACKUP_DIR = tmp_path / "backups"
    return tmp_path


@pytest.fixture
def kendal(committed: NewRegency) -> Iterator[Office]:
    regency = committed("kendal")
    yield furnish(regency)
    _clear()


def furnish(regency: Regency) -> Office:
    """One case with an event, a document and an audit row."""
    with in_regency(regency):
        clerk = User.objects.create_user("petugas@kendal.test", "Petugas Kendal", "rahasia-sekali-12")
        name = default_storage.save("attachments/akta.pdf", ContentFile(b"%PDF-1.4 " + b"akta " * 5000))
        district = District.objects.create(code="33.24.01", name="Plantungan")
        village = Village.objects.create(code="33.24.01.2001", name="Wonodadi", kind="desa", district=district)
        service = Service.objects.create(key="surat-domisili", name="Surat Domisili")
        version = DefinitionVersion.objects.create(
            service=service, number=1, content={"key": "surat-domisili"}, sha256="0" * 64, published_at=AT
        )
        Service.objects.filter(pk=service.pk).update(current=version)
        case = Case.objects.create(
            number="SD-2026-000001", secret_hash="1" * 64, service=service, version=version, state="diajukan",
            applicant_name=NAME, nik=NIK, phone="081234567890", sealed_answers='{"catatan": "rahasia ćevap \\\\ \\n"}',
            filed_at=AT, village=village, amount="1234567890123456.78",
        )  # fmt: skip
        CaseEvent.objects.create(case=case, at=AT, by=clerk, label="Diajukan", to_state="diajukan", reason=NAME)
        attachment = Attachment.objects.create(
            subject_type="services.case", subject_id=str(case.pk), kind="akta", original_name="akta.pdf",
            content_type="application/pdf", size=25009, sha256="a" * 64, file=name, uploaded_at=AT, uploaded_by=clerk,
        )  # fmt: skip
        CaseDocument.objects.create(case=case, key="akta", attachment=attachment)
        with transaction.atomic():
            record("services.filed", subject=case, by=clerk, data={"amount": 1.5, "note": None}, at=AT)
            record("services.filed", subject=case, by=clerk, at=AT)
    return Office(regency, case, clerk, name)


def _clear() -> None:
    """Side schemas, and rows of the public schema that a rolled-back test would not have left."""
    with in_public(), connection.cursor() as cursor:
        cursor.execute("SELECT nspname FROM pg_namespace WHERE nspname ~ '_restored_[0-9a-f]{8}$'")
        for (name,) in cursor.fetchall():
            cursor.execute(f"DROP SCHEMA {quoted(name)} CASCADE")
        for model in (RestoreDrill, RestoredSchema, Backup, ExitPackage):
            model.objects.all().delete()
