"""Assessments and instruments, for operators of the central team."""

import json
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from onboarding.assessment.actions import answers as answering
from onboarding.assessment.actions import assessments as course
from onboarding.assessment.actions import instruments as editing
from onboarding.assessment.actions.refusals import AnswerChanged, AssessmentRefused
from onboarding.assessment.forms.verifying import BulkVerdictForm, InstrumentForm, NoteForm, VerdictForm
from onboarding.assessment.models import Answer, Assessment, Evidence, Instrument
from onboarding.assessment.queries import lists
from onboarding.assessment.queries.document import pdf
from onboarding.assessment.queries.editions import editions
from onboarding.assessment.queries.results import results as computed
from onboarding.assessment.queries.shown import shown
from onboarding.assessment.schema import InstrumentFault
from tenants.accounts.access import require
from tenants.files.serving import serve
from tenants.paging import newest_first
from tenants.permissions import ConsolePermission

PAGE = 30
_VERIFY, _MANAGE = ConsolePermission.VERIFY_ASSESSMENTS, ConsolePermission.MANAGE_INSTRUMENTS


@require_GET
@require(ConsolePermission.VIEW)
def assessments(request: HttpRequest) -> HttpResponse:
    """All assessments, newest first."""
    state = request.GET.get("state", "")
    state = state if state in Assessment.State.values else ""
    search = request.GET.get("q", "").replace("\x00", "")[:60]
    page = newest_first(request, lists.assessments(state, search), PAGE, kept={"state": state, "q": search})
    context = {
        **page.links,
        "rows": [(each, lists.TONES[each.state]) for each in page.rows],
        "chips": [("", _("Semua")), *Assessment.State.choices],
        "state": state,
        "query": search,
    }
    return render(request, "assessment/console/assessments.html", context)


@require_GET
@require(ConsolePermission.VIEW)
def assessment(request: HttpRequest, code: str) -> HttpResponse:
    """One assessment: its people, how far it is, what can be done."""
    found = get_object_or_404(Assessment, code=code)
    context = {
        "object": found,
        "tone": lists.TONES[found.state],
        "verdicts": lists.verdicts(found),
        "links": found.links.filter(revoked_at=None).count(),
        "sheets": found.sheets.select_related("instrument"),
        "note_form": NoteForm(),
        "may_verify": request.user.has(_VERIFY),  # type: ignore[union-attr]
        "crumbs": _crumbs(),
    }
    with found.on_its_clock():
        return render(request, "assessment/console/assessment.html", context)


@require_GET
@require(_VERIFY)
def answers(request: HttpRequest, code: str) -> HttpResponse:
    """The answers of an assessment to be looked at, with their files."""
    found = get_object_or_404(Assessment, code=code)
    verdict = request.GET.get("verdict", "open")
    verdict = verdict if verdict in ("", "open", "verified", "refused") else "open"
    section = request.GET.get("section", "")[:60]
    rows = lists.checks(found, verdict, section, _key(request, "after"), PAGE + 1)
    more = {"verdict": verdict, "section": section, "after": rows[PAGE - 1].answer.pk} if len(rows) > PAGE else {}
    counts = lists.verdicts(found)
    context = {
        "object": found,
        "rows": rows[:PAGE],
        "chips": [
            ("open", _("Belum diperiksa"), counts["open"]),
            ("verified", _("Terverifikasi"), counts["verified"]),
            ("refused", _("Bukti belum cukup"), counts["refused"]),
            ("", _("Semua"), counts.total()),
        ],
        "verdict": verdict,
        "section": section,
        "sections": lists.sections(found),
        "several": lists.several(found),
        "next_url": f"?{urlencode(more)}" if more else "",
        "first_url": f"?{urlencode({'verdict': verdict, 'section': section})}" if "after" in request.GET else "",
        "crumbs": _crumbs(found),
    }
    with found.on_its_clock():
        return render(request, "assessment/console/answers.html", context)


@require_POST
@require(_VERIFY)
def verdict(request: HttpRequest, code: str, pk: int) -> HttpResponse:
    """Accept or refuse the evidence of one answer; a fragment, or back to the list."""
    found = get_object_or_404(
        Answer.objects.select_related("sheet__instrument", "sheet__assessment", "unit"),
        pk=pk,
        sheet__assessment__code=code,
    )
    form, refusal, status = VerdictForm(request.POST), "", 200
    if form.is_valid():
        try:
            found = answering.verify(answer=found, **form.cleaned_data, by=request.user, at=_now())
        except AssessmentRefused as refused:
            refusal, status = str(refused), 409 if isinstance(refused, AnswerChanged) else 422
    else:
        refusal, status = _("Pilih terima atau tolak."), 422
    if not request.htmx:  # type: ignore[attr-defined]
        if refusal:
            messages.error(request, refusal)
        return redirect(f"{reverse('console:assessment_answers', args=[code])}?{request.GET.urlencode()}")
    context = {
        "row": lists.check(found),
        "object": found.sheet.assessment,
        "refusal": refusal,
        "typed": request.POST.get("note", ""),
    }
    with found.sheet.assessment.on_its_clock():
        return render(request, "assessment/console/answers.html#check", context, status=status)


@require_POST
@require(_VERIFY)
def bulk_verdict(request: HttpRequest, code: str) -> HttpResponse:
    """Accept all open answers of offices or villages to one question, with one note."""
    found = get_object_or_404(Assessment, code=code)
    back = redirect("console:assessment_answers", code)
    form = BulkVerdictForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Pilih pertanyaannya."))
        return back
    pk, _colon, question = form.cleaned_data["question"].partition(":")
    sheet = get_object_or_404(found.sheets.all(), pk=int(pk) if pk.isdecimal() and len(pk) < 18 else 0)
    note = form.cleaned_data["note"]
    try:
        count = answering.verify_all(
            assessment=found, sheet=sheet, question=question, note=note, by=request.user, at=_now()
        )
        messages.success(request, _("%d jawaban terverifikasi.") % count)
    except AssessmentRefused as refused:
        messages.error(request, str(refused))
    return back


@require_GET
@require(_VERIFY)
def evidence(request: HttpRequest, code: str, file_uuid: Any) -> HttpResponseBase:
    """A file of an answer."""
    found = get_object_or_404(Evidence, public_id=file_uuid, sheet__assessment__code=code)
    return serve(found)  # type: ignore[arg-type]  # it has an attachment's fields


@require_GET
@require(ConsolePermission.VIEW)
def results(request: HttpRequest, code: str) -> HttpResponse:
    """The result as its people see it."""
    found = get_object_or_404(Assessment, code=code)
    with found.on_its_clock():
        context = {"object": found, **shown(computed(found)), "crumbs": _crumbs(found)}
        return render(request, "assessment/console/results.html", context)


@require_GET
@require(ConsolePermission.VIEW)
def document(request: HttpRequest, code: str) -> HttpResponse:
    """The result as a PDF."""
    found = get_object_or_404(Assessment, code=code)
    headers = {"Content-Disposition": f'inline; filename="penilaian-{found.code.lower()}.pdf"'}
    headers["Cache-Control"] = "private, no-store"
    return HttpResponse(pdf(found, at=timezone.now()), content_type="application/pdf", headers=headers)


@require_POST
@require(_VERIFY)
def hand_back(request: HttpRequest, code: str) -> HttpResponse:
    """Unlock the answers, with what is to be done."""
    found = get_object_or_404(Assessment, code=code)
    form = NoteForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Tulis apa yang harus diperbaiki oleh pengisinya."))
        return redirect("console:assessment", code)
    note = form.cleaned_data["note"]
    return _done(request, code, lambda: course.hand_back(assessment=found, note=note, by=request.user, at=_now()))


@require_POST
@require(_VERIFY)
def verification(request: HttpRequest, code: str) -> HttpResponse:
    """Close the verification."""
    found = get_object_or_404(Assessment, code=code)
    return _done(request, code, lambda: course.close_verification(assessment=found, by=request.user, at=_now()))


@require_http_methods(["GET", "POST"])
@require(_MANAGE)
def instruments(request: HttpRequest) -> HttpResponse:
    """Every edition; a new one is uploaded here and looked at before it is published."""
    form = InstrumentForm(request.POST or None, request.FILES or None)
    faults: list[str] = []
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            row = editing.upload(content=form.cleaned_data["file"], by=request.user, at=_now())
            return redirect("console:instrument", row.pk)
        except InstrumentFault as fault:
            faults, status = fault.faults, 422
        except AssessmentRefused as refused:
            form.add_error("file", str(refused))
            status = 409
    elif request.method == "POST":
        status = 422
    context = {"rows": editions(), "form": form, "faults": faults}
    return render(request, "assessment/console/instruments.html", context, status=status)


@require_GET
@require(_MANAGE)
def instrument(request: HttpRequest, pk: int) -> HttpResponse:
    """An edition as its readers will see it."""
    found = get_object_or_404(Instrument, pk=pk)
    context = {"object": found, "content": found.read, "crumbs": [(_("Instrumen"), "/console/instruments/")]}
    return render(request, "assessment/console/instrument.html", context)


@require_GET
@require(_MANAGE)
def instrument_file(request: HttpRequest, pk: int) -> HttpResponse:
    """The JSON of an edition, to be changed into the next."""
    found = get_object_or_404(Instrument, pk=pk)
    text = json.dumps(found.content, ensure_ascii=False, indent=1)
    name = f'attachment; filename="{found.code}-{found.edition}.json"'
    return HttpResponse(text, content_type="application/json", headers={"Content-Disposition": name})


@require_POST
@require(_MANAGE)
def publication(request: HttpRequest, pk: int) -> HttpResponse:
    """Publish a draft for good."""
    found = get_object_or_404(Instrument, pk=pk)
    try:
        editing.publish(instrument=found, by=request.user, at=_now())
        messages.success(request, _("%(name)s edisi %(edition)s diterbitkan.") % vars(found))
    except AssessmentRefused as refused:
        messages.error(request, str(refused))
    return redirect("console:instrument", pk)


@require_POST
@require(_MANAGE)
def removal(request: HttpRequest, pk: int) -> HttpResponse:
    """Throw a draft away."""
    found = get_object_or_404(Instrument, pk=pk)
    try:
        editing.discard(instrument=found, by=request.user, at=_now())
    except AssessmentRefused as refused:
        messages.error(request, str(refused))
        return redirect("console:instrument", pk)
    return redirect("console:instruments")


def _done(request: HttpRequest, code: str, work: Any) -> HttpResponse:
    try:
        work()
    except AssessmentRefused as refused:
        messages.error(request, str(refused))
    return redirect("console:assessment", code)


def _now() -> Any:
    return timezone.now()


def _key(request: HttpRequest, name: str) -> int | None:
    text = request.GET.get(name, "")
    return int(text) if text.isdecimal() and len(text) < 18 else None


def _crumbs(found: Assessment | None = None) -> list[tuple[str, str]]:
    crumbs = [(_("Penilaian"), "/console/assessments/")]
    return crumbs if found is None else [*crumbs, (found.regency.title, f"/console/assessments/{found.code}/")]
