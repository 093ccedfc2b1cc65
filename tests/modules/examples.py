"""Examples for the settings pages."""

from tenants.accounts.models import Role, User
from tests.examples import parameter


@parameter("settings", "key", shared=True)
def module_key(user: User) -> str:
    return "services"


@parameter("settings", "role")
def role(user: User) -> str:
    return Role.objects.create(key="hanya-di-sini", name="Hanya di sini").key
