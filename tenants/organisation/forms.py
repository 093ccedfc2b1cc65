"""Shapes of what people type about offices, people and days."""

import json
from typing import Any

from django import forms
from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _

from tenants.accounts.models import User
from tenants.organisation.actions.tables import MOST_BYTES
from tenants.organisation.models import Assignment, District, Position, Unit, Village
from tenants.organisation.queries import unit_ids_within, villages_for_picker


class _Day(forms.DateInput):
    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class _Clock(forms.TimeInput):
    input_type = "time"

    def __init__(self) -> None:
        super().__init__(format="%H:%M")


class UnitForm(forms.Form):
    name = forms.CharField(label=_("Nama"), max_length=160)
    short_name = forms.CharField(label=_("Nama singkat"), max_length=60, required=False)
    code = forms.CharField(
        label=_("Kode"),
        max_length=40,
        help_text=_("Kode unit di SIPD atau kode yang dipakai dalam surat; tidak boleh kembar."),
    )
    kind = forms.ChoiceField(label=_("Jenis"), choices=Unit.Kind.choices)
    size = forms.ChoiceField(
        label=_("Tipe"),
        choices=[("", "-"), *Unit.Size.choices],
        required=False,
        help_text=_("Tipe A, B, atau C menurut PP 18/2016, bila ada."),
    )
    parent = forms.ModelChoiceField(label=_("Induk"), queryset=Unit.objects.none(), required=False)
    district = forms.ModelChoiceField(
        label=_("Kecamatan"),
        queryset=District.objects.all(),
        required=False,
        help_text=_("Untuk kantor kecamatan, puskesmas, dan unit lain yang melayani satu kecamatan."),
    )
    village = forms.TypedChoiceField(
        label=_("Desa atau kelurahan"),
        required=False,
        coerce=int,
        empty_value=None,
        help_text=_("Hanya untuk kantor desa atau kelurahan."),
    )
    six_day_week = forms.BooleanField(label=_("Bekerja enam hari seminggu (Senin sampai Sabtu)"), required=False)
    address = forms.CharField(label=_("Alamat"), max_length=200, required=False)
    postal_code = forms.CharField(
        label=_("Kode pos"),
        max_length=5,
        required=False,
        validators=[RegexValidator(r"\A[0-9]{5}\Z", _("Kode pos terdiri atas 5 angka."))],
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
    )
    phone = forms.CharField(label=_("Telepon"), max_length=40, required=False)
    email = forms.EmailField(label=_("Surel"), required=False)
    website = forms.CharField(label=_("Laman"), max_length=100, required=False)

    LETTERHEAD = ("address", "postal_code", "phone", "email", "website")

    def __init__(self, *args: Any, unit: Unit | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        above = Unit.objects.open().exclude(kind__in=Unit.VILLAGE_KINDS).order_by("name")
        if unit is not None:
            above = above.exclude(pk__in=unit_ids_within([unit.pk]))
        self.fields["parent"].queryset = above  # type: ignore[attr-defined]
        self.fields["village"].choices = [("", "-"), *villages_for_picker()]  # type: ignore[attr-defined]

    @classmethod
    def initial_of(cls, unit: Unit) -> dict[str, Any]:
        """What the form shows of a unit."""
        values = {name: getattr(unit, name) for name in cls.base_fields}
        return {**values, "village": unit.village_id}

    def clean_village(self) -> Village | None:
        pk = self.cleaned_data["village"]
        return None if pk is None else Village.objects.get(pk=pk)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("village") and cleaned.get("kind") not in Unit.VILLAGE_KINDS:
            self.add_error("village", _("Hanya kantor desa atau kelurahan yang memiliki desa. Kosongkan isian ini."))
        return cleaned


class PositionForm(forms.Form):
    name = forms.CharField(label=_("Nama jabatan"), max_length=160)
    kind = forms.ChoiceField(label=_("Jenis jabatan"), choices=Position.Kind.choices, initial=Position.Kind.PELAKSANA)
    rank = forms.CharField(label=_("Eselon atau jenjang"), max_length=40, required=False)
    is_head = forms.BooleanField(
        label=_("Memimpin unit ini"), required=False, help_text=_("Pimpinan menandatangani surat unit ini.")
    )


class AssignmentForm(forms.Form):
    user = forms.ModelChoiceField(label=_("Pegawai"), queryset=User.objects.none())
    acting = forms.ChoiceField(label=_("Sebagai"), choices=Assignment.Acting.choices, required=False)
    starts_on = forms.DateField(label=_("Mulai"), widget=_Day())
    ends_on = forms.DateField(
        label=_("Sampai"), widget=_Day(), required=False, help_text=_("Kosongkan bila belum ada tanggal akhir.")
    )
    decree_number = forms.CharField(label=_("Nomor SK"), max_length=80, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["user"].queryset = User.objects.members().filter(is_active=True).order_by("name")  # type: ignore[attr-defined]


class EndingForm(forms.Form):
    ends_on = forms.DateField(label=_("Hari terakhir"), widget=_Day())


class HolidayForm(forms.Form):
    date = forms.DateField(label=_("Tanggal"), widget=_Day())
    name = forms.CharField(label=_("Nama hari libur"), max_length=120)
    regulation = forms.CharField(
        label=_("Dasar"), max_length=160, required=False, help_text=_("Misalnya nomor keputusan bupati.")
    )


class OfficeHoursForm(forms.Form):
    opens_at = forms.TimeField(label=_("Buka"), widget=_Clock())
    closes_at = forms.TimeField(label=_("Tutup"), widget=_Clock())


class ImportForm(forms.Form):
    file = forms.FileField(
        label=_("Berkas XLSX atau CSV"),
        widget=forms.FileInput(
            attrs={
                "accept": ".xlsx,.csv",
                "data-max-bytes": MOST_BYTES,
                "data-too-large": _("Berkas terlalu besar. Batasnya 2 MB."),
            }
        ),
    )


class RowsForm(forms.Form):
    """The rows of a preview on their way back; they are checked again."""

    rows = forms.CharField(widget=forms.HiddenInput())

    def clean_rows(self) -> list[dict[str, str]]:
        try:
            rows = json.loads(self.cleaned_data["rows"])
            return [{str(name): str(value) for name, value in row.items()} for row in rows]
        except (ValueError, AttributeError, TypeError):
            raise forms.ValidationError(str(self.BROKEN)) from None

    BROKEN = _("Pratinjau ini rusak. Unggah berkasnya sekali lagi.")


class UnitSearchForm(forms.Form):
    q = forms.CharField(label=_("Nama atau kode"), max_length=100, required=False)
    closed = forms.BooleanField(label=_("Tampilkan yang ditutup"), required=False)


class VillageSearchForm(forms.Form):
    q = forms.CharField(label=_("Nama atau kode"), max_length=60, required=False)
    district = forms.ModelChoiceField(
        label=_("Kecamatan"), queryset=District.objects.all(), to_field_name="code", required=False
    )
    after = forms.CharField(max_length=13, required=False, widget=forms.HiddenInput())


class CalendarForm(forms.Form):
    """Which year, which week, and a limit to count out."""

    FIRST, LAST = 2000, 2100

    year = forms.IntegerField(min_value=FIRST, max_value=LAST, required=False, widget=forms.HiddenInput())
    week = forms.ChoiceField(
        label=_("Minggu kerja"), choices=[("5", _("Lima hari")), ("6", _("Enam hari"))], required=False
    )
    start = forms.DateField(label=_("Diterima"), widget=_Day(), required=False)
    days = forms.IntegerField(label=_("Hari kerja"), min_value=0, max_value=400, required=False)
