"""Pages of citizens: find a service, apply, keep the receipt, track, answer."""

from typing import Any

from django.core import signing
from django.db import connection
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from modules.registry import discover
from modules.services.definition import APPLICANT
from modules.services.forms import AnswerForm, ApplyForm, TrackForm
from modules.services.models import Case, Service
from modules.services.public import CaseRefused, act, add_document, file_case, find_tracked, steps_of, timeline
from modules.switches import ON, is_reachable, state_of
from tenants.accounts.access import public_page
from tenants.organisation.calendar import current_calendar
from tenants.ratelimit import address, is_too_often

RECEIPT_SECONDS, TRACK_SECONDS = 3600, 7200


@public_page
@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """The portal: services by life event, search, tracking."""
    query = request.GET.get("q", "").strip()[:80]
    tiles = [tile for tile in _tiles(request) if query.lower() in tile["text"]]
    events: dict[str, list[dict[str, Any]]] = {}
    for tile in tiles:
        events.setdefault(tile["event"] or _("Layanan lain"), []).append(tile)
    context = {"query": query, "events": sorted(events.items()), "track_form": TrackForm()}
    return render(request, "services/home.html", context)


def _tiles(request: HttpRequest) -> list[dict[str, Any]]:
    """What citizens can ask for: services made of data, and modules with a public page."""
    regency = request.regency  # type: ignore[attr-defined]
    tiles = []
    for service in Service.objects.exclude(current=None).select_related("current").order_by("name"):
        definition = service.definition
        if not definition.public or not is_reachable(regency, service.key):
            continue
        tiles.append(
            {
                "name": definition.name,
                "summary": definition.summary,
                "event": definition.life_event,
                "url": f"/{definition.managed_by}/" if definition.managed_by else f"/services/{service.key}/",
                "days": definition.promise_days,
                "text": f"{definition.name} {definition.summary} {definition.life_event}".lower(),
            }
        )
    shown = {tile["url"] for tile in tiles}
    for module in discover():
        url = f"/{module.key}/"
        if module.public and not module.essential and url not in shown and is_reachable(regency, module.key):
            text = f"{module.name} {module.summary}"
            tiles.append(
                {"name": module.name, "summary": module.summary, "event": "", "url": url, "text": text.lower()}
            )
    return tiles


def _service(key: str) -> Service:
    service = Service.objects.select_related("current", "unit").filter(key=key).exclude(current=None).first()
    if service is None or service.definition.managed_by or not service.definition.public:
        raise Http404
    return service


@public_page
@require_GET
def service(request: HttpRequest, service: str) -> HttpResponse:
    """What a service asks and promises, the promise as a date if one applied today."""
    found = _service(service)
    definition = found.definition
    calendar = current_calendar(found.unit)
    promised = None
    if definition.promise_days is not None:
        promised = calendar.add_working_days(calendar.day_of(timezone.now()), definition.promise_days)
    open_now = state_of(request.regency, service) == ON  # type: ignore[attr-defined]
    context = {"service": found, "definition": definition, "promised": promised, "open_now": open_now}
    return render(request, "services/service.html", context)


@public_page
@require_http_methods(["GET", "POST"])
def application(request: HttpRequest, service: str) -> HttpResponse:
    """The form; what is wrong is said beside each field, and nothing that was typed is lost."""
    found = _service(service)
    if state_of(request.regency, service) != ON:  # type: ignore[attr-defined]
        return render(request, "services/closed.html", {"service": found}, status=409)
    form = ApplyForm(found.definition, request.POST or None, request.FILES or None)
    if request.method == "GET" or not form.is_valid():
        status = 422 if form.is_bound else 200
        return render(request, "services/application.html", {"service": found, "form": form}, status=status)
    staff = request.user if request.user.is_authenticated else None
    filed = file_case(
        service=service,
        data=form.answers(),
        applicant=form.applicant(),
        village=form.cleaned_data["applicant_village"],
        documents=form.documents(),
        token=form.cleaned_data["token"],
        by=staff,  # type: ignore[arg-type]
        at=timezone.now(),
    )
    return redirect("services:receipt", sealed=_seal("receipt", [filed.case.pk, filed.secret]))


@public_page
@never_cache
@require_GET
def receipt(request: HttpRequest, sealed: str) -> HttpResponse:
    """Number and secret, to write down or print; the link works for an hour."""
    pk, secret = _unseal("receipt", sealed, RECEIPT_SECONDS)
    case = Case.objects.select_related("version", "service", "village").filter(pk=pk).first()
    if case is None:
        raise Http404
    return render(request, "services/receipt.html", {"case": case, "secret": secret})


@public_page
@never_cache
@require_http_methods(["GET", "POST"])
def track(request: HttpRequest) -> HttpResponse:
    """Number and secret lead to the case. A wrong number and a wrong secret look the same."""
    form = TrackForm(request.POST or None)
    if request.method == "GET" or not form.is_valid():
        return render(request, "services/track.html", {"form": form}, status=422 if form.is_bound else 200)
    number = form.cleaned_data["number"].strip().upper()
    by_address = is_too_often("track", address(request), limit=20, seconds=600)
    if by_address or is_too_often("track", number, limit=10, seconds=600):
        form.add_error(None, _("Terlalu banyak percobaan. Tunggu sepuluh menit, lalu coba lagi."))
        return render(request, "services/track.html", {"form": form}, status=429)
    case = find_tracked(number, form.cleaned_data["secret"])
    if case is None or not is_reachable(request.regency, case.service.key):  # type: ignore[attr-defined]
        form.add_error(None, _("Nomor atau kode rahasia tidak cocok. Periksa tanda terima Anda."))
        return render(request, "services/track.html", {"form": form}, status=404)
    return redirect("services:tracked", sealed=_seal("track", case.pk))


@public_page
@never_cache
@require_http_methods(["GET", "POST"])
def tracked(request: HttpRequest, sealed: str) -> HttpResponse:
    """Where the case stands; when it was returned, the place to answer."""
    case = _tracked_case(request, sealed)
    form = AnswerForm(request.POST or None, request.FILES or None)
    answer = _answer_of(case)
    status = 200
    if request.method == "POST" and answer and form.is_valid():
        try:
            _send_answer(case, answer, form)
        except CaseRefused as refusal:
            form.add_error(None, str(refusal))
            status = 409
        else:
            return redirect("services:tracked", sealed=sealed)
    context = {
        "case": case,
        "steps": steps_of(case),
        "events": timeline(case),
        "answer": answer,
        "form": form,
        "sealed": sealed,
    }
    return render(request, "services/tracked.html", context, status=status)


def _tracked_case(request: HttpRequest, sealed: str) -> Case:
    pk = _unseal("track", sealed, TRACK_SECONDS)
    case = Case.objects.select_related("version", "service", "village").filter(pk=pk).first()
    if case is None or not is_reachable(request.regency, case.service.key):  # type: ignore[attr-defined]
        raise Http404
    return case


def _answer_of(case: Case) -> str:
    """The step by which the applicant sends a returned case back, if it was returned."""
    steps = case.definition.leaving(case.state) if case.is_open else []
    return next((step.key for step in steps if case.definition.role_of(step, case.state) == APPLICANT), "")


def _send_answer(case: Case, step: str, form: AnswerForm) -> None:
    now = timezone.now()
    if upload := form.cleaned_data["document"]:
        add_document(case=case, key="perbaikan", upload=upload, by=None, at=now)
    act(
        case=case,
        transition=step,
        by=None,
        at=now,
        reason=form.cleaned_data["message"],
        expected=case.state,
        as_applicant=True,
        via=case.definition.managed_by,
    )


def _seal(purpose: str, value: Any) -> str:
    """A signed, dated value for an address; worth nothing in another regency."""
    return signing.dumps(value, salt=f"services.{purpose}:{connection.schema_name}")


def _unseal(purpose: str, sealed: str, seconds: int) -> Any:
    try:
        return signing.loads(sealed, salt=f"services.{purpose}:{connection.schema_name}", max_age=seconds)
    except signing.BadSignature:
        raise Http404 from None
