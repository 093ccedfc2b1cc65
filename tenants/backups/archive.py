"""A zip whose members are written and read in streams, each counted and hashed: backups and exit packages are one."""

from __future__ import annotations

import hashlib
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import IO, Any

BLOCK = 64 * 1024


class Damaged(Exception):
    """A part is missing or is not what the manifest says; the text names it."""


@dataclass(frozen=True)
class Part:
    """A member of an archive, as its manifest lists it."""

    name: str
    size: int
    sha256: str
    rows: int | None = None
    """Lines, where the member is a table."""

    def as_json(self) -> dict[str, Any]:
        return {key: value for key, value in asdict(self).items() if value is not None}


class Writer:
    """Adds members to a zip on any writable stream; remembers what it wrote."""

    def __init__(self, target: IO[bytes]) -> None:
        self._zip = zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=6)
        self.parts: list[Part] = []

    def add(self, name: str, blocks: Iterable[bytes], *, lines: bool = False) -> Part:
        """Write a member from blocks of any size; with `lines` the ends of lines are counted as rows."""
        digest, size, rows = hashlib.sha256(), 0, 0
        with self._zip.open(self._info(name), "w", force_zip64=True) as member:
            for block in blocks:
                member.write(block)
                digest.update(block)
                size += len(block)
                rows += bytes(block).count(b"\n") if lines else 0
        part = Part(name, size, digest.hexdigest(), rows if lines else None)
        self.parts.append(part)
        return part

    def close(self) -> None:
        self._zip.close()

    @staticmethod
    def _info(name: str) -> zipfile.ZipInfo:
        info = zipfile.ZipInfo(name)
        info.compress_type = zipfile.ZIP_DEFLATED
        info.external_attr = 0o600 << 16
        return info


class Reader:
    """Reads members of a zip and holds each against the manifest's list."""

    def __init__(self, source: IO[bytes], parts: Iterable[Mapping[str, Any]]) -> None:
        try:
            self._zip = zipfile.ZipFile(source)
        except zipfile.BadZipFile as error:
            raise Damaged("zip") from error
        self.parts = {part["name"]: Part(**part) for part in parts}

    def blocks(self, name: str) -> Iterator[bytes]:
        """The content of a member. Raises Damaged at its end if it is not what was written."""
        part = self.parts.get(name)
        if part is None:
            raise Damaged(name)
        digest, size = hashlib.sha256(), 0
        try:
            with self._zip.open(name) as member:
                while block := member.read(BLOCK):
                    digest.update(block)
                    size += len(block)
                    if size > part.size:  # more than was promised: a bomb, or not the part that was meant
                        raise Damaged(name)
                    yield block
        except (KeyError, zipfile.BadZipFile, EOFError, ValueError) as error:
            raise Damaged(name) from error
        if digest.hexdigest() != part.sha256:
            raise Damaged(name)

    def bytes(self, name: str) -> bytes:
        """A whole small member. Raises Damaged."""
        return b"".join(self.blocks(name))

    def skim(self, name: str) -> None:
        """Read a member only to see that it is whole. Raises Damaged."""
        for _block in self.blocks(name):
            pass


def stored_in(source: IO[bytes]) -> Iterator[bytes]:
    """An open file in blocks; closes it."""
    with source:
        while block := source.read(BLOCK):
            yield block
