"""Writing an exit package: rows as JSON Lines and CSV, files, a description, checksums."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Callable, Iterable, Iterator
from typing import IO, Any, cast

from django.conf import settings
from django.core.files.storage import default_storage
from django.template.loader import render_to_string

from tenants.audit import queries as audit
from tenants.backups.archive import Writer, stored_in
from tenants.backups.copying import files_of, snapshot
from tenants.exports.tables import LEFT_OUT, Table, tables_of
from tenants.exports.travelling import travelling_rows
from tenants.models import Regency
from tenants.people import keys
from tenants.people.fields import _HASH_BYTES
from tenants.schemas.context import in_regency
from tenants.schemas.names import quoted
from tenants.schemas.release import known_migrations
from tenants.schemas.template import reading

FORMAT, VERSION = "rujukan-exit-package", 1
_AT_A_TIME = 64 * 1024
Progress = Callable[[int], None]
Row = dict[str, Any]


def write_package(regency: Regency, target: IO[bytes], *, at: Any, progress: Progress) -> dict[str, Any]:
    """Write the package of a regency as it is at this moment; returns rows, files, fingerprint.

    One snapshot of the database, then the files. Personal data is opened row by row; never more than a block is in
    memory. `progress` hears percents.
    """
    writer = Writer(target)
    facts: dict[str, Any] = {"format": FORMAT, "version": VERSION, "taken_at": at.isoformat()}
    facts |= {"release": settings.RELEASE, "regency": _about(regency), "left_out": LEFT_OUT}
    counts: dict[str, int] = {}
    with snapshot() as cursor:
        tables = tables_of(cursor, regency.schema_name)
        with reading(cursor, regency.schema_name, ("extensions",)):
            for done, table in enumerate(tables):
                part = writer.add(f"data/{table.name}.jsonl", _packed(_lines(cursor, table)), lines=True)
                writer.add(f"csv/{table.name}.csv", _packed(_csv(cursor, table)))
                counts[table.name] = part.rows or 0
                progress(round(80 * (done + 1) / len(tables)))
            facts |= _state(cursor)
    files = 0
    with in_regency(regency):
        for name in files_of():
            writer.add(f"files/{name}", stored_in(cast(Any, default_storage.open(name))))
            files += 1
    progress(95)
    facts |= {"tables": counts, "files": files, "public": travelling_rows(regency)}
    writer.add("package.json", [_pretty(facts)])
    writer.add("schema.json", [_pretty([table.describe() for table in tables])])
    words = {"regency": regency, "at": at, "rows": sum(counts.values()), "files": files, "left_out": LEFT_OUT}
    writer.add("BACA-SAYA.txt", [render_to_string("exports/readme.txt", words).encode()])
    checksums = "".join(f"{part.sha256}  {part.name}\n" for part in writer.parts).encode()
    writer.add("checksums.txt", [checksums])
    writer.close()
    return {"rows": sum(counts.values()), "files": files, "fingerprint": hashlib.sha256(checksums).hexdigest()}


def _about(regency: Regency) -> dict[str, str]:
    names = ("code", "kind", "name", "province", "time_zone", "brand", "schema_name")
    return {**{name: str(getattr(regency, name)) for name in names}, "crest": regency.crest.name or ""}


def _state(cursor: Any) -> dict[str, Any]:
    cursor.execute("SELECT app, name FROM django_migrations ORDER BY app, name")
    apps = {app for app, _name in known_migrations()}  # the table also names those of the public schema
    migrations = [[app, name] for app, name in cursor.fetchall() if app in apps]
    cursor.execute(audit.HEAD)
    rows, head = cursor.fetchone()
    return {"migrations": migrations, "audit": {"rows": rows, "head": head}}


def rows_of(cursor: Any, table: Table) -> Iterator[Row | str]:
    """Rows in the order of the first column: text as PostgreSQL wrote it, unless something in it must be changed."""
    selected = ", ".join(column.selected for column in table.columns)
    source = f"SELECT row_to_json(r) FROM (SELECT {selected} FROM {quoted(table.name)} ORDER BY 1) r"
    with cursor.copy(f"COPY ({source}) TO STDOUT") as copy:
        for (line,) in copy.rows():
            yield line


def opened(table: Table, line: str) -> Row:
    """A row with its personal data readable and what opens accounts blanked."""
    row: Row = json.loads(line)
    for name, field in table.encrypted.items():
        if row[name] is not None:
            sealed = bytes.fromhex(row[name].removeprefix("\\x"))
            row[name] = keys.decrypt(sealed[_HASH_BYTES:] if field.kind else sealed)
    return {**row, **table.blanked}


def _lines(cursor: Any, table: Table) -> Iterator[bytes]:
    changed = bool(table.encrypted or table.blanked)
    for line in rows_of(cursor, table):
        text = json.dumps(opened(table, str(line)), ensure_ascii=False) if changed else str(line)
        yield f"{text}\n".encode()


def _csv(cursor: Any, table: Table) -> Iterator[bytes]:
    """The same for spreadsheets: what JSON nests stands as JSON in its cell."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow([column.name for column in table.columns])
    for line in rows_of(cursor, table):
        row = opened(table, str(line))
        writer.writerow([_cell(row[column.name]) for column in table.columns])
        yield buffer.getvalue().encode()
        buffer.seek(0)
        buffer.truncate()
    yield buffer.getvalue().encode()


def _cell(value: Any) -> Any:
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False)
    # A cell that begins like a formula would be one when a spreadsheet opens it.
    return f"'{value}" if isinstance(value, str) and value[:1] in "=+-@\t" and value[:1] else value


def _packed(lines: Iterable[bytes]) -> Iterator[bytes]:
    """Small lines as larger blocks."""
    waiting = bytearray()
    for line in lines:
        waiting += line
        if len(waiting) >= _AT_A_TIME:
            yield bytes(waiting)
            waiting.clear()
    yield bytes(waiting)


def _pretty(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, indent=2).encode()
