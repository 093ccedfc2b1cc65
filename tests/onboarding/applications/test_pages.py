"""Signing up as a person does it, without scripts: from the list of 514 to the live progress."""

import re
from pathlib import Path

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from onboarding import actions as provisioning
from onboarding.applications import actions, links
from onboarding.applications.models import Application
from tenants.accounts.models import User
from tests.conftest import forget_cached
from tests.onboarding.applications import builders
from tests.onboarding.applications.builders import EMAIL, KENDAL


def begin(visitor: Client, **changes: str) -> int:
    fields = {"code": KENDAL, "officer_name": "Dewi Anggraini", "email": EMAIL, **changes}
    return int(visitor.post("/apply/new/", fields).status_code)


def test_the_list_says_who_is_here_and_who_is_coming(visitor: Client) -> None:
    builders.verified()
    text = visitor.get("/apply/?q=ken").content.decode()
    assert "Kabupaten Kendal" in text
    assert "Sedang diajukan" in text
    assert "Sudah di sini" in visitor.get("/apply/?q=batang").content.decode()
    assert "Tanpa pemerintah daerah sendiri" in visitor.get("/apply/?q=jakarta").content.decode()
    assert "Tidak ada yang cocok" in visitor.get("/apply/?q=zzzz").content.decode()
    by_province = visitor.get("/apply/?province=33").content.decode()
    assert by_province.count("?code=33.") == 34  # of 35: Batang is here
    assert visitor.get("/apply/?q=%00&province=9999999").status_code == 200


def test_the_list_asks_little_of_the_database(visitor: Client, django_assert_max_num_queries: object) -> None:
    with django_assert_max_num_queries(3):  # type: ignore[operator]
        visitor.get("/apply/?province=33")


def test_from_the_list_to_the_mailbox(visitor: Client) -> None:
    page = visitor.get(f"/apply/new/?code={KENDAL}").content.decode()
    assert "Kabupaten Kendal" in page
    assert begin(visitor) == 302
    assert "d…@kendalkab.go.id" in visitor.get("/apply/sent/").content.decode()
    assert visitor.get("/apply/new/?code=99.99").status_code == 302


@pytest.mark.parametrize(
    ("changes", "status", "words"),
    [
        ({"email": "dewi@gmail.com"}, 422, "Surel pribadi tidak diterima"),
        ({"code": "33.25"}, 409, "sudah bekerja di sini"),
        ({"email": ""}, 422, ""),
    ],
)
def test_bad_beginnings_stay_on_the_form(visitor: Client, changes: dict[str, str], status: int, words: str) -> None:
    fields = {"code": KENDAL, "officer_name": "Dewi Anggraini", "email": EMAIL, **changes}
    answer = visitor.post("/apply/new/", fields)
    assert answer.status_code == status
    assert words in answer.content.decode()
    assert not Application.objects.exists()


def test_beginning_is_counted(visitor: Client, settings: Settings) -> None:
    settings.SIGN_UPS_PER_HOUR = 3
    forget_cached()
    assert [begin(visitor, email=f"p{number}@kendalkab.go.id") for number in range(5)] == [302, 302, 302, 429, 429]
    assert Application.objects.count() == 3


def test_opening_the_link_is_not_yet_a_proof(visitor: Client) -> None:
    draft = builders.begun()
    draft.refresh_from_db()
    address = f"/apply/verify/{links.verification_of(draft)}/"
    assert EMAIL in visitor.get(address).content.decode()
    draft.refresh_from_db()
    assert draft.state == "draft"
    answer = visitor.post(address)
    assert answer["Location"] == f"/apply/{links.key_of(draft)}/"
    used = visitor.get(address)
    assert used.status_code == 404
    assert "sudah dipakai" in used.content.decode()


def parts(application: Application) -> dict[str, dict[str, object]]:
    people = {
        f"{name}_{number}": person[name]
        for number, person in enumerate(builders.PEOPLE, 1)
        for name in ("name", "email")
    }
    return {
        "officer": {**builders.OFFICER, "phone": "0812 3456 7890"},
        "letter": {"letter": builders.document()},
        "address": {"subdomain": "kendal"},
        "modules": {"modules": ["surat_keterangan_usaha"]},
        "administrators": people,
        "terms": builders.TERMS,
    }


def test_part_by_part_to_the_end(visitor: Client) -> None:
    application = builders.verified()
    base = f"/apply/{builders.key_of(application)}"
    assert "5 belum lengkap" in visitor.get(f"{base}/").content.decode()
    for part, fields in parts(application).items():
        page = visitor.get(f"{base}/parts/{part}/")
        assert page.status_code == 200, part
        answer = visitor.post(f"{base}/parts/{part}/", fields)
        assert answer.status_code == 302, (part, re.findall(r"class=\"errors\"[^>]*>([^<]*)", answer.content.decode()))
    assert visitor.post(f"{base}/submission/").status_code == 302
    application.refresh_from_db()
    assert application.state == "submitted"
    assert str(application.phone) == "+6281234567890"
    page = visitor.get(f"{base}/").content.decode()
    assert "Pengajuan sedang diperiksa" in page
    paper = application.papers.get()
    served = visitor.get(f"{base}/papers/{paper.public_id}/")
    assert b"".join(served) == Path(paper.file.path).read_bytes()
    other = builders.verified(code="33.26", email="lain@contoh.go.id")
    assert visitor.get(f"/apply/{builders.key_of(other)}/papers/{paper.public_id}/").status_code == 404


@pytest.mark.parametrize(
    ("part", "fields"),
    [
        ("officer", {**builders.OFFICER, "nip": "123"}),
        ("letter", {}),
        ("address", {"subdomain": "xn--kendal"}),
        ("address", {"subdomain": "k" * 64}),
        ("modules", {"modules": ["tidak_ada"]}),
        ("modules", {}),
        ("administrators", {"name_1": "A", "email_1": "a@gmail.com"}),
        ("administrators", {"name_1": "A", "email_1": "a@contoh.go.id", "name_2": "B"}),
        ("terms", {**builders.TERMS, "months": "7"}),
    ],
)
def test_bad_parts_stay_on_the_form(visitor: Client, part: str, fields: dict[str, object]) -> None:
    application = builders.verified()
    answer = visitor.post(f"/apply/{builders.key_of(application)}/parts/{part}/", fields)
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "errors" in page or "summary" in page or "alert error" in page


def test_the_address_is_checked_while_it_is_typed(visitor: Client) -> None:
    base = f"/apply/{builders.key_of(builders.verified())}/parts/address/"
    htmx = {"hx-request": "true"}
    assert "dapat dipakai" in visitor.get(f"{base}?subdomain=kendal", headers=htmx).content.decode()
    taken = visitor.get(f"{base}?subdomain=ba-tang", headers=htmx).content.decode()
    assert "mirip" in taken
    assert "<html" not in taken


def test_the_second_one_meets_a_clear_page(visitor: Client) -> None:
    first, second = builders.verified(), builders.verified(email="arif@kendalkab.go.id")
    base = f"/apply/{builders.key_of(second)}"
    page = visitor.get(f"{base}/").content.decode()
    assert "Kabupaten ini sudah diajukan orang lain" in page
    assert "d…@kendalkab.go.id" in page
    assert EMAIL not in page, "the second one is not told whom to write to"
    visitor.post(f"{base}/join/")
    first_page = visitor.get(f"/apply/{builders.key_of(first)}/").content.decode()
    assert "Seorang rekan ingin bergabung" in first_page
    asked = second.asked_to_join.get()
    visitor.post(f"/apply/{builders.key_of(first)}/join/{asked.pk}/", {"answer": "decline"})
    assert "Permintaan Anda ditolak" in visitor.get(f"{base}/").content.decode()
    answer = visitor.post(f"{base}/contest/", {"reason": "Bukan pegawai kami.", "letter": builders.document()})
    assert answer.status_code == 302
    assert "Keberatan Anda diperiksa" in visitor.get(f"{base}/").content.decode()


def test_progress_is_watched_and_ends_in_the_invitation(visitor: Client, ayu: User) -> None:
    application = actions.approve(application=builders.submitted(), by=ayu, at=timezone.now())
    base = f"/apply/{builders.key_of(application)}"
    page = visitor.get(f"{base}/").content.decode()
    assert f'hx-get="{base}/progress/"' in page
    assert '<meta http-equiv="refresh"' in page
    assert 'aria-valuenow="0"' in visitor.get(f"{base}/progress/").content.decode()
    provisioning.provision(application.run_id)  # type: ignore[arg-type]
    assert visitor.get(f"{base}/progress/")["HX-Refresh"] == "true"
    done = visitor.get(f"{base}/").content.decode()
    assert "Undangan dikirim kepada Dewi Anggraini" in done
    assert "kendal.localhost" in done


def test_links_that_open_nothing(visitor: Client) -> None:
    for path in ("/", "/parts/officer/", "/submission/", "/documents/pks/", "/agreements/", "/progress/"):
        assert visitor.get(f"/apply/{'x' * 43}{path}").status_code in (404, 405)


def test_the_console_shows_everything_on_one_page(console: Client) -> None:
    application = builders.submitted()
    assert "Kabupaten Kendal" in console.get("/console/applications/?state=submitted").content.decode()
    page = console.get(f"/console/applications/{application.pk}/").content.decode()
    for words in (EMAIL, builders.OFFICER["nip"], "surat-tugas.jpg", "Domain surel memuat nama daerahnya", "Setujui"):
        assert words in page
    paper = application.papers.get()
    served = console.get(f"/console/papers/{paper.public_id}/")
    assert b"".join(served) == Path(paper.file.path).read_bytes()
    assert console.get(f"/console/applications/{application.pk}/documents/dpa/")["Content-Type"] == "application/pdf"
    assert console.get("/console/applications/?before=x&q=%00").status_code == 200
