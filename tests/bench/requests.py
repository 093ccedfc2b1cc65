"""Requests per second of the pages that are opened most, beside an empty Django view on the same server.

Two empty views are asked. One stands in the project, behind all of its middleware, on the very server that serves the
pages, and is asked with the same headers (for the inbox: with the session of the officer); the targets are set against
it. The other is Django alone, without middleware, apps or database, on a second gunicorn with the same settings: it is
reported so that the cost of the middleware is seen too.
"""

import json
import statistics
import subprocess
import sys
from dataclasses import dataclass

from django.conf import settings

from tests.bench.ground import BATANG, CASES, FEW, ground, session_cookie
from tests.bench.row import Row
from tests.bench.server import gunicorn

CONNECTIONS, SECONDS, ROUNDS = 8, 2.0, 7
EMPTY, USUAL = "/bench/empty/", "kendal"


@dataclass(frozen=True)
class Asked:
    """One kind of request, and what it is compared with."""

    name: str
    port: int
    text: str
    empty: str = ""
    share: float = 0
    """The part of the empty view's requests per second that it is to reach; 0 is no target."""


def request(schema: str, path: str, cookie: str = "") -> str:
    """A GET as a browser of that regency sends it."""
    lines = [f"GET {path} HTTP/1.1", f"Host: {schema}.{settings.BASE_DOMAIN}", "Accept: text/html"]
    lines += [f"Cookie: {cookie}"] if cookie else []
    return "\r\n".join([*lines, "", ""])


def rows() -> list[Row]:
    """Portal home and inbox against both empty views, all in turn, several rounds."""
    ground()
    with gunicorn("config.wsgi", "tests.bench.settings") as ours, gunicorn("tests.bench.bare", "") as bare:
        kinds = _kinds(ours.port, bare.port)
        for kind in kinds:
            per_second(kind, 1.0)
        rounds = [{kind.name: per_second(kind, SECONDS) for kind in kinds} for _ in range(ROUNDS)]
    found = []
    for kind in kinds:
        if kind.empty:
            found += [_row(kind, kind.empty, kind.share, rounds), _row(kind, "bare Django, empty view", 0, rounds)]
    return found


def _kinds(ours: int, bare: int) -> list[Asked]:
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


def _row(kind: Asked, against: str, share: float, rounds: list[dict[str, float]]) -> Row:
    mine, other = (statistics.median(each[name] for each in rounds) for name in (kind.name, against))
    ratio = statistics.median(each[kind.name] / each[against] for each in rounds)
    target = f"at least {share:.0%}" if share else "-"
    return Row(kind.name, f"{mine:.0f}/s", against, f"{other:.0f}/s", f"{ratio:.0%}", target, ratio >= share)


def per_second(kind: Asked, seconds: float) -> float:
    """Answers per second. Raises RuntimeError for an answer that is not 200."""
    found = ask({"port": kind.port, "connections": CONNECTIONS, "seconds": seconds, "requests": [kind.text]})
    if found["wrong"]:
        raise RuntimeError(f"{kind.name}: {found['wrong']} of {found['answers']} answers were not 200")
    return found["answers"] / found["seconds"]


def ask(order: dict[str, object]) -> dict[str, float]:
    """Run the client of tests.bench.load in a process of its own."""
    command = [sys.executable, "-m", "tests.bench.load"]
    done = subprocess.run(command, input=json.dumps(order), capture_output=True, text=True, check=True)
    found: dict[str, float] = json.loads(done.stdout)
    return found
