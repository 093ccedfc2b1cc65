"""The pages of an account that need no account yet."""

from django.conf import settings
from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from tenants.accounts import actions
from tenants.accounts.access import public_page
from tenants.accounts.forms import PasswordForm
from tenants.ratelimit import limited

_STATUS = {"unknown": 404, "used": 410, "expired": 410}


@public_page
@never_cache
@sensitive_post_parameters()
@limited("post")
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """Who opens the link from their mailbox chooses a password and is signed in."""
    try:
        found = actions.find_invitation(token, timezone.now())
        form = PasswordForm(found.user, request.POST or None)
        if request.method == "POST" and form.is_valid():
            user = actions.accept_invitation(token=token, password=form.cleaned_data["password"], at=timezone.now())
            login(request, user, backend=settings.AUTHENTICATION_BACKENDS[0])
            return redirect("/work/" if getattr(request, "regency", None) else "/console/")
    except actions.InvitationInvalid as invalid:
        return render(
            request, "accounts/invitation_invalid.html", {"reason": invalid.reason}, status=_STATUS[invalid.reason]
        )
    return render(request, "accounts/invitation.html", {"form": form, "invited": found.user})
