"""Applications, agreements and requests to go live, for operators."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from onboarding.applications import actions, documents, facts, queries
from onboarding.applications.forms import AgreementForm
from onboarding.applications.models import TONES, Agreement, Application, GoLiveRequest, Paper
from onboarding.assessment.public import assessments_of
from tenants import regions
from tenants.accounts.access import require
from tenants.files.actions import FileRefused
from tenants.files.serving import serve
from tenants.paging import newest_first
from tenants.permissions import ConsolePermission

PAGE = 30
Deeds = Mapping[str, tuple[Callable[[], Any], str]]
"""What may be decided: by the name that the form sends, the action and what is said afterwards."""


@require_GET
@require(ConsolePermission.VIEW)
def applications(request: HttpRequest) -> HttpResponse:
    """Newest first; those to decide are one click away."""
    state = request.GET.get("state", "")
    state = state if state in Application.State.values else ""
    search = request.GET.get("q", "").replace("\x00", "")[:60]
    kept = {name: value for name, value in (("state", state), ("q", search)) if value}
    page = newest_first(request, queries.listed(state, search), PAGE, kept=kept)
    states = ("", "submitted", "contested", "returned", "provisioning", "trial", "live", "refused", "draft")
    labels = dict(Application.State.choices)
    context = {
        **page.links,
        "rows": [(item, TONES.get(item.state, "")) for item in page.rows],
        "chips": [
            {
                "label": labels.get(value, _("Semua")),
                "url": f"?{urlencode({**kept, 'state': value})}",
                "current": value == state,
            }
            for value in states
        ],
        "q": search,
        "state": state,
        "requests": GoLiveRequest.objects.filter(decision="").select_related("regency").order_by("pk"),
        "copies": Agreement.objects.filter(state=Agreement.State.UPLOADED).order_by("pk"),
    }  # fmt: skip
    return render(request, "applications/console/applications.html", context)


@require_GET
@require(ConsolePermission.VIEW)
def application(request: HttpRequest, pk: int) -> HttpResponse:
    """Everything on one application, and the decision."""
    return _show(request, pk)


def _show(request: HttpRequest, pk: int, *, error: str = "", status: int = 200) -> HttpResponse:
    found = get_object_or_404(Application.objects.select_related("run"), pk=pk)
    may_decide = request.user.has(ConsolePermission.DECIDE_APPLICATIONS)  # type: ignore[union-attr]
    context = {
        "application": found,
        "tone": TONES.get(found.state, ""),
        "checks": queries.checks(found),
        "papers": found.papers.filter(kind=Paper.Kind.ASSIGNMENT).order_by("-pk"),
        "rivals": [(rival, queries.newest_paper(rival)) for rival in queries.rivals(found)],
        "modules": [(queries.name_of(key), found.sources.get(key, "")) for key in found.modules],
        "events": found.events.order_by("-pk"),
        "assessments": assessments_of(found.code),
        "agreements": [(item, TONES.get(item.state, "")) for item in queries.agreements(found.code)],
        "kinds": Agreement.Kind.choices,
        "decisions": _decisions(found) if may_decide else [],
        "may_decide": may_decide,
        "settling": may_decide and found.state == Application.State.CONTESTED,
        "error": error,
        "crumbs": [(_("Pengajuan"), "/console/applications/")],
    }
    return render(request, "applications/console/application.html", context, status=status)


def _decisions(found: Application) -> list[dict[str, Any]]:
    if found.state != Application.State.SUBMITTED:
        return []
    return [
        {"key": "approve", "label": _("Setujui dan siapkan"), "tone": "primary"},
        {"key": "return", "label": _("Kembalikan"), "needs_reason": True, "tone": ""},
        {"key": "refuse", "label": _("Tolak"), "needs_reason": True, "tone": "danger"},
    ]


@require_POST
@require(ConsolePermission.DECIDE_APPLICATIONS)
def decision(request: HttpRequest, pk: int) -> HttpResponse:
    """Approve, return or refuse; who comes second reads that (409)."""
    change, reason = _change(request, application=get_object_or_404(Application, pk=pk)), _reason(request)
    told = _("Keputusan disimpan dan pemohon diberi tahu.")
    deeds: Deeds = {
        "approve": (lambda: actions.approve(**change), told),
        "return": (lambda: actions.give_back(**change, reason=reason), told),
        "refuse": (lambda: actions.refuse(**change, reason=reason), told),
    }
    return _decided(request, deeds, partial(_show, request, pk)) or redirect("console:application", pk)


@require_POST
@require(ConsolePermission.DECIDE_APPLICATIONS)
def settlement(request: HttpRequest, pk: int) -> HttpResponse:
    """Decide a contest: who was first keeps the regency, or gives way."""
    change, reason = _change(request, application=get_object_or_404(Application, pk=pk)), _reason(request)
    told = _("Keputusan disimpan dan pemohon diberi tahu.")
    deeds: Deeds = {
        "keeps": (lambda: actions.settle(**change, gives_way=False, reason=reason), told),
        "gives_way": (lambda: actions.settle(**change, gives_way=True, reason=reason), told),
    }
    return _decided(request, deeds, partial(_show, request, pk)) or redirect("console:application", pk)


def _change(request: HttpRequest, /, **subject: Any) -> dict[str, Any]:
    return {**subject, "by": request.user, "at": timezone.now()}


def _reason(request: HttpRequest) -> str:
    return request.POST.get("reason", "")


def _decided(request: HttpRequest, deeds: Deeds, show: Callable[..., HttpResponse]) -> HttpResponse | None:
    """Do what was chosen. When it is none of the deeds, or is refused: the page again, with a sentence."""
    chosen = request.POST.get("transition", "")
    if chosen not in deeds:
        return show(error=_("Pilih salah satu keputusan."), status=422)
    act, said = deeds[chosen]
    try:
        act()
    except actions.ApplicationRefused as refused:
        return show(error=str(refused), status=422 if isinstance(refused, actions.ReasonMissing) else 409)
    messages.success(request, said)
    return None


@require_GET
@require(ConsolePermission.VIEW)
def paper(request: HttpRequest, uuid: str) -> HttpResponseBase:
    """A file of an application or an agreement."""
    return serve(get_object_or_404(Paper, public_id=uuid), inline=True)


@require_GET
@require(ConsolePermission.VIEW)
def document(request: HttpRequest, pk: int, kind: str) -> HttpResponse:
    """An agreement as the regency sees it."""
    if kind not in Agreement.Kind.values:
        raise Http404
    found = get_object_or_404(Application, pk=pk)
    return HttpResponse(
        documents.render(found, kind),
        content_type="application/pdf",
        headers={"Content-Disposition": f'inline; filename="{kind}.pdf"', "Cache-Control": "private, no-store"},
    )


@require_http_methods(["GET", "POST"])
@require(ConsolePermission.DECIDE_APPLICATIONS)
def agreements(request: HttpRequest, code: str) -> HttpResponse:
    """The agreements of a regency; an operator may hand in a copy that came on paper."""
    if request.method == "GET":
        return _agreements(request, code)
    form = AgreementForm(request.POST, request.FILES)
    if not form.is_valid():
        return _agreements(request, code, form=form, status=422)
    given: dict[str, Any] = form.cleaned_data
    try:
        actions.hand_in(code=_place(code).code, **given, application=None, by=request.user, at=timezone.now())  # type: ignore[arg-type]
    except (actions.ApplicationRefused, FileRefused) as refused:
        return _agreements(request, code, form=form, error=str(refused), status=409)
    messages.success(request, _("Naskah disimpan. Periksa, lalu nyatakan sah."))
    return redirect("console:agreements", code)


def _agreements(
    request: HttpRequest, code: str, *, form: AgreementForm | None = None, error: str = "", status: int = 200
) -> HttpResponse:
    context = {
        "regency": None,
        "object": _place(code),
        "form": form or AgreementForm(),
        "error": error,
        "rows": [(item, TONES.get(item.state, "")) for item in queries.agreements(code)],
        "crumbs": [(_("Pengajuan"), "/console/applications/")],
    }
    return render(request, "applications/console/agreements.html", context, status=status)


def _place(code: str) -> regions.RegencyInfo:
    """The regency of a code, whether it is here already or still on its way."""
    try:
        return regions.regency(code)
    except regions.UnknownRegency:
        raise Http404 from None


@require_POST
@require(ConsolePermission.DECIDE_APPLICATIONS)
def agreement(request: HttpRequest, pk: int) -> HttpResponse:
    """Verify a signed copy, or send it back with a reason."""
    found = get_object_or_404(Agreement, pk=pk)
    change, reason = _change(request, agreement=found), _reason(request)
    returned = _("Naskah dikembalikan; narahubung diberi tahu.")
    deeds: Deeds = {
        "verify": (lambda: actions.verify_agreement(**change), _("Naskah dinyatakan sah.")),
        "return": (lambda: actions.return_agreement(**change, reason=reason), returned),
    }
    show = partial(_agreements, request, found.code)
    return _decided(request, deeds, show) or redirect("console:agreements", found.code)


@require_http_methods(["GET", "POST"])
@require(ConsolePermission.DECIDE_APPLICATIONS)
def go_live(request: HttpRequest, pk: int) -> HttpResponse:
    """A request to go live: the facts as they are now, and the decision."""
    if request.method == "GET":
        return _go_live(request, pk)
    found = get_object_or_404(GoLiveRequest.objects.select_related("regency"), pk=pk)
    change, reason = _change(request, request=found), _reason(request)
    refused = _("Jawaban disimpan; administrator kabupaten membacanya.")
    deeds: Deeds = {
        "approve": (lambda: actions.approve_go_live(**change), _("%s mulai berlaku.") % found.regency.title),
        "refuse": (lambda: actions.refuse_go_live(**change, reason=reason), refused),
    }
    return _decided(request, deeds, partial(_go_live, request, pk)) or redirect("console:go_live", pk)


def _go_live(request: HttpRequest, pk: int, *, error: str = "", status: int = 200) -> HttpResponse:
    found = get_object_or_404(GoLiveRequest.objects.select_related("regency"), pk=pk)
    decide = [
        {"key": "approve", "label": _("Mulai berlaku"), "tone": "primary"},
        {"key": "refuse", "label": _("Belum"), "needs_reason": True, "tone": "danger",
         "reason_help": _("Dibaca administrator kabupaten. Tulis apa yang masih harus dibenahi.")},
    ]  # fmt: skip
    context = {
        "request_": found,
        "facts": _checks(facts.of(found.regency, timezone.now())),
        "decisions": [] if found.decision else decide,
        "error": error,
        "crumbs": [(_("Pengajuan"), "/console/applications/")],
    }
    return render(request, "applications/console/go_live.html", context, status=status)


def _checks(found: list[facts.Fact]) -> list[dict[str, str]]:
    return [{"label": fact.label, "state": "ok" if fact.holds else "failed", "note": fact.note} for fact in found]
