"""Everything that changes in billing. Money is owed by an issued invoice and by nothing else."""

from tenants.billing.actions.catalogue import (
    Item,
    ModuleTwice,
    save_budget_year,
    save_plan,
    save_population_class,
    save_profile,
)
from tenants.billing.actions.events import follow_events, replay_event, store_event
from tenants.billing.actions.invoices import (
    credit,
    delete_draft,
    draft_invoice,
    issue_invoice,
    record_tax_invoice,
    void_invoice,
)
from tenants.billing.actions.ledger import balance
from tenants.billing.actions.measures import grant_grace, make_read_only, remind, reopen
from tenants.billing.actions.numbers import take_number
from tenants.billing.actions.payments import Slip, record_payment, record_provider_payment, reverse_payment
from tenants.billing.actions.queue import due_calls, push, retry_call
from tenants.billing.actions.quotations import (
    Offer,
    accept_as_addendum,
    accept_as_contract,
    issue_quotation,
    price,
    price_addition,
    profile_of,
    quote,
    quote_addition,
    record_acceptance,
    replace_treasurer,
    withdraw_quotation,
)
from tenants.billing.actions.reconciliation import ask_reconciliation, reconcile
from tenants.billing.actions.refusals import (
    BillingRefused,
    IssuerIncomplete,
    NothingToOffer,
    NotInThisState,
    NotYetDue,
    Overpaid,
    ProfileMissing,
    ReasonMissing,
    SP2DTaken,
    TooEarly,
)
from tenants.billing.actions.scans import keep_scan, keep_scan_from_regency, sweep_scans
from tenants.billing.rules import central_day

__all__ = [
    "BillingRefused",
    "IssuerIncomplete",
    "Item",
    "ModuleTwice",
    "NotInThisState",
    "NotYetDue",
    "NothingToOffer",
    "Offer",
    "Overpaid",
    "ProfileMissing",
    "ReasonMissing",
    "SP2DTaken",
    "Slip",
    "TooEarly",
    "accept_as_addendum",
    "accept_as_contract",
    "ask_reconciliation",
    "balance",
    "central_day",
    "credit",
    "delete_draft",
    "draft_invoice",
    "due_calls",
    "follow_events",
    "grant_grace",
    "issue_invoice",
    "issue_quotation",
    "keep_scan",
    "keep_scan_from_regency",
    "make_read_only",
    "price",
    "price_addition",
    "profile_of",
    "push",
    "quote",
    "quote_addition",
    "reconcile",
    "record_acceptance",
    "record_payment",
    "record_provider_payment",
    "record_tax_invoice",
    "remind",
    "reopen",
    "replace_treasurer",
    "replay_event",
    "retry_call",
    "reverse_payment",
    "save_budget_year",
    "save_plan",
    "save_population_class",
    "save_profile",
    "store_event",
    "sweep_scans",
    "take_number",
    "void_invoice",
    "withdraw_quotation",
]
