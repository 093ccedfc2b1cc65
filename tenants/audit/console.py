"""The audit of the central team, in sentences."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from tenants.accounts.access import require
from tenants.audit import queries
from tenants.audit.models import AuditEntry
from tenants.audit.sentences import sentence
from tenants.permissions import ConsolePermission

PAGE = 50


@require_GET
@require(ConsolePermission.VIEW)
def entries(request: HttpRequest) -> HttpResponse:
    """Newest first, fifty at a time; the whole chain is checked on the first page."""
    before = request.GET.get("before", "")
    found = AuditEntry.objects.order_by("-id")
    if before.isdecimal() and len(before) < 18:
        found = found.filter(pk__lt=int(before))
    rows = list(found[: PAGE + 1])
    count, head = queries.head()
    context = {
        "entries": [(row, sentence(row)) for row in rows[:PAGE]],
        "count": count,
        "head": head,
        "breaks": [] if before else queries.breaks(),
        "next_url": f"?before={rows[PAGE - 1].pk}" if len(rows) > PAGE else "",
        "first_url": request.path if before else "",
    }
    return render(request, "audit/console/entries.html", context)
