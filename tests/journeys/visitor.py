"""A visitor without a browser: keeps cookies, sends forms, sees what really came over the wire."""

from __future__ import annotations

import gzip
import http.client
import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from http.cookies import SimpleCookie
from urllib.parse import urlencode, urlsplit

import brotli

File = tuple[str, bytes]


@dataclass(frozen=True)
class Answer:
    status: int
    headers: http.client.HTTPMessage
    body: bytes
    """As sent: perhaps compressed."""

    @property
    def text(self) -> str:
        match self.headers.get("Content-Encoding"):
            case "br":
                return brotli.decompress(self.body).decode()
            case "gzip":
                return gzip.decompress(self.body).decode()
        return self.body.decode()

    @property
    def location(self) -> str:
        return urlsplit(self.headers.get("Location", "")).path

    def hidden(self, name: str) -> str:
        """The value of a hidden field of the page."""
        found = re.search(rf'name="{name}" value="([^"]*)"', self.text)
        assert found, f"no field {name} on the page"
        return found[1]


class Visitor:
    def __init__(self, port: int, host: str, cookies: Mapping[str, str] | None = None) -> None:
        self.port, self.host = port, host
        self.cookies: dict[str, str] = dict(cookies or {})

    def twin(self) -> Visitor:
        """The same browser in a second connection."""
        return Visitor(self.port, self.host, self.cookies)

    def get(self, path: str) -> Answer:
        return self._ask("GET", path, None, {})

    def post(self, path: str, fields: Mapping[str, str], files: Mapping[str, File] | None = None) -> Answer:
        """Send a form of this site; with `files` as multipart."""
        fields = {"csrfmiddlewaretoken": self.cookies.get("csrf", ""), **fields}
        if not files:
            kind = "application/x-www-form-urlencoded"
            return self._ask("POST", path, urlencode(fields).encode(), {"Content-Type": kind})
        boundary = uuid.uuid4().hex
        parts = [_part(boundary, f'name="{name}"', value.encode()) for name, value in fields.items()]
        for name, (filename, content) in files.items():
            what = f'name="{name}"; filename="{filename}"\r\nContent-Type: image/jpeg'
            parts.append(_part(boundary, what, content))
        body = b"".join(parts) + f"--{boundary}--\r\n".encode()
        return self._ask("POST", path, body, {"Content-Type": f"multipart/form-data; boundary={boundary}"})

    def sign_in(self, email: str, password: str) -> None:
        self.get("/account/login/")
        answer = self.post("/account/login/", {"login": email, "password": password})
        assert answer.status == 302, answer.text

    def _ask(self, method: str, path: str, body: bytes | None, headers: dict[str, str]) -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        headers |= {
            "Host": f"{self.host}:{self.port}",
            "Accept-Encoding": "br, gzip",
            "Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()),
        }
        try:
            connection.request(method, path, body, headers)
            response = connection.getresponse()
            answer = Answer(response.status, response.headers, response.read())
        finally:
            connection.close()
        for line in answer.headers.get_all("Set-Cookie", []):
            self.cookies |= {name: morsel.value for name, morsel in SimpleCookie(line).items()}
        return answer


def _part(boundary: str, what: str, content: bytes) -> bytes:
    return f"--{boundary}\r\nContent-Disposition: form-data; {what}\r\n\r\n".encode() + content + b"\r\n"
