"""The audit as a page: what happened, in sentences, and whether the chain is whole."""

from urllib.parse import urlencode

from django import forms
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from tenants.accounts.access import require
from tenants.accounts.permissions import StaffPermission
from tenants.audit import queries
from tenants.audit.models import AuditEntry
from tenants.audit.sentences import sentence
from tenants.fields import DayField

PAGE = 50


class FilterForm(forms.Form):
    subject = forms.CharField(label=_("Nomor atau kunci"), required=False, max_length=64)
    actor = forms.CharField(label=_("Pelaku"), required=False, max_length=120)
    day = DayField(label=_("Tanggal"), required=False)
    before = forms.IntegerField(required=False, min_value=1, widget=forms.HiddenInput)


@require_GET
@require(StaffPermission.VIEW_AUDIT)
def entries(request: HttpRequest) -> HttpResponse:
    """Newest first, fifty at a time, by subject, actor and day."""
    form = FilterForm(request.GET)
    rows = list(_chosen(form)[: PAGE + 1])
    count, head = queries.head()
    context = {
        "form": form,
        "entries": [{"entry": row, "sentence": sentence(row)} for row in rows[:PAGE]],
        "next": rows[PAGE - 1].pk if len(rows) > PAGE else None,
        "count": count,
        "head": head,
        "query": urlencode({key: value for key, value in request.GET.items() if key != "before"}),
    }
    return render(request, "audit/entries.html", context)


@require_GET
@require(StaffPermission.VIEW_AUDIT)
def verification(request: HttpRequest) -> HttpResponse:
    """Compute the chain again and say whether a row was altered or removed."""
    count, head = queries.head()
    crumbs = [(_("Jejak audit"), reverse("audit:entries"))]
    context = {"breaks": queries.breaks(), "count": count, "head": head, "crumbs": crumbs}
    return render(request, "audit/verification.html", context)


def _chosen(form: FilterForm) -> QuerySet[AuditEntry]:
    found = AuditEntry.objects.order_by("-id")
    if not form.is_valid():
        return found.none()
    chosen = form.cleaned_data
    if chosen["subject"]:
        found = found.filter(subject_label=chosen["subject"].strip())
    if chosen["actor"]:
        found = found.filter(actor_name__icontains=chosen["actor"].strip())
    if chosen["day"]:
        found = found.filter(at__date=chosen["day"])
    if chosen["before"]:
        found = found.filter(pk__lt=chosen["before"])
    return found
