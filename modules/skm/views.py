"""Pages of staff: results of a span of days, reports, their validation and publication."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from modules.skm import actions, queries
from modules.skm.forms import FollowUpForm, SpanForm
from modules.skm.models import Questionnaire, Report
from modules.skm.permissions import SkmPermission as P
from modules.skm.rules import Outcome
from tenants.accounts.access import require
from tenants.sheets import as_xlsx


@require_safe
@require(P.VIEW)
def results(request: HttpRequest) -> HttpResponse:
    """How people rate: the index, each element, each service, what they wrote."""
    first, last = _span(request)
    questionnaire, outcomes = _outcomes(first, last)
    total = queries.together(questionnaire, list(outcomes.values()))
    context = {
        "form": SpanForm(initial={"first": first, "last": last}),
        "first": first,
        "last": last,
        "total": total,
        "bars": bars(total),
        "services": queries.named(outcomes),
        "suggestions": queries.suggestions(first, last) if total.is_shown else [],
        "may_report": request.user.has(P.REPORT),  # type: ignore[union-attr]
    }
    return render(request, "skm/results.html", context)


def bars(total: Outcome) -> list[dict[str, Any]]:
    """Each element as a bar of at most 4 points; the weakest is marked."""
    weak = {element.key for element in total.weakest(1)}
    return [
        {"label": element.name, "value": mean, "tone": "warn" if element.key in weak else ""}
        for element, mean in zip(total.questions.elements, total.means, strict=False)
    ]


@require_safe
@require(P.VIEW)
def sheet(request: HttpRequest) -> HttpResponse:
    """The results by service and element as XLSX; too small groups without their points."""
    first, last = _span(request)
    questionnaire, outcomes = _outcomes(first, last)
    head = [_("Layanan"), _("Jawaban"), *(e.name for e in questionnaire.questions.elements), _("Indeks"), _("Mutu")]
    rows = [_cells(name, item) for name, item in queries.named(outcomes)]
    return as_xlsx(f"skm-{first:%Y%m%d}-{last:%Y%m%d}", head, rows)


def _cells(name: str, item: Outcome) -> list[Any]:
    if not item.is_shown:
        return [name, item.count]
    return [name, item.count, *item.means, item.index, item.grade.letter if item.grade else ""]


@require_http_methods(["GET", "HEAD", "POST"])
@require(P.VIEW)
def reports(request: HttpRequest) -> HttpResponse:
    """All reports; a POST computes one for a span of days."""
    form = SpanForm(request.POST or None)
    status = 200
    if request.method == "POST":
        if not request.user.has(P.REPORT):  # type: ignore[union-attr]
            raise Http404
        status = 422
        if form.is_valid():
            try:
                made = actions.make_report(
                    questionnaire=_questionnaire(),
                    by=request.user,  # type: ignore[arg-type]
                    at=timezone.now(),
                    **form.cleaned_data,
                )
            except actions.SurveyRefused as refusal:
                form.add_error(None, str(refusal))
            else:
                return redirect("skm:report", made.pk)
    context = {
        "reports": queries.reports()[:50],
        "form": form,
        "may_report": request.user.has(P.REPORT),  # type: ignore[union-attr]
        "crumbs": [(_("Survei kepuasan"), reverse("skm:results"))],
    }
    return render(request, "skm/reports.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@require(P.VIEW)
def report(request: HttpRequest, report: int) -> HttpResponse:
    """One report; a POST keeps what is to follow from it."""
    found = _report(report)
    form = FollowUpForm(request.POST or None, initial={"text": found.follow_up})
    status = 200
    if request.method == "POST":
        if not request.user.has(P.REPORT):  # type: ignore[union-attr]
            raise Http404
        status = 422
        if form.is_valid():
            try:
                actions.plan_follow_up(
                    report=found,
                    text=form.cleaned_data["text"],
                    by=request.user,  # type: ignore[arg-type]
                    at=timezone.now(),
                )
            except actions.SurveyRefused as refusal:
                form.add_error(None, str(refusal))
                status = 409
            else:
                messages.success(request, _("Tindak lanjut disimpan."))
                return redirect("skm:report", found.pk)
    return _show(request, found, form, status)


@require_POST
@require(P.VALIDATE)
def validation(request: HttpRequest, report: int) -> HttpResponse:
    """Validate a report that somebody else computed."""
    return _step(request, report, actions.validate, _("Laporan disahkan."))


@require_POST
@require(P.VALIDATE)
def publication(request: HttpRequest, report: int) -> HttpResponse:
    """Show a validated report to citizens."""
    return _step(request, report, actions.publish, _("Laporan terbit di portal."))


def _step(request: HttpRequest, pk: int, action: Any, done: str) -> HttpResponse:
    found = _report(pk)
    try:
        action(report=found, by=request.user, at=timezone.now())
    except actions.SurveyRefused as refusal:
        form = FollowUpForm(initial={"text": found.follow_up})
        return _show(request, found, form, 409, error=str(refusal))
    messages.success(request, done)
    return redirect("skm:report", found.pk)


def _show(request: HttpRequest, report: Report, form: FollowUpForm, status: int, error: str = "") -> HttpResponse:
    context = {
        "report": report,
        "form": form,
        "error": error,
        "bars": bars(report.total),
        "may_report": request.user.has(P.REPORT),  # type: ignore[union-attr]
        "may_validate": request.user.has(P.VALIDATE),  # type: ignore[union-attr]
        "crumbs": [(_("Survei kepuasan"), reverse("skm:results")), (_("Laporan"), reverse("skm:reports"))],
    }
    return render(request, "skm/report.html", context, status=status)


def _report(pk: int) -> Report:
    return get_object_or_404(queries.reports(), pk=pk)


def _questionnaire() -> Questionnaire:
    found = queries.current_questionnaire(timezone.localdate())
    if found is None:
        raise Http404
    return found


def _outcomes(first: date, last: date) -> tuple[Questionnaire, dict[str, Outcome]]:
    questionnaire = _questionnaire()
    return questionnaire, queries.by_service(questionnaire, first, last)


def _span(request: HttpRequest) -> tuple[date, date]:
    """The asked span of days; without one the year so far."""
    form = SpanForm(request.GET)
    today = timezone.localdate()
    if form.is_valid() and form.cleaned_data["first"] <= form.cleaned_data["last"]:
        return form.cleaned_data["first"], form.cleaned_data["last"]
    return today.replace(month=1, day=1), today
