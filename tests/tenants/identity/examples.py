"""A crest for the walks over every address."""

from datetime import UTC, datetime
from io import BytesIO
from typing import Any

from django.db import connection
from PIL import Image

from tenants.accounts.models import User
from tenants.files.uploads import prepare
from tenants.identity.actions import change_identity
from tenants.models import Regency
from tests.examples import parameter
from tests.tenants.files.samples import upload

AT = datetime(2026, 11, 23, 3, tzinfo=UTC)


def drawing(colour: str = "green", size: tuple[int, int] = (300, 400)) -> bytes:
    target = BytesIO()
    Image.new("RGB", size, colour).save(target, "PNG")
    return target.getvalue()


def crested(regency: Regency, by: Any = None, colour: str = "green") -> Regency:
    """The regency with a crest of one colour."""
    crest = prepare(upload(drawing(colour), "lambang.png"))
    return change_identity(regency=regency, values={}, crest=crest, by=by, at=AT)


@parameter("identity", "version")
def _version(user: User) -> str:
    return crested(connection.tenant, by=user).crest_version  # type: ignore[attr-defined]


@parameter("identity", "size", shared=True)
def _size(user: User) -> str:
    return "small"


@parameter("console:crest", "version")
def _shown_in_the_console(user: User) -> str:
    return crested(Regency.objects.get(code="33.25")).crest_version


@parameter("", "key")
def _catalogued(user: User) -> str:
    return "services"
