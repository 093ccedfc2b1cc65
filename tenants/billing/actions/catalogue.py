"""What is offered and to whom it is billed: data that the finance office keeps."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from tenants.audit.actions import record
from tenants.billing.actions.refusals import BillingRefused, NotInThisState
from tenants.billing.models import BillingProfile, BudgetYear, Plan, PlanItem, PlanPrice, PopulationClass
from tenants.models import Regency


class ModuleTwice(BillingRefused):
    """A module, or the key of an item, may stand in a plan once, or it would be paid twice."""


@dataclass(frozen=True)
class Item:
    """One line of a plan as the form hands it over; prices by key of the population class."""

    key: str
    name: str
    modules: tuple[str, ...]
    is_base: bool
    prices: Mapping[str, Decimal]


@transaction.atomic
def save_budget_year(*, year: BudgetYear, by: Any, at: datetime) -> BudgetYear:
    """Keep the rules of a budget year; quotations and invoices made before stay as they are."""
    year.save()
    record("billing.budget_year_saved", subject=year, by=by, at=at, data={"year": year.year})
    return year


@transaction.atomic
def save_population_class(*, population_class: PopulationClass, by: Any, at: datetime) -> PopulationClass:
    """Keep a class of regencies."""
    population_class.save()
    record("billing.population_class_saved", subject=population_class, by=by, at=at)
    return population_class


@transaction.atomic
def save_plan(*, plan: Plan, items: Iterable[Item], by: Any, at: datetime) -> Plan:
    """Keep a plan with its items and prices. Raises ModuleTwice; NotInThisState once it was quoted."""
    if plan.pk and plan.quotations.exists():
        raise NotInThisState(
            _("Paket ini sudah ditawarkan, jadi harganya tidak diubah lagi. Salin menjadi paket baru.")
        )
    items = list(items)
    _refuse_doubles(items)
    plan.save()
    plan.items.all().delete()
    classes = {found.key: found for found in PopulationClass.objects.all()}
    for position, item in enumerate(items, 1):
        made = PlanItem.objects.create(
            plan=plan,
            key=item.key,
            name=item.name,
            modules=list(item.modules),
            is_base=item.is_base,
            position=position,
        )
        PlanPrice.objects.bulk_create(
            PlanPrice(item=made, population_class=classes[key], yearly=price)
            for key, price in item.prices.items()
            if key in classes
        )
    record("billing.plan_saved", subject=plan, by=by, at=at, data={"items": len(items)})
    return plan


def _refuse_doubles(items: list[Item]) -> None:
    seen: set[str] = set()
    keys: set[str] = set()
    for item in items:
        if item.key in keys:
            raise ModuleTwice(_("Kunci %s dipakai dua baris. Beri setiap baris kunci sendiri.") % item.key)
        keys.add(item.key)
        for module in item.modules:
            if module in seen:
                raise ModuleTwice(_("Modul %s ada di dua baris. Setiap modul hanya boleh ditagih sekali.") % module)
            seen.add(module)


@transaction.atomic
def save_profile(
    *,
    regency: Regency,
    population_class: PopulationClass,
    institution: str,
    email: str,
    address: str,
    npwp: str,
    by: Any,
    at: datetime,
) -> BillingProfile:
    """Say which office of a regency is billed."""
    profile, _created = BillingProfile.objects.update_or_create(
        regency=regency,
        defaults={
            "population_class": population_class,
            "institution": institution,
            "email": email,
            "address": address,
            "npwp": npwp,
        },
    )
    record("billing.profile_saved", subject=regency, by=by, at=at, data={"class": population_class.key})
    return profile
