"""The invented people of the demo: one for every role that a module suggests, each at the desk where it is done."""

from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.hashers import make_password
from django.db import transaction

from modules.contract import SuggestedRole
from modules.library.baseline import ADMINISTRATOR, administrator_role
from tenants.accounts.actions import grant_role
from tenants.accounts.models import Role, User
from tenants.organisation.actions import assign
from tenants.organisation.models import Position, Unit, Village

PASSWORD = "rujukan-demo-2026"
VILLAGE = "village"
_DESKS = {
    # role: (unit code or VILLAGE, whether it leads the unit)
    "operator_desa": (VILLAGE, False),
    "kepala_desa": (VILLAGE, True),
    "verifikator_dinsos": ("DINSOS", False),
    "tksk": ("DINSOS", False),
    "kepala_dinsos": ("DINSOS", True),
    "bendahara": ("DINSOS", False),
    "bpkad": ("BPKAD", False),
    "petugas_dukcapil": ("DISDUKCAPIL", False),
    "petugas_layanan": ("DISKOMINFO", False),
    "penanda_tangan": ("SETDA", True),
    "pengelola_layanan": ("SETDA-ORG", True),
}
_NAMES = {
    "batang": """Rina Wulandari, Slamet Riyadi, Sutrisno, Dewi Lestari, Agus Prasetyo, Siti Aminah, Bambang Hartono,
        Nur Hidayati, Joko Susilo, Endang Sulastri, Wahyu Nugroho, Tri Handayani, Budi Santoso, Yuni Astuti""",
    "manggarai": """Maria Goreti Jehamat, Yohanes Nggarang, Fransiskus Ndoen, Theresia Jelita, Stefanus Jemadu,
        Kristina Mamut, Hendrikus Pantas, Agnes Suryati, Paulus Ganggut, Yosefina Daya, Marselinus Jebarus,
        Elisabeth Nimas, Dominikus Sudirman, Veronika Anul""",
    "contoh": """Ratna Sari, Hadi Purnomo, Kartika Dewi, Yusuf Hidayat, Lina Marlina, Darmawan, Sri Mulyani Putri,
        Anton Wijaya, Fitriani, Gunawan Saputra, Mega Utami, Rudi Hartanto, Wati Susanti, Teguh Prakoso""",
}


@dataclass(frozen=True)
class Member:
    """A demo account, as the page of sign-ins shows it."""

    key: str
    role: str
    email: str
    user: User


@transaction.atomic
def enlist(schema: str, roles: list[SuggestedRole], at: datetime, *, password: str | None = PASSWORD) -> list[Member]:
    """The administrator and one person for each role, in the current schema. Safe to repeat."""
    names = iter(name.strip() for name in _NAMES.get(schema, "").split(",") if name.strip())
    hashed = make_password(password)  # once: it is slow by design
    everybody = [(administrator_role(), ADMINISTRATOR)]
    keys = dict.fromkeys(role.key for role in roles)  # several modules may suggest the same one
    everybody += [(Role.objects.get(key=key), key) for key in keys]
    members = []
    for role, key in everybody:
        email = f"{'admin' if key == ADMINISTRATOR else key.replace('_', '-')}@{schema}.test"
        user, created = User.objects.get_or_create(
            email=email, defaults={"name": next(names, role.name), "password": hashed}
        )
        grant_role(user=user, role=role, by=None, at=at)
        if created and key in _DESKS:
            _seat(user, *_DESKS[key], at)
        members.append(Member(key, role.name, email, user))
    return members


def _seat(user: User, where: str, leads: bool, at: datetime) -> None:
    if where == VILLAGE:
        unit = Unit.objects.get(village=demo_village())
    else:
        unit = Unit.objects.filter(code=where).first()  # type: ignore[assignment]
    if unit is None:
        return
    position = Position.objects.filter(unit=unit, is_head=leads).order_by("pk").first()
    if position is None:
        position = Position.objects.create(unit=unit, name="Pelaksana", kind=Position.Kind.PELAKSANA, is_head=leads)
    assign(user=user, position=position, starts_on=at.date().replace(month=1, day=1), by=None, at=at)


def demo_village() -> Village:
    """The first desa of the current regency, where the demo's village people work."""
    return Village.objects.filter(kind=Village.Kind.DESA).order_by("code")[0]
