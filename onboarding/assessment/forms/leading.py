"""What who leads an assessment types: the start, offices, invitations, decisions, the exchange."""

from functools import cache
from itertools import groupby, islice
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from onboarding.assessment.models import Decision, ExchangeItem, Instrument, Unit
from tenants import regions
from tenants.fields import DayField
from tenants.organisation.actions import FileRefused
from tenants.organisation.actions.tables import read_lines

# It stands in a mail to whatever address is typed: nobody advertises through us.
_ONLY_A_NAME = RegexValidator(
    r"(?i)://|www\.|[<>@]", gettext_lazy("Tulis nama atau jabatan saja, tanpa alamat laman."), inverse_match=True
)
_MOST_LINES = 500
_LONGEST_NAME = 150
_NAME_TOO_LONG = gettext_lazy("Baris %d: nama lebih dari 150 huruf.")


@cache
def _regency_choices() -> list[Any]:
    """The 514 by province, for a list that a telephone can search."""
    found = sorted(regions.regencies(), key=lambda info: (info.province_code, info.kind, info.name))
    return [
        (province, [(info.code, info.title) for info in group])
        for province, group in groupby(found, key=lambda info: info.province)
    ]


def _with_none(label: Any) -> Any:
    return lambda: [("", label), *_regency_choices()]


class StartForm(forms.Form):
    """Which regency, who answers for it, with which instruments."""

    regency_code = forms.ChoiceField(
        label=gettext_lazy("Kabupaten atau kota Anda"), choices=_with_none(gettext_lazy("Pilih"))
    )
    instruments = forms.ModelMultipleChoiceField(
        label=gettext_lazy("Yang dinilai"), queryset=Instrument.objects.none(), widget=forms.CheckboxSelectMultiple
    )
    contact_name = forms.CharField(
        label=gettext_lazy("Nama penanggung jawab"),
        max_length=120,
        validators=[_ONLY_A_NAME],
        widget=forms.TextInput({"autocomplete": "name"}),
    )
    contact_email = forms.EmailField(
        label=gettext_lazy("Surel penanggung jawab"),
        help_text=gettext_lazy("Tautan untuk melanjutkan penilaian dikirim ke sini. Tidak perlu akun."),
        widget=forms.EmailInput({"autocomplete": "email"}),
    )
    partner_code = forms.ChoiceField(
        label=gettext_lazy("Belajar dari daerah"),
        required=False,
        help_text=gettext_lazy("Daerah yang sudah bekerja di sini; daerah lain dapat dipilih nanti."),
    )

    def __init__(self, *args: Any, published: Any, partners: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["partner_code"].choices = [("", _("Belum tahu")), *partners]  # type: ignore[attr-defined]
        field = self.fields["instruments"]
        field.queryset = published  # type: ignore[attr-defined]
        field.label_from_instance = _instrument_label  # type: ignore[attr-defined]


def _instrument_label(instrument: Instrument) -> str:
    content = instrument.read
    return _("%(name)s: %(n)d pertanyaan, %(status)s") % {
        "name": content.short_name,
        "n": len(content.questions),
        "status": content.status,
    }


class EmailForm(forms.Form):
    email = forms.EmailField(label=gettext_lazy("Surel"), widget=forms.EmailInput({"autocomplete": "email"}))


class OfficesForm(forms.Form):
    """Offices, one a line, or in a spreadsheet: in the column `Nama`, else in the first."""

    names = forms.CharField(
        label=gettext_lazy("Nama perangkat daerah, satu per baris"),
        required=False,
        max_length=20_000,
        widget=forms.Textarea({"rows": 8, "placeholder": "Dinas Kesehatan\nDinas Sosial\nKecamatan Ruteng"}),
    )
    file = forms.FileField(
        label=gettext_lazy("Atau berkas XLSX atau CSV"),
        required=False,
        help_text=gettext_lazy("Nama dibaca dari kolom “Nama”, atau dari kolom pertama bila tidak ada judul itu."),
        widget=forms.FileInput({"accept": ".xlsx,.csv"}),
    )

    def clean_file(self) -> list[str]:
        upload = self.cleaned_data["file"]
        if not upload:
            return []
        try:
            lines = list(islice(read_lines(upload), _MOST_LINES + 1))
        except FileRefused as refused:
            raise ValidationError(str(refused)) from None
        if len(lines) > _MOST_LINES:
            raise ValidationError(_("Terlalu banyak baris. Kirim daftar perangkat daerah saja."))
        heads = [str(name).casefold() for name in (_("Nama"), "nama", "name")]
        head = [cell.strip().casefold() for cell in lines[0]] if lines else []
        column = next((place for place, cell in enumerate(head) if cell in heads), None)
        rows = list(enumerate(lines, 1))[column is not None :]
        named = [(number, line[column or 0].strip()) for number, line in rows if len(line) > (column or 0)]
        if faults := [_NAME_TOO_LONG % number for number, name in named if len(name) > _LONGEST_NAME]:
            raise ValidationError(faults)
        return [name for _number, name in named]

    def clean(self) -> dict[str, Any]:
        data = dict(super().clean() or {})
        names = [*str(data.get("names") or "").splitlines(), *(data.get("file") or [])]
        data["all"] = [name for name in names if name.strip()]
        if not data["all"] and not self.errors:
            raise ValidationError(_("Tulis paling sedikit satu nama."))
        return data


class InviteForm(forms.Form):
    """A link for one person: to everything, to a section, or to a unit."""

    label = forms.CharField(
        label=gettext_lazy("Untuk siapa"),
        max_length=120,
        validators=[_ONLY_A_NAME],
        help_text=gettext_lazy("Nama atau jabatan; tampak pada setiap jawabannya."),
    )
    email = forms.EmailField(
        label=gettext_lazy("Surel"),
        required=False,
        help_text=gettext_lazy("Kosongkan bila Anda mengirim tautannya sendiri, misalnya lewat WhatsApp."),
    )
    part = forms.ChoiceField(label=gettext_lazy("Yang boleh diisi"), required=False)

    def __init__(self, *args: Any, parts: list[tuple[str, Any]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["part"].choices = [("", _("Seluruh penilaian")), *parts]  # type: ignore[attr-defined]


class BulkInviteForm(forms.Form):
    """Links for every unit of a kind that has none yet."""

    kind = forms.ChoiceField(
        label=gettext_lazy("Untuk setiap"),
        choices=[
            (Unit.Kind.KECAMATAN, gettext_lazy("kecamatan, dengan desanya")),
            (Unit.Kind.OPD, Unit.Kind.OPD.label),
        ],
    )


class PartnerForm(forms.Form):
    partner_code = forms.ChoiceField(
        label=gettext_lazy("Daerah asal aplikasi"), required=False, choices=_with_none(gettext_lazy("Belum tahu"))
    )


class DecisionForm(forms.Form):
    """How a module differs here, and what the people decide."""

    difference = forms.ChoiceField(
        label=gettext_lazy("Perbedaan peran, tahap, atau aturan dengan daerah asal"),
        required=False,
        choices=Decision.Difference.choices,
        widget=forms.RadioSelect,
    )
    decision = forms.ChoiceField(
        label=gettext_lazy("Keputusan rapat"),
        required=False,
        choices=Decision.Choice.choices,
        widget=forms.RadioSelect,
        help_text=gettext_lazy("Keputusan akhir tetap manusia. Yang berbeda dari saran harus beralasan."),
    )
    reason = forms.CharField(
        label=gettext_lazy("Alasan"), required=False, max_length=500, widget=forms.Textarea({"rows": 3})
    )


class ExchangeForm(forms.Form):
    subject = forms.CharField(label=gettext_lazy("Modul atau pengalaman"), max_length=200)
    direction = forms.ChoiceField(label=gettext_lazy("Arah"), choices=ExchangeItem.Direction.choices)
    form = forms.CharField(
        label=gettext_lazy("Bentuk"),
        max_length=200,
        help_text=gettext_lazy("Pendampingan, data, kode sumber, pelatihan, atau studi banding."),
    )
    expected = forms.CharField(label=gettext_lazy("Hasil yang diharapkan"), max_length=300, required=False)
    contacts = forms.CharField(label=gettext_lazy("Penanggung jawab kedua pihak"), max_length=200, required=False)
    due_date = DayField(label=gettext_lazy("Target tanggal"), required=False)
