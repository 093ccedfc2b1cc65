"""What a citizen reads: what it is, what to bring, how it goes."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from modules.santunan_kematian import rules
from modules.santunan_kematian.queries.claims import programme_on
from modules.services import public as services
from tenants.accounts.access import public_page


@public_page
@require_safe
def about(request: HttpRequest) -> HttpResponse:
    """The benefit in plain words. Families file through their village."""
    programme = programme_on(timezone.localdate())
    version = services.current("santunan_kematian")
    context = {
        "crumbs": [(_("Layanan"), "/")],
        "programme": programme,
        "limit": rules.limit_text(programme.terms) if programme else "",
        "requirements": rules.requirements(programme.terms) if programme else [],
        "definition": version.definition if version else None,
    }
    return render(request, "santunan_kematian/about.html", context)
