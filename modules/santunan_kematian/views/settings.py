"""The programme with its history, the ceiling, the register of the poor."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from modules.santunan_kematian import rules
from modules.santunan_kematian.actions import programme as actions
from modules.santunan_kematian.actions import register as registering
from modules.santunan_kematian.actions.errors import Refused
from modules.santunan_kematian.forms import CeilingForm, ProgrammeForm, RegisterForm
from modules.santunan_kematian.models import Budget, Programme, RegisterEntry, RegisterImport
from modules.santunan_kematian.permissions import SantunanPermission as P
from modules.santunan_kematian.queries.budget import unpaid_of_earlier_years
from modules.santunan_kematian.queries.claims import programme_on
from tenants.accounts.access import require
from tenants.people.fields import keyed_hash
from tenants.people.formats import angka


@require_http_methods(["GET", "HEAD", "POST"])
@require(P.VIEW)
def programme(request: HttpRequest) -> HttpResponse:
    """The rules in force, those before and after, and the money; a POST sets a ceiling."""
    current = programme_on(timezone.localdate())
    may = request.user.has(P.CONFIGURE)  # type: ignore[union-attr]
    form = CeilingForm(request.POST or None, initial={"year": timezone.localdate().year})
    if request.method == "POST" and may and form.is_valid():
        try:
            actions.set_ceiling(by=request.user, at=timezone.now(), **form.cleaned_data)
            messages.success(request, _("Pagu %(year)s disimpan.") % {"year": form.cleaned_data["year"]})
            return redirect("santunan_kematian:programme")
        except Refused as refusal:
            form.add_error(None, str(refusal))
    context = {
        "programme": current,
        "limit": rules.limit_text(current.terms) if current else "",
        "requirements": rules.requirements(current.terms) if current else [],
        "versions": Programme.objects.select_related("created_by").order_by("-valid_from"),
        "budgets": Budget.objects.all(),
        "form": form if may else None,
        "unpaid": unpaid_of_earlier_years(timezone.localdate().year).count() if may else 0,
        "may_configure": may,
        "in_use": current.is_in_use if current else False,
    }
    return render(request, "santunan_kematian/programme.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@require(P.CONFIGURE)
def revision(request: HttpRequest) -> HttpResponse:
    """New rules from a day on: a first programme, or the next version."""
    current = programme_on(timezone.localdate()) or Programme.objects.order_by("-valid_from").first()
    start = date(timezone.localdate().year + 1, 1, 1) if current else timezone.localdate()
    initial: dict[str, Any] = {"valid_from": start, "valid_to": None, "regulation": ""}
    form = ProgrammeForm(request.POST or None, instance=current, initial=initial)
    if request.method == "POST" and form.is_valid():
        old = Programme.objects.get(pk=current.pk) if current else None
        try:
            if old is None:
                actions.create_programme(code="santunan", settings=form.settings(), by=request.user, at=timezone.now())
            else:
                actions.revise_programme(programme=old, settings=form.settings(), by=request.user, at=timezone.now())
            messages.success(request, _("Aturan baru disimpan."))
            return redirect("santunan_kematian:programme")
        except Refused as refusal:
            form.add_error(None, str(refusal))
    context = {"form": form, "is_new": True, "programme": current}
    return render(request, "santunan_kematian/programme_form.html", context, status=422 if form.errors else 200)


@require(P.CONFIGURE)
def correction(request: HttpRequest, code: str) -> HttpResponse:
    """Mend a version: everything while it has no claims, afterwards only its name and regulation."""
    found = get_object_or_404(Programme, code=code)
    form = ProgrammeForm(request.POST or None, instance=found)
    if request.method == "POST" and form.is_valid():
        try:
            actions.correct_programme(programme=found, settings=form.settings(), by=request.user, at=timezone.now())
            messages.success(request, _("Program diperbaiki."))
            return redirect("santunan_kematian:programme")
        except Refused as refusal:
            form.add_error(None, str(refusal))
    context = {"form": form, "is_new": False, "programme": found, "in_use": found.is_in_use}
    return render(request, "santunan_kematian/programme_form.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@require(P.REGISTER)
def register(request: HttpRequest) -> HttpResponse:
    """The register: how much of it there is, a look-up by NIK, and the files; a POST looks up or stages one."""
    looks_up = "nik" in request.POST  # a number never stands in an address
    form = RegisterForm(*(() if looks_up else (request.POST or None, request.FILES or None)))
    if request.method == "POST" and not looks_up and form.is_valid():
        told = form.cleaned_data
        try:
            batch = registering.receive_register(
                upload=told["file"],
                source=told["source"],
                valid_from=told["valid_from"],
                valid_to=told["valid_to"],
                by=request.user,
                at=timezone.now(),
            )
            return redirect("santunan_kematian:register_import", batch.pk)
        except Refused as refusal:
            form.add_error(None, str(refusal))
    number = "".join(letter for letter in request.POST.get("nik", "") if letter.isdigit())
    context = {
        "form": form,
        "people": RegisterEntry.objects.current().count(),
        "imports": RegisterImport.objects.select_related("staged_by")[:20],
        "number": number,
        "found": _look_up(number) if len(number) == 16 else None,
    }
    return render(request, "santunan_kematian/register.html", context, status=422 if form.errors else 200)


@require(P.REGISTER)
def register_import(request: HttpRequest, batch: int) -> HttpResponse:
    """A file: how far its reading is, what is wrong with which line; a POST applies it or throws it away."""
    found = get_object_or_404(RegisterImport, pk=batch)
    if request.method == "POST":
        act = registering.discard_register if "discard" in request.POST else registering.start_applying
        try:
            act(batch=found, by=request.user, at=timezone.now())
        except Refused as refusal:
            messages.error(request, str(refusal))
        return redirect("santunan_kematian:register_import", found.pk)
    if request.htmx and not found.at_work:  # type: ignore[attr-defined]
        return HttpResponse(headers={"HX-Refresh": "true"})
    context = {
        "batch": found,
        "wrong": found.rows.exclude(errors=[]).only("line", "errors")[:200],
        "sentence": _("%(done)s dari kira-kira %(total)s baris")
        % {"done": angka(found.done), "total": angka(found.total)}
        if found.total
        else _("%(done)s baris") % {"done": angka(found.done)},
        "url": request.path,
    }
    template = "santunan_kematian/register_import.html"
    return render(request, f"{template}#progress" if request.htmx else template, context)  # type: ignore[attr-defined]


def _look_up(number: str) -> list[RegisterEntry]:
    entries = RegisterEntry.objects.filter(nik_hash=keyed_hash("nik", number))
    return list(entries.select_related("village").order_by("-valid_from"))
