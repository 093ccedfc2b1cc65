"""Instruments as shipped, and an assessment of Manggarai with its leading link."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from onboarding.assessment import shipped, tasks
from onboarding.assessment.actions import assessments, links
from onboarding.assessment.models import Assessment, Instrument, Link, Sheet, Unit

HOST = {"host": "localhost"}


@dataclass
class Case:
    """An open assessment and who leads it."""

    assessment: Assessment
    token: str
    link: Link

    @property
    def sheet(self) -> Sheet:
        return self.assessment.sheets.select_related("instrument").get(position=0)

    def unit(self, kind: str = "kabupaten", name: str = "") -> Unit:
        found = Unit.objects.filter(assessment=self.assessment, kind=kind).order_by("pk")
        return found.get(name=name) if name else found[0]

    def url(self, rest: str = "") -> str:
        return f"/assessment/{self.token}/{rest}"

    def section_url(self, section: str, unit: Unit | None = None) -> str:
        return self.url(f"sheets/{self.sheet.pk}/{section}/{(unit or self.unit()).pk}/")

    def invite(self, **opens: Any) -> "Case":
        """Somebody else with a link of their own."""
        invitee = links.Invitee(opens.pop("label", "Bu Sri"), opens.pop("email", ""), **opens)
        [(link, token)] = links.invite(assessment=self.assessment, invitees=[invitee], by=self.link, at=timezone.now())
        return Case(self.assessment, token, link)


@pytest.fixture
def public(db: None, settings: Settings, tmp_path: Any) -> Iterator[None]:
    """The public schema is current, files lie apart, the shipped editions are published."""
    settings.MEDIA_ROOT = tmp_path
    connection.set_schema_to_public()
    shipped.load(at=timezone.now())
    yield


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, str]]:
    """Links that would have been mailed, as (link, token)."""
    found: list[tuple[int, str]] = []
    monkeypatch.setattr(tasks.send_link, "delay", lambda link, token: found.append((link, token)))
    return found


Opened = Callable[..., Case]


def open_case(code: str = "53.10", instruments: tuple[str, ...] = ("kesiapan-adopsi",), partner: str = "33.25") -> Case:
    found = list(Instrument.objects.filter(code__in=instruments).order_by("code"))
    assessment, token = assessments.open_assessment(
        regency_code=code,
        instruments=found,
        contact_email="sekda@manggarai.test",
        contact_name="Yohanes",
        partner_code=partner,
        at=timezone.now(),
    )
    return Case(assessment, token, Link.objects.of(token).get())


@pytest.fixture
def opened(public: None, sent: list[tuple[int, str]]) -> Opened:
    return open_case


@pytest.fixture
def committed_case(
    django_db_setup: None, django_db_blocker: pytest.FixtureLookupError, sent: list[tuple[int, str]]
) -> Iterator[Case]:
    """A case whose rows are really committed, for threads; removed afterwards. The published editions stay."""
    with django_db_blocker.unblock():
        connection.set_schema_to_public()
        shipped.load(at=timezone.now())
        case = open_case()
        yield case
        connection.set_schema_to_public()
        case.assessment.delete()


@pytest.fixture
def case(opened: Opened) -> Case:
    return opened()


@pytest.fixture
def client() -> Client:
    return Client(headers=HOST)
