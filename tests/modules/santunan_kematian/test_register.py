"""The register of the poor from files: staged, checked line by line, applied as a whole."""

from datetime import date
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from openpyxl import Workbook

from modules.santunan_kematian.actions import register
from modules.santunan_kematian.actions.errors import ImportRefused
from modules.santunan_kematian.models import RegisterEntry, RegisterImport
from tests.modules.santunan_kematian import cast as stage
from tests.modules.santunan_kematian.cast import NOON, Cast

HEAD = ["nik", "no_kk", "nama", "kode_desa", "desil"]
GOOD = [stage.nik(1), stage.kk(1), "Karto Wijoyo", "33.25.01.2001", "2"]


def as_csv(*rows: list[str], head: list[str] = HEAD, delimiter: str = ";") -> SimpleUploadedFile:
    text = "\n".join(delimiter.join(row) for row in (head, *rows))
    return SimpleUploadedFile("dtsen.csv", text.encode())


def as_xlsx(*rows: list[object]) -> SimpleUploadedFile:
    book, target = Workbook(), BytesIO()
    assert book.active is not None
    for row in (HEAD, *rows):
        book.active.append(row)
    book.save(target)
    return SimpleUploadedFile("dtsen.xlsx", target.getvalue())


def staged(cast: Cast, file: SimpleUploadedFile, start: date = date(2026, 1, 1)) -> RegisterImport:
    return register.stage_register(
        upload=file, source="DTSEN", valid_from=start, valid_to=date(2026, 12, 31), by=cast.verifier, at=NOON
    )


@pytest.mark.rule("SM-07")
def test_rows_with_errors_stay_out(cast: Cast) -> None:
    bad = [
        ["123", stage.kk(2), "Dua", "33.25.01.2001", "2"],
        [stage.nik(3), stage.kk(3), "", "33.25.01.2001", "2"],
        [stage.nik(4), stage.kk(4), "Empat", "53.10.01.2001", "2"],
        [stage.nik(5), stage.kk(5), "Lima", "33.25.01.2001", "11"],
        GOOD,
    ]
    batch = staged(cast, as_csv(GOOD, *bad))
    assert (batch.good, batch.bad) == (1, 5)
    assert not RegisterEntry.objects.exists()
    errors = dict(batch.rows.exclude(errors=[]).values_list("line", "errors"))
    assert errors[3][0].startswith("NIK harus 16 angka")
    assert errors[4] == ["Nama kosong."]
    assert errors[5][0].startswith("Kode desa tidak ada")
    assert errors[6] == ["Desil harus 1 sampai 10, atau kosong."]
    assert errors[7] == ["NIK ini sudah ada pada baris lain."]
    register.apply_register(batch=batch, by=cast.verifier, at=NOON)
    entry = RegisterEntry.objects.get()
    assert (entry.name, entry.desil, entry.village, str(entry.nik)) == ("Karto Wijoyo", 2, cast.village, stage.nik(1))
    with pytest.raises(ImportRefused, match="sudah diterapkan"):
        register.apply_register(batch=batch, by=cast.verifier, at=NOON)


@pytest.mark.rule("SM-07")
def test_newer_data_replaces_and_history_stays(cast: Cast) -> None:
    register.apply_register(batch=staged(cast, as_csv(GOOD)), by=cast.verifier, at=NOON)
    newer = [*GOOD[:4], "6"]
    batch = staged(cast, as_xlsx(newer), start=date(2026, 7, 1))
    register.apply_register(batch=batch, by=cast.verifier, at=NOON)
    old, new = RegisterEntry.objects.order_by("valid_from")
    assert (old.desil, old.valid_to, old.ended_reason) == (2, date(2026, 6, 30), "replaced")
    assert (new.desil, new.ended_at) == (6, None)


@pytest.mark.parametrize(
    ("file", "says"),
    [
        (SimpleUploadedFile("x.csv", b"\xff\xfe\x00"), "bukan CSV UTF-8 atau XLSX"),
        (SimpleUploadedFile("x.xlsx", b"PK\x03\x04rusak"), "rusak"),
        (as_csv(["1", "2"], head=["nik", "nama"]), "Kolom yang tidak ada: no_kk, kode_desa, desil"),
        (as_csv(), "tidak memuat baris data"),
    ],
)
def test_a_file_of_the_wrong_kind(cast: Cast, file: SimpleUploadedFile, says: str) -> None:
    with pytest.raises(ImportRefused, match=says):
        staged(cast, file)
    assert not RegisterImport.objects.exists()


def test_the_same_file_twice(cast: Cast) -> None:
    register.apply_register(batch=staged(cast, as_csv(GOOD)), by=cast.verifier, at=NOON)
    with pytest.raises(ImportRefused, match="sudah pernah diterapkan"):
        staged(cast, as_csv(GOOD))


def test_thrown_away_nothing_is_left(cast: Cast) -> None:
    batch = staged(cast, as_csv(GOOD))
    register.discard_register(batch=batch, by=cast.verifier, at=NOON)
    assert (batch.rows.count(), RegisterEntry.objects.count()) == (0, 0)
