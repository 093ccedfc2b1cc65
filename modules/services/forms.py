"""A definition's fields and documents as a Django form."""

import json
import uuid
from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from modules.services.definition import LONGEST, Condition, Definition, FieldType, FormField, State
from modules.services.public import Applicant
from modules.switches import CLOSING, OFF, ON
from tenants.fields import MoneyField
from tenants.files.forms import UploadField
from tenants.organisation.models import Unit, Village
from tenants.organisation.queries import villages_for_picker
from tenants.people.forms import KkField, NikField, NipField, NpwpField, PhoneField

DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
YES_NO = [("ya", _("Ya")), ("tidak", _("Tidak"))]
_YES_NO_TEXT: dict[str, Any] = dict(YES_NO)
_SIMPLE: dict[FieldType, type[forms.Field]] = {
    FieldType.NIK: NikField,
    FieldType.KK: KkField,
    FieldType.NIP: NipField,
    FieldType.NPWP: NpwpField,
    FieldType.PHONE: PhoneField,
    FieldType.EMAIL: forms.EmailField,
}


def form_field(field: FormField) -> forms.Field:
    """The form field of one field of a definition; its help says when it applies."""
    common: dict[str, Any] = {
        "label": field.label,
        "required": field.required and field.show_if is None,
        "help_text": field.help,
    }
    match field.type:
        case FieldType.LONG_TEXT:
            return forms.CharField(max_length=field.max or LONGEST[field.type], widget=forms.Textarea, **common)
        case FieldType.NUMBER | FieldType.YEAR:
            return forms.IntegerField(min_value=field.min, max_value=field.max, **common)
        case FieldType.MONEY:
            return MoneyField(min_value=field.min or 0, **common)
        case FieldType.DATE:
            return forms.DateField(widget=DAY, **common)
        case FieldType.CHOICE:
            return forms.ChoiceField(choices=[("", _("Pilih"))] + [(o, o) for o in field.options], **common)
        case FieldType.CHOICES:
            choices = [(o, o) for o in field.options]
            return forms.MultipleChoiceField(choices=choices, widget=forms.CheckboxSelectMultiple, **common)
        case FieldType.YES_NO:
            return forms.ChoiceField(choices=YES_NO, widget=forms.RadioSelect, **common)
        case FieldType.VILLAGE:
            return VillageField(**common)
        case FieldType.TEXT:
            return forms.CharField(max_length=field.max or LONGEST[field.type], **common)
    return _SIMPLE[field.type](**common)


class VillageField(forms.TypedChoiceField):
    """A village of the regency, under its district; cleans to the Village."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(coerce=int, empty_value=None, choices=_villages, **kwargs)

    def clean(self, value: Any) -> Village | None:
        pk = super().clean(value)
        return None if pk is None else Village.objects.select_related("district").get(pk=pk)


def _villages() -> list[tuple[Any, Any]]:
    return [("", _("Pilih desa atau kelurahan")), *villages_for_picker()]


class ApplyForm(forms.Form):
    """Who asks, what the definition asks, and its documents."""

    token = forms.UUIDField(widget=forms.HiddenInput)
    applicant_name = forms.CharField(
        label=_("Nama lengkap"),
        max_length=120,
        help_text=_("Seperti pada KTP."),
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    applicant_nik = NikField(label=_("NIK"), help_text=_("16 angka pada KTP atau KK."))
    applicant_phone = PhoneField(label=_("Nomor telepon"), required=False, help_text=_("Agar kami dapat menghubungi."))
    applicant_village = VillageField(label=_("Desa atau kelurahan tempat tinggal"))

    def __init__(self, definition: Definition, *args: Any, **kwargs: Any) -> None:
        kwargs["initial"] = {"token": uuid.uuid4(), **kwargs.get("initial", {})}
        super().__init__(*args, **kwargs)
        self.definition = definition
        labels = {field.key: field.label for field in definition.fields}
        for field in definition.fields:
            made = form_field(field)
            made.help_text = _with_condition(field.help, field.show_if, labels)
            self.fields[f"field_{field.key}"] = made
        for document in definition.documents:
            made = UploadField(label=document.label, required=document.required and document.required_if is None)
            hint = _with_condition(document.help, document.required_if, labels)
            made.help_text = f"{hint} {made.hint()}." if hint else f"{made.hint()}."
            self.fields[f"document_{document.key}"] = made

    def groups(self) -> list[tuple[str, list[forms.BoundField]]]:
        """The visible fields under their headings."""
        heads = [(_("Pemohon"), "applicant_"), (_("Permohonan"), "field_"), (_("Dokumen"), "document_")]
        found = [(str(head), [self[name] for name in self.fields if name.startswith(start)]) for head, start in heads]
        return [(head, fields) for head, fields in found if fields]

    @property
    def lost_files(self) -> bool:
        """Whether documents came with answers that are refused: a browser does not keep chosen files."""
        return bool(self.files and self.errors)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if self.errors.pop("token", None):  # a form without its token is simply a new one
            cleaned["token"] = uuid.uuid4()
        answers = self.answers()
        for field in self.definition.fields:
            if field.show_if is None:
                continue
            name = f"field_{field.key}"
            if not is_met(field.show_if, answers):
                cleaned[name] = None
                self.errors.pop(name, None)
            elif field.required and cleaned.get(name) in (None, "", []) and name not in self.errors:
                self.add_error(name, _("Isian ini wajib karena jawaban Anda di atas."))
        for document in self.definition.documents:
            name = f"document_{document.key}"
            needed = document.required_if and is_met(document.required_if, answers)
            if needed and not cleaned.get(name) and name not in self.errors:
                self.add_error(name, _("Dokumen ini wajib karena jawaban Anda di atas."))
        return cleaned

    def answers(self) -> dict[str, Any]:
        """Answers by field key, JSON-safe; what was not filled in is left out."""
        found = {}
        for field in self.definition.fields:
            value = self.cleaned_data.get(f"field_{field.key}")
            if value not in (None, "", []):
                found[field.key] = value.title if isinstance(value, Village) else _plain(value)
        return found

    def documents(self) -> dict[str, Any]:
        """Uploads by document key."""
        names = {document.key: f"document_{document.key}" for document in self.definition.documents}
        return {key: upload for key, name in names.items() if (upload := self.cleaned_data.get(name))}

    def applicant(self) -> Applicant:
        cleaned = self.cleaned_data
        return Applicant(cleaned["applicant_name"], cleaned["applicant_nik"], cleaned["applicant_phone"] or "")


def _with_condition(text: str, condition: Condition | None, labels: Mapping[str, str]) -> str:
    """The help of a field that applies only sometimes says when, so that nobody needs a script to know."""
    if condition is None:
        return text
    when = _("Hanya bila “%(label)s”: %(values)s.") % {
        "label": labels[condition.field],
        "values": _(" atau ").join(_YES_NO_TEXT.get(value, value) for value in condition.values),
    }
    return f"{when} {text}".strip()


def is_met(condition: Condition, answers: Mapping[str, Any]) -> bool:
    """Whether the answers make a conditional field or document apply."""
    value = answers.get(condition.field)
    given = value if isinstance(value, list) else [value]
    return any(str(item) in condition.values for item in given)


def _plain(value: Any) -> Any:
    return value if isinstance(value, str | int | list) else str(value)


class TrackForm(forms.Form):
    number = forms.CharField(label=_("Nomor"), max_length=40)
    secret = forms.CharField(label=_("Kode rahasia"), max_length=20, help_text=_("Ada di tanda terima Anda."))


class AnswerForm(forms.Form):
    """What an applicant adds when a case was returned."""

    message = forms.CharField(label=_("Keterangan"), widget=forms.Textarea, required=False, max_length=2000)
    document = UploadField(label=_("Dokumen perbaikan"), required=False)


class StepForm(forms.Form):
    """A step of staff: which one, seen in which state, and why."""

    transition = forms.CharField(max_length=60)
    expected = forms.CharField(max_length=60)
    reason = forms.CharField(required=False, max_length=2000)

    def sentence(self) -> str:
        """What to do about a form that does not fit."""
        if "reason" in self.errors:
            return _now("Alasan paling panjang 2.000 huruf. Persingkat, lalu kirim lagi.")
        return _now("Pilih salah satu keputusan.")


class ReadableJSONField(forms.JSONField):
    """JSON indented and with letters as letters, for people to edit."""

    default_error_messages = {"invalid": _("Naskah ini bukan JSON yang utuh. Periksa koma, kutip, dan kurungnya.")}

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, dict):
            return json.dumps(value, indent=2, ensure_ascii=False)
        return super().prepare_value(value)


class PublishForm(forms.Form):
    definition = ReadableJSONField(
        label=_("Definisi (JSON)"),
        help_text=_("Seluruh layanan dalam satu naskah: isian, dokumen, tahap, langkah, dan surat."),
        widget=forms.Textarea(attrs={"rows": 24, "spellcheck": "false", "class": "code"}),
    )


class OfficeForm(forms.Form):
    unit = forms.ModelChoiceField(
        label=_("Kantor pengelola"),
        queryset=Unit.objects.none(),
        required=False,
        help_text=_("Menerima berkas tahap kantor dan menandatangani surat yang tidak ditandatangani desa."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        units = Unit.objects.open().exclude(kind__in=Unit.VILLAGE_KINDS).order_by("name")
        self.fields["unit"].queryset = units  # type: ignore[attr-defined]


class SwitchForm(forms.Form):
    LABELS: dict[str, Any] = {ON: _("hidup"), CLOSING: _("menutup"), OFF: _("mati")}

    state = forms.ChoiceField(
        label=_("Keadaan"),
        choices=[
            (ON, _("Hidup: menerima permohonan")),
            (CLOSING, _("Menutup: hanya menyelesaikan yang ada")),
            (OFF, _("Mati: tidak terlihat")),
        ],
    )


class MoveForm(forms.Form):
    """For each state of the older versions the state in which its cases go on, and why they are moved."""

    def __init__(self, old_states: Iterable[State], new_states: Iterable[State], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offered = [("", _("Pilih tahap")), *((state.key, state.label) for state in new_states if not state.is_end)]
        plain = {key for key, _label in offered}
        for state in old_states:
            self.fields[f"state_{state.key}"] = forms.ChoiceField(
                label=_now("Dari “%s” ke") % state.label,
                choices=offered,
                initial=state.key if state.key in plain else "",
            )
        self.fields["reason"] = forms.CharField(
            label=_("Alasan"),
            max_length=300,
            help_text=_("Tampil pada riwayat setiap berkas yang dipindahkan."),
            widget=forms.Textarea(attrs={"rows": 2}),
        )

    def states(self) -> dict[str, str]:
        """The chosen state by the older one."""
        prefix = "state_"
        return {name.removeprefix(prefix): v for name, v in self.cleaned_data.items() if name.startswith(prefix)}
