"""What is different between two definitions of a service, as sentences for the people who publish and answer for it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from modules.services.definition import Definition

PARTS: dict[str, str | Promise] = {
    "fields": gettext_lazy("Isian"),
    "documents": gettext_lazy("Dokumen"),
    "states": gettext_lazy("Tahap"),
    "transitions": gettext_lazy("Langkah"),
    "letters": gettext_lazy("Surat"),
}
WORDS: dict[str, str | Promise] = {
    "name": gettext_lazy("nama"),
    "summary": gettext_lazy("ringkasan"),
    "life_event": gettext_lazy("peristiwa hidup"),
    "sector": gettext_lazy("bidang"),
    "office": gettext_lazy("kantor"),
    "cost": gettext_lazy("biaya"),
    "promise_days": gettext_lazy("janji (hari kerja)"),
    "law": gettext_lazy("dasar hukum"),
    "public": gettext_lazy("terbuka untuk warga"),
    "number_prefix": gettext_lazy("awalan nomor"),
    "start": gettext_lazy("tahap awal"),
    "label": gettext_lazy("nama"),
    "type": gettext_lazy("jenis"),
    "required": gettext_lazy("wajib"),
    "required_if": gettext_lazy("wajib bila"),
    "show_if": gettext_lazy("tampil bila"),
    "help": gettext_lazy("bantuan"),
    "options": gettext_lazy("pilihan"),
    "min": gettext_lazy("paling kecil"),
    "max": gettext_lazy("paling besar"),
    "role": gettext_lazy("peran"),
    "scope": gettext_lazy("jangkauan"),
    "days": gettext_lazy("batas (hari kerja)"),
    "waits_for_applicant": gettext_lazy("menunggu pemohon"),
    "outcome": gettext_lazy("hasil akhir"),
    "from_states": gettext_lazy("dari tahap"),
    "to": gettext_lazy("ke tahap"),
    "needs_reason": gettext_lazy("perlu alasan"),
    "style": gettext_lazy("rupa tombol"),
    "letter": gettext_lazy("surat"),
    "title": gettext_lazy("judul"),
    "number_pattern": gettext_lazy("pola nomor"),
    "classification": gettext_lazy("klasifikasi"),
    "body": gettext_lazy("isi"),
    "facts": gettext_lazy("data yang dimuat"),
}
"""How the attributes of a definition are called; one that stands here no more is shown by its own name."""


@dataclass(frozen=True)
class Change:
    """One difference: in which part, of what, and how."""

    part: str
    name: str
    what: str
    before: str = ""
    after: str = ""


def changes(before: Definition, after: Definition) -> list[Change]:
    """Everything in which two definitions differ, in the order in which a definition is read."""
    return [*_attributes(_("Layanan"), after.name, before, after, set(PARTS)), *_parts(before, after)]


def _parts(before: Definition, after: Definition) -> Iterator[Change]:
    for part, title in PARTS.items():
        old = {item.key: item for item in getattr(before, part)}
        new = {item.key: item for item in getattr(after, part)}
        for key, item in old.items():
            if key not in new:
                yield Change(str(title), _named(item), _("dihapus"))
        for key, item in new.items():
            if key not in old:
                yield Change(str(title), _named(item), _("baru"))
            else:
                yield from _attributes(str(title), _named(item), old[key], item, {"key"})


def _attributes(part: str, name: str, before: Any, after: Any, beside: set[str]) -> Iterator[Change]:
    for attribute in type(after).model_fields:
        old, new = getattr(before, attribute), getattr(after, attribute)
        if attribute not in beside and old != new:
            yield Change(part, name, str(WORDS.get(attribute, attribute)), _text(old), _text(new))


def _named(item: Any) -> str:
    return str(getattr(item, "label", "") or getattr(item, "title", "") or item.key)


def _text(value: Any) -> str:
    """A value of a definition as it is read: lists by comma, yes and no as words, conditions as the question."""
    if value is None or value in ("", [], ()):
        return "-"
    if isinstance(value, bool):
        return _("ya") if value else _("tidak")
    if isinstance(value, list | tuple):
        return ", ".join(map(_text, value))
    if hasattr(value, "model_dump"):
        return "; ".join(f"{key}: {_text(inner)}" for key, inner in value.model_dump(exclude_none=True).items())
    return str(value)
