import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime
from functools import partial
from typing import Any

from django.db import models, transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _

from tenants.audit.actions import record
from tenants.current import is_trial
from tenants.files.actions import store_made
from tenants.files.uploads import PDF
from tenants.letters import pdf, tasks
from tenants.letters.letterhead import issuer, letterhead, site
from tenants.letters.models import Letter
from tenants.letters.numbering import zone
from tenants.letters.verification import fingerprint, new_code
from tenants.people.formats import tanggal
from tenants.schemas.context import after_commit

__all__ = [
    "AlreadyRevoked",
    "NotReady",
    "Signer",
    "make_letter",
    "preview",
    "request_letter",
    "resume",
    "retry",
    "revoke",
]


TRIAL = "UJI COBA"
"""Across every page of a letter that a regency makes before it has gone live."""


class NotReady(Exception):
    """The PDF does not exist yet."""


class AlreadyRevoked(Exception):
    """The letter was revoked before."""


@dataclass(frozen=True, slots=True)
class Signer:
    """Who signs, as printed: `on_behalf` "a.n. Bupati Batang", `position` "Plt. Kepala Dinas Sosial".

    `note` stands in the room for the signature. Do not claim a certified signature there: that takes BSrE.
    """

    name: str
    position: str
    on_behalf: str = ""
    rank: str = ""
    nip: str = ""
    note: str = ""


@transaction.atomic
def request_letter(
    *,
    regency: Any,
    unit: Any,
    template: str,
    title: str,
    number: str,
    data: Mapping[str, Any],
    signer: Signer,
    place: str,
    subject: models.Model,
    by: Any,
    at: datetime,
    letter_date: date | None = None,
    is_public: bool = False,
    paper: str = "f4",
) -> Letter:
    """Ask for a letter about the saved object `subject`; a worker makes its PDF once this transaction commits.

    `template` is "app/template" (`pdf.find`), `data` what that template shows: JSON, text as people read it.
    `unit` is the office in the head, None for the regent's own. `number` is `take_number(...).text`, or '' for a
    document without one. `letter_date` is the day of `at` on the regency's clock unless given. `is_public` lets
    anyone with the code read the document itself. Raises pdf.TemplateMissing.
    """
    pdf.find(template)
    letter = Letter(
        subject_type=subject._meta.label_lower,
        subject_id=str(subject.pk),
        template=template,
        number=number,
        title=title,
        letter_date=letter_date or at.astimezone(zone()).date(),
        signed_by_name=signer.name,
        signed_by_position=" ".join(f"{signer.on_behalf} {signer.position}".split()),
        is_public=is_public,
        code=new_code(),
        requested_at=at,
        requested_by=by,
        is_trial=is_trial(),
    )
    about = _about(title, number, letter.letter_date, place, issuer(regency, unit), paper)
    if letter.is_trial:
        about["watermark"] = TRIAL
    content = {**data, "letterhead": letterhead(regency, unit), "signer": asdict(signer), "letter": about}
    letter.fingerprint = fingerprint(content)
    letter.data = json.dumps({**content, "letter": {**about, **_check(letter, site(regency))}}, ensure_ascii=False)
    letter.save()
    record("letters.letter_requested", subject=letter, by=by, at=at, data={"template": template})
    after_commit(partial(tasks.make_letter.delay, letter_id=letter.pk))
    return letter


def preview(
    *,
    regency: Any,
    unit: Any,
    template: str,
    title: str,
    data: Mapping[str, Any],
    signer: Signer,
    place: str,
    at: datetime,
    number: str = "",
    watermark: str = "",
    paper: str = "f4",
) -> bytes:
    """The PDF as it would come out, with KONSEP (or `watermark`) across it; nothing is kept, nothing to check."""
    day = at.astimezone(zone()).date()
    about = _about(title, number, day, place, issuer(regency, unit), paper)
    content = {
        **data,
        "letterhead": letterhead(regency, unit),
        "signer": asdict(signer),
        "letter": {**about, "watermark": watermark or _("KONSEP")},
    }
    return _rendered(template, content, at)[0]


@transaction.atomic
def make_letter(*, letter_id: int, at: datetime) -> Letter:
    """Make the PDF of a letter that waits for it, and forget what it was made from.

    Done once: a second call, also at the same time, finds it made. When template and data do not fit, the letter
    is `failed` with the reason, and `retry` tries again after the mistake is mended.
    """
    letter = Letter.objects.select_for_update().get(pk=letter_id)
    if letter.state != Letter.State.QUEUED:
        return letter
    content = json.loads(str(letter.data))
    content["qr"] = pdf.qr_svg(content["letter"]["url"])
    try:
        # The date in the file is that of the request, so that a repeated attempt makes the same file.
        made, letter.problem = _rendered(letter.template, content, letter.requested_at)
    except (pdf.RenderFailed, pdf.TemplateMissing) as problem:
        return _fail(letter, str(problem), at)
    name = f"{slugify(letter.title)[:60]}-{slugify(letter.number.replace('/', '-')) or letter.code.lower()}.pdf"
    letter.attachment = store_made(
        content=made, name=name, content_type=PDF, kind="letter", subject=letter, by=letter.requested_by, at=at
    )
    letter.sha256 = letter.attachment.sha256
    letter.state, letter.made_at, letter.data = Letter.State.READY, at, None
    letter.save()
    record("letters.letter_made", subject=letter, by=None, at=at, data={"sha256": letter.sha256})
    return letter


@transaction.atomic
def retry(*, letter: Letter, by: Any, at: datetime) -> Letter:
    """Queue a failed letter again, or one whose task was lost; a letter that is ready stays as it is."""
    letter = Letter.objects.select_for_update().get(pk=letter.pk)
    if letter.is_ready:
        return letter
    letter.state, letter.problem = Letter.State.QUEUED, ""
    letter.save(update_fields=["state", "problem"])
    record("letters.letter_retried", subject=letter, by=by, at=at)
    after_commit(partial(tasks.make_letter.delay, letter_id=letter.pk))
    return letter


def resume(*, before: datetime) -> int:
    """Queue again what was asked for before `before` and is still not made (a lost queue); how many letters."""
    waiting = list(Letter.objects.waiting().filter(requested_at__lt=before).values_list("pk", flat=True))
    for letter_id in waiting:
        tasks.make_letter.delay(letter_id=letter_id)
    return len(waiting)


@transaction.atomic
def revoke(*, letter: Letter, reason: str, by: Any, at: datetime) -> Letter:
    """Take a letter back: whoever checks it is told from now on. The `reason` is for the office, not shown to them.

    Raises NotReady or AlreadyRevoked.
    """
    letter = Letter.objects.select_for_update().get(pk=letter.pk)
    if not letter.is_ready:
        raise NotReady
    if letter.revoked_at:
        raise AlreadyRevoked
    letter.revoked_at, letter.revoked_by, letter.revoked_reason = at, by, reason
    letter.save(update_fields=["revoked_at", "revoked_by", "revoked_reason"])
    record("letters.letter_revoked", subject=letter, by=by, at=at)
    return letter


def _about(title: str, number: str, day: date, place: str, issued_by: str, paper: str) -> dict[str, str]:
    return {
        "title": title,
        "number": number,
        "date": tanggal(day),
        "place": place,
        "issuer": issued_by,
        "paper": paper,
        "watermark": "",
        "code": "",
        "url": "",
        "url_shown": "",
        "fingerprint": "",
    }


def _check(letter: Letter, address: str) -> dict[str, str]:
    """What the foot of the letter says about checking it."""
    return {
        "code": letter.code_text,
        "fingerprint": letter.fingerprint_text,
        "url": f"{address}/letters/verify/{letter.code}/",
        "url_shown": f"{address.split('://')[1]}/letters/verify/",
    }


def _rendered(template: str, content: Mapping[str, Any], at: datetime) -> tuple[bytes, str]:
    """The PDF, and what someone should look at in it."""
    try:
        return pdf.render(template, content, at=at), ""
    except pdf.NotArchivable:
        warning = _("Ada huruf yang tidak dapat dicetak dan tampil sebagai kotak. Periksa isi surat ini.")
        return pdf.render(template, content, at=at, archivable=False), warning


def _fail(letter: Letter, problem: str, at: datetime) -> Letter:
    letter.state, letter.problem = Letter.State.FAILED, problem[:300]
    letter.save(update_fields=["state", "problem"])
    record("letters.letter_failed", subject=letter, by=None, at=at, data={"problem": letter.problem})
    return letter
