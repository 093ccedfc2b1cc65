"""What the central team types: verdicts, notes, an instrument's file."""

import json
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.functional import lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from onboarding.assessment.models import Answer

_JSON_BYTES = 1_500_000


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
