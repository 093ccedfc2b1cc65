"""Pages of staff about the services themselves: what each asks and how it runs, its versions, its switch."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from modules.services.definition import DefinitionInvalid
from modules.services.forms import OfficeForm, PublishForm, SwitchForm
from modules.services.models import Service
from modules.services.permissions import ServicesPermission
from modules.services.public import assign_office, checked, open_by_service, publish
from modules.services.versions import Preview, crumbs_of, preview, published_service
from modules.switches import ON, SwitchRefused, state_of, switch
from tenants.accounts.access import require
from tenants.accounts.models import Role
from tenants.accounts.permissions import StaffPermission


@require_GET
@require(ServicesPermission.VIEW)
def services(request: HttpRequest) -> HttpResponse:
    """The services of the regency with their state, version and open cases."""
    regency = request.regency  # type: ignore[attr-defined]
    open_cases = open_by_service()
    found = Service.objects.select_related("current", "unit").exclude(current=None).order_by("name")
    rows = [
        {"service": item, **_switch(state_of(regency, item.key)), "open": open_cases.get(item.pk, 0)} for item in found
    ]
    context = {
        "rows": rows,
        "on": sum(row["state"] == ON for row in rows),
        "may_design": request.user.has(ServicesPermission.DESIGN),  # type: ignore[union-attr]
    }
    return render(request, "services/services.html", context)


@require_GET
@require(ServicesPermission.VIEW)
def definition(request: HttpRequest, key: str) -> HttpResponse:
    """A service as its definition reads: what it asks, how it runs, what letters it makes; its versions."""
    return _show(request, published_service(key))


def _switch(state: str) -> dict[str, str]:
    return {
        "state": state,
        "label": str(SwitchForm.LABELS[state]).capitalize(),
        "tone": {"on": "ok", "closing": "warn"}.get(state, ""),
    }


def _show(
    request: HttpRequest, service: Service, *, switch_form: SwitchForm | None = None, status: int = 200
) -> HttpResponse:
    state = state_of(request.regency, service.key)  # type: ignore[attr-defined]
    content = service.definition
    labels = {item.key: item.label for item in content.states}
    roles = dict(Role.objects.values_list("key", "name"))
    context: dict[str, Any] = {
        "service": service,
        "definition": content,
        "stages": [
            {
                "state": item,
                "role": roles.get(item.role, _("Pemohon") if item.role == "applicant" else item.role),
                "steps": [(step, labels[step.to]) for step in content.leaving(item.key)],
            }
            for item in content.states
        ],
        "open": open_by_service().get(service.pk, 0),
        "versions": service.versions.order_by("-number").select_related("published_by"),
        **_switch(state),
        "switch_form": switch_form or SwitchForm(initial={"state": state}),
        "office_form": OfficeForm(initial={"unit": service.unit_id}),
        "may_switch": request.user.has(StaffPermission.MANAGE_MODULES),  # type: ignore[union-attr]
        "may_design": request.user.has(ServicesPermission.DESIGN),  # type: ignore[union-attr]
        "crumbs": [(_("Daftar layanan"), reverse("services:services"))],
    }
    return render(request, "services/definition.html", context, status=status)


@require_http_methods(["GET", "POST"])
@require(ServicesPermission.DESIGN)
def new(request: HttpRequest) -> HttpResponse:
    """A service of the regency's own, from its definition."""
    form = PublishForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and (published := _publish(request, form, None)):
        return redirect("services:definition", published)
    crumbs = [(_("Daftar layanan"), reverse("services:services"))]
    return render(request, "services/publication.html", {"form": form, "crumbs": crumbs}, status=_status(form))


@require_http_methods(["GET", "POST"])
@require(ServicesPermission.DESIGN)
def publication(request: HttpRequest, key: str) -> HttpResponse:
    """Change a definition: publishing makes the next version, running cases stay on theirs."""
    found = published_service(key)
    form = PublishForm(request.POST or None, initial={"definition": found.current and found.current.content})
    if "preview" in request.POST and form.is_valid():
        return _preview(request, form, found)
    if request.method == "POST" and form.is_valid() and _publish(request, form, found):
        return redirect("services:definition", key)
    return _editor(request, form, found, status=_status(form))


def _preview(request: HttpRequest, form: PublishForm, service: Service) -> HttpResponse:
    """The same page with what publishing would change; nothing is written."""
    try:
        wanted = checked(form.cleaned_data["definition"], service)
    except DefinitionInvalid as refusal:
        form.add_error("definition", refusal.errors)  # type: ignore[arg-type]
        return _editor(request, form, service, status=422)
    return _editor(request, form, service, preview=preview(service, wanted))


def _editor(
    request: HttpRequest, form: PublishForm, service: Service, *, preview: Preview | None = None, status: int = 200
) -> HttpResponse:
    context = {"service": service, "form": form, "preview": preview, "crumbs": crumbs_of(service)}
    return render(request, "services/publication.html", context, status=status)


def _status(form: PublishForm) -> int:
    return 422 if form.is_bound else 200


def _publish(request: HttpRequest, form: PublishForm, service: Service | None) -> str:
    """The key of what was published; empty when it was refused, with the reasons in the form."""
    content = form.cleaned_data["definition"]
    try:
        wanted = checked(content, service)
        if service is None and Service.objects.filter(key=wanted.key).exists():
            raise DefinitionInvalid([_("Layanan berkunci itu sudah ada. Ubah dari halamannya, atau pilih kunci lain.")])
        version = publish(definition=content, by=request.user, at=timezone.now())  # type: ignore[arg-type]
    except DefinitionInvalid as refusal:
        form.add_error("definition", refusal.errors)  # type: ignore[arg-type]
        return ""
    messages.success(request, _("Versi %s terbit. Berkas yang sedang berjalan tetap pada versinya.") % version.number)
    return version.service.key


@require_POST
@require(StaffPermission.MANAGE_MODULES)
def switch_state(request: HttpRequest, key: str) -> HttpResponse:
    """Open a service, let it finish its open cases, or close it."""
    found = published_service(key)
    form = SwitchForm(request.POST)
    if not form.is_valid():
        return _show(request, found, switch_form=form, status=422)
    state = form.cleaned_data["state"]
    try:
        switch(regency=request.regency, key=found.key, state=state, by=request.user, at=timezone.now())  # type: ignore[attr-defined]
    except SwitchRefused as refusal:
        form.add_error("state", str(refusal))
        return _show(request, found, switch_form=form, status=409)
    messages.success(
        request,
        _("%(name)s sekarang %(state)s.") % {"name": found.name, "state": SwitchForm.LABELS[state]},
    )
    return redirect("services:definition", key)


@require_POST
@require(ServicesPermission.DESIGN)
def office(request: HttpRequest, key: str) -> HttpResponse:
    """Which office answers for a service and signs what its villages do not."""
    found = published_service(key)
    form = OfficeForm(request.POST)
    if form.is_valid():
        assign_office(service=found, unit=form.cleaned_data["unit"], by=request.user, at=timezone.now())  # type: ignore[arg-type]
        messages.success(request, _("Kantor pengelola disimpan."))
    return redirect("services:definition", key)
