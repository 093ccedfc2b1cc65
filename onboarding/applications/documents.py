"""The agreements as documents to print and sign, from what the application says and the texts of the deployment."""

import json
import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from modules.registry import discover
from onboarding.applications.models import Agreement, Application
from onboarding.applications.queries import name_of
from tenants import regions
from tenants.letters import pdf
from tenants.models import Regency
from tenants.people.formats import tanggal

TEMPLATE = "applications/agreement"
MODULES = "{modul}"
BLANK = "…" * 24


@dataclass(frozen=True)
class Party:
    """One side, as the document names it."""

    name: str
    signatory: str
    position: str
    address: str


def render(application: Application, kind: str) -> bytes:
    """The PDF of an agreement of this kind; blank lines stand for what is not known yet."""
    first, second = parties(application, kind)
    text = _texts()[kind]
    starts, ends = term(application)
    words = {
        "pihak_kesatu": first.name,
        "pihak_kedua": second.name,
        "pembiayaan": application.terms.get("financing") or BLANK,
        "mulai": tanggal(starts),
        "berakhir": tanggal(ends),
        "narahubung": _contact(application),
        "maksud": application.terms.get("purpose") or "",
        "dasar_tambahan": application.terms.get("basis") or "",
        "penyelesaian": application.terms.get("disputes") or BLANK,
    }
    modules = [name_of(key) for key in application.modules] or [BLANK]
    articles = [
        [title, [_part(paragraph, words, modules) for paragraph in paragraphs if _filled(paragraph, words)]]
        for title, paragraphs in text["articles"]
    ]
    about = f"{text['title']} {first.name} {second.name}"
    data: dict[str, Any] = {
        "heading": text["title"],
        "about": text["about"],
        "first": vars(first),
        "second": vars(second),
        "basis": [_fill(line, words) for line in text["basis"] if _filled(line, words)],
        "articles": articles,
        "plan": [[str(number), *row] for number, row in enumerate(work_plan(application), 1)] if kind == "pks" else [],
        "letter": _letter(about, text["title"], _texts()["edition"]),
    }
    try:
        return pdf.render(TEMPLATE, data)
    except pdf.NotArchivable:
        return pdf.render(TEMPLATE, data, archivable=False)


def parties(application: Application, kind: str) -> tuple[Party, Party]:
    """First the one who gives (another regency, or for data the processor), then the regency that applies."""
    info = regions.regency(application.code)
    terms = application.terms
    applicant = Party(
        f"Pemerintah {info.title}",
        terms.get("signatory") or BLANK,
        terms.get("signatory_position") or f"{leader(info.kind)} {info.name}",
        terms.get("address") or BLANK,
    )
    giver = _giver(application) if kind != Agreement.Kind.DPA else None
    if giver is not None:
        return Party(f"Pemerintah {giver.title}", BLANK, f"{leader(giver.kind)} {giver.name}", BLANK), applicant
    provider = Party(
        settings.PROVIDER_NAME,
        settings.PROVIDER_SIGNATORY or BLANK,
        settings.PROVIDER_POSITION,
        settings.PROVIDER_ADDRESS or BLANK,
    )
    return provider, applicant


def leader(kind: str) -> str:
    """What the head of such a regency is called."""
    return "Bupati" if kind == "kabupaten" else "Wali Kota"


def term(application: Application) -> tuple[date, date]:
    """From when to when, both days included."""
    terms = application.terms
    starts = date.fromisoformat(terms["starts_on"]) if terms.get("starts_on") else application.created_at.date()
    months = int(terms.get("months") or 12)
    year, month = divmod(starts.month - 1 + months, 12)
    year += starts.year
    last = min(starts.day, monthrange(year, month + 1)[1])
    return starts, date(year, month + 1, last) - timedelta(days=1)


def work_plan(application: Application) -> list[tuple[str, str, str]]:
    """The annex: what is done, by whom, in which month; one line for each module that was chosen."""
    modules = {module.key: module for module in discover()}
    rows = [
        (_("Penyiapan ruang data dan undangan administrator"), _("PIHAK KESATU"), _("Bulan ke-1")),
        (_("Daftar OPD, petugas, dan pengirim surel"), _("PIHAK KEDUA"), _("Bulan ke-1")),
    ]
    for place, key in enumerate(application.modules):
        office = str(modules[key].office) if key in modules else _("PIHAK KEDUA")
        label = _("Penyesuaian, pelatihan, dan latihan %s") % name_of(key)
        rows.append((label, office, _("Bulan ke-%s") % (1 + place // 3)))
    rows.append((_("Evaluasi dan laporan kerja sama"), _("PARA PIHAK"), _("Setiap enam bulan")))
    return rows


def _giver(application: Application) -> Regency | None:
    """The regency from which most templates come."""
    schemas = list(application.sources.values())
    most = max(set(schemas), key=lambda schema: (schemas.count(schema), schema), default="")
    return Regency.objects.filter(schema_name=most).first() if most else None


def _contact(application: Application) -> str:
    terms = application.terms
    name = terms.get("contact_name") or application.officer_name
    position = terms.get("contact_position") or application.position
    phone = terms.get("contact_phone") or application.phone or BLANK
    return _("%(name)s, %(position)s, telepon %(phone)s") % {"name": name, "position": position, "phone": phone}


@lru_cache(maxsize=1)
def _texts() -> dict[str, Any]:
    texts: dict[str, Any] = json.loads(Path(settings.AGREEMENT_TEXTS).read_text(encoding="utf-8"))
    return texts


def _part(paragraph: str, words: dict[str, str], modules: list[str]) -> str | list[str]:
    """A paragraph, or the list of modules."""
    return modules if paragraph == MODULES else _fill(paragraph, words)


def _fill(text: str, words: dict[str, str]) -> str:
    return re.sub(r"\{(\w+)\}", lambda found: words.get(found[1], found[0]), text)


def _filled(text: str, words: dict[str, str]) -> bool:
    """Whether a line that is nothing but one placeholder has something to say."""
    alone = re.fullmatch(r"\{(\w+)\}", text)
    return not alone or text == MODULES or bool(words.get(alone[1]))


def _letter(about: str, title: str, edition: str) -> dict[str, str]:
    blank = dict.fromkeys(("number", "date", "place", "watermark", "code", "url", "url_shown", "fingerprint"), "")
    return {**blank, "title": about, "issuer": title, "paper": "f4", "edition": edition}
