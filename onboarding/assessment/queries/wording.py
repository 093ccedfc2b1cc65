"""Causes, answers and figures in words."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.utils.formats import number_format
from django.utils.translation import gettext as _

from onboarding.assessment.rules.decisions import Reason
from onboarding.assessment.rules.values import figure
from onboarding.assessment.schema import Instrument, Need, Question
from tenants.people.formats import ukuran


def number(value: Decimal | None, places: int | None = None) -> str:
    """`2,5`: as many decimals as it has, or as asked."""
    if value is None:
        return "–"
    shown = value if places is not None else value.quantize(Decimal("0.01")).normalize()
    return str(number_format(shown, decimal_pos=places, use_l10n=True, force_grouping=True))


def reason(found: Reason, instrument: Instrument) -> str:
    """A cause of a decision, naming the answer and what it needs."""
    if found.kind == "national":
        return _("Digantikan aplikasi nasional: %s.") % found.code
    if found.kind == "question":
        return _("%(code)s “%(text)s” berskor %(score)s; perlu %(needed)s.") % {
            "code": found.code,
            "text": _shortened(instrument.questions[found.code].text),
            "score": number(found.score),
            "needed": number(found.needed),
        }
    if found.kind == "section":
        return _("Bagian %(code)s berskor %(score)s; perlu %(needed)s.") % {
            "code": found.code,
            "score": number(found.score),
            "needed": number(found.needed),
        }
    if found.kind == "unanswered":
        name = found.code if found.code in instrument.questions else _("Bagian %s") % found.code
        return _("%s belum dijawab.") % name
    return {
        "difference": _("Peran, tahap, atau aturan di sini berbeda: sesuaikan dahulu."),
        "unknown": _("Perbedaan peran dan tahap belum dipetakan."),
        "same": _("Peran dan tahapnya sama."),
        "met": _("Prasyarat terpenuhi."),
    }[found.kind]


def answer(question: Question, instrument: Instrument, value: Mapping[str, Any]) -> str:
    """What was answered, as a person says it; empty without an answer."""
    if not value:
        return ""
    if question.type == "scale" or question.type == "level":
        label = next((o.label for o in instrument.options(question) if o.score == value.get("choice")), "")
        return f"{value.get('choice')}: {label}"
    if question.type == "bool":
        return _("Ya") if value.get("choice") == "ya" else _("Tidak")
    if question.type == "multi":
        names = [question.items[int(place)] for place in value.get("items", []) if int(place) < len(question.items)]
        return ", ".join(names) or _("Belum ada satu pun")
    if question.type == "number":
        return f"{number(Decimal(value['number']))} {question.unit}"
    return _("%(part)s dari %(whole)s (%(percent)s %%)") % {
        "part": number(Decimal(value["numerator"])),
        "whole": number(Decimal(value["denominator"])),
        "percent": number(figure(question, value)),
    }


def where(text: str, per: str | None) -> str:
    """A role or a thing and where it is: `Operator, setiap OPD`."""
    places = {"opd": _("setiap OPD"), "kecamatan": _("setiap kecamatan"), "desa": _("setiap desa/kelurahan")}
    return f"{text}, {places[per]}" if per in places else text


def need(found: Need) -> str:
    """`3 Verifikator Dinsos`, `Operator, setiap OPD`."""
    return where(found.text if found.count == 1 else f"{found.count} {found.text}", found.per)


def evidence(code: str) -> str:
    """Where a module of the catalogue was found."""
    return {
        "batang": _("Disebut dalam sumber tentang Batang"),
        "manggarai": _("Disebut dalam sumber tentang Manggarai"),
        "daerah-lain": _("Disebut dalam sumber tentang daerah lain"),
        "pengetahuan-umum": _("Pengetahuan umum, belum diperiksa sumbernya"),
    }[code]


def tries(kept: Mapping[str, Any]) -> str:
    """What a browser measured, try by try, and in which browser; empty when the figure was typed."""
    if not kept:
        return ""
    single = kept["ping_ms"] == 0
    words = ", ".join(
        f"{_ms(each['ms'])} ms"
        if single
        else _("%(size)s dalam %(ms)s ms") % {"size": ukuran(each["bytes"]), "ms": _ms(each["ms"])}
        for each in kept["tries"]
    )
    if not single:
        words = _("%(tries)s; tanpa isi %(ping)s ms") % {"tries": words, "ping": _ms(kept["ping_ms"])}
    return _("%(tries)s (%(browser)s)") % {"tries": words, "browser": kept["browser"] or _("peramban tidak dikenal")}


def _ms(value: float) -> str:
    return number(Decimal(str(value)))


def scores(ours: Decimal, theirs: Decimal) -> str:
    return _("skor kami %(ours)s, skor mereka %(theirs)s") % {"ours": number(ours), "theirs": number(theirs)}


def runner(direction: str) -> str:
    """Why a module goes that way."""
    return {
        "diterima": _("sudah dijalankan daerah asal"),
        "diberikan": _("sudah dijalankan di sini, belum di daerah asal"),
        "dikembangkan bersama": _("belum dijalankan keduanya"),
    }[direction]


def _shortened(text: str) -> str:
    return text if len(text) <= 70 else f"{text[:68].rsplit(' ', 1)[0]}…"
