"""What a regency buys, owes and has paid. Lives in the public schema alone; nothing here is ever deleted for money."""

from tenants.billing.models.catalogue import BudgetYear, Plan, PlanItem, PlanPrice, PopulationClass
from tenants.billing.models.contracts import Addendum, BillingProfile, Contract, Quotation, QuotationLine
from tenants.billing.models.exchange import Difference, ProviderCall, ReconciliationRun, WebhookEvent
from tenants.billing.models.invoices import CreditNote, Invoice, InvoiceLine, InvoiceState, Measure, NumberSeries
from tenants.billing.models.payments import Payment, TaxSlip
from tenants.billing.models.scans import Scan

__all__ = [
    "Addendum",
    "BillingProfile",
    "BudgetYear",
    "Contract",
    "CreditNote",
    "Difference",
    "Invoice",
    "InvoiceLine",
    "InvoiceState",
    "Measure",
    "NumberSeries",
    "Payment",
    "Plan",
    "PlanItem",
    "PlanPrice",
    "PopulationClass",
    "ProviderCall",
    "Quotation",
    "QuotationLine",
    "ReconciliationRun",
    "Scan",
    "TaxSlip",
    "WebhookEvent",
]
