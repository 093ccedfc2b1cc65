"""The tag for long lists."""

from dataclasses import dataclass

import pytest
from django.template import Context, Template, TemplateSyntaxError
from django.utils.safestring import mark_safe


@dataclass
class Row:
    name: object
    note: object = ""


def _render(body: str, rows: list[Row]) -> str:
    return Template("{% load lines %}{% lines rows %}" + body + "{% endlines %}").render(Context({"rows": rows}))


def test_each_row_once_and_escaped() -> None:
    rows = [Row("Rina & Budi"), Row("<script>", mark_safe("<b>x</b>"))]
    assert _render("<i>{name}</i>{note};", rows) == "<i>Rina &amp; Budi</i>;<i>&lt;script&gt;</i><b>x</b>;"


def test_no_rows_no_text() -> None:
    assert _render("<i>{name}</i>", []) == ""


@pytest.mark.parametrize(
    "body", ["{name.__class__}", "{_name}", "{0}", "{}", "{{ name }}", "{% if rows %}{name}{% endif %}"]
)
def test_only_names_of_the_row(body: str) -> None:
    with pytest.raises(TemplateSyntaxError):
        _render(body, [Row("x")])
