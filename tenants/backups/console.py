"""Backups of every regency, for operators: how old they are, what is in them, getting single objects back."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.db.models import Model
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from tenants import queries as regencies
from tenants.accounts.access import require
from tenants.backups import actions, queries
from tenants.backups.closure import name_of, pullable
from tenants.backups.forms import ReasonForm
from tenants.backups.models import Backup, RestoreDrill, RestoredSchema
from tenants.models import Regency
from tenants.permissions import ConsolePermission

PAGE = 50
SHOWN = 100


@require_GET
@require(ConsolePermission.VIEW)
def overview(request: HttpRequest) -> HttpResponse:
    """Every regency with its newest backup and its last drill, by name, fifty at a time."""
    search = request.GET.get("q", "").replace("\x00", "")[:60]
    name, code = request.GET.get("after_name", "")[:60], request.GET.get("after_code", "")[:5]
    found = regencies.chosen(search, "").filter(pk__in=queries.kept_ones())
    page = list((regencies.after(found, name, code) if name else found)[: PAGE + 1])
    shown = page[:PAGE]
    more = {"q": search, "after_name": shown[-1].name, "after_code": shown[-1].code} if len(page) > PAGE else {}
    context = {
        "q": search,
        "rows": queries.overview(shown),
        "figures": _figures(queries.health()),
        "drills": RestoreDrill.objects.order_by("-finished_at")[:10],
        "next_url": f"?{urlencode(more)}" if more else "",
        "first_url": request.path if name else "",
    }
    return render(request, "backups/console/overview.html", context)


def _figures(health: queries.Health) -> list[dict[str, Any]]:
    late = "bad" if health.late else ""
    return [
        {"label": _("Kabupaten"), "value": health.regencies, "note": _("yang memiliki data di sini")},
        {"label": _("Tercadangkan"), "value": health.fresh, "note": _("dalam 26 jam terakhir")},
        {"label": _("Terlambat"), "value": health.late, "note": _("atau belum pernah"), "tone": late},
        {"label": _("Gladi gagal"), "value": health.failed_drills, "note": _("dalam 90 hari terakhir")},
    ]  # fmt: skip


@require_GET
@require(ConsolePermission.VIEW)
def regency(request: HttpRequest, code: str) -> HttpResponse:
    """The backups of one regency, what stands beside it, its drills."""
    found = get_object_or_404(Regency, code=code)
    open_ = RestoredSchema.objects.filter(of_schema=found.schema_name, dropped_at=None)
    beside = open_.with_standing().select_related("backup")
    context: dict[str, Any] = {
        "object": found,
        "backups": Backup.objects.filter(schema_name=found.schema_name).order_by("-taken_at")[:SHOWN],
        "beside": list(beside.order_by("-restored_at")),
        "drills": RestoreDrill.objects.filter(schema_name=found.schema_name).order_by("-finished_at")[:10],
        "may_restore": request.user.has(ConsolePermission.RESTORE),  # type: ignore[union-attr]
        "crumbs": [(_("Cadangan"), "/console/backups/")],
    }
    context["moving"] = any(row.state == RestoredSchema.State.WAITING for row in context["beside"]) or any(
        row.state == Backup.State.RUNNING for row in context["backups"]
    )
    template = "backups/console/regency.html"
    return render(request, f"{template}#lists" if request.htmx else template, context)  # type: ignore[attr-defined]


@require_POST
@require(ConsolePermission.RESTORE)
def take(request: HttpRequest, code: str) -> HttpResponse:
    """Ask for a backup now."""
    found = get_object_or_404(Regency, code=code)
    actions.request_backup(regency=found, by=request.user, at=timezone.now())
    messages.success(request, _("Cadangan %s sedang dibuat; tampil di bawah begitu mulai.") % found.title)
    return redirect("console:regency_backups", code)


@require_POST
@require(ConsolePermission.RESTORE)
def restore(request: HttpRequest, code: str) -> HttpResponse:
    """Lay one of the backups out beside the live schema."""
    found = get_object_or_404(Regency, code=code)
    chosen = request.POST.get("backup")
    if chosen is None:
        messages.error(request, _("Pilih cadangan yang akan digelar."))
        return redirect("console:regency_backups", code)
    backup = get_object_or_404(
        Backup.objects.complete(), schema_name=found.schema_name, pk=chosen if chosen.isdecimal() else 0
    )
    try:
        actions.request_beside(backup=backup, by=request.user, at=timezone.now())
    except actions.BackupRefused as refused:
        messages.error(request, str(refused))
    return redirect("console:regency_backups", code)


@require(ConsolePermission.RESTORE)
def restored(request: HttpRequest, code: str, pk: int) -> HttpResponse:
    """How what stands beside differs from what is live; POST drops it."""
    found, beside = _beside(code, pk)
    if request.method == "POST":
        actions.drop_restored(restored=beside, by=request.user, at=timezone.now())
        messages.success(request, _("Gelaran cadangan dihapus."))
        return redirect("console:regency_backups", code)
    context = {
        "object": found,
        "restored": beside,
        "counts": queries.counts(beside.schema_name, found.schema_name),
        "models": [(m._meta.label_lower, name_of(m)) for m in pullable()] if beside.backup else [],
        "crumbs": _crumbs(found),
    }
    return render(request, "backups/console/restored.html", context)


@require(ConsolePermission.RESTORE)
def objects(request: HttpRequest, code: str, pk: int, model: str) -> HttpResponse:
    """Objects of one kind that are gone or changed since; POST pulls the chosen ones back."""
    found, beside = _beside(code, pk)
    chosen = _model(model)
    form = ReasonForm(request.POST or None)
    status = 200
    if request.method == "POST" and form.is_valid():
        keys = [int(key) for key in request.POST.getlist("key") if key.isdecimal() and len(key) < 19]
        try:
            written = actions.pull_back(
                restored=beside, regency=found, model=chosen, keys=keys, **form.cleaned_data,
                by=request.user, at=timezone.now(),
            )  # fmt: skip
            messages.success(request, _("%s baris ditarik kembali dari cadangan.") % written)
            return redirect(request.path)
        except actions.BackupRefused as refused:
            form.add_error(None, str(refused))
            status = 409
    context = {
        "object": found,
        "restored": beside,
        "model": name_of(chosen).lower(),
        "form": form,
        "differences": queries.differences(chosen, side=beside.schema_name, live=found.schema_name),
        "chosen": request.POST.getlist("key"),
        "crumbs": [*_crumbs(found), (beside.schema_name, f"/console/backups/{code}/restored/{pk}/")],
    }
    return render(request, "backups/console/objects.html", context, status=status)


def _beside(code: str, pk: int) -> tuple[Regency, RestoredSchema]:
    """The regency and what stands beside it; 404 also where somebody dropped the schema behind our back."""
    found = get_object_or_404(Regency, code=code)
    ready = RestoredSchema.objects.select_related("backup").filter(state=RestoredSchema.State.READY)
    return found, get_object_or_404(ready.standing(), pk=pk, of_schema=found.schema_name)


def _model(label: str) -> type[Model]:
    for model in pullable():
        if model._meta.label_lower == label:
            return model
    raise Http404


def _crumbs(found: Regency) -> list[tuple[str, str]]:
    return [(_("Cadangan"), "/console/backups/"), (found.title, f"/console/backups/{found.code}/")]
