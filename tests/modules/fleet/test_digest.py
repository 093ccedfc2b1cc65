"""What is wrong, once a day: collected from every app, shown, and mailed to who wants it."""

import ssl
import threading
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from socket import create_server

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from django.core import mail
from django.test import Client
from django.utils import timezone

from modules.fleet import actions, tasks
from modules.fleet.models import BulkAction, BulkItem, Digest, RegencyFacts, Subscription
from onboarding.models import ProvisioningRun
from tenants import problems
from tenants.accounts.models import User
from tenants.digest import certificates
from tenants.models import Regency, StandbySchema
from tests.modules.fleet.conftest import facts


def kinds() -> set[str]:
    return {problem["kind"] for problem in actions.collect_digest(timezone.now()).problems}


def measured(code: str, **changes: object) -> None:
    regency = Regency.objects.get(code=code)
    row = facts(regency, 0)
    for name, value in {"health": "ok", "problems": [], **changes}.items():
        setattr(row, name, value)
    row.save()


def test_each_app_has_its_collector(public: None) -> None:
    assert {"tenants", "tenants.deletion", "modules.fleet", "onboarding"} <= set(problems.collectors())


def test_what_measures_runs_and_pool_say(public: None, ayu: User) -> None:
    StandbySchema.objects.all().delete()
    measured("33.25", health="bad", problems=["audit_broken", "late", "quiet"])
    ProvisioningRun.objects.create(
        code="33.24",
        name="Kendal",
        subdomain="kendal",
        modules=[],
        state="failed",
        error="Gagal",
        created_at=timezone.now(),
    )
    found = kinds()
    assert {"Rantai audit putus", "Berkas melewati batas waktu", "Tidak dipakai 14 hari"} <= found
    assert {"Penyiapan gagal", "Persediaan kosong", "Tidak mengirim hitungan"} <= found
    digest = Digest.objects.get()
    tones = [problem["tone"] for problem in digest.problems]
    assert tones == sorted(tones, key=lambda tone: tone != "bad"), "the worst comes first"


def test_failed_bulk_and_schemas_behind(public: None, ayu: User) -> None:
    at = timezone.now()
    for code in ("33.25", "53.10"):
        measured(code, schema_head="0" * 64)
    action = BulkAction.objects.create(
        kind="switch", module_key="services", target="on", state="done", requested_by="Ayu", requested_by_id=1,
        requested_at=at, confirmed_at=at,
    )  # fmt: skip
    BulkItem.objects.create(action=action, regency=Regency.objects.get(code="33.25"), state="failed", changed_at=at)
    assert {"Tindakan massal gagal", "Skema tertinggal dari rilis"} <= kinds()


def test_a_collector_that_fails_is_a_problem_and_stops_no_other(public: None, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(at: datetime) -> Iterator[problems.Problem]:
        raise ZeroDivisionError
        yield

    good = lambda at: [problems.Problem("Baik", "Tetap ada")]  # noqa: E731
    monkeypatch.setattr(problems, "collectors", lambda: {"a.broken": broken, "b.good": good})
    assert kinds() == {"Ringkasan tidak lengkap", "Baik"}


def test_mailed_once_a_day_to_who_wants_it(
    public: None, ayu: User, dimas: User, django_capture_on_commit_callbacks, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []
    monkeypatch.setattr(tasks.send_digest, "delay", asked.append)
    actions.subscribe(wanted=True, by=ayu, at=timezone.now())
    actions.subscribe(wanted=True, by=ayu, at=timezone.now())
    measured("33.25", health="bad", problems=["audit_broken"])
    with django_capture_on_commit_callbacks(execute=True):
        tasks.digest()
    assert asked == [Subscription.objects.get().pk]
    for _ in range(2):
        tasks.send_digest(asked[0])
    (sent,) = mail.outbox
    assert sent.to == [ayu.email]
    assert "Rantai audit putus" in sent.body
    assert "Kabupaten Batang" in sent.body
    assert "http://localhost:8000/console/" in sent.body
    with django_capture_on_commit_callbacks(execute=True):
        tasks.digest()
    assert len(asked) == 1, "sent today already"


def test_who_lost_the_console_gets_no_mail(public: None, ayu: User) -> None:
    actions.subscribe(wanted=True, by=ayu, at=timezone.now())
    actions.collect_digest(timezone.now())
    ayu.grants.all().delete()  # type: ignore[attr-defined]
    tasks.send_digest(Subscription.objects.get().pk)
    assert mail.outbox == []


def test_by_the_page(client: Client, ayu: User) -> None:
    assert "Belum dikumpulkan" in client.get("/console/digest/").content.decode()
    measured("33.25", health="bad", problems=["audit_broken"])
    client.post("/console/digest/collection/")
    text = client.get("/console/digest/").content.decode()
    assert "Rantai audit putus" in text
    client.post("/console/digest/subscription/", {"wanted": "1"})
    assert Subscription.objects.get().user == ayu
    client.post("/console/digest/subscription/", {"wanted": "0"})
    assert not Subscription.objects.exists()
    for day in ("2020-01-01", "nonsense", "2026-13-45"):
        assert client.get(f"/console/digest/?day={day}").status_code == 200


def test_health_is_no_news_when_all_is_well(public: None) -> None:
    measured("33.25")
    measured("53.10")
    assert not {"Rantai audit putus", "Tidak mengirim hitungan"} & kinds()
    assert RegencyFacts.objects.count() == 2


def _certificate(folder: Path, name: str, ends: datetime) -> Path:
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


@pytest.mark.parametrize(
    ("days", "words"), [(60, ""), (5, "sertifikat berakhir"), (-1, "tidak dapat diperiksa (certificate has expired)")]
)
def test_certificates_that_end_soon(tmp_path: Path, days: int, words: str) -> None:
    """Against a real TLS server on this machine."""
    at = timezone.now()
    path = _certificate(tmp_path, "localhost", at + timedelta(days=days))
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
        found = list(certificates([("localhost", listening.getsockname()[1])], at, trusted=str(path)))
        server.join()
    assert [words in problem.text for problem in found] == ([True] if words else [])


def test_a_host_that_does_not_answer_is_named() -> None:
    with create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
    (problem,) = certificates([("localhost", port)], timezone.now())
    assert "localhost: sertifikat tidak dapat diperiksa (ConnectionRefusedError)." in problem.text
