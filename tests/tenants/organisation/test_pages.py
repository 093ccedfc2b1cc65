import io
import json
import re
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from tenants.accounts.models import Role, RoleGrant, User
from tenants.models import Regency
from tenants.organisation import actions
from tenants.organisation.actions.queued import write_units
from tenants.organisation.models import Assignment, LocalHoliday, Position, Unit, UnitImport
from tenants.organisation.queries import office_hours

pytestmark = pytest.mark.usefixtures("batang")
NOW = timezone.now()
TODAY = date(2026, 10, 5)
NewClient = Callable[..., Client]


class StaffClient(Client):
    """Asks as a browser does, and afterwards looks at the regency's tables again, as a test does."""

    def __init__(self, regency: Regency) -> None:
        super().__init__(headers={"host": "batang.localhost"})
        self.regency = regency

    def request(self, **request: Any) -> HttpResponse:
        try:
            return super().request(**request)
        finally:
            connection.set_tenant(self.regency, include_public=False)


@pytest.fixture
def signed_in(batang: Regency) -> NewClient:
    def make(*permissions: str) -> Client:
        user = User.objects.create_user("rina@batang.test", "Rina Wulandari")
        role = Role.objects.create(key="organisation", name="Organisasi", permissions=list(permissions))
        RoleGrant.objects.create(user=user, role=role)
        client = StaffClient(batang)
        client.force_login(user)
        return client

    return make


@pytest.fixture
def admin(signed_in: NewClient) -> Client:
    return signed_in("organisation.view", "organisation.change")


@pytest.fixture
def reader(signed_in: NewClient) -> Client:
    return signed_in("organisation.view")


def url(name: str, *args: object) -> str:
    return reverse(f"organisation:{name}", args=args)


def text(response: HttpResponse) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


def unit(code: str = "1", **fields: object) -> Unit:
    return Unit.objects.create(**{"code": code, "name": f"Dinas {code}", "kind": "dinas", **fields})


UNIT = {"code": "1.06", "name": "Dinas Sosial", "kind": "dinas"}


class TestUnits:
    def test_an_empty_regency_says_what_to_do(self, admin: Client) -> None:
        page = text(admin.get(url("units")))
        assert "Belum ada unit" in page
        assert "Impor unit" in page

    def test_the_tree_of_a_seeded_regency(self, reader: Client, django_assert_max_num_queries: Callable) -> None:  # type: ignore[type-arg]
        actions.seed_regions(code="33.25", by=None, at=NOW)
        actions.seed_units(by=None, at=NOW)
        reader.get(url("units"))  # the host is known from now on
        with django_assert_max_num_queries(4):
            response = reader.get(url("units"))
        page = text(response)
        assert "Dinas Sosial" in page
        assert "Desa Silurah" in page
        assert url("unit_new") not in response.content.decode()

    def test_search(self, reader: Client) -> None:
        unit("1", name="Dinas Sosial")
        unit("2", name="Dinas Kesehatan")
        page = text(reader.get(url("units"), {"q": "sosial"}))
        assert "Dinas Sosial" in page
        assert "Dinas Kesehatan" not in page
        assert "Tidak ada unit yang cocok" in text(reader.get(url("units"), {"q": "zzz"}))

    def test_create_edit_close_and_reopen(self, admin: Client) -> None:
        response = admin.post(url("unit_new"), UNIT)
        found = Unit.objects.get()
        assert response.headers["Location"] == url("unit", found.pk)
        changed = {**UNIT, "address": "Jl. Veteran 1", "postal_code": "51215", "six_day_week": "on"}
        assert admin.post(url("unit_edit", found.pk), changed).status_code == 302
        found.refresh_from_db()
        assert (found.address, found.six_day_week) == ("Jl. Veteran 1", True)
        assert "Jl. Veteran 1" in text(admin.get(url("unit", found.pk)))
        assert admin.post(url("unit_closing", found.pk)).status_code == 302
        assert "Ditutup pada" in text(admin.get(url("unit", found.pk)))
        assert "Dinas Sosial" not in text(admin.get(url("units")))
        assert "Dinas Sosial" in text(admin.get(url("units"), {"closed": "on"}))
        assert admin.post(url("unit_closing", found.pk)).status_code == 302
        found.refresh_from_db()
        assert found.is_open

    def test_a_village_office_keeps_its_village_when_it_is_edited(self, admin: Client) -> None:
        actions.seed_regions(code="33.25", by=None, at=NOW)
        office = Unit.objects.get(code="33.25.01.2001")
        page = admin.get(url("unit_edit", office.pk))
        sent = {name: value for name, value in page.context["form"].initial.items() if value not in (None, False)}
        sent |= {"parent": office.parent_id, "village": office.village_id, "phone": "0285"}
        assert admin.post(url("unit_edit", office.pk), sent).status_code == 302
        after = Unit.objects.get(pk=office.pk)
        assert (after.village_id, after.parent_id, after.phone) == (office.village_id, office.parent_id, "0285")

    @pytest.mark.parametrize(
        ("wrong", "status", "words"),
        [
            ({"name": ""}, 422, "Periksa kembali"),
            ({"postal_code": "12"}, 422, "5 angka"),
            ({"code": "1"}, 409, "sudah dipakai unit lain"),
            ({"name": "Dinas 1"}, 409, "nama yang sama"),
        ],
    )
    def test_what_is_wrong_is_said_at_its_field(
        self, admin: Client, wrong: dict[str, str], status: int, words: str
    ) -> None:
        unit("1")
        response = admin.post(url("unit_new"), {**UNIT, **wrong})
        assert response.status_code == status
        assert words in text(response)
        assert Unit.objects.count() == 1

    def test_a_unit_cannot_choose_itself_as_parent(self, admin: Client) -> None:
        top = unit("1")
        child = unit("2", parent=top)
        response = admin.post(url("unit_edit", top.pk), {**UNIT, "parent": child.pk})
        assert response.status_code == 422
        assert list(response.context["form"].errors) == ["parent"]

    def test_export_and_import_make_a_circle(self, admin: Client) -> None:
        actions.seed_units(by=None, at=NOW)
        unit("9", name="=1+1")
        content = admin.get(url("units_export")).content
        sheet = load_workbook(io.BytesIO(content)).worksheets[0]
        assert sheet.max_row == 1 + Unit.objects.count()
        assert "=1+1" in {cell.value for cell in sheet["B"] if cell.data_type == "s"}
        rows = actions.stage_units(io.BytesIO(content))
        assert {(row.action, tuple(row.errors)) for row in rows} == {("same", ())}


class TestImport:
    def upload(self, client: Client, content: str) -> HttpResponse:
        return client.post(url("units_import"), {"file": SimpleUploadedFile("unit.csv", content.encode())})

    def test_a_large_table_goes_to_a_worker_and_the_page_says_how_far_it_is(self, admin: Client) -> None:
        rows = [{"code": str(n), "name": f"Unit {n}", "kind": "dinas"} for n in range(1, actions.MOST_AT_ONCE + 2)]
        sent = admin.post(url("units_import"), {"rows": json.dumps(rows)})
        found = UnitImport.objects.get()
        assert sent["Location"] == url("units_queued", found.pk)
        page = admin.get(sent["Location"]).text
        assert 'role="progressbar"' in page
        fragment = admin.get(sent["Location"], headers={"hx-request": "true"}).text
        assert ("0 dari 26 baris" in fragment, "<html" in fragment) == (True, False)
        write_units(import_id=found.pk, at=timezone.now())
        assert admin.get(sent["Location"], headers={"hx-request": "true"})["HX-Refresh"] == "true"
        assert "26 unit dibuat, 0 unit diubah" in admin.get(sent["Location"]).text

    def test_preview_then_import(self, admin: Client) -> None:
        preview = self.upload(admin, "Kode,Nama,Jenis\n1,Dinas Sosial,dinas\n")
        assert "1 baris benar" in text(preview)
        assert not Unit.objects.exists()
        rows = preview.context["confirm"].initial["rows"]
        assert admin.post(url("units_import"), {"rows": rows}).status_code == 302
        assert Unit.objects.get().name == "Dinas Sosial"

    def test_wrong_rows_are_shown_and_cannot_be_confirmed(self, admin: Client) -> None:
        preview = self.upload(admin, "Kode,Nama,Jenis\n1,<script>x,kantor\n2,B,dinas\n")
        assert "1 baris salah dan 1 baris benar" in text(preview)
        assert "Jenis “kantor” tidak dikenal." in text(preview)
        assert b"<script>x" not in preview.content
        assert "Simpan semua" not in text(preview)
        rows = preview.context["confirm"].initial["rows"]
        assert admin.post(url("units_import"), {"rows": rows}).status_code == 409
        assert not Unit.objects.exists()

    def test_what_is_no_table(self, admin: Client) -> None:
        response = self.upload(admin, "ini bukan tabel")
        assert response.status_code == 422
        assert "Kolom berikut tidak ada" in text(response)
        assert admin.post(url("units_import"), {}).status_code == 422

    @pytest.mark.parametrize("rows", ["", "x", "{}", "[1]", '["a"]', "[[1]]", "null", "[{}]"])
    def test_a_tampered_preview(self, admin: Client, rows: str) -> None:
        assert admin.post(url("units_import"), {"rows": rows}).status_code == 409


class TestPeople:
    def test_position_assignment_and_its_end(self, admin: Client) -> None:
        office = unit()
        sent = {"name": "Kepala Dinas", "kind": "pratama", "is_head": "on"}
        assert admin.post(url("position_new", office.pk), sent).status_code == 302
        seat = Position.objects.get()
        budi = User.objects.create_user("budi@batang.test", "Budi Santoso")
        sent = {"user": str(budi.pk), "starts_on": "2026-01-01", "decree_number": "821/1"}
        assert admin.post(url("assignment_new", seat.pk), sent).status_code == 302
        page = text(admin.get(url("unit", office.pk)))
        assert "Penanda tangan surat hari ini: Kepala Dinas, Budi Santoso" in page
        again = admin.post(url("assignment_new", seat.pk), sent)
        assert again.status_code == 409
        assert "sudah memegang" in text(again) or "sudah dipegang" in text(again)
        held = Assignment.objects.get()
        assert admin.post(url("assignment_ending", held.pk), {"ends_on": "2025-01-01"}).status_code == 409
        assert admin.post(url("assignment_ending", held.pk), {"ends_on": "2026-02-01"}).status_code == 302
        assert admin.post(url("position_edit", seat.pk), {"name": "Kadis", "kind": "pratama"}).status_code == 302
        seat.refresh_from_db()
        assert (seat.name, seat.is_head) == ("Kadis", False)


class TestVillages:
    @pytest.fixture(autouse=True)
    def seeded(self, batang: Regency) -> None:
        actions.seed_regions(code="33.25", by=None, at=NOW)

    def test_pages_by_key(self, reader: Client, django_assert_max_num_queries: Callable) -> None:  # type: ignore[type-arg]
        seen: list[str] = []
        address = url("villages")
        reader.get(address)  # the host is known from now on
        while address:
            with django_assert_max_num_queries(7):
                response = reader.get(address)
            seen += [village.code for village, _office in response.context["rows"]]
            address = url("villages") + response.context["next_url"] if response.context["next_url"] else ""
        assert len(seen) == len(set(seen)) == 248
        assert seen == sorted(seen)

    def test_search_and_export(self, reader: Client) -> None:
        page = text(reader.get(url("villages"), {"q": "silurah", "district": "33.25.01"}))
        assert "Desa Silurah" in page
        assert "15 kecamatan dengan 239 desa dan 9 kelurahan" in page
        content = reader.get(url("villages_export"), {"q": "silurah"}).content
        assert load_workbook(io.BytesIO(content)).worksheets[0].max_row == 2
        assert "Tidak ada yang cocok" in text(reader.get(url("villages"), {"q": "zzz"}))

    def test_nonsense_in_the_address_is_no_fault(self, reader: Client) -> None:
        assert reader.get(url("villages"), {"district": "99", "q": "x\x00"}).status_code == 200


class TestCalendar:
    def test_a_year(self, reader: Client) -> None:
        page = text(reader.get(url("calendar"), {"year": 2026}))
        assert "Kalender kerja 2026" in page
        assert "Cuti Bersama Tahun Baru Imlek" in page
        assert "belum ditetapkan" not in page
        assert "Cuti bersama tahun 2045 belum ditetapkan" in text(reader.get(url("calendar"), {"year": 2045}))

    def test_a_limit_is_counted_out(self, reader: Client) -> None:
        sent = {"start": "2026-03-16", "days": 5}
        assert "Senin, 30 Maret 2026" in text(reader.get(url("calendar"), sent))
        assert "Sabtu, 28 Maret 2026" in text(reader.get(url("calendar"), {**sent, "week": "6"}))

    @pytest.mark.parametrize("wrong", [{"year": "x"}, {"year": "99999"}, {"week": "9"}, {"start": "x", "days": "-1"}])
    def test_nonsense_in_the_address_is_no_fault(self, reader: Client, wrong: dict[str, str]) -> None:
        assert reader.get(url("calendar"), wrong).status_code == 200

    def test_a_local_day_comes_and_goes(self, admin: Client) -> None:
        sent = {"date": "2026-04-08", "name": "Hari Jadi Kabupaten Batang"}
        assert admin.post(url("holiday_new"), sent).headers["Location"] == f"{url('calendar')}?year=2026"
        assert "Hari Jadi Kabupaten Batang" in text(admin.get(url("calendar"), {"year": 2026}))
        again = admin.post(url("holiday_new"), sent)
        assert (again.status_code, list(again.context["form"].errors)) == (409, ["date"])
        day = LocalHoliday.objects.get()
        assert "8 April 2026" in text(admin.get(url("holiday_removal", day.pk)))
        assert admin.post(url("holiday_removal", day.pk)).status_code == 302
        assert not LocalHoliday.objects.exists()

    def test_office_hours(self, admin: Client) -> None:
        assert admin.post(url("office_hours"), {"opens_at": "08:00", "closes_at": "07:00"}).status_code == 409
        assert admin.post(url("office_hours"), {"opens_at": "08:00", "closes_at": "15:30"}).status_code == 302
        assert str(office_hours()) == "08.00–15.30"
        assert "pukul 08.00 sampai 15.30 WIB" in text(admin.get(url("calendar")))


def test_a_reader_changes_nothing(reader: Client) -> None:
    office = unit()
    for name in ("unit_new", "units_import", "holiday_new", "office_hours"):
        assert reader.post(url(name), UNIT).status_code == 404
    for name in ("unit_edit", "unit_closing", "position_new"):
        assert reader.post(url(name, office.pk), UNIT).status_code == 404
    assert Unit.objects.get().name == "Dinas 1"
