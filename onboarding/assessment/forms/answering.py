"""The answers of a section: one form for each question."""

import json
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from onboarding.assessment.actions.answers import Entry
from onboarding.assessment.actions.evidence import MOST_FILES
from onboarding.assessment.models import Answer, Evidence
from onboarding.assessment.rules import measuring
from onboarding.assessment.schema import Instrument as Content
from onboarding.assessment.schema import Question
from tenants.files.forms import UploadsField

_LARGEST = 10_000_000


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
