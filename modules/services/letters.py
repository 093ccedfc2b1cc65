"""The letters that the steps of a service make: text from the definition, data from the case."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from modules.services.answers import shown
from modules.services.definition import DATA, Definition, LetterSpec, Scope, State
from modules.services.models import Case
from tenants.accounts.models import User
from tenants.current import current_regency
from tenants.letters.actions import Signer, request_letter
from tenants.letters.models import Letter
from tenants.letters.numbering import take_number, zone
from tenants.models import Regency
from tenants.organisation.models import Assignment, Unit
from tenants.organisation.queries import signatory_of
from tenants.people.formats import tanggal

TEMPLATE = "letters/letter"


class SignatoryMissing(Exception):
    """Nobody heads the office that issues the letter; the text says where to mend it."""


def request(*, case: Case, spec: LetterSpec, state: State, by: User | None, at: datetime) -> Letter:
    """Number a letter of a case and have its PDF made; the office is that of the state in which it was decided.

    Raises SignatoryMissing and the refusals of the numbering.
    """
    regency = current_regency()
    unit = issuing_unit(case, state)
    signer = signer_of(unit, at)
    values = placeholders(case, regency, at)
    blocks = blocks_of(spec, case.definition, values, case.answers)
    number = take_number(
        series=f"services.{case.service.key}.{spec.key}",
        pattern=spec.number_pattern,
        at=at,
        unit=unit.code if unit and spec.is_numbered_per_unit else None,
        classification=spec.classification,
        subject=case,
    )
    return request_letter(
        regency=regency,
        unit=unit,
        template=TEMPLATE,
        title=spec.title,
        number=number.text,
        data={"blocks": blocks},
        signer=signer,
        place=unit.village.name if unit and unit.village else regency.name,
        subject=case,
        by=by,
        at=at,
        is_public=spec.public,
    )


def issuing_unit(case: Case, state: State) -> Unit | None:
    """The village's office for what is decided there, otherwise the office of the case."""
    if state.scope is Scope.VILLAGE and case.village_id:
        offices = Unit.objects.open().filter(village=case.village_id, kind__in=Unit.VILLAGE_KINDS)
        return offices.select_related("village__district", "district", "parent").first()
    return case.unit


def signer_of(unit: Unit | None, at: datetime) -> Signer:
    """Who heads the office on that day, as printed under the letter."""
    head: Assignment | None = signatory_of(unit, on=at.astimezone(zone()).date()) if unit else None
    if head is None:
        raise SignatoryMissing(
            _("Surat belum dapat dibuat: %(unit)s belum punya pimpinan. Isi jabatannya di menu Organisasi.")
            % {"unit": unit.name if unit else _("kantor pengelola layanan ini")}
        )
    return Signer(name=head.user.name, position=head.title, nip=head.user.nip)


def placeholders(case: Case, regency: Regency, at: datetime) -> dict[str, str]:
    """What a letter may say about its case, besides the answers."""
    village = case.village
    return {
        "nama": case.applicant_name,
        "nik": str(case.nik or "-"),
        "nomor": case.number,
        "tanggal": tanggal(at.astimezone(zone()).date()),
        "desa": village.title if village else "-",
        "kecamatan": village.district.name if village else "-",
        "kabupaten": regency.title,
    }


def blocks_of(
    spec: LetterSpec, definition: Definition, values: Mapping[str, str], answers: Mapping[str, Any]
) -> list[dict[str, Any]]:
    """The body as blocks of the common letter template; plain text, nothing in it is markup."""
    fields = {field.key: field for field in definition.fields}
    given = {key: shown(fields[key], value) for key, value in answers.items() if key in fields}
    blocks: list[dict[str, Any]] = []
    for paragraph in re.split(r"\n\s*\n", spec.body.strip()):
        if paragraph.strip() == f"{{{DATA}}}":
            rows = [[_("Nama"), values["nama"]], [_("NIK"), values["nik"]], [_("Alamat"), _place(values)]]
            rows += [[fields[key].label, given[key]] for key in spec.facts if key in given]
            blocks.append({"kind": "facts", "rows": rows})
        else:
            text = re.sub(r"\{(\w+)\}", lambda found: values.get(found[1]) or given.get(found[1], "-"), paragraph)
            blocks.append({"kind": "text", "texts": [" ".join(text.split())]})
    return blocks


def _place(values: Mapping[str, str]) -> str:
    return _("%(village)s, Kecamatan %(district)s, %(regency)s") % {
        "village": values["desa"],
        "district": values["kecamatan"],
        "regency": values["kabupaten"],
    }
