"""Signing up on the public site: choose the regency, prove the mailbox, come back by link."""

from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from onboarding import queries as runs
from onboarding.applications import actions, links, queries
from onboarding.applications.forms import BeginForm, LinkForm
from onboarding.applications.limits import too_often
from onboarding.applications.models import TONES, Application
from onboarding.applications.views.posted import posted
from onboarding.models import ProvisioningRun
from tenants import regions
from tenants.accounts.access import public_page
from tenants.addresses import site_url
from tenants.ratelimit import limited

State = Application.State


@public_page
@require_GET
def places(request: HttpRequest) -> HttpResponse:
    """The 514, to search or to look through by province; what is here or applied for is shown as such."""
    search = request.GET.get("q", "").replace("\x00", "")[:60]
    province = request.GET.get("province", "")[:2]
    found, total = queries.places(search, province)
    context = {
        "q": search,
        "province": province,
        "provinces": regions.provinces(),
        "places": found,
        "total": total,
        "all": len(regions.regencies()),
    }
    return render(request, "applications/places.html", context)


@public_page
@limited("post")
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Name and official mailbox; the link that goes on from here is in the mail."""
    chosen = queries.place(request.POST.get("code") or request.GET.get("code", ""))
    if chosen is None:
        return redirect("apply:places")
    form = BeginForm(**posted(request), initial={"code": chosen.info.code})
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            if too_often(request, form.cleaned_data["email"]):
                return render(request, "applications/too_often.html", status=429)
            try:
                begun = actions.begin(**form.cleaned_data, by=None, at=timezone.now())
            except actions.ApplicationRefused as refused:
                form.add_error(refused.field if refused.field == "email" else None, str(refused))
                status = 409 if isinstance(refused, actions.RegencyHere) else 422
            else:
                request.session["sent_to"] = begun.masked_email
                return redirect("apply:sent")
    context = {"form": form, "chosen": chosen, "holder": queries.holder_of(chosen.info.code)}
    return render(request, "applications/new.html", context, status=status)


@public_page
@never_cache
@require_GET
def sent(request: HttpRequest) -> HttpResponse:
    """Look into the mailbox."""
    context = {"to": request.session.get("sent_to", ""), "hours": settings.APPLICATION_LINK_HOURS}
    return render(request, "applications/sent.html", context)


@public_page
@limited("post")
@never_cache
@require_http_methods(["GET", "POST"])
def link(request: HttpRequest) -> HttpResponse:
    """The link once more, to the mailbox that began; whether there is one is not said."""
    form = LinkForm(**posted(request), initial={"code": request.GET.get("code", "")[:5]})
    if request.method == "POST" and form.is_valid():
        if too_often(request, form.cleaned_data["email"]):
            return render(request, "applications/too_often.html", status=429)
        actions.resume(**form.cleaned_data, at=timezone.now())
        request.session["sent_to"] = form.cleaned_data["email"]
        return redirect("apply:sent")
    return render(request, "applications/link.html", {"form": form}, status=422 if form.is_bound else 200)


@public_page
@limited("post")
@never_cache
@require_http_methods(["GET", "POST"])
def verification(request: HttpRequest, token: str) -> HttpResponse:
    """The mailbox is proven by a click on the page, not by opening the link: scanners of mail open links too."""
    try:
        if request.method == "POST":
            proven = actions.verify(token=token, at=timezone.now())
            return redirect("apply:application", links.key_of(proven))
        found = actions.find_verification(token=token, at=timezone.now())
    except actions.ApplicationRefused as refused:
        context = {"form": LinkForm(), "problem": str(refused)}
        status = 404 if isinstance(refused, actions.LinkInvalid) else 409  # used and never sent look the same
        return render(request, "applications/link.html", context, status=status)
    return render(request, "applications/verification.html", {"application": found})


@public_page
@never_cache
@require_GET
def application(request: HttpRequest, token: str) -> HttpResponse:
    """Where the application stands, and what is the officer's to do now."""
    return show(request, find(token), token)


def show(request: HttpRequest, found: Application, token: str, *, status: int = 200) -> HttpResponse:
    """The page of an application in its state."""
    return render(request, f"applications/{_page(found)}.html", overview(found, token), status=status)


@public_page
@never_cache
@require_GET
def progress(request: HttpRequest, token: str) -> HttpResponse:
    """The part of the page that moves while the regency is made."""
    found = find(token)
    if found.state != State.PROVISIONING:
        return HttpResponse(headers={"HX-Refresh": "true"})
    return render(request, "components/live.html", live(found, token))


def find(token: str) -> Application:
    """The application that a key opens, or 404."""
    found = queries.find(token)
    if found is None:
        raise Http404
    return found


def overview(found: Application, token: str) -> dict[str, Any]:
    """What every page of an application shows."""
    gaps = dict(queries.missing(found))
    holder = queries.holder_of(found.code)
    context: dict[str, Any] = {
        "application": found,
        "token": token,
        "tone": TONES.get(found.state, ""),
        "steps": _steps(found),
        "parts": [
            {"key": key, "label": label, "url": f"apply:{key}", "state": "todo" if key in gaps else "ok", "note": note}
            for key, label, note in _parts(found)
        ],
        "gaps": gaps,
        "events": [
            {"label": event.get_state_display(), "reason": event.reason, "at": event.at, "by": event.by_name}
            for event in found.events.order_by("-pk")
        ],
        "holder": holder if holder and holder.pk != found.pk else None,
        "joining": found.join_requests.filter(answered_at=None).select_related("colleague"),
        "asked": found.asked_to_join.order_by("-pk").first(),
        "agreements": queries.agreements(found.code) if found.holds else [],
        "base_domain": settings.BASE_DOMAIN,
        "host": f"{found.subdomain}.{settings.BASE_DOMAIN}",
        "url": site_url(f"{found.subdomain}.{settings.BASE_DOMAIN}"),
    }
    return {**context, **(live(found, token) if found.state == State.PROVISIONING else {})}


def live(found: Application, token: str) -> dict[str, Any]:
    """What components/live.html shows of the run."""
    assert found.run is not None
    moving = runs.progress(found.run)
    states = {"pending": "waiting"}
    failed = found.run.state == ProvisioningRun.State.FAILED
    current = next((step for step in moving.steps if step.state != "done"), None)
    sentence = (
        _("Terhenti. Tim pusat sudah mendapat pemberitahuan dan akan melanjutkannya.")
        if failed
        else str(current.label)
        if current
        else _("Selesai")
    )
    return {
        "live_url": f"/apply/{token}/progress/",
        "url": f"/apply/{token}/progress/",
        "percent": moving.percent,
        "failed": failed,
        "done": found.run.state == ProvisioningRun.State.DONE,
        "sentence": sentence,
        "steps": [
            {"label": step.label, "note": step.detail, "state": states.get(step.state, step.state)}
            for step in moving.steps
        ],
    }


_PAGES = {
    State.WAITING: "waiting",
    State.CONTESTED: "waiting",
    State.EMAIL_VERIFIED: "filling",
    State.RETURNED: "filling",
}


def _page(found: Application) -> str:
    return _PAGES.get(State(found.state), "following")


def _steps(found: Application) -> list[dict[str, str]]:
    order = [
        (_("Surel terbukti"), {State.WAITING, State.CONTESTED, State.DRAFT}),
        (_("Isian lengkap"), {State.EMAIL_VERIFIED, State.RETURNED}),
        (_("Diperiksa tim pusat"), {State.SUBMITTED, State.APPROVED}),
        (_("Disiapkan"), {State.PROVISIONING}),
        (_("Uji coba"), {State.TRIAL}),
        (_("Mulai"), {State.LIVE}),
    ]
    if found.state in (State.REFUSED, State.WITHDRAWN, State.EXPIRED):
        return []
    place = next((number for number, (_label, states) in enumerate(order) if found.state in states), 0)
    if found.state == State.LIVE:
        place = len(order)
    return [
        {"label": label, "state": "done" if number < place else "current" if number == place else ""}
        for number, (label, _states) in enumerate(order)
    ]


def _parts(found: Application) -> list[tuple[str, str, str]]:
    letter = queries.newest_paper(found)
    names = ", ".join(queries.name_of(key) for key in found.modules)
    return [
        ("officer", _("Penanggung jawab"), f"{found.officer_name}, {found.position}".strip(", ")),
        ("letter", _("Surat tugas"), letter.original_name if letter else ""),
        ("address", _("Alamat situs"), f"{found.subdomain}.{settings.BASE_DOMAIN}" if found.subdomain else ""),
        ("modules", _("Modul dan layanan"), names),
        ("administrators", _("Administrator pertama"), ", ".join(person["name"] for person in found.administrators)),
        ("terms", _("Kerja sama"), found.terms.get("signatory", "")),
    ]
