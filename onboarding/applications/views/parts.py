"""The parts of an application, each a page of its own, saved by itself: one may stop anywhere and come back."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.forms import BoundField, Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from onboarding.applications import actions, queries
from onboarding.applications.documents import leader
from onboarding.applications.forms import (
    AddressForm,
    AdministratorsForm,
    LetterForm,
    ModulesForm,
    OfficerForm,
    TermsForm,
)
from onboarding.applications.models import Application
from onboarding.applications.views import find
from onboarding.applications.views.posted import posted
from tenants import regions
from tenants.accounts.access import public_page
from tenants.files.actions import FileRefused
from tenants.ratelimit import limited


@public_page
@limited("post")
@never_cache
@require_http_methods(["GET", "POST"])
def officer(request: HttpRequest, token: str) -> HttpResponse:
    """Who answers for it."""
    found = find(token)
    form = OfficerForm(**posted(request), initial=OfficerForm.initial_of(found))
    return _part(request, token, found, "officer", form, actions.save_officer, lambda: form.cleaned_data)


@public_page
@limited("post")
@never_cache
@require_http_methods(["GET", "POST"])
def letter(request: HttpRequest, token: str) -> HttpResponse:
    """The letter of assignment."""
    found = find(token)
    form = LetterForm(**posted(request, files=True))
    extra = {"paper": queries.newest_paper(found), "upload": True}
    return _part(request, token, found, "letter", form, actions.save_letter, lambda: form.cleaned_data, extra)


@public_page
@limited("post")
@never_cache
@require_http_methods(["GET", "POST"])
def address(request: HttpRequest, token: str) -> HttpResponse:
    """The subdomain: suggested, and checked while it is typed."""
    found = find(token)
    if request.htmx and request.method == "GET":  # type: ignore[attr-defined]
        return _checked(request, found)
    form = AddressForm(**posted(request), initial={"subdomain": found.subdomain})
    extra = {"base_domain": settings.BASE_DOMAIN, "host": f"{found.subdomain}.{settings.BASE_DOMAIN}"}
    return _part(request, token, found, "address", form, actions.save_address, lambda: form.cleaned_data, extra)


def _checked(request: HttpRequest, found: Application) -> HttpResponse:
    wanted = request.GET.get("subdomain", "").strip().lower()[:80]
    try:
        actions.refuse_subdomain(wanted, found)
        problem = ""
    except actions.ApplicationRefused as refused:
        problem = str(refused)
    context = {"problem": problem, "host": f"{wanted}.{settings.BASE_DOMAIN}"}
    return render(request, "applications/part_address.html#check", context)


@public_page
@limited("post")
@never_cache
@require_http_methods(["GET", "POST"])
def modules(request: HttpRequest, token: str) -> HttpResponse:
    """What is switched on at the beginning, and from whom its templates come."""
    found = find(token)
    publishers = queries.publishers("services")
    given = {"services": request.POST.get("source_services", "")} if request.method == "POST" else found.sources
    choices = queries.choices(given)
    chosen_sources = {f"source_{key}": schema for key, schema in found.sources.items()}
    if not found.sources and publishers:  # the model regency first
        chosen_sources["source_services"] = publishers[0][0]
    form = ModulesForm(
        **posted(request),
        choices=choices,
        services=publishers,
        initial={"modules": found.modules, **chosen_sources},
    )
    ticked = set(form["modules"].value() or [])
    plugs = [choice for choice in choices if not choice.is_service]
    extra = {
        "modules": [(choice, choice.key in ticked, _source_field(form, choice.key)) for choice in plugs],
        "services": [(choice, choice.key in ticked) for choice in choices if choice.is_service],
        "services_source": _source_field(form, "services"),
    }  # fmt: skip

    def values() -> dict[str, Any]:
        return {"modules": form.cleaned_data["modules"], "sources": form.sources()}

    return _part(request, token, found, "modules", form, actions.save_modules, values, extra)


@public_page
@limited("post")
@never_cache
@require_http_methods(["GET", "POST"])
def administrators(request: HttpRequest, token: str) -> HttpResponse:
    """Who is invited first."""
    found = find(token)
    people = found.administrators or [{"name": found.officer_name, "email": found.email}]
    form = AdministratorsForm(**posted(request), initial=AdministratorsForm.initial_of(people))
    return _part(
        request, token, found, "administrators", form, actions.save_administrators, lambda: {"people": form.people()}
    )


@public_page
@limited("post")
@never_cache
@require_http_methods(["GET", "POST"])
def terms(request: HttpRequest, token: str) -> HttpResponse:
    """What the agreements say."""
    found = find(token)
    info = regions.regency(found.code)
    suggested = {
        "signatory_position": f"{leader(info.kind)} {info.name}",
        "contact_name": found.officer_name,
        "contact_position": found.position,
        "contact_phone": str(found.phone or ""),
        "starts_on": timezone.localdate().replace(month=1, day=1).replace(year=timezone.localdate().year + 1),
        "months": 12,
    }
    form = TermsForm(**posted(request), initial={**suggested, **found.terms})
    return _part(request, token, found, "terms", form, actions.save_terms, lambda: {"terms": form.terms()})


@public_page
@limited("post")
@require_POST
def submission(request: HttpRequest, token: str) -> HttpResponse:
    """Hand it in."""
    found = find(token)
    try:
        actions.submit(application=found, at=timezone.now())
        messages.success(request, _("Pengajuan terkirim. Tim pusat memeriksanya; jawabannya dikirim ke surel Anda."))
    except actions.ApplicationRefused as refused:
        messages.error(request, str(refused))
    return redirect("apply:application", token)


def _source_field(form: ModulesForm, key: str) -> BoundField | None:
    name = f"source_{key}"
    return form[name] if name in form.fields else None


def _part(
    request: HttpRequest,
    token: str,
    found: Application,
    part: str,
    form: Form,
    save: Callable[..., Any],
    values: Callable[[], dict[str, Any]],
    extra: dict[str, Any] | None = None,
) -> HttpResponse:
    """Show a part, or save it and go back to the list; what is refused is said on the page."""
    if request.method == "GET" and not found.is_editable:
        return redirect("apply:application", token)
    status = 422 if form.is_bound else 200
    if request.method == "POST" and form.is_valid():
        try:
            said = save(application=found, **values(), at=timezone.now())
        except actions.NotEditable as refused:
            messages.error(request, str(refused))
            return redirect("apply:application", token)
        except (actions.ApplicationRefused, FileRefused) as refused:
            field = getattr(refused, "field", None)
            form.add_error(field if field in form.fields else None, str(refused))
        else:
            for sentence in said if isinstance(said, list) else [_("Tersimpan.")]:
                messages.success(request, sentence)
            return redirect("apply:application", token)
    context = {"form": form, "application": found, "token": token, **(extra or {})}
    return render(request, f"applications/part_{part}.html", context, status=status)
