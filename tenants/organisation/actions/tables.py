"""Rows of an uploaded table, XLSX or CSV, by the names of its columns."""

import csv
import io
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, BinaryIO

from django.conf import settings
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from openpyxl import load_workbook

from tenants.organisation.actions.refusals import FileRefused

MOST_ROWS = 2_000
MOST_COLUMNS = 20
MOST_BYTES = 2_000_000
MOST_BYTES_UNPACKED = 50_000_000
Cells = dict[str, str]


def read_rows(file: BinaryIO, columns: Mapping[str, str | Promise], required: Sequence[str]) -> list[Cells]:
    """The rows of an XLSX or CSV file (told apart by content), cells by field.

    `columns` are the heads by field, understood in every language of the interface; what is not among them is left
    out. Raises FileRefused when it is no table, too large, or lacks a required column.
    """
    table = read_lines(file)
    head = [cell.strip().casefold() for cell in next(table, [])]
    fields = _fields(columns)
    if missing := [columns[name] for name in required if name not in {fields.get(cell) for cell in head}]:
        raise FileRefused(_("Kolom berikut tidak ada: %s.") % ", ".join(map(str, missing)))
    rows: list[Cells] = []
    for line in table:
        rows.append({fields[name]: cell.strip() for name, cell in zip(head, line, strict=False) if name in fields})
        if len(rows) > MOST_ROWS:
            raise FileRefused(_("Terlalu banyak baris. Batasnya %s baris.") % MOST_ROWS)
    return rows


def read_lines(file: BinaryIO) -> Iterator[list[str]]:
    """The lines of an XLSX or CSV file, told apart by content. Raises FileRefused, also while they are read."""
    content = file.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        raise FileRefused(_("Berkas terlalu besar. Batasnya 2 MB."))
    return _xlsx(content) if content.startswith(b"PK") else _csv(content)


def _fields(columns: Mapping[str, str | Promise]) -> dict[str, str]:
    """Fields by the heads of their columns, whichever language the file was exported in."""
    names = {name: name for name in columns}
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            names |= {str(label).casefold(): name for name, label in columns.items()}
    return names


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
        for line in sheet.iter_rows(values_only=True, max_col=MOST_COLUMNS, max_row=MOST_ROWS + 2):
            yield [_as_text(value) for value in line]
    except FileRefused:
        raise
    except Exception as error:  # openpyxl raises whatever a broken file makes it stumble over
        raise FileRefused(_("Berkas XLSX ini rusak atau terkunci kata sandi.")) from error


def _as_text(value: Any) -> str:
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return "" if value is None else str(value)
