"""The product as it is deployed: PostgreSQL, Redis, gunicorn, a Celery worker, collected static files."""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import psycopg
import redis

from config import embedded, run
from config.processes import Process, ends_with_us, start_server, stop_server
from tests.journeys.visitor import Visitor

ROOT = Path(__file__).resolve().parents[2]
NOT_SHOWN = ("--ignore", "drf_spectacular_sidecar")
Found = TypeVar("Found")


def wait_for(what: str, found: Callable[[], Found], seconds: float = 30) -> Found:
    """The first true answer of `found`; AssertionError when there is none in time."""
    deadline = time.monotonic() + seconds
    while not (answer := found()):
        assert time.monotonic() < deadline, f"waited {seconds:.0f} seconds in vain: {what}"
        time.sleep(0.05)
    return answer


class Deployment:
    """One running site on a data directory of its own."""

    def __init__(self, folder: Path, static: Path, servers: embedded.Servers, **settings: str) -> None:
        self.folder, self.servers = folder, servers
        self.place = run.Place(folder, "127.0.0.1", free_port(), "localhost")
        self.environment = environment(folder, static, servers) | {"PORT": str(self.place.port), **settings}
        self.postgres = servers.processes["PostgreSQL"]
        self.web: Process | None = None
        self.worker: Process | None = None
        self._heard: dict[str, int] = {}

    def start_web(self) -> None:
        self.web = self._start("web")
        wait_for(f"the site answers\n{self.log('web')}", self._answers)

    def start_worker(self) -> None:
        self.worker = self._start("worker")

    def kill_worker(self) -> None:
        """At once and as a whole, as a machine that loses its power; back when its tasks count as abandoned."""
        assert self.worker is not None
        os.killpg(self.worker.pid, signal.SIGKILL)
        self.worker.wait()
        # A worker looks for abandoned tasks when it starts, and then again only after a hundred seconds.
        patience = int(self.environment["TASK_VISIBILITY_SECONDS"])
        with redis.Redis.from_url(str(self.servers.redis_url)) as broker:
            taken = [score for _, score in broker.zrange("unacked_index", 0, -1, withscores=True)]
        assert taken, "the worker had nothing in hand"
        wait_for("its tasks count as abandoned", lambda: time.time() - patience > max(taken))

    @contextlib.contextmanager
    def without_postgres(self) -> Iterator[None]:
        """PostgreSQL crashes, is away for the length of the block, and comes back at the same place."""
        process = self.postgres
        stop_server(process, signal.SIGQUIT)
        yield
        pgdata = self.folder / "postgres"
        self.postgres = start_server(
            list(process.args),  # type: ignore[arg-type]
            folder=pgdata,
            log=self.folder / "postgres.log",
            stop_with=signal.SIGQUIT,
            account=embedded._postgres_account(),
        )
        wait_for("PostgreSQL is back", lambda: embedded._postgres_is_ready(pgdata, self.postgres.pid))

    def stop(self) -> None:
        for process in (self.web, self.worker):
            if process is None:
                continue
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        stop_server(self.postgres, signal.SIGQUIT)

    def url(self, host: str, path: str = "/") -> str:
        return self.place.url(host, path)

    def visitor(self, host: str) -> Visitor:
        """Somebody without a browser."""
        return Visitor(self.place.port, host)

    def connect(self) -> psycopg.Connection[Any]:
        assert self.servers.database_url
        return psycopg.connect(self.servers.database_url)

    def ask(self, query: str, *values: object) -> Any:
        """The first column of the first row."""
        with self.connect() as connection:
            row = connection.execute(query, values).fetchone()  # type: ignore[call-overload]
        return row and row[0]

    def wait_for(self, what: str, found: Callable[[], Found], seconds: float = 30) -> Found:
        """The first true answer of `found`; otherwise AssertionError with what the worker said last."""
        try:
            return wait_for(what, found, seconds)
        except AssertionError as late:
            raise AssertionError(f"{late}\n{self.log('worker')[-4000:]}") from None

    def log(self, name: str) -> str:
        return (self.folder / f"{name}.log").read_text(errors="replace")

    def complaints(self) -> list[str]:
        """Errors that web or worker have logged since the last question."""
        new: list[str] = []
        for name in ("web", "worker"):
            said = self.log(name).splitlines()
            new += said[self._heard.get(name, 0) :]
            self._heard[name] = len(said)
        return [line for line in new if line.startswith(("ERROR", "CRITICAL", "Traceback", "[ERROR"))]

    def _start(self, name: str) -> Process:
        with (self.folder / f"{name}.log").open("ab") as log:
            return subprocess.Popen(
                run._commands(self.place)[name],
                cwd=ROOT,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=ends_with_us(signal.SIGTERM),
            )

    def _answers(self) -> bool:
        assert self.web is not None
        assert self.web.poll() is None, self.log("web")
        with contextlib.suppress(OSError):
            return self.visitor("localhost").get("/readyz").status == 200
        return False


def environment(folder: Path, static: Path, servers: embedded.Servers) -> dict[str, str]:
    """What web, worker and commands are told: a deployment, not a test."""
    ours = {name: value for name, value in os.environ.items() if name not in {"TESTING", "DEBUG"}}
    return {
        **ours,
        **servers.environment(),
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "DEMO": "true",  # people are invented, and passwords of the demo are not refused
        "SECRET_KEY": "of the journeys alone",
        "BIND": "127.0.0.1",
        "STATIC_ROOT": str(static),
        "EMAIL_URL": f"file:///{folder / 'mail'}",
        "WEB_PROCESSES": "1",
        "STANDBY_POOL": "0",
        "LOG_LEVEL": "WARNING",
        "PYTHONUNBUFFERED": "1",
    }


def free_port() -> int:
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def ground(shared: Path) -> Iterator[Path]:
    """A data directory with the stage set and a folder of static files, made once for all processes of a run."""
    made = shared / "journeys"
    with (shared / "journeys.lock").open("a") as used, (shared / "journeys.making").open("a") as making:
        fcntl.flock(making, fcntl.LOCK_EX)
        if not made.exists():
            _make_ground(made)
        fcntl.flock(used, fcntl.LOCK_SH)
        fcntl.flock(making, fcntl.LOCK_UN)
        yield made
        with contextlib.suppress(BlockingIOError):  # another process still plays on it
            fcntl.flock(used, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(made)


def _make_ground(made: Path) -> None:
    folder = _open_folder()
    with embedded.servers(folder / "data", durable=False) as servers:
        told = environment(folder / "data", folder / "static", servers)
        collect = ["manage.py", "collectstatic", "--noinput", "--verbosity", "0", *run.NOT_SERVED, *NOT_SHOWN]
        with (folder / "stage.log").open("wb") as said:
            jobs = [
                subprocess.Popen(
                    [sys.executable, *command],
                    cwd=ROOT,
                    env=told,
                    stdout=said,
                    stderr=said,
                    preexec_fn=ends_with_us(signal.SIGTERM),
                )
                for command in (["-m", "tests.journeys.stage"], collect)
            ]
            ended = [job.wait() for job in jobs]
        assert ended == [0, 0], (folder / "stage.log").read_text()
        assert servers.database_url
        with psycopg.connect(servers.database_url, autocommit=True) as connection:
            connection.execute("CHECKPOINT")
    shutil.move(folder, made)


@contextlib.contextmanager
def deployed(stage: Path, *, durable: bool = False, **settings: str) -> Iterator[Deployment]:
    """A site of its own on a copy of the ground."""
    folder = _open_folder()
    try:
        shutil.copytree(stage / "data", folder / "data")
        (folder / "data" / "lock").unlink()
        with embedded.servers(folder / "data", durable=durable) as servers:
            site = Deployment(folder / "data", stage / "static", servers, **settings)
            try:
                site.start_worker()
                site.start_web()
                yield site
            finally:
                site.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _open_folder() -> Path:
    """A temporary folder through which PostgreSQL, never root, may pass."""
    folder = Path(tempfile.mkdtemp(prefix="rujukan-test-"))
    folder.chmod(0o711)
    return folder
