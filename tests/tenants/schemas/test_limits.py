"""What a script could not carry is refused by name, never dropped in silence."""

from typing import Any

import pytest

from tenants.schemas.limits import SchemaNotReplayable
from tenants.schemas.template import read_template

UNKNOWN = {
    "CREATE TABLE parent (id int); CREATE TABLE child () INHERITS (parent)": "inheritance of child",
    "CREATE TYPE pair AS (a int, b int); CREATE TABLE typed OF pair": "typed table typed",
    "CREATE TABLE t (id int); CREATE RULE nothing AS ON DELETE TO t DO INSTEAD NOTHING": "rule nothing on t",
    "CREATE TYPE span AS RANGE (subtype = int4)": "range type span",
    "CREATE AGGREGATE total (int4) (SFUNC = int4pl, STYPE = int4)": "aggregate total",
    "CREATE OPERATOR === (LEFTARG = int4, RIGHTARG = int4, FUNCTION = int4eq)": "operator ===",
    "CREATE OPERATOR FAMILY own USING btree": "operator family own",
    "CREATE TEXT SEARCH CONFIGURATION id (COPY = simple)": "text search configuration id",
    "CREATE TEXT SEARCH DICTIONARY kamus (TEMPLATE = simple)": "text search dictionary kamus",
    "CREATE TYPE mood AS ENUM ('sad'); CREATE CAST (mood AS int4) WITH INOUT": "cast with type mood",
    "CREATE TABLE t (id int); GRANT SELECT (id) ON t TO PUBLIC": "column privileges on t.id",
    "CREATE TABLE t (id int); CREATE PUBLICATION p FOR TABLE t": "publication of t",
    "CREATE TABLE t (id int PRIMARY KEY); CREATE TABLE u (t int REFERENCES t); ALTER TABLE t DISABLE TRIGGER ALL":
        "disabled constraint trigger on t",
    "ALTER DEFAULT PRIVILEGES IN SCHEMA source GRANT SELECT ON TABLES TO PUBLIC": "default privileges",
}  # fmt: skip

OUTSIDE = {
    "CREATE TABLE t (user_id bigint REFERENCES public.accounts_user)": "public.accounts_user",
    "CREATE VIEW v AS SELECT id FROM public.tenants_regency": "public.tenants_regency",
    "CREATE TYPE elsewhere.mood AS ENUM ('sad'); CREATE TABLE t (mood elsewhere.mood)": "elsewhere.mood",
    "CREATE SEQUENCE elsewhere.s; CREATE TABLE t (id int DEFAULT nextval('elsewhere.s'))": "elsewhere.s",
    "CREATE FUNCTION elsewhere.f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';"
    "CREATE TABLE t (); CREATE TRIGGER g BEFORE INSERT ON t EXECUTE FUNCTION elsewhere.f()": "elsewhere.f()",
}

OWN_NAME = {
    "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1 FROM source.t'": "FUNCTION f",
    "CREATE FUNCTION f() RETURNS int LANGUAGE sql SET search_path FROM CURRENT AS 'SELECT 1'": "FUNCTION f",
}


@pytest.fixture
def source(cursor: Any) -> str:
    cursor.execute("CREATE SCHEMA elsewhere; CREATE SCHEMA source; SET LOCAL search_path = source")
    return "source"


@pytest.mark.parametrize(("statements", "problem"), [*UNKNOWN.items(), *OUTSIDE.items(), *OWN_NAME.items()])
def test_it_is_refused(cursor: Any, source: str, statements: str, problem: str) -> None:
    cursor.execute("SET LOCAL check_function_bodies = off")
    cursor.execute(statements)
    with pytest.raises(SchemaNotReplayable) as refused:
        read_template(cursor, source)
    assert any(problem in found for found in refused.value.problems), refused.value.problems


def test_extensions_may_be_used(cursor: Any, source: str) -> None:
    cursor.execute("CREATE SCHEMA IF NOT EXISTS extensions")
    cursor.execute("CREATE DOMAIN extensions.code AS text; CREATE TABLE t (code extensions.code)")
    assert "code code" in read_template(cursor, source).ddl_before_data


def test_an_empty_schema_is_no_problem(cursor: Any, source: str) -> None:
    script = read_template(cursor, source)
    assert (script.ddl_before_data, script.seeds, script.ddl_after_data) == ("", (), "")
