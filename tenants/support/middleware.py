"""A support account is watched: each request is on record before it is answered, and only pages leave."""

from collections.abc import Callable

from django.conf import settings
from django.contrib.auth import logout
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from tenants.accounts.models import User
from tenants.support.actions import NotLetIn, open_page
from tenants.support.models import Access
from tenants.support.permissions import reading

_SAFE = ("GET", "HEAD", "OPTIONS")
_LEAVING = ("/account/logout/", "/support/leaving/")


class SupportMiddleware:
    """Asks the regency's own record at each request whether the operator is still let in."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        account = _support_account(request)
        if account is None:
            return self.get_response(request)
        try:
            access = open_page(account=account, method=request.method or "", path=request.path, at=timezone.now())
        except NotLetIn as refused:
            logout(request)
            return render(request, "support/closed.html", {"text": str(refused)}, status=403)
        account.permissions = frozenset(access.permissions)
        request.support_access = access  # type: ignore[attr-defined]
        if text := _forbidden(request, access):
            return render(request, "support/closed.html", {"text": text, "inside": True}, status=403)
        return self._only_pages(request, self.get_response(request))

    @staticmethod
    def _only_pages(request: HttpRequest, response: HttpResponse) -> HttpResponse:
        """Files stay: letters, scans and sheets may show what the pages mask."""
        if response.status_code >= 300 or response.get("Content-Type", "").startswith("text/html"):
            response["Cache-Control"] = "no-store"
            return response
        # Not response.close(): that says the request is over, and gives the connection back.
        for close in response._resource_closers:  # type: ignore[attr-defined]
            close()
        text = _("Berkas, surat, dan lembar kerja tidak dibuka bagi akses dukungan.")
        return render(request, "support/closed.html", {"text": text, "inside": True}, status=403)


def _support_account(request: HttpRequest) -> User | None:
    if settings.SESSION_COOKIE_NAME not in request.COOKIES or not getattr(request, "regency", None):
        return None
    user = request.user
    return user if isinstance(user, User) and user.is_support else None


def _forbidden(request: HttpRequest, access: Access) -> str:
    if request.path in _LEAVING:
        return ""
    if request.path.startswith("/account/"):
        raise Http404
    if request.method not in _SAFE and set(access.permissions) <= set(reading()):
        return _("Akses dukungan ini hanya untuk membaca; kabupaten tidak mengizinkan perubahan.")
    return ""
