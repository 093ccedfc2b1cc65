"""What a module declares about itself: pure data, no models, no views."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from django.utils.functional import Promise

from tenants.permissions import Permission

Text = str | Promise


class Sector(StrEnum):
    """Groups of the menu and of the catalogue, in this order."""

    WELFARE = "welfare"
    PLANNING = "planning"
    ACCOUNTABILITY = "accountability"
    HEALTH = "health"
    POPULATION = "population"
    ECONOMY = "economy"
    LICENSING = "licensing"
    VILLAGE = "village"
    ADMINISTRATION = "administration"


@dataclass(frozen=True)
class NavItem:
    """An entry of the staff menu, shown to who holds `permission`."""

    label: Text
    url_name: str
    permission: str
    icon: str


@dataclass(frozen=True)
class SuggestedRole:
    """A role that onboarding creates; the regency may change it afterwards."""

    key: str
    name: str
    permissions: tuple[str, ...]
    description: str = ""


@dataclass(frozen=True)
class Facts:
    """What a module tells the central team about its work in the current regency: counts, nothing about anybody.

    A module has them by a function `facts(at) -> Facts` in its `public.py`.
    """

    cases_open: int = 0
    cases_closed: int = 0
    cases_late: int = 0
    unfinished: tuple[str, ...] = ()
    """Keys of services that nobody finishes: cases have waited for more than 30 days, and none was closed in them."""
    last_filed_at: datetime | None = None
    more: Mapping[str, int] = field(default_factory=dict)
    """Further counts by a short key, shown on the page of the regency."""


@dataclass(frozen=True)
class Module:
    """One folder of `modules/`. Everything else about it is derived from here."""

    key: str
    name: Text
    summary: Text
    sector: Sector
    office: Text
    permissions: type[Permission]
    roles: tuple[SuggestedRole, ...] = ()
    nav: tuple[NavItem, ...] = ()
    requires: tuple[str, ...] = ()
    recommends: tuple[str, ...] = ()
    figures: Mapping[str, Text] = field(default_factory=dict, hash=False)
    """What the counts in `Facts.more` are called on the page of the regency, by their key."""
    templates: tuple[str, ...] = ()
    """Names of its models whose objects are configuration that another regency may clone."""
    public: bool = False
    """Whether citizens see it."""
    essential: bool = False
    """Whether it carries others and cannot be switched off."""
    law: tuple[str, ...] = ()

    @property
    def app(self) -> str:
        """`modules.planning`."""
        return f"modules.{self.key}"
