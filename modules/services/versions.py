"""Pages about the versions of a service: what changed in each, what runs on which, and moving open cases along."""

from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from modules.services import comparing, moving, queries, simulation
from modules.services.comparing import Change
from modules.services.definition import Definition
from modules.services.forms import MoveForm
from modules.services.models import Service
from modules.services.permissions import ServicesPermission
from modules.services.simulation import Result
from tenants.accounts.access import require
from tenants.organisation.calendar import current_calendar


@dataclass(frozen=True)
class Preview:
    """What publishing a definition would change, before anybody publishes it."""

    changes: list[Change]
    open: int
    """Open cases, all of which stay on the version that they started with."""
    past: Result


def preview(service: Service, definition: Definition) -> Preview:
    """Compare a definition with the current one and replay past cases through it. Writes nothing."""
    return Preview(
        comparing.changes(service.definition, definition),
        queries.open_by_service().get(service.pk, 0),
        simulation.simulate(definition, queries.past_cases(service, simulation.MOST), current_calendar(service.unit)),
    )


def published_service(key: str) -> Service:
    """The service of that key, once it was published. Raises Http404."""
    return get_object_or_404(Service.objects.select_related("current", "unit"), key=key, current__isnull=False)


def crumbs_of(service: Service) -> list[tuple[str, str]]:
    """The way back from a page below that of a service."""
    return [
        (_("Daftar layanan"), reverse("services:services")),
        (service.name, reverse("services:definition", args=[service.key])),
    ]


@require_GET
@require(ServicesPermission.VIEW)
def version(request: HttpRequest, key: str, version: int) -> HttpResponse:
    """What a version changed against the one before it."""
    service = published_service(key)
    found = get_object_or_404(service.versions.select_related("published_by"), number=version)
    before = service.versions.filter(number__lt=version).order_by("-number").first()
    context = {
        "service": service,
        "version": found,
        "before": before,
        "changes": comparing.changes(before.definition, found.definition) if before else [],
        "open": service.cases.open().filter(version=found).count(),
        "crumbs": crumbs_of(service),
    }
    return render(request, "services/version.html", context)


@require_http_methods(["GET", "POST"])
@require(ServicesPermission.DESIGN)
def moves(request: HttpRequest, key: str) -> HttpResponse:
    """Open cases of older versions, and moving them to the current one; the bar shows how far the worker is."""
    service = published_service(key)
    waiting = queries.open_by_state(service)
    form = MoveForm(moving.old_states(waiting), service.definition.states, request.POST or None)
    status = 422 if form.is_bound else 200
    if form.is_bound and form.is_valid():
        try:
            moving.ask_move(
                service=service,
                states=form.states(),
                reason=form.cleaned_data["reason"],
                by=request.user,  # type: ignore[arg-type]
                at=timezone.now(),
            )
        except moving.MoveRefused as refusal:
            form.add_error(None, str(refusal))
            status = 409
        else:
            messages.success(request, _("Pemindahan dimulai. Anda boleh meninggalkan halaman ini."))
            return redirect("services:moves", key)
    context = {
        "service": service,
        "form": form,
        "waiting": waiting,
        "moves": service.moves.select_related("target", "asked_by").order_by("-pk")[:10],
        "is_moving": service.moves.filter(finished_at=None).exists(),
        "crumbs": crumbs_of(service),
    }
    return render(request, "services/moves.html", context, status=status)
