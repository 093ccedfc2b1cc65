"""The tree of offices, one office, and changing it."""

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from tenants.accounts.access import require
from tenants.organisation import actions, queries
from tenants.organisation.exports import offices_workbook, units_workbook
from tenants.organisation.forms import UnitForm, UnitSearchForm
from tenants.organisation.models import Unit
from tenants.organisation.permissions import OrganisationPermission
from tenants.organisation.views.answers import download, form_page, posted

Crumbs = list[tuple[str, str]]


@require_GET
@require(OrganisationPermission.VIEW)
def units(request: HttpRequest) -> HttpResponse:
    """The tree, or those that a search finds with what is above them."""
    form = UnitSearchForm(request.GET)
    form.is_valid()
    text: str = form.cleaned_data.get("q", "")
    tree = queries.unit_tree(text=text, include_closed=form.cleaned_data["closed"])
    agencies = [node for node in tree if node.unit.kind != Unit.Kind.KECAMATAN]
    districts = [node for node in tree if node.unit.kind == Unit.Kind.KECAMATAN]
    context = {
        "form": form,
        "groups": [group for group in ((_("Perangkat daerah"), agencies), (_("Kecamatan"), districts)) if group[1]],
        "agencies": sum(node.unit.is_agency for node in tree),
        "total": sum(1 + node.size for node in tree),
        "searched": bool(text),
        "may_change": request.user.has(OrganisationPermission.CHANGE),  # type: ignore[union-attr]
    }
    return render(request, "organisation/units.html", context)


@require_GET
@require(OrganisationPermission.VIEW)
def units_export(request: HttpRequest) -> HttpResponse:
    """All open units as XLSX, in the shape of an import."""
    return download(units_workbook(), "unit.xlsx")


@require_GET
@require(OrganisationPermission.CHANGE)
def offices_sheet(request: HttpRequest) -> HttpResponse:
    """The agencies as XLSX, to be completed in a spreadsheet and uploaded."""
    return download(offices_workbook(), "opd.xlsx")


@require_GET
@require(OrganisationPermission.VIEW)
def unit(request: HttpRequest, unit: int) -> HttpResponse:
    """One office: its head of letters, its positions and people, what is below it."""
    found = _found(unit)
    today = timezone.localdate()
    context = {
        "unit": found,
        "crumbs": _crumbs(found)[:-1],
        "positions": queries.positions_with_holders(found, on=today),
        "signatory": queries.signatory_of(found, on=today),
        "children": found.children.open().order_by("code"),  # type: ignore[attr-defined]
        "today": today,
        "may_change": request.user.has(OrganisationPermission.CHANGE),  # type: ignore[union-attr]
    }
    return render(request, "organisation/unit.html", context)


@require_http_methods(["GET", "POST"])
@require(OrganisationPermission.CHANGE)
def unit_new(request: HttpRequest) -> HttpResponse:
    """A new office, below the one named by `?parent=`."""
    form = UnitForm(posted(request), initial={"parent": request.GET.get("parent"), "kind": Unit.Kind.BIDANG})

    def act(fields: dict[str, Any]) -> str:
        return _url(actions.create_unit(**fields, by=request.user, at=timezone.now()))  # type: ignore[arg-type]

    return _unit_form(request, form, act, title=_("Unit baru"), crumbs=_crumbs(None), done=_("Unit dibuat."))


@require_http_methods(["GET", "POST"])
@require(OrganisationPermission.CHANGE)
def unit_edit(request: HttpRequest, unit: int) -> HttpResponse:
    """Change an office and the head of its letters."""
    found = _found(unit)
    form = UnitForm(posted(request), unit=found, initial=UnitForm.initial_of(found))

    def act(fields: dict[str, Any]) -> str:
        return _url(actions.change_unit(unit=found, **fields, by=request.user, at=timezone.now()))  # type: ignore[arg-type]

    return _unit_form(request, form, act, title=_("Ubah unit"), crumbs=_crumbs(found), done=_("Unit disimpan."))


@require_http_methods(["GET", "POST"])
@require(OrganisationPermission.CHANGE)
def unit_closing(request: HttpRequest, unit: int) -> HttpResponse:
    """Close an office, or open it again."""
    found = _found(unit)
    action = actions.close_unit if found.is_open else actions.reopen_unit

    def act(fields: dict[str, Any]) -> str:
        return _url(action(unit=found, by=request.user, at=timezone.now()))  # type: ignore[arg-type]

    if found.is_open:
        words: dict[str, Any] = {
            "title": _("Tutup unit"),
            "lead": _("Unit yang ditutup tidak dapat dipilih lagi; surat dan berkasnya tetap tersimpan."),
            "button": _("Tutup unit ini"),
            "danger": True,
            "done": _("Unit ditutup."),
        }
    else:
        words = {
            "title": _("Buka kembali unit"),
            "lead": _("Unit ini dapat dipilih dan ditempati lagi."),
            "button": _("Buka kembali unit ini"),
            "done": _("Unit dibuka kembali."),
        }
    return form_page(request, forms.Form(posted(request)), act, crumbs=_crumbs(found), subject=found, **words)


def _unit_form(request: HttpRequest, form: UnitForm, act: Any, **context: Any) -> HttpResponse:
    return form_page(
        request,
        form,
        act,
        template="organisation/unit_form.html",
        office=[form[name] for name in form.fields if name not in UnitForm.LETTERHEAD],
        letterhead=[form[name] for name in UnitForm.LETTERHEAD],
        **context,
    )


def _found(pk: int) -> Unit:
    return get_object_or_404(Unit.objects.select_related("parent", "district", "village__district"), pk=pk)


def _url(unit: Unit) -> str:
    return reverse("organisation:unit", args=[unit.pk])


def _crumbs(unit: Unit | None) -> Crumbs:
    above = [*queries.path_to(unit), unit] if unit else []
    return [(_("Organisasi"), reverse("organisation:units")), *[(each.label, _url(each)) for each in above]]
