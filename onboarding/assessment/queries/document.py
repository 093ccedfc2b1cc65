"""The result as a PDF, made by Typst from the same rows as the page."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from onboarding.assessment.models import Assessment
from onboarding.assessment.queries.radar import svg
from onboarding.assessment.queries.results import Results, results
from onboarding.assessment.queries.shown import SheetShown, shown
from tenants.letters import pdf as letters
from tenants.people.formats import rupiah, tanggal

TEMPLATE = Path(__file__).parents[1] / "typst" / "result.typ"


def pdf(assessment: Assessment, *, at: datetime) -> bytes:
    """The result as a PDF, in Indonesian whoever reads it; the same result gives the same bytes on the same day."""
    with translation.override(settings.LANGUAGE_CODE), assessment.on_its_clock():
        day = timezone.localtime(at).replace(hour=0, minute=0, second=0, microsecond=0)
        return letters.render(TEMPLATE, data_of(results(assessment), day), at=day)


def data_of(found: Results, at: datetime) -> dict[str, Any]:
    """What the template prints: text and rows of text."""
    page = shown(found)
    assessment = found.assessment
    title = _("Hasil penilaian kesiapan")
    return {
        "letter": {
            "paper": "a4",
            "title": f"{title} {assessment.regency.title}",
            "issuer": "Rujukan",
            "watermark": "",
            "number": assessment.code,
            "code": "",
            "date": tanggal(at.date()),
        },
        "heading": title,
        "regency": assessment.regency.title,
        "facts": [
            [_("Nomor penilaian"), assessment.code],
            [_("Keadaan"), str(assessment.get_state_display())],
            [_("Daerah asal aplikasi"), assessment.partner.title if assessment.partner else _("belum dipilih")],
            [_("Dicetak"), tanggal(at.date())],
        ],
        "sheets": [_sheet(sheet) for sheet in page["sheets"]],
        "gaps": [
            [
                f"{gap.id}{' *' if gap.critical else ''}",
                gap.text,
                gap.score,
                gap.action,
                "\n".join(filter(None, [gap.respondent, gap.missing])),
            ]
            for _name, _is_open, rows in page["gaps"]
            for gap in rows
        ],
        "counts": [[name, str(count)] for name, _tone, count, _share in page["counts"]],
        "waves": [
            {"name": name, "rows": [[row.name, row.decision, _joined(row.note, row.causes)] for row in rows]}
            for _wave, name, rows in page["waves"]
            if rows
        ],
        "phases": [
            {
                "name": name,
                "people": [[title, str(each.count), _shortened(each.modules)] for title, each in people],
                "lines": [
                    [line.text, f"{line.count} {line.price.unit}", rupiah(line.price.amount), rupiah(line.amount)]
                    for line in phase.lines
                ],
                "cost": rupiah(phase.cost),
            }
            for name, phase, people in page["phases"]
        ],
        "cost": rupiah(found.cost),
        "exchange": [[each.subject, each.direction, each.basis] for each in found.exchanged]
        + [[item.subject, item.direction, _joined(item.form, item.expected)] for item in found.items],
    }


def _sheet(sheet: SheetShown) -> dict[str, Any]:
    complete = _("Lengkap") if sheet.is_complete else _("Belum lengkap: skor sementara")
    gates = [f"{result.question.id} {result.question.text}" for result in sheet.failing]
    return {
        "name": sheet.name,
        "facts": [
            [_("Skor"), _("%(total)s dari %(full)s") % {"total": sheet.total, "full": sheet.of}],
            [_("Menurut jawaban sendiri"), sheet.claimed],
            [_("Hasil"), _joined(sheet.band + ".", sheet.meaning and f"{sheet.meaning}.")],
            [_("Kelengkapan"), f"{complete} ({sheet.answered}/{sheet.expected})"],
            [_("Terverifikasi"), _("%d jawaban") % sheet.verified],
        ],
        "radar": svg(sheet.radar),
        "alt": _("Radar skor per bagian; angkanya dalam tabel."),
        "rows": [[row.code, row.name, row.score, row.claimed, f"{row.answered}/{row.asked}"] for row in sheet.rows],
        "gates": gates,
    }


def _shortened(modules: Sequence[str]) -> str:
    return ", ".join(modules[:6]) + (", …" if len(modules) > 6 else "")


def _joined(*texts: str) -> str:
    return " ".join(text for text in texts if text)
