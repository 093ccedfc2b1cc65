"""Kabupaten Contoh: anybody may be anybody there, and nowhere else; it is made anew without touching its neighbours."""

from collections.abc import Iterator
from io import StringIO

import pytest
from django.contrib.auth import authenticate
from django.core import mail
from django.core.cache import caches
from django.test import Client, RequestFactory
from django.utils import timezone
from pytest_django import Settings

from modules.library.models import Release
from modules.services.models import Case
from onboarding import sandbox
from onboarding.applications.models import Agreement
from onboarding.cast import PASSWORD
from onboarding.models import ProvisioningRun
from onboarding.tasks import reset_sandbox
from tenants.accounts.models import User
from tenants.mail.models import HeldMail
from tenants.models import Regency
from tenants.regions import SANDBOX, districts, regencies, villages
from tenants.routing import hosts
from tenants.schemas.context import in_schema
from tests.onboarding.applications.builders import copy_of, document
from tests.onboarding.conftest import settle


@pytest.fixture
def contoh(public: None, settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Client]:  # type: ignore[no-untyped-def]
    """A visitor of the sandbox, which has just been made, without the cases that its modules invent."""
    monkeypatch.setattr("onboarding.staging.fill", lambda *_: None)
    settings.SANDBOX = True
    caches["fleet"].delete("sandbox:reset")
    said = StringIO()
    sandbox.build(timezone.now(), said.write)
    hosts.forget()
    yield Client(headers={"host": "contoh.localhost"})


def test_is_not_one_of_the_514() -> None:
    assert SANDBOX not in regencies()
    assert len(districts(SANDBOX.code)) == 2
    assert {village.kind for village in villages(SANDBOX.code)} == {"desa", "kelurahan"}


def test_a_visitor_takes_any_part(contoh: Client) -> None:
    page = contoh.get("/try/").content.decode()
    with in_schema("contoh"):
        told = sandbox.parts()
    assert {"administrator", "operator_desa", "kepala_dinsos", "bendahara"} <= {part.key for part in told}
    for part in told:
        assert part.name in page and part.description
        answer = contoh.post("/try/", {"part": part.key})
        assert (answer.status_code, answer["Location"]) == (302, "/work/")
        assert part.name in contoh.get("/work/", follow=True).content.decode()


def test_nobody_signs_in_there_with_a_password(contoh: Client) -> None:
    request = RequestFactory().post("/account/login/", headers={"host": "contoh.localhost"})
    with in_schema("contoh"):
        assert authenticate(request, email="admin@contoh.test", password=PASSWORD) is None


def test_a_guest_that_a_visitor_invited_is_no_part(contoh: Client) -> None:
    with in_schema("contoh"):
        User.objects.create_user("tamu@luar.test", "Tamu")
        assert "Tamu" not in {part.name for part in sandbox.parts()}


@pytest.mark.parametrize("part", ["", "bupati", "operator_desa'", "x" * 500])
def test_a_part_that_is_not_there(contoh: Client, part: str) -> None:
    assert contoh.post("/try/", {"part": part}).status_code == 404


@pytest.mark.parametrize("path", ["/try/", "/try/reset/"])
def test_no_other_regency_has_it(contoh: Client, path: str) -> None:
    assert Client(headers={"host": "batang.localhost"}).post(path, {"part": "operator_desa"}).status_code == 404


def test_its_people_have_work(public: None, settings) -> None:  # type: ignore[no-untyped-def]
    settings.SANDBOX = True
    sandbox.build(timezone.now(), StringIO().write)
    with in_schema("contoh"):
        assert Case.objects.filter(closed_at=None).count() > 5


def test_is_made_anew(contoh: Client) -> None:
    with in_schema("contoh"):
        User.objects.create_user("tamu@luar.test", "Tamu")
    before = Regency.objects.get(code=SANDBOX.code).pk
    settle()
    assert reset_sandbox()
    assert Regency.objects.get(code=SANDBOX.code).pk != before
    assert ProvisioningRun.objects.filter(code=SANDBOX.code).count() == 1
    with in_schema("contoh"):
        assert not User.objects.filter(email="tamu@luar.test").exists()
    assert Regency.objects.filter(schema_name__in=["batang", "manggarai"]).count() == 2


def test_many_who_ask_are_one_making(contoh: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []
    monkeypatch.setattr("onboarding.views.reset_sandbox.delay", lambda: asked.append(1))
    for _ in range(3):
        assert contoh.post("/try/reset/").status_code == 302
    assert asked == [1]


def test_without_the_setting_there_is_none(public: None, settings) -> None:  # type: ignore[no-untyped-def]
    settings.SANDBOX = False
    sandbox.build(None, print)  # type: ignore[arg-type]
    assert not Regency.objects.filter(code=SANDBOX.code).exists()
    assert not reset_sandbox()
    assert sandbox.address() == ""


def test_is_not_counted_among_those_who_work_here(contoh: Client) -> None:
    site = Client(headers={"host": "localhost"})
    assert "Kabupaten Contoh" not in site.get("/").content.decode()
    assert "Kabupaten Contoh" not in site.get("/catalogue/santunan_kematian/").content.decode()
    assert sandbox.address() in site.get("/").content.decode()


def test_no_mail_leaves_it_not_even_to_those_who_are_invited(contoh: Client, settings: Settings) -> None:
    """Whoever comes by is administrator there and may invite any address in the world."""
    settings.EMAIL_BACKEND = "tenants.mail.backend.GuardedBackend"
    settings.EMAIL_DELIVERY_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    with in_schema("contoh"):
        User.objects.create_user("korban@luar.test", "Korban", "kata-sandi-panjang")
        mail.send_mail("Anda diundang", "Buka tautan ini.", None, ["korban@luar.test"])
        assert str(HeldMail.objects.get().recipients) == "korban@luar.test", "to be read in the outbox"
    assert mail.outbox == []


def test_nothing_is_published_from_it(contoh: Client) -> None:
    """What a visitor writes there is offered to no regency."""
    contoh.post("/try/", {"part": "administrator"})
    answer = contoh.post("/work/packages/publications/services/", {"version": "1.0.0", "notes": "Ambil ini"})
    assert (answer.status_code, "hanya untuk mencoba" in answer.content.decode()) == (409, True)
    assert not Release.objects.filter(publisher__code=SANDBOX.code).exists()


def test_no_paper_is_taken_in_it(contoh: Client) -> None:
    """Agreements stand in the public schema and would outlive the night."""
    contoh.post("/try/", {"part": "administrator"})
    copy = copy_of("pks", code=SANDBOX.code)
    given = {name: str(copy[name]) for name in ("kind", "number", "signed_on", "ends_on", "contact_email")}
    answer = contoh.post("/work/start/agreements/", {**given, "copy": document()})
    assert (answer.status_code, "hanya untuk mencoba" in answer.content.decode()) == (409, True)
    assert not Agreement.objects.exists()
