"""The register of the poor from a file: received, read line by line by a worker, then applied by one.

Both go in portions, each a transaction of its own that also says how far it is: a worker that is killed leaves whole
portions, and the next one goes on behind them. Two at work on one file take turns.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from functools import partial
from itertools import islice
from typing import Any, BinaryIO, cast

from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone
from django.utils.crypto import get_random_string
from django.utils.translation import gettext as _

from modules.santunan_kematian import tasks
from modules.santunan_kematian.actions import table
from modules.santunan_kematian.actions.errors import ImportRefused
from modules.santunan_kematian.models import RegisterEntry, RegisterImport, RegisterRow
from tenants.audit.actions import record
from tenants.organisation.models import Village
from tenants.people.fields import keyed_hash
from tenants.people.identity import InvalidNumber, parse_kk, parse_nik
from tenants.schemas.context import after_commit

State = RegisterImport.State
PORTION = 1_000
PATIENCE = timedelta(minutes=2)
"""How long a file may stand still before it is handed out again."""


@transaction.atomic
def receive_register(
    *, upload: Any, source: str, valid_from: date, valid_to: date | None, by: Any, at: datetime
) -> RegisterImport:
    """Keep a CSV or XLSX with the columns nik, no_kk, nama, kode_desa, desil; a worker reads it.

    Nothing of the register changes yet. Only the head is looked at here, however large the file is. Raises
    ImportRefused when it is no such table, too large, or was applied before.
    """
    if upload.size > table.MOST_BYTES:
        raise ImportRefused(_("Berkas lebih dari 50 MB. Bagi per kecamatan, lalu unggah satu per satu."))
    sha256 = _sha256(upload)
    if RegisterImport.objects.filter(sha256=sha256, state__in=[State.APPLYING, State.APPLIED]).exists():
        raise ImportRefused(_("Berkas yang sama persis sudah pernah diterapkan."))
    if next(table.rows(upload), None) is None:
        raise ImportRefused(_("Berkas ini tidak memuat baris data."))
    total = table.length(upload)
    upload.seek(0)
    batch = RegisterImport.objects.create(
        file_name=str(upload.name)[-120:],
        path=default_storage.save(f"imports/{get_random_string(32)}", upload),
        sha256=sha256,
        source=source,
        valid_from=valid_from,
        valid_to=valid_to,
        state=State.READING,
        total=total,
        moved_at=at,
        staged_at=at,
        staged_by=by,
    )
    record("santunan_kematian.register_received", subject=batch, by=by, at=at, data={"size": upload.size})
    after_commit(partial(tasks.read_register.delay, batch_id=batch.pk))
    return batch


def read_register(*, batch_id: int, at: datetime) -> None:
    """Read the rows of a file behind those that were read before, each with what is wrong with it."""
    batch = RegisterImport.objects.get(pk=batch_id)
    if batch.state != State.READING:
        return
    villages = set(Village.objects.values_list("code", flat=True))
    try:
        with default_storage.open(batch.path) as file:
            lines = (row for row in table.rows(cast("BinaryIO", file)) if row[0] > batch.last_line)
            while some := list(islice(lines, PORTION)):
                if not _keep(batch_id, some, villages):
                    return
    except ImportRefused as refusal:
        _give_up(batch_id, str(refusal), at)
        return
    _end_reading(batch_id, at)


@transaction.atomic
def _keep(batch_id: int, lines: list[tuple[int, table.Row]], villages: set[str]) -> bool:
    """One portion; whether to go on. Another worker may have read some of it meanwhile."""
    batch = RegisterImport.objects.select_for_update().get(pk=batch_id)
    if batch.state != State.READING:
        return False
    found = [_staged(batch, *line, villages) for line in lines if line[0] > batch.last_line]
    _mark_doubles(batch, found)
    RegisterRow.objects.bulk_create(found)
    batch.bad += sum(bool(row.errors) for row in found)
    batch.good += sum(not row.errors for row in found)
    if batch.good + batch.bad > table.MOST_ROWS:
        raise ImportRefused(_("Paling banyak 200.000 baris per berkas. Bagi per kecamatan."))
    batch.last_line = max(batch.last_line, lines[-1][0])
    batch.done, batch.moved_at = batch.good + batch.bad, timezone.now()  # the pulse that `resume` looks for
    batch.save(update_fields=["good", "bad", "last_line", "done", "moved_at"])
    return True


@transaction.atomic
def _end_reading(batch_id: int, at: datetime) -> None:
    batch = RegisterImport.objects.select_for_update().get(pk=batch_id)
    if batch.state != State.READING:
        return
    _forget_file(batch)
    batch.state, batch.total, batch.done, batch.moved_at = State.STAGED, batch.good, 0, at
    batch.save(update_fields=["state", "total", "done", "path", "moved_at"])
    data = {"good": batch.good, "bad": batch.bad}
    record("santunan_kematian.register_staged", subject=batch, by=batch.staged_by, at=at, data=data)


@transaction.atomic
def _give_up(batch_id: int, problem: str, at: datetime) -> None:
    batch = RegisterImport.objects.select_for_update().get(pk=batch_id)
    RegisterRow.objects.filter(batch=batch).delete()
    _forget_file(batch)
    batch.state, batch.problem, batch.finished_at, batch.good, batch.bad = State.FAILED, problem[:300], at, 0, 0
    batch.save(update_fields=["state", "problem", "finished_at", "good", "bad", "path"])


def _forget_file(batch: RegisterImport) -> None:
    after_commit(partial(default_storage.delete, batch.path))
    batch.path = ""


@transaction.atomic
def start_applying(*, batch: RegisterImport, by: Any, at: datetime) -> RegisterImport:
    """Have a worker put the good rows into the register. Rows with errors stay out.

    Raises ImportRefused when the file was applied or discarded before, or the same file is being applied.
    """
    batch = _staged_batch(batch)
    twins = RegisterImport.objects.filter(sha256=batch.sha256, state__in=[State.APPLYING, State.APPLIED])
    if twins.exists():
        raise ImportRefused(_("Berkas yang sama persis sudah pernah diterapkan."))
    batch.state, batch.applied_by, batch.moved_at = State.APPLYING, by, at
    batch.save(update_fields=["state", "applied_by", "moved_at"])
    record("santunan_kematian.register_started", subject=batch, by=by, at=at, data={"rows": batch.good})
    after_commit(partial(tasks.apply_register.delay, batch_id=batch.pk))
    return batch


def apply_register(*, batch_id: int, at: datetime) -> None:
    """Put the rows that are left into the register. A person already in it gets the new line; the old one ends."""
    villages = dict(Village.objects.values_list("code", "pk"))
    while _apply_portion(batch_id, villages, at):
        pass


@transaction.atomic
def _apply_portion(batch_id: int, villages: Mapping[str, int], at: datetime) -> bool:
    batch = RegisterImport.objects.select_for_update().get(pk=batch_id)
    if batch.state != State.APPLYING:
        return False
    some = list(RegisterRow.objects.filter(batch=batch, errors=[]).order_by("line")[:PORTION])
    if not some:
        _finish(batch, State.APPLIED, by=batch.applied_by, at=at)
        return False
    chunk = [json.loads(str(row.content)) for row in some]
    _replace(chunk, batch, at)
    RegisterEntry.objects.bulk_create(_entry(cells, batch, villages) for cells in chunk)
    RegisterRow.objects.filter(pk__in=[row.pk for row in some]).delete()
    batch.done, batch.moved_at = batch.done + len(some), timezone.now()
    batch.save(update_fields=["done", "moved_at"])
    return True


@transaction.atomic
def discard_register(*, batch: RegisterImport, by: Any, at: datetime) -> RegisterImport:
    """Throw the staged rows away."""
    batch = _staged_batch(batch)
    RegisterRow.objects.filter(batch=batch).delete()
    return _finish(batch, State.DISCARDED, by=by, at=at)


def resume(*, at: datetime) -> int:
    """Hand out again the files on which nothing has moved for a while: their worker or message was lost."""
    still = RegisterImport.objects.filter(state__in=[State.READING, State.APPLYING], moved_at__lt=at - PATIENCE)
    for batch in still:
        task = tasks.read_register if batch.state == State.READING else tasks.apply_register
        task.delay(batch_id=batch.pk)
    return len(still)


def _staged_batch(batch: RegisterImport) -> RegisterImport:
    batch = RegisterImport.objects.select_for_update().get(pk=batch.pk)
    if batch.state != State.STAGED:
        raise ImportRefused(_("Berkas ini sudah diterapkan atau dibuang."))
    return batch


def _finish(batch: RegisterImport, state: str, *, by: Any, at: datetime) -> RegisterImport:
    batch.state, batch.finished_at = state, at
    batch.save(update_fields=["state", "finished_at"])
    applied = state == State.APPLIED
    action = "santunan_kematian.register_applied" if applied else "santunan_kematian.register_discarded"
    record(action, subject=batch, by=by, at=at, data={"rows": batch.good})
    return batch


def _replace(chunk: list[dict[str, str]], batch: RegisterImport, at: datetime) -> None:
    """End the current lines of these people the day before the new ones begin."""
    hashes = [keyed_hash("nik", cells["nik"]) for cells in chunk]
    last = batch.valid_from - timedelta(days=1)
    old = RegisterEntry.objects.current().filter(nik_hash__in=hashes)
    started = old.filter(valid_from__lte=last)
    started.filter(valid_to=None).update(valid_to=last)
    started.filter(valid_to__gt=last).update(valid_to=last)
    old.update(ended_at=at, ended_reason=RegisterEntry.Ended.REPLACED)


def _entry(cells: dict[str, str], batch: RegisterImport, villages: Mapping[str, int]) -> RegisterEntry:
    return RegisterEntry(
        nik=cells["nik"],
        kk=cells["no_kk"],
        name=cells["nama"],
        village_id=villages[cells["kode_desa"]],
        desil=int(cells["desil"]) if cells["desil"] else None,
        source=batch.source,
        valid_from=batch.valid_from,
        valid_to=batch.valid_to,
        batch=batch,
    )


def _staged(batch: RegisterImport, line: int, row: table.Row, villages: set[str]) -> RegisterRow:
    cells = {name: row.get(name, "").strip() for name in table.COLUMNS}
    errors = list(_errors(cells, villages))
    person = keyed_hash("nik", cells["nik"]) if cells["nik"] else ""
    content = json.dumps(cells, ensure_ascii=False)
    return RegisterRow(batch=batch, line=line, person=person, content=content, errors=errors)


def _mark_doubles(batch: RegisterImport, found: list[RegisterRow]) -> None:
    """A NIK counts once per file: the first line that has it, in this portion or an earlier one."""
    people = {row.person for row in found if row.person}
    seen = set(RegisterRow.objects.filter(batch=batch, person__in=people).values_list("person", flat=True))
    for row in found:
        if row.person in seen:
            row.errors.append(_("NIK ini sudah ada pada baris lain."))
        elif row.person:
            seen.add(row.person)


def _errors(cells: dict[str, str], villages: set[str]) -> Iterator[str]:
    """What is wrong with a row, and the numbers brought to plain digits where nothing is."""
    for name, parse in (("nik", parse_nik), ("no_kk", parse_kk)):
        try:
            cells[name] = parse(cells[name]).number
        except InvalidNumber as problem:
            yield str(problem)
    if not cells["nama"]:
        yield _("Nama kosong.")
    if len(cells["nama"]) > 120:
        yield _("Nama lebih dari 120 huruf.")
    if cells["kode_desa"] not in villages:
        yield _("Kode desa tidak ada di kabupaten ini; pakai kode Kemendagri, misalnya 33.25.01.2001.")
    if cells["desil"] and cells["desil"] not in {str(n) for n in range(1, 11)}:
        yield _("Desil harus 1 sampai 10, atau kosong.")


def _sha256(upload: Any) -> str:
    made = hashlib.sha256()
    for block in upload.chunks():
        made.update(block)
    return made.hexdigest()
