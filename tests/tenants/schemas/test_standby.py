"""The pool of ready schemas: claimed by one, current, and never half made."""

from collections.abc import Callable
from dataclasses import replace as changed
from typing import Any

import pytest
from django.db import connection, transaction

from tenants.models import StandbySchema
from tenants.schemas import removal, standby
from tenants.schemas.description import compare
from tenants.schemas.locks import POOL, advisory_lock
from tenants.schemas.names import SchemaNameRefused
from tenants.schemas.release import TemplateBehind
from tenants.schemas.replay import SchemaTaken
from tenants.schemas.standby import claim, drop_schema, fill_pool, make_schema, prune_pool
from tests.tenants.schemas.conftest import SMALL, in_threads, publish_script, schemas, waiting

OTHER = changed(SMALL, ddl_before_data=SMALL.ddl_before_data + "CREATE TABLE later ();\n")


def things(schema: str) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT id, name FROM "{schema}".thing')
        return cursor.fetchall()


def test_the_pool_is_filled_to_its_target(small_release: str) -> None:
    assert (fill_pool(2), fill_pool(2), fill_pool(3)) == (2, 0, 1)
    rows = StandbySchema.objects.all()
    assert {row.schema_name for row in rows} == waiting()
    assert {row.release for row in rows} == {small_release}


def test_the_setting_is_the_usual_target(small_release: str, settings: Any) -> None:
    settings.STANDBY_POOL = 1
    assert fill_pool() == 1


def test_a_claim_is_a_complete_schema_under_its_new_name(small_release: str) -> None:
    fill_pool(1)
    assert claim("kendal") is True
    assert things("kendal") == [(1, "satu")]
    assert (waiting(), StandbySchema.objects.count()) == (set(), 0)


def test_an_empty_pool_gives_nothing(small_release: str) -> None:
    assert claim("kendal") is False
    assert "kendal" not in schemas()


def test_a_schema_is_made_the_same_from_the_pool_and_without(small_release: str, cursor: Any) -> None:
    fill_pool(1)
    assert make_schema("from_pool") is True
    assert make_schema("from_script") is False
    assert compare(cursor, "from_pool", "from_script", data=True) == []


def test_a_claim_that_is_rolled_back_returns_the_schema(small_release: str) -> None:
    fill_pool(1)
    before = waiting()
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        assert claim("kendal")
        raise ZeroDivisionError
    assert waiting() == before
    assert claim("kendal")


def test_an_older_release_is_never_handed_out(small_release: str) -> None:
    fill_pool(2)
    publish_script(OTHER)
    assert claim("kendal") is False
    assert make_schema("kendal") is False
    assert fill_pool(1) == 1
    assert claim("sikka")
    for schema in ("kendal", "sikka"):
        with connection.cursor() as cursor:
            cursor.execute("SELECT to_regclass(%s) IS NOT NULL", [f"{schema}.later"])
            assert cursor.fetchone() == (True,)


def test_nothing_is_handed_out_while_the_template_is_behind(
    small_release: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill_pool(1)
    monkeypatch.setattr("tenants.schemas.release._migrations_of_regencies", lambda: frozenset({("audit", "new")}))
    for action in (lambda: claim("kendal"), lambda: make_schema("kendal"), lambda: fill_pool(5), prune_pool):
        with pytest.raises(TemplateBehind):
            action()


def test_pruning_drops_other_releases_and_strays_only(small_release: str) -> None:
    fill_pool(2)
    publish_script(OTHER)
    fill_pool(1)
    current = set(StandbySchema.objects.exclude(release=small_release).values_list("schema_name", flat=True))
    StandbySchema.objects.create(
        schema_name="standby_gone", release=OTHER.fingerprint, created_at=StandbySchema.objects.first().created_at
    )
    with connection.cursor() as cursor:
        cursor.execute("CREATE SCHEMA standby_stray; CREATE TABLE standby_stray.t (); CREATE SCHEMA trash_left")
    assert prune_pool() == 3
    assert waiting() == current == set(StandbySchema.objects.values_list("schema_name", flat=True))
    assert prune_pool() == 0


def test_a_row_without_its_schema_is_passed_over(small_release: str) -> None:
    fill_pool(2)
    first = StandbySchema.objects.order_by("created_at", "pk").first()
    with connection.cursor() as cursor:
        cursor.execute(f"DROP SCHEMA {first.schema_name} CASCADE")
    assert claim("kendal")
    assert StandbySchema.objects.get() == first


@pytest.mark.parametrize("action", [claim, make_schema, drop_schema])
@pytest.mark.parametrize("name", ["public", "template_regency", "standby_0123456789ab", 'x"; DROP', "pg_catalog"])
def test_a_forbidden_name_is_refused(small_release: str, action: Callable[[str], object], name: str) -> None:
    fill_pool(1)
    with pytest.raises(SchemaNameRefused):
        action(name)


def test_a_taken_name_is_a_named_error_and_the_schema_stays_in_the_pool(small_release: str) -> None:
    fill_pool(2)
    assert claim("kendal")
    for action in (claim, make_schema):
        with pytest.raises(SchemaTaken):
            action("kendal")
    assert len(waiting()) == 1


def test_dropping_what_is_not_there_is_no_error(small_release: str) -> None:
    drop_schema("nowhere")


def test_dropping_inside_a_transaction_is_undone_with_it(small_release: str) -> None:
    make_schema("kendal")
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        drop_schema("kendal")
        assert "kendal" not in schemas()
        raise ZeroDivisionError
    assert things("kendal")


# Several connections: these commit.


def test_simultaneous_claims_never_share(committed: None) -> None:
    fill_pool(5)
    names = [f"claim_{position}" for position in range(8)]
    got = in_threads(lambda position: claim(names[position]), 8)
    assert sorted(map(str, got)) == ["False"] * 3 + ["True"] * 5
    claimed = [name for name, success in zip(names, got, strict=True) if success]
    assert schemas(("claim_",)) == set(claimed)
    assert all(things(name) == [(1, "satu")] for name in claimed)
    assert (waiting(), StandbySchema.objects.count()) == (set(), 0)


def test_a_claim_does_not_wait_for_another(committed: None) -> None:
    fill_pool(2)
    with transaction.atomic():
        assert claim("first")
        assert in_threads(lambda _: claim("second"), 1) == [True]
        assert in_threads(lambda _: claim("third"), 1) == [False]
    assert {"first", "second"} <= schemas()


def test_two_cannot_make_the_same_schema(committed: None) -> None:
    fill_pool(1)
    got = in_threads(lambda _: make_schema("kendal"), 3)
    assert sum(isinstance(result, bool) for result in got) == 1, got
    assert sum(isinstance(result, SchemaTaken) for result in got) == 2, got
    assert things("kendal") == [(1, "satu")]


def test_the_pool_is_filled_by_one_at_a_time(committed: None) -> None:
    got = in_threads(lambda _: fill_pool(3), 4)
    assert sum(got) == 3, got  # type: ignore[arg-type]
    assert len(waiting()) == 3
    with advisory_lock(POOL, wait=True):
        assert in_threads(lambda _: (fill_pool(9), prune_pool()), 1) == [(0, 0)]


def test_pruning_leaves_alone_what_is_being_claimed(committed: None) -> None:
    fill_pool(1)
    with transaction.atomic():
        assert claim("kendal")
        publish_elsewhere = in_threads(lambda _: publish_script(OTHER) and prune_pool(), 1)
    assert publish_elsewhere == [0]
    assert things("kendal") == [(1, "satu")]


def test_a_large_schema_is_dropped_in_parts(committed: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(removal, "TABLES_AT_A_TIME", 4)
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE SCHEMA large; SET search_path = large;"
            + "".join(f"CREATE TABLE t{n} (id int PRIMARY KEY, up int REFERENCES t{max(n - 1, 0)});" for n in range(10))
            + "CREATE VIEW v AS SELECT * FROM t3; CREATE TABLE p (y int) PARTITION BY LIST (y);"
            "CREATE TABLE p1 PARTITION OF p FOR VALUES IN (1); CREATE TYPE mood AS ENUM ('sad');"
            "SET search_path = public"
        )
    drop_schema("large")
    assert "large" not in schemas()
    assert waiting() == set()


def test_what_a_killed_process_left_is_swept_up(committed: None, monkeypatch: pytest.MonkeyPatch) -> None:
    make_schema("kendal")

    def killed(schema: str) -> bool:
        raise KeyboardInterrupt

    monkeypatch.setattr(standby, "drop_in_parts", killed)
    with pytest.raises(KeyboardInterrupt):
        drop_schema("kendal")
    assert "kendal" not in schemas()
    assert len(waiting()) == 1
    monkeypatch.undo()
    prune_pool()
    assert waiting() == set()
