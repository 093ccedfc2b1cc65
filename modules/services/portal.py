"""Pages of citizens: find a service, apply, keep the receipt, track, answer, download the letter."""

import secrets
import uuid
from dataclasses import dataclass
from datetime import datetime
from operator import is_
from typing import Any

from django.contrib.messages import get_messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.middleware.csrf import get_token
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from modules.announcements.public import shown_anywhere
from modules.services import doors
from modules.services.forms import AnswerForm, ApplyForm, TrackForm
from modules.services.models import Case, Service
from modules.services.permissions import ServicesPermission
from modules.services.public import (
    CaseRefused,
    answer_case,
    applicant_steps,
    file_case,
    letters_of,
    reach,
    steps_of,
    timeline,
)
from modules.services.sealing import SealBroken, seal, sealed_case, unseal
from modules.services.tracking import GuessedTooOften, NotTracked, track_case
from modules.skm.public import survey_url
from modules.switches import ON, is_reachable, state_of
from tenants.accounts.access import public_page
from tenants.files.serving import serve
from tenants.letters.models import Letter
from tenants.models import Regency
from tenants.organisation.calendar import current_calendar
from tenants.ratelimit import address, is_over, limited

LAST = "last_application"
TOO_OFTEN = gettext_lazy(
    "Terlalu banyak permohonan dikirim dari jaringan Anda. Tunggu sepuluh menit, lalu kirim lagi; isian Anda masih ada."
)
RECEIPT_SECONDS = 3600


@public_page
@require_GET
def portal_home(request: HttpRequest) -> HttpResponse:
    """The portal: search, life events, every service, tracking."""
    query, event = request.GET.get("q", "").strip()[:80], request.GET.get("event", "").strip()[:60]
    regency: Regency = request.regency  # type: ignore[attr-defined]
    if query or event or request.user.is_authenticated or get_messages(request):
        return render(request, "services/home.html", _home(regency, query, event))
    return HttpResponse(_front_page(regency).replace(_TOKEN, get_token(request)))


def _home(regency: Regency, query: str = "", event: str = "") -> dict[str, Any]:
    """What the portal shows: everything, or what answers a search or belongs to a life event."""
    tiles = doors.tiles(regency)
    found = [tile for tile in tiles if tile.matches(query) and (not event or tile.event == event)]
    return {
        "regency": regency,
        "query": query,
        "event": doors.event_title(event) if event else "",
        "events": [] if query or event else doors.life_events(tiles),
        "tiles": found,
        "track": TrackForm(),
    }


_TOKEN = secrets.token_hex(32)
"""Stands in a page that is kept where the reader's own CSRF token goes; nobody outside this process knows it."""


@dataclass(frozen=True)
class _Kept:
    """A front page, when and of what it was made."""

    minute: datetime
    facts: tuple[object, ...]
    page: str


_pages: dict[tuple[str, str | None], _Kept] = {}
"""One for each regency and language; about 6 kB each."""


def _front_page(regency: Regency) -> str:
    """The portal for everybody who is not signed in; see docs/decisions/0011."""
    key = (regency.schema_name, get_language())
    minute = timezone.now().replace(second=0, microsecond=0)  # paper says when it was printed
    facts = (
        regency,
        shown_anywhere(),
        *doors.facts(regency),
    )  # before the page: what changes meanwhile is seen the next time
    kept = _pages.get(key)
    if kept is None or kept.minute != minute or not all(map(is_, kept.facts, facts)):
        page = render_to_string("services/home.html", _home(regency) | {"csrf_token": _TOKEN})
        kept = _pages[key] = _Kept(minute, facts, page)
    return kept.page


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
    open_now = _takes_new(request, service)
    crumbs = [(_("Layanan"), "/")]
    context = {"service": found, "definition": definition, "promised": promised, "open_now": open_now, "crumbs": crumbs}
    return render(request, "services/service.html", context)


def _takes_new(request: HttpRequest, service: str) -> bool:
    """Nobody fills in a form that is then refused: not while the service closes, nor while the regency is read-only."""
    regency: Regency = request.regency  # type: ignore[attr-defined]
    return regency.state == Regency.State.ACTIVE and state_of(regency, service) == ON


@public_page
@require_http_methods(["GET", "POST"])
def application(request: HttpRequest, service: str) -> HttpResponse:
    """The form; what is wrong is said beside each field, and nothing that was typed is lost."""
    found = _service(service)
    if not _takes_new(request, service):
        return render(request, "services/closed.html", {"service": found}, status=409)
    form = ApplyForm(found.definition, request.POST or None, request.FILES or None, initial=_own_village(request))
    if form.is_bound and is_over(request, "application"):
        form.add_error(None, TOO_OFTEN)
        return render(request, "services/application.html", {"service": found, "form": form}, status=429)
    if request.method == "GET" or not form.is_valid():
        status = 422 if form.is_bound else 200
        return render(request, "services/application.html", {"service": found, "form": form}, status=status)
    staff = request.user if _files_for_others(request) else None
    filed = file_case(
        service=service,
        data=form.answers(),
        applicant=form.applicant(),
        village=form.cleaned_data["applicant_village"],
        documents=form.documents(),
        token=_token_of_same(request, service, form) or form.cleaned_data["token"],
        by=staff,  # type: ignore[arg-type]
        at=timezone.now(),
    )
    sealed = seal("receipt", [filed.case.pk, filed.secret, filed.is_new])
    response = redirect("services:receipt", sealed_receipt=sealed)
    last = seal("last", filed.case.pk)
    response.set_cookie(
        LAST,
        last,
        max_age=RECEIPT_SECONDS,
        path="/services/",
        httponly=True,
        secure=request.is_secure(),
        samesite="Lax",
    )
    return response


def _token_of_same(request: HttpRequest, service: str, form: ApplyForm) -> uuid.UUID | None:
    """The token of what this browser sent last, when it sends the same again after going back to the form."""
    try:
        pk = unseal("last", request.COOKIES.get(LAST, ""), RECEIPT_SECONDS)
    except SealBroken:
        return None
    last = Case.objects.filter(pk=pk, service__key=service).first()
    same = last is not None and (str(last.nik), last.answers) == (form.applicant().nik, form.answers())
    return last.token if last and same else None


def _files_for_others(request: HttpRequest) -> bool:
    return request.user.is_authenticated and request.user.has(ServicesPermission.FILE)


def _own_village(request: HttpRequest) -> dict[str, Any]:
    """A village operator files for people of the own village."""
    if not _files_for_others(request):
        return {}
    villages = reach(request.user).villages  # type: ignore[arg-type]
    return {"applicant_village": next(iter(villages))} if len(villages) == 1 else {}


@public_page
@never_cache
@require_GET
def receipt(request: HttpRequest, sealed_receipt: str) -> HttpResponse:
    """Number and secret, to write down or print; the link works for an hour."""
    try:
        pk, secret, is_new = unseal("receipt", sealed_receipt, RECEIPT_SECONDS)
    except SealBroken as problem:
        raise Http404 from problem
    case = get_object_or_404(Case.objects.select_related("version", "service", "village"), pk=pk)
    context = {"case": case, "secret": secret, "is_new": is_new, "tracked": seal("track", case.pk)}
    return render(request, "services/receipt.html", context)


@public_page
@never_cache
@require_http_methods(["GET", "POST"])
@limited("post")
def track(request: HttpRequest) -> HttpResponse:
    """Number and secret lead to the case. A wrong number and a wrong secret look the same."""
    form = TrackForm(request.POST or None, initial={"number": request.GET.get("number", "")[:40]})
    if request.method == "GET" or not form.is_valid():
        return render(request, "services/track.html", {"form": form}, status=422 if form.is_bound else 200)
    try:
        case = track_case(who=address(request), regency=request.regency, **form.cleaned_data)  # type: ignore[attr-defined]
    except (NotTracked, GuessedTooOften) as refusal:
        form.add_error(None, str(refusal))
        status = 429 if isinstance(refusal, GuessedTooOften) else 404
        return render(request, "services/track.html", {"form": form}, status=status)
    return redirect("services:tracked", sealed=seal("track", case.pk))


@public_page
@never_cache
@require_http_methods(["GET", "POST"])
@limited("post")
def tracked(request: HttpRequest, sealed: str) -> HttpResponse:
    """Where the case stands; when it was returned, the place to answer; when it is done, its letters."""
    case = _tracked_case(request, sealed)
    form = AnswerForm(request.POST or None, request.FILES or None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                _send_answer(case, request.POST.get("transition", ""), form)
            except CaseRefused as refusal:
                form.add_error(None, str(refusal))
                status = 409
            else:
                return redirect("services:tracked", sealed=sealed)
    events = timeline(case)
    context = {
        "case": case,
        "steps": steps_of(case),
        "events": events,
        "asked": next((event.reason for event in events if event.to_state == case.state), ""),
        "answers": applicant_steps(case),
        "letters": letters_of(case),
        "form": form,
        "sealed": sealed,
        "survey_url": _survey_url(request, case, sealed),
    }
    return render(request, "services/tracked.html", context, status=status)


@public_page
@never_cache
@require_GET
def tracked_letter(request: HttpRequest, sealed: str, letter_uuid: str) -> HttpResponseBase:
    """A letter of the tracked case, as long as it is valid."""
    case = _tracked_case(request, sealed)
    found = get_object_or_404(Letter.objects.of(case).select_related("attachment"), public_id=letter_uuid)
    if found.attachment is None or not found.is_valid:
        raise Http404
    return serve(found.attachment)


def _tracked_case(request: HttpRequest, sealed: str) -> Case:
    try:
        case = sealed_case(sealed)
    except SealBroken as problem:
        raise Http404 from problem
    if not is_reachable(request.regency, case.service.key):  # type: ignore[attr-defined]
        raise Http404
    return case


def _survey_url(request: HttpRequest, case: Case, sealed: str) -> str:
    """Where a finished case may be rated."""
    if case.is_open:
        return ""
    return survey_url(regency=request.regency, case_pk=case.pk, sealed=sealed)  # type: ignore[attr-defined]


def _send_answer(case: Case, transition: str, form: AnswerForm) -> None:
    steps = applicant_steps(case)
    if not steps:
        raise CaseRefused(_("Berkas ini tidak lagi menunggu jawaban Anda. Muat ulang halaman ini."))
    answer_case(
        case=case,
        transition=transition or steps[0].key,
        upload=form.cleaned_data["document"],
        reason=form.cleaned_data["message"],
        at=timezone.now(),
    )
