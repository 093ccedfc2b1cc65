from celery import shared_task
from django.conf import settings
from django.core.mail import send_mail
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django_tenants.utils import get_public_schema_name

from tenants.accounts.models import Invitation, User
from tenants.addresses import current_site_url
from tenants.schemas.context import connection


@shared_task(autoretry_for=(OSError,), retry_backoff=True, max_retries=8)
def send_invitation(user_id: int, token: str) -> None:
    """Send the link that lets a new member choose a password; nothing when it was withdrawn or used meanwhile."""
    invitation = Invitation.objects.open().filter(user_id=user_id, token_hash=Invitation.hash(token)).first()
    if invitation is None:
        return
    with translation.override(settings.LANGUAGE_CODE):
        _send(
            invitation.user,
            _("Undangan masuk ke Rujukan"),
            "accounts/mail/invitation.txt",
            {"url": invitation_url(token), "expires_at": invitation.expires_at, "invitation": invitation},
        )


@shared_task(autoretry_for=(OSError,), retry_backoff=True, max_retries=8)
def send_notice(user_id: int, kind: str) -> None:
    """Tell a member that someone else changed how they sign in. `kind` names the text."""
    user = User.objects.filter(pk=user_id).first()
    if user is None:
        return
    with translation.override(settings.LANGUAGE_CODE):
        _send(user, _("Perubahan pada akun Anda"), f"accounts/mail/{kind}.txt", {})


def invitation_url(token: str) -> str:
    """The absolute address of an invitation on the current site."""
    public = connection.schema_name == get_public_schema_name()
    urlconf = settings.PUBLIC_SCHEMA_URLCONF if public else settings.ROOT_URLCONF
    return current_site_url() + reverse("accounts:invitation", args=[token], urlconf=urlconf)


def _send(user: User, subject: str, template: str, context: dict[str, object]) -> None:
    body = render_to_string(template, {"user": user, "site": current_site_url(), **context})
    send_mail(subject, body, settings.DEFAULT_FROM_EMAIL, [user.email])
