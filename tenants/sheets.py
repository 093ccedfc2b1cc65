"""Tables as XLSX or CSV: text is never a formula, personal numbers stay text."""

import csv
import io
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

import xlsxwriter
from django.http import HttpResponse

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_DANGEROUS = ("=", "+", "-", "@", "\t", "\r")


def as_xlsx(name: str, head: Sequence[str], rows: Iterable[Sequence[Any]]) -> HttpResponse:
    """The rows as a workbook of one sheet, as a download."""
    target = io.BytesIO()
    book = xlsxwriter.Workbook(
        target, {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, [str(cell) for cell in head], book.add_format({"bold": True}))
    sheet.set_column(0, max(len(head) - 1, 0), 18)
    for line, cells in enumerate(rows, start=1):
        for column, cell in enumerate(cells):
            if isinstance(cell, int | Decimal) and not isinstance(cell, bool):
                sheet.write_number(line, column, float(cell))
            elif cell not in (None, ""):
                sheet.write_string(line, column, str(cell))
    sheet.freeze_panes(1, 0)
    book.close()
    return _download(target.getvalue(), f"{name}.xlsx", XLSX)


def as_csv(name: str, head: Sequence[str], rows: Iterable[Sequence[Any]]) -> HttpResponse:
    """The rows as CSV with semicolons, as banks and Indonesian spreadsheets read it."""
    target = io.StringIO()
    writer = csv.writer(target, delimiter=";")
    writer.writerow(head)
    for cells in rows:
        writer.writerow([_plain(cell) for cell in cells])
    return _download(target.getvalue().encode("utf-8-sig"), f"{name}.csv", "text/csv; charset=utf-8")


def _plain(cell: Any) -> str:
    text = "" if cell is None else str(cell)
    return f"'{text}" if text.startswith(_DANGEROUS) else text


def _download(content: bytes, name: str, content_type: str) -> HttpResponse:
    response = HttpResponse(content, content_type=content_type)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "private, no-store"
    return response
