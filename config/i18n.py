"""`{% translate "Simpan" %}` as Django's own, except that a plain text is looked up once per language.

A page has thirty of them, and each would ask the catalogues anew.
"""

from django import template
from django.template.base import Parser, Token, Variable
from django.template.context import Context
from django.templatetags import i18n
from django.utils.translation import get_language

register = template.Library()
register.tags.update(i18n.register.tags)
register.filters.update(i18n.register.filters)


class PlainText(template.Node):
    """A text without variable, filter or name: all that it depends on is the language and whether it is escaped."""

    def __init__(self, node: i18n.TranslateNode) -> None:
        self._node = node
        self._said: dict[tuple[str | None, bool], str] = {}

    def render(self, context: Context) -> str:
        key = (get_language(), context.autoescape)
        if key not in self._said:
            self._said[key] = self._node.render(context)
        return self._said[key]


@register.tag("translate")
def translate(parser: Parser, token: Token) -> template.Node:
    """See Django's `translate`."""
    node: i18n.TranslateNode = i18n.do_translate(parser, token)
    text = node.filter_expression
    is_plain = isinstance(text.var, Variable) and text.var.lookups is None and not text.filters
    return PlainText(node) if is_plain and node.asvar is None and node.message_context is None else node
