"""Pages of staff: the inbox, a case with its steps, papers and letters."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from modules.services import inbox as lists
from modules.services.answers import has_masked, pairs
from modules.services.forms import StepForm
from modules.services.models import Case, CaseDocument
from modules.services.permissions import ServicesPermission
from modules.services.public import (
    CaseRefused,
    NotYourTurn,
    ReasonMissing,
    act,
    cases_for,
    document_names,
    may_act,
    reach,
    reveal,
    steps_of,
    timeline,
)
from modules.switches import is_reachable
from tenants.accounts.access import require, signed_in
from tenants.files.serving import serve
from tenants.letters import actions as letters
from tenants.letters.models import Letter

_STATUS = {NotYourTurn: 403, ReasonMissing: 422}


@require_GET
@signed_in
def work(request: HttpRequest) -> HttpResponse:
    """Where staff arrive: at the inbox, or before the doors that their roles open."""
    if request.user.has(ServicesPermission.VIEW):  # type: ignore[union-attr]
        return _inbox(request)
    return render(request, "services/work.html")


@require_GET
@require(ServicesPermission.VIEW)
def inbox(request: HttpRequest) -> HttpResponse:
    """What waits for the user first; other lists by filter; keys instead of page numbers."""
    return _inbox(request)


def _inbox(request: HttpRequest) -> HttpResponse:
    chosen = lists.Chosen.of(request.GET)
    page = lists.page(request.user, reach(request.user), chosen, request.regency, timezone.now())  # type: ignore[arg-type, attr-defined]
    context = {
        "page": page,
        "rows": lists.as_html(page.rows),
        "chosen": chosen,
        "filters": lists.chips(page, chosen),
    }
    return render(request, "services/inbox.html", context)


@require_GET
@require(ServicesPermission.VIEW)
def export(request: HttpRequest) -> HttpResponse:
    """The chosen list as XLSX."""
    chosen = lists.Chosen.of(request.GET)
    content = lists.as_xlsx(request.user, reach(request.user), chosen, request.regency, timezone.now())  # type: ignore[arg-type, attr-defined]
    response = HttpResponse(content, content_type=lists.XLSX)
    response["Content-Disposition"] = 'attachment; filename="kotak-masuk.xlsx"'
    return response


def _case(request: HttpRequest, number: str) -> Case:
    """The case, for who may see it; "not yours" and "not there" are the same."""
    seen = cases_for(request.user)  # type: ignore[arg-type]
    case = get_object_or_404(seen.select_related("version", "service", "village__district", "unit"), number=number)
    if not is_reachable(request.regency, case.service.key):  # type: ignore[attr-defined]
        raise Http404
    return case


@require_GET
@require(ServicesPermission.VIEW)
def case(request: HttpRequest, number: str) -> HttpResponse:
    """Facts, documents, letters, steps, history and the decision bar. A managed case has its page in its module."""
    found = _case(request, number)
    if found.definition.managed_by:
        return redirect(f"{found.definition.managed_by}:case", number)
    return _show(request, found)


def _show(
    request: HttpRequest, case: Case, *, error: str = "", form: StepForm | None = None, status: int = 200,
    unmasked: bool = False,
) -> HttpResponse:  # fmt: skip
    answers = case.answers
    names = document_names(case.definition)
    may_decide = request.user.has(ServicesPermission.ACT)  # type: ignore[union-attr]
    hides = bool(case.nik) or has_masked(case.definition, answers)
    context: dict[str, Any] = {
        "case": case,
        "answers": pairs(case.definition, answers, masked=not unmasked),
        "unmasked": unmasked,
        "may_reveal": hides and not unmasked and request.user.has(ServicesPermission.REVEAL),  # type: ignore[union-attr]
        "documents": [
            (names.get(item.key, _("Dokumen tambahan")), item.attachment)
            for item in case.documents.select_related("attachment").order_by("pk")
        ],
        "letters": Letter.objects.of(case).select_related("attachment"),
        "steps": steps_of(case),
        "events": timeline(case),
        "transitions": may_act(request.user, case) if may_decide else [],  # type: ignore[arg-type]
        "row": lists.row_of(case, timezone.now()),
        "crumbs": [(_("Kotak masuk"), "/work/")],
        "error": error,
        "form": form,
    }
    return render(request, "services/case.html", context, status=status)


@require_POST
@require(ServicesPermission.ACT)
def step(request: HttpRequest, number: str) -> HttpResponse:
    """Take one step; a refusal shows the case as it is now, with the reason and with what was typed."""
    found = _case(request, number)
    form = StepForm(request.POST)
    if not form.is_valid():
        return _show(request, found, error=form.sentence(), form=form, status=422)
    try:
        moved = act(case=found, by=request.user, at=timezone.now(), **form.cleaned_data)  # type: ignore[arg-type]
    except CaseRefused as refusal:
        status = _STATUS.get(type(refusal), 409)
        return _show(request, _case(request, number), error=str(refusal), form=form, status=status)
    messages.success(request, _("%(number)s: %(state)s.") % {"number": number, "state": moved.current_state.label})
    return redirect("work")


@require_POST
@require(ServicesPermission.REVEAL)
def numbers(request: HttpRequest, number: str) -> HttpResponse:
    """The case once with its personal numbers in full; that it was done stands in the audit."""
    found = _case(request, number)
    reveal(case=found, by=request.user, at=timezone.now())  # type: ignore[arg-type]
    return _show(request, found, unmasked=True)


@require_GET
@require(ServicesPermission.VIEW)
def document(request: HttpRequest, number: str, uuid: str) -> HttpResponseBase:
    """A document of a case that the user sees."""
    found = get_object_or_404(
        CaseDocument.objects.select_related("attachment"), case=_case(request, number), attachment__public_id=uuid
    )
    return serve(found.attachment, inline=True)


@require_GET
@require(ServicesPermission.VIEW)
def letter(request: HttpRequest, number: str, letter_uuid: str) -> HttpResponseBase:
    """A letter of a case that the user sees."""
    found = _letter(_case(request, number), letter_uuid)
    if found.attachment is None:
        raise Http404
    return serve(found.attachment, inline=True)


@require_POST
@require(ServicesPermission.ACT)
def letter_retry(request: HttpRequest, number: str, letter_uuid: str) -> HttpResponse:
    """Make a letter again whose PDF failed."""
    letters.retry(letter=_letter(_case(request, number), letter_uuid), by=request.user, at=timezone.now())
    messages.success(request, _("Surat dibuat ulang. Muat ulang halaman ini sebentar lagi."))
    return redirect("services:case", number)


def _letter(case: Case, public_id: str) -> Letter:
    return get_object_or_404(Letter.objects.of(case).select_related("attachment"), public_id=public_id)
