"""Manggarai follows its own regulation; Batang's claims stay as they are."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.db import connection

from modules.santunan_kematian.actions import programme
from modules.santunan_kematian.actions.errors import ChecksFailed, ProgrammeInUse, ProgrammeOverlaps, Refused
from modules.santunan_kematian.models import Claim, Programme
from modules.santunan_kematian.queries import claims as queries
from tenants.models import Regency
from tests.modules.santunan_kematian import cast as stage
from tests.modules.santunan_kematian.cast import NOON, TODAY, Cast

OWN = {
    "name": "Santunan duka",
    "regulation": "Peraturan Bupati Manggarai Nomor 12 Tahun 2026",
    "amount": Decimal(2_500_000),
    "limit_days": 30,
    "day_kind": "working",
    "village_letter_enough": False,
    "funding": "bansos",
    "account_code": "5.1.06.01.01.0001",
    "place": "Ruteng",
}


@pytest.mark.rule("SM-11", "SM-01")
def test_each_follows_its_own_rules(cast: Cast, batang: Regency, manggarai: Regency) -> None:
    mine = stage.filed(cast, died=date(2026, 9, 30))
    connection.set_tenant(manggarai, include_public=False)
    theirs = stage.make_cast("53.10", **OWN)
    noon = datetime(2026, 11, 11, 4, 0, tzinfo=UTC)  # 12.00 WITA
    papers = stage.papers("kk", "ktp_ahli_waris", "akta_kematian")
    told = stage.data(died=date(2026, 9, 30))
    stage.register(told, theirs)
    from modules.santunan_kematian.actions import claims

    claim = claims.draft_claim(data=told, village=theirs.village, documents=papers, by=theirs.operator, at=noon)
    # 30 working days after 30 September 2026 end on 11 November: a day later it is too late.
    facts = queries.facts_of(claim, today=date(2026, 11, 11))
    assert (facts.days_used, facts.last_day) == (30, date(2026, 11, 11))
    assert claim.amount == Decimal(2_500_000)
    with pytest.raises(ChecksFailed, match="31 hari kerja sesudah meninggal; batasnya 30 hari kerja"):
        claims.file_claim(claim=claim, by=theirs.operator, at=datetime(2026, 11, 12, 4, 0, tzinfo=UTC))
    claims.file_claim(claim=claim, by=theirs.operator, at=noon)
    connection.set_tenant(batang, include_public=False)
    mine.refresh_from_db()
    assert (mine.amount, mine.programme.limit_days, mine.programme.account_code) == (
        Decimal(1_000_000),
        60,
        "5.3.01.01.01.0001",
    )
    assert Claim.objects.count() == 1


@pytest.mark.rule("SM-11", "SM-06")
def test_where_the_certificate_is_asked_for(manggarai: Regency) -> None:
    connection.set_tenant(manggarai, include_public=False)
    theirs = stage.make_cast("53.10", **OWN)
    with pytest.raises(ChecksFailed, match="Belum ada: Kutipan akta kematian"):
        stage.filed(theirs)


@pytest.mark.rule("SM-11")
def test_new_rules_begin_on_a_day_and_old_claims_keep_theirs(cast: Cast) -> None:
    old = stage.filed(cast, 1)
    settings = programme.settings_of(cast.programme)
    new = programme.revise_programme(
        programme=cast.programme,
        settings=type(settings)(name="Santunan kematian", valid_from=date(2027, 1, 1), amount=Decimal(1_500_000)),
        by=cast.director,
        at=NOON,
    )
    cast.programme.refresh_from_db()
    assert cast.programme.valid_to == date(2026, 12, 31)
    assert queries.programme_on(date(2026, 12, 31)) == cast.programme
    assert queries.programme_on(date(2027, 1, 1)) == new
    old.refresh_from_db()
    assert (old.programme, old.amount) == (cast.programme, Decimal(1_000_000))


@pytest.mark.rule("SM-11")
def test_a_programme_that_has_ended_stays_ended(cast: Cast) -> None:
    settings = programme.settings_of(cast.programme)
    ended = replace(settings, valid_to=date(2026, 6, 30))
    programme.correct_programme(programme=cast.programme, settings=ended, by=cast.director, at=NOON)
    programme.revise_programme(
        programme=cast.programme, settings=replace(settings, valid_from=date(2027, 1, 1)), by=cast.director, at=NOON
    )
    assert queries.programme_on(date(2026, 6, 30)) == cast.programme
    assert queries.programme_on(date(2026, 7, 1)) is None


@pytest.mark.rule("SM-11")
def test_rules_are_not_changed_under_a_claim(cast: Cast) -> None:
    settings = programme.settings_of(cast.programme)
    corrected = type(settings)(name="Nama lain", valid_from=settings.valid_from, amount=Decimal(2_000_000))
    programme.correct_programme(programme=cast.programme, settings=corrected, by=cast.director, at=NOON)
    stage.filed(cast)
    with pytest.raises(ProgrammeInUse):
        programme.correct_programme(programme=cast.programme, settings=settings, by=cast.director, at=NOON)
    with pytest.raises(ProgrammeInUse):
        programme.revise_programme(
            programme=cast.programme,
            settings=type(settings)(name="x", valid_from=date(2026, 11, 1)),
            by=cast.director,
            at=NOON,
        )
    assert Programme.objects.get().amount == Decimal(2_000_000)


@pytest.mark.rule("SM-11")
def test_overlaps_are_refused_with_a_sentence(cast: Cast) -> None:
    settings = programme.Settings(name="Kembar", valid_from=TODAY)
    with pytest.raises(ProgrammeOverlaps, match="sudah ada program lain"):
        programme.create_programme(code="kembar", settings=settings, by=cast.director, at=NOON)
    with pytest.raises(Refused, match="harus mulai sesudah"):
        programme.revise_programme(
            programme=cast.programme,
            settings=programme.Settings(name="x", valid_from=date(2025, 1, 1)),
            by=cast.director,
            at=NOON,
        )
