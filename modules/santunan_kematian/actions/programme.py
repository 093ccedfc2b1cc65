"""Rules and money of the benefit (SM-11): every change is a new version that begins on a day."""

from dataclasses import asdict, dataclass, fields
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Sum
from django.utils.translation import gettext as _

from modules.santunan_kematian.actions.errors import CeilingTooLow, ProgrammeInUse, ProgrammeOverlaps, Refused
from modules.santunan_kematian.models import Budget, Decision, Programme
from modules.santunan_kematian.rules import Terms
from tenants.audit.actions import record
from tenants.people.formats import rupiah, tanggal


@dataclass(frozen=True, kw_only=True)
class Settings(Terms):
    """Everything that a regulation fixes: the terms, since when, on what ground, with whose money.

    Defaults are Batang's.
    """

    name: str
    valid_from: date
    regulation: str = ""
    valid_to: date | None = None
    amount: Decimal = Decimal(1_000_000)
    limit_days: int = 60
    photo_required: bool = True
    funding: str = "btt"
    account_code: str = "5.3.01.01.01.0001"
    place: str = ""


def settings_of(programme: Programme) -> Settings:
    """The settings of a version, to change from."""
    return Settings(**{field.name: getattr(programme, field.name) for field in fields(Settings)})


@transaction.atomic
def create_programme(*, code: str, settings: Settings, by: Any, at: datetime) -> Programme:
    """A first programme, or one for days that no other covers. Raises ProgrammeOverlaps."""
    programme = Programme(code=code, created_at=at, created_by=by, **asdict(settings))
    _save(programme)
    record("santunan_kematian.programme_created", subject=programme, by=by, at=at, data=_plain(settings))
    return programme


@transaction.atomic
def revise_programme(*, programme: Programme, settings: Settings, by: Any, at: datetime) -> Programme:
    """New rules from `settings.valid_from`; the old version ends the day before and keeps its claims.

    Raises Refused when they would begin before the old ones do, ProgrammeOverlaps when another follows already.
    """
    old = Programme.objects.select_for_update().get(pk=programme.pk)
    if settings.valid_from <= old.valid_from:
        text = _("Aturan baru harus mulai sesudah %(day)s, hari mulai aturan yang sekarang.")
        raise Refused(text % {"day": tanggal(old.valid_from)})
    last = settings.valid_from - timedelta(days=1)
    if old.claims.filter(death_date__gt=last, is_rehearsal=False).exists():
        text = _("Sudah ada pengajuan atas kematian sesudah %(day)s. Pilih tanggal mulai yang lebih lambat.")
        raise ProgrammeInUse(text % {"day": tanggal(last)})
    # The code stays with the rules that are current, so that a package always shares these.
    code, old.code = old.code, _past_code(old)
    old.valid_to = min(last, old.valid_to) if old.valid_to else last  # one that has ended does not come back
    old.save(update_fields=["code", "valid_to"])
    return create_programme(code=code, settings=settings, by=by, at=at)


@transaction.atomic
def correct_programme(*, programme: Programme, settings: Settings, by: Any, at: datetime) -> Programme:
    """Mend a version that has no claims yet. Raises ProgrammeInUse once it has, ProgrammeOverlaps."""
    programme = Programme.objects.select_for_update().get(pk=programme.pk)
    before = _plain(settings_of(programme))
    changes = {name: value for name, value in asdict(settings).items() if getattr(programme, name) != value}
    harmless = {"name", "regulation", "place"}
    if set(changes) - harmless and programme.is_in_use:
        raise ProgrammeInUse(_("Program ini sudah dipakai pengajuan. Buat versi baru yang berlaku mulai suatu hari."))
    for name, value in changes.items():
        setattr(programme, name, value)
    _save(programme)
    after = _plain(settings)
    data = {name: [before[name], after[name]] for name in changes}
    record("santunan_kematian.programme_corrected", subject=programme, by=by, at=at, data=data)
    return programme


@transaction.atomic
def set_ceiling(*, year: int, ceiling: Decimal, basis: str, by: Any, at: datetime) -> Budget:
    """Fix or change the ceiling of a year. Raises CeilingTooLow below what is already set aside."""
    budget, created = Budget.objects.select_for_update().get_or_create(
        year=year, defaults={"ceiling": ceiling, "basis": basis, "changed_at": at, "changed_by": by}
    )
    before = None if created else str(budget.ceiling)
    if ceiling < budget.committed:
        values = {"committed": rupiah(budget.committed, short=True), "year": year}
        raise CeilingTooLow(_("Pagu %(year)s tidak boleh di bawah %(committed)s yang sudah disisihkan.") % values)
    budget.ceiling, budget.basis, budget.changed_at, budget.changed_by = ceiling, basis, at, by
    budget.save()
    data = {"from": before, "to": str(ceiling), "year": year, "basis": basis}
    record("santunan_kematian.ceiling_set", subject=budget, by=by, at=at, data=data)
    return budget


def _save(programme: Programme) -> None:
    try:
        with transaction.atomic():
            programme.save()
    except IntegrityError as problem:
        if "programme_one_at_a_time" in str(problem):
            raise ProgrammeOverlaps(
                _("Pada masa itu sudah ada program lain yang berlaku. Akhiri dahulu program itu.")
            ) from problem
        raise


def _past_code(old: Programme) -> str:
    base = f"{old.code[:25]}-{old.valid_from:%Y%m%d}"
    taken = set(Programme.objects.filter(code__startswith=base).values_list("code", flat=True))
    return next(code for code in (base, *(f"{base}-{n}" for n in range(2, 100))) if code not in taken)


def _plain(settings: Settings) -> dict[str, Any]:
    return {
        name: value if isinstance(value, bool | int | None) else str(value) for name, value in asdict(settings).items()
    }


@transaction.atomic
def forget_rehearsed_money(*, by: Any, at: datetime) -> None:
    """The regency has gone live: what rehearsals have set aside and paid out is no longer of its ceilings (SM-08)."""
    rehearsed = Decision.objects.filter(outcome="approved", revoked_at=None, claim__is_rehearsal=True)
    for budget in Budget.objects.select_for_update().filter(committed__gt=0):
        own = rehearsed.filter(budget=budget)
        budget.committed -= own.aggregate(total=Sum("amount"))["total"] or 0
        budget.paid -= own.filter(payment__paid_at__isnull=False).aggregate(total=Sum("amount"))["total"] or 0
        budget.save(update_fields=["committed", "paid"])
        record("santunan_kematian.rehearsed_money_forgotten", subject=budget, by=by, at=at, data={"year": budget.year})
