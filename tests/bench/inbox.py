"""What a page of the inbox costs in a regency with 10,000 cases, beside the raw SQL of the same page."""

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from modules.services import inbox
from modules.services.queries import reach, versions
from tenants.models import Regency
from tenants.schemas.context import in_schema
from tests.bench.ground import BATANG, CASES, ground, officer, session_cookie
from tests.bench.row import Row, side_by_side

LIST = """
SELECT c.id, c.number, c.applicant_name, c.title, c.state, c.outcome, c.due_at, c.paused_at, c.filed_at, c.closed_at,
       c.amount, c.version_id, s.name, v.kind, v.name
  FROM services_case c
  JOIN services_service s ON s.id = c.service_id
  LEFT JOIN organisation_village v ON v.id = c.village_id
 WHERE c.closed_at IS NULL AND c.turn_role = ANY(%(roles)s) AND c.turn_scope = 'regency'
   AND (c.version_id = ANY(%(versions)s) OR c.filed_by_id = %(user)s)
 ORDER BY c.due_at, c.id
 LIMIT %(limit)s
"""
COUNTS = """
SELECT count(*) FILTER (WHERE turn_role = ANY(%(roles)s) AND turn_scope = 'regency'), count(*),
       count(*) FILTER (WHERE due_at < %(now)s), count(*) FILTER (WHERE due_at >= %(now)s AND due_at < %(tomorrow)s),
       count(*) FILTER (WHERE paused_at IS NOT NULL)
  FROM services_case
 WHERE closed_at IS NULL AND (version_id = ANY(%(versions)s) OR filed_by_id = %(user)s)
"""
MOST_QUERIES = 6


def rows() -> list[Row]:
    """The list with the numbers above it, and the whole page as a browser gets it."""
    ground()
    return [_list(), _page()]


def _list() -> Row:
    with in_schema(BATANG):
        regency, user, now = Regency(schema_name=BATANG), officer(), timezone.now()
        found, chosen, raw = reach(user), inbox.Chosen(), _raw(user.pk, now)

        def ours() -> inbox.Page:
            return inbox.page(user, found, chosen, regency, now)

        _refuse_difference(ours(), raw())
        mine, theirs, ratio = side_by_side(ours, raw, times=40)
    measure = f"list of {CASES:,} cases: {inbox.PAGE} rows and the counts"
    against = "the same two queries by hand, in psycopg"
    return Row(measure, f"{mine:.1f} ms", against, f"{theirs:.1f} ms", f"x{1 / ratio:.2f}", "-", True)


def _raw(user: int, now: datetime) -> Any:
    found = reach(officer())
    parameters = {
        "roles": list(found.roles),
        "versions": [pk for pk, version in versions.get(BATANG).items() if version.roles & found.roles],
        "user": user,
        "now": now,
        "tomorrow": timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1),
        "limit": inbox.PAGE + 1,
    }

    def run() -> tuple[list[Any], Any]:
        with connection.cursor() as cursor:
            cursor.execute(LIST, parameters)
            lines = cursor.fetchall()
            cursor.execute(COUNTS, parameters)
            return lines, cursor.fetchone()

    return run


def _refuse_difference(page: inbox.Page, raw: tuple[list[Any], Any]) -> None:
    """Raise RuntimeError when the two would not answer the same question."""
    lines, counts = raw
    numbers = [line[1] for line in lines[: inbox.PAGE]]
    if [row.number for row in page.rows] != numbers or tuple(page.counts.values()) != tuple(counts):
        raise RuntimeError("the raw SQL is not that of the page")


def _page() -> Row:
    client = Client(headers={"host": f"{BATANG}.{settings.BASE_DOMAIN}", "cookie": session_cookie(BATANG)})
    with in_schema(BATANG):
        raw = _raw(officer().pk, timezone.now())

    def ours() -> None:
        answer = client.get("/work/")
        if answer.status_code != 200:
            raise RuntimeError(f"the inbox answered {answer.status_code}")

    def theirs() -> None:
        with in_schema(BATANG):
            raw()

    ours()
    with CaptureQueriesContext(connection) as asked:
        ours()
    queries = len(asked)  # now: the next request empties the log
    mine, other, ratio = side_by_side(ours, theirs, times=40)
    return Row(
        f"page of a list of {CASES:,} cases, {queries} queries",
        f"{mine:.1f} ms",
        "the raw SQL of the same page",
        f"{other:.1f} ms",
        f"x{1 / ratio:.2f}",
        f"at most {MOST_QUERIES} queries",
        queries <= MOST_QUERIES,
    )
