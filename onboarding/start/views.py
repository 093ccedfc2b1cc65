"""The guided first hour of a regency, up to going live."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from modules.switches import ON, SwitchRefused, switch
from onboarding.applications import actions
from onboarding.applications.forms import AgreementForm
from onboarding.applications.models import TONES, GoLiveRequest, Paper
from onboarding.applications.queries import agreements as agreements_of
from onboarding.start import queries
from tenants.accounts.access import require
from tenants.accounts.permissions import StaffPermission
from tenants.files.actions import FileRefused
from tenants.files.serving import serve
from tenants.schemas.context import in_public


@require_GET
@require(StaffPermission.PREPARE)
def checklist(request: HttpRequest) -> HttpResponse:
    """What is done, what comes next, and the way to going live."""
    return _show(request)


def _show(request: HttpRequest, *, error: str = "", status: int = 200) -> HttpResponse:
    regency, now = request.regency, timezone.now()  # type: ignore[attr-defined]
    found = queries.found_for(regency, now)
    steps = queries.steps(regency, found)
    done = sum(step.done for step in steps)
    with in_public():
        last = GoLiveRequest.objects.filter(regency=regency).order_by("-pk").first()
    context = {
        "steps": steps,
        "next": next((step for step in steps if not step.done), None),
        "done": done,
        "percent": round(100 * done / len(steps)),
        "facts": [{"label": fact.label, "state": "ok" if fact.holds else "todo", "note": fact.note} for fact in found],
        "ready": all(fact.holds for fact in found),
        "last": last,
        "error": error,
    }
    return render(request, "onboarding/start/checklist.html", context, status=status)


@require_POST
@require(StaffPermission.PREPARE)
def go_live(request: HttpRequest) -> HttpResponse:
    """Ask the central team to go live; refused here already while a fact is missing."""
    try:
        actions.ask(regency=request.regency, by=request.user, at=timezone.now())  # type: ignore[attr-defined, arg-type]
    except actions.ApplicationRefused as refused:
        return _show(request, error=str(refused), status=409)
    messages.success(request, _("Permintaan terkirim. Tim pusat memeriksa daftar ini dan memutuskan."))
    return redirect("start:checklist")


@require_http_methods(["GET", "POST"])
@require(StaffPermission.MANAGE_MODULES)
def services(request: HttpRequest) -> HttpResponse:
    """The services that could be switched on, what each needs, and the switch."""
    regency, status = request.regency, 200  # type: ignore[attr-defined]
    if request.method == "POST":
        key = request.POST.get("service", "")[:60]
        offered = queries.service(key)
        if offered is None:
            raise Http404
        try:
            switch(regency=regency, key=key, state=ON, by=request.user, at=timezone.now())
            messages.success(request, _("%s hidup. Langkah berikutnya: undang petugasnya.") % offered.name)
            return redirect("start:services")
        except SwitchRefused as refused:
            messages.error(request, str(refused))
            status = 409
    context = {"rows": queries.offered(regency), "crumbs": [(_("Langkah menuju mulai"), "/work/start/")]}
    return render(request, "onboarding/start/services.html", context, status=status)


@require_http_methods(["GET", "POST"])
@require(StaffPermission.PREPARE)
def agreements(request: HttpRequest) -> HttpResponse:
    """The signed copies, and where a new one is handed in."""
    regency = request.regency  # type: ignore[attr-defined]
    form = AgreementForm(request.POST or None, request.FILES or None)
    status = 422 if form.is_bound else 200
    if request.method == "POST" and form.is_valid():
        try:
            actions.hand_in_from_regency(regency=regency, by=request.user, at=timezone.now(), **form.cleaned_data)  # type: ignore[arg-type]
            messages.success(request, _("Naskah terkirim. Tim pusat memeriksa tanda tangan dan isinya."))
            return redirect("start:agreements")
        except (actions.ApplicationRefused, FileRefused) as refused:
            form.add_error(None, str(refused))
            status = 409
    with in_public():
        rows = [(item, TONES.get(item.state, "")) for item in agreements_of(regency.code)]
    context = {"form": form, "rows": rows, "crumbs": [(_("Langkah menuju mulai"), "/work/start/")]}
    return render(request, "onboarding/start/agreements.html", context, status=status)


@require_GET
@require(StaffPermission.PREPARE)
def paper(request: HttpRequest, paper_uuid: str) -> HttpResponseBase:
    """A signed copy of this regency."""
    regency = request.regency  # type: ignore[attr-defined]
    with in_public():
        found = Paper.objects.filter(agreement__code=regency.code, public_id=paper_uuid).first()
        if found is None:
            raise Http404
        return serve(found, inline=True)
