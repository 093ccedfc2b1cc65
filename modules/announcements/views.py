"""A reader of a regency puts an announcement away."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from modules.announcements.queries import shown
from tenants.accounts.access import signed_in
from tenants.support import queries
from tenants.support.actions import dismiss


@require_POST
@signed_in
def dismissal(request: HttpRequest, announcement: int) -> HttpResponse:
    """Show it to this person no longer."""
    at = timezone.now()
    if announcement not in [item.pk for item in shown(request.regency, at)]:  # type: ignore[attr-defined]
        raise Http404
    dismiss(announcement_id=announcement, by=request.user, at=at)  # type: ignore[arg-type]
    request.session[queries.DISMISSED] = [*queries.dismissed(request), announcement]
    if getattr(request, "htmx", False):
        return HttpResponse()
    back = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(back, {request.get_host()}, require_https=request.is_secure())
    return redirect(back if safe else "/work/")
