"""Invented people in several stages, so that a demo's pages are alive. No NIK of theirs was ever issued."""

import random
from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from io import BytesIO
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from modules.santunan_kematian.actions import claims, decisions, payments, programme, verification
from modules.santunan_kematian.actions.claims import ClaimData
from modules.santunan_kematian.models import Claim, Programme, RegisterEntry
from modules.santunan_kematian.queries.days import day_of
from tenants.organisation.calendar import current_calendar, regency_zone
from tenants.organisation.models import Village

_OWN: dict[str, dict[str, Any]] = {
    "33.25": {
        "regulation": "Peraturan Bupati Batang tentang Santunan Kematian bagi Warga Miskin (contoh)",
        "place": "Batang",
    },
    "53.10": {
        "name": "Santunan duka",
        "regulation": "Peraturan Bupati Manggarai tentang Santunan Duka (contoh)",
        "place": "Ruteng",
        "amount": Decimal(1_500_000),
        "limit_days": 30,
        "day_kind": "working",
        "funding": "bansos",
        "account_code": "5.1.06.01.01.0001",
    },
}
_CEILING = {"33.25": Decimal(2_000_000_000), "53.10": Decimal(750_000_000)}
_NAMES = {
    "33.25": "Karto Wijoyo, Wagiyem, Sarmidi, Tumini, Kasmuri, Rukiyah, Darsono, Sukarti, Mulyono, Painem, Rasjo, "
    "Tasminah, Warno, Surip, Kusnadi, Mursiti, Sanusi, Jumiati, Ngadimin, Rohimah, Slamet Raharjo, Sumiyati, "
    "Tarsono, Kasiyah, Bejo Santoso, Murni Lestari, Yatmin, Sarinah, Paijo, Wiji Astuti",
    "53.10": "Yosef Ngampu, Maria Nggelong, Petrus Jehadut, Regina Imung, Dominikus Gabur, Katarina Mbawar, "
    "Rafael Hambur, Sisilia Jedia, Benediktus Ganti, Agata Lenem, Aloisius Jemparut, Rosalia Mamus, Markus Dangku, "
    "Fransiska Ndina, Kanisius Jehabut, Bernadeta Ijul, Herman Ngadu, Yuliana Setia, Viktor Adur, Marta Nimat, "
    "Gabriel Madur, Elisabet Jelami, Stanislaus Patut, Anastasia Wanggur, Rikardus Jeradu, Monika Tanggu, "
    "Siprianus Jalu, Lusia Amut, Blasius Mon, Helena Daghung",
}
_HEIRS = "Siti Aminah, Agus Santosa, Rohani, Yohanes, Maria Goreti, Slamet Riyadi, Budi, Lestari, Darmi, Paulus"


def seed(*, regency: Any, staff: dict[str, Any], at: datetime) -> None:
    """Fill the current schema: programme, ceilings, register, and claims in every stage. Once."""
    if Claim.objects.exists() or "operator_desa" not in staff:
        return
    _settings(regency.code, staff, at)
    story = _Story(regency.code, staff, at)
    story.settled()
    story.today()


def _settings(code: str, staff: dict[str, Any], at: datetime) -> None:
    by = staff.get("kepala_dinsos")
    current = Programme.objects.order_by("-valid_from")[0]
    start = day_of(at).replace(year=day_of(at).year - 1, month=1, day=1)
    told = replace(programme.settings_of(current), **{"valid_from": start, **_OWN.get(code, {})})
    programme.correct_programme(programme=current, settings=told, by=by, at=at)
    for year in (day_of(at).year - 1, day_of(at).year):
        ceiling = _CEILING.get(code, Decimal(1_000_000_000))
        programme.set_ceiling(year=year, ceiling=ceiling, basis=f"APBD {year}", by=by, at=at)


class _Story:
    """What happened in a regency in the last weeks. The same every time: the dice have a fixed seed."""

    def __init__(self, code: str, staff: dict[str, Any], at: datetime) -> None:
        self.code, self.staff, self.at = code, staff, at
        self.dice = random.Random(code)
        self.names = [name.strip() for name in _NAMES.get(code, _NAMES["33.25"]).split(",")]
        self.heirs = [name.strip() for name in _HEIRS.split(",")]
        unit = staff["operator_desa"].assignments.select_related("position__unit__village").first().position.unit
        self.village: Village = unit.village
        self.count = 0
        villages = Village.objects.filter(district=self.village.district)
        for village in villages.filter(population=None):
            village.population = self.dice.randrange(1_400, 5_200)
            village.save(update_fields=["population"])

    def settled(self) -> None:
        """Weeks of claims that were paid and handed over; the last of them wait for the registry."""
        for ago in (18, 13, 8, 4):
            chosen = [self._approved(self._day(ago), elsewhere=n > 1) for n in range(4)]
            # Every other list waited a night for its SP2D.
            paid = self._day(ago - ago // 4 % 2) + timedelta(hours=3)
            self._pay(chosen, paid)
            for claim in chosen:
                self._hand_over(claim, paid + timedelta(hours=2))
            self._acknowledge(chosen, self._day(ago - 2))
        chosen = [self._approved(self._day(0)) for _ in range(3)]
        self._pay(chosen, self._day(0) + timedelta(hours=3))
        for claim in chosen[:2]:
            self._hand_over(claim, self._day(0) + timedelta(hours=5))

    def today(self) -> None:
        """What lies on the desks now: someone in every stage, one of them late."""
        now = self._day(0)
        for stage in (self._draft, self._filed, self._endorsed, self._endorsed, self._verified, self._verified):
            stage(now)
        self._approved(now)
        self._verified(self._day(1))
        self._endorsed(self._day(1))
        self._with_survey(self._day(2))
        self._infant(self._day(1))
        self._returned(self._day(3))
        self._refused(self._day(5))
        self._list([self._approved(now) for _ in range(2)], now + timedelta(hours=4))

    # -- Stages

    def _draft(self, moment: datetime, *, listed: bool = True, elsewhere: bool = False, **changes: Any) -> Claim:
        told = replace(self._person(moment), **changes)
        village = self._other_village() if elsewhere else self.village
        if listed:
            self._register(told, village, moment)
        papers = ["kk", "ktp_ahli_waris", "surat_kematian_desa"]
        papers += [] if listed else ["surat_miskin"]
        papers += [] if told.nik else ["surat_lahir"]
        return claims.draft_claim(
            data=told,
            village=village,
            documents={key: _picture(key) for key in papers},
            by=None if elsewhere else self.staff["operator_desa"],
            at=moment,
        )

    def _filed(self, moment: datetime, **changes: Any) -> Claim:
        claim = self._draft(moment, **changes)
        by = claim.drafted_by
        return claims.file_claim(claim=claim, by=by, at=moment + timedelta(minutes=9))

    def _endorsed(self, moment: datetime, **changes: Any) -> Claim:
        claim = self._filed(moment, **changes)
        by = self.staff["kepala_desa"] if claim.filed_by_id else None
        return claims.endorse_claim(claim=claim, by=by, at=moment + timedelta(minutes=40))

    def _verified(self, moment: datetime, **changes: Any) -> Claim:
        claim = self._endorsed(moment, **changes)
        return verification.confirm_complete(
            claim=claim, by=self.staff["verifikator_dinsos"], at=moment + timedelta(minutes=80)
        )

    def _approved(self, moment: datetime, **changes: Any) -> Claim:
        claim = self._verified(moment, **changes)
        decisions.approve_claim(claim=claim, by=self.staff["kepala_dinsos"], at=moment + timedelta(minutes=120))
        return claim

    def _with_survey(self, moment: datetime) -> None:
        waiting = self._endorsed(moment, listed=False)
        verification.request_survey(claim=waiting, by=self.staff["verifikator_dinsos"], at=moment + timedelta(hours=2))
        seen = self._endorsed(moment, listed=False)
        verification.request_survey(claim=seen, by=self.staff["verifikator_dinsos"], at=moment + timedelta(hours=2))
        verification.record_survey(
            claim=seen,
            roof="seng",
            floor="tanah",
            walls="kayu",
            photo=_picture("rumah"),
            note="Rumah panggung satu kamar, tanpa sambungan air.",
            by=self.staff["tksk"],
            at=moment + timedelta(hours=6),
        )

    def _infant(self, moment: datetime) -> None:
        born = day_of(moment) - timedelta(days=9)
        died = day_of(moment) - timedelta(days=2)
        self._endorsed(moment, nik=None, name="Bayi Ny. Rohani", birth_date=born, death_date=died)

    def _returned(self, moment: datetime) -> None:
        claim = self._endorsed(moment)
        verification.return_claim(
            claim=claim,
            reason="Surat kematian desa tidak terbaca. Pindai ulang, lalu ajukan kembali.",
            by=self.staff["verifikator_dinsos"],
            at=moment + timedelta(hours=3),
        )

    def _refused(self, moment: datetime) -> None:
        claim = self._endorsed(moment)
        reason = "Almarhum tercatat sudah pindah ke kabupaten lain sebelum meninggal."
        verification.propose_refusal(
            claim=claim, reason=reason, by=self.staff["verifikator_dinsos"], at=moment + timedelta(hours=3)
        )
        decisions.refuse_claim(
            claim=claim, reason=reason, by=self.staff["kepala_dinsos"], at=moment + timedelta(hours=4)
        )

    def _list(self, chosen: Iterable[Claim], moment: datetime) -> Any:
        found = [claim.decisions.get(revoked_at=None) for claim in chosen]
        decisions.issue_decree(decisions=found, by=self.staff["kepala_dinsos"], at=moment)
        return payments.list_payments(decisions=found, by=self.staff["bendahara"], at=moment)

    def _pay(self, chosen: list[Claim], moment: datetime) -> None:
        made = self._list(chosen, moment)
        payments.disburse(
            payment_list=made,
            sp2d_number=f"{self.dice.randrange(1000, 9999)}/SP2D/BTT/{moment:%Y}",
            sp2d_date=day_of(moment),
            by=self.staff["bpkad"],
            at=moment + timedelta(hours=1),
        )

    def _hand_over(self, claim: Claim, moment: datetime) -> None:
        payments.hand_over(
            payment=claim.payment,
            day=day_of(moment),
            place=f"Balai {claim.village.title}",
            receiver_name=claim.heir_name,
            witness_name=self.staff["kepala_desa"].name,
            photo=_picture("penyerahan"),
            by=self.staff["bendahara"],
            at=moment,
        )

    def _acknowledge(self, chosen: list[Claim], moment: datetime) -> None:
        for claim in chosen:
            for report in claim.death_reports.all():
                by = self.staff["petugas_dukcapil" if report.destination == "dukcapil" else "verifikator_dinsos"]
                reference = f"{self.code.replace('.', '')}-KM-{report.pk:06}"
                payments.acknowledge_death(report=report, reference=reference, by=by, at=moment)

    # -- People

    def _person(self, moment: datetime) -> ClaimData:
        self.count += 1
        n = self.count
        born = date(self.dice.randrange(1936, 1972), self.dice.randrange(1, 13), self.dice.randrange(1, 28))
        heir_born = date(self.dice.randrange(1974, 1999), self.dice.randrange(1, 13), self.dice.randrange(1, 28))
        female = n % 2 == 0
        return ClaimData(
            nik=self._nik(born, n, female=female),
            kk=f"{self._prefix}{self.dice.randrange(1, 28):02}0115{9900 + n % 100:04}",
            name=self.names[(n - 1) % len(self.names)],
            sex="P" if female else "L",
            birth_date=born,
            death_date=day_of(moment) - timedelta(days=self.dice.randrange(1, 12)),
            death_place=self.dice.choice(["di rumah", "RSUD", "Puskesmas"]),
            death_cause="sakit",
            address=f"RT {self.dice.randrange(1, 9):02} RW {self.dice.randrange(1, 5):02}",
            heir_nik=self._nik(heir_born, 100 - n % 100, female=not female),
            heir_name=self.heirs[n % len(self.heirs)],
            heir_relation="pasangan" if n % 3 else "anak",
            heir_bank="Bank Jateng" if n % 4 == 0 else "",
            heir_account=f"30{self.dice.randrange(10**7, 10**8)}" if n % 4 == 0 else "",
        )

    @property
    def _prefix(self) -> str:
        return f"{self.code.replace('.', '')}{self.village.code.split('.')[2]}"

    def _nik(self, born: date, serial: int, *, female: bool) -> str:
        return f"{self._prefix}{born.day + 40 * female:02}{born:%m%y}{9900 + serial % 100:04}"

    def _register(self, told: ClaimData, village: Village, moment: datetime) -> None:
        year = day_of(moment).year
        RegisterEntry.objects.create(
            nik=told.nik or self._nik(date(1990, 1, 1), self.count, female=True),
            kk=told.kk,
            name=told.name if told.nik else "Rohani",
            village=village,
            desil=self.dice.randrange(1, 5),
            source="DTSEN",
            valid_from=date(year - 1, 1, 1),
            valid_to=date(year, 12, 31),
        )

    def _other_village(self) -> Village:
        others = Village.objects.filter(district=self.village.district).exclude(pk=self.village.pk).order_by("code")
        return self.dice.choice(list(others[:8]) or [self.village])

    def _day(self, ago: int) -> datetime:
        """Nine in the morning of a working day: the latest one that is over by now, or `ago` before it."""
        zone = regency_zone()
        today = self.at.astimezone(zone)
        calendar = current_calendar()
        over = today.date() if today.hour >= 17 else today.date() - timedelta(days=1)
        last = over if calendar.is_working_day(over) else calendar.add_working_days(over, -1)
        return datetime.combine(calendar.add_working_days(last, -ago) if ago else last, time(9), tzinfo=zone)


def _picture(name: str) -> SimpleUploadedFile:
    """A plain grey sheet in place of a scan."""
    made = BytesIO()
    Image.new("RGB", (420, 300), "#d8d2c4").save(made, "JPEG", quality=60)
    return SimpleUploadedFile(f"{name}.jpg", made.getvalue(), "image/jpeg")
