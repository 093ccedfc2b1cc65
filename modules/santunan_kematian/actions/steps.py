"""Locking claims and moving their cases: the only place that names how this module speaks to the engine.

The audit is one chain, so its first row in a transaction is a lock on the whole regency. Every other lock comes
before it, always in this order: claims, the programme, the person, decisions and lists, the register, the year's
budget, the numbers. Two people who act at once then wait for each other and never in a circle.
"""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _

from modules.santunan_kematian.actions.errors import NotReady
from modules.santunan_kematian.models import Claim, Programme
from modules.services import public as services
from tenants.current import is_trial
from tenants.people.fields import keyed_hash
from tenants.schemas.locks import advisory_lock


def locked(claim: Claim) -> Claim:
    """The claim as it is now, for this transaction alone. Raises NotReady for one of the trial that is over."""
    _refuse_rehearsed([claim.pk])
    return Claim.objects.select_for_update(of=("self",)).select_related("case", "village", "programme").get(pk=claim.pk)


def lock_all(keys: Iterable[int]) -> None:
    """Lock several claims, in the order of their keys. Raises NotReady when one is of the trial that is over."""
    chosen = list(keys)
    _refuse_rehearsed(chosen)
    list(Claim.objects.select_for_update(of=("self",)).filter(pk__in=chosen).order_by("pk").values_list("pk"))


def _refuse_rehearsed(keys: list[int]) -> None:
    """What was rehearsed stays as it was on the day of going live: its money is no longer in any ceiling."""
    if not is_trial() and Claim.objects.filter(pk__in=keys, is_rehearsal=True).exists():
        raise NotReady(_("Ini berkas latihan dari masa uji coba. Yang sebenarnya diajukan sebagai berkas baru."))


def hold_programme(day: date) -> Programme | None:
    """The programme in force on `day`; its rules stay as they are until this transaction ends.

    A revision may end it while we wait for it; the second look then finds what follows it.
    """
    found = Programme.objects.on(day).select_for_update(no_key=True)
    return found.first() or found.first()


def hold_person(*, nik: str | None, kk: str, birth_date: date, birth_order: int) -> None:
    """Let nobody else write a claim for this person until this transaction ends (SM-03).

    A person is known by NIK, and by family, birth and order among twins: who begins a claim by the one waits for who
    begins it by the other. The database refuses the second in any case; this lets it be said as a sentence.
    """
    marks = [keyed_hash("kk", f"{kk}/{birth_date:%Y%m%d}/{birth_order}"), *([keyed_hash("nik", nik)] if nik else [])]
    schema = connection.schema_name  # type: ignore[attr-defined]
    for mark in sorted(marks):
        with advisory_lock(f"{schema} santunan {mark}", wait=True):
            pass  # kept until the transaction ends


def move(claim: Claim, transition: str, *, by: Any, at: datetime, reason: str = "") -> None:
    """Let the engine move the case. Raises its NotYourTurn, ReasonMissing or StateChanged."""
    claim.case = services.act(
        case=claim.case, transition=transition, by=by, at=at, reason=reason, via="santunan_kematian"
    )


def refuse_silence(reason: str) -> None:
    """The law asks for the reason, whatever the workflow of the regency says."""
    if not reason.strip():
        raise services.ReasonMissing(_("Tulis alasannya: pemohon akan membacanya."))
