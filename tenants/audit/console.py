"""The audit of the central team, in sentences."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from tenants.accounts.access import require
from tenants.audit import queries
from tenants.audit.models import AuditEntry
from tenants.audit.sentences import sentence
from tenants.paging import newest_first
from tenants.permissions import ConsolePermission

PAGE = 50


@require_GET
@require(ConsolePermission.VIEW)
def entries(request: HttpRequest) -> HttpResponse:
    """Newest first, fifty at a time; the whole chain is checked on the first page."""
    page = newest_first(request, AuditEntry.objects.all(), PAGE)
    count, head = queries.head()
    context = {
        **page.links,
        "entries": [(row, sentence(row)) for row in page.rows],
        "count": count,
        "head": head,
        "breaks": [] if page.first_url else queries.breaks(),
    }
    return render(request, "audit/console/entries.html", context)
