"""The audit is a chain that the database keeps: no row changes, none disappears unseen."""

import pytest
from django.db import DatabaseError, connection, transaction

from tenants.accounts.models import Role, User
from tenants.audit import queries
from tenants.audit.actions import record
from tenants.audit.models import AuditEntry
from tenants.models import Regency


def _record(times: int) -> None:
    role = Role.objects.create(key="clerk", name="Petugas")
    by = User.objects.create_user("rina@batang.test", "Rina Wulandari")
    for number in range(times):
        record("test.done", subject=role, by=by, data={"number": number})


def test_rows_chain_by_hash(batang: Regency) -> None:
    _record(3)
    first, second, third = AuditEntry.objects.order_by("id")
    assert first.previous == ""
    assert second.previous == first.hash
    assert third.previous == second.hash
    assert len({first.hash, second.hash, third.hash}) == 3
    assert queries.breaks() == []


@pytest.mark.parametrize(
    "statement",
    ["UPDATE audit_auditentry SET action = 'x'", "DELETE FROM audit_auditentry", "TRUNCATE audit_auditentry"],
)
def test_database_refuses_change(batang: Regency, statement: str) -> None:
    _record(1)
    refused = pytest.raises(DatabaseError, match="never changed or deleted")
    with refused, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert AuditEntry.objects.count() == 1


@pytest.mark.parametrize(
    ("statement", "reason"),
    [
        ("UPDATE audit_auditentry SET data = '{\"number\": 9}' WHERE id = %s", "isi berubah"),
        ("DELETE FROM audit_auditentry WHERE id = %s", "baris sebelumnya hilang atau berubah"),
    ],
)
def test_a_tampered_row_is_found(batang: Regency, statement: str, reason: str) -> None:
    _record(3)
    second = AuditEntry.objects.order_by("id")[1]
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE audit_auditentry DISABLE TRIGGER audit_refuse_change")
        cursor.execute(statement, [second.pk])
        cursor.execute("ALTER TABLE audit_auditentry ENABLE TRIGGER audit_refuse_change")
    assert reason in {item.reason for item in queries.breaks()}


def test_a_record_lives_in_its_regency_alone(batang: Regency, manggarai: Regency) -> None:
    _record(2)
    connection.set_tenant(manggarai, include_public=False)
    assert AuditEntry.objects.count() == 0
