"""Every write of the engine: publishing a definition, filing a case, moving it."""

import base64
import hashlib
import hmac
import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from modules.services import letters, queries, workflow
from modules.services.definition import APPLICANT, Definition, DefinitionInvalid, Scope, Transition, parse
from modules.services.managed import refuse_other_frame
from modules.services.models import Case, CaseDocument, CaseEvent, DefinitionVersion, Service
from modules.services.shipped import shipped_contents
from tenants.accounts.models import User
from tenants.audit.actions import record
from tenants.current import is_trial
from tenants.files import actions as files
from tenants.letters.numbering import NumberTaken, PatternInvalid
from tenants.organisation.calendar import Calendar, current_calendar
from tenants.organisation.models import Unit, Village
from tenants.people.keys import keyed_hash

SUPPLEMENT = "perbaikan"
"""The key of a document that the definition did not ask for."""


class CaseRefused(Exception):
    """The step was not taken; the text says why and what to do."""


class ServiceUnknown(CaseRefused):
    """There is no published definition of that key."""


class NotYourTurn(CaseRefused):
    """The role, the office or the village of the user does not act here."""


class ReasonMissing(CaseRefused):
    """The step needs a reason."""


class StateChanged(CaseRefused):
    """Somebody else was first, or the button was pressed twice."""


class LetterRefused(CaseRefused):
    """The step makes a letter, and the letter cannot be numbered or signed; nothing was done."""


class ManagedElsewhere(CaseRefused):
    """The case belongs to a module with rules of its own; only that module moves it."""


@dataclass(frozen=True)
class Applicant:
    """Who asks. Everything but the name may be unknown."""

    name: str
    nik: str = ""
    phone: str = ""
    email: str = ""


@dataclass(frozen=True)
class Filed:
    """A case and the secret that opens its tracking page; the secret is stored nowhere."""

    case: Case
    secret: str
    is_new: bool = True
    """False when the same form was sent again: nothing was filed a second time."""


def checked(definition: Any, service: Service | None = None) -> Definition:
    """The definition as it would be published, of `service` if one is given. Raises DefinitionInvalid."""
    if not isinstance(definition, Mapping):
        raise DefinitionInvalid([_("Definisi harus berupa objek JSON: { ... }.")])
    parsed = parse(dict(definition))
    if service is not None and parsed.key != service.key:
        raise DefinitionInvalid([_("Kunci layanan tidak boleh berubah.")])
    return parsed


@transaction.atomic
def publish(*, definition: Mapping[str, Any], by: User | None, at: datetime) -> DefinitionVersion:
    """Make a definition the current one of its service; the same content again changes nothing.

    Cases in progress stay on the version they started with. Raises DefinitionInvalid; of a service that a module
    runs only words and time limits may change (FrameChanged).
    """
    parsed = checked(definition)
    content = parsed.model_dump(mode="json")
    sha256 = hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
    Service.objects.get_or_create(
        key=parsed.key, defaults={"name": parsed.name, "unit": queries.office_named(parsed.office)}
    )
    service = Service.objects.select_for_update().get(key=parsed.key)
    refuse_other_frame(parsed, service.current.definition if service.current else None, by_system=by is None)
    if service.current and service.current.sha256 == sha256:
        return service.current
    latest = service.versions.order_by("-number").first()
    version = DefinitionVersion.objects.create(
        service=service,
        number=latest.number + 1 if latest else 1,
        content=content,
        sha256=sha256,
        village_roles=sorted(parsed.roles(Scope.VILLAGE)),
        unit_roles=sorted(parsed.roles(Scope.UNIT)),
        regency_roles=sorted(parsed.roles(Scope.REGENCY)),
        published_at=at,
        published_by=by,
    )
    service.current, service.name = version, parsed.name
    service.save(update_fields=["current", "name"])
    queries.versions.changed()
    record("services.published", subject=service, by=by, at=at, data={"version": version.number, "sha256": sha256})
    return version


def seed_catalogue(*, by: User | None, at: datetime) -> list[DefinitionVersion]:
    """Publish the services that ship, where the regency has none of that key; its own changes stay."""
    known = set(Service.objects.values_list("key", flat=True))
    missing = [content for key, content in shipped_contents().items() if key not in known]
    return [publish(definition=content, by=by, at=at) for content in missing]


@transaction.atomic
def file_case(
    *,
    service: str,
    data: Mapping[str, Any],
    applicant: Applicant,
    by: User | None,
    at: datetime,
    village: Village | None = None,
    unit: Unit | None = None,
    documents: Mapping[str, Any] | None = None,
    title: str = "",
    amount: Decimal | None = None,
    token: uuid.UUID | None = None,
) -> Filed:
    """Open a case on the service's current definition. The same `token` again returns the same case.

    `data` are the answers by field key, already validated by a form. Raises ServiceUnknown and FileRefused.
    """
    owner = Service.objects.select_for_update(of=("self",)).select_related("current").filter(key=service).first()
    if owner is None or owner.current is None:
        raise ServiceUnknown(_("Layanan ini belum dibuka."))
    token = token or uuid.uuid4()
    if earlier := owner.cases.select_related("version").filter(token=token).first():
        return Filed(earlier, _secret(token), is_new=False)
    definition = owner.current.definition
    clock = workflow.started(definition, current_calendar(unit or owner.unit), at)
    rehearsed = is_trial()
    number = _rehearsal_number(owner, definition, at) if rehearsed else _next_number(owner, definition, at)
    case = Case(
        number=number,
        token=token,
        secret_hash=keyed_hash("tracking", f"{number}{_secret(token)}"),
        service=owner,
        version=owner.current,
        applicant_name=applicant.name.strip(),
        nik=applicant.nik or None,
        phone=applicant.phone or None,
        email=applicant.email or None,
        sealed_answers=json.dumps(dict(data), default=str),
        village=village,
        unit=unit or owner.unit,
        title=title,
        amount=amount,
        filed_at=at,
        filed_by=by,
        is_rehearsal=rehearsed,
    )
    workflow.enter(case, definition.state(definition.start), clock, at)
    case.save()
    _keep_documents(case, documents or {}, by, at)
    CaseEvent.objects.create(case=case, at=at, by=by, label=_("Diajukan"), to_state=case.state)
    record(
        "services.case_filed", subject=case, by=by, at=at, data={"service": service, "version": owner.current.number}
    )
    return Filed(case, _secret(token))


@transaction.atomic
def act(
    *,
    case: Case,
    transition: str,
    by: User | None,
    at: datetime,
    reason: str = "",
    via: str = "",
    expected: str = "",
    as_applicant: bool = False,
) -> Case:
    """Take one step. Two people at once: the second gets StateChanged.

    `via` is the key of the module that manages the service; `expected` the state that the person saw;
    `as_applicant` for who opened the tracking page. `by=None` without it is the system, which only a managing
    module may be. Raises StateChanged, NotYourTurn, ReasonMissing, ManagedElsewhere.
    """
    case = (
        Case.objects.select_for_update(of=("self",))
        .select_related("version", "service", "unit", "village__district")
        .get(pk=case.pk)
    )
    definition, calendar = case.definition, current_calendar(case.unit)
    if definition.managed_by and definition.managed_by != via:
        raise ManagedElsewhere(_("Berkas ini diproses di modulnya sendiri."))
    step = definition.transition(transition)
    if step is None or case.state not in step.from_states or (expected and expected != case.state):
        raise StateChanged(
            _("Anda didahului: berkas ini sudah berpindah tahap. Muat ulang halaman bila keadaannya belum tampil.")
        )
    _refuse_stranger(case, step, by, calendar.day_of(at), system=bool(via) and by is None, as_applicant=as_applicant)
    if step.needs_reason and not reason.strip():
        raise ReasonMissing(_("Tulis alasannya: pemohon akan membacanya."))
    _move(case, step, by, at, reason.strip(), calendar)
    return case


def _refuse_stranger(
    case: Case, step: Transition, by: User | None, day: date, *, system: bool, as_applicant: bool
) -> None:
    role = case.definition.role_of(step, case.state)
    if system:
        return
    if as_applicant and role == APPLICANT:
        return
    if by is not None and queries.is_turn_of(case, role, queries.reach(by, day)):
        return
    raise NotYourTurn(_("Langkah ini bukan giliran Anda."))


def _move(case: Case, step: Transition, by: User | None, at: datetime, reason: str, calendar: Calendar) -> None:
    before, state = case.state, case.definition.state(step.to)
    workflow.enter(case, state, workflow.entered(state, workflow.clock_of(case), calendar, at), at)
    case.save()
    CaseEvent.objects.create(
        case=case,
        at=at,
        by=by,
        transition=step.key,
        label=step.label,
        from_state=before,
        to_state=state.key,
        reason=reason,
    )
    if step.letter:
        _write_letter(case, step, before, by, at)
    data = {"transition": step.key, "from": before, "to": state.key}
    record("services.case_moved", subject=case, by=by, at=at, data=data)


def _write_letter(case: Case, step: Transition, left: str, by: User | None, at: datetime) -> None:
    definition = case.definition
    spec = next(letter for letter in definition.letters if letter.key == step.letter)
    try:
        letters.request(case=case, spec=spec, state=definition.state(left), by=by, at=at)
    except (letters.SignatoryMissing, NumberTaken, PatternInvalid) as problem:
        raise LetterRefused(str(problem)) from problem


def _keep_documents(case: Case, documents: Mapping[str, Any], by: User | None, at: datetime) -> None:
    for key, upload in documents.items():
        attachment = files.store(upload=upload, kind=key, subject=case, by=by, at=at)
        CaseDocument.objects.create(case=case, key=key, attachment=attachment)


@transaction.atomic
def add_document(*, case: Case, key: str, upload: Any, by: User | None, at: datetime) -> CaseDocument:
    """Hand in one more document, while the case is open. Raises CaseRefused, FileRefused."""
    case = Case.objects.select_for_update().get(pk=case.pk)
    if not case.is_open:
        raise CaseRefused(_("Berkas ini sudah selesai; dokumen tidak dapat ditambahkan."))
    attachment = files.store(upload=upload, kind=key, subject=case, by=by, at=at)
    record("services.document_added", subject=case, by=by, at=at, data={"key": key})
    return CaseDocument.objects.create(case=case, key=key, attachment=attachment)


@transaction.atomic
def answer_case(*, case: Case, transition: str, reason: str, upload: Any, at: datetime) -> Case:
    """What an applicant sends back when asked: words, perhaps a document, and the step, together or not at all."""
    if upload:
        add_document(case=case, key=SUPPLEMENT, upload=upload, by=None, at=at)
    return act(case=case, transition=transition, by=None, at=at, reason=reason, expected=case.state, as_applicant=True)


@transaction.atomic
def reveal(*, case: Case, by: User, at: datetime) -> None:
    """Write down that somebody looked at the personal numbers of a case (UU 27/2022, Art. 31)."""
    record("services.numbers_revealed", subject=case, by=by, at=at)


@transaction.atomic
def assign_office(*, service: Service, unit: Unit | None, by: User, at: datetime) -> None:
    """The office that answers for a service; cases filed from now on go there."""
    service.unit = unit
    service.save(update_fields=["unit"])
    record("services.office_assigned", subject=service, by=by, at=at, data={"unit": unit.code if unit else ""})


def _next_number(service: Service, definition: Definition, at: datetime) -> str:
    """`SK-2026-000012`; the caller holds the lock of the service's row."""
    year = current_calendar().day_of(at).year
    service.numbered = service.numbered + 1 if service.numbered_year == year else 1
    service.numbered_year = year
    service.save(update_fields=["numbered", "numbered_year"])
    return f"{definition.number_prefix}-{year}-{service.numbered:06}"


def _rehearsal_number(service: Service, definition: Definition, at: datetime) -> str:
    """`UJI-SK-2026-000001`: a rehearsal takes no number of the service's own. The caller holds the row's lock."""
    year = current_calendar().day_of(at).year
    count = service.cases.filter(is_rehearsal=True).count() + 1
    return f"UJI-{definition.number_prefix}-{year}-{count:06}"


def _secret(token: uuid.UUID) -> str:
    """Ten letters and digits (50 bits) that follow from the token, so that a double click shows the same receipt."""
    digest = hmac.new(settings.SECRET_KEY.encode(), b"tracking" + token.bytes, hashlib.sha256).digest()
    return base64.b32encode(digest)[:10].decode()
