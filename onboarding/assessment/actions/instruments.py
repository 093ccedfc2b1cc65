"""Editions of instruments: uploaded as a draft, looked at, published for good."""

from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from onboarding.assessment.actions.refusals import InstrumentRefused
from onboarding.assessment.models import Instrument
from onboarding.assessment.schema import read
from tenants.audit.actions import record


@transaction.atomic
def upload(*, content: Any, by: Any, at: datetime) -> Instrument:
    """Keep parsed JSON as a draft; a draft of the same edition is replaced.

    Raises `schema.InstrumentFault` with every fault by question, InstrumentRefused when the edition is published.
    """
    found = read(content)
    before = Instrument.objects.select_for_update().filter(code=found.code, edition=found.edition).first()
    if before and before.published_at:
        raise InstrumentRefused(_("Edisi ini sudah diterbitkan dan tidak berubah lagi. Naikkan edisinya."))
    if before:
        before.delete()
    row = Instrument(
        code=found.code,
        edition=found.edition,
        name=found.name[:200],
        content=content,
        uploaded_at=at,
        uploaded_by=getattr(by, "name", ""),
    )
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError:  # the other one was a moment earlier
        raise InstrumentRefused(_("Edisi ini baru saja diunggah orang lain. Muat ulang daftar instrumen.")) from None
    record("assessment.instrument_uploaded", subject=row, by=by, at=at, data={"edition": row.edition})
    return row


@transaction.atomic
def publish(*, instrument: Instrument, by: Any, at: datetime) -> Instrument:
    """From now on assessments can use it, and it never changes. Raises InstrumentRefused the second time."""
    row = Instrument.objects.select_for_update().get(pk=instrument.pk)
    if row.published_at:
        raise InstrumentRefused(_("Edisi ini sudah diterbitkan."))
    row.published_at, row.published_by = at, getattr(by, "name", "")
    row.save(update_fields=["published_at", "published_by"])
    record("assessment.instrument_published", subject=row, by=by, at=at, data={"edition": row.edition})
    return row


@transaction.atomic
def discard(*, instrument: Instrument, by: Any, at: datetime) -> None:
    """Throw a draft away. Raises InstrumentRefused for a published edition."""
    row = Instrument.objects.select_for_update().get(pk=instrument.pk)
    if row.published_at:
        raise InstrumentRefused(_("Edisi yang sudah diterbitkan tidak dapat dibuang."))
    record("assessment.instrument_discarded", subject=row, by=by, at=at, data={"edition": row.edition})
    row.delete()
