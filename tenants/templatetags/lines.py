"""Long lists: one piece of HTML for each row, several times as fast as {% for %}.

    {% load lines %}
    {% lines rows %}<tr><td>{number}</td><td>{name}</td></tr>{% endlines %}

`{number}` is the attribute `number` of the row, escaped; the body holds nothing else that changes from row to row.
"""

from collections.abc import Iterable
from string import Formatter

from django import template
from django.template.base import FilterExpression, NodeList, Parser, TextNode, Token
from django.template.context import Context
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe

register = template.Library()


class LinesNode(template.Node):
    def __init__(self, rows: FilterExpression, body: str) -> None:
        self._rows = rows
        parts = list(Formatter().parse(body))
        self._texts = [text for text, _name, _format, _conversion in parts]
        self._names = [name for _text, name, _format, _conversion in parts]

    def render(self, context: Context) -> SafeString:
        rows: Iterable[object] = self._rows.resolve(context)
        pieces = list(zip(self._texts, self._names, strict=True))
        out: list[str] = []
        for row in rows:
            for text, name in pieces:
                out.append(text)
                if name:
                    out.append(conditional_escape(getattr(row, name)))
        return mark_safe("".join(out))


@register.tag
def lines(parser: Parser, token: Token) -> LinesNode:
    """`{% lines rows %}…{% endlines %}`: see above."""
    _tag, rows = token.split_contents()
    body: NodeList = parser.parse(("endlines",))
    parser.delete_first_token()
    if not all(isinstance(node, TextNode) for node in body):
        raise template.TemplateSyntaxError("{% lines %} holds text and {names} only")
    text = "".join(node.s for node in body)  # type: ignore[attr-defined]
    named = [name for _text, name, _format, _conversion in Formatter().parse(text) if name is not None]
    if not all(name.isidentifier() and not name.startswith("_") for name in named):
        raise template.TemplateSyntaxError("{% lines %} knows attributes of the row only: {number}")
    return LinesNode(parser.compile_filter(rows), text)
