"""A regency counts itself: called in its own schema, writes one row in public."""

from datetime import datetime, timedelta
from importlib import import_module
from typing import Any

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.db import connection, transaction
from django.db.models import Count, Sum
from django.utils import timezone

from modules.contract import Facts
from modules.fleet.health import judge
from modules.fleet.models import RegencyFacts
from modules.registry import discover
from modules.switches import is_reachable
from tenants import faults
from tenants.accounts.models import User
from tenants.audit import queries as audit
from tenants.audit.models import AuditEntry
from tenants.current import current_regency
from tenants.files.models import Attachment
from tenants.letters.models import Letter
from tenants.models import Regency
from tenants.schemas.context import in_public
from tenants.schemas.release import head_here

WEEK = timedelta(days=7)
JOB_FAILED = "tenants.task_failed"
_SUMS = ("cases_open", "cases_closed", "cases_late")


def measure(at: datetime) -> RegencyFacts:
    """Count the current regency and write the row that the console reads; what the audit check found stays."""
    regency = current_regency()
    by_module = _modules(regency, at)
    found = {name: sum(getattr(facts, name) for facts in by_module.values()) for name in _SUMS}
    stuck = sorted(key for facts in by_module.values() for key in facts.unfinished)
    found |= {"unfinished": len(stuck), "unfinished_services": stuck}
    found |= _ground(regency, at) | {"last_activity_at": _last_activity(by_module)}
    found["more"] = {key: dict(facts.more) for key, facts in by_module.items() if facts.more}
    return _write(regency, at, found)


def check_audit(at: datetime) -> int:
    """Compute the chain of the current regency again. Returns how many rows are not what they were."""
    regency = current_regency()
    broken = len(audit.breaks())
    _write(regency, at, {"audit_breaks": broken, "audit_checked_at": at, "schema_head": head_here()})
    return broken


def _modules(regency: Regency, at: datetime) -> dict[str, Facts]:
    """What each module that is not off says of itself."""
    found = {}
    for module in discover():
        if not is_reachable(regency, module.key):
            continue
        try:
            public = import_module(f"{module.app}.public")
        except ModuleNotFoundError:
            continue
        if count := getattr(public, "facts", None):
            found[module.key] = count(at)
    return found


def _ground(regency: Regency, at: datetime) -> dict[str, Any]:
    files = Attachment.objects.aggregate(count=Count("pk"), size=Sum("size"))
    members = User.objects.members().filter(is_active=True).exclude(password__startswith="!")
    failed = AuditEntry.objects.filter(action=JOB_FAILED, at__gte=at - WEEK)
    count, _head = audit.head()
    return {
        "release": settings.RELEASE,
        "schema_head": head_here(),
        "users": members.count(),
        "users_with_second_factor": Authenticator.objects.filter(user__in=members).values("user").distinct().count(),
        "letters": Letter.objects.filter(state=Letter.State.READY).count(),
        "letters_failed": Letter.objects.filter(state=Letter.State.FAILED).count(),
        "files": files["count"],
        "file_bytes": files["size"] or 0,
        "database_bytes": _table_bytes(regency.schema_name),
        "jobs_failed": failed.count(),
        "mails_failed": failed.filter(data__queue="mail").count(),
        "faults": faults.of_week(regency.schema_name, timezone.localdate(at)),
        "audit_entries": count,
    }


def _table_bytes(schema: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce(sum(pg_total_relation_size(c.oid)), 0)::bigint FROM pg_class c"
            " JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = %s AND c.relkind = 'r'",
            [schema],
        )
        return int(cursor.fetchone()[0])


def _last_activity(by_module: dict[str, Facts]) -> datetime | None:
    """When a member of staff last did something that is on record, or a citizen last filed something."""
    staff = AuditEntry.objects.filter(actor_id__isnull=False).order_by("-id").values_list("at", flat=True).first()
    times = [staff, *(facts.last_filed_at for facts in by_module.values())]
    return max(filter(None, times), default=None)


def _write(regency: Regency, at: datetime, found: dict[str, Any]) -> RegencyFacts:
    with in_public(), transaction.atomic():
        Regency.objects.select_for_update(no_key=True).get(pk=regency.pk)
        facts = RegencyFacts.objects.filter(regency=regency).first() or RegencyFacts(regency=regency)
        for name, value in found.items():
            setattr(facts, name, value)
        facts.measured_at = at
        judge(facts, regency, at)
        facts.save()
        return facts
