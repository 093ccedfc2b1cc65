"""Two people at once: real transactions, real connections."""

from django.db import connection
from django.utils import timezone

from tenants.accounts import actions
from tenants.accounts.models import User
from tenants.accounts.permissions import StaffPermission
from tests.conftest import NewRegency
from tests.modules.santunan_kematian.test_at_once import after_the_other
from tests.tenants.accounts.test_actions import person


def test_two_administrators_who_close_each_other_out(committed: NewRegency) -> None:
    kendal = committed("kendal")
    connection.set_tenant(kendal, include_public=False)
    powers = [str(permission) for permission in StaffPermission]
    siti, budi = (person(f"{name}@kendal.test", *powers) for name in ("siti", "budi"))
    _closed, refused = after_the_other(
        kendal,
        lambda: actions.deactivate(user=budi, by=siti, at=timezone.now()),
        lambda: actions.deactivate(user=siti, by=budi, at=timezone.now()),
    )
    assert isinstance(refused, actions.LastAdministrator)
    assert list(User.objects.filter(is_active=True)) == [siti]
