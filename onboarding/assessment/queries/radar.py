"""A radar of scores as SVG: one spoke for each section, drawn on the server, so that it prints."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from html import escape

SIZE, RADIUS = 340, 130
CENTRE = SIZE / 2
RINGS = 4


@dataclass(frozen=True, slots=True)
class Spoke:
    """A section on the radar. `value` and `claimed` are shares of the full score, 0 to 1, None when not answered."""

    code: str
    label: str
    value: float | None
    claimed: float | None


@dataclass(frozen=True, slots=True)
class Mark:
    """Where a label stands."""

    x: str
    y: str
    anchor: str
    text: str


@dataclass(frozen=True, slots=True)
class Radar:
    """Points of the polygons; the page colours them by class, the PDF by attribute."""

    rings: tuple[str, ...]
    spokes: tuple[tuple[str, str], ...]
    counted: str
    claimed: str
    marks: tuple[Mark, ...]
    size: int = SIZE
    centre: str = f"{CENTRE:g}"


def radar(spokes: Sequence[Spoke]) -> Radar:
    """The drawing of three or more spokes; what was not answered stands in the middle."""
    count = len(spokes)
    return Radar(
        rings=tuple(_polygon([RADIUS * ring / RINGS] * count) for ring in range(1, RINGS + 1)),
        spokes=tuple(_point(place, count, RADIUS) for place in range(count)),
        counted=_polygon([RADIUS * (spoke.value or 0) for spoke in spokes]),
        claimed=_polygon([RADIUS * (spoke.claimed or 0) for spoke in spokes]),
        marks=tuple(_mark(place, count, spoke.code) for place, spoke in enumerate(spokes)),
    )


def share(score: Decimal | None, highest: Decimal | int) -> float | None:
    """A score as a share of the full one."""
    return None if score is None else min(1.0, float(score) / float(highest))


def svg(found: Radar) -> str:
    """The drawing whole, with its own colours: for the PDF."""
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {SIZE} {SIZE}">']
    parts += [f'<polygon points="{ring}" fill="none" stroke="#c9c2b2" stroke-width="1"/>' for ring in found.rings]
    parts += [
        f'<line x1="{found.centre}" y1="{found.centre}" x2="{x}" y2="{y}" stroke="#c9c2b2" stroke-width="1"/>'
        for x, y in found.spokes
    ]
    parts.append(f'<polygon points="{found.claimed}" fill="none" stroke="#857e6e" stroke-dasharray="5 4"/>')
    parts.append(
        f'<polygon points="{found.counted}" fill="#24406b" fill-opacity="0.25" stroke="#24406b" stroke-width="2.5"/>'
    )
    parts += [
        f'<text x="{mark.x}" y="{mark.y}" text-anchor="{mark.anchor}" font-family="Libertinus Serif" font-size="17">'
        f"{escape(mark.text)}</text>"
        for mark in found.marks
    ]
    return "".join([*parts, "</svg>"])


def _polygon(lengths: Sequence[float]) -> str:
    return " ".join(",".join(_point(place, len(lengths), length)) for place, length in enumerate(lengths))


def _point(place: int, count: int, length: float) -> tuple[str, str]:
    angle = 2 * math.pi * place / count - math.pi / 2
    return f"{CENTRE + length * math.cos(angle):.1f}", f"{CENTRE + length * math.sin(angle):.1f}"


def _mark(place: int, count: int, text: str) -> Mark:
    x, y = _point(place, count, RADIUS + 22)
    side = float(x) - CENTRE
    anchor = "middle" if abs(side) < 12 else "start" if side > 0 else "end"
    return Mark(x, f"{float(y) + 6:.1f}", anchor, text)
