"""What the page of a regency's staff and that of the central team's operators do alike with a filled-in invitation."""

from django import forms
from django.contrib import messages
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from tenants.accounts import actions
from tenants.accounts.models import User


def sent_invitation(request: HttpRequest, form: forms.Form) -> User | None:
    """Invite whom the valid form names and say so; None when refused, with the reason beside its field."""
    try:
        user, _token = actions.invite(**form.cleaned_data, by=request.user, at=timezone.now())  # type: ignore[arg-type]
    except actions.AccountRefused as refused:
        form.add_error("email" if isinstance(refused, actions.AlreadyMember) else "roles", str(refused))
        return None
    messages.success(request, _("Undangan dikirim kepada %s.") % user.email)
    return user
