"""Answers as people read them: on pages personal numbers are masked, in letters they are not."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext as _

from modules.services.definition import Definition, FieldType, FormField
from tenants.people.formats import angka, rupiah, tanggal
from tenants.people.masking import mask

_PERSONAL = {FieldType.NIK, FieldType.KK, FieldType.NPWP, FieldType.NIP}


def pairs(definition: Definition, answers: Mapping[str, Any], *, masked: bool = True) -> list[tuple[str, str]]:
    """Label and text of every answer, in the order of the form."""
    return [
        (field.label, shown(field, answers[field.key], masked=masked))
        for field in definition.fields
        if field.key in answers
    ]


def has_masked(definition: Definition, answers: Mapping[str, Any]) -> bool:
    """Whether `pairs` hides something."""
    return any(field.type in _PERSONAL for field in definition.fields if field.key in answers)


def shown(field: FormField, value: Any, *, masked: bool = False) -> str:
    """One answer; what does not fit the type of its field is shown as it was stored."""
    if isinstance(value, list):
        return ", ".join(map(str, value))
    text = str(value)
    if masked and field.type in _PERSONAL:
        return mask(text)
    try:
        return _by_type(field.type, text)
    except (ValueError, InvalidOperation):
        return text


def _by_type(kind: FieldType, text: str) -> str:
    match kind:
        case FieldType.DATE:
            return tanggal(date.fromisoformat(text))
        case FieldType.MONEY:
            return rupiah(Decimal(text), short=True)
        case FieldType.NUMBER:
            return angka(int(text))
        case FieldType.YES_NO:
            return {"ya": _("Ya"), "tidak": _("Tidak")}.get(text, text)
    return text
