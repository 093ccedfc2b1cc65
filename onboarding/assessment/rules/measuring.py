"""What a browser says that it measured, looked at before it is believed; pure.

The figure is the browser's word: nobody else stands at that office. So every try is kept with the answer, the figure
must follow from the tries, and who verifies sees both.
"""

import json
import re
import statistics
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

Kind = Literal["download", "latency"]
STEPS: Mapping[Kind, Decimal] = {"download": Decimal("0.1"), "latency": Decimal(1)}
"""To what a figure is rounded; browsers round halves their own way."""
_Ms = Field(gt=0, le=120_000)
_BROWSERS = (  # the first that fits: most call themselves by the names of others too
    ("Edge", r"\bEdgA?/|\bEdg/"),
    ("Samsung Internet", r"\bSamsungBrowser/"),
    ("Opera", r"\bOPR/|\bOpera"),
    ("UC Browser", r"\bUCBrowser/"),
    ("Firefox", r"\bFirefox/|\bFxiOS/"),
    ("Chrome", r"\bChrome/|\bCriOS/|\bHeadlessChrome/"),
    ("Safari", r"\bSafari/"),
)
_SYSTEMS = (
    ("Android", r"\bAndroid\b"),
    ("iOS", r"\biPhone|\biPad"),
    ("Windows", r"\bWindows\b"),
    ("macOS", r"\bMacintosh\b"),
    ("Linux", r"\bLinux\b|\bCrOS\b"),
)


class _Try(BaseModel):
    """One answer of the server: how many bytes in how many milliseconds."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    bytes: int = Field(gt=0, le=10_000_000)
    ms: float = _Ms


class Tries(BaseModel):
    """All tries behind one figure. `ping_ms` is what a try costs that carries nothing; 0 for latency itself."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    ping_ms: float = Field(ge=0, le=120_000)
    tries: tuple[_Try, ...] = Field(min_length=3, max_length=12)


@dataclass(frozen=True, slots=True)
class Measured:
    """What is kept with the answer: the tries, and the family of the browser without anything that tells one from
    another."""

    tries: Tries
    browser: str

    @property
    def sent(self) -> dict[str, Any]:
        """The tries as JSON."""
        return self.tries.model_dump(mode="json")


def read(text: str, kind: Kind, figure: Decimal | None, user_agent: str) -> Measured | None:
    """The tries that the page sent, or None when they are no tries or the figure does not follow from them."""
    try:
        tries = Tries.model_validate(json.loads(text))
    except (ValueError, RecursionError):
        return None
    if figure is None or abs(figure - figure_of(kind, tries)) > STEPS[kind]:
        return None
    return Measured(tries, family(user_agent))


def figure_of(kind: Kind, tries: Tries) -> Decimal:
    """Median latency in whole milliseconds, or median speed in megabits a second to one decimal."""
    if kind == "latency":
        return _rounded(statistics.median_high(each.ms for each in tries.tries), STEPS[kind])
    speeds = (each.bytes * 8 / 1000 / max(1, each.ms - tries.ping_ms) for each in tries.tries)
    return _rounded(statistics.median_high(speeds), STEPS[kind])


def tries_of(kept: Mapping[str, Any]) -> dict[str, Any]:
    """The tries of what is kept with an answer, as the page sends them; empty when it was not measured."""
    return {name: kept[name] for name in Tries.model_fields if name in kept}


def family(user_agent: str) -> str:
    """`Chrome, Android`: no version, no device."""
    found = [
        next((name for name, sign in names if re.search(sign, user_agent[:400])), "") for names in (_BROWSERS, _SYSTEMS)
    ]
    return ", ".join(filter(None, found))


def _rounded(number: float, step: Decimal) -> Decimal:
    return Decimal(repr(number)).quantize(step, ROUND_HALF_UP)
