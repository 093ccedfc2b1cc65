"""What can be said of a claim while it is being written: each finding as soon as its fields are there."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from modules.santunan_kematian import rules
from modules.santunan_kematian.models import Claim, Programme
from modules.santunan_kematian.queries import claims
from modules.santunan_kematian.rules import Check, Outcome, Registered
from tenants.current import current_regency
from tenants.organisation.calendar import current_calendar
from tenants.people.formats import relative_days, rupiah, tanggal


def preview(told: Mapping[str, Any], *, today: date, own: Claim | None = None) -> list[Check]:
    """Findings from the fields that are right so far; `own` is the claim being changed."""
    died = told.get("death_date")
    programme = claims.programme_on(died) if died else None
    found = [*_window(died, programme, today), *_person(told, own)]
    if programme and died and told.get("kk"):
        found.append(_poverty(told, programme, died))
    return found


def _window(died: date | None, programme: Programme | None, today: date) -> Iterator[Check]:
    label = _("Batas waktu")
    if died is None:
        return
    if programme is None:
        text = _("Belum ada program santunan yang berlaku pada %(day)s.") % {"day": tanggal(died)}
        yield Check("window", "SM-11", label, Outcome.FAILED, text)
        return
    last = rules.last_day(programme.terms, died, current_calendar().add_working_days)
    left = rules.days_left(last, today)
    values = {
        "limit": rules.limit_text(programme.terms),
        "last": tanggal(last),
        "left": relative_days(left),
        "amount": rupiah(programme.amount, short=True),
    }
    if died > today:
        yield Check("window", "SM-01", label, Outcome.FAILED, _("Tanggal meninggal belum tiba. Perbaiki tanggalnya."))
    elif left < 0:
        text = _("Batas %(limit)s sudah lewat: terakhir %(last)s.") % values
        yield Check("window", "SM-01", label, Outcome.FAILED, text)
    else:
        text = _("Terakhir %(last)s (%(left)s), batas %(limit)s. Santunan %(amount)s.") % values
        yield Check("window", "SM-01", label, Outcome.PASSED, text)


def _person(told: Mapping[str, Any], own: Claim | None) -> Iterator[Check]:
    if not told.get("kk") or not told.get("birth_date") or (not told.get("nik") and not told.get("without_nik")):
        return
    person = Claim(
        pk=own.pk if own else None,
        nik=told.get("nik"),
        kk=told["kk"],
        birth_date=told["birth_date"],
        birth_order=told.get("birth_order") or 1,
        is_rehearsal=current_regency().is_trial,
    )
    others = claims.conflicting(person)
    label = _("Santunan sebelumnya")
    if others:
        text = _("Sudah ada pengajuan lain untuk orang ini: %(numbers)s.")
        numbers = ", ".join(other.number for other in others)
        yield Check("once", "SM-03", label, Outcome.FAILED, text % {"numbers": numbers})
    else:
        yield Check("once", "SM-03", label, Outcome.PASSED, _("Tidak ada."))


def _poverty(told: Mapping[str, Any], programme: Programme, died: date) -> Check:
    entry = claims.register_entry(nik=told.get("nik"), kk=told["kk"], day=died)
    label = _("Data sosial")
    if not programme.register_required:
        return Check("poverty", "SM-07", label, Outcome.PASSED, _("Program ini untuk semua penduduk."))
    if entry:
        text = rules.registered_text(Registered(entry.desil, entry.source, entry.valid_to))
        return Check("poverty", "SM-07", label, Outcome.PASSED, text)
    if not programme.survey_allowed:
        return Check("poverty", "SM-07", label, Outcome.FAILED, _("Keluarga tidak ada dalam data sosial."))
    text = _("Keluarga tidak ada dalam data sosial. Lampirkan surat keterangan tidak mampu; rumahnya akan disurvei.")
    return Check("poverty", "SM-07", label, Outcome.WAITING, text)
