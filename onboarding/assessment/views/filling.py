"""Filling in: the board of who has answered what, a unit, a section, one answer, the evidence."""

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from onboarding.assessment.actions import answers, evidence
from onboarding.assessment.actions.refusals import AssessmentRefused, Closed, NoSuchPart
from onboarding.assessment.forms.answering import AnswerForm
from onboarding.assessment.models import Answer, Evidence, Link, Sheet, Unit
from onboarding.assessment.queries import progress
from onboarding.assessment.queries.wording import answer as worded
from onboarding.assessment.views.access import holder, sheet_of, unit_of
from tenants.files.serving import serve
from tenants.files.uploads import FileRefused


@dataclass
class Asked:
    """A question on the page: its form, what is stored, and what happened when it was sent."""

    form: AnswerForm
    answer: Answer | None = None
    conflict: answers.Conflict | None = None
    saved: bool = False
    refusal: str = ""

    @property
    def question(self) -> Any:
        return self.form.question

    @property
    def version(self) -> int:
        """What the next saving is compared with: after a conflict, the other person's, because it was shown."""
        return self.conflict.theirs.version if self.conflict else self.form.version

    @property
    def theirs(self) -> str:
        return worded(self.question, self.form.content, self.conflict.theirs.value) if self.conflict else ""

    @property
    def options(self) -> Any:
        """What can be chosen or ticked, if anything."""
        name = next((name for name in ("choice", "items") if name in self.form.fields), "")
        return self.form[name] if name else None

    @property
    def errors(self) -> list[str]:
        """What is wrong with it, in sentences."""
        told = [str(error) for errors in self.form.errors.values() for error in errors]
        return [self.refusal, *told] if self.refusal else told

    @property
    def counts(self) -> list[Any]:
        """The two counts of a ratio."""
        return [self.form[name] for name in ("numerator", "denominator") if name in self.form.fields]

    @property
    def has_details(self) -> bool:
        """Whether note and evidence stand open."""
        form = self.form
        return bool((self.answer and self.answer.note) or form.evidence or form.errors.keys() & {"note", "files"})


@require_GET
@holder()
def board(request: HttpRequest, link: Link, token: str) -> HttpResponse:
    """What this link opens and how far it is; a link to one single page leads there."""
    found = progress.board(link)
    if not link.is_lead and (only := _only_page(found)) and "stay" not in request.GET and link.assessment.is_filling:
        return redirect("assessment:section", token, only.sheet.pk, only.section.code, only.unit.pk)
    return render(request, "assessment/board.html", {"board": found, "link": link, "token": token, **_about(link)})


def _only_page(found: progress.Board) -> progress.Page | None:
    if len(found.pages) == 1 and not (found.offices or found.districts or found.villages):
        return found.pages[0]
    single = [*found.offices, *found.villages]
    if found.pages or found.districts or len(single) != 1:
        return None
    pages, _villages = progress.unit_pages(found.link, single[0].unit)
    return pages[0] if len(pages) == 1 else None


@require_GET
@holder()
def unit(request: HttpRequest, unit: int, link: Link, token: str) -> HttpResponse:
    """The sections of one office, district or village, and a district's villages."""
    place = unit_of(link, unit)
    pages, villages = progress.unit_pages(link, place)
    if not pages and not villages:
        raise Http404
    context = {"unit": place, "pages": pages, "villages": villages, "link": link, "token": token, **_about(link)}
    return render(request, "assessment/unit.html", context)


@require_http_methods(["GET", "POST"])
@holder()
def section(request: HttpRequest, sheet: int, section: str, unit: int, link: Link, token: str) -> HttpResponse:
    """One section for one unit: read, filled in, saved as a whole."""
    paper, place = sheet_of(link, sheet), unit_of(link, unit)
    pages = progress.Reading(link).pages(place)
    here = next((page for page in pages if page.sheet == paper and page.section.code == section), None)
    if here is None:
        raise Http404
    asked = _asked(request, paper, place, [question.id for question in here.questions])
    status = 200
    if request.method == "POST":
        status = _save(request, link, paper, place, asked)
        if status == 200:
            return _go_on(request, link, token, pages, here)
    position = pages.index(here)
    context = {
        "asked": asked,
        "page": here,
        "pages": pages,
        "previous": pages[position - 1] if position else None,
        "is_last": position == len(pages) - 1,
        "position": position + 1,
        "link": link,
        "token": token,
        "conflicts": sum(bool(each.conflict) for each in asked),
        "faults": sum(bool(each.form.errors) for each in asked),
        **_about(link),
    }
    return render(request, "assessment/section.html", context, status=status)


@require_POST
@holder()
def answer(
    request: HttpRequest, sheet: int, section: str, unit: int, question: str, link: Link, token: str
) -> HttpResponse:
    """One answer, saved while it is typed; the fragment says what became of it."""
    paper, place = sheet_of(link, sheet), unit_of(link, unit)
    known = paper.instrument.read.questions.get(question)
    if known is None or paper.instrument.read.section_of[question].code != section or known.scope != place.kind:
        raise Http404
    if not link.opens(paper, section, place):
        raise Http404
    asked = _asked(request, paper, place, [question])
    status = _save(request, link, paper, place, asked)
    if status == 200:
        again = _asked(None, paper, place, [question])
        again[0].saved = True
        asked = again
    context = {"each": asked[0], "token": token, **_about(link)}
    return render(request, "assessment/section.html#state", context, status=status)


@require_GET
@holder()
def file(request: HttpRequest, file_uuid: Any, link: Link, token: str) -> HttpResponseBase:
    """A file of evidence, to those who may answer the question that it is about."""
    found = get_object_or_404(
        Evidence.objects.select_related("sheet__instrument", "unit"),
        public_id=file_uuid,
        sheet__assessment=link.assessment_id,
    )
    content = found.sheet.instrument.read
    if not link.opens(found.sheet, content.section_of[found.question].code, found.unit):
        raise Http404
    response: FileResponse = serve(found)  # type: ignore[arg-type]  # it has an attachment's fields
    return response


def _about(link: Link) -> dict[str, Any]:
    return {"assessment": link.assessment, "is_open": link.assessment.is_filling}


def _asked(request: HttpRequest | None, sheet: Sheet, unit: Unit, ids: list[str]) -> list[Asked]:
    """The questions with their stored answers and files, bound to what was sent."""
    content = sheet.instrument.read
    stored = {each.question: each for each in Answer.objects.filter(sheet=sheet, unit=unit, question__in=ids)}
    files: dict[str, list[Evidence]] = defaultdict(list)
    for each in Evidence.objects.filter(sheet=sheet, unit=unit, question__in=ids):
        files[each.question].append(each)

    def form(name: str) -> AnswerForm:
        sent = request is not None and f"{name}-version" in request.POST  # what is not sent is left alone
        return AnswerForm(
            content,
            content.questions[name],
            answer=stored.get(name),
            evidence=files[name],
            data=request.POST if request is not None and sent else None,
            files=request.FILES if request is not None and sent else None,
        )

    return [Asked(form(name), stored.get(name)) for name in ids]


def _save(request: HttpRequest, link: Link, sheet: Sheet, unit: Unit, asked: list[Asked]) -> int:
    """Save what can be saved and note beside each question what cannot; the HTTP status of the whole.

    200 all saved, 409 somebody else was faster or the assessment is closed, 422 something is wrong.
    """
    valid = [each for each in asked if each.form.is_valid()]
    at = timezone.now()
    try:
        browser = request.headers.get("User-Agent", "")
        entries = [each.form.entry(browser) for each in valid]
        saved = answers.save_answers(sheet=sheet, unit=unit, entries=entries, by=link, at=at)
        for each in valid:
            _keep_files(each, sheet, unit, link, at)
    except NoSuchPart:
        raise Http404 from None
    except Closed as refused:
        link.assessment.refresh_from_db()
        if request.htmx:  # type: ignore[attr-defined]
            asked[0].refusal = str(refused)
        else:
            messages.error(request, str(refused))
        return 409
    conflicts = {conflict.entry.question: conflict for conflict in saved.conflicts}
    written = {each.question: each for each in saved.answers}
    for each in asked:
        each.conflict = conflicts.get(each.question.id)
        if each.question.id in written:
            each.saved = True
            each.answer = each.form.answer = written[each.question.id]
    if conflicts:
        return 409
    return 422 if any(each.form.errors for each in asked) else 200


def _keep_files(each: Asked, sheet: Sheet, unit: Unit, link: Link, at: Any) -> None:
    """Files beside an answer: a refused one does not stop the others, nor the answer."""
    data = each.form.cleaned_data
    gone = set(data.get("remove") or ())
    for known in each.form.evidence:
        if str(known.public_id) in gone:
            evidence.remove(evidence=known, by=link, at=at)
    for upload in data["files"]:
        try:
            evidence.attach(sheet=sheet, unit=unit, question=each.question.id, upload=upload, by=link, at=at)
        except (FileRefused, AssessmentRefused) as refused:
            if isinstance(refused, Closed | NoSuchPart):
                raise
            each.form.add_error("files", f"{upload.name}: {refused}")


def _go_on(
    request: HttpRequest, link: Link, token: str, pages: list[progress.Page], here: progress.Page
) -> HttpResponse:
    """After saving: the next section, or the board when this was the last or the person wants to stop."""
    following = pages[pages.index(here) + 1 :]
    if "later" in request.POST:
        messages.success(request, _("Tersimpan. Buka tautan yang sama untuk melanjutkan kapan saja."))
        return redirect(f"{_board_url(token)}?stay=1")
    if following:
        after = following[0]
        return redirect("assessment:section", token, after.sheet.pk, after.section.code, after.unit.pk)
    asked = ngettext("%d pertanyaan", "%d pertanyaan", here.total) % here.total
    messages.success(request, _("Tersimpan: %(section)s, %(asked)s.") % {"section": here.section.name, "asked": asked})
    return redirect(f"{_board_url(token)}?stay=1")


def _board_url(token: str) -> str:
    return reverse("assessment:board", args=[token])
