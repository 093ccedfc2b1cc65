"""An exit package on another deployment: the regency is made from it, or nothing is."""

from __future__ import annotations

import hashlib
import json
import re
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.storage import default_storage
from django.db import Error, connection, transaction
from django.utils.translation import gettext as _

from tenants.audit.actions import Operator, record
from tenants.audit.queries import breaks, head
from tenants.backups.actions.files import bring_file
from tenants.backups.archive import Damaged, Reader
from tenants.backups.copying import files_of
from tenants.exports.loading import load_rows, set_sequences
from tenants.exports.tables import tables_of
from tenants.exports.travelling import bring
from tenants.exports.writing import FORMAT, VERSION
from tenants.models import Domain, Regency
from tenants.regions import SubdomainRefused, check_subdomain
from tenants.routing import hosts
from tenants.schemas.context import in_public, in_regency
from tenants.schemas.names import TEMPLATE_SCHEMA, quoted, validate_schema_name
from tenants.schemas.release import current_release, known_migrations
from tenants.schemas.replay import SchemaTaken, replay
from tenants.schemas.template import read_structure
from tenants.support.actions import end_all

_LINE = re.compile(r"([0-9a-f]{64})  (\S.*)")
_UNSAFE = re.compile(r"(^/|(^|/)\.\.(/|$)|\\)")


class PackageRefused(Exception):
    """The package cannot be taken in; the text says why and what to do."""


def import_package(*, path: Path, subdomain: str, by: str, at: datetime, fingerprint: str = "") -> Regency:
    """Make a regency from a package: rows sealed with this deployment's keys, the audit chain as it was.

    Everything is held against the package's own checksums and counts while it is read; the first thing that does not
    fit undoes it all. With `fingerprint`, also against what the old deployment said of it. Raises PackageRefused.
    """
    with _opened(path) as (reader, found):
        if fingerprint and fingerprint.lower() != found:
            raise PackageRefused(_("Sidik paket ini lain daripada yang dicatat. Minta paket yang asli."))
        facts = _facts(reader)
        with in_public():
            regency = _planned(facts, subdomain)
            try:
                with transaction.atomic():
                    _make(regency, subdomain, reader, facts)
                    _check(regency, facts)
                    data = {"fingerprint": found, "taken_at": facts["taken_at"], "rows": sum(facts["tables"].values())}
                    record("exports.imported", subject=regency, by=None, data=data, at=at)
                    with in_regency(regency):
                        record("exports.imported", subject=regency, by=Operator(by), data=data, at=at)
                        end_all(at=at)  # consent was given to operators of another deployment
            except BaseException:
                _forget_files(regency)
                raise
        return regency


@contextmanager
def _opened(path: Path) -> Iterator[tuple[Reader, str]]:
    """A reader that knows the checksums, and the package's fingerprint. Whatever is wrong becomes PackageRefused."""
    try:
        with path.open("rb") as file:
            checksums, parts = _checksums(path)
            yield Reader(file, parts), hashlib.sha256(checksums).hexdigest()
    except FileNotFoundError:
        raise PackageRefused(_("Berkas %s tidak ada.") % path) from None
    except Damaged as error:
        raise PackageRefused(_("Paket ini rusak atau diubah: %s. Minta paket yang asli.") % error) from error
    except SchemaTaken as error:
        raise PackageRefused(_("Ruang data dengan nama itu sudah ada. Pilih subdomain lain.")) from error


def _checksums(path: Path) -> tuple[bytes, list[dict[str, Any]]]:
    try:
        with zipfile.ZipFile(path) as archive:
            sizes = {info.filename: info.file_size for info in archive.infolist()}
            if len(sizes) != len(archive.infolist()):
                raise Damaged(_("nama berkas berulang"))
            checksums = archive.read("checksums.txt")
    except (KeyError, zipfile.BadZipFile) as error:
        raise Damaged("checksums.txt") from error
    lines = [_LINE.fullmatch(line) for line in checksums.decode().splitlines()]
    listed = {match[2]: match[1] for match in lines if match}
    if None in lines or listed.keys() != sizes.keys() - {"checksums.txt"}:
        raise Damaged("checksums.txt")
    if unsafe := next((name for name in listed if _UNSAFE.search(name)), None):
        raise Damaged(unsafe)
    return checksums, [{"name": name, "size": sizes[name], "sha256": sha256} for name, sha256 in listed.items()]


def _facts(reader: Reader) -> dict[str, Any]:
    facts = json.loads(reader.bytes("package.json"))
    if facts.get("format") != FORMAT or facts.get("version") != VERSION:
        raise PackageRefused(
            _("Ini bukan paket data Rujukan versi %(known)s, melainkan %(format)s versi %(version)s.")
            % {"known": VERSION, "format": facts.get("format"), "version": facts.get("version")}
        )
    current_release()
    theirs = {(app, name) for app, name in facts["migrations"]}
    ours = known_migrations()
    if newer := sorted(theirs - ours):
        raise PackageRefused(
            _("Paket ini dibuat oleh rilis yang lebih baru (%s). Perbarui Rujukan di sini dahulu.") % ".".join(newer[0])
        )
    if older := sorted(ours - theirs):
        raise PackageRefused(
            _("Paket ini dibuat oleh rilis yang lebih lama (belum ada %(what)s). Perbarui Rujukan di tempat asalnya,"
              " lalu minta paket baru, atau pasang dahulu di sini rilis %(release)s.")
            % {"what": ".".join(older[0]), "release": facts["release"]}
        )  # fmt: skip
    return facts


def _planned(facts: dict[str, Any], subdomain: str) -> Regency:
    about = facts["regency"]
    before = Regency.objects.filter(code=about["code"]).first()
    if before and before.state != Regency.State.DRAFT:  # a draft was here once, and everything of it was destroyed
        raise PackageRefused(_("%s sudah ada di sini.") % about["name"])
    suffix = f".{settings.BASE_DOMAIN}"
    taken = Domain.objects.filter(domain__endswith=suffix).values_list("domain", flat=True)
    try:
        check_subdomain(subdomain, code=about["code"], taken=[host.removesuffix(suffix) for host in taken])
    except SubdomainRefused as refused:
        raise PackageRefused(str(refused.sentence)) from None
    names = ("code", "kind", "name", "province", "time_zone", "brand", "crest")
    schema = subdomain.replace("-", "_")
    schema = schema if schema[0].isalpha() else f"r_{schema}"
    regency = before or Regency()
    regency.schema_name, regency.state = validate_schema_name(schema), Regency.State.ACTIVE
    for name in names:
        setattr(regency, name, about[name])
    return regency


def _make(regency: Regency, subdomain: str, reader: Reader, facts: dict[str, Any]) -> None:
    regency.full_clean(exclude=["crest", "schema_name"])
    regency.save()
    Domain.objects.create(tenant=regency, domain=f"{subdomain}.{settings.BASE_DOMAIN}", is_primary=True)
    _make_schema(regency, reader, facts)
    _bring_files(regency, reader)
    for name in reader.parts:
        if not name.startswith(("data/", "files/")):
            reader.skim(name)
    bring(regency, facts["public"])
    hosts.changed()


def _make_schema(regency: Regency, reader: Reader, facts: dict[str, Any]) -> None:
    """The structure of this release with the rows of the package; what it cannot hold is refused."""
    with connection.cursor() as cursor:
        script = read_structure(cursor, TEMPLATE_SCHEMA)
        tables = tables_of(cursor, TEMPLATE_SCHEMA)
        unknown = facts["tables"].keys() - {table.name for table in tables}
        if unknown:
            raise PackageRefused(_("Tabel %s tidak dikenal di sini.") % sorted(unknown)[0])

        def fill(inside: Any) -> None:
            inside.execute(f"INSERT INTO django_migrations SELECT * FROM {quoted(TEMPLATE_SCHEMA)}.django_migrations")
            for table in tables:
                loaded = load_rows(inside, table, reader.blocks(f"data/{table.name}.jsonl"), regency.schema_name)
                if loaded != facts["tables"].get(table.name):
                    raise Damaged(f"data/{table.name}.jsonl")

        try:
            replay(cursor, script, regency.schema_name, fill=fill)
        except Error as error:
            raise PackageRefused(_("Isi paket tidak memenuhi aturan basis data: %s.") % _constraint(error)) from error
        set_sequences(cursor, regency.schema_name)


def _bring_files(regency: Regency, reader: Reader) -> None:
    with in_regency(regency):
        _forget_files(regency)  # of an attempt that was killed
        for name in reader.parts:
            if name.startswith("files/"):
                bring_file(reader, name.removeprefix("files/"), default_storage)


def _check(regency: Regency, facts: dict[str, Any]) -> None:
    """The chain of the audit, computed anew by this database."""
    with in_regency(regency):
        if breaks() or list(head()) != [facts["audit"]["rows"], facts["audit"]["head"]]:
            raise PackageRefused(
                _("Rantai jejak audit di dalam paket ini putus: ada baris yang diubah. Paket ditolak.")
            )


def _forget_files(regency: Regency) -> None:
    """Files that lie where the regency's would, though there is no such regency (yet)."""
    with in_regency(regency):
        for name in list(files_of()):
            default_storage.delete(name)


def _constraint(error: Error) -> str:
    diagnosis: Any = getattr(error.__cause__, "diag", None)
    return getattr(diagnosis, "constraint_name", None) or type(error).__name__
