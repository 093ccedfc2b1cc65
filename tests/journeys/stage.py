"""python -m tests.journeys.stage: what stands on the stage before a journey begins, in the database of DATABASE_URL.

Batang with its baseline, one person for every role, the central team's operator, a programme of the death benefit;
and Kendal, which has not paid a bill of half a year ago.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone

PASSWORD = "rujukan-demo-2026"
OPERATOR = "operator@rujukan.test"


def main() -> None:
    import django

    django.setup()
    from django.core.management import call_command

    call_command("prepare", verbosity=0)
    at = timezone.now()
    operator = _operator(at)
    _batang(at)
    _kendal(operator, at)


def _operator(at: datetime) -> Any:
    from tenants.accounts.actions import grant_role
    from tenants.accounts.models import Role, User
    from tenants.permissions import ConsolePermission
    from tenants.schemas.context import in_public

    with in_public():
        role = Role.objects.create(key="operator", name="Operator pusat", permissions=list(map(str, ConsolePermission)))
        user = User.objects.create_user(OPERATOR, "Ayu Pertiwi", PASSWORD)
        grant_role(user=user, role=role, by=None, at=at)
        return user


def _provisioned(code: str, schema: str, at: datetime, modules: Sequence[str] = ()) -> Any:
    from onboarding import actions
    from onboarding.applications.actions import open_for_real
    from tenants.models import Regency

    asked = actions.request_run(code=code, subdomain=schema, modules=modules, by=None, at=at, in_background=False)
    run = actions.provision(asked.pk)
    if run.state != "done":
        raise SystemExit(run.error)
    return open_for_real(regency=Regency.objects.get(schema_name=schema), by=None, at=at)


def _batang(at: datetime) -> None:
    from modules.registry import discover
    from onboarding.cast import enlist
    from tenants.schemas.context import in_schema

    _provisioned("33.25", "batang", at)
    with in_schema("batang"):
        enlist("batang", list({role.key: role for module in discover() for role in module.roles}.values()), at)
        _santunan(at)
    _packages(at)


def _packages(at: datetime) -> None:
    """What others clone from Batang."""
    from modules.library.actions import publish
    from modules.registry import find
    from tenants.models import Regency

    regency, module = Regency.objects.get(schema_name="batang"), find("services")
    assert module is not None
    publish(regency=regency, module=module, version="1.0.0", notes="Templat Batang", by=None, at=at)


def _santunan(at: datetime) -> None:
    """Money for the year, and the families of the journeys in the register of the poor."""
    from modules.santunan_kematian.actions.programme import set_ceiling
    from modules.santunan_kematian.models import RegisterEntry
    from onboarding.cast import demo_village
    from tests.journeys import family

    year = at.year
    set_ceiling(year=year, ceiling=Decimal(2_000_000_000), basis=f"APBD {year}", by=None, at=at)
    for number in range(1, 10):
        RegisterEntry.objects.create(
            nik=family.nik(number),
            kk=family.kk(number),
            name=family.NAME,
            village=demo_village(),
            desil=2,
            source="DTSEN",
            valid_from=date(year, 1, 1),
            valid_to=date(year, 12, 31),
        )


def _kendal(operator: Any, at: datetime) -> None:
    """One service, and a bill on which everything was done that comes before the hardest step.

    Its budget years have no quiet months: the journey is the same on every day of the year.
    """
    from modules.services.module import MODULE as SERVICES
    from onboarding.cast import enlist
    from tenants.billing import actions
    from tenants.schemas.context import in_public, in_schema
    from tests.tenants.billing import office

    kendal = _provisioned("33.24", "kendal", at, ["services", "surat_keterangan_usaha"])
    with in_schema("kendal"):
        enlist("kendal", list(SERVICES.roles), at)
    issued = at - timedelta(days=200)
    with in_public():
        for year in {issued.year, at.year}:
            office.budget_year(year, quiet_until=date(year - 1, 12, 31), last_payment_date=date(year, 12, 31))
        bill = office.bill(kendal, at=issued)
        due = issued + timedelta(days=45)
        for days in (7, 21, 45):
            actions.remind(invoice=bill, by=operator, at=due + timedelta(days=days))
        until = (due + timedelta(days=76)).date()
        asked = due + timedelta(days=46)
        actions.grant_grace(invoice=bill, until=until, reason="Menunggu DPA perubahan", by=operator, at=asked)


if __name__ == "__main__":
    main()
