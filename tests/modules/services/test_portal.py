"""What a citizen meets, without scripts: forms that keep what was typed, receipts, tracking, answering, the letter."""

import re
import uuid
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.utils import timezone
from pytest_django import Settings

from modules.services.models import Case
from modules.services.permissions import ServicesPermission as P
from modules.services.public import act
from modules.switches import CLOSING, OFF, switch
from tenants.files.uploads import MAX_BYTES
from tenants.letters.actions import make_letter
from tenants.letters.models import Letter
from tenants.models import Regency
from tenants.schemas.context import in_regency
from tests.modules.services.builders import MONDAY, definition, filed, person, publish, reload, unit, village
from tests.modules.services.conftest import Visitor
from tests.modules.services.examples import opened

APPLY = "/services/surat_uji/application/"


def picture(name: str = "ktp.png") -> SimpleUploadedFile:
    import io

    from PIL import Image

    target = io.BytesIO()
    Image.new("RGB", (20, 20), "white").save(target, "PNG")
    return SimpleUploadedFile(name, target.getvalue(), "image/png")


def filled(**changes: Any) -> dict[str, Any]:
    return {
        "token": str(uuid.uuid4()),
        "applicant_name": "Siti Aminah",
        "applicant_nik": "3325 0141 0780 9001",
        "applicant_village": village().pk,
        "field_keperluan": "Beasiswa kuliah",
        "document_ktp": picture(),
        **changes,
    }


def secret_of(page: str) -> tuple[str, str]:
    number, secret = re.findall(r"<dd>([A-Z0-9-]+)</dd>", page)[:2]
    return number, secret


def test_home_shows_what_is_on(visitor: Visitor, batang: Regency) -> None:
    opened()
    publish(definition=definition(key="belum_hidup", name="Surat tersembunyi"), by=None, at=MONDAY)
    page = visitor.get("/").text
    assert "Surat uji" in page
    assert "/services/surat_uji/" in page
    assert "Surat tersembunyi" not in page


def test_search_says_when_nothing_is_found(visitor: Visitor) -> None:
    opened()
    assert "Surat uji" in visitor.get("/", q="UJI menguji").text
    page = visitor.get("/", q="paspor").text
    assert "Surat uji" not in page
    assert "Tidak ditemukan" in page


def test_service_page_promises_a_date(visitor: Visitor) -> None:
    opened()
    page = visitor.get("/services/surat_uji/").text
    assert "3 hari kerja" in page
    assert "KTP" in page
    assert APPLY in page


def test_application_leads_to_receipt_and_tracking(visitor: Visitor) -> None:
    opened()
    answer = visitor.post(APPLY, filled())
    assert answer.status_code == 302
    page = visitor.get(answer["Location"]).text
    number, secret = secret_of(page)
    case = Case.objects.get(number=number)
    assert (case.applicant_name, str(case.nik)) == ("Siti Aminah", "3325014107809001")
    assert case.answers == {"keperluan": "Beasiswa kuliah"}
    assert case.documents.get().key == "ktp"
    assert "sudah kami terima" in page
    found = visitor.post("/services/track/", {"number": number.lower(), "secret": secret})
    assert found.status_code == 302
    assert "Diperiksa desa" in visitor.get(found["Location"]).text


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"applicant_nik": "12345"}, "NIK harus 16 angka; yang Anda tulis 5 angka."),
        ({"applicant_nik": "3325019907809001"}, "Tanggal lahir di dalam NIK tidak ada."),
        ({"document_ktp": SimpleUploadedFile("ktp.html", b"<html><script>")}, "berjenis HTML"),
        ({"document_ktp": SimpleUploadedFile("ktp.pdf", b"")}, "Berkas ini kosong."),
        ({"document_ktp": SimpleUploadedFile("ktp.png", b"\x89PNG\r\n\x1a\n" + b"0" * MAX_BYTES)}, "paling besar"),
        ({"applicant_village": "0"}, "pilihan"),
        ({"field_keperluan": ""}, "Wajib diisi."),
    ],
    ids=["short nik", "impossible nik", "kind", "empty", "too large", "village", "missing"],
)
def test_mistake_is_said_and_the_rest_is_kept(visitor: Visitor, changes: dict[str, Any], sentence: str) -> None:
    opened()
    answer = visitor.post(APPLY, filled(field_jumlah="7", **changes))
    assert answer.status_code == 422
    assert sentence in answer.text.replace("\n", " "), answer.text
    assert 'value="Siti Aminah"' in answer.text
    assert 'value="7"' in answer.text
    assert "Pilih lagi dokumen Anda" in answer.text
    assert not Case.objects.exists()


def test_double_click_files_once_and_shows_the_same_receipt(visitor: Visitor) -> None:
    opened()
    token = str(uuid.uuid4())
    first = visitor.get(visitor.post(APPLY, filled(token=token))["Location"]).text
    second = visitor.get(visitor.post(APPLY, filled(token=token, field_keperluan="Lain"))["Location"]).text
    assert secret_of(first) == secret_of(second)
    assert "tidak diajukan dua kali" in second
    assert Case.objects.count() == 1


def test_same_application_after_going_back_is_recognised(visitor: Visitor, batang: Regency) -> None:
    """A browser that reloads the form after going back has a new token, and sends the same answers."""
    opened()
    first = visitor.get(visitor.post(APPLY, filled())["Location"]).text
    again = visitor.get(visitor.post(APPLY, filled())["Location"]).text
    assert secret_of(first) == secret_of(again)
    other = visitor.post(APPLY, filled(field_keperluan="Yang lain"))
    assert secret_of(visitor.get(other["Location"]).text) != secret_of(first)
    Visitor(batang).post(APPLY, filled())  # another browser does not hear of the first one's receipt
    assert Case.objects.count() == 3


def test_form_without_its_token_is_a_new_one(visitor: Visitor) -> None:
    opened()
    data = filled()
    del data["token"]
    assert visitor.post(APPLY, data).status_code == 302
    assert visitor.post(APPLY, filled(token="bukan-uuid", applicant_name="Orang Lain")).status_code == 302


def test_receipt_of_another_regency_is_worth_nothing(visitor: Visitor, batang: Regency, manggarai: Regency) -> None:
    opened()
    receipt = visitor.post(APPLY, filled())["Location"]
    assert visitor.get(receipt).status_code == 200
    assert visitor.get(receipt[:-2] + "x/").status_code == 404
    assert Visitor(manggarai).get(receipt).status_code == 404
    connection.set_tenant(batang, include_public=False)


def test_closing_service_takes_nothing_new(visitor: Visitor, batang: Regency) -> None:
    opened()
    switch(regency=batang, key="surat_uji", state=CLOSING, by=None, at=timezone.now())
    assert visitor.post(APPLY, filled()).status_code == 409
    assert "tidak menerima permohonan baru" in visitor.get("/services/surat_uji/").text
    switch(regency=batang, key="surat_uji", state=OFF, by=None, at=timezone.now())
    assert visitor.get("/services/surat_uji/").status_code == 404


def test_wrong_number_and_wrong_secret_look_the_same(visitor: Visitor) -> None:
    opened()
    done = filed()
    answers = [
        visitor.post("/services/track/", {"number": number, "secret": secret})
        for number, secret in ((done.case.number, "AAAAAAAAAA"), ("SU-2026-999999", done.secret))
    ]
    assert [answer.status_code for answer in answers] == [404, 404]
    sentences = [re.findall(r"tidak cocok[^<]*", answer.text) for answer in answers]
    assert sentences[0] == sentences[1] != []


def test_guessing_at_one_number_is_stopped(visitor: Visitor) -> None:
    opened()
    done = filed()
    for _ in range(10):
        visitor.post("/services/track/", {"number": done.case.number, "secret": "AAAAAAAAAA"})
    stopped = visitor.post("/services/track/", {"number": done.case.number, "secret": done.secret})
    assert stopped.status_code == 429
    assert "Tunggu sepuluh menit" in stopped.text
    other = filed()
    assert visitor.post("/services/track/", {"number": other.case.number, "secret": other.secret}).status_code == 302


def test_guessing_from_one_address_is_stopped(visitor: Visitor) -> None:
    opened()
    done = filed()
    for number in range(20):
        visitor.post("/services/track/", {"number": f"SU-2026-{number:06}", "secret": "AAAAAAAAAA"})
    assert visitor.post("/services/track/", {"number": "SU-2026-000777", "secret": "B"}).status_code == 429
    assert visitor.post("/services/track/", {"number": done.case.number, "secret": done.secret}).status_code == 429


def _returned(visitor: Visitor) -> tuple[Case, str]:
    opened()
    done = filed()
    operator = person("operator", "operator_desa", of=village())
    act(case=done.case, transition="ask", by=operator, at=timezone.now(), reason="KTP buram, foto ulang.")
    page = visitor.post("/services/track/", {"number": done.case.number, "secret": done.secret})["Location"]
    return done.case, page


def test_citizen_answers_a_returned_case(visitor: Visitor) -> None:
    case, page = _returned(visitor)
    assert "KTP buram, foto ulang." in visitor.get(page).text
    answer = visitor.post(page, {"transition": "answer", "message": "Ini yang baru", "document": picture()})
    assert answer.status_code == 302
    now = reload(case)
    assert (now.state, now.paused_at) == ("checked", None)
    assert now.documents.get().key == "perbaikan"
    assert now.events.latest("pk").reason == "Ini yang baru"
    late = visitor.post(page, {"transition": "answer", "message": "Sekali lagi"})
    assert late.status_code == 409
    assert "tidak lagi menunggu jawaban" in late.text


def test_citizen_takes_no_step_of_the_office(visitor: Visitor) -> None:
    case, page = _returned(visitor)
    assert visitor.post(page, {"transition": "sign", "document": picture()}).status_code == 409
    now = reload(case)
    assert now.state == "returned"
    assert not now.documents.exists(), "the document of a refused answer stays out"


def test_citizen_downloads_the_letter(visitor: Visitor) -> None:
    opened()
    content = definition(
        letters=[{"key": "surat", "title": "Surat Uji", "number_pattern": "{nomor}/{tahun}", "body": "Untuk {nama}."}]
    )
    content["transitions"][3]["letter"] = "surat"
    publish(definition=content, by=None, at=MONDAY)
    from modules.services.public import Applicant, file_case

    done = file_case(
        service="surat_uji", data={"keperluan": "x"}, applicant=Applicant("Siti"), village=village(), unit=unit(),
        by=None, at=MONDAY,
    )  # fmt: skip
    head = person("kepala", "kepala", at=unit())
    head.assignments.get().position.__class__.objects.update(is_head=True)
    head.assignments.get().save()
    act(case=done.case, transition="forward", by=person("operator", "operator_desa", of=village()), at=MONDAY)
    act(case=reload(done.case), transition="sign", by=head, at=MONDAY)
    page = visitor.post("/services/track/", {"number": done.case.number, "secret": done.secret})["Location"]
    assert "Sedang dibuat" in visitor.get(page).text
    letter = make_letter(letter_id=Letter.objects.of(done.case).get().pk, at=MONDAY)
    assert letter.number == "1/2026"
    address = f"{page}letters/{letter.public_id}/"
    assert address in visitor.get(page).text
    answer = visitor.get(address)
    assert b"".join(answer.streaming_content).startswith(b"%PDF")
    assert Visitor(visitor.regency).get(f"/services/track/zzz/letters/{letter.public_id}/").status_code == 404


def test_a_flood_of_applications_is_stopped_and_nothing_typed_is_lost(
    visitor: Visitor, batang: Regency, manggarai: Regency, settings: Settings
) -> None:
    """Counted by address in each regency; looking is free, and staff file for as many as come."""
    settings.LIMITS = {**settings.LIMITS, "application": (2, 600)}
    opened()
    for purpose in ("Beasiswa", "Berobat"):
        assert visitor.post(APPLY, filled(field_keperluan=purpose)).status_code == 302
    refused = visitor.post(APPLY, filled())
    assert refused.status_code == 429
    assert "Tunggu sepuluh menit" in refused.text
    assert "Beasiswa kuliah" in refused.text
    assert visitor.get(APPLY).status_code == 200
    assert Case.objects.count() == 2
    assert visitor.post(APPLY, filled(), REMOTE_ADDR="203.0.113.9").status_code == 302
    operator = Visitor(batang, person("operator", "operator_desa", P.FILE, of=village()))
    assert operator.post(APPLY, filled()).status_code == 302
    with in_regency(manggarai):
        opened()
        there = filled()
    assert Visitor(manggarai).post(APPLY, there).status_code == 302


def test_the_api_counts_with_the_page(visitor: Visitor, settings: Settings) -> None:
    settings.LIMITS = {**settings.LIMITS, "application": (1, 600)}
    opened()
    assert visitor.post(APPLY, filled()).status_code == 302
    refused = visitor.post("/api/v1/services/services/surat_uji/applications/")
    assert (refused.status_code, refused["Retry-After"]) == (429, "600")


def test_other_open_forms_are_counted_too(visitor: Visitor, settings: Settings) -> None:
    settings.LIMITS = {**settings.LIMITS, "post": (1, 600)}
    wrong = {"number": "SU-2026-000001", "secret": "AAAAAAAAAA"}
    assert visitor.post("/services/track/", wrong).status_code == 404
    refused = visitor.post("/services/track/", wrong)
    assert (refused.status_code, refused["Retry-After"]) == (429, "600")
    assert "Terlalu sering mencoba" in refused.text
