"""A service with its cases, for the walks over every address."""

from django.core import signing
from django.db import connection
from django.utils import timezone

from modules.services import moving, queries
from modules.services.models import Case, CaseDocument, Service
from modules.services.public import publish
from modules.switches import ON, switch
from tenants.accounts.models import User
from tenants.files.actions import store_made
from tenants.files.uploads import PDF
from tenants.letters.actions import make_letter
from tests.examples import parameter, task
from tests.modules.services import builders
from tests.tenants.letters.examples import ask


def opened() -> str:
    """The test service, published and on; its key."""
    builders.publish(definition=builders.definition(), by=None, at=builders.MONDAY)
    switch(regency=connection.tenant, key="surat_uji", state=ON, by=None, at=timezone.now())  # type: ignore[attr-defined]
    return "surat_uji"


def filed_by(user: User) -> Case:
    """The user's case: the same one, however many parameters of an address ask for it."""
    opened()
    return Case.objects.filter(filed_by=user).first() or builders.filed(by=user).case


def sealed(purpose: str, value: object) -> str:
    return signing.dumps(value, salt=f"services.{purpose}:{connection.schema_name}")  # type: ignore[attr-defined]


@parameter("services", "service")
@parameter("services", "key")
def _key(user: User) -> str:
    return opened()


@parameter("services", "number")
def _number(user: User) -> str:
    return filed_by(user).number


@parameter("services", "sealed")
def _sealed(user: User) -> str:
    return sealed("track", filed_by(user).pk)


@parameter("services", "sealed_receipt")
def _receipt(user: User) -> str:
    return sealed("receipt", [filed_by(user).pk, "AAAAAAAAAA", True])


@parameter("services", "uuid")
def _document(user: User) -> str:
    case = filed_by(user)
    kept = store_made(
        content=b"%PDF-1.4", name="ktp.pdf", content_type=PDF, kind="ktp", subject=case, by=user, at=builders.MONDAY
    )
    return str(CaseDocument.objects.create(case=case, key="ktp", attachment=kept).attachment.public_id)


@parameter("services", "letter_uuid")
def _letter(user: User) -> str:
    asked = ask(connection.tenant, by=user, subject=filed_by(user))  # type: ignore[attr-defined]
    return str(make_letter(letter_id=asked.pk, at=builders.MONDAY).public_id)


@parameter("services", "version")
def _version(user: User) -> int:
    opened()
    return 1


@task("modules.services.tasks.move_cases")
def _move(user: User) -> dict[str, object]:
    builders.filed()
    publish(definition=builders.definition(summary="Yang baru."), by=None, at=builders.MONDAY)
    service = Service.objects.get(key="surat_uji")
    states = {state.key: state.key for state in moving.old_states(queries.open_by_state(service))}
    return {"move_id": moving.ask_move(service=service, states=states, reason="Baru", by=user, at=builders.MONDAY).pk}
