"""Tables to take away. That of the units has the columns of an import: export, edit, import."""

import io
from collections.abc import Iterable, Sequence

import xlsxwriter
from django.utils.translation import gettext as _

from tenants.organisation.actions.imports import COLUMNS
from tenants.organisation.actions.tables import MOST_ROWS
from tenants.organisation.models import Unit
from tenants.organisation.queries import search_villages


def units_workbook() -> bytes:
    """Every open unit as XLSX."""
    units = Unit.objects.open().select_related("parent")
    return _workbook([str(label) for label in COLUMNS.values()], (_unit_row(unit) for unit in units))


def offices_workbook() -> bytes:
    """The agencies as they are known, to be completed and sent back; beside them the words that an import knows.

    Without districts: their offices are known with their places.
    """
    agencies = Unit.objects.open().agencies().exclude(kind=Unit.Kind.KECAMATAN).order_by("code")
    kinds = [str(kind.label) for kind in Unit.Kind if kind not in Unit.VILLAGE_KINDS]
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}) as book:
        bold = book.add_format({"bold": True})
        sheet = book.add_worksheet(_("OPD"))
        sheet.freeze_panes(1, 2)
        sheet.set_column(0, len(COLUMNS) - 1, 18)
        sheet.write_row(0, 0, [str(label) for label in COLUMNS.values()], bold)
        for number, unit in enumerate(agencies.select_related("parent"), 1):
            sheet.write_row(number, 0, _unit_row(unit))
        known = book.add_worksheet(_("Pilihan"))
        known.set_column(0, 2, 30)
        known.write_row(0, 0, [str(COLUMNS[name]) for name in ("kind", "size", "six_day_week")], bold)
        for place, words in enumerate((kinds, list(Unit.Size.values), [_("ya"), _("tidak")])):
            known.write_column(1, place, words)
        column = list(COLUMNS).index("kind")
        choices = f"='{known.name}'!$A$2:$A${len(kinds) + 1}"
        sheet.data_validation(1, column, MOST_ROWS, column, {"validate": "list", "source": choices})
    return file.getvalue()


def villages_workbook(text: str = "", district_code: str = "") -> bytes:
    """The villages that a search finds, as XLSX."""
    found = search_villages(text, district_code=district_code)
    rows = ((v.code, v.name, v.get_kind_display(), v.district.name, v.population) for v in found)
    return _workbook([_("Kode"), _("Nama"), _("Jenis"), _("Kecamatan"), _("Jumlah penduduk")], rows)


def _unit_row(unit: Unit) -> list[str]:
    values = {
        "kind": str(unit.get_kind_display()),
        "parent": unit.parent.code if unit.parent else "",
        "six_day_week": _("ya") if unit.six_day_week else _("tidak"),
    }
    return [values.get(name, "") if name in values else getattr(unit, name) for name in COLUMNS]


def _workbook(head: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    file = io.BytesIO()
    # Text stays text: what begins with `=` or looks like a link is written as it stands.
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "constant_memory": True}
    with xlsxwriter.Workbook(file, options) as book:
        sheet = book.add_worksheet()
        sheet.freeze_panes(1, 0)
        sheet.write_row(0, 0, head, book.add_format({"bold": True}))
        for number, row in enumerate(rows, start=1):
            sheet.write_row(number, 0, row)
    return file.getvalue()
