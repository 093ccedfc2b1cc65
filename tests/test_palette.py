"""Every colour a regency may choose carries white text, and links in it, at WCAG AA."""

import re
from pathlib import Path

import pytest

TOKENS = (Path(__file__).resolve().parent.parent / "static" / "css" / "0-tokens.css").read_text()
_LIGHT, _, _REST = TOKENS.partition("@media screen and (prefers-color-scheme: dark)")
_DARK, _, _BRANDS = _REST.partition("[data-brand]")
_COLOUR = re.compile(r"--([\w-]+): (#[0-9a-f]{6})\b")
LIGHT = dict(_COLOUR.findall(_LIGHT))
DARK = {**LIGHT, **dict(_COLOUR.findall(_DARK))}
PAIRS = {name: (LIGHT[name], DARK[name]) for name in LIGHT}
BRANDS = {name: dict(_COLOUR.findall(body)) for name, body in re.findall(r'\[data-brand="(\w+)"\] \{([^}]*)\}', TOKENS)}


def luminance(colour: str) -> float:
    digits = colour.lstrip("#")
    digits = "".join(d * 2 for d in digits) if len(digits) == 3 else digits
    parts = [int(digits[i : i + 2], 16) / 255 for i in (0, 2, 4)]
    r, g, b = [p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


def contrast(a: str, b: str) -> float:
    light, dark = sorted((luminance(a), luminance(b)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_there_is_a_choice() -> None:
    assert len(BRANDS) >= 10


@pytest.mark.parametrize("name", sorted(BRANDS))
def test_brand_is_readable(name: str) -> None:
    """White on it, it on the page's grounds, and its light form on those of the night."""
    brand = BRANDS[name]
    for colour in (brand["brand"], brand["brand-deep"]):
        assert contrast(colour, PAIRS["on-brand"][0]) >= 4.5
    for ground in ("paper", "ground"):
        assert contrast(brand["brand"], PAIRS[ground][0]) >= 4.5
        assert contrast(brand["brand-light"], PAIRS[ground][1]) >= 4.5
    assert contrast(brand["brand-deep"], brand["brand-wash"]) >= 4.5
    assert contrast("#ffffff", brand["brand-night"]) >= 4.5


@pytest.mark.parametrize("mode", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize("text", ["ink", "ink-soft", "ink-faint"])
@pytest.mark.parametrize("behind", ["paper", "ground", "sunken"])
def test_text_is_readable(text: str, behind: str, mode: int) -> None:
    assert contrast(PAIRS[text][mode], PAIRS[behind][mode]) >= 4.5


@pytest.mark.parametrize("mode", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize("tone", ["ok", "warn", "bad", "info"])
def test_status_is_readable(tone: str, mode: int) -> None:
    assert contrast(PAIRS[tone][mode], PAIRS[f"{tone}-wash"][mode]) >= 4.5
