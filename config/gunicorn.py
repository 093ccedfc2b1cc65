"""The web server: python -m gunicorn -c python:config.gunicorn config.wsgi

Threads wait for PostgreSQL while others compute; processes use the cores.
"""

import gc
import os
import shutil
import tempfile
from pathlib import Path
from typing import Any

from environs import Env
from gunicorn.glogging import Logger

env = Env()

bind = f"{env.str('BIND', '0.0.0.0')}:{env.int('PORT', 8000)}"
worker_class = "gthread"
workers = env.int("WEB_PROCESSES", 2)
threads = env.int("WEB_THREADS", 4)
timeout = 60  # seconds without a sign of life of the whole process, not of one request
graceful_timeout = 20
keepalive = 20
# A process that has grown is replaced; not all at the same moment.
max_requests = 20_000
max_requests_jitter = 2_000
# The heartbeat file must not wait for a disk.
worker_tmp_dir = "/dev/shm" if os.access("/dev/shm", os.W_OK) and Path("/dev/shm").is_dir() else None
loglevel = "warning"
control_socket_disable = True
# Loaded once and shared by all processes: less memory, and a broken release does not start at all.
preload_app = True

# The processes' figures: files that any of them can add up. Read when prometheus_client is first imported.
os.environ["PROMETHEUS_MULTIPROC_DIR"] = tempfile.mkdtemp(prefix="rujukan-metrics-", dir=worker_tmp_dir)


class Lines(Logger):
    """gunicorn's own words go where all words go, so that they are as discreet. Requests: config.observing."""

    def setup(self, cfg: Any) -> None:
        super().setup(cfg)
        self.error_log.handlers.clear()
        self.error_log.propagate = True


logger_class = Lines


def pre_fork(server: Any, worker: Any) -> None:
    """Give the process the lowest free place: one that is replaced goes on with its predecessor's files."""
    taken = {other.place for other in server.WORKERS.values()}
    worker.place = next(place for place in range(len(taken) + 1) if place not in taken)


def post_fork(server: Any, worker: Any) -> None:
    """From here on the process counts in files of its place, of which there are only as many as processes."""
    from config import metrics

    metrics.count_as(f"web{worker.place}")


def on_exit(server: Any) -> None:
    shutil.rmtree(os.environ["PROMETHEUS_MULTIPROC_DIR"], ignore_errors=True)


def when_ready(server: Any) -> None:
    """Before the processes are forked: share no connection, and keep what is loaded out of the collector."""
    from django.db import connections

    for connection in connections.all(initialized_only=True):
        connection.close()
        connection.close_pool()  # type: ignore[attr-defined]  # of the PostgreSQL backend
    gc.collect()
    gc.freeze()
