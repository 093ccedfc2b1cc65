"""Services as staff manage them: versions, switch, office."""

import json

from modules.services.models import Service
from modules.services.permissions import ServicesPermission as P
from modules.services.public import current
from modules.switches import state_of
from tenants.accounts.permissions import StaffPermission
from tenants.models import Regency
from tests.modules.services.builders import definition, filed, person, unit
from tests.modules.services.conftest import Visitor
from tests.modules.services.examples import opened

LIST = "/work/services/list/"


def designer(batang: Regency) -> Visitor:
    return Visitor(batang, person("perancang", "perancang", P.VIEW, P.DESIGN))


def test_list_and_page_say_what_a_service_is(batang: Regency) -> None:
    opened()
    filed()
    staff = Visitor(batang, person("pembaca", "pembaca", P.VIEW))
    page = staff.get(LIST).text
    assert "1 dari 1 layanan menerima permohonan" in page
    assert "Layanan baru" not in page
    page = staff.get(f"{LIST}surat_uji/").text
    assert "Diperiksa desa" in page
    assert "Ubah definisi" not in page
    assert staff.get(f"{LIST}surat_uji/publication/").status_code == 404


def test_publishing_a_change_makes_the_next_version(batang: Regency) -> None:
    opened()
    staff, address = designer(batang), f"{LIST}surat_uji/publication/"
    assert "Surat uji" in staff.get(address).text
    answer = staff.post(address, {"definition": json.dumps(definition(summary="Yang baru."))})
    assert answer.status_code == 302
    found = current("surat_uji")
    assert found is not None
    assert (found.number, found.definition.summary) == (2, "Yang baru.")


def test_what_is_wrong_is_said_and_kept(batang: Regency) -> None:
    opened()
    staff, address = designer(batang), f"{LIST}surat_uji/publication/"
    for sent, sentence in (
        ("{", "bukan JSON yang utuh"),
        ("[1]", "harus berupa objek JSON"),
        (json.dumps(definition(key="lain")), "Kunci layanan tidak boleh berubah"),
        (json.dumps(definition(start="entah")), "Tahap awal “entah” tidak ada"),
    ):
        answer = staff.post(address, {"definition": sent})
        assert answer.status_code == 422
        assert sentence in answer.text
    assert Service.objects.get().versions.count() == 1


def test_a_service_of_ones_own(batang: Regency) -> None:
    staff = designer(batang)
    assert staff.post(f"{LIST}new/", {"definition": json.dumps(definition())}).status_code == 302
    assert state_of(batang, "surat_uji") == "off", "published is not yet open"
    again = staff.post(f"{LIST}new/", {"definition": json.dumps(definition(name="Lain"))})
    assert (again.status_code, "sudah ada" in again.text) == (422, True)


def test_switching_a_service(batang: Regency) -> None:
    opened()
    filed()
    staff = Visitor(batang, person("admin", "admin", P.VIEW, StaffPermission.MANAGE_MODULES))
    refused = staff.post(f"{LIST}surat_uji/switch/", {"state": "off"})
    assert refused.status_code == 409
    assert "berkas terbuka" in refused.text
    assert staff.post(f"{LIST}surat_uji/switch/", {"state": "closing"}).status_code == 302
    assert state_of(batang, "surat_uji") == "closing"
    assert staff.post(f"{LIST}surat_uji/switch/", {"state": "besok"}).status_code == 422
    assert designer(batang).post(f"{LIST}surat_uji/switch/", {"state": "on"}).status_code == 404


def test_office_of_a_service(batang: Regency) -> None:
    opened()
    dinas = unit()
    assert designer(batang).post(f"{LIST}surat_uji/office/", {"unit": dinas.pk}).status_code == 302
    assert Service.objects.get().unit == dinas
    assert filed(unit=None).case.unit == dinas
