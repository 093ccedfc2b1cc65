"""The rules of a death benefit, as pure functions: no database, no clock, no request.

Every finding is a sentence that a village operator can act on, and names the rule it comes from (docs/rules.csv).
Money is whole rupiah in Decimal; dates are those of the regency's zone.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum

from django.utils.translation import gettext as _

from modules.santunan_kematian.documents import Document, Requirement, document_name
from tenants.people.formats import rupiah, tanggal

AddWorkingDays = Callable[[date, int], date]


class Outcome(StrEnum):
    PASSED = "passed"
    FAILED = "failed"
    WAITING = "waiting"


@dataclass(frozen=True)
class Check:
    """One finding. `rule` is the id in docs/rules.csv; `sentence` is for the person who reads the claim."""

    key: str
    rule: str
    label: str
    outcome: Outcome
    sentence: str

    @property
    def passed(self) -> bool:
        return self.outcome is Outcome.PASSED

    @property
    def failed(self) -> bool:
        return self.outcome is Outcome.FAILED


@dataclass(frozen=True, kw_only=True)
class Terms:
    """What a programme promises and asks (SM-11). One value per programme version."""

    amount: Decimal
    limit_days: int
    day_kind: str = "calendar"
    """Of the limit: "calendar" or "working"."""
    register_required: bool = True
    survey_allowed: bool = True
    max_desil: int | None = None
    village_letter_enough: bool = True
    certificate_proof_required: bool = False
    poverty_letter_required: bool = False
    bank_account_required: bool = False
    infants_accepted: bool = True
    infant_months: int = 12
    survey_threshold: int = 5

    @property
    def in_working_days(self) -> bool:
        return self.day_kind == "working"


@dataclass(frozen=True)
class Registered:
    """The household's line in the register of the poor on the day of death."""

    desil: int | None
    source: str
    valid_to: date | None


@dataclass(frozen=True)
class Surveyed:
    """What a house survey concluded (0 to 9 points; more is poorer)."""

    score: int
    poor: bool


@dataclass(frozen=True)
class Facts:
    """What is known of a claim when it is judged."""

    has_nik: bool
    birth_date: date
    death_date: date
    filed_date: date
    last_day: date
    days_used: int
    resident_from: date | None = None
    resident_to: date | None = None
    kk_is_local: bool = True
    heir_is_deceased: bool = False
    relation: str = ""
    heir_in_same_kk: bool = True
    documents: frozenset[str] = frozenset()
    other_claims: tuple[str, ...] = ()
    registered: Registered | None = None
    surveyed: Surveyed | None = None
    remaining: Decimal = Decimal(0)
    has_bank_account: bool = False
    committed: bool = False
    """Whether its money is already set aside, so that the remaining budget no longer concerns it."""


# -- SM-01, SM-12: the window


def last_day(terms: Terms, death_date: date, add_working_days: AddWorkingDays) -> date:
    """The last day on which a claim may be filed. The day of death does not count; the last day does (SM-01)."""
    if terms.in_working_days:
        return add_working_days(death_date, terms.limit_days)
    return death_date + timedelta(days=terms.limit_days)


def days_left(last: date, today: date) -> int:
    """Calendar days until the last day; negative when it has passed (SM-12)."""
    return (last - today).days


def limit_text(terms: Terms) -> str:
    """`60 hari`, `30 hari kerja`."""
    if terms.in_working_days:
        return _("%(days)s hari kerja") % {"days": terms.limit_days}
    return _("%(days)s hari") % {"days": terms.limit_days}


def check_window(terms: Terms, facts: Facts) -> Check:
    """SM-01. The days are computed from two dates, never typed."""

    def answer(outcome: Outcome, sentence: str) -> Check:
        return Check("window", "SM-01", _("Batas waktu"), outcome, sentence)

    if facts.filed_date < facts.death_date:
        return answer(Outcome.FAILED, _("Tanggal meninggal sesudah tanggal pengajuan. Perbaiki tanggal meninggal."))
    values = {
        "last": tanggal(facts.last_day),
        "limit": limit_text(terms),
        "used": facts.days_used,
        "unit": _("hari kerja") if terms.in_working_days else _("hari"),
    }
    if facts.filed_date > facts.last_day:
        text = _("Diajukan %(used)s %(unit)s sesudah meninggal; batasnya %(limit)s, terakhir %(last)s.")
        return answer(Outcome.FAILED, text % values)
    text = _("Diajukan %(used)s %(unit)s sesudah meninggal, dari batas %(limit)s (terakhir %(last)s).")
    return answer(Outcome.PASSED, text % values)


# -- SM-02: domicile


def check_domicile(terms: Terms, facts: Facts) -> Check:
    """SM-02. Moving in after the death, or away before it, excludes."""

    def answer(outcome: Outcome, sentence: str) -> Check:
        return Check("domicile", "SM-02", _("Domisili"), outcome, sentence)

    if facts.resident_from and facts.resident_from > facts.death_date:
        text = _("Baru menjadi penduduk pada %(day)s, sesudah meninggal.")
        return answer(Outcome.FAILED, text % {"day": tanggal(facts.resident_from)})
    if facts.resident_to and facts.resident_to < facts.death_date:
        text = _("Sudah pindah pada %(day)s, sebelum meninggal.")
        return answer(Outcome.FAILED, text % {"day": tanggal(facts.resident_to)})
    if not facts.kk_is_local and Document.DOMICILE_LETTER not in facts.documents:
        # Regions split and people move: a number from elsewhere is a reason to look, never to refuse.
        text = _("Kartu Keluarga pertama kali terbit di luar kabupaten ini; pastikan domisilinya pada hari meninggal.")
        return answer(Outcome.PASSED, text)
    return answer(Outcome.PASSED, _("Penduduk kabupaten ini pada hari meninggal."))


# -- SM-03: once per person


def check_unpaid(terms: Terms, facts: Facts) -> Check:
    """SM-03. The database refuses it too; here stands why."""
    if facts.other_claims:
        text = _("Sudah ada pengajuan lain untuk orang ini: %(numbers)s.") % {"numbers": ", ".join(facts.other_claims)}
        return Check("once", "SM-03", _("Santunan sebelumnya"), Outcome.FAILED, text)
    return Check("once", "SM-03", _("Santunan sebelumnya"), Outcome.PASSED, _("Tidak ada."))


# -- SM-04: the heir


def check_heir(terms: Terms, facts: Facts) -> Check:
    """SM-04. Someone else than the deceased, and a paper says how they are related."""

    def answer(outcome: Outcome, sentence: str) -> Check:
        return Check("heir", "SM-04", _("Ahli waris"), outcome, sentence)

    if facts.heir_is_deceased:
        return answer(Outcome.FAILED, _("NIK ahli waris sama dengan NIK almarhum. Isi NIK ahli waris yang benar."))
    if not facts.relation:
        return answer(Outcome.FAILED, _("Hubungan ahli waris dengan almarhum belum diisi."))
    if not facts.heir_in_same_kk and Document.RELATION_LETTER not in facts.documents:
        text = _("Ahli waris tidak satu Kartu Keluarga. Lampirkan surat keterangan ahli waris.")
        return answer(Outcome.FAILED, text)
    if facts.heir_in_same_kk:
        return answer(Outcome.PASSED, _("%(relation)s, satu Kartu Keluarga.") % {"relation": facts.relation})
    return answer(Outcome.PASSED, _("%(relation)s, dengan surat keterangan ahli waris.") % {"relation": facts.relation})


# -- SM-05: who died


def months_old(birth: date, death: date) -> int:
    """Whole months of life."""
    return (death.year - birth.year) * 12 + death.month - birth.month - (death.day < birth.day)


def check_identity(terms: Terms, facts: Facts) -> Check:
    """SM-05. An infant without NIK is known by family card and birth letter; everybody else by NIK."""

    def answer(outcome: Outcome, sentence: str) -> Check:
        return Check("identity", "SM-05", _("Identitas almarhum"), outcome, sentence)

    if facts.birth_date > facts.death_date:
        return answer(Outcome.FAILED, _("Tanggal lahir sesudah tanggal meninggal. Perbaiki salah satunya."))
    if facts.has_nik:
        return answer(Outcome.PASSED, _("NIK tertulis dengan susunan yang benar."))
    if not terms.infants_accepted:
        return answer(Outcome.FAILED, _("Program ini mensyaratkan NIK, juga untuk bayi. Mintakan NIK ke Disdukcapil."))
    if months_old(facts.birth_date, facts.death_date) >= terms.infant_months:
        text = _("Hanya bayi di bawah %(months)s bulan yang boleh tanpa NIK. Isi NIK almarhum.")
        return answer(Outcome.FAILED, text % {"months": terms.infant_months})
    missing = [key for key in (Document.KK, Document.BIRTH_LETTER) if key not in facts.documents]
    if missing:
        text = _("Bayi tanpa NIK perlu: %(names)s.")
        return answer(Outcome.FAILED, text % {"names": ", ".join(document_name(key) for key in missing)})
    return answer(Outcome.PASSED, _("Bayi tanpa NIK, dikenali dari Kartu Keluarga dan surat lahir."))


# -- SM-06: documents


def requirements(terms: Terms, facts: Facts | None = None) -> list[Requirement]:
    """What must be brought: of this claim, or of anybody (with the conditions as words) when no facts are given."""
    found = [Requirement((Document.KK,)), Requirement((Document.HEIR_ID,)), _proof_of_death(terms)]
    if terms.certificate_proof_required:
        found.append(Requirement((Document.CERTIFICATE_PROOF, Document.CERTIFICATE)))
    if terms.bank_account_required:
        found.append(Requirement((Document.BANK_BOOK,)))
    outside = facts is None or facts.registered is None
    if terms.poverty_letter_required:
        found.append(Requirement((Document.POVERTY_LETTER,)))
    elif terms.register_required and terms.survey_allowed and outside:
        found.append(Requirement((Document.POVERTY_LETTER,), _("bila keluarga tidak ada dalam data sosial")))
    if terms.infants_accepted and (facts is None or not facts.has_nik):
        found.append(Requirement((Document.BIRTH_LETTER,), _("bagi bayi yang belum ber-NIK")))
    if facts is None or not facts.heir_in_same_kk:
        found.append(Requirement((Document.RELATION_LETTER,), _("bila ahli waris tidak satu Kartu Keluarga")))
    return found


def _proof_of_death(terms: Terms) -> Requirement:
    """SM-06: where the programme says so the village's letter is enough; the certificate always is."""
    if terms.village_letter_enough:
        return Requirement((Document.VILLAGE_LETTER, Document.CERTIFICATE))
    return Requirement((Document.CERTIFICATE,))


def check_documents(terms: Terms, facts: Facts) -> Check:
    """SM-06. All that the programme asks of this claim is there."""
    missing = [item.name for item in requirements(terms, facts) if not item.met_by(facts.documents)]
    if terms.bank_account_required and not facts.has_bank_account:
        missing.append(_("nomor rekening ahli waris"))
    if missing:
        text = _("Belum ada: %(names)s.") % {"names": "; ".join(missing)}
        return Check("documents", "SM-06", _("Dokumen"), Outcome.FAILED, text)
    if terms.village_letter_enough and Document.CERTIFICATE not in facts.documents:
        text = _("Lengkap. Surat kematian dari desa sudah cukup.")
    else:
        text = _("Lengkap.")
    return Check("documents", "SM-06", _("Dokumen"), Outcome.PASSED, text)


# -- SM-07: poor, by the register or by a survey

ROOF = {"rumbia": 3, "seng": 2, "asbes": 2, "genteng": 1, "beton": 0}
FLOOR = {"tanah": 3, "bambu": 3, "semen": 1, "ubin": 1, "keramik": 0}
WALLS = {"bambu": 3, "kayu": 2, "tembok_kasar": 1, "tembok": 0}
"""Points per material, 0 (sound) to 3 (poor)."""


def survey(terms: Terms, *, roof: str, floor: str, walls: str) -> Surveyed:
    """SM-07. The surveyor names materials; the conclusion is computed. Raises KeyError for an unknown material."""
    score = ROOF[roof] + FLOOR[floor] + WALLS[walls]
    return Surveyed(score, score >= terms.survey_threshold)


def needs_survey(terms: Terms, facts: Facts) -> bool:
    """Whether only a visit can tell: outside the register, and not surveyed yet."""
    return terms.register_required and terms.survey_allowed and not _listed(terms, facts) and facts.surveyed is None


def _listed(terms: Terms, facts: Facts) -> bool:
    if facts.registered is None:
        return False
    return terms.max_desil is None or facts.registered.desil is None or facts.registered.desil <= terms.max_desil


def check_poverty(terms: Terms, facts: Facts) -> Check:
    """SM-07, and the desil limit of SM-11."""

    def answer(outcome: Outcome, sentence: str) -> Check:
        return Check("poverty", "SM-07", _("Data sosial"), outcome, sentence)

    if not terms.register_required:
        return answer(Outcome.PASSED, _("Program ini untuk semua penduduk."))
    if _listed(terms, facts):
        return answer(Outcome.PASSED, registered_text(facts.registered))
    if facts.surveyed:
        values = {"score": facts.surveyed.score, "threshold": terms.survey_threshold}
        if facts.surveyed.poor:
            text = _("Survei rumah menyimpulkan keluarga miskin (%(score)s, ambang %(threshold)s).")
            return answer(Outcome.PASSED, text % values)
        text = _("Survei rumah menyimpulkan keluarga tidak miskin (%(score)s, ambang %(threshold)s).")
        return answer(Outcome.FAILED, text % values)
    reason = _("Keluarga tidak ada dalam data sosial pada hari meninggal.")
    if facts.registered:
        text = _("Keluarga tercatat desil %(desil)s, batas program desil %(limit)s.")
        reason = text % {"desil": facts.registered.desil, "limit": terms.max_desil}
    if not terms.survey_allowed:
        return answer(Outcome.FAILED, reason)
    return answer(Outcome.WAITING, reason + " " + _("Rumahnya perlu disurvei."))


def registered_text(entry: Registered | None) -> str:
    """`DTSEN desil 2, berlaku sampai 31 Desember 2026.`"""
    if entry is None:
        return _("Tidak ada dalam data sosial.")
    parts = [entry.source + (_(" desil %s") % entry.desil if entry.desil else "")]
    if entry.valid_to:
        parts.append(_("berlaku sampai %s") % tanggal(entry.valid_to))
    return ", ".join(parts) + "."


# -- SM-08: money


def check_budget(terms: Terms, facts: Facts) -> Check:
    """SM-08. A warning here; the approval itself asks the database under a lock."""
    if facts.committed:
        return Check("budget", "SM-08", _("Sisa pagu"), Outcome.PASSED, _("Dananya sudah disisihkan."))
    values = {"rest": rupiah(facts.remaining, short=True), "amount": rupiah(terms.amount, short=True)}
    if facts.remaining < terms.amount:
        text = _("Sisa pagu %(rest)s tidak cukup untuk %(amount)s.") % values
        return Check("budget", "SM-08", _("Sisa pagu"), Outcome.FAILED, text)
    return Check("budget", "SM-08", _("Sisa pagu"), Outcome.PASSED, _("Sisa pagu %(rest)s.") % values)


# -- All of them

_ALL = (
    check_window,
    check_domicile,
    check_unpaid,
    check_heir,
    check_identity,
    check_documents,
    check_poverty,
    check_budget,
)
_TO_FILE = frozenset({"window", "domicile", "once", "heir", "identity", "documents"})


def examine(terms: Terms, facts: Facts) -> list[Check]:
    """Every check, in the order in which a page shows them."""
    return [check(terms, facts) for check in _ALL]


def exclusions(checks: Iterable[Check]) -> list[Check]:
    """Those that refuse, each with its sentence (SM-12)."""
    return [check for check in checks if check.failed]


def hindrances_to_filing(checks: Iterable[Check]) -> list[Check]:
    """What must be mended before a village files. Poverty and money are for the office to judge, later."""
    return [check for check in checks if check.failed and check.key in _TO_FILE]


def summary(checks: Iterable[Check]) -> str:
    """`6 dari 6 pemeriksaan lolos`."""
    found = list(checks)
    return _("%(passed)s dari %(all)s pemeriksaan lolos") % {"passed": sum(c.passed for c in found), "all": len(found)}
