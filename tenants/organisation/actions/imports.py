"""Units from a table: read, checked row by row for a preview, then written all together or not at all."""

import csv
import io
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, BinaryIO

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from openpyxl import load_workbook

from tenants.accounts.models import User
from tenants.audit.actions import record
from tenants.organisation.actions.refusals import FileRefused, RowsRefused
from tenants.organisation.actions.units import change_unit, create_unit, hold_tree
from tenants.organisation.models import Unit, Village

COLUMNS = {
    "code": gettext_lazy("Kode"),
    "name": gettext_lazy("Nama"),
    "short_name": gettext_lazy("Nama singkat"),
    "kind": gettext_lazy("Jenis"),
    "size": gettext_lazy("Tipe"),
    "parent": gettext_lazy("Kode induk"),
    "address": gettext_lazy("Alamat"),
    "postal_code": gettext_lazy("Kode pos"),
    "phone": gettext_lazy("Telepon"),
    "email": gettext_lazy("Surel"),
    "website": gettext_lazy("Laman"),
    "six_day_week": gettext_lazy("Enam hari kerja"),
}
"""Fields and the heads of their columns, in the order of an export. A file may leave out all but code, name, kind."""
REQUIRED = ("code", "name", "kind")
MOST_ROWS = 2_000
MOST_BYTES = 2_000_000
MOST_BYTES_UNPACKED = 50_000_000
_YES = {"ya", "y", "1", "true", "yes"}
_NO = {"", "tidak", "t", "0", "false", "no"}
Cells = dict[str, str]


@dataclass
class StagedRow:
    """A row of the file, what it would do, and what is wrong with it."""

    number: int
    """Its line in the file; the head is line 1."""
    cells: Cells
    action: str = "create"
    """`create`, `change` or `same`."""
    errors: list[str] = field(default_factory=list)


def stage_units(file: BinaryIO) -> list[StagedRow]:
    """Read an XLSX or CSV file (told apart by content) and check it. Raises FileRefused when it is not a table."""
    content = file.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        raise FileRefused(_("Berkas terlalu besar. Batasnya 2 MB."))
    table = _xlsx(content) if content.startswith(b"PK") else _csv(content)
    head = [cell.strip().casefold() for cell in next(table, [])]
    columns = _column_names()
    if missing := [COLUMNS[name] for name in REQUIRED if name not in {columns.get(cell) for cell in head}]:
        raise FileRefused(_("Kolom berikut tidak ada: %s.") % ", ".join(map(str, missing)))
    rows: list[Cells] = []
    for line in table:
        cells = {columns[name]: cell.strip() for name, cell in zip(head, line, strict=False) if name in columns}
        rows.append(cells)
        if len(rows) > MOST_ROWS:
            raise FileRefused(_("Terlalu banyak baris. Batasnya %s baris.") % MOST_ROWS)
    return stage_rows(rows)


def stage_rows(rows: Sequence[Mapping[str, str]]) -> list[StagedRow]:
    """Check cells that were read before: by themselves, against each other, and against the units that exist."""
    known = {unit.code: unit for unit in Unit.objects.select_related("parent")}
    staged = [
        StagedRow(number, {name: str(cells.get(name, "")).strip() for name in COLUMNS if name in cells})
        for number, cells in enumerate(rows, start=2)
        if any(str(value).strip() for value in cells.values())
    ]
    if not staged:
        raise FileRefused(_("Berkas ini tidak berisi satu baris pun."))
    codes = Counter(row.cells.get("code", "") for row in staged)
    for row in staged:
        row.errors += _errors_alone(row.cells)
        if codes[row.cells.get("code", "")] > 1:
            row.errors.append(_("Kode ini ada di lebih dari satu baris."))
        row.action = _action(row.cells, known.get(row.cells.get("code", "")))
    _check_tree(staged, known)
    return staged


@transaction.atomic
def import_units(
    *,
    rows: Sequence[StagedRow],
    by: User | None,
    at: datetime,
    progress: Callable[[int], object] = lambda _written: None,
) -> Counter[str]:
    """Create and change units as staged; how many of each action. Raises RowsRefused when a row is wrong now.

    The rows are checked again: the units may have changed since the preview. `progress` is told how many rows are
    written, though they count only when all are.
    """
    hold_tree()
    staged = stage_rows([row.cells for row in rows])
    if any(row.errors for row in staged):
        raise RowsRefused
    units = {unit.code: unit for unit in Unit.objects.all()}
    waiting = [row for row in staged if row.action != "same"]
    first, written = None, 0
    while waiting:
        # Parents before children; the check above has shown that there is no circle.
        codes = {row.cells["code"] for row in waiting}
        ready = [row for row in waiting if row.cells.get("parent", "") not in codes - {row.cells["code"]}]
        for row in ready:
            unit = _write(row, units, by, at)
            units[unit.code] = unit
            first = first or unit
            written += 1
            progress(written)
        waiting = [row for row in waiting if row not in ready]
    counts = Counter({"create": 0, "change": 0, "same": 0})
    counts.update(row.action for row in staged)
    if first is not None:
        data = {"created": counts["create"], "changed": counts["change"]}
        record("organisation.units_imported", subject=first, by=by, at=at, data=data)
    return counts


@transaction.atomic
def record_population(*, people: Mapping[str, int], by: User | None, at: datetime) -> int:
    """Write the population of villages by their code; how many were known. Negative numbers raise ValueError."""
    if any(count < 0 for count in people.values()):
        raise ValueError("a population is not negative")
    villages = list(Village.objects.filter(code__in=people))
    for village in villages:
        village.population = people[village.code]
    Village.objects.bulk_update(villages, ["population"], batch_size=500)
    if villages:
        data = {"villages": len(villages)}
        record("organisation.population_recorded", subject=villages[0], by=by, at=at, data=data)
    return len(villages)


def _write(row: StagedRow, units: Mapping[str, Unit], by: User | None, at: datetime) -> Unit:
    values = _values(row.cells)
    if "parent" in row.cells:
        values["parent"] = units.get(row.cells["parent"])
    if row.action == "create":
        return create_unit(**values, by=by, at=at)
    return change_unit(unit=units[row.cells["code"]], **values, by=by, at=at)


def _values(cells: Cells) -> dict[str, Any]:
    """The cells as fields of a unit, without its parent."""
    values: dict[str, Any] = {name: value for name, value in cells.items() if name not in ("parent", "six_day_week")}
    values["kind"] = kind_of(cells["kind"])
    if "size" in cells:
        values["size"] = cells["size"].upper().removeprefix("TIPE ").strip()
    if "six_day_week" in cells:
        values["six_day_week"] = cells["six_day_week"].casefold() in _YES
    return values


def kind_of(text: str) -> str | None:
    """A kind by its key or by its words in any language; None for what is neither."""
    wanted = text.casefold()
    if wanted in Unit.Kind.values:
        return wanted
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            for kind in Unit.Kind:
                if wanted == str(kind.label).casefold():
                    return kind.value
    return None


def _column_names() -> dict[str, str]:
    """Fields by the heads of their columns, whichever language the file was exported in."""
    names = {name: name for name in COLUMNS}
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            names |= {str(label).casefold(): name for name, label in COLUMNS.items()}
    return names


def _action(cells: Cells, unit: Unit | None) -> str:
    if unit is None:
        return "create"
    if not cells.get("kind"):
        return "change"
    same = all(getattr(unit, name) == value for name, value in _values(cells).items())
    parent = unit.parent.code if unit.parent else ""
    return "same" if same and cells.get("parent", parent) == parent else "change"


def _errors_alone(cells: Cells) -> Iterator[str]:
    for name in REQUIRED:
        if not cells.get(name):
            yield _("%s kosong.") % COLUMNS[name]
    for name, value in cells.items():
        longest = getattr(Unit._meta.get_field(name), "max_length", None)
        if longest and name not in ("kind", "size") and len(value) > longest:
            yield _("%(column)s lebih dari %(longest)s huruf.") % {"column": COLUMNS[name], "longest": longest}
        if "\x00" in value:
            yield _("%s memuat karakter yang tidak dapat disimpan.") % COLUMNS[name]
    yield from _errors_of_form(cells)


def _errors_of_form(cells: Cells) -> Iterator[str]:
    if cells.get("kind") and kind_of(cells["kind"]) is None:
        yield _("Jenis “%s” tidak dikenal.") % cells["kind"]
    if cells.get("size", "").upper().removeprefix("TIPE ").strip() not in ("", *Unit.Size.values):
        yield _("Tipe harus A, B, atau C.")
    code = cells.get("postal_code", "")
    if code and not (len(code) == 5 and code.isascii() and code.isdigit()):
        yield _("Kode pos terdiri atas 5 angka.")
    if cells.get("email"):
        try:
            validate_email(cells["email"])
        except ValidationError:
            yield _("Alamat surel tidak sah.")
    if cells.get("six_day_week", "").casefold() not in _YES | _NO:
        yield _("Enam hari kerja diisi “ya” atau “tidak”.")


def _check_tree(staged: list[StagedRow], known: Mapping[str, Unit]) -> None:
    """Parents exist and are open, nobody is above itself, and a parent has no two of one name."""
    parents = {code: unit.parent.code if unit.parent else "" for code, unit in known.items()}
    names = {code: unit.name for code, unit in known.items() if unit.is_open}
    for row in staged:
        code = row.cells.get("code", "")
        parents[code] = row.cells.get("parent", parents.get(code, ""))
        names[code] = row.cells.get("name", "")
    twins = Counter((parents[code], name) for code, name in names.items())
    for row in staged:
        code = row.cells.get("code", "")
        parent = parents[code]
        if code in known and not known[code].is_open:
            row.errors.append(_("Unit ini sudah ditutup."))
        if parent and parent not in names:
            row.errors.append(_("Induk “%s” tidak ada atau sudah ditutup.") % parent)
        elif _is_circular(code, parents):
            row.errors.append(_("Unit ini berada di bawah dirinya sendiri."))
        if twins[parent, names[code]] > 1:
            row.errors.append(_("Induk ini memiliki dua unit dengan nama yang sama."))


def _is_circular(code: str, parents: Mapping[str, str]) -> bool:
    seen = {code}
    above = parents.get(code, "")
    while above:
        if above in seen:
            return True
        seen.add(above)
        above = parents.get(above, "")
    return False


def _csv(content: bytes) -> Iterator[list[str]]:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise FileRefused(_("Berkas ini bukan XLSX dan bukan CSV berhuruf UTF-8.")) from None
    if "\x00" in text:
        raise FileRefused(_("Berkas ini bukan XLSX dan bukan CSV berhuruf UTF-8."))
    head = text.split("\n", 1)[0]
    delimiter = ";" if head.count(";") > head.count(",") else ","  # spreadsheets in Indonesian write semicolons
    try:
        yield from csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    except csv.Error:
        raise FileRefused(_("Berkas CSV ini rusak.")) from None


def _xlsx(content: bytes) -> Iterator[list[str]]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            if sum(entry.file_size for entry in packed.infolist()) > MOST_BYTES_UNPACKED:
                raise FileRefused(_("Berkas terlalu besar setelah dibuka."))
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        sheet = book.worksheets[0]
        for line in sheet.iter_rows(values_only=True, max_col=len(COLUMNS) + 8, max_row=MOST_ROWS + 2):
            yield [_as_text(value) for value in line]
    except FileRefused:
        raise
    except Exception as error:  # openpyxl raises whatever a broken file makes it stumble over
        raise FileRefused(_("Berkas XLSX ini rusak atau terkunci kata sandi.")) from error


def _as_text(value: Any) -> str:
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return "" if value is None else str(value)
