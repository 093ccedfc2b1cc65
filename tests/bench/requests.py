"""Requests per second of the pages that are opened most, beside an empty Django view on the same kind of server."""

import json
import subprocess
import sys
from dataclasses import dataclass

from django.conf import settings

from tests.bench.ground import BATANG, ground, session_cookie
from tests.bench.row import Row
from tests.bench.server import gunicorn

CONNECTIONS, SECONDS, ROUNDS = 8, 2.0, 5


@dataclass(frozen=True)
class Target:
    name: str
    port: int
    text: str


def request(schema: str, path: str, cookie: str = "") -> str:
    """A GET as a browser of that regency sends it."""
    lines = [f"GET {path} HTTP/1.1", f"Host: {schema}.{settings.BASE_DOMAIN}", "Accept: text/html"]
    lines += [f"Cookie: {cookie}"] if cookie else []
    return "\r\n".join([*lines, "", ""])


def rows() -> list[Row]:
    """Portal home and inbox against two empty views: one in bare Django, one behind the project's middleware."""
    ground()
    cookie = session_cookie(BATANG)
    with (
        gunicorn("config.wsgi", "tests.bench.settings") as ours,
        gunicorn("tests.bench.bare", "") as bare,
    ):
        targets = [
            Target("bare", bare.port, request(BATANG, "/bench/empty/")),
            Target("home", ours.port, request(BATANG, "/")),
            Target("inbox", ours.port, request(BATANG, "/work/", cookie)),
            Target("empty", ours.port, request(BATANG, "/bench/empty/")),
            Target("empty, signed in", ours.port, request(BATANG, "/bench/empty/", cookie)),
        ]
        for target in targets:
            per_second(target, 1.0)
        rounds = [{target.name: per_second(target, SECONDS) for target in targets} for _ in range(ROUNDS)]
    return []


def per_second(target: Target, seconds: float) -> float:
    """Answers per second. Raises RuntimeError for an answer that is not 200."""
    order = {"port": target.port, "connections": CONNECTIONS, "seconds": seconds, "requests": [target.text]}
    command = [sys.executable, "-m", "tests.bench.load"]
    done = subprocess.run(command, input=json.dumps(order), capture_output=True, text=True, check=True)
    found = json.loads(done.stdout)
    if found["wrong"]:
        raise RuntimeError(f"{target.name}: {found['wrong']} of {found['answers']} answers were not 200")
    return found["answers"] / found["seconds"]
