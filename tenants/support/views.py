"""The regency's side of support: who asked, the answer, everything that was opened, and the door itself."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login, logout
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tenants.accounts.access import public_page, require, signed_in
from tenants.accounts.permissions import StaffPermission
from tenants.paging import newest_first
from tenants.ratelimit import limited
from tenants.support import actions, queries
from tenants.support.forms import ConsentForm
from tenants.support.models import Access
from tenants.support.permissions import label_of, reading

PAGE = 100


@require_GET
@require(StaffPermission.CONSENT_SUPPORT)
def accesses(request: HttpRequest) -> HttpResponse:
    """Who of the central team asked to look in, what was answered, and how it ended."""
    page = newest_first(request, queries.accesses(), PAGE)
    return render(request, "support/accesses.html", {**page.links, "rows": queries.rows(page.rows, timezone.now())})


@require_GET
@require(StaffPermission.CONSENT_SUPPORT)
def access(request: HttpRequest, access: int) -> HttpResponse:
    """One request: the answer to give, or everything that was opened under it."""
    return _show(request, get_object_or_404(Access, pk=access), ConsentForm())


@require_POST
@require(StaffPermission.CONSENT_SUPPORT)
def consent(request: HttpRequest, access: int) -> HttpResponse:
    """Let the operator in, from now on."""
    found = get_object_or_404(Access, pk=access)
    form = ConsentForm(request.POST)
    if not form.is_valid():
        return _show(request, found, form, status=400)
    return _answer(request, found, actions.consent, **form.cleaned_data)


@require_POST
@require(StaffPermission.CONSENT_SUPPORT)
def refusal(request: HttpRequest, access: int) -> HttpResponse:
    """Do not let the operator in."""
    reason = request.POST.get("reason", "").replace("\x00", "")
    return _answer(request, get_object_or_404(Access, pk=access), actions.refuse, reason=reason)


@require_POST
@require(StaffPermission.CONSENT_SUPPORT)
def revocation(request: HttpRequest, access: int) -> HttpResponse:
    """End an access at once."""
    return _answer(request, get_object_or_404(Access, pk=access), actions.revoke)


@never_cache
@public_page
@limited("post")
@require_http_methods(["GET", "POST"])
def entry(request: HttpRequest, token: str) -> HttpResponse:
    """The one-time link of an operator: what is about to be opened, and the button that opens it."""
    at = timezone.now()
    try:
        found = actions.find_link(token, at)
        if request.method == "POST":
            account = actions.enter(token=token, at=at)
            login(request, account, backend=settings.AUTHENTICATION_BACKENDS[0])
            request.session.set_expiry(found.ends_at)
            return redirect("/work/")
    except actions.NotLetIn as refused:
        return render(request, "support/closed.html", {"text": str(refused)}, status=404)
    return render(request, "support/entry.html", {"access": found})


@require_POST
@signed_in
def leaving(request: HttpRequest) -> HttpResponse:
    """The operator is done."""
    found: Access | None = getattr(request, "support_access", None)
    if found is None:
        raise Http404
    actions.leave(access=found, at=timezone.now())
    logout(request)
    return redirect("/")


def _answer(request: HttpRequest, found: Access, act: Callable[..., Access], **given: Any) -> HttpResponse:
    try:
        act(access=found, by=request.user, at=timezone.now(), **given)
        messages.success(request, _("Jawaban Anda berlaku sekarang."))
    except actions.SupportRefused as refused:
        messages.error(request, str(refused))
    return redirect("support:access", found.pk)


def _show(request: HttpRequest, found: Access, form: ConsentForm, status: int = 200) -> HttpResponse:
    page = newest_first(request, queries.pages(found), PAGE)
    context = {
        **page.links,
        "row": queries.row(found, timezone.now()),
        "access": found,
        "form": form,
        "reading": [label_of(name) for name in reading()],
        "further": [label_of(name) for name in found.permissions if name not in reading()],
        "entries": page.rows,
        "crumbs": [(_("Akses dukungan"), reverse("support:accesses"))],
    }
    return render(request, "support/access.html", context, status=status)
