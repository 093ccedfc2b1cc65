"""`make run`: what it refuses, what it says, and that nothing outlives it."""

import io
import json
import os
import shutil
import signal
import socket
import stat
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from django.core.management import get_commands

from config import embedded, processes, run

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def place(tmp_path: Path) -> run.Place:
    return run.Place.from_environment({"DATA_DIR": str(tmp_path), "PORT": str(free_port())})


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


# -- what it is told -----------------------------------------------------------------------------------------


def test_without_a_word_it_listens_on_this_machine_alone() -> None:
    place = run.Place.from_environment({})
    assert (place.host, place.port, place.domain) == ("127.0.0.1", 8000, "localhost")
    assert place.data_dir == ROOT / ".data"


@pytest.mark.parametrize("text", ["http", "", "0", "65536", "-1", "8000.5"])
def test_a_port_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(run.CannotRun, match="PORT must be a number"):
        run.Place.from_environment({"PORT": text})


def test_a_taken_port_says_what_to_do(place: run.Place) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", place.port))
        other.listen()
        with pytest.raises(run.CannotRun, match=f"make run PORT={place.port + 1}"):
            run.run(place)
    assert list(place.data_dir.iterdir()) == []


def test_the_secret_key_is_made_once_and_is_private(tmp_path: Path) -> None:
    first = run._secret_key(tmp_path / "secret_key")
    assert run._secret_key(tmp_path / "secret_key") == first
    assert len(first) >= 50
    assert stat.S_IMODE((tmp_path / "secret_key").stat().st_mode) == 0o600


def test_the_environment_wins_over_the_demo(place: run.Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOG_LEVEL", "DEBUG")
    monkeypatch.setenv("DEMO", "false")
    monkeypatch.delenv("SECRET_KEY", raising=False)
    environment = run._environment(place)
    assert (environment["LOG_LEVEL"], environment["DEMO"]) == ("DEBUG", "false")
    assert environment["SECRET_KEY"] == (place.data_dir / "secret_key").read_text()


# -- what it says --------------------------------------------------------------------------------------------


def test_the_announcement_names_every_address_and_sign_in(place: run.Place) -> None:
    accounts = [
        {"where": "localhost/console/", "who": "Tim pusat", "email": "pusat@rujukan.test", "password": "p"},
        {"where": "batang.localhost/work/", "who": "Dinas Sosial", "email": "a@batang.test", "password": "p"},
        {"where": "http://manggarai.localhost:9/work/", "who": "Desa", "email": "b@m.test", "password": "p"},
    ]
    (place.data_dir / "demo.json").write_text(json.dumps(accounts))
    said = run.announcement(place, 3.4)
    for host in ("localhost", "batang.localhost", "manggarai.localhost"):
        assert f" http://{host}:{place.port}/\n" in said
    assert f"http://localhost:{place.port}/console/" in said
    assert f"http://manggarai.localhost:{place.port}/work/" in said
    for account in accounts:
        assert account["email"] in said
    assert "after 3 seconds" in said


def test_the_announcement_does_without_a_demo(place: run.Place) -> None:
    said = run.announcement(place, 1)
    assert f"http://localhost:{place.port}/" in said
    assert "Password" not in said


def test_port_80_is_not_written(tmp_path: Path) -> None:
    assert run.Place(tmp_path, "127.0.0.1", 80, "localhost").url("localhost", "/") == "http://localhost/"


# -- reset ---------------------------------------------------------------------------------------------------


def test_reset_removes_what_it_made_and_nothing_else(place: run.Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DATABASE_URL", raising=False)
    for name in ("postgres/base", "redis", "media/batang", "mine"):
        (place.data_dir / name).mkdir(parents=True)
    for name in ("demo.json", "secret_key", "schedule.dat", "notes.txt"):
        (place.data_dir / name).touch()
    assert run.reset(place) == 0
    left = {path.name for path in place.data_dir.iterdir()}
    assert left == {"mine", "notes.txt", "secret_key", "lock"}


def test_reset_refuses_while_running(place: run.Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DATABASE_URL", raising=False)
    (place.data_dir / "demo.json").touch()
    with embedded.locked(place.data_dir), pytest.raises(embedded.DataDirInUse):
        run.reset(place)
    assert (place.data_dir / "demo.json").exists()


def test_reset_leaves_a_server_of_yours_alone(place: run.Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://elsewhere/db")
    with pytest.raises(run.CannotRun, match="DATABASE_URL"):
        run.reset(place)


# -- side by side --------------------------------------------------------------------------------------------


def together(**commands: str) -> processes.Together:
    shell = {name: ["sh", "-c", command] for name, command in commands.items()}
    return processes.Together(shell, os.environ, output=io.StringIO())


def said(parts: processes.Together) -> list[str]:
    assert isinstance(parts.output, io.StringIO)
    return parts.output.getvalue().splitlines()


def test_one_that_ends_stops_the_others_and_is_named() -> None:
    parts = together(web="echo ready; exec sleep 60", worker="sleep 0.3; echo 'out of luck' >&2; exit 3")
    began = time.monotonic()
    assert parts.run() == 1
    assert time.monotonic() - began < 3
    assert parts.failed is not None
    assert parts.failed.startswith("worker ended (with exit code 3)")
    assert set(said(parts)) == {"web    | ready", "worker | out of luck"}
    assert all(process.poll() is not None for process in parts.processes.values())


def test_a_killed_one_is_named_with_its_signal() -> None:
    parts = together(web="exec sleep 60", worker="kill -9 $$")
    assert parts.run() == 1
    assert "worker ended (killed by SIGKILL)" in str(parts.failed)


def test_a_server_beside_that_ends_stops_all() -> None:
    parts = together(web="exec sleep 60")
    with subprocess.Popen(["false"]) as server:
        parts.beside = {"PostgreSQL": server}
        assert parts.run() == 1
    assert str(parts.failed).startswith("PostgreSQL ended")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_being_told_to_stop_is_no_failure(number: signal.Signals) -> None:
    parts = together(web="exec sleep 60", worker="exec sleep 60")
    before = signal.getsignal(number)
    timer = threading.Timer(0.5, os.kill, [os.getpid(), number])
    timer.start()
    try:
        assert parts.run() == 0
    finally:
        timer.cancel()
    assert parts.failed is None
    assert signal.getsignal(number) is before


def test_what_does_not_stop_is_killed_with_its_children(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "TOGETHER_STOP_SECONDS", 0.5)
    parts = together(deaf="trap '' TERM; sleep 61 & echo $!; while :; do sleep 0.1; done", other="sleep 0.5")
    assert parts.run() == 1
    child = int(said(parts)[0].removeprefix("deaf  | "))
    deadline = time.monotonic() + 5
    while psutil.pid_exists(child) and psutil.Process(child).status() != psutil.STATUS_ZOMBIE:
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_lines_arrive_whole_however_they_are_written() -> None:
    parts = together(web="printf 'half '; sleep 0.3; printf 'and half\\nnext\\n'; printf '\\377\\n'; sleep 0.3")
    parts.run()
    assert said(parts) == ["web | half and half", "web | next", "web | \ufffd"]


@pytest.mark.skipif(not shutil.which("make") or not Path("/proc/self/status").exists(), reason="needs GNU make")
def test_a_make_that_is_interrupted_alone_is_noticed(tmp_path: Path) -> None:
    code = (
        "import time; from config.run import _MakeGaveUp; gone = _MakeGaveUp(); print('watching', flush=True)\n"
        "for _ in range(200):\n"
        "    time.sleep(0.05)\n"
        "    if gone(): print('noticed', flush=True); break\n"
    )
    (tmp_path / "watch.py").write_text(code)
    (tmp_path / "Makefile").write_text(f"run:\n\t@exec {sys.executable} {tmp_path}/watch.py\n")
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    make = subprocess.Popen(
        ["make", "-C", str(tmp_path), "run"], env=environment, stdout=subprocess.PIPE, text=True,
        # A shell that runs the tests in the background has them ignore it, and make keeps to what it finds.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )  # fmt: skip
    assert make.stdout is not None
    assert any("watching" in line for line in make.stdout)
    make.send_signal(signal.SIGINT)
    rest, _ = make.communicate(timeout=20)
    assert "noticed" in rest


# -- all of it -----------------------------------------------------------------------------------------------


@pytest.fixture
def running(place: run.Place) -> Iterator[subprocess.Popen[str]]:
    """`make run` on servers of its own, static files taken as assembled."""
    (place.data_dir / "static.stamp").write_text(run._fingerprint())
    names = ("DATABASE_URL", "REDIS_URL", "TESTING", "SECRET_KEY")
    environment = {k: v for k, v in os.environ.items() if k not in names}
    environment |= {"DATA_DIR": str(place.data_dir), "PORT": str(place.port), "LOG_LEVEL": "WARNING"}
    command = [sys.executable, "-m", "config.run"]
    process = subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    yield process
    process.kill()
    process.wait()


@pytest.mark.slow
@pytest.mark.skipif("demo" not in get_commands(), reason="there is no demo yet")
def test_it_starts_answers_and_stops(running: subprocess.Popen[str], place: run.Place) -> None:
    assert running.stdout is not None
    lines = []
    for line in running.stdout:
        lines.append(line)
        if "Ctrl-C stops everything" in line:
            break
    assert running.poll() is None, "".join(lines)
    with urllib.request.urlopen(f"http://127.0.0.1:{place.port}/readyz", timeout=10) as answer:
        found = json.load(answer)
    assert {"database": True, "cache": True, "broker": True, "migrations": True}.items() <= found.items()
    children = psutil.Process(running.pid).children(recursive=True)
    assert {"postgres", "redis-server"} <= {child.name() for child in children}
    running.send_signal(signal.SIGINT)
    rest, _ = running.communicate(timeout=20)
    assert running.returncode == 0
    assert rest.rstrip().endswith("Stopped.")
    psutil.wait_procs(children, timeout=5)
    assert [child for child in children if child.is_running()] == []
