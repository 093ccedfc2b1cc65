"""Applications, agreements and requests to go live, for operators."""

from collections.abc import Callable
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
from tenants.permissions import ConsolePermission

PAGE = 30
DECISIONS: dict[str, Callable[..., Any]] = {
    "approve": actions.approve,
    "refuse": actions.refuse,
    "return": actions.give_back,
}


@require_GET
@require(ConsolePermission.VIEW)
def applications(request: HttpRequest) -> HttpResponse:
    """Newest first; those to decide are one click away."""
    state = request.GET.get("state", "")
    state = state if state in Application.State.values else ""
    search = request.GET.get("q", "").replace("\x00", "")[:60]
    before = request.GET.get("before", "")
    found = list(
        queries.listed(state, search, int(before) if before.isdecimal() and len(before) < 18 else None)[: PAGE + 1]
    )
    kept = {name: value for name, value in (("state", state), ("q", search)) if value}
    more = {**kept, "before": found[PAGE - 1].pk} if len(found) > PAGE else {}
    states = ("", "submitted", "contested", "returned", "provisioning", "trial", "live", "refused", "draft")
    labels = dict(Application.State.choices)
    context = {
        "rows": [(item, TONES.get(item.state, "")) for item in found[:PAGE]],
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
        "next_url": f"?{urlencode(more)}" if more else "",
        "first_url": f"?{urlencode(kept)}" if before else "",
    }  # fmt: skip
    return render(request, "applications/console/applications.html", context)


@require_GET
@require(ConsolePermission.VIEW)
def application(request: HttpRequest, pk: int) -> HttpResponse:
    """Everything on one application, and the decision."""
    return _show(request, get_object_or_404(Application.objects.select_related("run"), pk=pk))


def _show(request: HttpRequest, found: Application, *, error: str = "", status: int = 200) -> HttpResponse:
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
    found = get_object_or_404(Application, pk=pk)
    what = request.POST.get("transition", "")
    if what not in DECISIONS:
        return _show(request, found, error=_("Pilih salah satu keputusan."), status=422)
    extra = {} if what == "approve" else {"reason": request.POST.get("reason", "")}
    return _decide(request, found, DECISIONS[what], **extra)


@require_POST
@require(ConsolePermission.DECIDE_APPLICATIONS)
def settlement(request: HttpRequest, pk: int) -> HttpResponse:
    """Decide a contest: who was first keeps the regency, or gives way."""
    found = get_object_or_404(Application, pk=pk)
    gives_way = request.POST.get("transition") == "gives_way"
    return _decide(request, found, actions.settle, gives_way=gives_way, reason=request.POST.get("reason", ""))


def _decide(request: HttpRequest, found: Application, act: Callable[..., Any], **more: Any) -> HttpResponse:
    try:
        act(application=found, by=request.user, at=timezone.now(), **more)
    except actions.ApplicationRefused as refused:
        found.refresh_from_db()
        status = 422 if isinstance(refused, actions.ReasonMissing) else 409
        return _show(request, found, error=str(refused), status=status)
    messages.success(request, _("Keputusan disimpan dan pemohon diberi tahu."))
    return redirect("console:application", found.pk)


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
    regency = _place(code)
    form = AgreementForm(request.POST or None, request.FILES or None)
    status = 422 if form.is_bound else 200
    if request.method == "POST" and form.is_valid():
        try:
            actions.hand_in(
                code=code, **form.cleaned_data, application=None, by=request.user, at=timezone.now()  # type: ignore[arg-type]
            )  # fmt: skip
            messages.success(request, _("Naskah disimpan. Periksa, lalu nyatakan sah."))
            return redirect("console:agreements", code)
        except (actions.ApplicationRefused, FileRefused) as refused:
            form.add_error(None, str(refused))
            status = 409
    context = {
        "regency": None,
        "object": regency,
        "form": form,
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
    change: dict[str, Any] = {"agreement": found, "by": request.user, "at": timezone.now()}
    try:
        if request.POST.get("transition") == "verify":
            actions.verify_agreement(**change)
            messages.success(request, _("Naskah dinyatakan sah."))
        else:
            actions.return_agreement(**change, reason=request.POST.get("reason", ""))
            messages.success(request, _("Naskah dikembalikan; narahubung diberi tahu."))
    except actions.ApplicationRefused as refused:
        messages.error(request, str(refused))
    return redirect("console:agreements", found.code)


@require_http_methods(["GET", "POST"])
@require(ConsolePermission.DECIDE_APPLICATIONS)
def go_live(request: HttpRequest, pk: int) -> HttpResponse:
    """A request to go live: the facts as they are now, and the decision."""
    found = get_object_or_404(GoLiveRequest.objects.select_related("regency"), pk=pk)
    error, status = "", 200
    if request.method == "POST":
        change: dict[str, Any] = {"request": found, "by": request.user, "at": timezone.now()}
        try:
            if request.POST.get("transition") == "approve":
                actions.approve_go_live(**change)
                messages.success(request, _("%s mulai berlaku.") % found.regency.title)
            else:
                actions.refuse_go_live(**change, reason=request.POST.get("reason", ""))
                messages.success(request, _("Jawaban disimpan; administrator kabupaten membacanya."))
            return redirect("console:go_live", pk)
        except actions.ApplicationRefused as refused:
            error, status = str(refused), 422 if isinstance(refused, actions.ReasonMissing) else 409
            found.refresh_from_db()
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
