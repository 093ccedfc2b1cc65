"""Pages of staff: the inbox, a case and its steps, the services and their versions."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from modules.services import inbox as inbox_rows
from modules.services.definition import DefinitionInvalid
from modules.services.forms import PublishForm, StepForm
from modules.services.models import Case, CaseDocument, Service
from modules.services.permissions import ServicesPermission
from modules.services.public import (
    CaseRefused,
    NotYourTurn,
    ReasonMissing,
    StateChanged,
    act,
    cases_for,
    may_act,
    publish,
    reach,
    steps_of,
    timeline,
)
from modules.switches import is_reachable
from tenants.accounts.access import require
from tenants.files.serving import serve

_STATUS = {StateChanged: 409, NotYourTurn: 403, ReasonMissing: 422}


@require_GET
@require(ServicesPermission.VIEW)
def inbox(request: HttpRequest) -> HttpResponse:
    """What waits for the user first; other lists by filter; keys instead of page numbers."""
    found = reach(request.user)  # type: ignore[arg-type]
    chosen = inbox_rows.Chosen.of(request.GET)
    page = inbox_rows.page(request.user, found, chosen, timezone.now())  # type: ignore[arg-type]
    return render(request, "services/inbox.html", {"page": page, "chosen": chosen, "filters": inbox_rows.FILTERS})


@require_GET
@require(ServicesPermission.VIEW)
def export(request: HttpRequest) -> HttpResponse:
    """The chosen list as XLSX, at most the number of rows that the sheet says."""
    chosen = inbox_rows.Chosen.of(request.GET)
    content = inbox_rows.as_xlsx(request.user, reach(request.user), chosen, timezone.now())  # type: ignore[arg-type]
    response = HttpResponse(content, content_type=inbox_rows.XLSX)
    response["Content-Disposition"] = 'attachment; filename="kotak-masuk.xlsx"'
    return response


def _case(request: HttpRequest, number: str) -> Case:
    seen = cases_for(request.user)  # type: ignore[arg-type]
    case = get_object_or_404(seen.select_related("version", "service", "village", "unit"), number=number)
    if not is_reachable(request.regency, case.service.key):  # type: ignore[attr-defined]
        raise Http404
    return case


@require_GET
@require(ServicesPermission.VIEW)
def case(request: HttpRequest, number: str) -> HttpResponse:
    """Facts, documents, steps, history and the decision bar. A managed case has its page in its module."""
    found = _case(request, number)
    if found.definition.managed_by:
        return redirect(f"{found.definition.managed_by}:case", number)
    return _show(request, found)


def _show(request: HttpRequest, case: Case, error: str = "", status: int = 200) -> HttpResponse:
    labels = {field.key: field.label for field in case.definition.fields}
    names = {document.key: document.label for document in case.definition.documents}
    documents = case.documents.select_related("attachment")
    context = {
        "case": case,
        "answers": [(labels.get(key, key), value) for key, value in case.answers.items()],
        "documents": [(names.get(item.key, _("Dokumen tambahan")), item.attachment) for item in documents],
        "steps": steps_of(case),
        "events": timeline(case),
        "transitions": may_act(request.user, case),  # type: ignore[arg-type]
        "error": error,
    }
    return render(request, "services/case.html", context, status=status)


@require_POST
@require(ServicesPermission.ACT)
def step(request: HttpRequest, number: str) -> HttpResponse:
    """Take one step; a refusal shows the case as it is now, with the reason."""
    found = _case(request, number)
    form = StepForm(request.POST)
    if not form.is_valid():
        return _show(request, found, _("Pilih salah satu keputusan."), 422)
    try:
        moved = act(case=found, by=request.user, at=timezone.now(), **form.cleaned_data)  # type: ignore[arg-type]
    except CaseRefused as refusal:
        return _show(request, _case(request, number), str(refusal), _STATUS.get(type(refusal), 409))
    messages.success(request, _("%(number)s: %(state)s.") % {"number": number, "state": moved.current_state.label})
    return redirect("services:inbox")


@require_GET
@require(ServicesPermission.VIEW)
def document(request: HttpRequest, number: str, uuid: str) -> HttpResponse:
    """A document of a case that the user sees."""
    found = get_object_or_404(
        CaseDocument.objects.select_related("attachment"), case=_case(request, number), attachment__public_id=uuid
    )
    return serve(found.attachment, inline=True)  # type: ignore[return-value]


@require_GET
@require(ServicesPermission.VIEW)
def services(request: HttpRequest) -> HttpResponse:
    """The services of the regency with their current version."""
    regency = request.regency  # type: ignore[attr-defined]
    found = Service.objects.select_related("current").exclude(current=None).order_by("name")
    rows = [{"service": item, "on": is_reachable(regency, item.key)} for item in found]
    return render(request, "services/services.html", {"rows": rows})


@require_http_methods(["GET", "POST"])
@require(ServicesPermission.DESIGN)
def design(request: HttpRequest, key: str) -> HttpResponse:
    """A service's definition and its versions; publishing a changed one makes the next version."""
    found = get_object_or_404(Service.objects.select_related("current"), key=key)
    assert found.current is not None
    form = PublishForm(request.POST or None, initial={"definition": found.current.content})
    status = 200
    if request.method == "POST" and form.is_valid():
        status = _publish(request, found, form)
        if status == 302:
            return redirect("services:design", key)
    context = {
        "service": found,
        "form": form,
        "versions": found.versions.order_by("-number").select_related("published_by"),
    }
    return render(request, "services/design.html", context, status=status)


def _publish(request: HttpRequest, service: Service, form: PublishForm) -> int:
    content: dict[str, Any] = form.cleaned_data["definition"]
    if not isinstance(content, dict) or content.get("key") != service.key:
        form.add_error("definition", _("Kunci layanan tidak boleh berubah."))
        return 422
    try:
        version = publish(definition=content, by=request.user, at=timezone.now())  # type: ignore[arg-type]
    except DefinitionInvalid as refusal:
        for error in refusal.errors:
            form.add_error("definition", error)
        return 422
    messages.success(request, _("Versi %s terbit. Berkas yang berjalan tetap pada versinya.") % version.number)
    return 302
