from datetime import datetime, time, timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from modules.announcements.actions import Target
from modules.announcements.models import Announcement
from modules.registry import discover
from tenants import regions
from tenants.fields import DayField
from tenants.models import Regency
from tenants.plans import plan_names


class AnnouncementForm(forms.Form):
    """What is said, how long, and to whom. All lists empty: to everybody."""

    text = forms.CharField(
        label=_("Isi"),
        max_length=400,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Teks biasa, satu atau dua kalimat."),
    )
    text_en = forms.CharField(
        label=_("Isi dalam bahasa Inggris"), max_length=400, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
    tone = forms.ChoiceField(label=_("Sifat"), choices=Announcement.Tone.choices, initial="info")
    begins = DayField(label=_("Mulai tanggal"))
    ends = DayField(label=_("Sampai dengan tanggal"))
    on_portal = forms.BooleanField(label=_("Tampilkan juga kepada warga di portal"), required=False)
    codes = forms.CharField(
        label=_("Kabupaten tertentu"),
        required=False,
        max_length=4000,
        help_text=_("Kode Kemendagri dipisahkan koma, misalnya 33.25, 53.10. Kosong berarti semua."),
    )
    provinces = forms.MultipleChoiceField(
        label=_("Provinsi"), required=False, widget=forms.SelectMultiple(attrs={"size": 8})
    )
    modules = forms.MultipleChoiceField(
        label=_("Yang memakai modul"), required=False, widget=forms.CheckboxSelectMultiple
    )
    plans = forms.MultipleChoiceField(label=_("Paket langganan"), required=False, widget=forms.CheckboxSelectMultiple)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        provinces = sorted({info.province for info in regions.regencies()})
        self.fields["provinces"].choices = [(name, name) for name in provinces]  # type: ignore[attr-defined]
        self.fields["modules"].choices = [(m.key, m.name) for m in discover()]  # type: ignore[attr-defined]
        plans = sorted(set(plan_names().values()))
        self.fields["plans"].choices = [(name, name) for name in plans]  # type: ignore[attr-defined]
        if not plans:
            del self.fields["plans"]

    def clean_codes(self) -> list[str]:
        codes = sorted({code.strip() for code in self.cleaned_data["codes"].split(",") if code.strip()})
        here = set(Regency.objects.filter(code__in=codes).values_list("code", flat=True))
        if missing := [code for code in codes if code not in here]:
            raise forms.ValidationError(_("Belum ada di sini: %(codes)s."), params={"codes": ", ".join(missing)})
        return codes

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if given.get("begins") and given.get("ends") and given["ends"] < given["begins"]:
            self.add_error("ends", _("Tanggal berakhir tidak boleh mendahului tanggal mulai."))
        return given

    def announcement(self) -> dict[str, Any]:
        """What `actions.announce` takes: from the beginning of the first day to the end of the last."""
        given = self.cleaned_data
        midnight = timezone.make_aware
        return {
            **{name: given[name] for name in ("text", "text_en", "tone", "on_portal")},
            "begins_at": midnight(datetime.combine(given["begins"], time())),
            "ends_at": midnight(datetime.combine(given["ends"] + timedelta(days=1), time())),
            "target": Target(given["provinces"], given["codes"], given["modules"], given.get("plans", [])),
        }
