"""Links that open an assessment or a part of it: made, sent, renewed, revoked."""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from onboarding.assessment import tasks
from onboarding.assessment.actions.refusals import AssessmentRefused
from onboarding.assessment.models import Assessment, Link, Sheet, Unit
from tenants.audit.actions import record

MOST_LINKS = 1_500
"""More than the villages, districts and offices of any regency together."""
MOST_SENT = 5
"""Assessments of one address whose links are sent again at once."""


@dataclass(frozen=True, slots=True)
class Invitee:
    """Whom a link is for, and what it opens; nothing named opens the whole assessment for filling in."""

    label: str
    email: str = ""
    sheet: Sheet | None = None
    section: str = ""
    unit: Unit | None = None


@transaction.atomic
def invite(*, assessment: Assessment, invitees: Iterable[Invitee], by: Link, at: datetime) -> list[tuple[Link, str]]:
    """Make a link for each and mail it where an address is given. The tokens are returned once and never kept.

    Raises AssessmentRefused when the assessment has more links than it could need.
    """
    wanted = list(invitees)
    if Link.objects.filter(assessment=assessment, revoked_at=None).count() + len(wanted) > MOST_LINKS:
        raise AssessmentRefused(_("Tautan terlalu banyak. Cabut yang tidak dipakai, lalu coba lagi."))
    made = [make(assessment=assessment, invitee=invitee, at=at) for invitee in wanted]
    record("assessment.links_created", subject=assessment, by=None, at=at, data={"count": len(made), "link": by.pk})
    for link, token in made:
        mail(link, token)
    return made


@transaction.atomic
def renew(*, link: Link, at: datetime) -> None:
    """Send a new link that opens the same to the address of an old one, which stops working.

    Raises AssessmentRefused when the old one has no address or was revoked: then its maker must be asked.
    """
    link = Link.objects.select_for_update().get(pk=link.pk)
    if not link.email or link.revoked_at or link.assessment.anonymised_at:
        raise AssessmentRefused(_("Tautan ini tidak dapat diperpanjang. Mintalah tautan baru kepada yang mengirimnya."))
    Link.objects.filter(pk=link.pk).update(revoked_at=at)
    mail(*_again(link, at))
    record("assessment.link_renewed", subject=link.assessment, by=None, at=at, data={"link": link.pk})


@transaction.atomic
def send_again(*, email: str, at: datetime) -> int:
    """Mail new leading links for the newest assessments of an address; how many.

    Anybody can ask for this, so the old ones work on until a new one is opened from the mailbox.
    """
    old = Link.objects.filter(email__iexact=email, is_lead=True, revoked_at=None, assessment__anonymised_at=None)
    newest: dict[int, Link] = {}
    for link in old.select_related("assessment").order_by("-pk"):
        newest.setdefault(link.assessment_id, link)
    found = list(newest.values())[:MOST_SENT]
    for link in found:
        mail(*_again(link, at))
        record("assessment.link_renewed", subject=link.assessment, by=None, at=at, data={"link": link.pk})
    return len(found)


@transaction.atomic
def revoke(*, link: Link, by: Link, at: datetime) -> None:
    """A link stops working. What was answered with it stays. The leading link cannot revoke itself."""
    if link.is_lead:
        raise AssessmentRefused(_("Tautan penanggung jawab tidak dapat dicabut dari sini."))
    Link.objects.filter(pk=link.pk, revoked_at=None).update(revoked_at=at)
    record("assessment.link_revoked", subject=link.assessment, by=None, at=at, data={"revoked": link.pk, "link": by.pk})


def make(*, assessment: Assessment, invitee: Invitee, at: datetime, is_lead: bool = False) -> tuple[Link, str]:
    """A new link and its token; the caller records it."""
    token = secrets.token_urlsafe(24)
    link = Link.objects.create(
        assessment=assessment,
        token_hash=Link.hash(token),
        is_lead=is_lead,
        sheet=invitee.sheet,
        section=invitee.section,
        unit=invitee.unit,
        label=invitee.label[:120],
        email=invitee.email,
        created_at=at,
        expires_at=at + timedelta(days=settings.ASSESSMENT_LINK_DAYS),
    )
    return link, token


def mail(link: Link, token: str) -> None:
    """Send the link once the transaction commits."""
    if link.email:
        transaction.on_commit(partial(tasks.send_link.delay, link.pk, token), robust=True)


def touch(*, link: Link, at: datetime) -> None:
    """Say that a link is in use: it stays open, and its assessment is not abandoned. At most every ten minutes.

    A leading link that is opened for the first time ends those that were sent to the same address before it.
    """
    if link.used_at and at - link.used_at < timedelta(minutes=10):
        return
    if link.is_lead and link.used_at is None:
        before = Link.objects.filter(assessment=link.assessment_id, is_lead=True, email=link.email, pk__lt=link.pk)
        before.filter(revoked_at=None).update(revoked_at=at)
    Link.objects.filter(pk=link.pk).update(used_at=at, expires_at=at + timedelta(days=settings.ASSESSMENT_LINK_DAYS))
    Assessment.objects.filter(pk=link.assessment_id).update(active_at=at)


def _again(link: Link, at: datetime) -> tuple[Link, str]:
    """A new link that opens the same."""
    invitee = Invitee(link.label, link.email, link.sheet, link.section, link.unit)
    return make(assessment=link.assessment, invitee=invitee, at=at, is_lead=link.is_lead)
