"""`make run`: everything on one machine, with Batang and Manggarai in it, until Ctrl-C.

Starts PostgreSQL and Redis (config/embedded.py) unless DATABASE_URL and REDIS_URL name others, brings the
database up to date, puts the demo in, then runs web, worker and scheduler side by side.
"""

from __future__ import annotations

import hashlib
import http.client
import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from config.embedded import EmbeddedServerError, ensure_database, locked, servers
from config.processes import Together, ends_with_us, stop_server

BASE_DIR = Path(__file__).resolve().parent.parent
# Of packages, and shown by no page: the browsable API, the second viewer of the OpenAPI schema.
NOT_SERVED = ("--ignore", "rest_framework", "--ignore", "redoc")
GENERATED = ("postgres", "redis", "media", "static", "static.stamp", "schedule*", "demo.json", "*.log")


class CannotRun(Exception):
    """A start that cannot succeed; the message says why and what to do."""


@dataclass(frozen=True)
class Place:
    """Where this run listens and keeps its things."""

    data_dir: Path
    host: str
    port: int
    domain: str

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Place:
        text = environment.get("PORT", "8000")
        if not text.isdecimal() or not 0 < int(text) < 65536:
            raise CannotRun(f"PORT must be a number from 1 to 65535, not {text!r}.")
        data_dir = Path(environment.get("DATA_DIR") or BASE_DIR / ".data").expanduser().resolve()
        domain = environment.get("BASE_DOMAIN", "localhost")
        return cls(data_dir, environment.get("BIND", "127.0.0.1"), int(text), domain)

    def url(self, host: str, path: str) -> str:
        return f"http://{host}{'' if self.port == 80 else f':{self.port}'}{path}"


def main(arguments: Sequence[str]) -> int:
    if arguments == ["prepare"]:
        return prepare()
    if arguments == ["template"]:
        return migrate_template()
    # Until everything runs, being told to stop means: undo what was started.
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda number, _: sys.exit(128 + number))
    try:
        place = Place.from_environment(os.environ)
        return reset(place) if arguments == ["reset"] else run(place)
    except (CannotRun, EmbeddedServerError) as error:
        print(f"\n{error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 128 + signal.SIGINT


def run(place: Place) -> int:
    """Start everything, wait until asked to stop, stop everything; return the exit code."""
    began = time.monotonic()
    _refuse_taken_port(place)
    own = {"postgres": not os.environ.get("DATABASE_URL"), "redis": not os.environ.get("REDIS_URL")}
    place.data_dir.mkdir(parents=True, exist_ok=True)
    os.chdir(BASE_DIR)
    with servers(place.data_dir, **own) as running:
        environment = _environment(place) | running.environment()
        if not own["postgres"]:
            ensure_database(environment["DATABASE_URL"])
        _prepare(place, environment)
        together = Together(_commands(place), environment, beside=running.processes)
        announce, make_gave_up = _Announcement(place, began), _MakeGaveUp()

        def each_tick() -> None:
            announce()
            if make_gave_up():
                together.ask_to_stop()

        together.each_tick = each_tick
        code = together.run()
        if together.failed:
            print(f"\n{together.failed}", file=sys.stderr)
        print("Stopped.", flush=True)
        return code


# -- before --------------------------------------------------------------------------------------------------


def _refuse_taken_port(place: Place) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((place.host, place.port))
        except PermissionError:
            raise CannotRun(f"Port {place.port} needs more rights. Try: make run PORT=8000") from None
        except OSError as error:
            raise CannotRun(
                f"Port {place.port} on {place.host} cannot be used ({error.strerror}). "
                f"Stop the program that uses it, or choose another port: make run PORT={place.port + 1}"
            ) from None


def _environment(place: Place) -> dict[str, str]:
    return {
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "DEMO": "true",
        "BIND": place.host,
        "PYTHONUNBUFFERED": "1",
        "SECRET_KEY": _secret_key(place.data_dir / "secret_key"),
        **os.environ,
        "PORT": str(place.port),
        "DATA_DIR": str(place.data_dir),
    }


def _secret_key(file: Path) -> str:
    """Made once per data directory, readable by its owner alone."""
    if not file.exists():
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with open(descriptor, "w", encoding="ascii") as output:
            output.write(secrets.token_urlsafe(50))
    return file.read_text(encoding="ascii")


def _prepare(place: Place, environment: Mapping[str, str]) -> None:
    """Database and static files at the same time: each keeps one core busy.

    At the first start the template of all regencies is migrated beside the public schema.
    """
    print("Preparing the database and the demo ...", flush=True)
    stamp, fingerprint = place.data_dir / "static.stamp", _fingerprint()
    stale = not stamp.exists() or stamp.read_text() != fingerprint
    commands = [["-m", "config.run", "prepare"]]
    if not (place.data_dir / "demo.json").exists():
        commands.append(["-m", "config.run", "template"])
    if stale:
        commands.append(["manage.py", "collectstatic", "--noinput", "--clear", "--verbosity", "0", *NOT_SERVED])
    jobs = [
        subprocess.Popen(
            [sys.executable, *command],
            env=dict(environment),
            start_new_session=True,  # on Ctrl-C it is stopped below, without a traceback
            preexec_fn=ends_with_us(signal.SIGTERM),
        )
        for command in commands
    ]
    try:
        if any(job.wait() for job in jobs):
            raise CannotRun("The database or the static files could not be prepared; the lines above say why.")
    finally:
        for job in jobs:
            stop_server(job, signal.SIGTERM)
    if stale:
        stamp.write_text(fingerprint)


def _fingerprint() -> str:
    """Changes when a static file of ours or the version of a package does."""
    files = [*Path("requirements").iterdir()]
    for folder in ("static", "modules", "tenants", "onboarding"):
        files += [path for path in Path(folder).rglob("*") if "static" in path.parts and path.is_file()]
    digest = hashlib.sha256()
    for path in sorted(files):
        facts = path.stat()
        digest.update(f"{path} {facts.st_size} {facts.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def prepare() -> int:
    """In a process of its own, so that the one that watches stays small."""
    import django
    from django.core.management import call_command

    django.setup()
    call_command("prepare", verbosity=0)
    call_command("demo", verbosity=0)
    return 0


def migrate_template() -> int:
    """Ahead of `prepare`, which waits for its lock and publishes what it finds done."""
    import django

    django.setup()
    from tenants.schemas import release

    release.migrate_alone()
    return 0


def reset(place: Place) -> int:
    """Remove what `make run` made in the data directory, and nothing else that may be there."""
    if os.environ.get("DATABASE_URL"):
        raise CannotRun("DATABASE_URL names a server of yours: drop and create its database there yourself.")
    if not place.data_dir.exists():
        print(f"There is no {place.data_dir}: nothing to remove.")
        return 0
    with locked(place.data_dir):
        for name in GENERATED:
            for path in place.data_dir.glob(name):
                shutil.rmtree(path) if path.is_dir() else path.unlink()
    print(f"The demo's data in {place.data_dir} is gone. `make run` makes it anew.")
    return 0


# -- while ---------------------------------------------------------------------------------------------------


def _commands(place: Place) -> dict[str, list[str]]:
    quiet = ["-W", "ignore:You're running the worker with superuser privileges"]
    celery = [sys.executable, *quiet, "-m", "celery", "--quiet", "-A", "config"]
    return {
        "web": [sys.executable, "-m", "gunicorn", "-c", "python:config.gunicorn", "config.wsgi"],
        "worker": [
            *celery,
            "worker",
            "--queues",
            "interactive,documents,mail,fleet",
            "--concurrency",
            "2",
            "--without-gossip",
            "--without-mingle",
            "--without-heartbeat",
            "--loglevel",
            "WARNING",
        ],
        "scheduler": [
            *celery,
            "beat",
            "--schedule",
            str(place.data_dir / "schedule"),
            "--pidfile",
            "",
            "--loglevel",
            "WARNING",
        ],
    }


class _Announcement:
    """Asks whether the site answers; once it does, prints the addresses and sign-ins."""

    def __init__(self, place: Place, began: float) -> None:
        self.place, self.began, self.done = place, began, False

    def __call__(self) -> None:
        if not self.done and self._answers():
            self.done = True
            print(announcement(self.place, time.monotonic() - self.began), flush=True)

    def _answers(self) -> bool:
        host = "127.0.0.1" if self.place.host == "0.0.0.0" else self.place.host
        connection = http.client.HTTPConnection(host, self.place.port, timeout=2)
        try:
            connection.request("GET", "/healthz", headers={"Host": self.place.domain})
            return connection.getresponse().status == 200
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()


class _MakeGaveUp:
    """Whether the `make` that runs us is gone, or was interrupted alone and now waits for us.

    GNU make hands SIGTERM on, but not SIGINT and SIGHUP: it stops catching the signal, and we would never know.
    """

    def __init__(self) -> None:
        self.make = os.getppid() if os.environ.get("MAKELEVEL") else None
        self.caught_before = self._caught_by_make()

    def __call__(self) -> bool:
        if self.make is None:
            return False
        return os.getppid() != self.make or bool(self.caught_before & ~self._caught_by_make())

    def _caught_by_make(self) -> int:
        """The signals it catches, a bit for each; 0 where the system does not tell."""
        try:
            status = Path(f"/proc/{self.make}/status").read_text(encoding="ascii", errors="replace")
        except OSError:
            return 0
        return next((int(line.split()[1], 16) for line in status.splitlines() if line.startswith("SigCgt:")), 0)


def announcement(place: Place, seconds: float) -> str:
    """What to open and how to sign in, from what `manage.py demo` wrote to DATA_DIR/demo.json."""
    try:
        accounts = json.loads((place.data_dir / "demo.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        accounts = []
    for account in accounts:
        account["host"], _, path = account["where"].removeprefix("http://").partition("/")
        account["host"] = account["host"].split(":")[0]
        account["url"] = place.url(account["host"], f"/{path}")
    hosts = dict.fromkeys(account["host"] for account in accounts if account["host"] != place.domain)
    addresses = [
        ("Public site", place.url(place.domain, "/")),
        ("Central team", place.url(place.domain, "/console/")),
    ]
    for host in hosts:
        addresses += [(f"{host.split('.')[0].title()}, citizens", place.url(host, "/"))]
        addresses += [(f"{host.split('.')[0].title()}, staff", place.url(host, "/work/"))]
    sign_ins = [(a["url"], a["who"], a["email"], a["password"]) for a in accounts if a.get("email")]
    parts = [f"Rujukan is ready after {seconds:.0f} seconds.", _table(("Address", "Open"), addresses)]
    if sign_ins:
        parts.append(_table(("Sign in at", "As", "E-mail", "Password"), sign_ins))
    return "\n\n".join(["", *parts, "Ctrl-C stops everything.", ""])


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    widths = [max(len(row[column]) for row in [head, *rows]) for column in range(len(head))]
    ruled = [head, ["-" * width for width in widths], *rows]
    return "\n".join("  " + "  ".join(f"{c:<{w}}" for c, w in zip(row, widths, strict=True)).rstrip() for row in ruled)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
