"""The lines that the central team shows under the header of a regency's pages."""

from typing import Any

from django import template
from django.http import HttpRequest
from django.template.context import Context
from django.utils import timezone
from django.utils.translation import get_language

from modules.announcements import queries
from tenants.models import Regency
from tenants.support.queries import dismissed

register = template.Library()


@register.inclusion_tag("announcements/banners.html", takes_context=True)
def announcements(context: Context, portal: bool = False) -> dict[str, Any]:
    """What is announced now and was not put away by this reader; `portal` shows what is for citizens too."""
    request: HttpRequest | None = context.get("request")
    regency: Regency | None = context.get("regency")
    if regency is None:
        return {"items": []}
    items = queries.shown(regency, timezone.now(), portal=portal)
    user = getattr(request, "user", None)
    if items and request and not portal and user is not None and user.is_authenticated:
        away = dismissed(request)
        items = [item for item in items if item.pk not in away]
    english = get_language() == "en"
    return {
        "items": [(item, item.text_en if english and item.text_en else item.text) for item in items],
        "dismissible": not portal,
        "request": request,
        "csrf_token": context.get("csrf_token"),
    }
