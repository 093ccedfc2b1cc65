"""A place that takes what an SDK of Sentry sends: an HTTP server on 127.0.0.1 that speaks its envelope endpoint."""

import gzip
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import brotli


@dataclass
class Sink:
    """What arrived: every body as it came, and its items by type."""

    port: int = 0
    bodies: list[bytes] = field(default_factory=list)
    items: dict[str, list[Any]] = field(default_factory=dict)
    log: str = ""
    """What the process that sent it has written meanwhile."""

    @property
    def dsn(self) -> str:
        return f"http://key@127.0.0.1:{self.port}/1"

    def take(self, body: bytes) -> None:
        self.bodies.append(body)
        head, *rest = body.split(b"\n")
        json.loads(head)
        for meta, payload in zip(rest[::2], rest[1::2], strict=False):
            kind = json.loads(meta)["type"]
            self.items.setdefault(kind, []).append(json.loads(payload))


@contextmanager
def listening() -> Iterator[Sink]:
    """A sink while the block runs."""
    sink = Sink()

    class Endpoint(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            encoding = self.headers.get("Content-Encoding", "")
            unpack = {"gzip": gzip.decompress, "br": brotli.decompress}.get(encoding, bytes)
            assert self.path.endswith("/envelope/")
            sink.take(unpack(body))
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"{}")

        def log_message(self, *args: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Endpoint)
    sink.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield sink
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
