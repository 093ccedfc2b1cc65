"""What it costs to know whose request this is and whether the module is on."""

from django.db import connection
from django.http import HttpResponse
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext
from django_tenants.middleware.main import TenantMainMiddleware

from modules.registry import discover
from modules.switches import is_reachable
from tenants.models import Domain, Regency
from tenants.routing import hosts, resolve
from tests.bench.row import Row, side_by_side

_REPEAT = 200


def rows() -> list[Row]:
    """Resolve and gate, warm, beside the library's own middleware."""
    regency, _created = Regency.objects.get_or_create(
        code="99.98",
        defaults={
            "schema_name": "bench_routing",
            "kind": "kabupaten",
            "name": "Tolok Ukur",
            "province": "-",
            "time_zone": "Asia/Jakarta",
            "state": "active",
        },
    )
    Domain.objects.get_or_create(domain="bench.localhost", defaults={"tenant": regency, "is_primary": True})
    hosts.forget()
    request = RequestFactory().get("/", headers={"host": "bench.localhost"})
    key = discover()[0].key
    stock = TenantMainMiddleware(lambda _: HttpResponse())

    def ours() -> None:
        for _ in range(_REPEAT):
            found = resolve(request.get_host())
            is_reachable(found, key)  # type: ignore[arg-type]

    def theirs() -> None:
        for _ in range(_REPEAT):
            stock.process_request(request)

    ours()
    with CaptureQueriesContext(connection) as asked:
        ours()
    queries = len(asked)
    mine, other, ratio = side_by_side(ours, theirs, times=15)
    connection.set_schema_to_public()
    Domain.objects.filter(tenant=regency).delete()
    regency.delete()
    each = mine / _REPEAT
    return [
        Row(
            f"resolve regency and gate, warm, {queries} SQL",
            f"{each * 1000:.1f} us",
            "TenantMainMiddleware",
            f"{other / _REPEAT * 1000:.1f} us",
            f"x{1 / ratio:.0f}",
            "0 SQL, under 100 us",
            each < 0.1 and queries == 0,
        )
    ]
