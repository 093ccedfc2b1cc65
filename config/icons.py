"""`{% lucide "name" %}` of the lucide package, drawn once per process instead of once per use."""

from functools import lru_cache

from django import template
from lucide.templatetags.lucide import lucide

register = template.Library()
register.simple_tag(lru_cache(maxsize=512)(lucide), name="lucide")
