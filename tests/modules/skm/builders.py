"""Answers of a village, and who makes reports of them."""

from datetime import date

from modules.services.models import Case
from modules.services.public import act
from modules.skm.actions import answer, make_report, ship_questionnaire
from modules.skm.models import Report, Response
from tenants.accounts.models import User
from tests.modules.services import builders
from tests.modules.services.builders import MONDAY

DAY = date(2026, 11, 23)
LEVEL = [3, 3, 4, 4, 3, 3, 4, 2, 3]


def answered(count: int = 1, points: list[int] | None = None, service: str = "surat_uji") -> list[Response]:
    """Answers about cases that nobody else has."""
    ship_questionnaire(by=None, at=MONDAY)
    begun = Response.objects.count()
    return [
        answer(
            case_pk=-1 - begun - number,
            service=service,
            unit=None,
            is_closed=True,
            points=points or LEVEL,
            at=MONDAY,
            day=DAY,
        )
        for number in range(count)
    ]


def finished(by: User) -> Case:
    """A case that `by` refused: over, so that it may be rated."""
    case = builders.filed().case
    return act(case=case, transition="refuse", by=by, at=MONDAY, reason="Tidak lengkap")


def report(by: User, count: int = 5) -> Report:
    answers = answered(count)
    return make_report(questionnaire=answers[0].questionnaire, first=DAY, last=DAY, by=by, at=MONDAY)
