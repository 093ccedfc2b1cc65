"""What replaying a schema needs: text to run before the rows, the rows, text to run after them."""

from __future__ import annotations

import hashlib
import json
import zlib
from dataclasses import dataclass
from functools import cached_property
from typing import Self

FORMAT = 1
"""Version of the stored form; raise it when the meaning of a field changes."""


@dataclass(frozen=True, slots=True)
class SeedTable:
    """Rows of one table in PostgreSQL's COPY text format (UTF-8). `columns` excludes generated columns."""

    table: str
    columns: tuple[str, ...]
    rows: bytes

    @property
    def target(self) -> str:
        """The table and its columns as COPY wants them; both are quoted already where needed."""
        return f"{self.table} ({', '.join(self.columns)})" if self.columns else self.table


@dataclass(frozen=True)
class SchemaScript:
    """A schema as text. Nothing in it names the schema it was read from, so it can be replayed under any name."""

    ddl_before_data: str
    seeds: tuple[SeedTable, ...]
    ddl_after_data: str

    @cached_property
    def fingerprint(self) -> str:
        """sha256 (hex) of the content: equal scripts make equal schemas."""
        digest = hashlib.sha256(f"format {FORMAT}\0".encode())
        for part in self._parts():
            digest.update(len(part).to_bytes(8, "big"))
            digest.update(part)
        return digest.hexdigest()

    def _parts(self) -> list[bytes]:
        parts = [self.ddl_before_data.encode(), self.ddl_after_data.encode()]
        for seed in self.seeds:
            parts += [seed.table.encode(), "\0".join(seed.columns).encode(), seed.rows]
        return parts

    def dump(self) -> bytes:
        """Compressed form for storage; `load` reads it back."""
        document = {
            "format": FORMAT,
            "before": self.ddl_before_data,
            "seeds": [[seed.table, seed.columns, seed.rows.decode()] for seed in self.seeds],
            "after": self.ddl_after_data,
        }
        return zlib.compress(json.dumps(document, ensure_ascii=False).encode(), 6)

    @classmethod
    def load(cls, stored: bytes) -> Self:
        """Read what `dump` wrote. Raises ValueError for another format or damaged bytes."""
        try:
            document = json.loads(zlib.decompress(stored))
        except zlib.error as error:
            raise ValueError("stored schema script is damaged") from error
        if document.get("format") != FORMAT:
            raise ValueError(f"stored schema script has format {document.get('format')}, expected {FORMAT}")
        seeds = tuple(SeedTable(table, tuple(columns), rows.encode()) for table, columns, rows in document["seeds"])
        return cls(document["before"], seeds, document["after"])
