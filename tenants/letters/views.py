import hashlib
from contextlib import suppress

from allauth.account.adapter import get_adapter
from django.core.cache import cache
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from tenants.accounts.access import public_page
from tenants.files.serving import serve
from tenants.letters import verification
from tenants.letters.forms import CodeForm, ComparisonForm
from tenants.ratelimit import limited

WRONG_CODES = 30
"""How many unknown codes one address may ask for in a minute: a village office behind one address never does."""


@public_page
@require_safe
def lookup(request: HttpRequest) -> HttpResponse:
    """Where a code is typed in; a right one leads to the letter's own page."""
    form = CodeForm(request.GET if "code" in request.GET else None)
    if form.is_valid():
        return redirect("letters:verify", code=form.cleaned_data["code"])
    return render(request, "letters/lookup.html", {"form": form}, status=400 if form.is_bound else 200)


@public_page
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@limited("post")
def verify(request: HttpRequest, code: str) -> HttpResponse:
    """What is on record about a letter; a POST compares a file with it."""
    if _asks_too_often(request):
        return render(request, "letters/too_often.html", status=429)
    letter = verification.find(code)
    if letter is None:
        _count_wrong(request)
        form = CodeForm(initial={"code": code})
        return render(request, "letters/lookup.html", {"form": form, "unknown": True}, status=404)
    comparison = ComparisonForm(request.POST or None, request.FILES or None)
    context = {"letter": letter, "comparison": comparison}
    if request.method == "POST" and comparison.is_valid():
        context["is_same"] = verification.is_same_file(letter, _sha256(comparison.cleaned_data["file"]))
    return render(request, "letters/verify.html", context)


@public_page
@require_safe
def document(request: HttpRequest, code: str) -> HttpResponseBase:
    """The letter itself, where its contents are for everyone."""
    letter = verification.find(code)
    if letter is None or letter.attachment is None or not letter.is_public or not letter.is_valid:
        raise Http404
    return serve(letter.attachment, inline=True)


def _sha256(file: object) -> str:
    digest = hashlib.sha256()
    for chunk in file.chunks():  # type: ignore[attr-defined]
        digest.update(chunk)
    return digest.hexdigest()


def _key(request: HttpRequest) -> str:
    return f"letters:wrong:{get_adapter(request).get_client_ip(request)}"


def _asks_too_often(request: HttpRequest) -> bool:
    return int(cache.get(_key(request), 0)) >= WRONG_CODES


def _count_wrong(request: HttpRequest) -> None:
    cache.add(_key(request), 0, timeout=60)
    with suppress(ValueError):  # the minute ended in between
        cache.incr(_key(request))
