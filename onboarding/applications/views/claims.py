"""Two for one regency: told, joined or contested; and giving up."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from onboarding.applications import actions, queries
from onboarding.applications.forms import ContestForm
from onboarding.applications.views import find, show
from onboarding.applications.views.posted import posted
from tenants.accounts.access import public_page
from tenants.files.actions import FileRefused
from tenants.ratelimit import limited


@public_page
@limited("post")
@require_POST
def withdrawal(request: HttpRequest, token: str) -> HttpResponse:
    """Give up; the regency is free for others at once."""
    found = find(token)
    try:
        actions.withdraw(application=found, at=timezone.now())
    except actions.ApplicationRefused as refused:
        messages.error(request, str(refused))
        return redirect("apply:application", token)
    messages.success(request, _("Pengajuan dibatalkan dan data Anda dihapus."))
    return redirect("apply:places")


@public_page
@limited("post")
@require_POST
def claim(request: HttpRequest, token: str) -> HttpResponse:
    """Go on, now that the regency is free."""
    return _do(request, token, actions.take_up, _("Silakan lanjutkan: kabupaten ini sekarang Anda pegang."))


@public_page
@limited("post")
@require_POST
def join(request: HttpRequest, token: str) -> HttpResponse:
    """Ask to work on the application that is there."""
    return _do(request, token, actions.ask_to_join, _("Permintaan terkirim. Jawabannya datang lewat surel."))


@public_page
@limited("post")
@require_POST
def join_answer(request: HttpRequest, token: str, pk: int) -> HttpResponse:
    """Let a colleague in, or not."""
    if (answer := request.POST.get("answer")) not in ("accept", "decline"):
        messages.error(request, _("Pilih: terima rekan ini, atau tolak."))
        return show(request, find(token), token, status=422)
    accepted = answer == "accept"
    said = _("Rekan Anda sekarang bekerja pada pengajuan yang sama.") if accepted else _("Permintaan ditolak.")
    return _do(request, token, actions.answer_join, said, asked_id=pk, accepted=accepted)


@public_page
@limited("post")
@never_cache
@require_http_methods(["GET", "POST"])
def contest(request: HttpRequest, token: str) -> HttpResponse:
    """Why the first claim is not the government's, with a letter of assignment."""
    found = find(token)
    form = ContestForm(**posted(request, files=True))
    if request.method == "POST" and form.is_valid():
        try:
            actions.contest(application=found, **form.cleaned_data, at=timezone.now())
        except (actions.ApplicationRefused, FileRefused) as refused:
            form.add_error(None, str(refused))
        else:
            messages.success(request, _("Keberatan terkirim. Tim pusat membandingkan kedua surat tugas."))
            return redirect("apply:application", token)
    context = {"form": form, "application": found, "token": token, "holder": queries.holder_of(found.code)}
    return render(request, "applications/contest.html", context, status=422 if form.is_bound else 200)


def _do(request: HttpRequest, token: str, act: Callable[..., Any], said: str, **more: Any) -> HttpResponse:
    try:
        act(application=find(token), at=timezone.now(), **more)
        messages.success(request, said)
    except actions.ApplicationRefused as refused:
        messages.error(request, str(refused))
    return redirect("apply:application", token)
