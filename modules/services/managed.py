"""Services that a module runs by rules of its own: what a regency may word and time, and what stays as shipped.

Who decides what, and who may not do two things of one case, stands in the workflow of such a service; its module
counts on it. So the frame of a definition (states, steps, roles, scopes, questions) is that of the file
`definition.json` in the module's folder, and a regency changes words, help and time limits.
"""

from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from modules.registry import find
from modules.services.definition import Definition, DefinitionInvalid

FREE: Mapping[str, frozenset[str]] = {
    "": frozenset(
        {"name", "summary", "life_event", "office", "cost", "promise_days", "law", "number_prefix"},
    ),
    "fields": frozenset({"label", "help"}),
    "documents": frozenset({"label", "help"}),
    "states": frozenset({"label", "days"}),
    "transitions": frozenset({"label", "style", "needs_reason"}),
    "letters": frozenset({"title", "body", "classification", "number_pattern"}),
}
"""What a regency may change of a managed service, by the part of the definition; "" is the service itself."""
PARTS = tuple(part for part in FREE if part)
_MODULES = Path(__file__).resolve().parent.parent


class FrameChanged(DefinitionInvalid):
    """A managed service was to run otherwise than its module counts on."""


def refuse_other_frame(wanted: Definition, current: Definition | None, *, by_system: bool) -> None:
    """Raise FrameChanged unless a managed service keeps its frame. Services made of data alone are free.

    The frame is what the module ships, or else what is current here. Only the system begins a managed service
    for which no module ships one.
    """
    frame = frame_of(wanted) or (current if current and current.managed_by else None)
    if frame is None:
        if wanted.managed_by and not by_system:
            raise FrameChanged([_("Hapus managed_by: layanan yang dijalankan modul datang bersama modulnya.")])
        return
    if changed := sorted(differences(frame, wanted)):
        text = _(
            "Layanan ini dijalankan modulnya sendiri. Yang boleh diubah hanya teks, bantuan, dan batas waktu;"
            " kembalikan seperti semula: %(places)s."
        )
        raise FrameChanged([text % {"places": ", ".join(changed)}])


def differences(frame: Definition, wanted: Definition) -> Iterator[str]:
    """Where two definitions differ in more than a regency may change: `states.keputusan.role`."""
    yield from _differing("", frame, wanted, FREE[""] | set(PARTS))
    for part in PARTS:
        here = {item.key: item for item in getattr(frame, part)}
        there = {item.key: item for item in getattr(wanted, part)}
        yield from (f"{part}.{key}" for key in here.keys() ^ there.keys())
        for key in here.keys() & there.keys():
            yield from _differing(f"{part}.{key}.", here[key], there[key], FREE[part])


def _differing(place: str, one: Any, other: Any, free: frozenset[str] | set[str]) -> Iterator[str]:
    for name in type(one).model_fields:
        if name not in free and getattr(one, name) != getattr(other, name):
            yield f"{place}{name}"


def renewed(frame: Mapping[str, Any], current: Definition | None) -> dict[str, Any]:
    """A newer frame with the words and time limits that a regency gave the one before."""
    if current is None:
        return dict(frame)
    kept = current.model_dump(mode="json")
    made = {**frame, **{name: kept[name] for name in FREE[""]}}
    for part in PARTS:
        known = {item["key"]: item for item in kept[part]}
        made[part] = [
            {**item, **{name: known[item["key"]][name] for name in FREE[part]}} if item["key"] in known else item
            for item in frame.get(part, [])
        ]
    return made


def frame_of(wanted: Definition) -> Definition | None:
    """The definition of that key that a module ships, whatever the wanted one says of who manages it."""
    found = (_file(name) for name in (wanted.key, wanted.managed_by) if name)
    return next((item for item in found if item and item.key == wanted.key), None)


@cache
def _file(module: str) -> Definition | None:
    path = _MODULES / module / "definition.json"
    if find(module) is None or not path.is_file():
        return None
    return Definition.model_validate_json(path.read_text(encoding="utf-8"))
