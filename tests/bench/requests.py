"""Requests per second of the pages that are opened most, beside an empty Django view on the same server.

Two empty views are asked. One stands in the project, behind all of its middleware, on the very server that serves the
pages, and is asked with the same headers (for the inbox: with the session of the officer); the targets are set against
it. The other is Django alone, without middleware, apps or database, on a second gunicorn with the same settings: it is
reported so that the cost of the middleware is seen too. The processor time of the web processes stands beside: it says
the same on a machine that has other work to do.
"""

import json
import statistics
import subprocess
import sys
from dataclasses import dataclass

from django.conf import settings

from tests.bench.ground import BATANG, CASES, FEW, ground, session_cookie
from tests.bench.row import Row
from tests.bench.server import Server, gunicorn

CONNECTIONS, WARM_SECONDS, SECONDS, ROUNDS = 8, 4.0, 2.0, 7
EMPTY, USUAL = "/bench/empty/", "kendal"


@dataclass(frozen=True)
class Asked:
    """One kind of request, and what it is compared with."""

    name: str
    server: Server
    text: str
    empty: str = ""
    share: float = 0
    """The part of the empty view's requests per second that it is to reach; 0 is no target."""


@dataclass(frozen=True)
class Measured:
    per_second: float
    cpu_ms: float
    """Of the web processes, for each answer."""


def request(schema: str, path: str, cookie: str = "") -> str:
    """A GET as a browser of that regency sends it."""
    lines = [f"GET {path} HTTP/1.1", f"Host: {schema}.{settings.BASE_DOMAIN}", "Accept: text/html"]
    lines += [f"Cookie: {cookie}"] if cookie else []
    return "\r\n".join([*lines, "", ""])


def rows() -> list[Row]:
    """Portal home and inbox against both empty views, all in turn, several rounds."""
    ground()
    with gunicorn("config.wsgi", "tests.bench.settings") as ours, gunicorn("tests.bench.bare", "") as bare:
        kinds = _kinds(ours, bare)
        for kind in kinds:
            measured(kind, WARM_SECONDS)
        rounds = [{kind.name: measured(kind, SECONDS) for kind in kinds} for _ in range(ROUNDS)]
    found = []
    for kind in kinds:
        if kind.empty:
            found += [_row(kind, kind.empty, kind.share, rounds), _row(kind, "bare Django, empty view", 0, rounds)]
            found.append(_cpu_row(kind, rounds))
    return found


def _kinds(ours: Server, bare: Server) -> list[Asked]:
    few, many = session_cookie(USUAL), session_cookie(BATANG)
    inbox, large = f"staff inbox, {FEW} cases", f"staff inbox, {CASES:,} cases"
    return [
        Asked("bare Django, empty view", bare, request(USUAL, EMPTY)),
        Asked("empty view of the project", ours, request(USUAL, EMPTY)),
        Asked("portal home", ours, request(USUAL, "/"), "empty view of the project", 0.40),
        Asked("empty view, signed in", ours, request(USUAL, EMPTY, few)),
        Asked(inbox, ours, request(USUAL, "/work/", few), "empty view, signed in", 0.25),
        Asked(large, ours, request(BATANG, "/work/", many), "empty view, signed in"),
    ]


def _row(kind: Asked, against: str, share: float, rounds: list[dict[str, Measured]]) -> Row:
    mine, other = (statistics.median(each[name].per_second for each in rounds) for name in (kind.name, against))
    ratio = statistics.median(each[kind.name].per_second / each[against].per_second for each in rounds)
    target = f"at least {share:.0%}" if share else "-"
    return Row(kind.name, f"{mine:.0f}/s", against, f"{other:.0f}/s", f"{ratio:.0%}", target, ratio >= share)


def _cpu_row(kind: Asked, rounds: list[dict[str, Measured]]) -> Row:
    mine, other = (statistics.median(each[name].cpu_ms for each in rounds) for name in (kind.name, kind.empty))
    ratio = statistics.median(each[kind.empty].cpu_ms / each[kind.name].cpu_ms for each in rounds)
    measure = f"{kind.name}: web processor time"
    return Row(measure, f"{mine:.2f} ms", kind.empty, f"{other:.2f} ms", f"{ratio:.0%}", "-", True)


def measured(kind: Asked, seconds: float) -> Measured:
    """Ask for some seconds. Raises RuntimeError for an answer that is not 200."""
    before = kind.server.cpu_seconds()
    found = ask({"port": kind.server.port, "connections": CONNECTIONS, "seconds": seconds, "requests": [kind.text]})
    if found["wrong"]:
        raise RuntimeError(f"{kind.name}: {found['wrong']} of {found['answers']} answers were not 200")
    cpu = kind.server.cpu_seconds() - before
    return Measured(found["answers"] / found["seconds"], 1000 * cpu / found["answers"])


def ask(order: dict[str, object]) -> dict[str, float]:
    """Run the client of tests.bench.load in a process of its own."""
    command = [sys.executable, "-m", "tests.bench.load"]
    done = subprocess.run(command, input=json.dumps(order), capture_output=True, text=True, check=True)
    found: dict[str, float] = json.loads(done.stdout)
    return found
