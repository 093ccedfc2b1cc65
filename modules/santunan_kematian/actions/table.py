"""Reading a register file row by row: CSV as a stream, XLSX within what fits in memory."""

import csv
from collections.abc import Iterator, Mapping
from typing import Any, BinaryIO
from zipfile import BadZipFile, ZipFile

from django.utils.translation import gettext as _
from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from modules.santunan_kematian.actions.errors import ImportRefused

COLUMNS = ("nik", "no_kk", "nama", "kode_desa", "desil")
MOST_ROWS = 200_000
"""The poor of a large regency in one file."""
MOST_BYTES = 50_000_000
MOST_UNPACKED = 60_000_000
"""An XLSX is unpacked for reading, and the texts of its cells stay in memory; larger tables come as CSV."""

Row = Mapping[str, str]


def rows(file: BinaryIO) -> Iterator[tuple[int, Row]]:
    """Line numbers and cells by the names of the columns. Raises ImportRefused when it is no such table."""
    file.seek(0)
    is_xlsx = file.read(2) == b"PK"
    file.seek(0)
    lines = _xlsx(file) if is_xlsx else _csv(file)
    head = [cell.strip().lower() for cell in next(lines, [])]
    if missing := [name for name in COLUMNS if name not in head]:
        text = _("Kolom yang tidak ada: %(names)s. Baris pertama harus memuat: %(all)s.")
        raise ImportRefused(text % {"names": ", ".join(missing), "all": ", ".join(COLUMNS)})
    for number, cells in enumerate(lines, start=2):
        if any(cell.strip() for cell in cells):
            yield number, dict(zip(head, cells, strict=False))


def length(file: BinaryIO) -> int:
    """About how many rows there are, to say how far the reading is; 0 when nobody knows."""
    file.seek(0)
    if file.read(2) == b"PK":
        return 0
    return sum(block.count(b"\n") for block in iter(lambda: file.read(1 << 16), b""))


def _csv(file: BinaryIO) -> Iterator[list[str]]:
    start = file.read(4096)
    file.seek(0)
    first = start.split(b"\n", 1)[0]
    delimiter = max((";", ",", "\t"), key=lambda sign: first.count(sign.encode()))
    try:
        yield from csv.reader(_lines(file), delimiter=delimiter)
    except (UnicodeDecodeError, csv.Error):
        raise ImportRefused(_("Berkas ini bukan CSV UTF-8 atau XLSX. Simpan ulang sebagai XLSX.")) from None


def _lines(file: BinaryIO) -> Iterator[str]:
    for number, line in enumerate(file):
        yield line.decode("utf-8" if number else "utf-8-sig")


def _xlsx(file: BinaryIO) -> Iterator[list[str]]:
    broken = _("Berkas XLSX ini rusak. Simpan ulang, lalu unggah lagi.")
    try:
        with ZipFile(file) as packed:
            unpacked = sum(entry.file_size for entry in packed.infolist())
        if unpacked > MOST_UNPACKED:
            raise ImportRefused(_("Berkas XLSX ini terlalu besar. Simpan sebagai CSV UTF-8, lalu unggah lagi."))
        book = load_workbook(file, read_only=True, data_only=True)
        sheet = book.worksheets[0]
        for values in sheet.iter_rows(values_only=True, max_col=20):
            yield [_text(value) for value in values]
    except (InvalidFileException, BadZipFile, KeyError, ValueError, OSError, IndexError):
        raise ImportRefused(broken) from None


def _text(value: Any) -> str:
    """A cell as text. A NIK that the spreadsheet turned into a number has lost digits and will be refused."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return "" if value is None else str(value)
