"""A regency's crest, colour and contact: chosen by its own people, shown everywhere, on record in its own audit."""

import re
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from PIL import Image
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from tenants.accounts.models import Role, RoleGrant, User
from tenants.accounts.permissions import StaffPermission
from tenants.audit.models import AuditEntry
from tenants.audit.sentences import sentence
from tenants.identity.actions import change_identity
from tenants.letters.letterhead import letterhead
from tenants.models import Regency
from tenants.permissions import ConsolePermission
from tenants.routing import hosts, resolve
from tenants.schemas.context import in_public, in_regency
from tests.tenants.files.samples import upload
from tests.tenants.identity.examples import AT, crested, drawing
from tests.tenants.letters.examples import UNIT

PAGE = "/work/settings/identity/"
CONTACT = {
    "brand": "songke",
    "address": "Jalan Veteran 1, Batang",
    "postal_code": "51211",
    "phone": "(0285) 391571",
    "email": "setda@batang.test",
    "website": "https://batang.test/",
}


@pytest.fixture(autouse=True)
def _files_lie_apart(settings: Settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


def staff(*permissions: str) -> User:
    user = User.objects.create_user("rina@batang.test", "Rina Wulandari", "rahasia-sekali")
    role = Role.objects.create(key="identitas", name="Identitas", permissions=[str(p) for p in permissions])
    RoleGrant.objects.create(user=user, role=role)
    return user


@pytest.fixture
def browser(batang: Regency) -> Client:
    client = Client(headers={"host": "batang.localhost"})
    client.force_login(staff(StaffPermission.MANAGE_IDENTITY))
    return client


def stored(code: str = "33.25") -> Regency:
    with in_public():
        return Regency.objects.get(code=code)


def pixels(content: bytes) -> tuple[int, int]:
    with Image.open(BytesIO(content), formats=["PNG"]) as picture:
        return picture.size


def test_is_chosen_on_the_page_and_shown_everywhere(browser: Client, batang: Regency) -> None:
    sent = browser.post(PAGE, {**CONTACT, "crest_file": upload(drawing(), "lambang.png", "image/png")})
    assert (sent.status_code, sent["Location"]) == (302, PAGE)
    kept = stored()
    assert (kept.brand, kept.website, kept.postal_code) == ("songke", "batang.test", "51211")
    address = f"/crest/{kept.crest_version}/small.png"
    for path in ("/", PAGE, "/work/"):
        shown = browser.get(path).content.decode()
        assert 'data-brand="songke"' in shown
        assert f'<link rel="icon" href="{address}"' in shown
        assert re.search(rf'class="brand"[^>]*><img src="{address}"', shown)
        assert f'class="printhead" aria-hidden="true"><img src="/crest/{kept.crest_version}/large.png"' in shown
    portal = browser.get("/").content.decode()
    assert "Jalan Veteran 1, Batang 51211" in portal
    assert 'href="https://batang.test"' in portal
    assert 'href="mailto:setda@batang.test"' in portal
    crest = browser.get(address)
    assert crest["Content-Type"] == "image/png"
    assert crest["Cache-Control"] == "public, max-age=31536000, immutable"
    assert pixels(crest.content) == (72, 96)
    assert pixels(browser.get(f"/crest/{kept.crest_version}/large.png").content) == (300, 400)


def test_stands_in_the_regencys_own_audit(browser: Client, batang: Regency) -> None:
    browser.post(PAGE, {**CONTACT, "crest_file": upload(drawing(), "lambang.png")})
    with in_public():
        assert not AuditEntry.objects.filter(action__startswith="tenants.identity").exists()
    with in_regency(batang):
        said = [sentence(entry) for entry in AuditEntry.objects.filter(action__startswith="tenants.").order_by("pk")]
        assert said == [
            "Rina Wulandari mengubah identitas 33.25 (warna songke)",
            "Rina Wulandari mengganti lambang 33.25",
        ]
    browser.post(PAGE, CONTACT)  # the same again changes nothing
    with in_regency(batang):
        assert AuditEntry.objects.filter(action__startswith="tenants.").count() == 2


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>", "SVG/XML"),
        (b"%PDF-1.7", "PDF"),
        (b"\x89PNG\r\n\x1a\n rusak", "rusak"),
        (drawing(size=(100, 400)), "terlalu kecil"),
        (drawing(size=(1000, 200)), "terlalu panjang"),
        (drawing()[:40] + b"\0" * 2_000_001, "paling besar"),
    ],
    ids=["svg", "pdf", "damaged", "small", "long", "large"],
)
def test_a_picture_that_is_not_taken(browser: Client, content: bytes, said: str) -> None:
    answer = browser.post(PAGE, {**CONTACT, "crest_file": upload(content, "lambang.png", "image/png")})
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert (stored().brand, bool(stored().crest)) == ("teal", False)


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("brand", "red", "red"),
        ("postal_code", "5121", "lima angka"),
        ("phone", "hubungi kami", "Tulis angka saja"),
        ("email", "setda", "email"),
        ("website", "javascript:alert(1)", "alamat laman saja"),
    ],
)
def test_what_does_not_fit_is_said_beside_its_field(browser: Client, field: str, value: str, said: str) -> None:
    answer = browser.post(PAGE, {**CONTACT, field: value})
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert stored().brand == "teal"


def test_the_preview_follows_the_form_and_keeps_nothing(browser: Client) -> None:
    shown = browser.get(f"{PAGE}preview/", {**CONTACT, "brand": "plum", "email": "belum lengk"}).content.decode()
    assert 'data-brand="plum"' in shown
    assert "Jalan Veteran 1, Batang 51211" in shown
    assert "belum lengk" in shown
    assert "<html" not in shown
    assert 'data-brand="teal"' in browser.get(f"{PAGE}preview/", {"brand": "red"}).content.decode()
    assert stored().brand == "teal"
    assert resolve("batang.localhost").brand == "teal"  # type: ignore[union-attr]


def test_only_who_may(batang: Regency) -> None:
    client = Client(headers={"host": "batang.localhost"})
    client.force_login(staff(StaffPermission.MANAGE_MODULES))
    assert client.post(PAGE, CONTACT).status_code == 404
    assert stored().brand == "teal"


def test_the_crest_is_there_for_its_own_host_and_version_alone(batang: Regency, manggarai: Regency) -> None:
    version = crested(batang).crest_version
    citizen = Client()
    path = f"/crest/{version}/small.png"
    assert citizen.get(path, headers={"host": "batang.localhost"}).status_code == 200
    assert citizen.get(path, headers={"host": "manggarai.localhost"}).status_code == 404
    assert citizen.get(path, headers={"host": "localhost"}).status_code == 404
    for other in (f"/crest/{version}/huge.png", "/crest/0123456789abcdef/small.png"):
        assert citizen.get(other, headers={"host": "batang.localhost"}).status_code == 404


def test_a_new_crest_has_a_new_address_and_the_old_file_goes(
    batang: Regency, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks, tmp_path: Path
) -> None:
    old = crested(batang).crest_version
    with django_capture_on_commit_callbacks(execute=True):
        new = crested(batang, colour="blue").crest_version
    assert old != new
    assert [path.stem for path in tmp_path.rglob("*.png")] == [new]
    citizen = Client(headers={"host": "batang.localhost"})
    assert citizen.get(f"/crest/{old}/small.png").status_code == 404
    assert f"/crest/{new}/" in citizen.get("/").content.decode()


def test_is_taken_away(browser: Client, batang: Regency) -> None:
    crested(batang)
    assert "Hapus lambang yang sekarang" in browser.get(PAGE).content.decode()
    browser.post(PAGE, {**CONTACT, "without_crest": "on"})
    assert not stored().crest
    assert "/crest/" not in browser.get("/").content.decode()


def test_a_lost_file_is_no_fault(batang: Regency, tmp_path: Path) -> None:
    version = crested(batang).crest_version
    for path in tmp_path.rglob("*.png"):
        path.unlink()
    assert Client(headers={"host": "batang.localhost"}).get(f"/crest/{version}/large.png").status_code == 404


def test_nothing_hidden_in_the_picture_is_served(batang: Regency) -> None:
    target = BytesIO()
    exif = Image.Exif()
    exif[0x010E] = "rahasia-di-dalam"
    Image.new("RGB", (300, 400), "green").save(target, "JPEG", exif=exif)
    with in_regency(batang):
        kept = change_identity(
            regency=batang, values={}, crest=BytesIO(target.getvalue() + b"rahasia-di-belakang"), by=None, at=AT
        )
    crest = Client(headers={"host": "batang.localhost"}).get(f"/crest/{kept.crest_version}/large.png")
    assert b"rahasia" not in crest.content


def test_letters_carry_crest_and_contact(batang: Regency) -> None:
    kept = change_identity(regency=crested(batang), values=CONTACT | {"website": ""}, by=None, at=AT)
    without = type(UNIT)(**{**vars(UNIT), "address": "", "postal_code": "", "phone": ""})
    head = letterhead(kept, without)
    assert head["address"] == ["Jalan Veteran 1, Batang 51211", "Telepon (0285) 391571, Pos-el setda@batang.test"]
    assert head["crest"].startswith("<svg")
    assert letterhead(kept, UNIT)["address"][0] == "Jalan Pemuda 99 51211"
    village = type(UNIT)(**{**vars(without), "kind": "desa"})
    assert letterhead(kept, village)["address"] == []


def test_a_closed_regency_shows_none(batang: Regency) -> None:
    kept = crested(batang)
    with in_public():
        Regency.objects.filter(pk=kept.pk).update(state="suspended")
    hosts.forget()
    closed = Client(headers={"host": "batang.localhost"}).get("/")
    assert closed.status_code == 503
    assert "/crest/" not in closed.content.decode()


def test_operators_see_it_in_the_console(batang: Regency) -> None:
    version = crested(batang).crest_version
    connection.set_schema_to_public()
    operator = Client(headers={"host": "localhost"})
    path = f"/console/regencies/33.25/crest/{version}.png"
    assert operator.get(path).status_code == 302
    operator.force_login(staff(ConsolePermission.VIEW))
    assert path in operator.get("/console/").content.decode()
    assert operator.get(path)["Cache-Control"] == "private, max-age=31536000, immutable"
    assert operator.get("/console/regencies/53.10/crest/0.png").status_code == 404


def test_the_database_refuses_a_postal_code_that_is_none(batang: Regency) -> None:
    with in_public(), pytest.raises(IntegrityError), transaction.atomic():
        Regency.objects.filter(pk=batang.pk).update(postal_code="5121")


def test_the_palette_is_the_one_of_the_stylesheet() -> None:
    from tests.test_palette import BRANDS

    assert set(Regency.Brand.values) == set(BRANDS)


def test_the_page_costs_few_queries(browser: Client, django_assert_max_num_queries: Any) -> None:
    browser.get(PAGE)
    with django_assert_max_num_queries(8):
        browser.get(PAGE)
