"""The list of claims, and writing one."""

import uuid
from dataclasses import replace
from datetime import date
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from modules.santunan_kematian import rules
from modules.santunan_kematian.actions import claims as actions
from modules.santunan_kematian.actions.errors import Refused
from modules.santunan_kematian.forms import ClaimForm, nik_notes
from modules.santunan_kematian.models import Claim, Programme
from modules.santunan_kematian.permissions import SantunanPermission as P
from modules.santunan_kematian.queries import claims as queries
from modules.santunan_kematian.queries import lists
from modules.santunan_kematian.queries.days import day_of
from modules.santunan_kematian.queries.preview import preview as findings_of
from modules.santunan_kematian.views.access import claim_of
from modules.services import public as services
from tenants import sheets
from tenants.accounts.access import require
from tenants.files.uploads import FileRefused
from tenants.organisation.models import Village
from tenants.people.searching import number_in, seal


@require_safe
@require(P.VIEW)
def claims(request: HttpRequest) -> HttpResponse:
    """What waits for the user first; other lists by filter."""
    found, now = services.reach(request.user), timezone.now()  # type: ignore[arg-type]
    chosen = lists.Chosen.of(request.GET)
    context = {
        "page": lists.page(request.user, found, chosen, now),
        "chosen": chosen,
        "filters": lists.FILTERS,
        "lead": lists.lead(day_of(now)),
        "figures": lists.figures(request.user, found, now),
    }
    return render(request, "santunan_kematian/claims.html", context)


@require_POST
@require(P.VIEW)
def search(request: HttpRequest) -> HttpResponse:
    """Words go on as an address; a NIK or KK goes on sealed, so that pages can be turned and no address shows it."""
    chosen = replace(lists.Chosen.of(request.POST), after="", person="")
    if number := number_in(chosen.query):
        chosen = replace(chosen, query="", person=seal(number))
    return redirect(reverse("santunan_kematian:claims") + chosen.address)


@require_safe
@require(P.VIEW)
def export(request: HttpRequest) -> HttpResponse:
    """The chosen list as XLSX, without personal numbers."""
    now, found = timezone.now(), services.reach(request.user)  # type: ignore[arg-type]
    chosen = lists.chosen_claims(request.user, found, lists.Chosen.of(request.GET), now)[:20_000]
    head = [
        _("Nomor"), _("Almarhum"), _("Meninggal"), _("Ahli waris"), _("Desa"), _("Tahap"), _("Batas waktu"),
        _("Diajukan"), _("Nilai"),
    ]  # fmt: skip
    rows = (_export_row(claim, lists.row(claim, now)) for claim in chosen)
    return sheets.as_xlsx("santunan-kematian", head, rows)


def _export_row(claim: Claim, row: lists.Row) -> list[Any]:
    return [
        row.number, claim.name, claim.death_date.isoformat(), claim.heir_name, claim.village.title, row.state, row.due,
        claim.filed_date.isoformat() if claim.filed_date else "", claim.amount,
    ]  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
@require(P.FILE)
def new(request: HttpRequest) -> HttpResponse:
    """The form of the village operator; one button keeps a draft, the other files at once."""
    villages = _villages(request)
    form = ClaimForm(request.POST or None, request.FILES or None, villages=villages, initial={"token": uuid.uuid4()})
    if request.method == "POST" and "check" not in request.POST and form.is_valid():
        try:
            claim = actions.draft_claim(**form.filing(), by=request.user, at=timezone.now())
            return _go_on(request, claim)
        except (Refused, FileRefused) as refusal:
            form.add_error(None, str(refusal))
    return _form(request, form)


@require_http_methods(["GET", "HEAD", "POST"])
@require(P.FILE)
def change(request: HttpRequest, number: str) -> HttpResponse:
    """A draft or a returned claim, to be mended."""
    claim = claim_of(request, number)
    if claim.case.state not in actions.EDITABLE or claim.village not in _villages(request):
        raise Http404
    if request.method != "POST":
        actions.reveal(claim=claim, field="form", by=request.user, at=timezone.now())
    initial = {field: getattr(claim, field) for field in ClaimForm.base_fields if hasattr(claim, field)}
    initial |= {"village": claim.village_id, "without_nik": not claim.nik}
    form = ClaimForm(request.POST or None, request.FILES or None, villages=[claim.village], initial=initial)
    if request.method == "POST" and "check" not in request.POST and form.is_valid():
        try:
            actions.change_claim(
                claim=claim, data=form.data_of(), documents=form.uploads(), by=request.user, at=timezone.now()
            )
            return _go_on(request, claim)
        except (Refused, FileRefused) as refusal:
            form.add_error(None, str(refusal))
    return _form(request, form, claim)


@require(P.FILE)
def preview(request: HttpRequest) -> HttpResponse:
    """Findings while the form is being written: a fragment."""
    if request.method != "POST":
        return redirect("santunan_kematian:new")
    form = ClaimForm(request.POST, villages=_villages(request))
    form.is_valid()
    return render(request, "santunan_kematian/claim_form.html#findings", _findings(form, None))


def _go_on(request: HttpRequest, claim: Claim) -> HttpResponse:
    """File at once when that was the button; otherwise the draft's page says what is missing."""
    if "file" in request.POST:
        try:
            actions.file_claim(claim=claim, by=request.user, at=timezone.now())
            return redirect("santunan_kematian:receipt", claim.number)
        except services.StateChanged as refusal:
            if claim_of(request, claim.number).filed_by == request.user:  # by the first of two clicks
                return redirect("santunan_kematian:receipt", claim.number)
            request.session["santunan_refusal"] = str(refusal)
        except (Refused, services.CaseRefused) as refusal:
            request.session["santunan_refusal"] = str(refusal)
    return redirect("santunan_kematian:case", claim.number)


def _form(request: HttpRequest, form: ClaimForm, claim: Claim | None = None) -> HttpResponse:
    programme = queries.programme_on(timezone.localdate())
    context = {
        "form": form,
        "claim": claim,
        "programme": programme,
        "steps": [(label, [form[name] for name in names]) for label, names in ClaimForm.STEPS],
        "papers": _papers(form, programme),
        **_findings(form, claim),
    }
    return render(request, "santunan_kematian/claim_form.html", context, status=422 if form.errors else 200)


def _papers(form: ClaimForm, programme: Programme | None) -> dict[str, Any]:
    """The documents that this programme asks for, in its order, and the rest."""
    needed = []
    for item in rules.requirements(programme.terms) if programme else []:
        field = form[f"document_{item.any_of[0]}"]
        field.field.why = item.why  # type: ignore[attr-defined]
        needed.append(field)
    asked = {field.name for field in needed}
    other = [form[name] for name in form.fields if name.startswith("document_") and name not in asked]
    return {"needed": needed, "other": other, "open": any(field.errors for field in other)}


def _findings(form: ClaimForm, claim: Claim | None) -> dict[str, Any]:
    if not form.is_bound:
        return {}
    told = {**form.cleaned_data}
    born: date | None = told.get("birth_date")
    nik = told.get("nik")
    return {
        "findings": findings_of(told, today=timezone.localdate(), own=claim),
        "nik_errors": form.errors.get("nik") if form.data.get("nik") else None,
        "nik_notes": nik_notes(nik, sex=told.get("sex", ""), birth_date=born) if nik else [],
        "nik_right": bool(nik),
    }


def _villages(request: HttpRequest) -> list[Village]:
    reach = services.reach(request.user)  # type: ignore[arg-type]
    return list(Village.objects.filter(pk__in=reach.villages).select_related("district").order_by("name"))
