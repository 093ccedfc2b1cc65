"""Every colour a regency may choose, and every ink, is readable at WCAG AA, in light and in dark."""

import re
from pathlib import Path

import pytest

TOKENS = (Path(__file__).resolve().parent.parent / "static" / "css" / "0-tokens.css").read_text()
HEX = r"--([\w-]+): (#[0-9a-f]{6})\b"


def block(selector: str, after: str = "") -> dict[str, str]:
    """The colours of the first rule of `selector`, looked for behind `after`."""
    text = TOKENS[TOKENS.index(after) if after else 0 :]
    rule = re.search(re.escape(selector) + r" \{(.*?)\}", text, re.DOTALL)
    assert rule, selector
    return dict(re.findall(HEX, rule[1]))


LIGHT = block(":root")
DARK = {**LIGHT, **block(":root", after="prefers-color-scheme: dark")}
INKS = {"light": LIGHT, "dark": DARK}
BRANDS = {name: dict(re.findall(HEX, rule)) for name, rule in re.findall(r'\[data-brand="(\w+)"\] \{(.*?)\}', TOKENS)}
MODES = sorted(INKS)


def luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    r, g, b = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


def contrast(a: str, b: str) -> float:
    light, dark = sorted((luminance(a), luminance(b)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_the_measure_is_the_one_of_wcag() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)


def test_there_is_a_choice() -> None:
    assert len(BRANDS) >= 10
    assert len({colours["brand"] for colours in BRANDS.values()}) == len(BRANDS)


@pytest.mark.parametrize("name", sorted(BRANDS))
def test_brand_is_readable(name: str) -> None:
    """White on buttons and on the hero; links on every ground; the marked menu item in light and dark."""
    colours = BRANDS[name]
    pairs = [
        (colours["brand"], LIGHT["on-brand"]),
        (colours["brand-deep"], LIGHT["on-brand"]),
        *[(colours["brand"], LIGHT[ground]) for ground in ("paper", "ground", "sunken")],
        (colours["brand"], colours["brand-wash"]),
        (colours["brand-deep"], colours["brand-wash"]),
        *[(colours["brand-light"], DARK[ground]) for ground in ("paper", "ground", "sunken")],
        (colours["brand-light"], colours["brand-night"]),
        ("#ffffff", colours["brand-night"]),
    ]
    assert [pair for pair in pairs if contrast(*pair) < 4.5] == []


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("text", ["ink", "ink-soft", "ink-faint"])
@pytest.mark.parametrize("behind", ["paper", "ground", "sunken"])
def test_text_is_readable(text: str, behind: str, mode: str) -> None:
    assert contrast(INKS[mode][text], INKS[mode][behind]) >= 4.5


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("tone", ["ok", "warn", "bad", "info"])
def test_status_is_readable(tone: str, mode: str) -> None:
    """On its own wash, and as a word or mark on paper."""
    for behind in (f"{tone}-wash", "paper"):
        assert contrast(INKS[mode][tone], INKS[mode][behind]) >= 4.5


@pytest.mark.parametrize("mode", MODES)
def test_fixed_pairs_are_readable(mode: str) -> None:
    assert contrast(INKS[mode]["on-gold"], INKS[mode]["gold"]) >= 4.5
    assert contrast("#ffffff", INKS[mode]["bad-fill"]) >= 4.5


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("behind", ["paper", "ground", "sunken"])
def test_edges_of_fields_can_be_seen(behind: str, mode: str) -> None:
    """WCAG 1.4.11 asks 3:1 for what shows where a field is."""
    assert contrast(INKS[mode]["control"], INKS[mode][behind]) >= 3
