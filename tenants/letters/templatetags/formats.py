"""Money, dates and personal numbers in templates: `{% load formats %}`.

    {{ claim.amount|rupiah }}        Rp 1.234.567,00        {{ claim.amount|rupiah:"short" }}   Rp 1.000.000
    {{ claim.amount|rupiah_cell }}   1.234.567,00           {{ 12|terbilang }}                   dua belas
    {{ claim.death_date|tanggal }}   12 Oktober 2017        {{ day|tanggal:"weekday" }}          Kamis, 12 Oktober 2017
    {{ claim.filed_at|tanggal_pukul }}   12 Oktober 2017 pukul 09.30 WITA
    {{ days_left|relative_days }}    2 hari lagi            {{ claim.nik|mask_nik }}             3325************

Months are Indonesian on Indonesian pages and follow the language of others; moments are on the regency's clock.
"""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django import template
from django.utils import formats as django_formats
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from tenants.letters.numbering import zone
from tenants.people import formats, masking

register = template.Library()
register.filter(masking.mask_nik)
register.filter(masking.mask_name)
register.filter(masking.mask_tail)


@register.filter
def rupiah(amount: Decimal | int | None, style: str = "") -> str:
    return "" if amount is None else formats.rupiah(amount, short=style == "short")


@register.filter
def rupiah_cell(amount: Decimal | int | None, style: str = "") -> str:
    return "" if amount is None else formats.rupiah_cell(amount, short=style == "short")


@register.filter
def terbilang(number: Decimal | int | None) -> str:
    return "" if number is None else formats.terbilang(number)


@register.filter
def ukuran(size: int | None) -> str:
    return "" if size is None else formats.ukuran(size)


@register.filter
def tanggal(value: date | datetime | None, style: str = "") -> str:
    if not value:
        return ""
    day = _day(value)
    if (get_language() or "id").startswith("id"):
        return formats.tanggal(day, weekday=style == "weekday")
    return django_formats.date_format(day, "l, j F Y" if style == "weekday" else "j F Y", use_l10n=False)


@register.filter
def pukul(moment: datetime | None) -> str:
    return formats.pukul(moment, zone().key) if moment else ""


@register.filter
def tanggal_pukul(moment: datetime | None) -> str:
    if not moment:
        return ""
    return _("%(day)s pukul %(time)s") % {"day": tanggal(moment), "time": pukul(moment)}


@register.filter
def relative_days(value: Any) -> str:
    """A number of days, or the date of a term counted from today."""
    if value in (None, ""):
        return ""
    if isinstance(value, date):
        return formats.relative_days((_day(value) - timezone.now().astimezone(zone()).date()).days)
    return formats.relative_days(int(value))


def _day(value: date | datetime) -> date:
    return value.astimezone(zone()).date() if isinstance(value, datetime) else value
