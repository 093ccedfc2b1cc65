"""Applications as pages ask for them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from modules.contract import Module
from modules.library.models import Release
from modules.registry import discover
from modules.services.public import shipped
from onboarding.applications.links import hashed
from onboarding.applications.models import Agreement, Application, GoLiveRequest, Paper
from onboarding.plan import SERVICES, known_services
from tenants import regions
from tenants.models import Regency
from tenants.regions import RegencyInfo

SHOWN = 30


@dataclass(frozen=True)
class Place:
    """One of the 514, and whether it may be applied for."""

    info: RegencyInfo
    state: str
    """`here`, `applied`, `none` (without a government of its own) or empty."""


def places(search: str = "", province: str = "") -> tuple[list[Place], int]:
    """The first regencies that a search or a province finds, and how many it finds."""
    words = search.strip().lower()
    found = [
        info
        for info in regions.regencies()
        if (not province or info.province_code == province)
        and words in f"{info.code} {info.title} {info.province}".lower()
    ]
    found.sort(key=lambda info: (bool(words) and not info.name.lower().startswith(words), info.name, info.code))
    few = found[: 60 if province and not words else SHOWN]
    return [Place(info, state) for info, state in zip(few, _states(few), strict=True)], len(found)


def place(code: str) -> Place | None:
    """The regency of a code."""
    try:
        info = regions.regency(code.strip())
    except regions.UnknownRegency:
        return None
    (state,) = _states([info])
    return Place(info, state)


def _states(found: list[RegencyInfo]) -> list[str]:
    codes = [info.code for info in found]
    here = set(Regency.objects.filter(code__in=codes).values_list("code", flat=True))
    held = Application.objects.filter(code__in=codes, state__in=Application.HOLDING)
    applied = set(held.values_list("code", flat=True))
    return [
        "none" if info.administrative
        else "here" if info.code in here
        else "applied" if info.code in applied
        else ""
        for info in found
    ]  # fmt: skip


def holder_of(code: str) -> Application | None:
    """The application that holds a code."""
    return Application.objects.filter(code=code, state__in=Application.HOLDING).first()


def find(token: str) -> Application | None:
    """The application that a key opens; for a colleague who has joined, the one they work on together."""
    if not 30 <= len(token) <= 60:
        return None
    found = Application.objects.select_related("joined_to", "run").filter(key_hash=hashed(token)).first()
    if found and found.state == Application.State.JOINED:
        return found.joined_to
    return found


def newest_paper(application: Application) -> Paper | None:
    """The letter of assignment that counts: the last one."""
    return application.papers.filter(kind=Paper.Kind.ASSIGNMENT).order_by("-pk").first()


def missing(application: Application) -> list[tuple[str, str]]:
    """What must still be filled in before it can be handed in: key of the part and words."""
    parts = [
        ("officer", _("data penanggung jawab"), bool(application.nip and application.position and application.phone)),
        ("letter", _("surat tugas"), newest_paper(application) is not None),
        ("address", _("alamat situs"), bool(application.subdomain)),
        ("modules", _("modul dan layanan"), bool(application.modules)),
        ("administrators", _("administrator pertama"), bool(application.administrators)),
        ("terms", _("isian kerja sama"), bool(application.terms)),
    ]
    return [(key, words) for key, words, done in parts if not done]


def publishers(module_key: str) -> list[tuple[str, str]]:
    """Schema name and name of the regencies that have published a package of a module, by name."""
    found = Regency.objects.filter(
        pk__in=Release.objects.filter(module_key=module_key).values("publisher"), state__in=["active", "read_only"]
    )
    return [(regency.schema_name, regency.title) for regency in found.order_by("name")]


@dataclass(frozen=True)
class Choice:
    """A module or service that may be chosen, with what it needs and from whom its templates can come."""

    key: str
    name: str
    summary: str
    needs: tuple[str, ...]
    """Names of modules that come with it."""
    publishers: tuple[tuple[str, str], ...]
    is_service: bool = False


def choices(sources: dict[str, str]) -> list[Choice]:
    """Everything that a regency may switch on at its beginning, modules before services."""
    modules = [
        Choice(
            module.key,
            str(module.name),
            str(module.summary),
            tuple(name_of(other) for other in module.requires),
            tuple(publishers(module.key)),
        )
        for module in discover()
        if not module.essential
    ]
    origin = Regency.objects.filter(schema_name=sources.get(SERVICES, "")).first()
    services = [Choice(key, name_of(key), "", (), (), is_service=True) for key in sorted(known_services(origin))]
    return [*modules, *services]


def name_of(key: str) -> str:
    """A module or a service, as people call it."""
    module = _module(key)
    if module:
        return str(module.name)
    service = shipped().get(key)
    return service.name if service else key.replace("_", " ").capitalize()


def with_required(keys: Iterable[str]) -> tuple[list[str], list[str]]:
    """The keys with everything that they need, and a sentence for each that was added."""
    wanted, said = list(dict.fromkeys(keys)), []
    for key in wanted:
        module = _module(key)
        for other in module.requires if module else ():
            needed = _module(other)
            if other not in wanted and not (needed and needed.essential):
                wanted.append(other)
                said.append(
                    _("%(added)s ikut dipilih, karena dibutuhkan oleh %(module)s.")
                    % {"added": name_of(other), "module": name_of(key)}
                )
    return wanted, said


@dataclass(frozen=True)
class Check:
    """Something that an operator should look at, found out by the machine."""

    label: str
    state: str
    note: str = ""


def checks(application: Application) -> list[Check]:
    """What speaks for and against an application."""
    domain = application.email.rpartition("@")[2]
    info = regions.regency(application.code)
    plain = "".join(letter for letter in info.name.lower() if letter.isalnum())
    named = plain in domain.replace("-", "").replace(".", "")
    year = str(application.nip or "")[:4]
    return [
        Check(_("Surel terverifikasi"), "ok" if application.verified_at else "todo", application.email),
        Check(
            _("Domain surel memuat nama daerahnya"),
            "ok" if named else "warn",
            domain if named else _("%s tidak memuat “%s”: bandingkan dengan surat tugas.") % (domain, info.name),
        ),
        Check(
            _("NIP berbentuk benar"),
            "ok" if len(str(application.nip or "")) == 18 and "1940" <= year <= "2010" else "warn",
        ),
        Check(_("Isian lengkap"), "failed" if missing(application) else "ok",
              ", ".join(words for _key, words in missing(application))),
    ]  # fmt: skip


def listed(state: str = "", search: str = "") -> QuerySet[Application]:
    """Applications for operators, newest first; without a state those that wait for somebody here come as asked."""
    found = Application.objects.order_by("-pk")
    found = found.filter(state=state) if state else found.exclude(state__in=["draft", "expired", "withdrawn"])
    if words := search.strip():
        found = found.filter(Q(name__icontains=words) | Q(code__startswith=words) | Q(number__iexact=words))
    return found


def rivals(application: Application) -> list[Application]:
    """Others who claim the same regency now: the one who holds it, and those who contest that."""
    states = [*Application.HOLDING, Application.State.CONTESTED]
    return list(Application.objects.filter(code=application.code, state__in=states).exclude(pk=application.pk))


def agreements(code: str) -> list[Agreement]:
    """The agreements of a regency that count: in force, waiting for a check, or returned; newest first."""
    found = Agreement.objects.filter(code=code).exclude(state=Agreement.State.REPLACED)
    return list(found.select_related("paper").order_by("-pk"))


def in_force(code: str, on: date) -> set[str]:
    """Kinds of agreements that bind the regency on a day."""
    verified = Agreement.objects.filter(code=code, state=Agreement.State.VERIFIED, ends_on__gte=on)
    return set(verified.values_list("kind", flat=True))


def open_request(regency: Regency) -> GoLiveRequest | None:
    """The request to go live that waits for a decision."""
    return GoLiveRequest.objects.filter(regency=regency, decision="").first()


def _module(key: str) -> Module | None:
    return next((module for module in discover() if module.key == key), None)
