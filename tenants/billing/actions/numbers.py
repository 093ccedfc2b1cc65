"""Numbers of invoices, quotations and credit notes: one after the other in each year, none twice, none left out.

Letters number in the schema of a regency; these belong to the central team and count in public.
"""

from datetime import date

from django.conf import settings
from django.db import connection

from tenants.billing.models import NumberSeries
from tenants.people.formats import ROMAN_MONTHS


def take_number(series: str, day: date) -> str:
    """The next number of "invoice", "quotation" or "credit" in the year of `day`.

    Belongs to the caller's transaction: the series stays locked until it ends, and when it fails the number was
    never taken. So take it last. RuntimeError outside a transaction.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("a number taken outside a transaction would leave a gap when the document fails")
    return str(
        settings.BILLING_NUMBERS[series].format(
            nomor=_count(series, day.year), tahun=day.year, bulan_romawi=ROMAN_MONTHS[day.month - 1]
        )
    )


def _count(series: str, year: int) -> int:
    """One statement: create, lock and count."""
    table = connection.ops.quote_name(NumberSeries._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} AS series (key, year, next) VALUES (%s, %s, 2)"
            " ON CONFLICT (key, year) DO UPDATE SET next = series.next + 1 RETURNING next - 1",
            [series, year],
        )
        return int(cursor.fetchone()[0])
