"""What a module declares about itself: pure data, no models, no views."""

from dataclasses import dataclass
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
