"""python -m tests.journeys.stage: what stands on the stage before a journey begins, in the database of DATABASE_URL.

Batang with its baseline, one person for every role, the central team's operator, a programme of the death benefit.
"""

from datetime import date, datetime
from decimal import Decimal

from django.utils import timezone

PASSWORD = "rujukan-demo-2026"
OPERATOR = "operator@rujukan.test"


def main() -> None:
    import django

    django.setup()
    from django.core.management import call_command

    call_command("prepare", verbosity=0)
    at = timezone.now()
    _operator(at)
    _batang(at)


def _operator(at: datetime) -> None:
    from tenants.accounts.actions import grant_role
    from tenants.accounts.models import Role, User
    from tenants.permissions import ConsolePermission
    from tenants.schemas.context import in_public

    with in_public():
        role = Role.objects.create(key="operator", name="Operator pusat", permissions=list(map(str, ConsolePermission)))
        grant_role(user=User.objects.create_user(OPERATOR, "Ayu Pertiwi", PASSWORD), role=role, by=None, at=at)


def _batang(at: datetime) -> None:
    from modules.registry import discover
    from onboarding import actions
    from onboarding.applications.actions import open_for_real
    from onboarding.cast import enlist
    from tenants.models import Regency
    from tenants.schemas.context import in_schema

    asked = actions.request_run(code="33.25", subdomain="batang", by=None, at=at, in_background=False)
    run = actions.provision(asked.pk)
    if run.state != "done":
        raise SystemExit(run.error)
    open_for_real(regency=Regency.objects.get(schema_name="batang"), by=None, at=at)
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


if __name__ == "__main__":
    main()
