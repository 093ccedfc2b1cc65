"""Why an action was refused, and how a broken constraint of the database becomes a sentence."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import IntegrityError, transaction
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class OrganisationRefused(Exception):
    """An anticipated failure; its text is for the person who asked, `field` the one to look at."""

    sentence: str | Promise = ""
    field: str | None = None

    def __str__(self) -> str:
        return str(self.sentence)


class CodeTaken(OrganisationRefused):
    sentence = _("Kode ini sudah dipakai unit lain. Pakai kode lain.")
    field = "code"


class NameTaken(OrganisationRefused):
    sentence = _("Induk ini sudah memiliki unit dengan nama yang sama.")
    field = "name"


class VillageTaken(OrganisationRefused):
    sentence = _("Desa, kelurahan, atau kecamatan ini sudah memiliki kantor.")
    field = "kind"


class Circular(OrganisationRefused):
    sentence = _("Sebuah unit tidak dapat berada di bawah dirinya sendiri. Pilih induk lain.")
    field = "parent"


class ParentClosed(OrganisationRefused):
    sentence = _("Induk ini sudah ditutup. Pilih induk lain, atau buka kembali induknya dahulu.")
    field = "parent"


class UnitInUse(OrganisationRefused):
    sentence = _("Unit ini masih memiliki unit bawahan atau pegawai. Tutup atau pindahkan dahulu semuanya.")


class UnitClosed(OrganisationRefused):
    sentence = _("Unit ini sudah ditutup.")


class UnitOpen(OrganisationRefused):
    sentence = _("Unit ini tidak ditutup.")


class PositionTaken(OrganisationRefused):
    sentence = _("Unit ini sudah memiliki jabatan dengan nama atau kunci yang sama.")
    field = "name"


class HeadTaken(OrganisationRefused):
    sentence = _("Unit ini sudah memiliki jabatan pimpinan.")
    field = "is_head"


class SeatTaken(OrganisationRefused):
    sentence = _(
        "Jabatan pimpinan ini sudah dipegang pejabat definitif pada masa itu. "
        "Akhiri penempatannya dahulu, atau pilih Plt., Plh., atau Pj."
    )
    field = "user"


class AlreadyAssigned(OrganisationRefused):
    sentence = _("Pegawai ini sudah memegang jabatan itu pada masa tersebut.")
    field = "user"


class EndsBeforeStart(OrganisationRefused):
    sentence = _("Tanggal akhir tidak boleh sebelum tanggal mulai.")
    field = "ends_on"


class ClosesBeforeOpening(OrganisationRefused):
    sentence = _("Jam tutup harus sesudah jam buka.")
    field = "closes_at"


class DayTaken(OrganisationRefused):
    sentence = _("Tanggal ini sudah tercatat sebagai hari libur.")
    field = "date"


class RowsRefused(OrganisationRefused):
    sentence = _("Tidak ada yang diimpor: masih ada baris yang salah. Perbaiki berkasnya, lalu unggah lagi.")


class FileRefused(OrganisationRefused):
    """The file as a whole cannot be read; `sentence` says why."""

    field = "file"

    def __init__(self, sentence: str | Promise) -> None:
        super().__init__(sentence)
        self.sentence = sentence


_BY_CONSTRAINT: dict[str, type[OrganisationRefused]] = {
    "organisation_unit_code_key": CodeTaken,
    "unit_name_once_in_parent": NameTaken,
    "unit_one_per_village": VillageTaken,
    "unit_one_kecamatan_per_district": VillageTaken,
    "unit_not_its_own_parent": Circular,
    "position_name_once_in_unit": PositionTaken,
    "position_key_once_in_unit": PositionTaken,
    "position_one_head_per_unit": HeadTaken,
    "assignment_one_head_at_a_time": SeatTaken,
    "assignment_once_at_a_time": AlreadyAssigned,
    "assignment_ends_after_start": EndsBeforeStart,
    "organisation_localholiday_date_key": DayTaken,
}


@contextmanager
def naming_refusals() -> Iterator[None]:
    """Turn a broken constraint that a user can cause into its exception; any other stays what it is."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        constraint = getattr(getattr(error.__cause__, "diag", None), "constraint_name", None)
        refusal = _BY_CONSTRAINT.get(constraint or "")
        if refusal is None:
            raise
        raise refusal from error
