"""Until when hosts are served: real TLS and RDAP servers on this machine are asked, and an operator knows the rest."""

import json
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from socket import create_server

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from tenants.accounts.models import User
from tenants.audit.models import AuditEntry
from tenants.domains import actions, asking, tasks
from tenants.domains.asking import Certificate, Registration, certificate, registration
from tenants.domains.digest import problems
from tenants.domains.models import HostCheck
from tenants.models import Domain, Regency
from tenants.permissions import ConsolePermission
from tests.modules.fleet.conftest import operator

OWN = "layanan.batangkab.go.id"


# -- certificates --------------------------------------------------------------------------------------------


def _made(folder: Path, name: str, ends: datetime) -> Path:
    """A host's key and self-signed certificate in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(ends - timedelta(days=90))
        .not_valid_after(ends)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = folder / f"{ends:%Y%m%d}.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    return path


@pytest.mark.parametrize(("days", "fault"), [(60, ""), (-1, "certificate has expired")])
def test_the_certificate_that_a_browser_would_meet(tmp_path: Path, days: int, fault: str) -> None:
    ends = (timezone.now() + timedelta(days=days)).replace(microsecond=0)
    path = _made(tmp_path, "localhost", ends)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    with create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(10)

        def serve() -> None:
            accepted, _address = listening.accept()
            with accepted:
                try:
                    context.wrap_socket(accepted, server_side=True).close()
                except OSError:
                    return

        server = threading.Thread(target=serve)
        server.start()
        found = certificate("localhost", listening.getsockname()[1], trusted=str(path))
        server.join()
    assert found == Certificate(None if fault else ends, fault)


def test_a_host_that_does_not_answer_is_a_fault() -> None:
    with create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
    assert certificate("localhost", port) == Certificate(fault="ConnectionRefusedError")


# -- registrations -------------------------------------------------------------------------------------------


@contextmanager
def registry(known: dict[str, tuple[int, object]]) -> Iterator[tuple[str, list[str]]]:
    """An RDAP server that knows these names, and what it was asked."""
    asked: list[str] = []

    class Endpoint(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            name = self.path.removeprefix("/domain/")
            asked.append(name)
            status, answer = known.get(name, (404, {}))
            self.send_response(status)
            self.end_headers()
            self.wfile.write(answer if isinstance(answer, bytes) else json.dumps(answer).encode())

        def log_message(self, *args: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Endpoint)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/domain/", asked
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def told(day: str) -> dict[str, object]:
    return {"events": [{"eventAction": "registration"}, {"eventAction": "expiration", "eventDate": day}]}


def test_the_registry_is_asked_for_the_nearest_name_that_it_knows() -> None:
    with registry({"batangkab.go.id": (200, told("2027-03-01T12:00:00Z"))}) as (url, asked):
        assert registration(OWN, url) == Registration("batangkab.go.id", date(2027, 3, 1))
    assert asked == [OWN, "batangkab.go.id"]


@pytest.mark.parametrize(
    ("answer", "found"),
    [
        ((200, {"events": []}), Registration(OWN, None, "the registry does not say it")),
        ((200, ["nonsense"]), Registration(OWN, None, "the registry does not say it")),
        ((200, told("soon")), Registration(OWN, None, "the registry does not say it")),
        ((200, b"<html>"), Registration(fault="JSONDecodeError")),
        ((429, {}), Registration(fault="HTTP 429")),
    ],
)
def test_what_a_registry_answers_instead(answer: tuple[int, object], found: Registration) -> None:
    with registry({OWN: answer}) as (url, _asked):
        assert registration(OWN, url) == found


def test_nobody_knows_or_nobody_is_asked() -> None:
    with registry({}) as (url, asked):
        assert registration(OWN, url).fault == "the registry knows no such name"
        assert "id" not in asked, "what everybody shares is nobody's registration"
    assert registration(OWN, url).fault == "URLError"
    assert registration(OWN, "").fault == "RDAP_URL is empty"


# -- what becomes of it --------------------------------------------------------------------------------------


@pytest.fixture
def ayu(batang: Regency, settings: Settings) -> User:
    connection.set_schema_to_public()
    settings.HTTPS, settings.BASE_DOMAIN = True, "localhost"
    Domain.objects.create(tenant=batang, domain=OWN, is_primary=False)
    return operator("Ayu", *ConsolePermission)


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """What the network would say; the asking itself is tested above."""

    def says(certificate: Certificate, registration: Registration) -> None:
        monkeypatch.setattr(asking, "certificate", lambda host: certificate)
        monkeypatch.setattr(asking, "registration", lambda host, url: registration)

    return says


def kinds(at: datetime) -> list[tuple[str, str, str]]:
    return [(problem.kind, problem.text, problem.tone) for problem in problems(at)]


def test_every_host_is_asked_and_only_own_domains_are_registered(ayu: User, world: Callable[..., None]) -> None:
    at = timezone.now()
    HostCheck.objects.create(host="sudah.hilang.test")
    world(Certificate(at + timedelta(days=60)), Registration("batangkab.go.id", timezone.localdate() + timedelta(300)))
    assert tasks.check_hosts() == 4
    checks = HostCheck.objects.in_bulk()
    assert set(checks) == {"localhost", "batang.localhost", "manggarai.localhost", OWN}
    assert checks[OWN].registered_name == "batangkab.go.id"
    assert checks["batang.localhost"].registration_ends_on is None
    assert kinds(at) == []


def test_what_ends_soon_is_in_the_digest_the_nearer_the_worse(ayu: User, world: Callable[..., None]) -> None:
    at, today = timezone.now(), timezone.localdate()
    for days, tone in ((12, "warn"), (3, "bad")):
        ends = at + timedelta(days=days)
        world(Certificate(ends), Registration("batangkab.go.id", today + timedelta(days)))
        actions.check_hosts(at=at)
        day = f"{timezone.localtime(ends):%d-%m-%Y}"
        found = kinds(at)
        assert ("Sertifikat", f"{OWN}: sertifikat berakhir {day}.", tone) in found
        assert ("Pendaftaran domain", f"batangkab.go.id: pendaftaran berakhir {day}.", tone) in found


def test_a_silent_host_keeps_the_day_that_it_told_last(ayu: User, world: Callable[..., None]) -> None:
    at = timezone.now()
    world(Certificate(at + timedelta(days=60)), Registration(OWN, timezone.localdate() + timedelta(300)))
    actions.check_hosts(at=at)
    world(Certificate(fault="TimeoutError"), Registration(fault="URLError"))
    actions.check_hosts(at=at)
    check = HostCheck.objects.get(host=OWN)
    assert check.certificate_ends_at and check.registration_ends_on
    assert {(kind, tone) for kind, _text, tone in kinds(at)} == {("Sertifikat", "bad")}


def test_a_day_that_the_registry_keeps_to_itself_is_noted_by_an_operator(ayu: User, world: Callable[..., None]) -> None:
    at, today = timezone.now(), timezone.localdate()
    world(Certificate(at + timedelta(days=60)), Registration(OWN, None, "the registry does not say it"))
    actions.check_hosts(at=at)
    assert [text.split(":")[0] for _kind, text, _tone in kinds(at)] == [OWN, OWN]  # ours is unknown as well
    assert "Catat tanggalnya dari tagihannya" in kinds(at)[1][1]
    HostCheck.objects.filter(host="localhost").update(registration_ends_on=today + timedelta(days=400))
    browser = Client(headers={"host": "localhost", "x-forwarded-proto": "https"})
    browser.force_login(ayu)
    day = today + timedelta(days=200)
    sent = browser.post("/console/hosts/registration/", {"host": OWN, "ends_on": day.isoformat()}, secure=True)
    assert sent["Location"] == "/console/hosts/"
    assert AuditEntry.objects.get(action="domains.registration_noted").data == {"host": OWN, "ends": day.isoformat()}
    assert kinds(at) == []
    page = browser.get("/console/hosts/", secure=True).content.decode()
    assert "dicatat Ayu" in page
    actions.check_hosts(at=at)
    assert HostCheck.objects.get(host=OWN).registration_noted_by == "Ayu", "the registry still says nothing"
    world(Certificate(at + timedelta(days=60)), Registration(OWN, today + timedelta(days=400)))
    actions.check_hosts(at=at)
    known = HostCheck.objects.get(host=OWN)
    assert (known.registration_noted_by, known.registration_ends_on) == ("", today + timedelta(days=400))


@pytest.mark.parametrize(
    ("host", "day", "says"),
    [("batang.localhost", "2027-01-01", "Hanya domain milik sendiri"), (OWN, "besok", "Pilih tanggal")],
)
def test_what_cannot_be_noted_says_why(ayu: User, host: str, day: str, says: str) -> None:
    browser = Client(headers={"host": "localhost", "x-forwarded-proto": "https"})
    browser.force_login(ayu)
    sent = {"host": host, "ends_on": day}
    page = browser.post("/console/hosts/registration/", sent, secure=True, follow=True).content.decode()
    assert says in page
    assert not HostCheck.objects.exists()


def test_a_noted_row_has_a_day(ayu: User) -> None:
    with pytest.raises(IntegrityError, match="hostcheck_noted_is_a_day"), transaction.atomic():
        HostCheck.objects.create(host="x.test", registration_noted_by="Ayu")


def test_when_nobody_asks_any_more_the_digest_says_so(ayu: User, settings: Settings) -> None:
    assert any("tidak diperiksa" in text for _kind, text, _tone in kinds(timezone.now()))
    settings.HTTPS = False
    assert kinds(timezone.now()) == []
    assert actions.check_hosts(at=timezone.now()) == 0


def test_the_most_urgent_stands_first_on_few_queries(ayu: User, django_assert_max_num_queries) -> None:  # type: ignore[no-untyped-def]
    now = timezone.now()
    HostCheck.objects.create(host="manggarai.localhost", checked_at=now, certificate_ends_at=now - timedelta(days=1))
    browser = Client(headers={"host": "localhost", "x-forwarded-proto": "https"})
    browser.force_login(ayu)
    browser.get("/console/hosts/", secure=True)
    with django_assert_max_num_queries(7):
        page = browser.get("/console/hosts/", secure=True)
    ranks = [(row.host, row.urgency) for row in page.context["rows"]]
    assert ranks == [("manggarai.localhost", 0), ("localhost", 1), (OWN, 1), ("batang.localhost", 2)]
