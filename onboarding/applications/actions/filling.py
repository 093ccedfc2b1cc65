"""What the officer fills in, part by part, and handing it in."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from onboarding.applications import papers
from onboarding.applications.actions.claiming import check_email
from onboarding.applications.actions.refusals import ChoiceRefused, Incomplete, NotEditable
from onboarding.applications.models import Application, Paper
from onboarding.applications.progress import move
from onboarding.applications.queries import missing, with_required
from onboarding.plan import SERVICES, ProvisioningRefused, check_modules, taken_subdomains
from tenants.audit.actions import record
from tenants.regions import SubdomainRefused, check_subdomain

State = Application.State


@transaction.atomic
def save_officer(
    *, application: Application, officer_name: str, nip: str, position: str, phone: str, at: datetime
) -> Application:
    """Who answers for the application. Raises NotEditable."""
    application = _hold(application)
    application.officer_name, application.nip = officer_name.strip(), nip
    application.position, application.phone = position.strip(), phone.strip()
    return _save(application, "officer", at)


@transaction.atomic
def save_letter(*, application: Application, letter: Any, at: datetime) -> Paper:
    """The letter of assignment; a later one takes the place of an earlier one. Raises NotEditable, FileRefused."""
    application = _hold(application)
    paper = papers.store(upload=letter, kind=Paper.Kind.ASSIGNMENT, application=application, by=None, at=at)
    _save(application, "letter", at)
    return paper


@transaction.atomic
def save_address(*, application: Application, subdomain: str, at: datetime) -> Application:
    """The subdomain that is wished for; it is taken when the application is approved. Raises ChoiceRefused."""
    application = _hold(application)
    subdomain = subdomain.strip().lower()
    refuse_subdomain(subdomain, application)
    application.subdomain = subdomain
    return _save(application, "address", at)


def refuse_subdomain(subdomain: str, application: Application) -> None:
    """Raise ChoiceRefused when this regency cannot have the subdomain now."""
    others = Application.objects.filter(state__in=Application.HOLDING).exclude(pk=application.pk).exclude(subdomain="")
    taken = [*taken_subdomains(), *others.values_list("subdomain", flat=True)]
    try:
        check_subdomain(subdomain, code=application.code, taken=taken)
    except SubdomainRefused as refused:
        raise ChoiceRefused(refused.sentence, "subdomain") from None


@transaction.atomic
def save_modules(
    *, application: Application, modules: Sequence[str], sources: Mapping[str, str], at: datetime
) -> list[str]:
    """What is switched on at the beginning and from whom its templates come.

    What a module requires is added; returned is a sentence for each that was. Raises ChoiceRefused, NotEditable.
    """
    application = _hold(application)
    wanted, said = with_required(modules)
    if not wanted:
        raise ChoiceRefused(_("Pilih paling sedikit satu modul atau layanan."), "modules")
    chosen = {key: schema for key, schema in sources.items() if schema and (key in wanted or key == SERVICES)}
    try:
        check_modules(wanted, chosen)
    except ProvisioningRefused as refused:
        raise ChoiceRefused(str(refused), "modules") from None
    application.modules, application.sources = wanted, chosen
    _save(application, "modules", at)
    return said


@transaction.atomic
def save_administrators(*, application: Application, people: Sequence[Mapping[str, str]], at: datetime) -> Application:
    """Who is invited first. Raises ChoiceRefused, EmailRefused, NotEditable."""
    application = _hold(application)
    wanted = [{"name": person["name"].strip(), "email": check_email(person["email"])} for person in people]
    if not wanted:
        raise ChoiceRefused(_("Tulis paling sedikit satu administrator."))
    if len({person["email"] for person in wanted}) < len(wanted):
        raise ChoiceRefused(_("Satu surel ditulis dua kali. Setiap administrator memakai surelnya sendiri."))
    application.administrators = wanted
    return _save(application, "administrators", at)


@transaction.atomic
def save_terms(*, application: Application, terms: Mapping[str, Any], at: datetime) -> Application:
    """What the agreements say about this regency. Raises NotEditable."""
    application = _hold(application)
    application.terms = dict(terms)
    return _save(application, "terms", at)


@transaction.atomic
def submit(*, application: Application, at: datetime) -> Application:
    """Hand it in. Raises NotEditable, Incomplete."""
    application = _hold(application)
    if gaps := missing(application):
        raise Incomplete(_("Belum dapat diajukan. Lengkapi dahulu: %s.") % ", ".join(words for _key, words in gaps))
    refuse_subdomain(application.subdomain, application)
    application.submitted_at = at
    application.save(update_fields=["submitted_at"])
    move(application, State.SUBMITTED, by=None, at=at)
    return application


def _hold(application: Application) -> Application:
    application = Application.objects.select_for_update().get(pk=application.pk)
    if not application.is_editable:
        raise NotEditable(
            _("Pengajuan ini sedang “%s”, jadi tidak dapat diubah.") % application.get_state_display().lower()
        )
    return application


def _save(application: Application, part: str, at: datetime) -> Application:
    application.save()
    record("applications.part_saved", subject=application, by=None, at=at, data={"part": part})
    return application
