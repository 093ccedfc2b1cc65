"""What the answers come to, and which reports are published."""

from collections import defaultdict
from datetime import date

from django.db import connection
from django.db.models import QuerySet

from modules.services.public import names_of
from modules.skm.models import Questionnaire, Report, Response
from modules.skm.rules import Outcome, outcome
from tenants.current import is_trial

# Points by service and element: ORDINALITY is the place in the questionnaire.
_SUMS = """
    SELECT response.service, element.place, count(*), sum(element.points)
      FROM skm_response response, unnest(response.points) WITH ORDINALITY AS element(points, place)
     WHERE response.questionnaire_id = %s AND response.answered_on BETWEEN %s AND %s AND response.is_rehearsal = %s
     GROUP BY 1, 2 ORDER BY 1, 2
"""


def current_questionnaire(on: date) -> Questionnaire | None:
    """The edition that is asked on a day."""
    return Questionnaire.objects.filter(valid_from__lte=on).order_by("-valid_from", "-pk").first()


def by_service(questionnaire: Questionnaire, first: date, last: date) -> dict[str, Outcome]:
    """Outcome by the key of each service that was answered about in a span of days. One query."""
    counts: dict[str, int] = {}
    sums: defaultdict[str, list[int]] = defaultdict(list)
    rehearsed = is_trial()  # asked in public: before the cursor of this regency is opened
    with connection.cursor() as cursor:
        cursor.execute(_SUMS, [questionnaire.pk, first, last, rehearsed])
        for service, _place, count, points in cursor.fetchall():
            counts[service] = count
            sums[service].append(points)
    return {key: outcome(questionnaire.questions, counts[key], sums[key]) for key in counts}


def together(questionnaire: Questionnaire, outcomes: list[Outcome]) -> Outcome:
    """Several outcomes as one: every answer weighs alike, whatever service it was about."""
    columns = zip(*(item.sums for item in outcomes), strict=True)
    return outcome(questionnaire.questions, sum(item.count for item in outcomes), [sum(column) for column in columns])


def named(outcomes: dict[str, Outcome]) -> list[tuple[str, Outcome]]:
    """Name of the service and outcome, the weakest first."""
    names = names_of(outcomes)
    rows = [(names.get(key, key), item) for key, item in outcomes.items()]
    return sorted(rows, key=lambda row: (row[1].index or 0, row[0]))


def suggestions(first: date, last: date, most: int = 50) -> QuerySet[Response]:
    """What people wrote, the newest first."""
    return (
        Response.objects.filter(answered_on__range=(first, last), is_rehearsal=is_trial())
        .exclude(suggestion="")
        .order_by("-answered_on", "-pk")[:most]
    )


def reports() -> QuerySet[Report]:
    """Reports of the regency's present life, the newest first."""
    return Report.objects.filter(is_rehearsal=is_trial()).select_related(
        "questionnaire", "computed_by", "validated_by", "published_by"
    )


def published() -> QuerySet[Report]:
    """What citizens may read."""
    return reports().filter(published_at__isnull=False)
