"""The detector of drift sees every kind of difference and says which."""

from typing import Any

import pytest

from tenants.schemas.description import compare

DRIFT = {
    'ALTER TABLE "select" ADD COLUMN extra int': 'column select.extra: only in nasty_copy',
    "DROP TABLE scratchpad": "table scratchpad: only in nasty_source",
    "ALTER TABLE chicken ALTER COLUMN egg_id DROP NOT NULL": "column chicken.egg_id: is_nullable",
    "ALTER TABLE chicken ALTER COLUMN code_id TYPE bigint": "column chicken.code_id: data_type",
    "ALTER TABLE chicken ALTER COLUMN code_id SET DEFAULT 1": "column chicken.code_id: column_default",
    'ALTER TABLE "select" ALTER COLUMN raw SET STORAGE PLAIN': "column storage select.raw: storage",
    "ALTER TABLE chicken DROP CONSTRAINT chicken_egg": "constraint chicken.chicken_egg: only in nasty_source",
    "ALTER TABLE chicken ALTER CONSTRAINT chicken_egg NOT DEFERRABLE": "constraint chicken.chicken_egg: deferrable",
    "ALTER TABLE chicken RENAME CONSTRAINT chicken_egg TO other": "constraint chicken.other: only in nasty_copy",
    'ALTER TABLE "select" VALIDATE CONSTRAINT later': "constraint select.later: validated",
    "DROP INDEX select_data": "index select_data: only in nasty_source",
    "ALTER INDEX select_data RENAME TO other": "index other: only in nasty_copy",
    "ALTER INDEX select_like SET (fillfactor = 50)": "index select_like: options",
    'DROP INDEX select_like; CREATE INDEX select_like ON "select" (identity_number)': "select_like: operator_classes",
    "ALTER TABLE chicken ENABLE TRIGGER no_insert": "trigger chicken.no_insert: enabled",
    'DROP TRIGGER "Refuse" ON "select"': "trigger select.Refuse: only in nasty_source",
    "CREATE OR REPLACE FUNCTION slug(value text) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT 1'": "function slug",
    "ALTER FUNCTION tidy SECURITY DEFINER": "security_definer is False in nasty_source, True in nasty_copy",
    "ALTER SEQUENCE ticket INCREMENT 9": "sequence ticket: increment_by",
    "ALTER SEQUENCE chicken_id_seq OWNED BY NONE": "sequence chicken_id_seq: owned_by",
    "ALTER TYPE mood ADD VALUE 'new'": "type mood: labels",
    "ALTER DOMAIN rupiah DROP CONSTRAINT whole": "constraint rupiah.whole: only in nasty_source",
    'ALTER VIEW "View" RESET (security_barrier)': "table View: options",
    "ALTER TABLE egg REPLICA IDENTITY DEFAULT": "table egg: replica_identity",
    "ALTER TABLE aaa_child DISABLE ROW LEVEL SECURITY": "table aaa_child: row_security",
    "DROP POLICY own_rows ON aaa_child": "policy aaa_child.own_rows: only in nasty_source",
    "DROP STATISTICS room_price": "statistics room_price: only in nasty_source",
    "ALTER TABLE events DETACH PARTITION events_rest": "table events_rest: parent",
    "GRANT DELETE ON egg TO PUBLIC": "table egg: privileges",
    "COMMENT ON TABLE \"select\" IS 'other'": "table select: comment",
    "COMMENT ON SCHEMA nasty_copy IS 'x'": "schema itself: comment",
    "CREATE RULE quiet AS ON DELETE TO nothing DO INSTEAD NOTHING": "rule nothing.quiet: only in nasty_copy",
    "ALTER TABLE identified SET UNLOGGED": "table identified: persistence",
}  # fmt: skip


@pytest.mark.parametrize(("statement", "difference"), DRIFT.items())
def test_drift_is_found(cursor: Any, nasty: str, drifting: str, statement: str, difference: str) -> None:
    cursor.execute(statement)
    found = compare(cursor, nasty, drifting)
    assert any(difference in line for line in found), found


def test_rows_and_sequences_count_only_when_asked(cursor: Any, nasty: str, copy: str) -> None:
    cursor.execute("INSERT INTO egg DEFAULT VALUES")
    assert compare(cursor, nasty, copy) == []
    found = compare(cursor, nasty, copy, data=True)
    assert [line.split(" is ")[0] for line in found] == [
        "rows egg: count",
        "rows egg: digest",
        "sequence value egg_id_seq: last_value",
    ]


def test_the_search_path_is_as_it_was(cursor: Any, nasty: str, copy: str) -> None:
    compare(cursor, nasty, copy)
    cursor.execute("SHOW search_path")
    assert cursor.fetchone() == ("own_copy",)
