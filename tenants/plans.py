"""What plan each regency is on, where billing is installed: its `public.py` has `plan_names` and `plan_name`."""

from collections.abc import Collection, Mapping
from importlib import import_module
from typing import Any

from django.apps import apps
from django.db.models import CharField, Value
from django.db.models.functions import Coalesce

BILLING = "tenants.billing"


def plan_names(codes: Collection[str] = ()) -> Mapping[str, str]:
    """Names of the plans by code of the regency; all of them when no codes are given. At most one query."""
    billing = _billing()
    return billing.plan_names(codes) if billing else {}


def plan_name() -> Any:
    """The name of the plan as a column of a query over regencies; empty without one."""
    billing, nothing = _billing(), Value("", output_field=CharField())
    return Coalesce(billing.plan_name(), nothing) if billing else nothing


def _billing() -> Any:
    return import_module(f"{BILLING}.public") if apps.is_installed(BILLING) else None
