"""The web server: python -m gunicorn -c python:config.gunicorn config.wsgi

Threads wait for PostgreSQL while others compute; processes use the cores.
"""

import gc
import os
from pathlib import Path
from typing import Any

from environs import Env

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
accesslog = "-" if env.bool("ACCESS_LOG", False) else None
access_log_format = "%({host}i)s %(m)s %(U)s %(s)s %(B)s bytes %(M)s ms"  # no address, no query: personal data
errorlog = "-"
loglevel = "warning"
control_socket_disable = True
# Loaded once and shared by all processes: less memory, and a broken release does not start at all.
preload_app = True


def when_ready(server: Any) -> None:
    """Before the processes are forked: share no connection, and keep what is loaded out of the collector."""
    from django.db import connections

    for connection in connections.all(initialized_only=True):
        connection.close()
        connection.close_pool()  # type: ignore[attr-defined]  # of the PostgreSQL backend
    gc.collect()
    gc.freeze()
