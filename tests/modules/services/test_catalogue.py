"""The services that ship, from the form to the letter."""

import json
from typing import Any

import pytest

from modules.services.actions import seed_catalogue
from modules.services.definition import Definition, parse
from modules.services.forms import ApplyForm
from modules.services.letters import blocks_of
from modules.services.models import Service
from modules.services.public import Applicant, LetterRefused, act, file_case, publish
from modules.services.shipped import CATALOGUE
from tenants.letters.actions import make_letter
from tenants.letters.models import Letter
from tenants.models import Regency
from tests.modules.services.builders import MONDAY, person, reload, unit, village

FILES = sorted(CATALOGUE.glob("*.json"))


def content(name: str) -> dict[str, Any]:
    return json.loads((CATALOGUE / f"{name}.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_definition_passes_and_its_form_opens(batang: Regency, path: Any) -> None:
    found = parse(json.loads(path.read_text(encoding="utf-8")))
    assert found.key == path.stem, "a service is known by the name of its file before it is read"
    village()
    form = ApplyForm(found)
    assert [head for head, _fields in form.groups()][:2] == ["Pemohon", "Permohonan"]
    assert found.promise_days == sum(_way(found)), "the promise is what the stages take together"


def _way(found: Definition) -> list[int]:
    """The limits of the stages, each once, that an application passes at most."""
    return [state.days for state in found.states if state.days is not None and not state.is_end]


def test_seeding_twice_changes_nothing(batang: Regency) -> None:
    unit()
    first = seed_catalogue(by=None, at=MONDAY)
    assert len(first) == len(FILES) == 4
    assert seed_catalogue(by=None, at=MONDAY) == []
    assert Service.objects.get(key="surat_keterangan_tidak_mampu").unit == unit()
    changed = {**content("lapor_bupati"), "name": "Lapor Kami"}
    publish(definition=changed, by=None, at=MONDAY)
    seed_catalogue(by=None, at=MONDAY)
    assert Service.objects.get(key="lapor_bupati").name == "Lapor Kami", "the regency's own change stays"


def test_clone_carries_the_definition(batang: Regency) -> None:
    seed_catalogue(by=None, at=MONDAY)
    service = Service.objects.get(key="lapor_bupati")
    again = Service.apply_template(service.template_content(), by=None, at=MONDAY)
    assert (again, again.versions.count()) == (service, 1)


def applied(service: str, answers: dict[str, Any]) -> Any:
    seed_catalogue(by=None, at=MONDAY)
    return file_case(
        service=service,
        data=answers,
        applicant=Applicant("Karsini", nik="3325014107809001"),
        village=village(),
        by=None,
        at=MONDAY,
    ).case


def test_village_signs_and_the_letter_is_numbered(batang: Regency) -> None:
    answers = {"nama_usaha": "Warung", "jenis_usaha": "Makan", "alamat_usaha": "RT 1", "mulai_usaha": 2019,
               "keperluan": "Lelang"}  # fmt: skip
    case = applied("surat_keterangan_usaha", answers)
    operator, head = person("operator", "operator_desa", of=village()), person("kades", "kepala_desa", of=village())
    act(case=case, transition="teruskan", by=operator, at=MONDAY)
    with pytest.raises(LetterRefused, match="belum punya pimpinan"):
        act(case=case, transition="tanda_tangani", by=head, at=MONDAY)
    assert reload(case).state == "tanda_tangan", "no letter, no step"
    seat = head.assignments.get()
    seat.position.is_head = True
    seat.position.save()
    seat.save()
    act(case=case, transition="tanda_tangani", by=head, at=MONDAY)
    letter = Letter.objects.of(case).get()
    assert letter.number == "500.3/001/33.25.01.2001/2026"
    assert (letter.signed_by_name, letter.is_public) == ("Kades", False)
    assert make_letter(letter_id=letter.pk, at=MONDAY).state == "ready"


def test_letter_says_what_was_answered(batang: Regency) -> None:
    found = parse(content("surat_keterangan_tidak_mampu"))
    values = {"nama": "Karsini", "nik": "3325014107809001", "desa": "Desa Silurah", "kecamatan": "Wonotunggal",
              "kabupaten": "Kabupaten Batang"}  # fmt: skip
    answers = {"penghasilan": "900000", "tanggungan": 4, "keperluan": "Pendidikan", "pekerjaan": "Buruh {nik}"}
    opening, facts, resident, purpose = blocks_of(found.letters[0], found, values, answers)
    assert opening["texts"] == ["Yang bertanda tangan di bawah ini menerangkan bahwa:"]
    assert ["Penghasilan keluarga per bulan (rupiah)", "Rp 900.000"] in facts["rows"]
    assert ["Pekerjaan", "Buruh {nik}"] in facts["rows"], "an answer is never a template"
    assert "penduduk Desa Silurah, Kecamatan Wonotunggal" in resident["texts"][0]
    assert "satu keperluan, yaitu Pendidikan" in purpose["texts"][0]


def test_reporter_closes_the_report_or_sends_it_back(batang: Regency) -> None:
    case = applied("lapor_bupati", {"judul": "Jembatan"})
    clerk = person("petugas", "petugas_layanan")
    act(case=case, transition="tindak_lanjuti", by=clerk, at=MONDAY)
    act(case=case, transition="jawab", by=clerk, at=MONDAY, reason="Sudah diperbaiki.")
    back = act(case=case, transition="tanggapi", by=None, at=MONDAY, as_applicant=True)
    assert back.state == "tindak_lanjut"
    act(case=case, transition="jawab", by=clerk, at=MONDAY, reason="Sudah, sungguh.")
    assert act(case=case, transition="terima", by=None, at=MONDAY, as_applicant=True).outcome == "done"
