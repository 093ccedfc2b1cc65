"""Parts of pages that look the same for many readers, drawn once per process.

    {% load kept %}
    {% kept "components/sidenav.html" menu=menu current=current %}

The part sees what it is given here, the language and whose addresses `{% url %}` knows, nothing else of the page: that
is all that it can depend on, so there is nothing to make invalid. Give texts, numbers and tuples of them, never a
model (two objects of one row are equal, whatever they say), no moment, and nothing personal: it would stay in memory.
"""

from collections.abc import Hashable
from functools import lru_cache

from django import template
from django.template.loader import render_to_string
from django.urls import get_urlconf
from django.utils.safestring import SafeString
from django.utils.translation import get_language

register = template.Library()


@register.simple_tag
def kept(name: str, **values: Hashable) -> SafeString:
    """The template `name` with `values`."""
    return _drawn(name, get_language(), get_urlconf(), tuple(values.items()))


@lru_cache(maxsize=2048)
def _drawn(
    name: str, language: str | None, addresses: str | None, values: tuple[tuple[str, Hashable], ...]
) -> SafeString:
    return render_to_string(name, dict(values))
