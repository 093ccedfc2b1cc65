"""`manage.py verify_audit`: what it says of sound and of damaged chains, and with which exit code."""

import io

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from tenants.accounts.models import Role
from tenants.audit.actions import record
from tenants.audit.models import AuditEntry
from tenants.models import Regency


def _say(**options: str) -> str:
    out = io.StringIO()
    call_command("verify_audit", stdout=out, **options)
    return out.getvalue()


def _damage() -> None:
    """As somebody with the rights of the database's owner would."""
    record("test.done", subject=Role.objects.create(key="clerk", name="Petugas"), by=None)
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE audit_auditentry DISABLE TRIGGER audit_refuse_change")
        cursor.execute("UPDATE audit_auditentry SET actor_name = 'Orang Lain'")
        cursor.execute("ALTER TABLE audit_auditentry ENABLE TRIGGER audit_refuse_change")


def test_every_chain_is_looked_at(batang: Regency) -> None:
    record("test.done", subject=Role.objects.create(key="clerk", name="Petugas"), by=None)
    lines = _say().splitlines()
    assert [line.split(":")[0] for line in lines] == ["public", "batang", "manggarai"]
    head = AuditEntry.objects.get().hash[:16]
    assert lines[1] == f"batang: 1 rows, head {head}, 0 breaks"


def test_an_altered_row_is_named_and_the_command_fails(batang: Regency) -> None:
    _damage()
    with pytest.raises(CommandError, match="1 audit chains are damaged"):
        _say()
    assert ", 0 breaks" in _say(schema="manggarai")
