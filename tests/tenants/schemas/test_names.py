import psycopg
import pytest
from django.db import connection

from tenants.schemas.names import (
    SchemaNameRefused,
    literal,
    new_standby_name,
    quoted,
    search_path,
    validate_schema_name,
)


@pytest.mark.parametrize("name", ["batang", "r3325", "a1", "kota_pekalongan", "a" * 41, "select", "standbys"])
def test_plain_names_are_taken(name: str) -> None:
    assert validate_schema_name(name) == name


@pytest.mark.parametrize(
    "name",
    [
        "", "a", "a" * 42, "Batang", "3325", "_batang", "batang-1", "batang.x", 'ba"tang', "ba'tang", "ba tang",
        "batang\n", "bаtang", "pg_batang", "public", "information_schema", "extensions", "template_regency",
        "standby_0123456789ab", "trash_0123456789ab",
    ],
)  # fmt: skip
def test_other_names_are_refused(name: str) -> None:
    with pytest.raises(SchemaNameRefused) as refused:
        validate_schema_name(name)
    assert refused.value.name == name


def test_a_standby_name_is_never_a_regency_name() -> None:
    first, second = new_standby_name(), new_standby_name()
    assert first != second
    with pytest.raises(SchemaNameRefused):
        validate_schema_name(first)


@pytest.mark.parametrize("text", ["plain", 'with "quotes"', "it's", "back\\slash", "100 %", "é 漢"])
def test_quoting_survives_the_server(db: None, text: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {literal(text)} AS {quoted(text)}")
        assert cursor.description[0].name == text
        assert cursor.fetchone() == (text,)


def test_the_search_path_of_a_regency_has_no_public() -> None:
    assert search_path("batang") == '"batang", "extensions"'
    assert psycopg.sql.Identifier("batang").as_string(None) in search_path("batang")
