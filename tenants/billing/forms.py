"""Shapes of what the finance office and its pages hand in."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from tenants.billing.actions import Slip
from tenants.billing.models import (
    Addendum,
    BillingProfile,
    BudgetYear,
    Contract,
    Invoice,
    Plan,
    PopulationClass,
    Scan,
    WebhookEvent,
)
from tenants.fields import DayField, DayInput, MoneyField
from tenants.files.forms import UploadField
from tenants.models import Regency

_NPWP = r"^(\d{15}|\d{16}|\d{22})$"
_MODULE = r"^[a-z][a-z0-9_]{1,59}$"


class DigitsField(forms.RegexField):
    """A tax number however it is typed; cleans to its digits."""

    def __init__(self, **options: Any) -> None:
        messages = {"invalid": _("NPWP terdiri atas 15, 16, atau 22 angka.")}
        super().__init__(regex=_NPWP, max_length=30, error_messages=messages, **options)

    def to_python(self, value: Any) -> str:
        return "".join(sign for sign in str(value or "") if sign.isdecimal())


class InvoiceFilterForm(forms.Form):
    q = forms.CharField(
        label=_("Cari"),
        required=False,
        max_length=60,
        widget=forms.TextInput(attrs={"type": "search", "placeholder": _("nomor, kabupaten, kontrak, SP2D")}),
    )
    state = forms.ChoiceField(
        label=_("Keadaan"),
        required=False,
        choices=[("", _("Semua")), ("overdue", _("Lewat jatuh tempo")), *Invoice.State.choices],
    )
    year = forms.TypedChoiceField(label=_("Tahun anggaran"), required=False, coerce=int, empty_value=None)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        years = BudgetYear.objects.values_list("year", flat=True)
        self.fields["year"].choices = [("", _("Semua")), *((year, year) for year in years)]  # type: ignore[attr-defined]


class ListForm(forms.Form):
    q = forms.CharField(required=False, max_length=60)
    state = forms.SlugField(required=False, max_length=20)
    after_name = forms.CharField(required=False, max_length=60)
    after_code = forms.CharField(required=False, max_length=5)


class PaymentForm(forms.Form):
    """An SP2D with the taxes that were kept; an amount of tax needs the number of its proof."""

    sp2d_number = forms.CharField(label=_("Nomor SP2D"), max_length=80)
    sp2d_date = DayField(label=_("Tanggal SP2D"))
    received = MoneyField(label=_("Diterima di rekening"), help_text=_("Sesuai mutasi bank, bukan nilai tagihan."))
    ppn = MoneyField(label=_("PPN dipungut"), required=False)
    ppn_number = forms.CharField(label=_("Nomor bukti PPN (NTPN)"), max_length=60, required=False)
    pph23 = MoneyField(label=_("PPh 23 dipotong"), required=False)
    pph23_number = forms.CharField(label=_("Nomor bukti potong PPh 23"), max_length=60, required=False)

    def clean(self) -> dict[str, Any]:
        """As `actions.record_payment` takes it: each tax that was kept is a slip."""
        given = super().clean() or {}
        slips = []
        for kind in ("ppn", "pph23"):
            amount, number = given.pop(kind, None), given.pop(f"{kind}_number", "").strip()
            if amount and not number:
                self.add_error(f"{kind}_number", _("Tulis nomor bukti pajaknya, atau kosongkan jumlahnya."))
            elif amount:
                slips.append(Slip(kind, number, amount))
        return {**given, "slips": slips}


class CreditForm(forms.Form):
    net = MoneyField(label=_("Harga yang dikreditkan"))
    ppn = MoneyField(label=_("PPN yang dikreditkan"))
    reason = forms.CharField(label=_("Alasan"), max_length=500, widget=forms.Textarea(attrs={"rows": 2}))


class GraceForm(forms.Form):
    until = DayField(label=_("Kelonggaran sampai"))
    reason = forms.CharField(
        label=_("Alasan"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Dibaca oleh kabupaten, misalnya “menunggu DPA perubahan”."),
    )


class TaxInvoiceForm(forms.Form):
    number = forms.CharField(label=_("Nomor faktur pajak"), max_length=40)


class ReasonForm(forms.Form):
    reason = forms.CharField(max_length=500)


class QuoteForm(forms.Form):
    """To whom what is offered; the modules are those of the plan."""

    regency = forms.ModelChoiceField(label=_("Kabupaten/kota"), queryset=Regency.objects.none(), to_field_name="code")
    plan = forms.ModelChoiceField(label=_("Paket harga"), queryset=Plan.objects.none())
    modules = forms.MultipleChoiceField(
        label=_("Modul dan layanan"), required=False, widget=forms.CheckboxSelectMultiple
    )
    starts_on = DayField(label=_("Mulai"), help_text=_("Bulan yang tersisa sampai akhir tahun anggaran ditagih."))

    def __init__(self, *args: Any, plans: Iterable[Plan], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        plans = list(plans)
        self.fields["regency"].queryset = Regency.objects.filter(billing__isnull=False).order_by("name")  # type: ignore[attr-defined]
        self.fields["plan"].queryset = Plan.objects.filter(pk__in=[plan.pk for plan in plans])  # type: ignore[attr-defined]
        self.fields["modules"].choices = module_choices(plans)  # type: ignore[attr-defined]


class AdditionForm(forms.Form):
    """Modules that join a running contract."""

    modules = forms.MultipleChoiceField(label=_("Modul dan layanan"), widget=forms.CheckboxSelectMultiple)
    starts_on = DayField(label=_("Mulai"))

    def __init__(self, *args: Any, contract: Contract, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        have = set(contract.modules)
        self.fields["modules"].choices = [  # type: ignore[attr-defined]
            (key, label) for key, label in module_choices([contract.plan]) if key not in have
        ]


def module_choices(plans: Iterable[Plan]) -> list[tuple[str, str]]:
    """Every module of the plans once, with the item that it is paid by."""
    found: dict[str, str] = {}
    for plan in plans:
        for item in plan.items.all():
            for module in item.modules:
                found.setdefault(module, f"{item.name}: {module}")
    return sorted(found.items(), key=lambda pair: pair[1])


class ContractForm(forms.ModelForm):
    treasurer_npwp = DigitsField(label=_("NPWP bendahara"))
    signed_on = DayField(label=_("Tanggal kontrak/SPK"))

    class Meta:
        model = Contract
        fields = (
            "number",
            "signed_on",
            "terms",
            "instalments",
            "account_code",
            "treasurer_name",
            "treasurer_npwp",
        )


class TreasurerForm(forms.ModelForm):
    treasurer_npwp = DigitsField(label=_("NPWP bendahara"))

    class Meta:
        model = Contract
        fields = ("treasurer_name", "treasurer_npwp")


class AddendumForm(forms.Form):
    number = forms.CharField(label=_("Nomor adendum"), max_length=80)
    signed_on = DayField(label=_("Tanggal adendum"))


class ScanForm(forms.Form):
    """A signed paper; `kinds` are those that belong here."""

    kind = forms.ChoiceField(label=_("Berkas"))
    upload = UploadField(label=_("Pindaian bertanda tangan"))

    def __init__(self, *args: Any, kinds: Iterable[Scan.Kind], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["kind"].choices = [(kind.value, kind.label) for kind in kinds]  # type: ignore[attr-defined]


class AcceptanceForm(forms.Form):
    """A BAST; what joined the contract later is accepted by one of its own."""

    addendum = forms.ModelChoiceField(
        label=_("Untuk"), queryset=Addendum.objects.none(), required=False, empty_label=_("Kontrak")
    )
    number = forms.CharField(label=_("Nomor BAST"), max_length=80)
    day = DayField(label=_("Tanggal BAST"))

    def __init__(self, *args: Any, contract: Contract, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        waiting = contract.addenda.filter(bast_date=None)
        self.fields["addendum"].queryset = waiting  # type: ignore[attr-defined]
        if not waiting:
            del self.fields["addendum"]
        elif contract.bast_date:
            self.fields["addendum"].required = True
            self.fields["addendum"].empty_label = None  # type: ignore[attr-defined]


class ProfileForm(forms.ModelForm):
    npwp = DigitsField(label=_("NPWP instansi"), required=False)

    class Meta:
        model = BillingProfile
        fields = ("population_class", "institution", "email", "address", "npwp")
        help_texts = {"email": _("Alamat resmi kantor, bukan alamat seseorang.")}


class BudgetYearForm(forms.ModelForm):
    class Meta:
        model = BudgetYear
        fields = (
            "year",
            "quiet_until",
            "last_payment_date",
            "days_until_due",
            "reminder_days",
            "grace_days",
            "ppn_percent",
            "dpp_numerator",
            "dpp_denominator",
            "pph23_percent",
            "withheld_above",
            "proration",
        )
        widgets = {"quiet_until": DayInput(), "last_payment_date": DayInput()}
        field_classes = {"withheld_above": MoneyField}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["year"].disabled = self.instance.pk is not None  # contracts and bills name it


class PopulationClassForm(forms.ModelForm):
    class Meta:
        model = PopulationClass
        fields = ("key", "name", "above", "below")
        help_texts = {"below": _("Kosong: tanpa batas atas.")}


class PlanForm(forms.ModelForm):
    class Meta:
        model = Plan
        fields = ("budget_year", "key", "name", "description", "valid_from", "valid_to")
        widgets = {"valid_from": DayInput(), "valid_to": DayInput()}


class PlanItemForm(forms.Form):
    """One line of a plan, with a price for each class."""

    key = forms.SlugField(label=_("Kunci"), max_length=40)
    name = forms.CharField(label=_("Nama"), max_length=120)
    modules = forms.CharField(
        label=_("Modul dan layanan"), required=False, help_text=_("Kunci, dipisahkan koma: planning, budgeting.")
    )
    is_base = forms.BooleanField(label=_("Selalu termasuk"), required=False)

    def __init__(self, *args: Any, classes: Iterable[PopulationClass], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.classes = list(classes)
        for each in self.classes:
            self.fields[f"price_{each.key}"] = MoneyField(label=each.name, required=False)

    def clean_modules(self) -> tuple[str, ...]:
        found = tuple(key.strip() for key in self.cleaned_data["modules"].split(",") if key.strip())
        check = forms.RegexField(regex=_MODULE)
        for key in found:
            try:
                check.clean(key)
            except forms.ValidationError:
                raise forms.ValidationError(_("“%s” bukan kunci modul.") % key) from None
        return found

    def prices(self) -> dict[str, Decimal]:
        """By key of the class; a class without a price is not offered this item."""
        found = {each.key: self.cleaned_data.get(f"price_{each.key}") for each in self.classes}
        return {key: price for key, price in found.items() if price is not None}


PlanItemFormSet = forms.formset_factory(PlanItemForm, extra=2, can_delete=True, max_num=40, absolute_max=60)


class EventFilterForm(forms.Form):
    state = forms.ChoiceField(required=False, choices=[("", _("Semua")), *WebhookEvent.State.choices])
