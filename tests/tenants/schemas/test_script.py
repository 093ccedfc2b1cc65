import dataclasses
import zlib

import pytest

from tenants.schemas.script import SchemaScript, SeedTable

SCRIPT = SchemaScript("CREATE …;\n", (SeedTable("t", ("a", '"b"'), "1\té\n".encode()),), "after;\n")


def test_what_is_stored_comes_back() -> None:
    assert SchemaScript.load(SCRIPT.dump()) == SCRIPT
    assert SchemaScript.load(SCRIPT.dump()).fingerprint == SCRIPT.fingerprint


@pytest.mark.parametrize(
    "change",
    [
        {"ddl_before_data": "CREATE …;\n "},
        {"ddl_after_data": "after"},
        {"seeds": ()},
        {"seeds": (SeedTable("t", ("a",), SCRIPT.seeds[0].rows),)},
        {"seeds": (SeedTable("t", ("a", '"b"'), b"2\t\n"),)},
        {"ddl_before_data": "CREATE …;\nafter;\n", "ddl_after_data": ""},
    ],
)
def test_any_change_changes_the_fingerprint(change: dict) -> None:
    assert dataclasses.replace(SCRIPT, **change).fingerprint != SCRIPT.fingerprint


@pytest.mark.parametrize("stored", [b"nonsense", zlib.compress(b'{"format": 0}'), SCRIPT.dump()[:-5]])
def test_damaged_or_foreign_bytes_are_refused(stored: bytes) -> None:
    with pytest.raises(ValueError, match="stored schema script"):
        SchemaScript.load(stored)


def test_a_table_without_named_columns_is_copied_whole() -> None:
    assert SeedTable("t", (), b"\n").target == "t"
    assert SCRIPT.seeds[0].target == 't (a, "b")'
