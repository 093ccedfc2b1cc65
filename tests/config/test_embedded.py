"""The servers from their wheels: what they promise when all goes well, and when a run was killed."""

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import psycopg
import pytest
import redis

from config import embedded

ROOT = Path(__file__).resolve().parents[2]
# What a run tells about itself, for the tests that look at it from outside.
TELL = "import os; print(os.environ['DATABASE_URL'], os.environ['REDIS_URL'], os.environ['DATA_DIR'], flush=True); "


def command(*arguments: str, **environment: str) -> subprocess.Popen[str]:
    """`python -m config.embedded`, in an environment that names no servers."""
    inherited = {k: v for k, v in os.environ.items() if k not in ("DATABASE_URL", "REDIS_URL", "DATA_DIR")}
    return subprocess.Popen(
        [sys.executable, "-m", "config.embedded", *arguments],
        cwd=ROOT,
        env=inherited | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def query(url: str, statement: str) -> object:
    with psycopg.connect(url, autocommit=True) as connection:
        cursor = connection.execute(statement)
        return cursor.fetchone()[0] if cursor.description else None  # type: ignore[index]


@pytest.fixture
def tmp_path() -> Iterator[Path]:
    """A folder of its own: each run of pytest that begins closes the one that all share to everybody but its owner,
    and PostgreSQL, which must be `nobody` where pytest is root, would no longer reach its data in there.
    """
    with tempfile.TemporaryDirectory(prefix="rujukan-embedded-", ignore_cleanup_errors=True) as folder:
        yield Path(folder)


@pytest.fixture
def cache() -> Iterator[list[redis.Redis]]:
    """Redis clients that are closed after the test."""
    clients: list[redis.Redis] = []
    yield clients
    for client in clients:
        client.close()


def connect(clients: list[redis.Redis], url: str | None) -> redis.Redis:
    clients.append(redis.from_url(str(url)))
    return clients[-1]


def test_both_servers_answer_and_leave_nothing_running(tmp_path: Path, cache: list[redis.Redis]) -> None:
    with embedded.servers(tmp_path, durable=False) as running:
        assert query(str(running.database_url), "SHOW max_locks_per_transaction") == "512"
        assert query(str(running.database_url), "SELECT current_database()") == embedded.DATABASE
        assert str(query(str(running.database_url), "SHOW server_version")).startswith("18")
        assert connect(cache, running.redis_url).ping()
        processes = list(running.processes.values())
        sockets = Path(str(running.redis_url).removeprefix("unix://")).parent
    assert [process.poll() is None for process in processes] == [False, False]
    assert not sockets.exists()


def test_a_restart_keeps_rows_and_queue(tmp_path: Path, cache: list[redis.Redis]) -> None:
    with embedded.servers(tmp_path) as running:
        query(str(running.database_url), "CREATE TABLE kept AS SELECT 7 AS n")
        connect(cache, running.redis_url).rpush("interactive", "a task")
    with embedded.servers(tmp_path) as running:
        assert query(str(running.database_url), "SELECT n FROM kept") == 7
        assert connect(cache, running.redis_url).llen("interactive") == 1
        assert query(str(running.database_url), "SHOW fsync") == "on"


def test_a_killed_run_loses_nothing_and_blocks_nobody(tmp_path: Path, cache: list[redis.Redis]) -> None:
    run = command("--data-dir", str(tmp_path), "--", sys.executable, "-c", TELL + "import time; time.sleep(60)")
    assert run.stdout is not None
    database_url, redis_url, _ = run.stdout.readline().split()
    query(database_url, "CREATE TABLE kept AS SELECT 7 AS n")
    connect(cache, redis_url).rpush("interactive", "a task")
    time.sleep(1.1)  # Redis writes to disk every second
    children = psutil.Process(run.pid).children(recursive=True)
    run.kill()
    run.communicate()
    with embedded.servers(tmp_path) as running:
        assert query(str(running.database_url), "SELECT n FROM kept") == 7
        assert connect(cache, running.redis_url).llen("interactive") == 1
    psutil.wait_procs(children, timeout=10)
    assert [child for child in children if child.is_running()] == []
    assert not Path(redis_url.removeprefix("unix://")).parent.exists()


def test_a_pid_file_of_a_stranger_is_no_reason_to_kill_it(tmp_path: Path) -> None:
    stranger = subprocess.Popen(["sleep", "60"])
    try:
        (tmp_path / "postgres").mkdir()
        (tmp_path / "postgres" / "postmaster.pid").write_text(f"{stranger.pid}\n{tmp_path}/postgres\n")
        (tmp_path / "lock").write_text(f'{{"redis": {stranger.pid}, "sockets": "{ROOT}"}}')
        with embedded.servers(tmp_path, durable=False) as running:
            assert query(str(running.database_url), "SELECT 1") == 1
        assert stranger.poll() is None
        assert ROOT.exists()
    finally:
        stranger.kill()
        stranger.wait()


def test_an_interrupted_initdb_is_begun_again(tmp_path: Path) -> None:
    (tmp_path / "postgres" / "base").mkdir(parents=True)
    (tmp_path / "postgres" / "postgresql.conf").write_text("half a fi")
    with embedded.servers(tmp_path, redis=False, durable=False) as running:
        assert query(str(running.database_url), "SELECT 1") == 1
        assert running.redis_url is None


def test_a_very_long_data_dir_works(tmp_path: Path, cache: list[redis.Redis]) -> None:
    folder = tmp_path / ("kabupaten " * 12) / ("manggarai" * 10)
    with embedded.servers(folder, durable=False) as running:
        assert query(str(running.database_url), "SELECT 1") == 1
        assert connect(cache, running.redis_url).ping()


def test_two_owners_of_one_data_dir(tmp_path: Path) -> None:
    with embedded.servers(tmp_path, postgres=False, durable=False):
        second = command("--data-dir", str(tmp_path), "--", "true")
        _, said = second.communicate(timeout=30)
    assert second.returncode == 1
    assert f"in use by process {os.getpid()}" in said
    assert "Traceback" not in said


@pytest.mark.parametrize(("code", "expected"), [("raise SystemExit(7)", 7), ("import os; os.abort()", 134)])
def test_the_exit_code_is_the_commands(code: str, expected: int) -> None:
    run = command("--test", "--", sys.executable, "-c", code)
    run.communicate(timeout=60)
    assert run.returncode == expected


def test_test_servers_live_in_a_folder_that_goes_away() -> None:
    run = command("--test", "--", sys.executable, "-c", TELL)
    said, _ = run.communicate(timeout=60)
    _, redis_url, data_dir = said.split()
    assert run.returncode == 0
    assert not Path(data_dir).exists()
    assert not Path(redis_url.removeprefix("unix://")).parent.exists()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_reaches_the_command_and_stops_the_servers(tmp_path: Path, number: signal.Signals) -> None:
    code = TELL + (
        "import signal, sys, time\n"
        f"signal.signal({int(number)}, lambda *_: sys.exit(33))\n"
        "print('waiting', flush=True)\n"
        "time.sleep(60)"
    )
    run = command("--data-dir", str(tmp_path), "--", sys.executable, "-c", code)
    assert run.stdout is not None
    run.stdout.readline()
    assert run.stdout.readline() == "waiting\n"
    children = psutil.Process(run.pid).children(recursive=True)
    run.send_signal(number)
    run.communicate(timeout=30)
    assert run.returncode == 33
    assert [child for child in children if child.is_running()] == []


def test_a_given_url_is_kept_and_its_server_not_started(tmp_path: Path) -> None:
    given = {"DATABASE_URL": "postgresql://elsewhere/db"}
    run = command("--data-dir", str(tmp_path), "--", sys.executable, "-c", TELL, **given)
    said, _ = run.communicate(timeout=60)
    assert said.split()[0] == given["DATABASE_URL"]
    assert said.split()[1].startswith("unix://")
    assert not (tmp_path / "postgres").exists()


def test_an_unknown_command_is_named() -> None:
    run = command("--test", "--", "no-such-command")
    _, said = run.communicate(timeout=60)
    assert (run.returncode, said) == (127, "There is no command no-such-command.\n")


def test_a_server_that_does_not_start_says_why(tmp_path: Path) -> None:
    (tmp_path / "redis").mkdir()
    (tmp_path / "redis" / "appendonly.aof").write_text("this is no log of commands\n")
    with (
        pytest.raises(embedded.EmbeddedServerError, match="Redis ended while starting") as caught,
        embedded.servers(tmp_path, postgres=False),
    ):
        pass
    assert "appendonly" in str(caught.value) or "AOF" in str(caught.value)


def test_the_database_is_created_once(tmp_path: Path) -> None:
    with embedded.servers(tmp_path, redis=False, durable=False) as running:
        url = str(running.database_url)
        other = url.replace(f"/{embedded.DATABASE}?", "/kota-lain?")
        assert not embedded.ensure_database(url)
        assert embedded.ensure_database(other)
        assert not embedded.ensure_database(other)
