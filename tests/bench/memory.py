"""Whether the web processes stay as large as they are: 2,000 mixed requests over four regencies."""

from tests.bench.ground import SCHEMAS, ground, session_cookie
from tests.bench.requests import ask, request
from tests.bench.row import Row
from tests.bench.server import gunicorn

REQUESTS, WARM = 2_000, 1_000
PATHS = ("/", "/services/track/", "/services/lapor_bupati/", "/account/login/")
STAFF_PATHS = ("/work/", "/work/?filter=open", "/work/?filter=closed", "/services/lapor_bupati/application/")
FLAT = 1.03
"""Growth that is still flat: the allocator's noise."""


def rows() -> list[Row]:
    """Resident memory of both processes after warming up and after as many requests again, twice."""
    ground()
    texts = [request(schema, path) for path in PATHS for schema in SCHEMAS]
    for schema in SCHEMAS:
        texts += [request(schema, path, session_cookie(schema)) for path in STAFF_PATHS]
    with gunicorn("config.wsgi", "tests.bench.settings") as server:
        order = {"port": server.port, "connections": 8, "seconds": 300, "requests": texts}
        _ask_rightly(order | {"limit": WARM})
        before = server.memory_mb()
        _ask_rightly(order | {"limit": REQUESTS})
        after = server.memory_mb()
    measure = f"memory of 2 web processes after {REQUESTS:,} requests"
    against = f"after the first {WARM:,}, of {len(SCHEMAS)} regencies"
    growth = after / before
    return [Row(measure, f"{after:.0f} MB", against, f"{before:.0f} MB", f"x{growth:.2f}", "flat", growth <= FLAT)]


def _ask_rightly(order: dict[str, object]) -> None:
    if wrong := ask(order)["wrong"]:
        raise RuntimeError(f"{wrong:.0f} answers were not 200")
