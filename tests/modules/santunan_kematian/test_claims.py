"""Filing: what the village does, and what the database never lets happen twice."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from modules.santunan_kematian.actions import claims, decisions, verification
from modules.santunan_kematian.actions.errors import (
    AlreadyClaimed,
    ChecksFailed,
    HeirIsDeceased,
    NoProgramme,
    NotEditable,
    NotYourVillage,
    OwnClaim,
    Refused,
    SurveyFirst,
)
from modules.santunan_kematian.actions.transitions import take_step
from modules.santunan_kematian.models import Claim, RegisterEntry
from modules.santunan_kematian.queries import claims as queries
from modules.santunan_kematian.queries import reading
from modules.services import public as services
from tenants.audit.models import AuditEntry
from tenants.files import actions as files
from tenants.files.models import Attachment
from tests.modules.santunan_kematian import cast as stage
from tests.modules.santunan_kematian.cast import NOON, TODAY, Cast


def at(day: date) -> datetime:
    return NOON + (day - TODAY)


@pytest.mark.rule("SM-01")
@pytest.mark.parametrize(("after", "accepted"), [(60, True), (61, False)])
def test_filed_within_the_window(cast: Cast, after: int, accepted: bool) -> None:
    claim = stage.drafted(cast, died=TODAY - timedelta(days=after))
    if accepted:
        claims.file_claim(claim=claim, by=cast.operator, at=NOON)
        assert Claim.objects.get().filed_date == TODAY
        return
    with pytest.raises(ChecksFailed, match="61 hari sesudah meninggal; batasnya 60 hari") as refused:
        claims.file_claim(claim=claim, by=cast.operator, at=NOON)
    assert refused.value.rule == "SM-01"


@pytest.mark.rule("SM-01")
def test_the_last_day_ends_at_midnight_of_the_regency(cast: Cast) -> None:
    """23.30 WIB on the last day is filed in time, although it is long past that in the east."""
    claim = stage.drafted(cast, died=TODAY - timedelta(days=60))
    claims.file_claim(claim=claim, by=cast.operator, at=NOON + timedelta(hours=11, minutes=30))
    late = stage.drafted(cast, 2, died=TODAY - timedelta(days=60))
    with pytest.raises(ChecksFailed):
        claims.file_claim(claim=late, by=cast.operator, at=NOON + timedelta(hours=12, minutes=1))


@pytest.mark.rule("SM-01")
def test_a_returned_claim_keeps_its_first_day(cast: Cast) -> None:
    claim = stage.endorsed(cast, died=TODAY - timedelta(days=60))
    verification.return_claim(claim=claim, reason="Surat tidak terbaca", by=cast.verifier, at=NOON)
    later = NOON + timedelta(days=9)
    claims.file_claim(claim=claim, by=cast.operator, at=later)
    claim.refresh_from_db()
    assert (claim.filed_date, claim.case.state) == (TODAY, "verifikasi")
    assert all(check.passed for check in queries.examine(claim, today=TODAY + timedelta(days=9)))


@pytest.mark.rule("SM-01")
def test_a_returned_claim_is_not_changed_to_a_death_after_its_filing(cast: Cast) -> None:
    claim = stage.endorsed(cast, died=TODAY - timedelta(days=3))
    verification.return_claim(claim=claim, reason="Tanggal salah", by=cast.verifier, at=NOON)
    told = stage.data(1, died=TODAY + timedelta(days=1))
    with pytest.raises(Refused, match="sesudah tanggal pengajuan"):
        claims.change_claim(claim=claim, data=told, documents={}, by=cast.operator, at=NOON + timedelta(days=2))


def test_a_regency_may_make_a_reason_optional(cast: Cast) -> None:
    """The workflow is data: the steps of the module go on working when it is changed."""
    content = services.current("santunan_kematian").content
    for step in content["transitions"]:
        step["needs_reason"] = step["key"] == "sahkan"
    services.publish(definition=content, by=None, at=NOON)
    claim = stage.drafted(cast)
    take_step(claim=claim, transition="ajukan", reason="", by=cast.operator, at=NOON)
    with pytest.raises(services.ReasonMissing):
        take_step(claim=claim, transition="sahkan", reason="", by=cast.village_head, at=NOON)
    take_step(claim=claim, transition="kembalikan_ke_operator", reason="", by=cast.village_head, at=NOON)
    claim.refresh_from_db()
    assert claim.case.state == "draf_desa"


@pytest.mark.rule("SM-02")
def test_who_moved_away_before_is_not_filed(cast: Cast) -> None:
    claim = stage.drafted(cast, resident_to=TODAY - timedelta(days=30))
    with pytest.raises(ChecksFailed, match="Sudah pindah"):
        claims.file_claim(claim=claim, by=cast.operator, at=NOON)


@pytest.mark.rule("SM-03")
def test_one_standing_claim_per_nik(cast: Cast) -> None:
    first = stage.filed(cast)
    with pytest.raises(AlreadyClaimed, match=first.number):
        claims.draft_claim(
            data=stage.data(1, kk=stage.kk(77)), village=cast.village, documents={}, by=cast.operator, at=NOON
        )
    assert Claim.objects.count() == 1


@pytest.mark.rule("SM-03")
def test_the_database_itself_refuses_a_second_one(cast: Cast) -> None:
    """Not the form, not the action: the constraint."""
    claim = stage.drafted(cast)
    other = stage.drafted(cast, 2)
    with pytest.raises(IntegrityError, match="claim_once_per_nik"), transaction.atomic():
        Claim.objects.filter(pk=other.pk).update(nik=claim.nik)


@pytest.mark.rule("SM-03")
def test_a_withdrawn_or_refused_claim_frees_the_place(cast: Cast) -> None:
    claims.withdraw_claim(claim=stage.drafted(cast), reason="Salah orang", by=cast.operator, at=NOON)
    again = claims.draft_claim(
        data=stage.data(), village=cast.village, documents=stage.papers(), by=cast.operator, at=NOON
    )
    claims.file_claim(claim=again, by=cast.operator, at=NOON)
    claims.endorse_claim(claim=again, by=cast.village_head, at=NOON)
    verification.propose_refusal(claim=again, reason="Bukan warga", by=cast.verifier, at=NOON)
    decisions.refuse_claim(claim=again, reason="Bukan warga", by=cast.director, at=NOON)
    third = claims.draft_claim(data=stage.data(), village=cast.village, documents={}, by=cast.operator, at=NOON)
    assert Claim.objects.standing().get() == third
    again.refresh_from_db()
    assert (again.case.outcome, again.case.is_open) == ("refused", False)


@pytest.mark.rule("SM-03")
def test_a_form_sent_twice_is_one_claim(cast: Cast) -> None:
    import uuid

    token = uuid.uuid4()
    both = [
        claims.draft_claim(
            data=stage.data(), village=cast.village, documents={}, by=cast.operator, at=NOON, token=token
        )
        for _ in range(2)
    ]
    assert both[0] == both[1]
    assert Claim.objects.count() == services.open_cases(service="santunan_kematian") == 1


@pytest.mark.rule("SM-04")
def test_the_heir_is_not_the_deceased(cast: Cast) -> None:
    told = stage.data(heir_nik=stage.nik(1))
    with pytest.raises(HeirIsDeceased), transaction.atomic():
        claims.draft_claim(data=told, village=cast.village, documents={}, by=cast.operator, at=NOON)
    claim = stage.drafted(cast)
    with pytest.raises(IntegrityError, match="claim_heir_is_not_deceased"), transaction.atomic():
        Claim.objects.filter(pk=claim.pk).update(heir_nik=claim.nik)


@pytest.mark.rule("SM-04")
def test_an_heir_outside_the_family_card_brings_a_letter(cast: Cast) -> None:
    claim = stage.drafted(cast, heir_in_same_kk=False, heir_relation="saudara")
    with pytest.raises(ChecksFailed, match="surat keterangan ahli waris"):
        claims.file_claim(claim=claim, by=cast.operator, at=NOON)
    claims.change_claim(
        claim=claim,
        data=stage.data(heir_in_same_kk=False, heir_relation="saudara"),
        documents=stage.papers("surat_ahli_waris"),
        by=cast.operator,
        at=NOON,
    )
    claims.file_claim(claim=claim, by=cast.operator, at=NOON)


INFANT: dict[str, Any] = {"nik": None, "birth_date": TODAY - timedelta(days=9), "name": "Bayi Ny. Siti"}


@pytest.mark.rule("SM-05")
def test_an_infant_is_known_by_family_and_birth(cast: Cast) -> None:
    told = stage.data(**INFANT)
    stage.register(told, cast)
    papers = stage.papers(*stage.PAPERS, "surat_lahir")
    claim = claims.draft_claim(data=told, village=cast.village, documents=papers, by=cast.operator, at=NOON)
    claims.file_claim(claim=claim, by=cast.operator, at=NOON)
    with pytest.raises(AlreadyClaimed), transaction.atomic():
        claims.draft_claim(data=told, village=cast.village, documents=papers, by=cast.operator, at=NOON)
    twin = claims.draft_claim(
        data=stage.data(**INFANT, birth_order=2), village=cast.village, documents={}, by=cast.operator, at=NOON
    )
    with pytest.raises(IntegrityError, match="claim_once_per_"), transaction.atomic():
        Claim.objects.filter(pk=twin.pk).update(birth_order=1)


@pytest.mark.rule("SM-05")
def test_an_infant_that_got_a_nik_since_is_the_same_person(cast: Cast) -> None:
    claims.draft_claim(data=stage.data(**INFANT), village=cast.village, documents={}, by=cast.operator, at=NOON)
    with_nik = stage.data(**{**INFANT, "nik": stage.nik(5, born=TODAY - timedelta(days=9))})
    with pytest.raises(AlreadyClaimed):
        claims.draft_claim(data=with_nik, village=cast.village, documents={}, by=cast.operator, at=NOON)


@pytest.mark.rule("SM-06")
def test_missing_papers_hold_it_back_with_their_names(cast: Cast) -> None:
    stage.register(stage.data(), cast)
    claim = claims.draft_claim(
        data=stage.data(), village=cast.village, documents=stage.papers("kk"), by=cast.operator, at=NOON
    )
    with pytest.raises(ChecksFailed, match="KTP ahli waris; Surat kematian dari desa/kelurahan atau Kutipan akta"):
        claims.file_claim(claim=claim, by=cast.operator, at=NOON)


@pytest.mark.rule("SM-07")
def test_outside_the_register_a_survey_comes_first(cast: Cast) -> None:
    told = stage.data()
    papers = stage.papers(*stage.PAPERS, "surat_miskin")
    claim = claims.draft_claim(data=told, village=cast.village, documents=papers, by=cast.operator, at=NOON)
    claims.file_claim(claim=claim, by=cast.operator, at=NOON)
    claims.endorse_claim(claim=claim, by=cast.village_head, at=NOON)
    with pytest.raises(SurveyFirst):
        verification.confirm_complete(claim=claim, by=cast.verifier, at=NOON)
    verification.request_survey(claim=claim, by=cast.verifier, at=NOON)
    found = verification.record_survey(
        claim=claim, roof="rumbia", floor="tanah", walls="bambu", photo=stage.photo(), by=cast.surveyor, at=NOON
    )
    assert (found.score, found.poor) == (9, True)
    verification.confirm_complete(claim=claim, by=cast.verifier, at=NOON)
    claim.refresh_from_db()
    assert claim.case.state == "keputusan"


@pytest.mark.rule("SM-07")
def test_a_survey_that_finds_no_poverty_excludes(cast: Cast) -> None:
    papers = stage.papers(*stage.PAPERS, "surat_miskin")
    claim = claims.draft_claim(data=stage.data(), village=cast.village, documents=papers, by=cast.operator, at=NOON)
    claims.file_claim(claim=claim, by=cast.operator, at=NOON)
    claims.endorse_claim(claim=claim, by=cast.village_head, at=NOON)
    verification.request_survey(claim=claim, by=cast.verifier, at=NOON)
    verification.record_survey(
        claim=claim, roof="beton", floor="keramik", walls="tembok", photo=stage.photo(), by=cast.surveyor, at=NOON
    )
    with pytest.raises(ChecksFailed, match="tidak miskin"):
        verification.confirm_complete(claim=claim, by=cast.verifier, at=NOON)


@pytest.mark.rule("SM-07")
def test_the_register_counts_on_the_day_of_death(cast: Cast) -> None:
    """A line that began after the death, or ended before it, does not help; one that ended since does."""
    stage.register(stage.data(), cast, valid_from=TODAY - timedelta(days=4))
    assert queries.register_entry(nik=stage.nik(1), kk=stage.kk(1), day=TODAY - timedelta(days=5)) is None
    RegisterEntry.objects.update(
        valid_from=date(2026, 1, 1), valid_to=TODAY - timedelta(days=1), ended_at=NOON, ended_reason="replaced"
    )
    assert queries.register_entry(nik=stage.nik(1), kk=stage.kk(1), day=TODAY - timedelta(days=5)) is not None


@pytest.mark.rule("SM-09")
def test_who_filed_does_not_verify(cast: Cast) -> None:
    claim = stage.endorsed(cast)
    cast.operator.grants.create(role=cast.verifier.grants.get().role)
    for act in (
        lambda: verification.confirm_complete(claim=claim, by=cast.operator, at=NOON),
        lambda: verification.propose_refusal(claim=claim, reason="x", by=cast.operator, at=NOON),
    ):
        with pytest.raises(OwnClaim):
            act()
    with pytest.raises(IntegrityError, match="claim_verifier_is_not_filer"), transaction.atomic():
        Claim.objects.filter(pk=claim.pk).update(verified_by=cast.operator)


def test_a_village_acts_on_its_own_claims_alone(cast: Cast) -> None:
    with pytest.raises(NotYourVillage):
        claims.draft_claim(data=stage.data(), village=cast.elsewhere, documents={}, by=cast.operator, at=NOON)
    claim = stage.drafted(cast)
    type(claim.case).objects.filter(pk=claim.case_id).update(village=cast.elsewhere)
    with pytest.raises(services.NotYourTurn):
        claims.file_claim(claim=claim, by=cast.operator, at=NOON)


def test_what_left_the_village_is_not_rewritten(cast: Cast) -> None:
    claim = stage.filed(cast)
    with pytest.raises(NotEditable):
        claims.change_claim(claim=claim, data=stage.data(), documents={}, by=cast.operator, at=NOON)


@pytest.mark.rule("SM-11")
def test_without_a_programme_on_the_day_of_death_nothing_is_filed(cast: Cast) -> None:
    with pytest.raises(NoProgramme, match="31 Desember 2025"):
        stage.drafted(cast, died=date(2025, 12, 31))


def test_a_reveal_is_recorded_without_the_number(cast: Cast) -> None:
    claim = stage.drafted(cast)
    assert claims.reveal(claim=claim, field="nik", by=cast.verifier, at=NOON) == stage.nik(1)
    entry = AuditEntry.objects.get(action="santunan_kematian.nik_revealed")
    assert (entry.actor_id, entry.subject_label) == (cast.verifier.pk, claim.number)
    assert stage.nik(1) not in str(entry.data)


def test_numbers_are_sealed_in_the_table(cast: Cast) -> None:
    from django.db import connection

    stage.drafted(cast)
    with connection.cursor() as cursor:
        cursor.execute("SELECT row_to_json(c)::text FROM santunan_kematian_claim c")
        stored = cursor.fetchone()[0]
    for secret in (stage.nik(1), stage.kk(1), "sakit"):
        assert secret not in stored
        assert secret.encode().hex() not in stored


def _replaced(cast: Cast, claim: Claim) -> Attachment:
    """The KK of the claim, after another took its place."""
    old = claim.case.documents.get(key="kk").attachment
    claims.change_claim(claim=claim, data=stage.data(1), documents=stage.papers("kk"), by=cast.operator, at=NOON)
    assert claim.case.documents.get(key="kk").attachment != old
    return old


def _sweep() -> int:
    return files.sweep_released(before=NOON + timedelta(minutes=1), at=NOON + timedelta(days=1))


def test_a_replaced_document_is_swept(
    cast: Cast, django_capture_on_commit_callbacks: Callable[..., AbstractContextManager[list[Any]]]
) -> None:
    old = _replaced(cast, stage.drafted(cast))
    storage, path = old.file.storage, str(old.file.name)
    assert files.sweep_released(before=NOON, at=NOON) == 0, "not before its day"
    with django_capture_on_commit_callbacks(execute=True):
        assert _sweep() == 1
    assert not Attachment.objects.filter(pk=old.pk).exists()
    assert not storage.exists(path)
    assert Attachment.objects.count() == 3
    assert AuditEntry.objects.get(action="files.attachment_deleted").data["reason"] == "replaced"


def test_what_a_decision_rested_on_is_kept(cast: Cast) -> None:
    claim = stage.approved(cast)
    decisions.revoke_approval(claim=claim, reason="KK lama", by=cast.director, at=NOON)
    decisions.ask_again(claim=claim, reason="KK lama", by=cast.director, at=NOON)
    verification.return_claim(claim=claim, reason="KK lama", by=cast.verifier, at=NOON)
    old = _replaced(cast, claim)
    assert _sweep() == 0
    assert ("Kartu Keluarga (diganti)", old) in reading.documents(claim)


def test_a_released_file_that_something_refers_to_stays(cast: Cast) -> None:
    attachment = stage.drafted(cast).case.documents.get(key="kk").attachment
    files.release(attachment=attachment, at=NOON)
    assert _sweep() == 0
