"""Publishing a package of templates, and cloning one into another regency."""

import re
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from modules.contract import Module
from modules.library.models import VERSION, Clone, Release
from modules.library.queries import content_of, latest_release
from modules.packages import Item, apply, current, digest, item_of
from tenants.accounts.models import User
from tenants.audit.actions import record
from tenants.models import Regency
from tenants.schemas.context import in_public, in_regency


class PublicationRefused(Exception):
    """The release cannot be published; the text says why."""


class NothingChanged(PublicationRefused):
    """The content is that of the last release."""


class VersionRefused(PublicationRefused):
    """Not `1.2.3`, or not above the last release."""


class ReleaseTampered(Exception):
    """The content of a release is not what was published; it is never applied."""


@dataclass
class Outcome:
    """What cloning did, object by object."""

    created: list[Item] = field(default_factory=list)
    updated: list[Item] = field(default_factory=list)
    kept: list[Item] = field(default_factory=list)
    """Changed or made by the regency itself, therefore left alone."""
    unchanged: list[Item] = field(default_factory=list)

    def counts(self) -> dict[str, int]:
        return {name: len(items) for name, items in vars(self).items()}


@transaction.atomic
def publish(*, regency: Regency, module: Module, version: str, notes: str, by: Any, at: datetime) -> Release:
    """Freeze the templates of a module as a release that other regencies may clone.

    Raises PublicationRefused (nothing to share, or the sandbox, where anybody may write), NothingChanged,
    VersionRefused.
    """
    if regency.is_sandbox:
        raise PublicationRefused(_("Kabupaten Contoh hanya untuk mencoba: paketnya tidak diterbitkan ke daerah lain."))
    with in_public():
        Regency.objects.select_for_update(no_key=True).get(pk=regency.pk)
    content = content_of(regency, module)
    latest = latest_release(regency, module.key)
    _refuse_publication(content, version, latest)
    with in_public():
        release = Release.objects.create(
            publisher=regency,
            module_key=module.key,
            version=version,
            content=content,
            sha256=digest(content),
            notes=notes.strip(),
            published_at=at,
            published_by=getattr(by, "name", ""),
        )
        release.refresh_from_db()
        if not release.is_whole:  # a number that JSONB writes differently
            raise PublicationRefused(_("Isi paket tidak dapat disimpan persis. Laporkan kepada tim pusat."))
    with in_regency(regency):
        record("library.release_published", subject=release, by=by, data={"sha256": release.sha256}, at=at)
    return release


def _refuse_publication(content: dict[str, Any], version: str, latest: Release | None) -> None:
    if not content["objects"]:
        raise PublicationRefused(_("Modul ini belum memiliki templat untuk diterbitkan."))
    if not re.fullmatch(VERSION, version) or len(version) > 20:
        raise VersionRefused(_("Tulis versi sebagai tiga angka, misalnya 1.2.0."))
    if latest is None:
        return
    if latest.sha256 == digest(content):
        raise NothingChanged(_("Tidak ada yang berubah sejak rilis %s.") % latest.version)
    if tuple(int(part) for part in version.split(".")) <= latest.number:
        raise VersionRefused(_("Versi harus di atas rilis terakhir, %s.") % latest.version)


@transaction.atomic
def clone(*, regency: Regency, release: Release, by: Any, at: datetime) -> Outcome:
    """Bring the objects of a release into a regency; repeating it changes nothing.

    One transaction over the regency's rows and the memory of where they came from. What the regency has changed
    since, or made itself under the same key, is kept. Raises ReleaseTampered, BrokenReference, ContentRefused;
    then nothing is made.
    """
    if not release.is_whole:
        raise ReleaseTampered(_("Isi rilis %s tidak sama dengan saat diterbitkan; tidak disalin.") % release)
    with in_public():
        Regency.objects.select_for_update(no_key=True).get(pk=regency.pk)
        before = {(c.model, c.object_key): c for c in Clone.objects.filter(regency=regency)}
    outcome = Outcome()
    remembered: list[Clone] = []
    with in_regency(regency):
        for part in release.content["objects"]:
            item = Item(part["model"], part["key"], part["content"])
            origin = before.get((item.model, item.key))
            sha256 = _bring(item, origin, outcome, by=by if isinstance(by, User) else None, at=at)
            if sha256 and (origin is None or (origin.release_id, origin.content_sha256) != (release.pk, sha256)):
                remembered.append(_memory(regency, release, item, sha256, by, at))
        record("library.release_cloned", subject=release, by=by, data=outcome.counts(), at=at)
    with in_public():
        Clone.objects.bulk_create(
            remembered,
            update_conflicts=True,
            unique_fields=["regency", "model", "object_key"],
            update_fields=["release", "content_sha256", "cloned_at", "cloned_by"],
        )
    return outcome


def _bring(item: Item, origin: Clone | None, outcome: Outcome, *, by: User | None, at: datetime) -> str | None:
    """Make, change or leave one object. Returns the hash of what stands there, None when it is the regency's own."""
    found = current(item.model, item.key)
    here = item_of(found) if found else None
    if found is None:
        outcome.created.append(item)
    elif here and here.sha256 == item.sha256:
        outcome.unchanged.append(item)
        return here.sha256
    elif here is None or (origin and origin.content_sha256 == here.sha256):
        outcome.updated.append(item)
    else:
        outcome.kept.append(item)
        return None
    made = item_of(apply(item, by=by, at=at))
    return made.sha256 if made else item.sha256


def _memory(regency: Regency, release: Release, item: Item, sha256: str, by: Any, at: datetime) -> Clone:
    return Clone(
        regency=regency,
        release=release,
        model=item.model,
        object_key=item.key,
        content_sha256=sha256,
        cloned_at=at,
        cloned_by=getattr(by, "name", ""),
    )
