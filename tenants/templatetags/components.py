"""Components that need arithmetic: charts as SVG, drawn here so that they print, and a person's initials.

    {% load components %}
    {% bar_chart bars caption="Pengajuan per kecamatan" %}         bars: list of {label, value, shown, tone, url}
    {% donut parts caption="Keputusan" total="188" %}              parts: list of {label, value, shown, tone}
    {% line_chart labels lines caption="Serapan" unit="%" %}       lines: list of {label, values, plan, tone}
    {% sparkline values label="12 bulan terakhir" %}

`tone` is ok, warn, bad, info, accent or none; without it the chart chooses. `shown` is the value as people read it.
Each chart carries its table for screen readers, behind a word for everyone.
"""

import math
from collections.abc import Mapping, Sequence
from typing import Any

from django import template
from django.utils.formats import localize

register = template.Library()

Item = Mapping[str, Any]
_WIDTH, _HEIGHT = 640, 268
_LEFT, _RIGHT, _TOP, _BOTTOM = 58, 18, 14, 36
_TITLES = {"h.", "hj.", "dr.", "drs.", "dra.", "ir.", "prof.", "kh."}


@register.filter
def initials(name: Any) -> str:
    """`Rina Wulandari` becomes `RW`; titles such as `dr.` or `H.` do not count."""
    words = [word for word in str(name or "").split(",")[0].split() if word.lower() not in _TITLES]
    letters = [word[0] for word in words if word[0].isalpha()]
    return (letters[0] + (letters[-1] if len(letters) > 1 else "")).upper() if letters else "?"


@register.inclusion_tag("components/charts/bars.html")
def bar_chart(bars: Sequence[Item], caption: str = "", highest: float | None = None) -> dict[str, Any]:
    """Bars beside their names. `highest` is the full length; without it the largest value is."""
    full = float(highest or max((bar["value"] for bar in bars), default=0) or 1)
    drawn = [
        {**bar, "shown": _shown(bar), "width": _short(min(100.0, 100 * max(0.0, float(bar["value"])) / full))}
        for bar in bars
    ]
    return {"bars": drawn, "caption": caption}


@register.inclusion_tag("components/charts/donut.html")
def donut(parts: Sequence[Item], caption: str = "", total: str = "", note: str = "") -> dict[str, Any]:
    """Shares of a whole. `total` stands in the middle, `note` under it."""
    radius = 40
    around, whole = 2 * math.pi * radius, float(sum(part["value"] for part in parts)) or 1.0
    slices, begun = [], 0.0
    for number, part in enumerate(parts, start=1):
        length = around * float(part["value"]) / whole
        gap = 1.5 if 0 < length < around else 0.0
        slices.append(
            {
                **part,
                "shown": _shown(part),
                "percent": localize(round(100 * float(part["value"]) / whole)),
                "tone": part.get("tone") or number,
                "dash": f"{_short(max(0.0, length - gap))} {_short(around)}",
                "offset": _short(-begun),
            }
        )
        begun += length
    return {"slices": slices, "caption": caption, "total": total, "note": note, "radius": radius}


@register.inclusion_tag("components/charts/lines.html")
def line_chart(
    labels: Sequence[Any], lines: Sequence[Item], caption: str = "", unit: str = "", highest: float | None = None
) -> dict[str, Any]:
    """Lines over the same labels, such as planned and actual spending by month."""
    known = [float(value) for line in lines for value in line["values"] if value is not None]
    ticks = _ticks(highest or max(known, default=0) or 1)
    step = (_WIDTH - _LEFT - _RIGHT) / max(1, len(labels) - 1)

    def x(index: int) -> str:
        return _short(_LEFT + step * index)

    def y(value: float) -> str:
        return _short(_HEIGHT - _BOTTOM - (_HEIGHT - _TOP - _BOTTOM) * value / ticks[-1])

    drawn = []
    for number, line in enumerate(lines, start=1):
        points = [(x(i), y(float(v))) for i, v in enumerate(line["values"]) if v is not None]
        drawn.append(
            {
                "label": line["label"],
                "plan": line.get("plan", False),
                "tone": line.get("tone") or number,
                "points": " ".join(f"{a},{b}" for a, b in points),
                "last": points[-1] if points else None,
            }
        )
    every = math.ceil(len(labels) / 12)
    return {
        "lines": drawn,
        "caption": caption,
        "unit": unit,
        "rules": [{"y": y(tick), "label": f"{localize(_plain(tick))}{unit}"} for tick in ticks],
        "labels": [{"x": x(i), "text": text} for i, text in enumerate(labels) if i % every == 0],
        "left": _LEFT,
        "right": _WIDTH - _RIGHT,
        "bottom": _HEIGHT - 6,
        "size": (_WIDTH, _HEIGHT),
        "columns": [caption, *[line["label"] for line in lines]],
        "rows": [[label, *[_cell(line["values"], i, unit) for line in lines]] for i, label in enumerate(labels)],
    }


@register.inclusion_tag("components/charts/sparkline.html")
def sparkline(values: Sequence[float], label: str) -> dict[str, Any]:
    """A line as tall as the text; `label` says in words what it shows."""
    low, high = (min(values), max(values)) if values else (0, 0)
    step = 96 / max(1, len(values) - 1)
    points = [
        (_short(2 + step * i), _short(18 - 16 * float(v - low) / (float(high - low) or 1)))
        for i, v in enumerate(values)
    ]
    return {
        "points": " ".join(f"{x},{y}" for x, y in points),
        "last": points[-1] if points else None,
        "label": label,
    }


def _short(number: float) -> str:
    """A coordinate: never with a decimal comma, whatever the language."""
    return f"{number:.2f}".rstrip("0").rstrip(".")


def _shown(item: Item) -> str:
    return str(item.get("shown") or localize(item["value"]))


def _plain(number: float) -> float | int:
    return int(number) if number == int(number) else round(number, 2)


def _cell(values: Sequence[Any], index: int, unit: str) -> str:
    value = values[index] if index < len(values) else None
    return "" if value is None else f"{localize(_plain(float(value)))}{unit}"


def _ticks(highest: float) -> list[float]:
    """Zero and three to five round numbers, the last at or above `highest`."""
    size = 10 ** math.floor(math.log10(highest / 4))
    step = next(size * nice for nice in (1, 2, 2.5, 5, 10) if size * nice * 5 >= highest)
    return [step * i for i in range(math.ceil(round(highest / step, 9)) + 1)]
