"""An assessment of Manggarai with a part of everything, and the editions that the console keeps."""

import json

from django.utils import timezone

from onboarding.assessment import shipped
from onboarding.assessment.actions import answers, assessments, decisions, evidence, instruments, links
from onboarding.assessment.catalogue import DATA, modules
from onboarding.assessment.models import Answer, Assessment, Evidence, ExchangeItem, Instrument, Link, Sheet, Unit
from tenants.accounts.models import User
from tests.examples import parameter
from tests.tenants.files import samples

EMAIL = "sekda@manggarai.test"
SECTION, QUESTION = "A", "A01"
OFFICE = "Dinas Komunikasi dan Informatika"
DRAFT = "2099"


def _instrument() -> Instrument:
    shipped.load(at=timezone.now())
    return Instrument.objects.get(code="kesiapan-adopsi")


def _assessment() -> Assessment:
    known = Assessment.objects.filter(contact_email=EMAIL).first()
    if known:
        return known
    return assessments.open_assessment(
        regency_code="53.10",
        instruments=[_instrument()],
        contact_email=EMAIL,
        contact_name="Yohanes",
        partner_code="33.25",
        at=timezone.now(),
    )[0]


def _lead() -> Link:
    return _assessment().links.get(label="Yohanes", is_lead=True)


def _sheet() -> Sheet:
    return _assessment().sheets.select_related("instrument").get()


def _regency() -> Unit:
    return _assessment().units.get(kind=Unit.Kind.KABUPATEN)


@parameter("assessment", "token")
def token(user: User) -> str:
    """Tokens are not kept, so every call makes one more leading link of the same assessment."""
    invitee = links.Invitee("Bu Sri", EMAIL)
    return links.make(assessment=_assessment(), invitee=invitee, at=timezone.now(), is_lead=True)[1]


@parameter("assessment", "sheet")
def sheet(user: User) -> int:
    return _sheet().pk


@parameter("assessment", "section")
def section(user: User) -> str:
    return SECTION


@parameter("assessment", "question")
def question(user: User) -> str:
    return QUESTION


@parameter("assessment", "unit")
def unit(user: User) -> int:
    return _regency().pk


@parameter("assessment:office_removal", "unit")
def office(user: User) -> int:
    assessments.add_offices(assessment=_assessment(), names=[OFFICE], by=_lead(), at=timezone.now())
    return _assessment().units.get(name=OFFICE).pk


@parameter("assessment:revocation", "pk")
def invited(user: User) -> int:
    known = _assessment().links.filter(is_lead=False).first()
    if known:
        return known.pk
    invitee = links.Invitee("Pak Lukas", unit=_regency())
    return links.make(assessment=_assessment(), invitee=invitee, at=timezone.now())[0].pk


@parameter("assessment:module", "code")
def module(user: User) -> str:
    return next(iter(modules()))


@parameter("assessment:exchange_removal", "pk")
def exchanged(user: User) -> int:
    known = _assessment().exchange.first()
    made = known or decisions.add_exchange(
        assessment=_assessment(),
        subject="Layanan surat keterangan",
        direction=ExchangeItem.Direction.RECEIVED,
        form="Kunjungan kerja",
        by=_lead(),
        at=timezone.now(),
    )
    return made.pk


@parameter("assessment:evidence", "file_uuid")
@parameter("console:assessment_evidence", "file_uuid")
def file(user: User) -> str:
    known = Evidence.objects.filter(sheet=_sheet()).first()
    made = known or evidence.attach(
        sheet=_sheet(),
        unit=_regency(),
        question=QUESTION,
        upload=samples.upload(samples.pdf(), "SK.pdf"),
        by=_lead(),
        at=timezone.now(),
    )
    return str(made.public_id)


def code(user: User) -> str:
    return _assessment().code


for name in (
    "assessment", "assessment_answers", "assessment_bulk_verdict", "assessment_verdict", "assessment_evidence",
    "assessment_results", "assessment_document", "assessment_return", "assessment_verification",
):  # fmt: skip
    parameter(f"console:{name}", "code")(code)


@parameter("console:assessment_verdict", "pk")
def answered(user: User) -> int:
    entry = answers.Entry(QUESTION, {"choice": 4}, version=0)
    answers.save_answers(sheet=_sheet(), unit=_regency(), entries=[entry], by=_lead(), at=timezone.now())
    return Answer.objects.get(sheet=_sheet(), question=QUESTION).pk


@parameter("console:instrument", "pk")
@parameter("console:instrument_file", "pk")
def published(user: User) -> int:
    return _instrument().pk


@parameter("console:instrument_publication", "pk")
@parameter("console:instrument_removal", "pk")
def draft(user: User) -> int:
    known = Instrument.objects.filter(edition=DRAFT).first()
    content = json.loads((DATA / "pemdi.json").read_text(encoding="utf-8")) | {"edition": DRAFT}
    return (known or instruments.upload(content=content, by=None, at=timezone.now())).pk
