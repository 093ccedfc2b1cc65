"""Positions of an office and who holds them."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from tenants.accounts.access import require
from tenants.organisation import actions
from tenants.organisation.forms import AssignmentForm, EndingForm, PositionForm
from tenants.organisation.models import Assignment, Position, Unit
from tenants.organisation.permissions import OrganisationPermission
from tenants.organisation.views.answers import form_page, posted


@require_http_methods(["GET", "POST"])
@require(OrganisationPermission.CHANGE)
def position_new(request: HttpRequest, unit: int) -> HttpResponse:
    """A new position in an office."""
    found = get_object_or_404(Unit, pk=unit)

    def act(fields: dict[str, Any]) -> str:
        actions.create_position(unit=found, **fields, by=request.user, at=timezone.now())  # type: ignore[arg-type]
        return _url(found)

    form = PositionForm(posted(request))
    return form_page(
        request, form, act, title=_("Jabatan baru"), subject=found, crumbs=_crumbs(found), done=_("Jabatan dibuat.")
    )


@require_http_methods(["GET", "POST"])
@require(OrganisationPermission.CHANGE)
def position_edit(request: HttpRequest, position: int) -> HttpResponse:
    """Change a position."""
    found = get_object_or_404(Position.objects.select_related("unit"), pk=position)

    def act(fields: dict[str, Any]) -> str:
        actions.change_position(position=found, **fields, by=request.user, at=timezone.now())  # type: ignore[arg-type]
        return _url(found.unit)

    form = PositionForm(posted(request), initial={name: getattr(found, name) for name in PositionForm.base_fields})
    return form_page(
        request,
        form,
        act,
        title=_("Ubah jabatan"),
        subject=found.unit,
        crumbs=_crumbs(found.unit),
        done=_("Jabatan disimpan."),
    )


@require_http_methods(["GET", "POST"])
@require(OrganisationPermission.CHANGE)
def assignment_new(request: HttpRequest, position: int) -> HttpResponse:
    """Put someone in a position."""
    found = get_object_or_404(Position.objects.select_related("unit"), pk=position)

    def act(fields: dict[str, Any]) -> str:
        actions.assign(position=found, **fields, by=request.user, at=timezone.now())  # type: ignore[arg-type]
        return _url(found.unit)

    form = AssignmentForm(posted(request), initial={"starts_on": timezone.localdate()})
    return form_page(
        request,
        form,
        act,
        title=_("Tempatkan pegawai"),
        lead=_("Jabatan: %s.") % found.name,
        subject=found.unit,
        crumbs=_crumbs(found.unit),
        done=_("Pegawai ditempatkan."),
    )


@require_http_methods(["GET", "POST"])
@require(OrganisationPermission.CHANGE)
def assignment_ending(request: HttpRequest, assignment: int) -> HttpResponse:
    """Say which day is someone's last in a position."""
    found = get_object_or_404(Assignment.objects.select_related("position__unit", "user"), pk=assignment)
    unit = found.position.unit

    def act(fields: dict[str, Any]) -> str:
        actions.end_assignment(assignment=found, **fields, by=request.user, at=timezone.now())  # type: ignore[arg-type]
        return _url(unit)

    form = EndingForm(posted(request), initial={"ends_on": found.ends_on or timezone.localdate()})
    return form_page(
        request,
        form,
        act,
        title=_("Akhiri penempatan"),
        lead=_("%(name)s sebagai %(position)s.") % {"name": found.user.name, "position": found.title},
        subject=unit,
        crumbs=_crumbs(unit),
        done=_("Penempatan diakhiri."),
    )


def _url(unit: Unit) -> str:
    return reverse("organisation:unit", args=[unit.pk])


def _crumbs(unit: Unit) -> list[tuple[str, str]]:
    return [(_("Organisasi"), reverse("organisation:units")), (unit.label, _url(unit))]
