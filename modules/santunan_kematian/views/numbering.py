"""How the numbers of the module's papers are written."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from modules.santunan_kematian.actions import numbers as actions
from modules.santunan_kematian.actions.errors import Refused
from modules.santunan_kematian.forms import NumberForm
from modules.santunan_kematian.permissions import SantunanPermission as P
from tenants.accounts.access import require
from tenants.letters.numbering import KEYS


@require_http_methods(["GET", "HEAD", "POST"])
@require(P.CONFIGURE)
def numbers(request: HttpRequest) -> HttpResponse:
    """The patterns with the next number of each; a POST changes one."""
    form = NumberForm(request.POST) if request.method == "POST" else None
    if form is not None and form.is_valid():
        try:
            actions.set_pattern(by=request.user, at=timezone.now(), **form.cleaned_data)
            messages.success(request, _("Pola nomor disimpan."))
            return redirect("santunan_kematian:numbers")
        except Refused as refusal:
            form.add_error("pattern", str(refusal))
    context = {
        "rows": [_row(found, form) for found in actions.patterns(at=timezone.now())],
        "keys": KEYS.items(),
        "crumbs": [
            (_("Santunan kematian"), reverse("santunan_kematian:claims")),
            (_("Program"), reverse("santunan_kematian:programme")),
        ],
    }
    return render(request, "santunan_kematian/numbers.html", context, status=422 if form and form.errors else 200)


def _row(found: actions.Pattern, sent: NumberForm | None) -> dict[str, Any]:
    initial = {"kind": found.kind, "pattern": found.pattern, "classification": found.classification}
    is_sent = sent is not None and sent.data.get("kind") == found.kind
    form = sent if is_sent and sent else NumberForm(initial=initial, auto_id=f"id_{found.kind}_%s")
    return {"found": found, "form": form, "next": "" if is_sent else found.next}


@require_http_methods(["POST"])
@require(P.CONFIGURE)
def preview(request: HttpRequest) -> HttpResponse:
    """How the next number would read: a fragment, while the pattern is being written."""
    form, context = NumberForm(request.POST), {"next": "", "problem": ""}
    if form.is_valid():
        try:
            context["next"] = actions.preview(at=timezone.now(), **form.cleaned_data)
        except Refused as refusal:
            context["problem"] = str(refusal)
    else:
        context["problem"] = " ".join(str(error) for errors in form.errors.values() for error in errors)
    return render(request, "santunan_kematian/numbers.html#preview", context)
