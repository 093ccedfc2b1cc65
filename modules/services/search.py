"""The search of the inbox: words become an address; the number of a person is answered here and stands in none."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from modules.services import inbox
from modules.services.permissions import ServicesPermission
from modules.services.public import cases_for, reach, without_closed_doors
from tenants.accounts.access import require
from tenants.people.searching import number_in, person_of

MOST = 50


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@require(ServicesPermission.VIEW)
def search(request: HttpRequest) -> HttpResponse:
    """The cases of the applicant with a NIK, whatever their state; words are searched for in the inbox."""
    words = request.POST.get("q", "")
    number = number_in(words)
    if words.strip() and not number:
        return redirect(reverse("services:inbox") + inbox.Chosen.of(request.POST).to())
    context = {
        "searched": bool(number),
        "rows": _rows(request, number) if number else [],
        "most": MOST,
        "crumbs": [(_("Kotak masuk"), reverse("services:inbox"))],
    }
    return render(request, "services/search.html", context)


def _rows(request: HttpRequest, number: str) -> list[inbox.Row]:
    seen = without_closed_doors(cases_for(request.user, reach(request.user)), request.regency)  # type: ignore[arg-type, attr-defined]
    found = seen.filter(nik_hash=person_of(number).nik).select_related("version", "service", "village")
    return [inbox.row_of(case, timezone.now()) for case in found.order_by("-pk")[:MOST]]
