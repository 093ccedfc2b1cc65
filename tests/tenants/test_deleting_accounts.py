"""Tables of the central team know operators, and no table of a regency knows them: an account there can be deleted."""

from datetime import timedelta

import pytest
from django.apps import apps
from django.conf import settings
from django.db import IntegrityError, connection, models, transaction
from django.utils import timezone

from modules.fleet.models import Subscription
from tenants.accounts.models import Invitation, Role, RoleGrant, User
from tenants.models import Regency

CENTRAL = [a for a in settings.SHARED_APPS if a not in settings.TENANT_APPS]


def references() -> list[models.ForeignKey]:
    """Of tables that only public has, to tables that every regency has too."""
    both = {apps.get_app_config(label).name for label in apps.app_configs} & set(settings.TENANT_APPS)
    return [
        field
        for config in apps.get_app_configs()
        if config.name in CENTRAL
        for model in config.get_models()
        for field in model._meta.concrete_fields
        if isinstance(field, models.ForeignKey)
        and apps.get_app_config(field.related_model._meta.app_label).name in both
    ]


@pytest.mark.parametrize("field", references(), ids=str)
def test_django_does_not_look_for_what_only_public_has(field: models.ForeignKey) -> None:
    assert field.remote_field.on_delete is models.DO_NOTHING, "deleting in a regency would ask for a table of public"


def test_an_account_of_a_regency_goes_with_its_grants(batang: Regency) -> None:
    role = Role.objects.create(key="a", name="A")
    gone, stays = (User.objects.create_user(f"{n}@batang.test", n) for n in ("satu", "dua"))
    for user in (gone, stays):
        RoleGrant.objects.create(user=user, role=role)
    now = timezone.now()
    Invitation.objects.create(user=gone, token_hash="0" * 64, expires_at=now + timedelta(days=1))
    gone.delete()
    assert list(User.objects.values_list("name", flat=True)) == ["dua"]
    assert (RoleGrant.objects.get().user, Invitation.objects.count()) == (stays, 0)


def test_an_operator_who_did_something_is_kept_by_the_database(batang: Regency) -> None:
    connection.set_schema_to_public()
    ayu = User.objects.create_user("ayu@pusat.test", "Ayu")
    Subscription.objects.create(user=ayu, since=timezone.now())
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.filter(pk=ayu.pk)._raw_delete("default")
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
