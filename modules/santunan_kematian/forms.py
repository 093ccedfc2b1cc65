"""Shapes and messages of what people fill in."""

from collections.abc import Sequence
from dataclasses import fields
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

from modules.santunan_kematian.actions.claims import ClaimData
from modules.santunan_kematian.actions.programme import Settings
from modules.santunan_kematian.documents import Document, document_name
from modules.santunan_kematian.models import Claim, DecreeRevocation, HouseSurvey, NumberPattern, Programme
from modules.santunan_kematian.rules import Terms
from tenants.fields import MoneyField
from tenants.files.forms import UploadField
from tenants.files.uploads import JPEG, PNG
from tenants.people.forms import KkField, NikField, PhoneField
from tenants.people.identity import Sex, parse_nik

Choice = tuple[str, str]


class DateInput(forms.DateInput):
    """The browser's own date picker; its value is ISO whatever the language."""

    input_type = "date"

    def __init__(self, **attrs: Any) -> None:
        super().__init__(attrs=attrs, format="%Y-%m-%d")


class ClaimForm(forms.Form):
    """The village's form in four steps: who died, the death, the heir, the papers."""

    STEPS = (
        (
            _l("Almarhum"),
            ("village", "without_nik", "nik", "kk", "name", "sex", "birth_date", "birth_order", "address"),
        ),
        (_l("Kematian"), ("death_date", "death_place", "death_cause", "resident_from", "resident_to")),
        (
            _l("Ahli waris"),
            ("heir_nik", "heir_name", "heir_relation", "heir_in_same_kk", "heir_phone", "heir_bank", "heir_account"),
        ),
    )

    village = forms.TypedChoiceField(label=_l("Desa/kelurahan"), coerce=int)
    without_nik = forms.BooleanField(label=_l("Bayi yang belum ber-NIK"), required=False)
    nik = NikField(
        label=_l("NIK almarhum"),
        required=False,
        help_text=_l("16 angka; kosongkan hanya bagi bayi yang belum ber-NIK."),
    )
    kk = KkField(label=_l("Nomor Kartu Keluarga"))
    name = forms.CharField(label=_l("Nama almarhum"), max_length=120)
    sex = forms.ChoiceField(label=_l("Jenis kelamin"), choices=Claim.Sex.choices, widget=forms.RadioSelect)
    birth_date = forms.DateField(label=_l("Tanggal lahir"), widget=DateInput())
    birth_order = forms.TypedChoiceField(
        label=_l("Bila bayi kembar: yang ke-"), choices=[(n, str(n)) for n in range(1, 5)], coerce=int, initial=1
    )
    address = forms.CharField(label=_l("Alamat (dusun, RT, RW)"), max_length=200)
    death_date = forms.DateField(label=_l("Tanggal meninggal"), widget=DateInput())
    death_place = forms.CharField(label=_l("Tempat meninggal"), max_length=120)
    death_cause = forms.ChoiceField(label=_l("Sebab meninggal"), choices=[("", "—"), *Claim.Cause.choices])
    resident_from = forms.DateField(
        label=_l("Menjadi penduduk sejak"),
        required=False,
        widget=DateInput(),
        help_text=_l("Isi bila pindah masuk dalam setahun terakhir."),
    )
    resident_to = forms.DateField(
        label=_l("Sudah pindah pada"),
        required=False,
        widget=DateInput(),
        help_text=_l("Isi bila sudah tercatat pindah keluar."),
    )
    heir_nik = NikField(label=_l("NIK ahli waris"))
    heir_name = forms.CharField(label=_l("Nama ahli waris"), max_length=120)
    heir_relation = forms.ChoiceField(
        label=_l("Hubungan dengan almarhum"), choices=[("", "—"), *Claim.Relation.choices]
    )
    heir_in_same_kk = forms.BooleanField(label=_l("Satu Kartu Keluarga dengan almarhum"), required=False, initial=True)
    heir_phone = PhoneField(label=_l("Telepon ahli waris"), required=False)
    heir_bank = forms.CharField(label=_l("Bank"), max_length=60, required=False)
    heir_account = forms.RegexField(
        label=_l("Nomor rekening"),
        regex=r"^[\d .-]{5,30}$",
        required=False,
        error_messages={"invalid": _l("Nomor rekening hanya terdiri dari angka.")},
    )
    token = forms.UUIDField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, villages: Sequence[Any], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.villages = villages
        field: Any = self.fields["village"]
        field.choices = [(village.pk, village.title) for village in villages]
        if len(villages) == 1:
            field.initial, field.widget = villages[0].pk, forms.HiddenInput()
        for key in Document:
            self.fields[f"document_{key.value}"] = UploadField(label=document_name(key), required=False)
        for name in ("nik", "death_date", "birth_date", "without_nik", "kk"):
            self.fields[name].widget.attrs["data-preview"] = "1"

    def clean(self) -> dict[str, Any]:
        told = super().clean() or {}
        if told.get("without_nik"):
            told["nik"] = None
        elif not told.get("nik") and "nik" not in self.errors:
            self.add_error("nik", _("Isi NIK, atau tandai bahwa ini bayi yang belum ber-NIK."))
        born, died = told.get("birth_date"), told.get("death_date")
        if born and died and born > died:
            self.add_error("death_date", _("Tanggal meninggal sebelum tanggal lahir. Perbaiki salah satunya."))
        if told.get("nik") and told.get("nik") == told.get("heir_nik"):
            self.add_error("heir_nik", _("NIK ahli waris sama dengan NIK almarhum. Isi NIK ahli waris yang benar."))
        return told

    def filing(self) -> dict[str, Any]:
        """What was told, as `draft_claim` takes it: the same from a page and from the API."""
        village = next(item for item in self.villages if item.pk == self.cleaned_data["village"])
        documents, token = self.uploads(), self.cleaned_data["token"]
        return {"data": self.data_of(), "village": village, "documents": documents, "token": token}

    def data_of(self) -> ClaimData:
        """What was told, for the action."""
        told = {field.name: self.cleaned_data[field.name] for field in fields(ClaimData)}
        return ClaimData(**told)

    def uploads(self) -> dict[str, Any]:
        """The files that were sent, by document."""
        found = {key.value: self.cleaned_data.get(f"document_{key.value}") for key in Document}
        return {key: upload for key, upload in found.items() if upload}


def nik_notes(number: str, *, sex: str, birth_date: date | None) -> list[str]:
    """What a right NIK says that differs from what was typed: to look at, never a refusal."""
    found, notes = parse_nik(number), []
    if sex and Sex(sex) is not found.sex:
        notes.append(_("Jenis kelamin menurut NIK berbeda dari isian. Periksa lagi."))
    if birth_date and (birth_date.day, birth_date.month, birth_date.year % 100) != (
        found.day,
        found.month,
        found.year,
    ):
        notes.append(_("Tanggal lahir menurut NIK berbeda dari isian. Periksa lagi."))
    return notes


class SurveyForm(forms.Form):
    """What the social worker sees at the house."""

    roof = forms.ChoiceField(label=_l("Atap"), choices=HouseSurvey.Roof.choices, widget=forms.RadioSelect)
    floor = forms.ChoiceField(label=_l("Lantai"), choices=HouseSurvey.Floor.choices, widget=forms.RadioSelect)
    walls = forms.ChoiceField(label=_l("Dinding"), choices=HouseSurvey.Walls.choices, widget=forms.RadioSelect)
    photo = UploadField(label=_l("Foto rumah"), allowed=(JPEG, PNG))
    latitude = forms.DecimalField(label=_l("Lintang"), required=False, min_value=-12, max_value=7, decimal_places=5)
    longitude = forms.DecimalField(label=_l("Bujur"), required=False, min_value=94, max_value=142, decimal_places=5)
    note = forms.CharField(label=_l("Catatan"), required=False, max_length=500, widget=forms.Textarea)

    def clean(self) -> dict[str, Any]:
        told = super().clean() or {}
        if (told.get("latitude") is None) != (told.get("longitude") is None):
            raise ValidationError(_("Isi lintang dan bujur keduanya, atau kosongkan keduanya."))
        return told


class HandoverForm(forms.Form):
    """Who received the money, where and before whom."""

    day = forms.DateField(label=_l("Tanggal penyerahan"), widget=DateInput())
    place = forms.CharField(label=_l("Tempat"), max_length=120)
    receiver_name = forms.CharField(label=_l("Nama penerima"), max_length=120)
    witness_name = forms.CharField(label=_l("Nama saksi"), max_length=120)
    photo = UploadField(label=_l("Foto penyerahan"), allowed=(JPEG, PNG), required=False)
    note = forms.CharField(label=_l("Catatan"), max_length=300, required=False)


class DisbursementForm(forms.Form):
    sp2d_number = forms.CharField(label=_l("Nomor SP2D"), max_length=80)
    sp2d_date = forms.DateField(label=_l("Tanggal SP2D"), widget=DateInput())


class RevocationForm(forms.Form):
    """Why an SK is taken back, and what becomes of its claims."""

    outcome = forms.ChoiceField(
        label=_l("Pengajuan di dalamnya"),
        choices=DecreeRevocation.Outcome.choices,
        widget=forms.RadioSelect,
        initial=DecreeRevocation.Outcome.APPROVED,
    )
    reason = forms.CharField(
        label=_l("Alasan"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_l("Tercantum dalam SK pencabutan; bila ditolak, keluarga juga membacanya."),
    )


class ReasonForm(forms.Form):
    reason = forms.CharField(label=_l("Alasan"), max_length=500, widget=forms.Textarea(attrs={"rows": 3}))


class StepForm(forms.Form):
    transition = forms.SlugField(max_length=60)
    reason = forms.CharField(required=False, max_length=500)


class ProgrammeForm(forms.ModelForm):  # type: ignore[type-arg]
    """All settings of a programme; saved by an action, never by the form."""

    class Meta:
        model = Programme
        fields = [
            "name",
            "regulation",
            "valid_from",
            "valid_to",
            *(field.name for field in fields(Terms)),
            "photo_required",
            "funding",
            "account_code",
            "place",
        ]
        field_classes = {"amount": MoneyField}
        widgets = {"valid_from": DateInput(), "valid_to": DateInput()}
        labels = {"limit_days": _l("Batas pengajuan (hari)"), "amount": _l("Nilai per jiwa (rupiah)")}

    def settings(self) -> Settings:
        return Settings(**{field.name: self.cleaned_data[field.name] for field in fields(Settings)})

    def validate_constraints(self) -> None:
        """The action says what the database refuses."""


class NumberForm(forms.Form):
    """The pattern of one kind of number; the action checks it."""

    kind = forms.ChoiceField(choices=NumberPattern.Kind.choices, widget=forms.HiddenInput)
    pattern = forms.CharField(label=_l("Pola nomor"), max_length=80)
    classification = forms.CharField(
        label=_l("Kode klasifikasi"), max_length=20, required=False, help_text=_l("Mengisi {klasifikasi} pada pola.")
    )


class CeilingForm(forms.Form):
    year = forms.IntegerField(label=_l("Tahun anggaran"), min_value=2000, max_value=2200)
    ceiling = MoneyField(label=_l("Pagu (rupiah)"))
    basis = forms.CharField(label=_l("Dasar, misalnya DPA atau Perda APBD"), max_length=160, required=False)


class RegisterForm(forms.Form):
    """A part of the register of the poor."""

    file = forms.FileField(
        label=_l("Berkas CSV atau XLSX"),
        help_text=_l("Kolom: nik, no_kk, nama, kode_desa, desil. Simpan kolom NIK sebagai teks."),
    )
    source = forms.CharField(label=_l("Sumber"), max_length=60, initial="DTSEN")
    valid_from = forms.DateField(label=_l("Berlaku dari"), widget=DateInput())
    valid_to = forms.DateField(label=_l("Berlaku sampai"), required=False, widget=DateInput())

    def clean(self) -> dict[str, Any]:
        told = super().clean() or {}
        if told.get("valid_from") and told.get("valid_to") and told["valid_to"] < told["valid_from"]:
            self.add_error("valid_to", _("Tanggal akhir sebelum tanggal mulai."))
        return told


class PeriodForm(forms.Form):
    """A span of days; the current month unless told."""

    first = forms.DateField(label=_l("Dari"), widget=DateInput())
    last = forms.DateField(label=_l("Sampai"), widget=DateInput())
