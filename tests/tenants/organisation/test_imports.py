import io
from datetime import timedelta
from typing import Any

import pytest
import xlsxwriter
from django.utils import timezone, translation
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from tenants.audit.models import AuditEntry
from tenants.organisation import tasks
from tenants.organisation.actions import (
    FileRefused,
    RowsRefused,
    StagedRow,
    close_unit,
    create_unit,
    import_units,
    imports,
    queue_units,
    queued,
    record_population,
    seed_regions,
    stage_rows,
    stage_units,
    written,
)
from tenants.organisation.exports import offices_workbook
from tenants.organisation.models import Unit, Village

pytestmark = pytest.mark.usefixtures("batang")
NOW = timezone.now()
HEAD = "Kode,Nama,Jenis,Kode induk,Tipe,Kode pos,Surel,Enam hari kerja\n"


def staged(text: str, head: str = HEAD) -> list[StagedRow]:
    return stage_units(io.BytesIO((head + text).encode()))


def imported(text: str) -> dict[str, int]:
    return dict(import_units(rows=staged(text), by=None, at=NOW))


def errors(text: str) -> list[list[str]]:
    return [row.errors for row in staged(text)]


def test_units_are_created_parents_first_and_changed_by_code() -> None:
    text = "2,Bagian Hukum,Bagian,1,,,,\n1,Sekretariat Daerah,setda,,A,51215,setda@batang.test,ya\n"
    assert imported(text) == {"create": 2, "change": 0, "same": 0}
    law = Unit.objects.select_related("parent").get(code="2")
    assert law.parent is not None
    assert (law.parent.name, law.parent.size, law.parent.six_day_week) == ("Sekretariat Daerah", "A", True)

    text = text.replace("Bagian Hukum", "Bagian Hukum dan HAM")
    assert [row.action for row in staged(text)] == ["change", "same"]
    assert imported(text) == {"create": 0, "change": 1, "same": 1}
    assert Unit.objects.get(code="2").name == "Bagian Hukum dan HAM"
    assert AuditEntry.objects.filter(action="organisation.units_imported").count() == 2


def test_columns_that_a_file_lacks_stay_as_they_are() -> None:
    create_unit(code="1", name="Dinas Sosial", kind="dinas", phone="0285", postal_code="51215", by=None, at=NOW)
    import_units(rows=staged("1,Dinas Sosial P3A,dinas\n", "kode,nama,jenis\n"), by=None, at=NOW)
    unit = Unit.objects.get(code="1")
    assert (unit.name, unit.phone, unit.postal_code) == ("Dinas Sosial P3A", "0285", "51215")


def test_an_office_moves_with_its_parent_column() -> None:
    imported("1,A,dinas,,,,,\n2,B,bidang,1,,,,\n3,C,dinas,,,,,\n")
    imported("2,B,bidang,3,,,,\n")
    assert Unit.objects.get(code="2").parent == Unit.objects.get(code="3")
    imported("2,B,bidang,,,,,\n")
    assert Unit.objects.get(code="2").parent is None


def test_parent_and_child_can_change_places() -> None:
    imported("1,A,dinas,,,,,\n2,B,bidang,1,,,,\n")
    imported("1,A,dinas,2,,,,\n2,B,bidang,,,,,\n")
    assert Unit.objects.get(code="1").parent == Unit.objects.get(code="2")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (",Dinas,dinas,,,,,\n", "Kode kosong"),
        ("1,,dinas,,,,,\n", "Nama kosong"),
        ("1,Dinas,,,,,,\n", "Jenis kosong"),
        ("1,Dinas,kantor,,,,,\n", "tidak dikenal"),
        ("1,Dinas,dinas,,D,,,\n", "Tipe"),
        ("1,Dinas,dinas,,,5121,,\n", "5 angka"),
        ("1,Dinas,dinas,,,٥١٢١٥,,\n", "5 angka"),
        ("1,Dinas,dinas,,,,bukan surel,\n", "surel"),
        ("1,Dinas,dinas,,,,,mungkin\n", "Enam hari"),
        ("1,Dinas,dinas,9,,,,\n", "Induk “9” tidak ada"),
        ("1,Dinas,dinas,1,,,,\n", "di bawah dirinya"),
        ("1,A,dinas,2,,,,\n2,B,dinas,1,,,,\n", "di bawah dirinya"),
        ("1,A,dinas,,,,,\n1,B,dinas,,,,,\n", "lebih dari satu baris"),
        ("1,A,dinas,,,,,\n2,A,dinas,,,,,\n", "nama yang sama"),
        (f"{'1' * 41},A,dinas,,,,,\n", "lebih dari 40"),
    ],
)
def test_a_wrong_row_says_what_is_wrong(text: str, words: str) -> None:
    rows = staged(text)
    assert words in " ".join(rows[0].errors)
    with pytest.raises(RowsRefused):
        import_units(rows=rows, by=None, at=NOW)
    assert not Unit.objects.exists()


def test_rows_are_checked_against_the_units_that_exist() -> None:
    closed = create_unit(code="1", name="A", kind="dinas", by=None, at=NOW)
    close_unit(unit=closed, by=None, at=NOW)
    create_unit(code="2", name="B", kind="dinas", by=None, at=NOW)
    assert errors("1,A,dinas,,,,,\n") == [["Unit ini sudah ditutup."]]
    assert "tidak ada atau sudah ditutup" in errors("3,C,dinas,1,,,,\n")[0][0]
    assert "nama yang sama" in errors("3,B,dinas,,,,,\n")[0][0]
    assert errors("3,A,dinas,,,,,\n") == [[]]


def test_what_changed_between_preview_and_import_is_noticed() -> None:
    rows = staged("1,Dinas,dinas,,,,,\n")
    create_unit(code="9", name="Dinas", kind="dinas", by=None, at=NOW)
    with pytest.raises(RowsRefused):
        import_units(rows=rows, by=None, at=NOW)


def test_empty_lines_are_skipped_and_lines_keep_their_number() -> None:
    assert [row.number for row in staged("\n1,A,dinas,,,,,\n,,,,,,,\n2,B,dinas,,,,,\n")] == [3, 5]


def test_semicolons_and_a_byte_order_mark() -> None:
    content = "\ufeffKODE;Nama;jenis\n1;Dinas A, B dan C;Dinas\n".encode()
    (row,) = stage_units(io.BytesIO(content))
    assert (row.cells["name"], row.errors) == ("Dinas A, B dan C", [])


def test_a_file_is_read_whatever_language_its_reader_speaks() -> None:
    with translation.override("en"):
        (row,) = stage_units(io.BytesIO(b"Kode,Nama,Jenis\n1,A,Pemerintah desa\n"))
    assert row.errors == []


def _workbook(*lines: tuple[object, ...]) -> io.BytesIO:
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        for number, line in enumerate(lines):
            sheet.write_row(number, 0, line)
    file.seek(0)
    return file


def test_a_workbook() -> None:
    rows = stage_units(_workbook(("Kode", "Nama", "Jenis", "Kode pos"), (106, "Dinas Sosial", "dinas", 51215)))
    assert [(row.cells["code"], row.cells["postal_code"], row.errors) for row in rows] == [("106", "51215", [])]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "Kolom berikut tidak ada"),
        (b"a,b\n1,2\n", "Kode, Nama, Jenis"),
        (b"Kode,Nama,Jenis\n", "satu baris pun"),
        (b"\x89PNG\r\n\x1a\n\xff\xff", "bukan XLSX"),
        (b"Kode,Nama,Jenis\n1,\x00,dinas\n", "bukan XLSX"),
        (b"PK\x03\x04 not a zip", "rusak"),
        (b"Kode,Nama,Jenis\n" + b"1,A,dinas\n" * 2_001, "Terlalu banyak"),
        (b"x" * 2_000_001, "terlalu besar"),
    ],
)
def test_a_file_that_is_no_table(content: bytes, words: str) -> None:
    with pytest.raises(FileRefused, match=words):
        stage_units(io.BytesIO(content))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.fixed_dictionaries(
            {
                "code": st.text(max_size=3),
                "name": st.text(max_size=3),
                "kind": st.sampled_from(["dinas", "Badan", "x", ""]),
            },
            optional={"parent": st.text(max_size=3), "postal_code": st.text(max_size=6), "size": st.text(max_size=2)},
        ),
        min_size=1,
        max_size=6,
    )
)
def test_rows_without_errors_can_be_imported(rows: list[dict[str, str]]) -> None:
    """The preview promises: what it calls right, the database takes."""
    try:
        checked = stage_rows(rows)
    except FileRefused:
        return
    if any(row.errors for row in checked):
        with pytest.raises(RowsRefused):
            import_units(rows=checked, by=None, at=NOW)
        return
    import_units(rows=checked, by=None, at=NOW)
    assert {row.action for row in stage_rows(rows)} <= {"same"}
    Unit.objects.update(parent=None)
    Unit.objects.all().delete()


def test_population() -> None:
    seed_regions(code="33.25", by=None, at=NOW)
    assert record_population(people={"33.25.01.2001": 1234, "99.99.99.9999": 5}, by=None, at=NOW) == 1
    assert Village.objects.get(code="33.25.01.2001").population == 1234
    with pytest.raises(ValueError, match="negative"):
        record_population(people={"33.25.01.2001": -1}, by=None, at=NOW)


def _many(count: int, last: str = "dinas") -> list[StagedRow]:
    lines = [
        f"{n},Unit {n},{'dinas' if n < count else last},{n - 1 if n > 1 else ''},,,,\n" for n in range(1, count + 1)
    ]
    return staged("".join(lines))


def test_a_large_table_is_written_by_a_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    """Killed in the middle it leaves nothing, and the next one writes it all; a third finds it written."""
    made = queue_units(rows=_many(30), by=None, at=NOW)
    create, written_so_far = imports.create_unit, []

    def dies(**values: Any) -> Unit:
        written_so_far.append(written(made))
        if len(written_so_far) == 25:
            raise RuntimeError("killed")
        return create(**values)

    monkeypatch.setattr(imports, "create_unit", dies)
    with pytest.raises(RuntimeError):
        queued.write_units(import_id=made.pk, at=NOW)
    assert written_so_far[-1] == 20
    assert not Unit.objects.exists()
    for _again in range(2):
        queued.write_units(import_id=made.pk, at=NOW)
    made.refresh_from_db()
    assert (made.state, made.counts, made.rows) == ("done", {"create": 30, "change": 0, "same": 0}, [])
    assert Unit.objects.count() == 30


def test_a_large_table_that_no_longer_fits_is_given_up() -> None:
    made = queue_units(rows=_many(3), by=None, at=NOW)
    create_unit(code="2", name="Unit 2", kind="dinas", by=None, at=NOW)
    close_unit(unit=Unit.objects.get(code="2"), by=None, at=NOW)
    queued.write_units(import_id=made.pk, at=NOW)
    made.refresh_from_db()
    assert made.state == "failed"
    assert made.problem
    assert Unit.objects.count() == 1
    with pytest.raises(RowsRefused):
        queue_units(rows=_many(3, last="entah"), by=None, at=NOW)


def test_a_lost_table_is_handed_out_again(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[int] = []
    monkeypatch.setattr(tasks.write_units, "delay", lambda import_id: told.append(import_id))
    made = queue_units(rows=_many(2), by=None, at=NOW)
    assert queued.resume(before=NOW) == 0
    assert queued.resume(before=NOW + timedelta(seconds=1)) == 1
    assert told == [made.pk]


def test_the_sheet_of_offices_comes_back_as_it_went_and_with_what_was_added() -> None:
    """The template of the first hour: agencies alone, no district, no village, nothing that an import refuses."""
    seed_regions(code="33.25", by=None, at=NOW)
    create_unit(code="2.10", name="Dinas Kominfo", kind="dinas", size="B", by=None, at=NOW)
    book = load_workbook(io.BytesIO(offices_workbook()))
    sheet, choices = book.worksheets
    codes = [row[0].value for row in sheet.iter_rows(min_row=2)]
    assert "2.10" in codes
    kinds = {unit.kind for unit in Unit.objects.filter(code__in=codes)}
    assert not kinds & {*Unit.VILLAGE_KINDS, "kecamatan"}
    assert {"Dinas", "A", "ya"} <= {cell.value for row in choices.iter_rows() for cell in row}
    assert sheet.data_validations.dataValidation, "the kind is chosen, not typed"
    assert {row.action for row in stage_units(io.BytesIO(offices_workbook()))} == {"same"}

    heads = [cell.value for cell in sheet[1]]
    sheet.cell(codes.index("2.10") + 2, heads.index("Alamat") + 1, "Jalan Motang Rua")
    sheet.append(["2.11", "Dinas Perikanan", "", "dinas"])
    sheet.append(["2.12", "", "", "kantor"])
    changed = io.BytesIO()
    book.save(changed)
    changed.seek(0)
    rows = {row.cells["code"]: row for row in stage_units(changed)}
    assert (rows["2.10"].action, rows["2.11"].action) == ("change", "create")
    wrong = [row for row in rows.values() if row.errors]
    assert [(row.number, row.errors) for row in wrong] == [
        (len(codes) + 3, ["Nama kosong.", "Jenis “kantor” tidak dikenal."])
    ]
