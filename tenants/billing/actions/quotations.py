"""Offers: what a regency would pay, shown before anybody agrees."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from tenants.audit.actions import record
from tenants.billing import rules
from tenants.billing.actions.numbers import take_number
from tenants.billing.actions.refusals import NothingToOffer, NotInThisState, ProfileMissing, ReasonMissing
from tenants.billing.models import (
    Addendum,
    BillingProfile,
    Contract,
    Plan,
    PlanItem,
    PlanPrice,
    PopulationClass,
    Quotation,
    QuotationLine,
)
from tenants.billing.rules import central_day
from tenants.models import Regency

State = Quotation.State
_VALID_DAYS = 30


@dataclass(frozen=True)
class Priced:
    """An item with its price for the whole year and for the months that are offered."""

    item: PlanItem
    yearly: Decimal
    amount: Decimal


@dataclass(frozen=True)
class Offer:
    """What a choice of modules costs from a day on, before anything is stored."""

    lines: tuple[Priced, ...]
    months: int
    starts_on: date
    ends_on: date
    amounts: rules.Amounts

    @property
    def modules(self) -> list[str]:
        """Every module that is paid with this."""
        return sorted({module for line in self.lines for module in line.item.modules})


def price(
    *,
    plan: Plan,
    population_class: PopulationClass,
    modules: Iterable[str],
    starts_on: date,
    paid: Iterable[str] | None = None,
) -> Offer:
    """The offer for `modules` from `starts_on` to the end of the plan's budget year.

    An item is taken whole when one of its modules is wanted. `paid` holds the modules of a running contract: their
    items, and the base that came with them, are left out. Raises NothingToOffer.
    """
    wanted, had = set(modules), set(paid or ())
    if unknown := wanted - {module for item in plan.items.all() for module in item.modules}:
        raise NothingToOffer(_("Paket ini tidak memuat modul: %s.") % ", ".join(sorted(unknown)))
    months = rules.months_left(starts_on, plan.budget_year)
    if not months:
        raise NothingToOffer(_("Tahun anggaran itu tidak punya bulan yang tersisa. Pilih paket tahun berikutnya."))
    prices = {
        price.item_id: price.yearly
        for price in PlanPrice.objects.filter(item__plan=plan, population_class=population_class)
    }
    lines = []
    for item in plan.items.all():
        mine = set(item.modules)
        taken = (item.is_base and paid is None) or bool(mine & wanted and not mine & had)
        if not taken:
            continue
        if item.pk not in prices:
            raise NothingToOffer(
                _("“%(item)s” belum berharga untuk kelas %(class)s. Lengkapi harga paketnya.")
                % {"item": item.name, "class": population_class.name}
            )
        lines.append(Priced(item, prices[item.pk], rules.prorated(prices[item.pk], months)))
    net = sum((line.amount for line in lines), Decimal(0))
    if not net:
        raise NothingToOffer(_("Pilihan ini tidak menambah biaya. Pilih modul yang belum termasuk."))
    starts_on = max(starts_on, plan.budget_year.starts_on)
    return Offer(tuple(lines), months, starts_on, plan.budget_year.ends_on, rules.taxed(net, plan.budget_year))


@transaction.atomic
def quote(*, regency: Regency, plan: Plan, modules: Iterable[str], starts_on: date, by: Any, at: datetime) -> Quotation:
    """A draft offer of a contract, base included. Raises ProfileMissing, NothingToOffer."""
    profile = profile_of(regency)
    offer = price(plan=plan, population_class=profile.population_class, modules=modules, starts_on=starts_on)
    return _store(regency, plan, profile.population_class, None, offer, by, at)


@transaction.atomic
def quote_addition(*, contract: Contract, modules: Iterable[str], starts_on: date, by: Any, at: datetime) -> Quotation:
    """A draft offer for modules that join a running contract, for the remaining months alone."""
    offer = price_addition(contract=contract, modules=modules, starts_on=starts_on)
    return _store(contract.regency, contract.plan, contract.quotation.population_class, contract, offer, by, at)


def price_addition(*, contract: Contract, modules: Iterable[str], starts_on: date) -> Offer:
    """What modules that join a contract would cost; nothing is stored. Raises NothingToOffer."""
    return price(
        plan=contract.plan,
        population_class=contract.quotation.population_class,
        modules=modules,
        starts_on=max(starts_on, contract.starts_on),
        paid=contract.modules,
    )


def profile_of(regency: Regency) -> BillingProfile:
    """The office that is billed. Raises ProfileMissing."""
    profile = BillingProfile.objects.select_related("population_class").filter(regency=regency).first()
    if profile is None:
        raise ProfileMissing(
            _("%s belum punya alamat tagihan. Isi dahulu perangkat daerah, surel dinas, dan kelas penduduknya.")
            % regency.title
        )
    return profile


def _store(
    regency: Regency,
    plan: Plan,
    population_class: PopulationClass,
    contract: Contract | None,
    offer: Offer,
    by: Any,
    at: datetime,
) -> Quotation:
    made = Quotation.objects.create(
        regency=regency,
        plan=plan,
        population_class=population_class,
        contract=contract,
        modules=offer.modules,
        starts_on=offer.starts_on,
        ends_on=offer.ends_on,
        months=offer.months,
        valid_until=central_day(at) + timedelta(days=_VALID_DAYS),
        net=offer.amounts.net,
        dpp=offer.amounts.dpp,
        ppn=offer.amounts.ppn,
        total=offer.amounts.total,
        created_at=at,
        created_by=by,
    )
    QuotationLine.objects.bulk_create(
        QuotationLine(quotation=made, position=position, text=line.item.name, yearly=line.yearly, amount=line.amount)
        for position, line in enumerate(offer.lines, 1)
    )
    record("billing.quotation_drafted", subject=made, by=by, at=at, data={"total": str(made.total)})
    return made


@transaction.atomic
def issue_quotation(*, quotation: Quotation, by: Any, at: datetime) -> Quotation:
    """Give the offer its number; from here on nothing of it changes. Raises NotInThisState."""
    quotation = _locked(quotation, State.DRAFT)
    quotation.state, quotation.issued_at, quotation.issuer = State.ISSUED, at, dict(settings.BILLING_ISSUER)
    quotation.valid_until = central_day(at) + timedelta(days=_VALID_DAYS)
    quotation.number = take_number("quotation", central_day(at))
    quotation.save()
    record("billing.quotation_issued", subject=quotation, by=by, at=at, data={"total": str(quotation.total)})
    return quotation


@transaction.atomic
def withdraw_quotation(*, quotation: Quotation, reason: str, by: Any, at: datetime) -> Quotation:
    """The offer stands no longer. Raises NotInThisState, ReasonMissing."""
    if not reason.strip():
        raise ReasonMissing(_("Tulis mengapa penawaran ini ditarik."))
    quotation = _locked(quotation, State.ISSUED)
    _decide(quotation, State.WITHDRAWN, by, at)
    record("billing.quotation_withdrawn", subject=quotation, by=by, at=at, data={"reason": reason.strip()[:500]})
    return quotation


@transaction.atomic
def accept_as_contract(
    *,
    quotation: Quotation,
    number: str,
    signed_on: date,
    terms: str,
    instalments: int,
    account_code: str,
    treasurer_name: str,
    treasurer_npwp: str,
    by: Any,
    at: datetime,
) -> Contract:
    """The regency ordered what was offered: record its contract. Raises NotInThisState."""
    quotation = _acceptable(quotation, at)
    if quotation.contract_id:
        raise NotInThisState(_("Ini penawaran tambahan. Catat adendumnya, bukan kontrak baru."))
    try:
        with transaction.atomic():
            contract = Contract.objects.create(
                regency=quotation.regency,
                quotation=quotation,
                plan=quotation.plan,
                number=number.strip(),
                signed_on=signed_on,
                year=quotation.plan.budget_year.year,
                modules=quotation.modules,
                starts_on=quotation.starts_on,
                ends_on=quotation.ends_on,
                terms=terms,
                instalments=instalments,
                account_code=account_code,
                treasurer_name=treasurer_name,
                treasurer_npwp=treasurer_npwp,
                recorded_at=at,
                recorded_by=by,
            )
    except IntegrityError as refused:
        raise _taken(refused, number) from None
    _decide(quotation, State.ACCEPTED, by, at)
    record("billing.contract_recorded", subject=contract, by=by, at=at, data={"quotation": quotation.number})
    return contract


@transaction.atomic
def accept_as_addendum(*, quotation: Quotation, number: str, signed_on: date, by: Any, at: datetime) -> Addendum:
    """The regency agreed to the shown price of further modules: they belong to the contract now."""
    quotation = _acceptable(quotation, at)
    contract = Contract.objects.select_for_update().filter(additions=quotation).first()
    if contract is None:
        raise NotInThisState(_("Penawaran ini bukan tambahan pada kontrak. Catat kontraknya."))
    if twice := sorted({*contract.modules} & {*quotation.modules}):
        raise NotInThisState(
            _("Sudah termasuk kontrak ini: %s. Tarik penawaran ini dan buat yang baru, supaya tidak ditagih dua kali.")
            % ", ".join(twice)
        )
    try:
        with transaction.atomic():
            addendum = Addendum.objects.create(
                contract=contract,
                quotation=quotation,
                number=number.strip(),
                signed_on=signed_on,
                recorded_at=at,
                recorded_by=by,
            )
    except IntegrityError as refused:
        raise _taken(refused, number) from None
    contract.modules = sorted({*contract.modules, *quotation.modules})
    contract.save(update_fields=["modules"])
    _decide(quotation, State.ACCEPTED, by, at)
    record("billing.addendum_recorded", subject=addendum, by=by, at=at, data={"modules": quotation.modules})
    return addendum


@transaction.atomic
def record_acceptance(
    *, contract: Contract, addendum: Addendum | None = None, number: str, day: date, by: Any, at: datetime
) -> Contract | Addendum:
    """The work of a contract, or of what joined it later, was handed over and accepted (BAST): payment may follow.

    Once for each. Raises NotInThisState.
    """
    order: Contract | Addendum = Contract.objects.select_for_update().get(pk=contract.pk)
    if addendum:
        order = Addendum.objects.select_for_update().get(pk=addendum.pk, contract=contract)
    if order.bast_date:
        raise NotInThisState(
            _("BAST untuk %(order)s sudah dicatat: %(number)s.") % {"order": order, "number": order.bast_number}
        )
    if day > central_day(at) or day < order.signed_on:
        raise NotInThisState(_("Tanggal BAST harus setelah tanggal kontrak atau adendumnya, paling lambat hari ini."))
    order.bast_number, order.bast_date = number.strip(), day
    order.save(update_fields=["bast_number", "bast_date"])
    record("billing.acceptance_recorded", subject=order, by=by, at=at, data={"bast": order.bast_number})
    return order


@transaction.atomic
def replace_treasurer(
    *, contract: Contract, treasurer_name: str, treasurer_npwp: str, by: Any, at: datetime
) -> Contract:
    """Another treasurer pays from now on; bills that are out keep the name that they were issued to."""
    contract = Contract.objects.select_for_update().get(pk=contract.pk)
    contract.treasurer_name, contract.treasurer_npwp = treasurer_name.strip(), treasurer_npwp
    contract.save(update_fields=["treasurer_name", "treasurer_npwp"])
    record("billing.treasurer_replaced", subject=contract, by=by, at=at)
    return contract


def _acceptable(quotation: Quotation, at: datetime) -> Quotation:
    quotation = _locked(quotation, State.ISSUED)
    if quotation.valid_until < central_day(at):
        raise NotInThisState(_("Penawaran ini sudah lewat masa berlakunya. Buat penawaran baru."))
    return quotation


def _locked(quotation: Quotation, state: str) -> Quotation:
    found = (
        Quotation.objects.select_for_update(of=["self"])
        .select_related("plan__budget_year", "regency")
        .get(pk=quotation.pk)
    )
    if found.state != state:
        raise NotInThisState(
            _("Penawaran ini berkeadaan “%s”, jadi langkah itu tidak dapat dilakukan.") % found.get_state_display()
        )
    return found


def _decide(quotation: Quotation, state: str, by: Any, at: datetime) -> None:
    quotation.state, quotation.decided_at, quotation.decided_by = state, at, by
    quotation.save(update_fields=["state", "decided_at", "decided_by"])


def _taken(refused: IntegrityError, number: str) -> Exception:
    if "number_once" in str(refused):
        return NotInThisState(_("Nomor %s sudah tercatat.") % number)
    return refused
