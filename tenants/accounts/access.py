"""Who may see a page. Access is closed by default; a view names its permission or says that it is public."""

from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Any, TypeVar

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

if TYPE_CHECKING:
    from rest_framework.views import APIView

View = TypeVar("View", bound=Callable[..., HttpResponseBase])


def require(permission: str) -> Callable[[View], View]:
    """The view is for signed-in users with `permission`; to anyone else it does not exist (404)."""

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not request.user.has(permission):  # type: ignore[union-attr]
                raise Http404
            return view(request, *args, **kwargs)

        guarded.permission = str(permission)  # type: ignore[attr-defined]
        return guarded  # type: ignore[return-value]

    return decorate


def signed_in(view: View) -> View:
    """The view is for every signed-in user (their own profile, the menu's home)."""
    view.permission = "signed_in"  # type: ignore[attr-defined]
    return view


def public_page(view: View) -> View:
    """The view is for everyone, signed in or not."""
    view.permission = "public"  # type: ignore[attr-defined]
    return login_not_required(view)


def named_permission(view: "APIView", method: str) -> str | None:
    """What an API view names for a method: a permission, `public`, `signed_in`, or nothing."""
    named = getattr(view, "permissions", {}).get(method) or getattr(view, "permission", None)
    return named and str(named)


class HasPermission(BasePermission):
    """An API view names `permission` (or `permissions` by HTTP method); without one it is closed to all."""

    def has_permission(self, request: Request, view: "APIView") -> bool:
        if not hasattr(view, str(request.method).lower()):
            return True  # to be answered with 405
        wanted = named_permission(view, str(request.method))
        if wanted == "public":
            return True
        if not wanted or not getattr(request.user, "is_authenticated", False):
            return False
        if wanted != "signed_in" and not request.user.has(wanted):  # type: ignore[union-attr]
            raise Http404
        return True
