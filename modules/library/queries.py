from collections import Counter
from dataclasses import dataclass

from django.db.models import Count, Q

from modules.contract import Module
from modules.library.models import Clone, Release
from modules.packages import Item, collect, current, digest, item_of, template_models
from modules.registry import discover, find
from modules.switches import state_of
from tenants.models import Regency
from tenants.schemas.context import in_public, in_regency


@dataclass(frozen=True)
class Package:
    """What a regency sees of one module's package by one publisher."""

    module: Module
    latest: Release
    cloned: Release | None
    """The newest release from which this regency has objects."""
    objects: int

    @property
    def is_newer(self) -> bool:
        """Whether the publisher has published since the regency cloned."""
        return self.cloned is None or self.latest.number > self.cloned.number


@dataclass(frozen=True)
class OwnPackage:
    """A module of the regency that could be published."""

    module: Module
    objects: int
    latest: Release | None
    changed: bool
    suggested_version: str


def content_of(regency: Regency, module: Module) -> dict[str, object]:
    """What a release of the module would contain today."""
    with in_regency(regency):
        return {"objects": [item.as_json() for item in collect(template_models(module))]}


def latest_release(publisher: Regency, module_key: str) -> Release | None:
    """The publisher's newest release of a module, by version."""
    with in_public():
        found = Release.objects.filter(publisher=publisher, module_key=module_key)
        return max(found, key=lambda release: release.number, default=None)


def available(regency: Regency) -> list[Package]:
    """The newest release of every publisher and module, with what this regency has of it."""
    modules = {module.key: module for module in discover()}
    with in_public():
        releases = Release.objects.exclude(publisher=regency).select_related("publisher").filter(module_key__in=modules)
        newest: dict[tuple[int, str], Release] = {}
        for release in releases:
            name = (release.publisher_id, release.module_key)
            if name not in newest or release.number > newest[name].number:
                newest[name] = release
        cloned: dict[tuple[int, str], Release] = {}
        for clone in Clone.objects.filter(regency=regency).select_related("release").defer("release__content"):
            name = (clone.release.publisher_id, clone.release.module_key)
            if name not in cloned or clone.release.number > cloned[name].number:
                cloned[name] = clone.release
    return [
        Package(modules[key], release, cloned.get((publisher, key)), len(release.content["objects"]))
        for (publisher, key), release in sorted(newest.items(), key=lambda pair: (pair[0][1], pair[0][0]))
    ]


def publishable(regency: Regency) -> list[OwnPackage]:
    """The regency's modules that are on and have templates, with what changed since their last release."""
    found = []
    for module in discover():
        if not module.templates or state_of(regency, module.key) == "off":
            continue
        content = content_of(regency, module)
        latest = latest_release(regency, module.key)
        changed = latest is None or digest(content) != latest.sha256
        count = len(content["objects"])  # type: ignore[arg-type]
        found.append(OwnPackage(module, count, latest, changed and count > 0, next_version(latest)))
    return found


def next_version(latest: Release | None) -> str:
    """`1.0.0` first, then the next minor version."""
    if latest is None:
        return "1.0.0"
    major, minor, _patch = latest.number
    return f"{major}.{minor + 1}.0"


def find_release(pk: int) -> Release | None:
    """A release by its number, with its publisher."""
    with in_public():
        return Release.objects.select_related("publisher").filter(pk=pk).first()


def clones_of(regency: Regency) -> list[Clone]:
    """Every object of the regency that came from a release."""
    with in_public():
        return list(
            Clone.objects.filter(regency=regency)
            .select_related("release__publisher")
            .defer("release__content")
            .order_by("model", "object_key")
        )


@dataclass(frozen=True)
class Origin:
    """How many objects of a regency came from one release."""

    release: Release
    objects: int

    @property
    def title(self) -> str:
        """`Layanan warga 1.2.0`."""
        module = find(self.release.module_key)
        return f"{module.name if module else self.release.module_key} {self.release.version}"


def origins(regency: Regency) -> list[Origin]:
    """The releases from which the regency has objects."""
    counted = Counter(clone.release for clone in clones_of(regency))
    return [Origin(release, objects) for release, objects in sorted(counted.items(), key=lambda pair: str(pair[0]))]


@dataclass(frozen=True)
class Foreseen:
    """What cloning would do with one object: `new`, `newer`, `same` or `own`."""

    item: Item
    fate: str


def preview(regency: Regency, release: Release) -> list[Foreseen]:
    """What cloning the release would do in a regency, object by object."""
    with in_public():
        origin = {
            (clone.model, clone.object_key): clone.content_sha256
            for clone in Clone.objects.filter(regency=regency).only("model", "object_key", "content_sha256")
        }
    with in_regency(regency):
        return [_foresee(Item(**part), origin) for part in release.content["objects"]]


def _foresee(item: Item, origin: dict[tuple[str, str], str]) -> Foreseen:
    found = current(item.model, item.key)
    here = item_of(found) if found else None
    if found is None or here is None:
        return Foreseen(item, "new")
    if here.sha256 == item.sha256:
        return Foreseen(item, "same")
    return Foreseen(item, "newer" if origin.get((item.model, item.key)) == here.sha256 else "own")


def releases(search: str = "") -> list[tuple[Release, int]]:
    """All releases, newest first, with how many regencies have objects of each."""
    with in_public():
        found = Release.objects.select_related("publisher").defer("content").order_by("-published_at", "-pk")
        if search:
            found = found.filter(Q(module_key__icontains=search) | Q(publisher__name__icontains=search))
        counted = found.annotate(regencies=Count("clones__regency", distinct=True))[:200]
        return [(release, release.regencies) for release in counted]


@dataclass(frozen=True)
class Holder:
    """A regency that has objects of a package, and the newest release they are from."""

    regency: Regency
    release: Release
    objects: int
    is_newest: bool


def holders_of(package: Release) -> list[Holder]:
    """Who runs which release of the package that a release belongs to, those behind first. Two queries."""
    with in_public():
        newest = latest_release(package.publisher, package.module_key)
        cloned = (
            Clone.objects.filter(release__publisher=package.publisher, release__module_key=package.module_key)
            .select_related("regency", "release")
            .defer("release__content")
        )
        held: dict[Regency, list[Release]] = {}
        for clone in cloned:
            held.setdefault(clone.regency, []).append(clone.release)
    found = []
    for regency, releases_ in held.items():
        latest = max(releases_, key=lambda release: release.number)
        found.append(Holder(regency, latest, len(releases_), newest is not None and latest.pk == newest.pk))
    return sorted(found, key=lambda holder: (holder.is_newest, holder.regency.name))
