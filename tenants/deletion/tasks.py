from celery import shared_task
from django.conf import settings
from django.core.mail import send_mail
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from tenants.accounts.models import User
from tenants.accounts.permissions import StaffPermission
from tenants.deletion.models import DeletionRequest
from tenants.schemas.context import in_public, in_regency


@shared_task(name="fleet.tell_deletion", autoretry_for=(OSError,), retry_backoff=True, max_retries=8)
def tell(request_id: int) -> int:
    """Tell the administrators of a regency what will be destroyed and when. Returns how many were told."""
    with in_public():
        request = DeletionRequest.objects.select_related("regency").filter(pk=request_id).first()
    if request is None or request.due_at is None or not request.is_open:
        return 0
    with in_regency(request.regency):
        held = User.objects.members().filter(
            is_active=True, grants__role__permissions__contains=[str(StaffPermission.MANAGE_STAFF)]
        )
        addresses = list(held.distinct().values_list("email", flat=True))
    with translation.override(settings.LANGUAGE_CODE):
        subject = _("Data %s akan dihapus") % request.regency.title
        body = render_to_string("deletion/mail/announced.txt", {"request": request, "regency": request.regency})
    for address in addresses:
        send_mail(subject, body, settings.DEFAULT_FROM_EMAIL, [address])
    return len(addresses)


@shared_task(name="fleet.delete_due")
def delete_due() -> int:
    """Nightly: destroy what has waited long enough. Returns how many regencies."""
    from tenants.deletion import actions  # actions enqueue the task above

    at = timezone.now()
    with in_public():
        due = list(
            DeletionRequest.objects.filter(cancelled_at=None, executed_at=None, due_at__lte=at).values_list(
                "pk", flat=True
            )
        )
    done = 0
    for pk in due:
        try:
            done += actions.execute(pk, at) is not None
        except actions.DeletionRefused:  # the digest says so every morning
            continue
    return done
