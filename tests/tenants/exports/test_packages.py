"""A regency leaves with all it has, and another deployment, with other keys, goes on with it."""

import csv
import hashlib
import io
import json
import shutil
import zipfile
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone
from pytest_django import Settings

from modules.models import ModuleSwitch
from modules.services.models import Case
from tenants.accounts.models import User
from tenants.audit.models import AuditEntry
from tenants.audit.queries import breaks
from tenants.exports import actions, public, reading, writing
from tenants.exports.models import ExitPackage
from tenants.exports.reading import PackageRefused, import_package
from tenants.models import Domain, Regency
from tenants.people.keys import keyed_hash
from tenants.schemas.context import in_public, in_regency
from tenants.schemas.names import quoted
from tenants.schemas.release import migrate_template
from tenants.support.actions import consent
from tenants.support.models import Access
from tests.tenants.backups.conftest import Office
from tests.tenants.backups.samples import NAME, NIK

HERE, THERE = "kendal", "kendal-baru"


@pytest.fixture
def package(kendal: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What the administrator has downloaded."""
    monkeypatch.setattr(actions.tasks.make_export, "delay", lambda pk: None)
    now = timezone.now()
    with in_regency(kendal.regency):
        asked = Access.objects.create(operator_id=7, operator_name="Ayu", reason="Surat", hours=4, asked_at=now)
        consent(access=asked, by=kendal.clerk, at=now)
    with in_public():
        ModuleSwitch.objects.create(
            regency=kendal.regency, module_key="services", state="on", changed_at=timezone.now()
        )
    queued = actions.request_export(regency=kendal.regency, by=kendal.clerk, at=timezone.now())
    made = actions.make_export(package=queued, at=timezone.now())
    assert made.state == "ready", made.error
    path = tmp_path / "kendal.zip"
    with actions.fetch(package=made, regency=kendal.regency, by=kendal.clerk, at=timezone.now()) as file:
        path.write_bytes(file.read())
    assert path.stat().st_size == made.size
    return path


@pytest.fixture
def elsewhere(package: Path, kendal: Office, settings: Settings, places: Path):  # type: ignore[no-untyped-def]
    """The same database with other secrets, in which this regency is not: its row makes room for the newcomer."""
    with in_public():
        Domain.objects.filter(tenant=kendal.regency).delete()
        Regency.objects.filter(pk=kendal.regency.pk).update(code="99.99")
    settings.PERSONAL_DATA_KEYS = ["another deployment's key, long enough"]
    settings.PERSONAL_DATA_HASH_KEY = "another deployment's hash key, long enough"
    settings.MEDIA_ROOT = places / "media-elsewhere"
    yield
    connection.set_schema_to_public()
    for regency in Regency.objects.filter(code="33.24"):
        with connection.cursor() as cursor:
            cursor.execute(f"DROP SCHEMA IF EXISTS {quoted(regency.schema_name)} CASCADE")
        regency.delete()


def take_in(path: Path, **more: str) -> Regency:
    return import_package(path=path, subdomain=THERE, by="Ayu", at=timezone.now(), **more)


def nothing_was_made() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_namespace WHERE nspname = 'kendal_baru'")
        (schemas,) = cursor.fetchone()
    return schemas == 0 and not Regency.objects.filter(code="33.24").exists()


def rewritten(path: Path, change: dict[str, bytes | None], *, checksums: bool = False) -> Path:
    """The package with members replaced (None: without it), if asked with checksums that fit again."""
    with zipfile.ZipFile(path) as old:
        members = {name: old.read(name) for name in old.namelist()}
    for name, content in change.items():
        members.pop(name, None)
        if content is not None:
            members[name] = content
    if checksums:
        listed = (f"{hashlib.sha256(c).hexdigest()}  {n}\n" for n, c in members.items() if n != "checksums.txt")
        members["checksums.txt"] = "".join(listed).encode()
    target = path.with_name("changed.zip")
    with zipfile.ZipFile(target, "w") as new:
        for name, content in members.items():
            new.writestr(name, content)
    return target


def member(path: Path, name: str) -> bytes:
    with zipfile.ZipFile(path) as archive:
        return archive.read(name)


# -- the package ---------------------------------------------------------------------------------------------


def test_any_program_reads_it(package: Path) -> None:
    (case,) = [json.loads(line) for line in member(package, "data/services_case.jsonl").splitlines()]
    assert (case["nik"], case["applicant_name"], case["phone"]) == (NIK, NAME, "081234567890")
    assert case["amount"] == "1234567890123456.78"
    assert "nik_hash" not in case
    (row,) = csv.DictReader(io.StringIO(member(package, "csv/services_case.csv").decode()))
    assert (row["nik"], row["number"]) == (NIK, "SD-2026-000001")
    readme = member(package, "BACA-SAYA.txt").decode()
    assert "KABUPATEN KENDAL" in readme
    assert "sha256sum -c checksums.txt" in readme


def test_its_checksums_are_those_of_sha256sum(package: Path) -> None:
    with zipfile.ZipFile(package) as archive:
        for line in archive.read("checksums.txt").decode().splitlines():
            sha256, name = line.split("  ", 1)
            assert hashlib.sha256(archive.read(name)).hexdigest() == sha256
        assert len(archive.namelist()) == len(set(archive.namelist()))


def test_its_description_says_what_is_personal(package: Path) -> None:
    tables = {table["name"]: table for table in json.loads(member(package, "schema.json"))}
    columns = {column["name"]: column for column in tables["services_case"]["columns"]}
    assert columns["nik"]["personal"] is True
    assert columns["service_id"]["references"] == "services_service.id"
    assert "personal" not in columns["state"]
    facts = json.loads(member(package, "package.json"))
    assert facts["tables"]["services_case"] == 1
    assert facts["public"]["modules.moduleswitch"][0]["module_key"] == "services"


def test_nobody_can_sign_in_with_it(package: Path) -> None:
    names = zipfile.ZipFile(package).namelist()
    assert not [n for n in names if any(t in n for t in ("session", "knox", "mfa", "invitation", "django_migrations"))]
    users = [json.loads(line) for line in member(package, "data/accounts_user.jsonl").splitlines()]
    assert {user["password"] for user in users} == {"!"}


def test_while_it_lies_here_it_is_sealed(package: Path, places: Path) -> None:
    (stored,) = [path for path in (places / "backups").rglob("*") if path.is_file()]
    assert NIK.encode() not in stored.read_bytes()
    assert not zipfile.is_zipfile(stored)


def test_lines_pass_in_blocks(kendal: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    with in_regency(kendal.regency), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO services_caseevent (case_id, at, transition, label, from_state, to_state, reason)"
            " SELECT %s, now(), '', 'x', '', 'y', repeat('panjang ', 100) FROM generate_series(1, 5000)",
            [kendal.case.pk],
        )
    sizes: list[int] = []
    add = writing.Writer.add

    def measured(self: object, name: str, blocks: object, **more: bool):  # type: ignore[no-untyped-def]
        def watched():  # type: ignore[no-untyped-def]
            for block in blocks:  # type: ignore[attr-defined]
                sizes.append(len(block))
                yield block

        return add(self, name, watched(), **more)  # type: ignore[arg-type]

    monkeypatch.setattr(writing.Writer, "add", measured)
    target = io.BytesIO()
    writing.write_package(kendal.regency, target, at=timezone.now(), progress=lambda percent: None)
    assert sum(sizes) > 8_000_000
    assert max(sizes) < 200_000


# -- asking --------------------------------------------------------------------------------------------------


def test_one_at_a_time_and_on_record(kendal: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []
    monkeypatch.setattr(actions.tasks.make_export, "delay", asked.append)
    package = public.request_export(regency=kendal.regency, by=kendal.clerk, at=timezone.now())
    assert asked == [package.pk]
    with pytest.raises(public.ExportRefused, match="Tunggu sampai selesai"):
        public.request_export(regency=kendal.regency, by=kendal.clerk, at=timezone.now())
    assert public.latest_export(kendal.regency) is None
    public.make_export(package=package, at=timezone.now())
    public.make_export(package=package, at=timezone.now())  # a second delivery
    latest = public.latest_export(kendal.regency)
    assert latest is not None
    assert latest.fingerprint
    with in_regency(kendal.regency):
        done = list(AuditEntry.objects.filter(action__startswith="exports.").order_by("pk"))
        assert [(e.action, e.actor_id) for e in done] == [
            ("exports.requested", kendal.clerk.pk), ("exports.made", None),
        ]  # fmt: skip
        assert done[1].data["fingerprint"] == latest.fingerprint


def test_it_expires(package: Path, kendal: Office, places: Path) -> None:
    later = timezone.now() + timedelta(hours=73)
    assert actions.expire(schema_name="kendal", at=timezone.now()) == 0
    assert actions.expire(schema_name="kendal", at=later) == 1
    assert not [path for path in (places / "backups").rglob("*") if path.is_file()]
    old = ExitPackage.objects.get()
    with pytest.raises(actions.ExportRefused, match="Minta paket baru"):
        actions.fetch(package=old, regency=kendal.regency, by=kendal.clerk, at=timezone.now())


# -- taking it in --------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("elsewhere")
def test_another_deployment_goes_on_with_it(package: Path) -> None:
    chain = json.loads(member(package, "package.json"))["audit"]
    regency = take_in(package)
    assert (regency.schema_name, regency.host, regency.state) == ("kendal_baru", "kendal-baru.localhost", "active")
    with in_regency(regency):
        case = Case.objects.get()
        assert (case.applicant_name, str(case.nik), str(case.phone)) == (NAME, NIK, "081234567890")
        assert str(case.amount) == "1234567890123456.78"
        assert case.answers == {"catatan": "rahasia ćevap \\ \n"}
        assert case.nik_hash == keyed_hash("nik", NIK)  # found by this deployment's own key
        assert Case.objects.filter(nik_hash=keyed_hash("nik", NIK)).exists()
        with case.documents.get().attachment.file.open("rb") as file:
            assert file.read().startswith(b"%PDF-1.4 akta")
        entries = list(AuditEntry.objects.order_by("pk"))
        assert entries[chain["rows"] - 1].hash == chain["head"]
        assert entries[chain["rows"]].action == "exports.imported"
        assert breaks() == []
        assert not User.objects.get(email="petugas@kendal.test").has_usable_password()
        access = Access.objects.get()
        assert access.end == "expired", "consent was given to the operators of another deployment"
        assert not User.objects.get(pk=access.account_id).is_active
        User.objects.create_user("baru@kendal.test", "Baru", "rahasia-sekali-12")  # sequences go on
    with in_public():
        assert ModuleSwitch.objects.get(regency=regency).state == "on"


@pytest.mark.usefixtures("elsewhere")
def test_the_schema_is_that_of_this_release(package: Path) -> None:
    from tenants.schemas.description import compare

    migrate_template()
    take_in(package)
    with connection.cursor() as cursor:
        assert compare(cursor, "template_regency", "kendal_baru") == []


@pytest.mark.usefixtures("elsewhere")
def test_the_fingerprint_is_held_against_what_was_noted(package: Path) -> None:
    noted = ExitPackage.objects.get().fingerprint
    with pytest.raises(PackageRefused, match="Sidik paket ini lain"):
        take_in(package, fingerprint="0" * 64)
    take_in(package, fingerprint=noted.upper())


def _forged(package: Path) -> Path:
    audit = member(package, "data/audit_auditentry.jsonl").replace(b"services.filed", b"services.moved", 1)
    return rewritten(package, {"data/audit_auditentry.jsonl": audit}, checksums=True)


def _facts(package: Path, **more: object) -> Path:
    facts = {**json.loads(member(package, "package.json")), **more}
    return rewritten(package, {"package.json": json.dumps(facts).encode()}, checksums=True)


TAMPERED = {
    "a row changed": (lambda p: rewritten(p, {"data/services_case.jsonl": member(p, "data/services_case.jsonl").replace(b"Wartini", b"Sukarni")}), "rusak atau diubah: data/services_case"),
    "a file changed": (lambda p: rewritten(p, {"files/attachments/akta.pdf": b"%PDF-1.4 lain"}), "rusak atau diubah: files/"),
    "a spreadsheet changed": (lambda p: rewritten(p, {"csv/services_case.csv": b"x"}), "rusak atau diubah: csv/"),
    "a table missing": (lambda p: rewritten(p, {"data/services_case.jsonl": None}), "rusak atau diubah: checksums.txt"),
    "a table missing, checksums made anew": (lambda p: rewritten(p, {"data/services_case.jsonl": None}, checksums=True), "rusak atau diubah: data/services_case"),
    "a stranger among the files": (lambda p: rewritten(p, {"files/../../x": b"x"}, checksums=True), "rusak atau diubah: files/"),
    "rows fewer than promised": (lambda p: rewritten(p, {"data/services_caseevent.jsonl": b""}, checksums=True), "rusak atau diubah: data/services_caseevent"),
    "the audit rewritten, checksums made anew": (_forged, "Rantai jejak audit"),
    "another version": (lambda p: _facts(p, version=2), "bukan paket data Rujukan versi 1"),
    "of a newer release": (lambda p: _facts(p, migrations=[*json.loads(member(p, "package.json"))["migrations"], ["services", "9999_new"]]), "rilis yang lebih baru"),
    "of an older release": (lambda p: _facts(p, migrations=json.loads(member(p, "package.json"))["migrations"][:-1]), "rilis yang lebih lama"),
    "no checksums": (lambda p: rewritten(p, {"checksums.txt": None}), "rusak atau diubah: checksums.txt"),
    "no zip": (lambda p: Path(shutil.copy(__file__, p.with_name("x.zip"))), "rusak atau diubah"),
    "not there": (lambda p: p.with_name("nowhere.zip"), "tidak ada"),
}  # fmt: skip


@pytest.mark.usefixtures("elsewhere")
@pytest.mark.parametrize("how", TAMPERED)
def test_what_does_not_fit_is_refused_in_a_sentence(package: Path, how: str, places: Path) -> None:
    change, says = TAMPERED[how]
    with pytest.raises(PackageRefused, match=says):
        take_in(change(package))
    assert nothing_was_made()
    assert not [path for path in (places / "media-elsewhere").rglob("*") if path.is_file()]


class _Killed(BaseException):
    pass


@pytest.mark.usefixtures("elsewhere")
def test_killed_in_the_middle_nothing_is_made(package: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def die(*args: object) -> None:
        raise _Killed

    monkeypatch.setattr(reading, "bring", die)
    monkeypatch.setattr(reading, "_forget_files", lambda regency: None)  # a killed process clears nothing away
    with pytest.raises(_Killed):
        take_in(package)
    assert nothing_was_made()
    monkeypatch.undo()
    take_in(package)


@pytest.mark.usefixtures("elsewhere")
@pytest.mark.parametrize("subdomain", ["batang", "xn--kendal", "a.b", "www"])
def test_the_subdomain_is_checked_like_any_other(package: Path, subdomain: str) -> None:
    with pytest.raises(PackageRefused):
        import_package(path=package, subdomain=subdomain, by="", at=timezone.now())
    assert nothing_was_made()


@pytest.mark.usefixtures("elsewhere")
def test_who_was_destroyed_here_may_come_back_with_it(package: Path) -> None:
    """The row of the regency is still there, as a draft: it is the same place."""
    with in_public():
        gone = Regency.objects.create(
            code="33.24", name="Kendal", kind="kabupaten", schema_name="kendal_lama", state="draft"
        )
    regency = take_in(package)
    assert (regency.pk, regency.schema_name, regency.is_trial) == (gone.pk, "kendal_baru", True)
    with in_regency(regency):
        assert Case.objects.get().applicant_name == NAME


def test_a_regency_that_is_here_is_not_made_twice(package: Path) -> None:
    with pytest.raises(PackageRefused, match="sudah ada di sini"):
        take_in(package)


@pytest.mark.usefixtures("elsewhere")
def test_the_command_says_what_it_did(package: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(CommandError, match="Sidik"):
        call_command("import_exit_package", str(package), "--subdomain", THERE, "--fingerprint", "1" * 64)
    call_command("import_exit_package", str(package), "--subdomain", THERE)
    assert "Kabupaten Kendal is here as kendal_baru" in capsys.readouterr().out
    with in_regency(Regency.objects.get(schema_name="kendal_baru")):
        assert default_storage.exists("attachments/akta.pdf")
