"""What stands beside a sealed backup: when, of whom, of which release, and the hash of every part. Signed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.core.files.base import ContentFile

from tenants.backups import sealing
from tenants.backups.archive import BLOCK, Reader
from tenants.backups.models import Backup
from tenants.backups.storage import storage

FORMAT = 1


class Unusable(Exception):
    """The backup cannot be read: not there, not ours, altered, or of another format. The text says which."""


@dataclass(frozen=True)
class Manifest:
    """The content of a manifest file."""

    facts: dict[str, Any]

    @property
    def parts(self) -> list[dict[str, Any]]:
        return self.facts["parts"]

    @property
    def tables(self) -> dict[str, dict[str, Any]]:
        """Parts that hold a table's rows, by name."""
        return {part["name"]: part for part in self.parts if part["name"].startswith("rows/")}


def write(backup: Backup, facts: dict[str, Any]) -> None:
    """Write the manifest: from this moment the backup is one."""
    text = json.dumps({"format": FORMAT, **facts}, sort_keys=True)
    signed = {"manifest": text, "signature": sealing.signature(text.encode())}
    saved = storage().save(backup.manifest_name, ContentFile(json.dumps(signed).encode()))
    if saved != backup.manifest_name:
        raise FileExistsError(backup.manifest_name)


def read(backup: Backup) -> Manifest:
    """The manifest of a backup. Raises Unusable."""
    try:
        with storage().open(backup.manifest_name) as file:
            signed = json.loads(file.read())
        text = signed["manifest"]
        if not sealing.is_signed(text.encode(), signed["signature"]):
            raise Unusable("the manifest was altered, or another deployment made it")
        facts = json.loads(text)
    except FileNotFoundError:
        raise Unusable("the backup is no longer in the storage") from None
    except (KeyError, TypeError, ValueError) as error:
        raise Unusable("the manifest cannot be read") from error
    if facts["format"] != FORMAT:
        raise Unusable(f"format {facts['format']}")
    return Manifest(facts)


@contextmanager
def opened(backup: Backup) -> Iterator[tuple[Manifest, Reader]]:
    """The manifest and a reader of the sealed parts. Raises Unusable; the reader raises Damaged and NotSealedHere."""
    manifest = read(backup)
    try:
        file = storage().open(backup.name)
    except FileNotFoundError:
        raise Unusable("the backup is no longer in the storage") from None
    with file, sealing.SealedReader(file) as source:  # type: ignore[arg-type]
        yield manifest, Reader(source, manifest.parts)  # type: ignore[arg-type]


def digest_of(name: str) -> str:
    """SHA-256 of a stored file as it lies there."""
    digest = hashlib.sha256()
    with storage().open(name) as file:
        while block := file.read(BLOCK):
            digest.update(block)
    return digest.hexdigest()
