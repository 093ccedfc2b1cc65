"""A client that keeps its connections open and asks again as soon as it is answered.

python -m tests.bench.load   reads {"port", "connections", "seconds", "requests": [text, ...]} from stdin and writes
{"answers", "seconds", "wrong"}. Small, so that the machine is left to the server; its share is the same for all.
"""

import json
import selectors
import socket
import sys
import time
from dataclasses import dataclass, field
from itertools import cycle
from typing import Any

ON_ONE_LINE = 25
"""Answers before a connection is dialled anew, so that no process of the server keeps them all."""


@dataclass
class Line:
    """One connection, and what has arrived of the answer."""

    socket: socket.socket
    buffer: bytearray = field(default_factory=bytearray)
    wanted: int = -1
    """Length of the whole answer, once its head is there."""
    answers: int = 0


def answer_of(line: Line) -> bytes | None:
    """The answer when all of it has arrived."""
    line.buffer += line.socket.recv(262_144)
    if line.wanted < 0:
        head, found, _body = line.buffer.partition(b"\r\n\r\n")
        if not found:
            return None
        length = next(row for row in head.split(b"\r\n") if row.lower().startswith(b"content-length:"))
        line.wanted = len(head) + 4 + int(length.partition(b":")[2])
    if len(line.buffer) < line.wanted:
        return None
    answer = bytes(line.buffer[:12])
    line.buffer.clear()
    line.wanted = -1
    return answer


def run(port: int, connections: int, seconds: float, requests: list[str], limit: int = 0) -> dict[str, Any]:
    """Ask for `seconds`, or until `limit` answers when one is given."""
    selector, texts = selectors.DefaultSelector(), cycle([text.encode() for text in requests])

    def dial() -> None:
        line = Line(socket.create_connection(("127.0.0.1", port)))
        line.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        selector.register(line.socket, selectors.EVENT_READ, line)
        line.socket.sendall(next(texts))

    for _ in range(connections):
        dial()
    begun, answers, wrong = time.perf_counter(), 0, 0
    while (taken := time.perf_counter() - begun) < seconds and not (limit and answers >= limit):
        for key, _events in selector.select(timeout=5):
            answer = answer_of(key.data)
            if answer is None:
                continue
            answers += 1
            wrong += not answer.startswith(b"HTTP/1.1 200")
            key.data.answers += 1
            if key.data.answers < ON_ONE_LINE:
                key.data.socket.sendall(next(texts))
                continue
            selector.unregister(key.fileobj)
            key.data.socket.close()
            dial()
    for key in list(selector.get_map().values()):
        key.data.socket.close()
    return {"answers": answers, "seconds": taken, "wrong": wrong}


if __name__ == "__main__":
    json.dump(run(**json.load(sys.stdin)), sys.stdout)
