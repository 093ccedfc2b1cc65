"""A definition's fields and documents as a Django form."""

import uuid
from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from modules.services.definition import Condition, Definition, FieldType, FormField
from modules.services.public import Applicant
from tenants.files.forms import UploadField
from tenants.organisation.models import Village
from tenants.people.forms import KkField, NikField, NipField, NpwpField, PhoneField

DAY = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
YES_NO = [("ya", _("Ya")), ("tidak", _("Tidak"))]
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
            return forms.CharField(max_length=field.max or 4000, widget=forms.Textarea, **common)
        case FieldType.NUMBER:
            return forms.IntegerField(min_value=field.min, max_value=field.max, **common)
        case FieldType.MONEY:
            return forms.DecimalField(min_value=field.min or 0, max_digits=18, decimal_places=2, **common)
        case FieldType.DATE:
            return forms.DateField(widget=DAY, **common)
        case FieldType.CHOICE:
            return forms.ChoiceField(choices=[("", _("Pilih"))] + [(o, o) for o in field.options], **common)
        case FieldType.CHOICES:
            choices = [(o, o) for o in field.options]
            return forms.MultipleChoiceField(choices=choices, widget=forms.CheckboxSelectMultiple, **common)
        case FieldType.YES_NO:
            return forms.ChoiceField(
                choices=[("ya", _("Ya")), ("tidak", _("Tidak"))], widget=forms.RadioSelect, **common
            )
        case FieldType.VILLAGE:
            return VillageField(**common)
        case FieldType.TEXT:
            return forms.CharField(max_length=field.max or 200, **common)
    return _SIMPLE[field.type](**common)


class VillageField(forms.ModelChoiceField):
    """A village of the regency, grouped by district by its label."""

    def __init__(self, **kwargs: Any) -> None:
        villages = Village.objects.select_related("district").order_by("district__name", "name")
        super().__init__(queryset=villages, empty_label=_("Pilih desa atau kelurahan"), **kwargs)

    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.name} ({obj.district.name})"


class ApplyForm(forms.Form):
    """Who asks, what the definition asks, and its documents."""

    token = forms.UUIDField(widget=forms.HiddenInput)
    applicant_name = forms.CharField(label=_("Nama lengkap"), max_length=120, help_text=_("Seperti pada KTP."))
    applicant_nik = NikField(label=_("NIK"))
    applicant_phone = PhoneField(label=_("Nomor telepon"), required=False, help_text=_("Untuk memberi kabar."))
    applicant_village = VillageField(label=_("Desa atau kelurahan"))

    def __init__(self, definition: Definition, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, initial={"token": uuid.uuid4(), **kwargs.pop("initial", {})}, **kwargs)
        self.definition = definition
        for field in definition.fields:
            self.fields[f"field_{field.key}"] = form_field(field)
        for document in definition.documents:
            required = document.required and document.required_if is None
            self.fields[f"document_{document.key}"] = UploadField(
                label=document.label, required=required, help_text=document.help
            )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        answers = self.answers()
        for field in self.definition.fields:
            if field.show_if is None:
                continue
            if not is_met(field.show_if, answers):
                cleaned[f"field_{field.key}"] = None
            elif field.required and cleaned.get(f"field_{field.key}") in (None, "", []):
                self.add_error(f"field_{field.key}", _("Isian ini wajib karena jawaban Anda di atas."))
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


class PublishForm(forms.Form):
    definition = forms.JSONField(
        label=_("Definisi (JSON)"), widget=forms.Textarea(attrs={"rows": 24, "spellcheck": "false"})
    )
