"""One claim: what is known, what the rules say, what may be done with it."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from modules.santunan_kematian import rules
from modules.santunan_kematian.actions import claims, letters, verification
from modules.santunan_kematian.actions.errors import Refused
from modules.santunan_kematian.actions.transitions import STEPS, take_step
from modules.santunan_kematian.forms import StepForm, SurveyForm
from modules.santunan_kematian.models import Claim
from modules.santunan_kematian.permissions import SantunanPermission as P
from modules.santunan_kematian.queries import claims as queries
from modules.santunan_kematian.queries import reading
from modules.santunan_kematian.queries.days import day_of
from modules.santunan_kematian.views.access import claim_of
from modules.services import public as services
from tenants.accounts.access import require
from tenants.files.serving import serve
from tenants.files.uploads import FileRefused

_STATUS = {services.StateChanged: 409, services.NotYourTurn: 403, services.ReasonMissing: 422}
_MASKED = ("nik", "kk", "heir_nik", "heir_account")


@require(P.VIEW)
def case(request: HttpRequest, number: str) -> HttpResponse:
    """The page of a claim."""
    found = claim_of(request, number)
    return _show(request, found, error=request.session.pop("santunan_refusal", ""))


def _show(
    request: HttpRequest, claim: Claim, *, error: str = "", status: int = 200, revealed: dict[str, str] | None = None
) -> HttpResponse:
    user: Any = request.user
    today = day_of(timezone.now())
    facts = queries.facts_of(claim, today=today)
    checks = rules.examine(claim.programme.terms, facts)
    may = services.may_act(user, claim.case)
    context = {
        "claim": claim,
        "case": claim.case,
        "checks": checks,
        "passed": sum(check.passed for check in checks),
        "facts": facts,
        "days_left": rules.days_left(facts.last_day, today),
        "limit": rules.limit_text(claim.programme.terms),
        "registered": rules.registered_text(facts.registered),
        "surveys": claim.surveys.select_related("photo", "surveyed_by"),
        "decision": queries.standing_decision(claim),
        "documents": reading.documents(claim),
        "letters": reading.letters_of(claim),
        "steps": services.steps_of(claim.case),
        "events": services.timeline(claim.case),
        "transitions": [item for item in may if item.key in STEPS and user.has(STEPS[item.key][0])],
        "pages": {item.key for item in may},
        "needs_survey": rules.needs_survey(claim.programme.terms, facts),
        "may_reveal": user.has(P.REVEAL),
        "revealed": revealed or {},
        "editable": claim.case.state in claims.EDITABLE and user.has(P.FILE) and bool(may),
        "error": error,
    }
    return render(request, "santunan_kematian/case.html", context, status=status)


@require(P.VIEW)
def step(request: HttpRequest, number: str) -> HttpResponse:
    """Take one step; a refusal shows the claim as it is now, with the reason."""
    claim = claim_of(request, number)
    if request.method != "POST":
        return redirect("santunan_kematian:case", number)
    form = StepForm(request.POST)
    if not form.is_valid():
        return _show(request, claim, error=_("Pilih salah satu keputusan."), status=422)
    try:
        take_step(claim=claim, by=request.user, at=timezone.now(), **form.cleaned_data)
    except services.CaseRefused as refusal:
        return _show(request, claim_of(request, number), error=str(refusal), status=_STATUS.get(type(refusal), 409))
    except Refused as refusal:
        return _show(request, claim_of(request, number), error=str(refusal), status=422)
    moved = claim_of(request, number)
    messages.success(request, _("%(number)s: %(state)s.") % {"number": number, "state": moved.case.current_state.label})
    if form.cleaned_data["transition"] == "ajukan":
        return redirect("santunan_kematian:receipt", number)
    return redirect("santunan_kematian:case", number)


@require(P.REVEAL)
@never_cache
def reveal(request: HttpRequest, number: str) -> HttpResponse:
    """Show a masked number in full, on record."""
    claim = claim_of(request, number)
    field = request.POST.get("field", "")
    if request.method != "POST" or field not in _MASKED:
        return redirect("santunan_kematian:case", number)
    value = claims.reveal(claim=claim, field=field, by=request.user, at=timezone.now())
    if request.htmx:  # type: ignore[attr-defined]
        return HttpResponse(value, content_type="text/plain; charset=utf-8")
    return _show(request, claim, revealed={field: value})


@require(P.VIEW)
def document(request: HttpRequest, number: str, uuid: str) -> HttpResponse:
    """A document, survey photo or handover photo of a claim that the user sees."""
    claim = claim_of(request, number)
    files = [file for _name, file in reading.documents(claim)]
    files += [item.photo for item in claim.surveys.select_related("photo") if item.photo]
    handover = getattr(getattr(claim, "payment", None), "handover", None)
    files += [handover.photo] if handover and handover.photo else []
    found = next((file for file in files if str(file.public_id) == str(uuid)), None)
    if found is None:
        raise Http404
    return serve(found, inline=True)  # type: ignore[return-value]


@require(P.VIEW)
def letter(request: HttpRequest, letter_uuid: str) -> HttpResponse:
    """The PDF of a letter of this module; while it is being made, a page that says so."""
    found = get_object_or_404(reading.own_letters().select_related("attachment"), public_id=letter_uuid)
    about = reading.claim_of_letter(found)
    if about is not None:
        claim_of(request, about.number)
    elif not request.user.has(P.OVERVIEW):  # type: ignore[union-attr]
        raise Http404
    if found.attachment is None:
        return render(request, "santunan_kematian/letter.html", {"letter": found})
    return serve(found.attachment, inline=True)  # type: ignore[return-value]


@require(P.FILE)
@never_cache
def receipt(request: HttpRequest, number: str) -> HttpResponse:
    """What the family takes home; a POST asks for it as a PDF."""
    claim = claim_of(request, number)
    if not claim.tracking_secret:
        raise Http404
    if request.method == "POST":
        made = letters.family_receipt(claim=claim, by=request.user, at=timezone.now())
        return redirect("santunan_kematian:letter", made.public_id)
    return render(request, "santunan_kematian/receipt.html", {"claim": claim, "case": claim.case})


@require(P.SURVEY)
def survey(request: HttpRequest, number: str) -> HttpResponse:
    """What the social worker saw; the conclusion is computed."""
    claim = claim_of(request, number)
    if claim.case.state != "survei":
        return redirect("santunan_kematian:case", number)
    form = SurveyForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            found = verification.record_survey(claim=claim, by=request.user, at=timezone.now(), **form.cleaned_data)
        except (services.CaseRefused, Refused, FileRefused) as refusal:
            form.add_error(None, str(refusal))
        else:
            said = _("Kesimpulan survei: miskin.") if found.poor else _("Kesimpulan survei: tidak miskin.")
            messages.success(request, said)
            return redirect("santunan_kematian:case", number)
    context = {"claim": claim, "case": claim.case, "form": form, "terms": claim.programme.terms}
    return render(request, "santunan_kematian/survey.html", context, status=422 if form.errors else 200)
