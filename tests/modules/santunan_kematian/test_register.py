"""The register of the poor from files: staged, checked line by line, applied as a whole."""

from datetime import date
from io import BytesIO
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from openpyxl import Workbook

from modules.santunan_kematian import tasks
from modules.santunan_kematian.actions import register, table
from modules.santunan_kematian.actions.errors import ImportRefused
from modules.santunan_kematian.models import RegisterEntry, RegisterImport
from tenants.models import Regency
from tests.modules.santunan_kematian import cast as stage
from tests.modules.santunan_kematian.cast import NOON, Cast
from tests.modules.santunan_kematian.test_pages import _switched_on, browser, get, post

__all__ = ["_switched_on"]

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


def received(cast: Cast, file: SimpleUploadedFile, start: date = date(2026, 1, 1)) -> RegisterImport:
    return register.receive_register(
        upload=file, source="DTSEN", valid_from=start, valid_to=date(2026, 12, 31), by=cast.verifier, at=NOON
    )


def staged(cast: Cast, file: SimpleUploadedFile, start: date = date(2026, 1, 1)) -> RegisterImport:
    """Received, and read as a worker reads it."""
    batch = received(cast, file, start)
    register.read_register(batch_id=batch.pk, at=NOON)
    batch.refresh_from_db()
    return batch


def apply(cast: Cast, batch: RegisterImport) -> None:
    register.start_applying(batch=batch, by=cast.verifier, at=NOON)
    register.apply_register(batch_id=batch.pk, at=NOON)
    batch.refresh_from_db()


def people(first: int, number: int) -> list[list[str]]:
    return [[stage.nik(n), stage.kk(n), f"Warga {n}", "33.25.01.2001", "3"] for n in range(first, first + number)]


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
    apply(cast, batch)
    entry = RegisterEntry.objects.get()
    assert (entry.name, entry.desil, entry.village, str(entry.nik)) == ("Karto Wijoyo", 2, cast.village, stage.nik(1))
    with pytest.raises(ImportRefused, match="sudah diterapkan"):
        apply(cast, batch)


@pytest.mark.rule("SM-07")
def test_newer_data_replaces_and_history_stays(cast: Cast) -> None:
    apply(cast, staged(cast, as_csv(GOOD)))
    newer = [*GOOD[:4], "6"]
    batch = staged(cast, as_xlsx(newer), start=date(2026, 7, 1))
    apply(cast, batch)
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
    apply(cast, staged(cast, as_csv(GOOD)))
    with pytest.raises(ImportRefused, match="sudah pernah diterapkan"):
        staged(cast, as_csv(GOOD))


def test_thrown_away_nothing_is_left(cast: Cast) -> None:
    batch = staged(cast, as_csv(GOOD))
    register.discard_register(batch=batch, by=cast.verifier, at=NOON)
    assert (batch.rows.count(), RegisterEntry.objects.count()) == (0, 0)


def test_reading_goes_on_where_a_worker_died(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    """Three portions; the worker dies in the second, the next one reads the rest; a late one finds nothing to do."""
    monkeypatch.setattr(register, "PORTION", 2)
    batch = received(cast, as_csv(*people(1, 4), people(1, 1)[0], ["x", "y", "z", "", ""]))
    assert (batch.state, batch.total) == ("reading", 6)
    keep, calls = register._keep, []

    def dies(*args: Any) -> bool:
        calls.append(args)
        if len(calls) == 2:
            raise RuntimeError("killed")
        return keep(*args)

    monkeypatch.setattr(register, "_keep", dies)
    with pytest.raises(RuntimeError):
        register.read_register(batch_id=batch.pk, at=NOON)
    batch.refresh_from_db()
    assert (batch.state, batch.done, batch.percent, batch.last_line) == ("reading", 2, 33, 3)
    for _again in range(2):
        register.read_register(batch_id=batch.pk, at=NOON)
    batch.refresh_from_db()
    assert (batch.state, batch.good, batch.bad, batch.path) == ("staged", 4, 2, "")
    assert list(batch.rows.values_list("line", flat=True)) == [2, 3, 4, 5, 6, 7]
    assert batch.rows.get(line=6).errors == ["NIK ini sudah ada pada baris lain."], "seen in an earlier portion"


def test_applying_goes_on_where_a_worker_died(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(register, "PORTION", 2)
    batch = staged(cast, as_csv(*people(1, 5)))
    register.start_applying(batch=batch, by=cast.verifier, at=NOON)
    villages = {cast.village.code: cast.village.pk}
    assert register._apply_portion(batch.pk, villages, NOON)
    batch.refresh_from_db()
    assert (RegisterEntry.objects.count(), batch.done, batch.percent) == (2, 2, 40)
    with pytest.raises(ImportRefused):
        register.discard_register(batch=batch, by=cast.verifier, at=NOON)
    for _again in range(2):
        register.apply_register(batch_id=batch.pk, at=NOON)
    batch.refresh_from_db()
    assert (batch.state, batch.applied_by, batch.rows.count()) == ("applied", cast.verifier, 0)
    assert RegisterEntry.objects.current().count() == RegisterEntry.objects.count() == 5


def test_a_file_that_breaks_midway_leaves_nothing(cast: Cast) -> None:
    text = as_csv(*people(1, 900)).read() + b"\n\xff\xfe;1;2;3;4"
    batch = staged(cast, SimpleUploadedFile("dtsen.csv", text))
    assert batch.state == "failed"
    assert "bukan CSV UTF-8" in batch.problem
    assert (batch.rows.count(), batch.good) == (0, 0)


def test_an_xlsx_that_unpacks_too_far_is_refused(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(table, "MOST_UNPACKED", 1_000)
    with pytest.raises(ImportRefused, match="Simpan sebagai CSV"):
        received(cast, as_xlsx([*GOOD]))


def test_too_many_rows_are_refused_by_the_worker(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(table, "MOST_ROWS", 3)
    assert staged(cast, as_csv(*people(1, 4))).problem.startswith("Paling banyak 200.000 baris")


def test_what_stands_still_is_handed_out_again(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[tuple[str, int]] = []
    for name in ("read_register", "apply_register"):
        task = getattr(tasks, name)
        monkeypatch.setattr(task, "delay", lambda name=name, **kwargs: told.append((name, kwargs["batch_id"])))
    reading = received(cast, as_csv(GOOD))
    assert register.resume(at=NOON + register.PATIENCE) == 0
    assert register.resume(at=NOON + register.PATIENCE * 2) == 1
    register.read_register(batch_id=reading.pk, at=NOON)
    register.start_applying(batch=reading, by=cast.verifier, at=NOON)
    assert register.resume(at=NOON + register.PATIENCE * 2) == 1
    assert told == [("read_register", reading.pk), ("apply_register", reading.pk)]


def test_the_page_says_how_far_it_is(cast: Cast, batang: Regency) -> None:
    file = as_csv(GOOD, people(2, 1)[0])
    answer = post(cast.verifier, "register/", batang, file=file, source="DTSEN", valid_from="2026-01-01")
    batch = RegisterImport.objects.get()
    page = f"register/imports/{batch.pk}/"
    assert answer["Location"].endswith(page)
    shown = get(cast.verifier, page, batang).content.decode()
    assert 'role="progressbar"' in shown
    assert f'hx-get="/work/santunan_kematian/{page}"' in shown
    fragment = fragment_of(cast, batang, page)
    assert "0 dari kira-kira 2 baris" in fragment.content.decode()
    assert "<html" not in fragment.content.decode()
    register.read_register(batch_id=batch.pk, at=NOON)
    assert fragment_of(cast, batang, page)["HX-Refresh"] == "true"
    assert "Terapkan 2 baris baik" in get(cast.verifier, page, batang).content.decode()
    assert post(cast.verifier, page, batang, apply="1").status_code == 302
    assert "Sedang diterapkan" in get(cast.verifier, page, batang).content.decode()
    register.apply_register(batch_id=batch.pk, at=NOON)
    assert "Diterapkan" in get(cast.verifier, page, batang).content.decode()


def fragment_of(cast: Cast, batang: Regency, page: str) -> Any:
    answer = browser(cast.verifier).get(f"/work/santunan_kematian/{page}", headers={"hx-request": "true"})
    connection.set_tenant(batang, include_public=False)
    return answer
