"""Mails to the office that is billed. They name the bill, never a person."""

from datetime import datetime

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

from tenants.addresses import site_url
from tenants.billing.documents import invoice_pdf
from tenants.billing.models import BillingProfile, Measure
from tenants.schemas.context import in_public


def send_reminder(*, measure_id: int, at: datetime) -> bool:
    """Mail a reminder with the bill attached; False when it was sent before, or the bill is settled meanwhile."""
    with in_public():
        measure = Measure.objects.select_related("invoice", "regency").filter(pk=measure_id, sent_at=None).first()
        if measure is None or measure.invoice.state != "issued":
            return False
        profile = BillingProfile.objects.get(regency=measure.regency)
        invoice = measure.invoice
        context = {
            "invoice": invoice,
            "institution": profile.institution,
            "issuer": invoice.snapshot["issuer"],
            "url": f"{site_url(measure.regency.host)}/work/settings/billing/{invoice.public_id}/",
        }
        with translation.override(settings.LANGUAGE_CODE):
            message = EmailMessage(
                _("Pengingat tagihan %s") % invoice.number,
                render_to_string("billing/mail/reminder.txt", context),
                settings.DEFAULT_FROM_EMAIL,
                [profile.email],
                reply_to=[invoice.snapshot["issuer"]["email"]],
            )
        message.attach(f"{invoice.number.replace('/', '-')}.pdf", invoice_pdf(invoice), "application/pdf")
        message.send()
        Measure.objects.filter(pk=measure.pk).update(sent_at=at)
        return True
