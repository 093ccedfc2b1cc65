"""Papers of an application: what was handed in, what is to be signed, and the signed copies."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from onboarding.applications import actions, documents, queries
from onboarding.applications.forms import AgreementForm
from onboarding.applications.models import TONES, Agreement, Application, Paper
from onboarding.applications.views import find
from onboarding.applications.views.posted import posted
from tenants.accounts.access import public_page
from tenants.files.actions import FileRefused
from tenants.files.serving import serve
from tenants.ratelimit import limited

SIGNABLE = {
    Application.State.SUBMITTED, Application.State.RETURNED, Application.State.PROVISIONING, Application.State.TRIAL,
    Application.State.LIVE,
}  # fmt: skip


@public_page
@never_cache
@require_GET
def paper(request: HttpRequest, token: str, paper_uuid: str) -> HttpResponseBase:
    """A file of this application."""
    return serve(get_object_or_404(Paper, application=find(token), public_id=paper_uuid), inline=True)


@public_page
@never_cache
@require_GET
def document(request: HttpRequest, token: str, kind: str) -> HttpResponse:
    """An agreement as a PDF to print and sign."""
    return pdf_of(find(token), kind)


def pdf_of(application: Application, kind: str) -> HttpResponse:
    """The PDF of a kind of agreement; 404 for a kind that there is not."""
    if kind not in Agreement.Kind.values:
        raise Http404
    response = HttpResponse(documents.render(application, kind), content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{kind}-{application.number.lower()}.pdf"'
    response["Cache-Control"] = "private, no-store"
    return response


@public_page
@limited("post")
@never_cache
@require_http_methods(["GET", "POST"])
def agreements(request: HttpRequest, token: str) -> HttpResponse:
    """What is to be signed, and where the signed copies are handed in."""
    found = find(token)
    if found.state not in SIGNABLE:
        raise Http404
    form = AgreementForm(**posted(request, files=True), initial=suggested(found))
    status = 422 if form.is_bound else 200
    if request.method == "POST" and form.is_valid():
        try:
            actions.hand_in(code=found.code, **form.cleaned_data, application=found, by=None, at=timezone.now())
        except (actions.ApplicationRefused, FileRefused) as refused:
            form.add_error(None, str(refused))
            status = 409
        else:
            messages.success(request, _("Naskah terkirim. Tim pusat memeriksa tanda tangan dan isinya."))
            return redirect("apply:agreements", token)
    context = {
        "form": form,
        "application": found,
        "token": token,
        "rows": dressed(queries.agreements(found.code)),
        "kinds": Agreement.Kind.choices,
    }
    return render(request, "applications/agreements.html", context, status=status)


def suggested(found: Application) -> dict[str, Any]:
    """What a new copy probably says."""
    _starts, ends = documents.term(found)
    return {"signed_on": timezone.localdate(), "ends_on": ends, "contact_email": found.email}


def dressed(found: list[Agreement]) -> list[tuple[Agreement, str]]:
    """Agreements with the tone of their state."""
    return [(agreement, TONES.get(agreement.state, "")) for agreement in found]
