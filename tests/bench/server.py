"""A web server as in production: gunicorn with the project's own settings."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import psutil

START_SECONDS = 60.0


@dataclass(frozen=True)
class Server:
    port: int
    process: psutil.Process

    def memory_mb(self) -> float:
        """Resident memory of the worker processes together, in MB of 10^6 bytes."""
        return sum(worker.memory_info().rss for worker in self.process.children()) / 1e6

    def cpu_seconds(self) -> float:
        """Processor time that the worker processes have used so far."""
        return sum(sum(worker.cpu_times()[:2]) for worker in self.process.children())


@contextmanager
def gunicorn(application: str, settings: str) -> Iterator[Server]:
    """`application` on a free port, two processes of four threads, until the block ends."""
    port = _free_port()
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": settings, "BIND": "127.0.0.1", "PORT": str(port),
        "WEB_PROCESSES": "2", "WEB_THREADS": "4", "LOG_LEVEL": "CRITICAL",
    }  # fmt: skip
    command = [sys.executable, "-m", "gunicorn", "-c", "python:config.gunicorn", application]
    with subprocess.Popen(command, env=environment) as started:
        try:
            _wait(port, started)
            yield Server(port, psutil.Process(started.pid))
        finally:
            started.terminate()


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as chosen:
        return int(chosen.getsockname()[1])


def _wait(port: int, started: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and started.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError("the web server did not start; what it said stands above")
