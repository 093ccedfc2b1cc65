"""What the administrators of a regency read of its bills where they begin their work."""

from typing import Any

from django import template
from django.template.context import Context
from django.utils import timezone

from tenants.accounts.permissions import StaffPermission
from tenants.billing.queries import open_bills
from tenants.billing.rules import central_day

register = template.Library()


@register.inclusion_tag("billing/staff/notice.html", takes_context=True)
def bills_notice(context: Context) -> dict[str, Any]:
    """Bills that wait for money, for who may see bills: late ones as a warning, with the last reminder."""
    user, regency = context["user"], context["regency"]
    if not user.has(StaffPermission.VIEW_BILLING):
        return {}
    bills = open_bills.get("all").get(regency.pk, ())
    day = central_day(timezone.now())
    late = tuple(bill for bill in bills if bill.due_on < day)
    shown = late or bills
    return {"bills": shown, "late": late, "first": shown[0] if shown else None}
