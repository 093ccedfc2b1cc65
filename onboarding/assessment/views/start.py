"""Before there is an assessment: what it is, starting one, finding one again, measuring the line."""

import secrets

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from onboarding.assessment.actions import assessments, links
from onboarding.assessment.actions.refusals import AssessmentRefused
from onboarding.assessment.forms.leading import EmailForm, StartForm
from onboarding.assessment.queries.editions import current, partners, recommended
from onboarding.assessment.views.access import ended, find, too_often
from tenants import regions
from tenants.accounts.access import public_page
from tenants.ratelimit import limited

HOUR = 3600
MOST_MEASURED = 4_000_000


@public_page
@limited("answer")
@require_http_methods(["GET", "POST"])
def start(request: HttpRequest) -> HttpResponse:
    """What the assessment is, and the form that begins one."""
    published = current()
    form = StartForm(request.POST or None, published=published, partners=partners(), initial=_suggested(request))
    status = 200
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        if too_often(request, "assessment", limit=12, seconds=HOUR, mail=data["contact_email"]):
            return render(request, "429.html", status=429)
        try:
            _assessment, token = assessments.open_assessment(
                regency_code=data["regency_code"],
                instruments=list(data["instruments"]),
                contact_email=data["contact_email"],
                contact_name=data["contact_name"],
                partner_code=data["partner_code"],
                at=timezone.now(),
            )
            messages.success(request, _("Tersimpan. Tautan untuk melanjutkan dikirim ke %s.") % data["contact_email"])
            return redirect("assessment:board", token)
        except AssessmentRefused as refused:
            form.add_error(refused.field, str(refused))
            status = 409
    elif request.method == "POST":
        status = 422
    return render(request, "assessment/start.html", {"form": form, "instruments": published}, status=status)


def _suggested(request: HttpRequest) -> dict[str, object]:
    code = request.GET.get("regency", "")
    return {
        "regency_code": code if any(code == info.code for info in regions.regencies()) else "",
        "instruments": recommended(),
    }


@public_page
@limited("answer")
@require_http_methods(["GET", "POST"])
def resume(request: HttpRequest) -> HttpResponse:
    """A lost link is mailed again. The answer does not say whether the address is known."""
    form = EmailForm(request.POST or None)
    sent = False
    if request.method == "POST" and form.is_valid():
        email = form.cleaned_data["email"]
        if too_often(request, "assessment-resume", limit=9, seconds=HOUR, mail=email):
            return render(request, "429.html", status=429)
        links.send_again(email=email, at=timezone.now())
        sent = True
    status = 422 if request.method == "POST" and not sent else 200
    return render(request, "assessment/resume.html", {"form": form, "sent": sent}, status=status)


@public_page
@limited("answer")
@require_POST
def renewal(request: HttpRequest, token: str) -> HttpResponse:
    """A link that ended sends its successor to its own address."""
    link = find(token)
    if too_often(request, "assessment-renewal", limit=9, seconds=HOUR):
        return render(request, "429.html", status=429)
    try:
        links.renew(link=link, at=timezone.now())
    except AssessmentRefused as refused:
        return ended(request, link, token, str(refused))
    return render(request, "assessment/resume.html", {"form": EmailForm(), "sent": True})


@public_page
@require_GET
def ping(request: HttpRequest) -> HttpResponse:
    """The smallest answer there is, for latency."""
    if too_often(request, "measure", limit=2_000, seconds=600):
        return HttpResponse(status=429)
    return HttpResponse(b".", content_type="text/plain", headers=_FRESH)


@public_page
@require_GET
def download(request: HttpRequest) -> HttpResponse:
    """So many bytes that nothing on the way can make smaller, for speed. A measurement takes at most a dozen."""
    if too_often(request, "measure-download", limit=240, seconds=600):
        return HttpResponse(status=429)
    asked = request.GET.get("bytes", "")
    size = min(int(asked), MOST_MEASURED) if asked.isdecimal() and len(asked) < 9 else 100_000
    return HttpResponse(secrets.token_bytes(size), content_type="application/octet-stream", headers=_FRESH)


_FRESH = {"Cache-Control": "no-store, no-transform", "X-Robots-Tag": "noindex"}
