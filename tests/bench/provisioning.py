"""What it costs to give a regency its place: the whole run that an operator starts, from the request to the open door.

A run makes the schema, its districts, villages, offices and positions, Batang's packages, roles and switches, and
writes the audit. What it is compared with does less: the migrations leave the schema empty, psql copies rows.
"""

from collections.abc import Iterator
from itertools import count

from onboarding.models import ProvisioningRun
from tenants.models import Regency, StandbySchema
from tenants.routing import hosts
from tenants.schemas.removal import drop_in_parts
from tenants.schemas.standby import fill_pool
from tests.bench.ground import ground, provisioned
from tests.bench.row import Row, median_ms, side_by_side
from tests.bench.schemas import PREFIX, drop_all, pg_dump, psql_replay

CODE, SUBDOMAIN = "33.26", "pekalongan"
"""A regency like Batang: 19 districts, 285 villages."""


def rows() -> list[Row]:
    """A whole run on an empty pool against the migrations and against psql; and one that finds a standby schema."""
    ground()
    names = (f"{PREFIX}{number}" for number in count())
    _forget()
    _empty_pool()
    try:
        found = [_against_migrations(names), *_against_psql(names)]
        return [*found, *_from_the_pool()]
    finally:
        _forget()
        drop_all()
        fill_pool()


def _against_migrations(names: Iterator[str]) -> Row:
    def stock() -> None:
        Regency(schema_name=next(names)).create_schema(check_if_exists=False, verbosity=0)

    mine, other, ratio = side_by_side(_run, stock, times=7, between=_forget)
    against = "django-tenants migrating an empty schema"
    target = "at least 5 times faster"
    return Row("whole regency, cold", _ms(mine), against, _ms(other), f"x{1 / ratio:.1f}", target, ratio <= 1 / 5)


def _against_psql(names: Iterator[str]) -> list[Row]:
    _run()
    dump = pg_dump(SUBDOMAIN)
    _forget()
    if dump is None:
        return [Row("whole regency, cold", "-", "psql", "-", "-", "no pg_dump of this server's version here", True)]
    psql = psql_replay(dump, SUBDOMAIN, names)
    mine, other, ratio = side_by_side(_run, psql, times=9, between=_forget)
    against = "psql replaying its pg_dump with all rows"
    target = "at most 2 times its time"
    return [Row("whole regency, cold", _ms(mine), against, _ms(other), f"x{1 / ratio:.1f}", target, ratio <= 2)]


def _from_the_pool() -> list[Row]:
    """The schema's step as the run itself stamped it, and the whole run around it."""
    whole, steps = [], []
    for _ in range(10):
        fill_pool(1)
        runs: list[ProvisioningRun] = []
        whole.append(median_ms(lambda: runs.append(_run()), 1, 0))  # noqa: B023
        steps.append(1000 * (runs[0].steps.get(key="schema").seconds or 0))
        _forget()
    step, run = sorted(steps)[5], sorted(whole)[5]
    return [
        Row("schema from the standby pool, in a run", _ms(step), "-", "-", "-", "under 100 ms", step < 100),
        Row("whole regency from the standby pool", _ms(run), "-", "-", "-", "-", True),
    ]


def _run() -> ProvisioningRun:
    return provisioned(CODE, SUBDOMAIN)


def _forget() -> None:
    """Drop what the last measure made, so that the code is free again."""
    ProvisioningRun.objects.filter(code=CODE).delete()
    if regency := Regency.objects.filter(code=CODE).first():
        drop_in_parts(SUBDOMAIN)
        regency.delete()
        hosts.changed()
    drop_all()


def _empty_pool() -> None:
    for standby in StandbySchema.objects.all():
        drop_in_parts(standby.schema_name)
        standby.delete()


def _ms(value: float) -> str:
    return f"{value:.0f} ms"
