"""The result: page, PDF, modules one by one, the exchange list."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from onboarding.assessment.actions import decisions
from onboarding.assessment.actions.refusals import AssessmentRefused
from onboarding.assessment.forms.leading import DecisionForm, ExchangeForm, PartnerForm
from onboarding.assessment.models import ExchangeItem, Link
from onboarding.assessment.queries.document import pdf
from onboarding.assessment.queries.results import results
from onboarding.assessment.queries.shown import module_shown, shown
from onboarding.assessment.views.access import holder, too_often


@require_GET
@holder(whole=True)
def result(request: HttpRequest, link: Link, token: str) -> HttpResponse:
    """Scores, gaps, modules, people, purchases, cost, exchange."""
    context = {**shown(results(link.assessment)), "link": link, "token": token, "assessment": link.assessment}
    return render(request, "assessment/result.html", context)


@require_GET
@holder(whole=True)
def document(request: HttpRequest, link: Link, token: str) -> HttpResponse:
    """The same as a PDF."""
    if too_often(request, "assessment-pdf", limit=60, seconds=600):
        return render(request, "429.html", status=429)
    name = f"penilaian-{link.assessment.code.lower()}.pdf"
    made = pdf(link.assessment, at=timezone.now())
    headers = {"Content-Disposition": f'inline; filename="{name}"'}
    return HttpResponse(made, content_type="application/pdf", headers=headers)


@require_http_methods(["GET", "POST"])
@holder(whole=True)
def module(request: HttpRequest, code: str, link: Link, token: str) -> HttpResponse:
    """One module: what it needs, what the system suggests and why, what the people decide."""
    found = results(link.assessment)
    line = next((line for line in found.lines if line.module.code == code), None)
    if line is None or (request.method == "POST" and not link.is_lead):
        raise Http404
    stored = line.stored
    initial = {name: getattr(stored, name) for name in ("difference", "decision", "reason")} if stored else {}
    form = DecisionForm(request.POST or None, initial=initial)
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            decisions.decide(assessment=link.assessment, module=code, **form.cleaned_data, by=link, at=timezone.now())
            return redirect("assessment:module", token, code)
        except AssessmentRefused as refused:
            form.add_error(refused.field, str(refused))
            status = 422
    context = {**module_shown(line), "form": form, "link": link, "token": token, "assessment": link.assessment}
    return render(request, "assessment/module.html", context, status=status)


@require_http_methods(["GET", "POST"])
@holder(whole=True)
def exchange(request: HttpRequest, link: Link, token: str) -> HttpResponse:
    """What is given, received or built together with the partner."""
    if request.method == "POST" and not link.is_lead:
        raise Http404
    form = ExchangeForm(request.POST or None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                decisions.add_exchange(assessment=link.assessment, **form.cleaned_data, by=link, at=timezone.now())
                return redirect("assessment:exchange", token)
            except AssessmentRefused as refused:
                form.add_error(None, str(refused))
                status = 409
    context = {
        "form": form,
        "partner_form": PartnerForm(initial={"partner_code": link.assessment.partner_code}),
        **shown(results(link.assessment)),
        "link": link,
        "token": token,
        "assessment": link.assessment,
    }
    return render(request, "assessment/exchange.html", context, status=status)


@require_POST
@holder(lead=True)
def exchange_removal(request: HttpRequest, pk: int, link: Link, token: str) -> HttpResponse:
    item = get_object_or_404(ExchangeItem, pk=pk, assessment=link.assessment)
    decisions.remove_exchange(item=item, by=link, at=timezone.now())
    messages.success(request, item.subject)
    return redirect("assessment:exchange", token)
