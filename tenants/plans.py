"""What plan each regency is on, where billing is installed: it names them by `plan_names` in its `public.py`."""

from collections.abc import Collection, Mapping
from importlib import import_module

from django.apps import apps

BILLING = "tenants.billing"


def plan_names(codes: Collection[str] = ()) -> Mapping[str, str]:
    """Names of the plans by code of the regency; all of them when no codes are given. At most one query."""
    if not apps.is_installed(BILLING):
        return {}
    names = getattr(import_module(f"{BILLING}.public"), "plan_names", None)
    return names(codes) if names else {}
