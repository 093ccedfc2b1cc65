"""Units from a file: upload, preview, import."""

import json

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from tenants.accounts.access import require
from tenants.organisation import actions
from tenants.organisation.actions import OrganisationRefused, StagedRow
from tenants.organisation.forms import ImportForm, RowsForm
from tenants.organisation.models import UnitImport
from tenants.organisation.permissions import OrganisationPermission

_TONES = {"create": "ok", "change": "info", "same": ""}


@require_http_methods(["GET", "POST"])
@require(OrganisationPermission.CHANGE)
def units_import(request: HttpRequest) -> HttpResponse:
    """A file gives a preview; the preview, sent back, is imported whole or not at all."""
    if "rows" in request.POST:
        return _import(request)
    if request.method == "GET":
        return _page(request, ImportForm())
    form = ImportForm(request.POST, request.FILES)
    if not form.is_valid():
        return _page(request, form, status=422)
    try:
        staged = actions.stage_units(form.cleaned_data["file"])
    except OrganisationRefused as refusal:
        form.add_error("file", str(refusal))
        return _page(request, form, status=422)
    return _page(request, ImportForm(), staged)


def _import(request: HttpRequest) -> HttpResponse:
    form = RowsForm(request.POST)
    staged: list[StagedRow] = []
    try:
        if form.is_valid():
            staged = actions.stage_rows(form.cleaned_data["rows"])
            if len(staged) > actions.MOST_AT_ONCE:
                queued = actions.queue_units(rows=staged, by=request.user, at=timezone.now())  # type: ignore[arg-type]
                return redirect("organisation:units_queued", queued.pk)
            counts = actions.import_units(rows=staged, by=request.user, at=timezone.now())  # type: ignore[arg-type]
            done = _("%(created)s unit dibuat, %(changed)s unit diubah.")
            messages.success(request, done % {"created": counts["create"], "changed": counts["change"]})
            return redirect("organisation:units")
        problem = str(RowsForm.BROKEN)
    except OrganisationRefused as refusal:
        problem = str(refusal)
    messages.error(request, problem)
    return _page(request, ImportForm(), staged, status=409)


@require_GET
@require(OrganisationPermission.CHANGE)
def units_queued(request: HttpRequest, queued: int) -> HttpResponse:
    """How far a worker is with a large table, and how it ended."""
    found = get_object_or_404(UnitImport, pk=queued)
    is_over = found.state != UnitImport.State.QUEUED
    if request.htmx and is_over:  # type: ignore[attr-defined]
        return HttpResponse(headers={"HX-Refresh": "true"})
    done, total = actions.written(found), len(found.rows)
    context = {
        "queued": found,
        "is_over": is_over,
        "percent": min(99, done * 100 // total) if total else 0,
        "sentence": _("%(done)s dari %(total)s baris") % {"done": done, "total": total},
        "url": request.path,
        "crumbs": [(_("Organisasi"), reverse("organisation:units"))],
    }
    template = "organisation/units_queued.html"
    return render(request, f"{template}#progress" if request.htmx else template, context)  # type: ignore[attr-defined]


def _page(
    request: HttpRequest, form: ImportForm, staged: list[StagedRow] | None = None, status: int = 200
) -> HttpResponse:
    labels = {"create": _("Baru"), "change": _("Diubah"), "same": _("Tetap")}
    wrong = sum(bool(row.errors) for row in staged or [])
    context = {
        "form": form,
        "crumbs": [(_("Organisasi"), reverse("organisation:units"))],
        "rows": [
            {
                "staged": row,
                "label": _("Salah") if row.errors else labels[row.action],
                "tone": "bad" if row.errors else _TONES[row.action],
            }
            for row in staged or []
        ],
        "wrong": wrong,
        "right": len(staged or []) - wrong,
        "confirm": RowsForm(initial={"rows": json.dumps([row.cells for row in staged or []])}),
    }
    return render(request, "organisation/units_import.html", context, status=status)
