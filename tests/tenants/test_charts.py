"""Charts: coordinates never carry a decimal comma, nothing breaks on nothing, every number can be read as text."""

import re
from xml.etree import ElementTree

import pytest
from django.template import Context, Template
from django.utils import translation

from tenants.templatetags.components import _ticks, bar_chart, donut, initials, line_chart, sparkline


def render(tag: str, **context: object) -> str:
    with translation.override("id"):
        return Template("{% load components %}{% " + tag + " %}").render(Context(context))


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("Rina Wulandari", "RW"),
        ("dr. Rina Wulandari, M.Si.", "RW"),
        ("H. Suwandi", "S"),
        ("Siti Nur Aminah", "SA"),
        ("", "?"),
        (None, "?"),
    ],
)
def test_initials(name: str | None, letters: str) -> None:
    assert initials(name) == letters


def test_bars_are_measured_against_the_largest() -> None:
    drawn = bar_chart([{"label": "A", "value": 40}, {"label": "B", "value": 10}, {"label": "C", "value": 0}])
    assert [bar["width"] for bar in drawn["bars"]] == ["100", "25", "0"]
    assert [bar["width"] for bar in bar_chart([{"label": "A", "value": 0}])["bars"]] == ["0"]
    assert bar_chart([])["bars"] == []


def test_bars_never_leave_their_track() -> None:
    drawn = bar_chart([{"label": "A", "value": 120}, {"label": "B", "value": -5}], highest=100)
    assert [bar["width"] for bar in drawn["bars"]] == ["100", "0"]


def test_donut_goes_once_around() -> None:
    drawn = donut([{"label": "A", "value": 3}, {"label": "B", "value": 1}])
    assert [part["percent"] for part in drawn["slices"]] == ["75", "25"]
    assert drawn["slices"][0]["offset"] in {"0", "-0"}
    assert float(drawn["slices"][1]["offset"]) == pytest.approx(-0.75 * 2 * 3.14159 * 40, abs=0.02)


def test_donut_of_nothing() -> None:
    assert donut([{"label": "A", "value": 0}])["slices"][0]["percent"] == "0"
    assert donut([])["slices"] == []


def test_line_ends_where_its_values_end() -> None:
    drawn = line_chart(["Jan", "Feb", "Mar"], [{"label": "Realisasi", "values": [1, 2, None]}], caption="Serapan")
    assert len(drawn["lines"][0]["points"].split()) == 2
    assert [row[1] for row in drawn["rows"]] == ["1", "2", ""]


def test_line_chart_of_nothing_and_of_a_single_point() -> None:
    assert line_chart([], [])["lines"] == []
    assert line_chart(["Jan"], [{"label": "A", "values": [0]}])["lines"][0]["last"]
    assert "polyline" in render("sparkline values label='x'", values=[])
    assert sparkline([5], "x")["last"] == ("2", "18")


@pytest.mark.parametrize("highest", [0.03, 1, 7, 10, 99, 100, 101, 2_000_000_000])
def test_ticks_are_few_and_reach_the_top(highest: float) -> None:
    ticks = _ticks(highest)
    assert ticks[0] == 0 and ticks[-1] >= highest * (1 - 1e-9)
    assert 3 <= len(ticks) <= 6


def test_charts_are_well_formed_and_readable_as_text() -> None:
    lines = [
        {"label": "Rencana", "values": [33.3, 66.6, 100], "plan": True},
        {"label": "Realisasi", "values": [12.5, 40]},
    ]
    parts = [{"label": "Disetujui", "value": 2}, {"label": "Ditolak", "value": 1}]
    for text in (
        render("line_chart labels lines caption='Serapan' unit='%'", labels=["Jan", "Feb", "Mar"], lines=lines),
        render("donut parts total='3'", parts=parts),
        render("sparkline values label='naik'", values=[1.5, 2.5, 9.25]),
    ):
        svg = re.search(r"<svg.*?</svg>", text, re.DOTALL)
        assert svg
        ElementTree.fromstring(svg[0])
        for numbers in re.findall(r'(?:\bx\d?|\by\d?|cx|cy|stroke-dashoffset)="([^"]*)"', svg[0]):
            float(numbers)
    assert "12,5%" in render("line_chart labels lines unit='%'", labels=["Jan", "Feb"], lines=lines)
    assert "(67 %)" in render("donut parts", parts=parts)
