"""Every address of a regency, as an operator of the central team meets it: without consent, and with it."""

import re

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from modules.services.models import Case
from tenants.accounts.models import Role, RoleGrant, User
from tenants.audit.models import AuditEntry
from tenants.models import Regency
from tenants.permissions import ConsolePermission
from tenants.schemas.context import in_public
from tenants.support.actions import consent, revoke
from tenants.support.models import PAGE_OPENED, Access
from tenants.support.permissions import further
from tests.architecture.endpoints import REGENCY, Endpoint
from tests.architecture.test_every_url import CLOSED, all_on, enter, everything, example, names, staff

PAGES = [e for e in REGENCY if not e.is_api and e.name != "support:entry"]
_WHOLE = re.compile(rb"(?<!\d)\d{16}(?!\d)")


def let_in(admin: User) -> tuple[Client, Access]:
    """An operator with everything that a regency can allow, and the eyes of every role."""
    with in_public():
        role = Role.objects.create(key="dukungan", name="Dukungan", permissions=[str(ConsolePermission.SUPPORT)])
        operator = User.objects.create_user("ayu@pusat.test", "Ayu")
        RoleGrant.objects.create(user=operator, role=role)
    asked = Access.objects.create(
        operator_id=operator.pk, operator_name="Ayu", reason="Uji", hours=4, asked_at=timezone.now()
    )
    access = consent(access=asked, permissions=further(), roles=Role.objects.all(), by=admin, at=timezone.now())
    browser = Client(headers={"host": "batang.localhost"})
    browser.force_login(access.account)  # type: ignore[arg-type]
    return browser, access


def visit(browser: Client, endpoint: Endpoint, kwargs: dict[str, object]) -> HttpResponse:
    return browser.get(reverse(endpoint.name, kwargs=kwargs, urlconf=endpoint.urlconf))


@pytest.mark.parametrize("endpoint", PAGES, ids=names(PAGES))
def test_with_consent_each_page_is_on_record_and_masks(batang: Regency, endpoint: Endpoint) -> None:
    all_on(batang)
    enter(batang)
    admin = staff(everything())
    kwargs = example(endpoint, admin)
    enter(batang)
    browser, access = let_in(admin)
    answer = visit(browser, endpoint, kwargs)
    assert answer.status_code < 500
    enter(batang)
    assert AuditEntry.objects.filter(action=PAGE_OPENED, subject_id=str(access.pk)).count() == 1
    shown = answer.content if not answer.streaming else b"".join(answer)  # type: ignore[arg-type]
    numbers = {str(case.nik).encode() for case in Case.objects.all() if case.nik}
    assert not numbers & set(_WHOLE.findall(shown)), "a whole NIK was shown"
    if answer.status_code == 200:
        assert answer["Content-Type"].startswith("text/html"), "a file left"


@pytest.mark.parametrize("endpoint", CLOSED, ids=names(CLOSED))
def test_without_consent_nothing_opens(batang: Regency, endpoint: Endpoint) -> None:
    """The session of an access that was revoked is that of a stranger."""
    all_on(batang)
    enter(batang)
    admin = staff(everything())
    kwargs = example(endpoint, admin)
    enter(batang)
    browser, access = let_in(admin)
    revoke(access=access, by=admin, at=timezone.now())
    answer = visit(browser, endpoint, kwargs)
    if endpoint.is_api:
        assert answer.status_code in (401, 405)
    else:
        assert answer["Location"].startswith("/account/login/")
    enter(batang)
    assert not AuditEntry.objects.filter(action=PAGE_OPENED).exists()
