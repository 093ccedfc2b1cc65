from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from onboarding.applications.models import Agreement, Application
from onboarding.applications.queries import Choice
from tenants.files.forms import UploadField
from tenants.people.forms import NipField, PhoneField

ADMINISTRATORS = 4
"""Rows of the form; more are invited by upload once the regency is there."""


class BeginForm(forms.Form):
    """Whose mailbox speaks for the regency."""

    code = forms.CharField(max_length=5, widget=forms.HiddenInput)
    officer_name = forms.CharField(
        label=_("Nama Anda"), max_length=120, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    email = forms.EmailField(
        label=_("Surel resmi"),
        help_text=_("Surel pemerintah daerah, berakhir dengan .go.id. Tautan untuk melanjutkan dikirim ke sini."),
        widget=forms.EmailInput(attrs={"autocomplete": "email", "placeholder": "nama@kabupaten.go.id"}),
    )


class LinkForm(forms.Form):
    """To get a lost link again."""

    code = forms.CharField(
        label=_("Kode Kemendagri kabupaten"), max_length=5, help_text=_("Lima tanda, misalnya 53.10.")
    )
    email = forms.EmailField(label=_("Surel resmi yang Anda pakai"))


class OfficerForm(forms.Form):
    officer_name = forms.CharField(label=_("Nama lengkap dan gelar"), max_length=120)
    nip = NipField(label=_("NIP"), help_text=_("18 angka, tanpa spasi."))
    position = forms.CharField(
        label=_("Jabatan"), max_length=120, help_text=_("Misalnya Kepala Dinas Komunikasi dan Informatika.")
    )
    phone = PhoneField(label=_("Telepon"), help_text=_("Nomor yang dapat dihubungi tim pusat pada jam kerja."))

    @staticmethod
    def initial_of(application: Application) -> dict[str, Any]:
        names = ("officer_name", "nip", "position", "phone")
        return {name: getattr(application, name) or "" for name in names}


class LetterForm(forms.Form):
    letter = UploadField(label=_("Surat tugas"), help_text=_(
        "Pindaian atau foto surat tugas dari bupati, wali kota, atau sekretaris daerah. "
        "PDF, JPG atau PNG, paling besar 10 MB."
    ))  # fmt: skip


class AddressForm(forms.Form):
    subdomain = forms.CharField(
        label=_("Nama alamat"),
        max_length=80,  # too long is said by the rule itself
        help_text=_("Huruf kecil, angka, dan tanda hubung. Yang termudah diingat adalah nama kabupaten."),
        widget=forms.TextInput(attrs={"autocapitalize": "none", "spellcheck": "false", "autocomplete": "off"}),
    )


class ModulesForm(forms.Form):
    """Modules, services, and from whom the templates of each come."""

    modules = forms.MultipleChoiceField(required=False, widget=forms.CheckboxSelectMultiple)

    def __init__(self, *args: Any, choices: Sequence[Choice], services: Sequence[tuple[str, str]], **kwargs: Any):
        super().__init__(*args, **kwargs)
        self.choices = choices
        self.fields["modules"].choices = [(choice.key, choice.name) for choice in choices]  # type: ignore[attr-defined]
        publishers = {choice.key: choice.publishers for choice in choices if choice.publishers}
        if services:
            publishers["services"] = tuple(services)
        for key, found in publishers.items():
            options = [("", _("Templat bawaan")), *((schema, title) for schema, title in found)]
            self.fields[f"source_{key}"] = forms.ChoiceField(label=_("Templat dari"), choices=options, required=False)

    def sources(self) -> dict[str, str]:
        """Module key to schema name, of what was chosen."""
        return {
            name.removeprefix("source_"): value
            for name, value in self.cleaned_data.items()
            if name.startswith("source_") and value
        }


class AdministratorsForm(forms.Form):
    """Who is invited first: a few rows of name and mailbox."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for number in range(1, ADMINISTRATORS + 1):
            needed = number == 1
            self.fields[f"name_{number}"] = forms.CharField(label=_("Nama"), max_length=120, required=needed)
            self.fields[f"email_{number}"] = forms.EmailField(label=_("Surel resmi"), required=needed)

    @staticmethod
    def initial_of(people: Iterable[Mapping[str, str]]) -> dict[str, str]:
        return {
            f"{name}_{number}": person[name] for number, person in enumerate(people, 1) for name in ("name", "email")
        }

    def rows(self) -> list[tuple[int, forms.BoundField, forms.BoundField]]:
        return [(number, self[f"name_{number}"], self[f"email_{number}"]) for number in range(1, ADMINISTRATORS + 1)]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        for number in range(1, ADMINISTRATORS + 1):
            name, email = given.get(f"name_{number}"), given.get(f"email_{number}")
            if name and not email and f"email_{number}" not in self.errors:
                self.add_error(f"email_{number}", _t("Tulis surelnya juga."))
            if email and not name and f"name_{number}" not in self.errors:
                self.add_error(f"name_{number}", _t("Tulis namanya juga."))
        return given

    def people(self) -> list[dict[str, str]]:
        """The rows that were filled in."""
        given = self.cleaned_data
        return [
            {"name": given[f"name_{number}"], "email": given[f"email_{number}"]}
            for number in range(1, ADMINISTRATORS + 1)
            if given.get(f"email_{number}")
        ]


class TermsForm(forms.Form):
    """What the agreements need to know of the regency (domain report 6.1)."""

    signatory = forms.CharField(label=_("Nama penanda tangan"), max_length=120, help_text=_(
        "Bupati atau wali kota, atau pejabat yang diberi kuasa."
    ))  # fmt: skip
    signatory_position = forms.CharField(label=_("Jabatan penanda tangan"), max_length=120)
    address = forms.CharField(label=_("Alamat kantor"), max_length=200)
    purpose = forms.CharField(
        label=_("Maksud dan tujuan"), max_length=1000, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
    basis = forms.CharField(
        label=_("Dasar hukum tambahan"), max_length=300, required=False,
        help_text=_("Misalnya peraturan bupati tentang SPBE. Dasar hukum umum sudah tercantum."),
    )  # fmt: skip
    financing = forms.CharField(
        label=_("Pembiayaan"), max_length=1000, widget=forms.Textarea(attrs={"rows": 3}),
        initial=_(
            "Biaya yang timbul dibebankan kepada anggaran pendapatan dan belanja daerah masing-masing PIHAK "
            "sesuai dengan ketentuan peraturan perundang-undangan."
        ),
    )  # fmt: skip
    starts_on = forms.DateField(
        label=_("Berlaku mulai"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    months = forms.TypedChoiceField(
        label=_("Jangka waktu"), coerce=int,
        choices=[(12, _("1 tahun")), (24, _("2 tahun")), (36, _("3 tahun")), (60, _("5 tahun"))],
    )  # fmt: skip
    disputes = forms.CharField(
        label=_("Bila musyawarah tidak tercapai, diselesaikan oleh"), max_length=160,
        initial=_("Gubernur, atau Menteri Dalam Negeri bila berbeda provinsi"),
    )  # fmt: skip
    contact_name = forms.CharField(label=_("Narahubung"), max_length=120)
    contact_position = forms.CharField(label=_("Jabatan narahubung"), max_length=120)
    contact_phone = PhoneField(label=_("Telepon narahubung"))

    def terms(self) -> dict[str, Any]:
        """As JSON."""
        return {
            name: value.isoformat() if isinstance(value, date) else value for name, value in self.cleaned_data.items()
        }


class ContestForm(forms.Form):
    """Why the application that is there is not the government's."""

    reason = forms.CharField(
        label=_("Alasan keberatan"), max_length=2000, widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Tulis mengapa pengajuan yang ada tidak sah, dan siapa yang menugaskan Anda."),
    )  # fmt: skip
    letter = UploadField(label=_("Surat tugas Anda"))


class AgreementForm(forms.Form):
    """A signed copy and what stands on it."""

    kind = forms.ChoiceField(label=_("Naskah"), choices=Agreement.Kind.choices)
    number = forms.CharField(label=_("Nomor naskah"), max_length=80)
    signed_on = forms.DateField(
        label=_("Ditandatangani pada"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    ends_on = forms.DateField(
        label=_("Berlaku sampai"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    contact_email = forms.EmailField(
        label=_("Surel narahubung"), help_text=_("Pengingat sebelum kerja sama berakhir dikirim ke sini.")
    )
    copy = UploadField(label=_("Pindaian bertanda tangan"))

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        signed, ends = given.get("signed_on"), given.get("ends_on")
        if signed and ends and ends <= signed:
            self.add_error("ends_on", _t("Tanggal berakhir harus sesudah tanggal tanda tangan."))
        return given
