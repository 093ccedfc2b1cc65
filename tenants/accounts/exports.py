"""The sheet in which a regency writes down whom to invite."""

import io

import xlsxwriter
from django.utils.translation import gettext as _

from tenants.accounts.importing import COLUMNS
from tenants.accounts.models import Role
from tenants.organisation.models import Unit

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def staff_workbook() -> bytes:
    """Heads to fill in under, and beside them the roles and units by the names that an import understands."""
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}) as book:
        bold = book.add_format({"bold": True})
        sheet = book.add_worksheet(_("Pegawai"))
        sheet.freeze_panes(1, 0)
        sheet.set_column(0, len(COLUMNS) - 1, 26)
        sheet.write_row(0, 0, [str(label) for label in COLUMNS.values()], bold)
        known = book.add_worksheet(_("Pilihan"))
        known.set_column(0, 2, 34)
        known.write_row(0, 0, [_("Peran"), _("Kode unit"), _("Nama unit")], bold)
        for number, role in enumerate(Role.objects.order_by("name"), 1):
            known.write(number, 0, role.name)
        for number, unit in enumerate(Unit.objects.open().order_by("code"), 1):
            known.write_row(number, 1, [unit.code, unit.name])
    return file.getvalue()
