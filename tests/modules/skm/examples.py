"""A finished case and a report, for the walks over every address."""

from modules.services.models import Case
from modules.skm.actions import ship_questionnaire
from modules.skm.models import Report
from tenants.accounts.models import User
from tests.examples import parameter
from tests.modules.services.builders import MONDAY
from tests.modules.services.examples import filed_by, sealed
from tests.modules.skm import builders


@parameter("skm", "sealed")
def _sealed(user: User) -> str:
    ship_questionnaire(by=None, at=MONDAY)
    case = filed_by(user)
    Case.objects.filter(pk=case.pk).update(closed_at=MONDAY, outcome="done", turn_role="", due_at=None)
    return sealed("track", case.pk)


@parameter("skm", "report")
def _report(user: User) -> int:
    found = Report.objects.filter(computed_by=user).first() or builders.report(user)
    Report.objects.filter(pk=found.pk).update(id=900_000 + user.pk)
    return 900_000 + user.pk
