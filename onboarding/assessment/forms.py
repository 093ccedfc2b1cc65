"""What is typed: the start, the answers of a section, invitations, decisions, an instrument's file."""

import json
from decimal import Decimal
from functools import cache
from itertools import groupby, islice
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.utils.functional import lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from onboarding.assessment.actions.answers import Entry
from onboarding.assessment.actions.evidence import MOST_FILES
from onboarding.assessment.models import Answer, Decision, Evidence, ExchangeItem, Instrument, Unit
from onboarding.assessment.rules import measuring
from onboarding.assessment.schema import Instrument as Content
from onboarding.assessment.schema import Question
from tenants import regions
from tenants.fields import DayField
from tenants.files.forms import UploadsField
from tenants.organisation.actions import FileRefused
from tenants.organisation.actions.tables import read_lines

_LARGEST = 10_000_000
# It stands in a mail to whatever address is typed: nobody advertises through us.
_ONLY_A_NAME = RegexValidator(
    r"(?i)://|www\.|[<>@]", gettext_lazy("Tulis nama atau jabatan saja, tanpa alamat laman."), inverse_match=True
)
_JSON_BYTES = 1_500_000
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


class AnswerForm(forms.Form):
    """One question; its fields depend on the kind. Everything may stay empty: nobody has to know everything at once."""

    def __init__(
        self,
        content: Content,
        question: Question,
        *,
        answer: Answer | None = None,
        evidence: list[Evidence] | None = None,
        data: Any = None,
        files: Any = None,
    ) -> None:
        self.content, self.question, self.answer, self.evidence = content, question, answer, evidence or []
        super().__init__(data, files, prefix=question.id, initial=_initial(question, answer))
        self.fields.update(_value_fields(content, question))
        self.fields["note"] = forms.CharField(
            label=_("Catatan"), required=False, max_length=500, widget=forms.Textarea({"rows": 2})
        )
        self.fields["version"] = forms.IntegerField(required=False, min_value=0, widget=forms.HiddenInput)
        self.fields["measured"] = forms.CharField(required=False, max_length=2_000, widget=forms.HiddenInput)
        self.fields["files"] = UploadsField(label=_("Berkas bukti"), required=False, max_files=MOST_FILES)
        if self.evidence:
            self.fields["remove"] = forms.MultipleChoiceField(
                label=_("Hapus berkas"),
                required=False,
                choices=[(str(each.public_id), each.original_name) for each in self.evidence],
            )

    @property
    def names(self) -> str:
        """The names of its inputs, also of those that come with the first file: what a fragment sends of the form."""
        return ",".join(self.add_prefix(name) for name in dict.fromkeys([*self.fields, "remove"]))

    @property
    def version(self) -> int:
        return self.answer.version if self.answer else 0

    @property
    def saw(self) -> int:
        """The version that the sender had before them."""
        return int(self.cleaned_data.get("version") or 0)

    def clean_choice(self) -> Any:
        chosen = self.cleaned_data["choice"]
        return chosen if self.question.type == "bool" or chosen == "" else int(chosen)

    def clean_items(self) -> list[str]:
        ticked = self.cleaned_data["items"]
        if "none" in ticked and len(ticked) > 1:
            raise ValidationError(_("Lepas centang “belum ada satu pun”, atau lepas yang lain."))
        return list(ticked)

    def clean(self) -> dict[str, Any]:
        data = dict(super().clean() or {})
        if self.question.type == "ratio" and not self.errors:
            self._check_ratio(data.get("numerator"), data.get("denominator"))
        return data

    def entry(self, user_agent: str = "") -> Entry:
        """What was filled in, and in which browser. Of a valid form."""
        return Entry(
            question=self.question.id,
            value=_value(self.question, self.cleaned_data),
            version=self.saw,
            note=str(self.cleaned_data["note"]).strip(),
            measured=self._measured(user_agent),
        )

    def _measured(self, user_agent: str) -> measuring.Measured | None:
        kind = self.question.measure if self.question.type == "number" else None
        if kind is None:
            return None
        return measuring.read(self.cleaned_data["measured"], kind, self.cleaned_data["number"], user_agent)

    def _check_ratio(self, part: int | None, whole: int | None) -> None:
        if (part is None) != (whole is None):
            self.add_error("numerator" if part is None else "denominator", _("Isi kedua angkanya."))
        elif part is not None and whole is not None and part > whole:
            self.add_error("numerator", _("Tidak mungkin lebih banyak daripada seluruhnya."))
        elif whole == 0:
            self.add_error("denominator", _("Harus lebih dari nol. Kosongkan keduanya bila tidak ada."))


def _initial(question: Question, answer: Answer | None) -> dict[str, Any]:
    if answer is None:
        return {"version": 0}
    value = dict(answer.value)
    if "items" in value:
        value["items"] = [str(place) for place in value["items"]] or ["none"]
    if "number" in value:
        value["number"] = Decimal(value["number"])
    for name in ("numerator", "denominator"):
        if name in value:
            value[name] = int(value[name])
    tries = measuring.tries_of(answer.measurement)
    measured = json.dumps(tries, separators=(",", ":")) if tries else ""
    return {**value, "note": answer.note, "version": answer.version, "measured": measured}


def _value_fields(content: Content, question: Question) -> dict[str, forms.Field]:
    if question.type == "scale" or question.type == "level":
        options = [(str(option.score), option.label) for option in content.options(question)]
        return {"choice": _choice(options)}
    if question.type == "bool":
        return {"choice": _choice([("ya", _("Ya")), ("tidak", _("Tidak"))])}
    if question.type == "multi":
        items = [*((str(place), text) for place, text in enumerate(question.items)), ("none", _("Belum ada satu pun"))]
        return {"items": forms.MultipleChoiceField(required=False, choices=items, widget=forms.CheckboxSelectMultiple)}
    if question.type == "ratio":
        return {"numerator": _count(question.numerator), "denominator": _count(question.denominator)}
    return {
        "number": forms.DecimalField(
            label=question.unit[0].upper() + question.unit[1:] if len(question.unit) > 4 else question.unit,
            required=False,
            localize=True,
            min_value=0,
            max_value=_LARGEST,
            decimal_places=3,
            widget=forms.TextInput({"inputmode": "decimal", "autocomplete": "off"}),
        )
    }


def _choice(options: list[tuple[str, str]]) -> forms.ChoiceField:
    return forms.ChoiceField(required=False, choices=options, widget=forms.RadioSelect)


def _count(label: str) -> forms.IntegerField:
    return forms.IntegerField(
        label=label[0].upper() + label[1:],
        required=False,
        localize=True,
        min_value=0,
        max_value=_LARGEST,
        widget=forms.TextInput({"inputmode": "numeric", "autocomplete": "off"}),
    )


def _value(question: Question, data: dict[str, Any]) -> dict[str, Any]:
    """The answer in the shape that `rules/values.py` reads; empty when nothing was filled in."""
    if question.type == "multi":
        ticked = [int(place) for place in data["items"] if place != "none"]
        return {"items": ticked} if data["items"] else {}
    if question.type == "ratio":
        whole = data["denominator"]
        return {} if whole is None else {"numerator": str(data["numerator"]), "denominator": str(whole)}
    if question.type == "number":
        number = data["number"]
        return {} if number is None else {"number": f"{number.normalize():f}"}
    return {} if data["choice"] == "" else {"choice": data["choice"]}


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


class NoteForm(forms.Form):
    note = forms.CharField(label=gettext_lazy("Catatan"), max_length=500, widget=forms.Textarea({"rows": 3}))


class BulkVerdictForm(forms.Form):
    """One note for all unit answers to one question."""

    question = forms.CharField(max_length=80)
    note = forms.CharField(required=False, max_length=500)


class VerdictForm(forms.Form):
    verdict = forms.ChoiceField(choices=[c for c in Answer.Verdict.choices if c[0]])
    version = forms.IntegerField(min_value=1)
    note = forms.CharField(required=False, max_length=500)


class InstrumentForm(forms.Form):
    """The JSON file of an edition."""

    file = forms.FileField(
        label=gettext_lazy("Berkas JSON"),
        help_text=lazy(lambda: _("Unduh edisi yang ada, ubah, naikkan edisinya, lalu unggah di sini."), str)(),
    )

    def clean_file(self) -> Any:
        upload = self.cleaned_data["file"]
        if upload.size > _JSON_BYTES:
            raise ValidationError(_("Berkas terlalu besar untuk sebuah instrumen."))
        try:
            content = json.loads(upload.read().decode("utf-8-sig"), parse_constant=_no_number)
        except UnicodeDecodeError:
            raise ValidationError(_("Berkas ini bukan teks UTF-8.")) from None
        except RecursionError:
            raise ValidationError(_("Berkas ini bersarang terlalu dalam.")) from None
        except json.JSONDecodeError as error:
            place = {"line": error.lineno, "column": error.colno}
            raise ValidationError(_("Bukan JSON yang benar: baris %(line)d, kolom %(column)d.") % place) from None
        except ValueError:
            raise ValidationError(_("Berkas ini memuat angka yang tidak dapat disimpan.")) from None
        if "\\u0000" in json.dumps(content):
            raise ValidationError(_("Berkas ini memuat huruf yang tidak sah."))
        return content


def _no_number(name: str) -> None:
    """NaN and infinity, which JSON does not know and the database refuses."""
    raise ValueError(name)
