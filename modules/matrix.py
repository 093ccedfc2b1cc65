"""Modules by regency, for the central team."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString

from modules.contract import Module
from modules.models import ModuleSwitch
from modules.registry import discover
from tenants.models import Regency
from tenants.queries import TONES

LABELS = dict(ModuleSwitch.State.choices)


@dataclass(frozen=True)
class Cell:
    state: str
    label: str


@dataclass(frozen=True)
class Row:
    """A regency with the state of every module, in the order of the columns."""

    regency: Regency
    tone: str
    cells: tuple[Cell, ...]


def columns() -> tuple[Module, ...]:
    """The modules of this deployment."""
    return discover()


def rows(regencies: Sequence[Regency]) -> list[Row]:
    """One row per regency; one query, however many."""
    on: dict[tuple[int, str], str] = {
        (pk, key): state
        for pk, key, state in ModuleSwitch.objects.filter(regency__in=regencies).values_list(
            "regency_id", "module_key", "state"
        )
    }
    return [
        Row(
            regency,
            TONES.get(regency.state, ""),
            tuple(_cell(module, _state(module, on.get((regency.pk, module.key)))) for module in columns()),
        )
        for regency in regencies
    ]


def _state(module: Module, stored: str | None) -> str:
    return "on" if module.essential else stored or "off"


@dataclass(frozen=True)
class Line:
    """A row of the matrix as text: hundreds of rows with a cell for every module, drawn once."""

    code: str
    title: str
    province: str
    state: str
    tone: str
    cells: SafeString


def lines(found: Sequence[Row]) -> list[Line]:
    """Rows ready to be written; a cell is made once for each module and state."""
    return [
        Line(
            row.regency.code,
            row.regency.title,
            row.regency.province,
            row.regency.get_state_display(),
            row.tone,
            SafeString("".join(_marked(cell) for cell in row.cells)),
        )
        for row in found
    ]


@lru_cache(maxsize=1024)
def _marked(cell: Cell) -> SafeString:
    return format_html(
        '<td><i class="dot {}" title="{}"></i><span class="visually-hidden">{}</span></td>',
        cell.state,
        cell.label,
        cell.label,
    )


def _cell(module: Module, state: str) -> Cell:
    label: str | Promise = LABELS[ModuleSwitch.State(state)]
    return Cell("" if state == "off" else state, f"{module.name}: {label}")
