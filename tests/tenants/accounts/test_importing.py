"""Staff by upload: right rows are invited, wrong rows are shown and hold nobody up."""

import io
import json

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone
from openpyxl import load_workbook

from tenants.accounts import importing
from tenants.accounts.models import Invitation, Role, RoleGrant, User
from tenants.accounts.permissions import StaffPermission
from tenants.models import Regency
from tenants.organisation.actions import FileRefused
from tenants.organisation.models import Assignment, Unit

HEAD = "Nama;Surel;NIP;Unit;Jabatan;Peran\n"
NOW = timezone.now()


@pytest.fixture
def administrator(batang: Regency) -> User:
    user = User.objects.create_user("siti@batang.test", "Siti", "kata-sandi-panjang")
    role = Role.objects.create(key="adm", name="Administrator uji", permissions=[str(p) for p in StaffPermission])
    RoleGrant.objects.create(user=user, role=role)
    Role.objects.create(key="petugas", name="Petugas uji", permissions=["services.view"])
    Unit.objects.create(code="DINSOS", name="Dinas Sosial", kind="dinas")
    return user


def staged(*lines: str) -> list[importing.StagedPerson]:
    return importing.stage_people(io.BytesIO((HEAD + "\n".join(lines)).encode()))


def test_right_rows_are_invited_to_their_desks(administrator: User) -> None:
    rows = staged(
        "Rina Wulandari;rina@batang.test;198503152010012003;DINSOS;Analis;Petugas uji",
        "Budi;budi@batang.test;;dinas sosial;;petugas",
        "Tono;tono@batang.test;;;;",
    )
    assert [row.errors for row in rows] == [[], [], []]
    assert importing.import_people(rows=rows, by=administrator, at=NOW) == []
    rina = User.objects.get(email="rina@batang.test")
    assert (rina.nip, [grant.role.key for grant in rina.grants.all()]) == ("198503152010012003", ["petugas"])
    held = Assignment.objects.order_by("pk").values_list("user__email", "position__unit__code", "position__name")
    assert list(held) == [
        ("rina@batang.test", "DINSOS", "Analis"),
        ("budi@batang.test", "DINSOS", "Pelaksana"),
    ]
    assert Invitation.objects.open().count() == 3


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (";a@batang.test;;;;", "Nama kosong"),
        ("A;;;;;", "Surel kosong"),
        ("A;bukan surel;;;;", "tidak sah"),
        ("A;a@batang.test;123;;;", "NIP"),
        ("A;a@batang.test;;NIRWANA;;", "NIRWANA"),
        ("A;a@batang.test;;;;Raja", "raja"),
        ("A;siti@batang.test;;;;", "sudah menjadi anggota"),
    ],
)
def test_wrong_rows_say_why_and_hold_nobody_up(administrator: User, line: str, words: str) -> None:
    rows = staged(line, "Budi;budi@batang.test;;;;petugas")
    assert words in " ".join(rows[0].errors)
    left = importing.import_people(rows=rows, by=administrator, at=NOW)
    assert [row.number for row in left] == [2]
    assert User.objects.filter(email="budi@batang.test").exists()


def test_the_same_mailbox_twice(administrator: User) -> None:
    assert all(row.errors for row in staged("A;a@batang.test;;;;", "B;A@batang.test;;;;"))


def test_nobody_hands_out_what_they_lack(administrator: User) -> None:
    weak = User.objects.create_user("lemah@batang.test", "Lemah", "kata-sandi-panjang")
    role = Role.objects.create(key="lemah", name="Lemah", permissions=[str(StaffPermission.MANAGE_STAFF)])
    RoleGrant.objects.create(user=weak, role=role)
    (left,) = importing.import_people(rows=staged("A;a@batang.test;;;;adm"), by=weak, at=NOW)
    assert "wewenang" in left.errors[0]
    assert not User.objects.filter(email="a@batang.test").exists(), "a refused row leaves nothing behind"


@pytest.mark.parametrize("content", [b"", b"Nama\nA", b"\x00\x01", b"PK\x03\x04 broken"])
def test_a_file_that_is_no_list(administrator: User, content: bytes) -> None:
    with pytest.raises(FileRefused):
        importing.stage_people(io.BytesIO(content))


def test_pages_preview_invite_and_show_what_is_left(administrator: User) -> None:
    browser = Client(headers={"host": "batang.localhost"})
    browser.force_login(administrator)
    sheet = browser.get("/work/staff/import/example.xlsx")
    heads = [cell.value for cell in next(load_workbook(io.BytesIO(sheet.content)).worksheets[0].iter_rows())]
    assert heads == ["Nama", "Surel", "NIP", "Unit", "Jabatan", "Peran"]
    file = io.BytesIO((HEAD + "Budi;budi@batang.test;;;;petugas\nX;x;;;;").encode())
    file.name = "pegawai.csv"
    preview = browser.post("/work/staff/import/", {"file": file}).content.decode()
    assert "1 dari 2 baris benar" in preview
    rows = json.dumps([{"name": "Budi", "email": "budi@batang.test", "roles": "petugas"}, {"name": "X", "email": "x"}])
    answer = browser.post("/work/staff/import/", {"rows": rows}).content.decode()
    assert "1 undangan dikirim" in answer
    assert "1 baris belum diundang" in answer
    broken = browser.post("/work/staff/import/", {"rows": "{"})
    assert broken.status_code == 409
    connection.set_schema_to_public()
