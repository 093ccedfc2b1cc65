"""The survey as a form, the span of a report, and what follows from it."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from modules.skm.actions import Person
from modules.skm.models import Questionnaire, Response
from tenants.fields import DayField


class SurveyForm(forms.Form):
    """One question for each element, best answer last; who answers tells of themselves what they like."""

    def __init__(self, questionnaire: Questionnaire, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.elements = questionnaire.questions.elements
        for element in self.elements:
            self.fields[element.key] = forms.TypedChoiceField(
                label=element.question,
                coerce=int,
                choices=list(enumerate(element.answers, start=1)),
                widget=forms.RadioSelect,
                error_messages={"required": _("Pilih salah satu jawaban.")},
            )
        self.fields["suggestion"] = forms.CharField(
            label=_("Saran"),
            required=False,
            max_length=1000,
            widget=forms.Textarea(attrs={"rows": 3}),
            help_text=_("Jangan menulis nama, NIK, atau nomor telepon."),
        )
        for name, choices in (("age", Response.Age), ("sex", Response.Sex), ("education", Response.Education)):
            label = Response._meta.get_field(name).verbose_name  # type: ignore[union-attr]
            self.fields[name] = forms.ChoiceField(
                label=label, required=False, choices=[("", _("Tidak ingin menjawab")), *choices.choices]
            )
        self.fields["occupation"] = forms.CharField(label=_("Pekerjaan"), required=False, max_length=60)

    def points(self) -> list[int]:
        return [self.cleaned_data[element.key] for element in self.elements]

    def person(self) -> Person:
        return Person(**{name: self.cleaned_data[name] for name in ("age", "sex", "education", "occupation")})

    def questions(self) -> list[forms.BoundField]:
        return [self[element.key] for element in self.elements]

    def about(self) -> list[forms.BoundField]:
        return [self[name] for name in ("age", "sex", "education", "occupation")]


class SpanForm(forms.Form):
    first = DayField(label=_("Dari"))
    last = DayField(label=_("Sampai"))


class FollowUpForm(forms.Form):
    text = forms.CharField(
        label=_("Rencana tindak lanjut"),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("Untuk unsur terlemah: apa yang dilakukan, oleh siapa, selesai kapan."),
    )
