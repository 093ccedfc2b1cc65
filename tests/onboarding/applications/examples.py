"""Applications of Kendal at the step that each page is for, their papers, and what operators decide."""

from collections.abc import Callable

from django.utils import timezone

from onboarding.applications import actions, links
from onboarding.applications.models import Agreement, Application, GoLiveRequest, JoinRequest, Paper
from tenants.accounts.models import User
from tenants.models import Regency
from tests.examples import parameter
from tests.onboarding.applications import builders

BATANG = "33.25"
MAKERS: dict[str, Callable[[User], Application]] = {
    "draft": lambda user: builders.begun(),
    "email_verified": lambda user: builders.filled(),
    "waiting": lambda user: builders.waiting(),
    "contested": lambda user: builders.contested(),
    "submitted": lambda user: builders.submitted(),
    "provisioning": builders.approved,
}
FOR_STATE = {
    "apply:progress": "provisioning",
    "apply:claim": "waiting",
    "apply:join": "waiting",
    "apply:contest": "waiting",
    "apply:paper": "submitted",
    "apply:document": "submitted",
    "apply:agreements": "submitted",
}
"""Pages of an application that are for another step than filling it in."""


def application(state: str, user: User) -> Application:
    """The application in this state, made when it is first asked for."""
    return Application.objects.filter(code=builders.KENDAL, state=state).first() or MAKERS[state](user)


def _key(state: str) -> Callable[[User], str]:
    return lambda user: links.key_of(application(state, user))


def _pk(state: str) -> Callable[[User], int]:
    return lambda user: application(state, user).pk


parameter("apply", "token")(_key("email_verified"))
parameter("onboarding", "key")(_key("email_verified"))
for name, state in FOR_STATE.items():
    parameter(name, "token")(_key(state))
for name in (
    "console:application", "console:decision", "console:document", "console-api:application",
    "console-api:application_decision",
):  # fmt: skip
    parameter(name, "pk")(_pk("submitted"))
for name in ("console:settlement", "console-api:application_settlement"):
    parameter(name, "pk")(_pk("contested"))


@parameter("apply:verification", "token")
def verification(user: User) -> str:
    draft = application("draft", user)
    draft.refresh_from_db()  # the link follows from the term as it is stored
    return links.verification_of(draft)


def _joining(user: User) -> JoinRequest:
    return JoinRequest.objects.first() or builders.asked_to_join()


@parameter("apply:join_answer", "token")
def asked(user: User) -> str:
    return links.key_of(_joining(user).application)


@parameter("apply:join_answer", "pk")
def joining(user: User) -> int:
    return _joining(user).pk


@parameter("apply:paper", "paper_uuid")
@parameter("console:paper", "uuid")
def letter(user: User) -> str:
    return str(application("submitted", user).papers.get(kind=Paper.Kind.ASSIGNMENT).public_id)


@parameter("apply:document", "kind", shared=True)
@parameter("console:document", "kind", shared=True)
def kind(user: User) -> str:
    return Agreement.Kind.PKS


@parameter("console-api:agreement_decision", "pk")
@parameter("console:agreement", "pk")
def agreement(user: User) -> int:
    known = Agreement.objects.filter(code=BATANG).first()
    copy = builders.copy_of("pks", code=BATANG)
    return (known or actions.hand_in(**copy, copy=builders.document(), by=None, at=timezone.now())).pk


@parameter("console-api:go_live", "pk")
@parameter("console:go_live", "pk")
def go_live(user: User) -> int:
    made = {"asked_at": timezone.now(), "asked_by": "Siti"}
    return GoLiveRequest.objects.get_or_create(regency=Regency.objects.get(code=BATANG), defaults=made)[0].pk
