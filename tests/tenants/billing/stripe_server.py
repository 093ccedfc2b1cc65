"""Stripe as the tests have it: PyPI `localstripe` in a process of its own, and in front of it what it lacks.

`localstripe` itself answers: customers (create, update), invoice items (create), invoices (kept, retrieved, listed, their
metadata updated), and it signs and sends its own events.

It knows no invoice that is sent instead of charged. For that the front answers with the shapes that the API documents
for version 2026-10-28 (that of the locked client): the fields of an invoice with `collection_method=send_invoice`,
its lines, finalizing, sending, paying out of band, voiding, and credit notes. It also does what Stripe does with
idempotency keys, and refuses every parameter that the client's own types do not name.

The client is the real one, over real HTTP, in both cases. Every request is kept, so that tests can read what left.
"""

import contextlib
import json
import re
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from queue import Queue
from typing import Any
from urllib.parse import parse_qsl, urlencode

import stripe
from stripe import params

VERSION = "2026-10-28.endive"
KEY = "sk_test_rujukan"
# Its own entry point listens on every address, keeps a pickle under /tmp, and makes invoices of subscriptions alone,
# although its invoices themselves need none.
_LAUNCH = """
import sys
from aiohttp import web
from localstripe import resources
resources.Store.dump_to_disk = lambda self: None
resources.Invoice._api_create = classmethod(lambda cls, **data: cls(**data))
from localstripe.server import app
web.run_app(app, host="127.0.0.1", port=int(sys.argv[1]), print=None, access_log=None)
"""
_KNOWN = {
    ("POST", "customers"): params.CustomerCreateParams,
    ("POST", "customers/*"): params.CustomerUpdateParams,
    ("POST", "invoices"): params.InvoiceCreateParams,
    ("POST", "invoices/*"): params.InvoiceUpdateParams,
    ("POST", "invoices/*/finalize"): params.InvoiceFinalizeInvoiceParams,
    ("POST", "invoices/*/send"): params.InvoiceSendInvoiceParams,
    ("POST", "invoices/*/pay"): params.InvoicePayParams,
    ("POST", "invoices/*/void"): params.InvoiceVoidInvoiceParams,
    ("POST", "invoiceitems"): params.InvoiceItemCreateParams,
    ("POST", "credit_notes"): params.CreditNoteCreateParams,
    ("GET", "invoices"): params.InvoiceListParams,
    ("GET", "invoices/*"): params.InvoiceRetrieveParams,
    ("GET", "invoices/*/lines"): params.InvoiceLineItemListParams,
}
_UPSTREAM = {"customer", "description"}
_GONE = {"charge", "payment_intent", "tax", "date", "tax_percent", "subscription", "application_fee"}
"""What localstripe still shows and the API has dropped since."""


@dataclass
class Request:
    """What left for Stripe."""

    method: str
    path: str
    form: dict[str, str]
    key: str

    @property
    def text(self) -> str:
        return f"{self.method} {self.path} {self.form}"


@dataclass
class Front:
    """Answers between the client and localstripe."""

    upstream: str
    requests: list[Request] = field(default_factory=list)
    invoices: dict[str, dict[str, Any]] = field(default_factory=dict)
    answered: dict[str, tuple[dict[str, str], int, bytes]] = field(default_factory=dict)
    down: bool = False
    dies_at: str = ""
    refuses_at: str = ""
    base: str = ""

    def forget(self) -> None:
        """As new, localstripe included."""
        self.requests.clear()
        self.invoices.clear()
        self.answered.clear()
        self.down, self.dies_at, self.refuses_at = False, "", ""
        self._ask("DELETE", "/_config/data", {})

    def sent(self, ending: str) -> list[Request]:
        """The writes whose path ends so."""
        return [request for request in self.requests if request.method == "POST" and request.path.endswith(ending)]

    def answer(self, request: Request) -> tuple[int, bytes]:
        """What Stripe would say, idempotency keys included."""
        if request.key in self.answered:
            form, status, body = self.answered[request.key]
            if form != request.form:
                return _error(400, "idempotency_error", "idempotency_key_in_use")
            return status, body
        place = re.sub(r"(?<=/)(in|cus|cn)_\w+", "*", request.path.removeprefix("/v1/"))
        unknown = self._unknown(request, place)
        if unknown:
            return _error(400, "invalid_request_error", f"parameter_unknown:{unknown}")
        if self.refuses_at and request.path.endswith(self.refuses_at):
            return _error(400, "invalid_request_error", "invoice_not_editable")
        status, body = self._do(request, place)
        if request.key and status < 500:
            self.answered[request.key] = (request.form, status, body)
        return status, body

    @staticmethod
    def _unknown(request: Request, place: str) -> set[str]:
        typed = _KNOWN.get((request.method, place))
        assert typed is not None, f"the front does not know {request.method} {place}"
        known = {name for cls in typed.__mro__ for name in getattr(cls, "__annotations__", {})}
        return {name.split("[")[0] for name in request.form} - known

    def _do(self, request: Request, place: str) -> tuple[int, bytes]:
        try:
            return self._done(request, place)
        except urllib.error.HTTPError as refused:
            return _error(refused.code, "invalid_request_error", "refused_by_localstripe")

    def _done(self, request: Request, place: str) -> tuple[int, bytes]:
        form = request.form
        if request.method == "POST" and place == "invoices":
            kept = {k: v for k, v in form.items() if k.split("[")[0] in _UPSTREAM or k.startswith("metadata")}
            made = self._ask("POST", "/v1/invoices", kept)
            self.invoices[made["id"]] = {"lines": [], "status": "draft", "outside": 0, "credit": 0, "form": form}
            return self._shown(made["id"])
        if request.method == "POST" and place == "invoiceitems":
            made = self._ask("POST", "/v1/invoiceitems", form)
            self.invoices[form["invoice"]]["lines"].append(made)
            return 200, json.dumps(made).encode()
        if request.method == "POST" and place == "credit_notes":
            return self._credit(form)
        if place == "invoices":
            found = self._ask("GET", "/v1/invoices?" + urlencode(form), {})
            found["data"] = [json.loads(self._shown(each["id"])[1]) for each in found["data"]]
            return 200, json.dumps(found).encode()
        if place.startswith("invoices/*"):
            return self._invoice(request, request.path.split("/")[3], place.removeprefix("invoices/*").strip("/"))
        return 200, json.dumps(self._ask(request.method, request.path, form)).encode()

    def _invoice(self, request: Request, name: str, verb: str) -> tuple[int, bytes]:
        kept = self.invoices.get(name)
        if kept is None:
            return _error(404, "invalid_request_error", "resource_missing")
        if verb == "lines":
            lines = [{**line, "object": "line_item"} for line in kept["lines"]]
            return 200, json.dumps({"object": "list", "data": lines, "has_more": False, "url": request.path}).encode()
        allowed = {"finalize": "draft", "send": "open", "pay": "open", "void": "open"}
        if verb in allowed and kept["status"] != allowed[verb]:
            return _error(400, "invalid_request_error", f"invoice_{kept['status']}")
        if verb == "finalize":
            kept["status"] = "open"
        if verb == "pay":
            assert request.form == {"paid_out_of_band": "true"}
            kept["status"], kept["outside"] = "paid", _total(kept) - kept["credit"]
        if verb == "void":
            kept["status"] = "void"
        if verb == "" and request.method == "POST":
            self._ask("POST", request.path, request.form)
        return self._shown(name)

    def _credit(self, form: dict[str, str]) -> tuple[int, bytes]:
        kept = self.invoices[form["invoice"]]
        amount = int(form["amount"])
        if kept["status"] == "paid" and int(form.get("out_of_band_amount", 0)) != amount:
            return _error(400, "invalid_request_error", "credit_note_amounts")
        if kept["status"] == "open":
            kept["credit"] += amount
            if kept["credit"] == _total(kept):
                kept["status"] = "paid"
        note = {"id": f"cn_{len(self.answered)}", "object": "credit_note", "invoice": form["invoice"], "total": amount}
        return 200, json.dumps({**note, "status": "issued", "currency": "idr", "livemode": False}).encode()

    def _shown(self, name: str) -> tuple[int, bytes]:
        """An invoice in the shape of the current version: localstripe's own where it has it."""
        kept = self.invoices[name]
        there = {k: v for k, v in self._ask("GET", f"/v1/invoices/{name}", {}).items() if k not in _GONE}
        total, paid = _total(kept), kept.get("online", 0) + kept["outside"]
        return 200, json.dumps(
            {
                **there,
                "currency": "idr",
                "collection_method": kept["form"].get("collection_method"),
                "number": kept["form"].get("number"),
                "footer": kept["form"].get("footer"),
                "due_date": there["created"] + 86_400 * int(kept["form"].get("days_until_due", 0)),
                "status": kept["status"],
                "total": total,
                "subtotal": total,
                "amount_due": total - kept["credit"],
                "amount_paid": paid,
                "amount_paid_off_stripe": kept["outside"],
                "amount_overpaid": 0,
                "amount_remaining": max(0, total - kept["credit"] - paid),
                "pre_payment_credit_notes_amount": kept["credit"],
                "post_payment_credit_notes_amount": 0,
                "lines": {
                    "object": "list",
                    "data": kept["lines"],
                    "has_more": False,
                    "url": f"/v1/invoices/{name}/lines",
                },
            }
        ).encode()

    def _ask(self, method: str, path: str, form: dict[str, str]) -> Any:
        data = urlencode(form).encode() if method == "POST" else None
        asked = urllib.request.Request(self.upstream + path, data, {"Authorization": f"Bearer {KEY}"}, method=method)
        with urllib.request.urlopen(asked, timeout=10) as answer:
            return json.loads(answer.read() or b"null")


def _total(kept: dict[str, Any]) -> int:
    return sum(int(line["amount"]) for line in kept["lines"])


def _error(status: int, kind: str, code: str) -> tuple[int, bytes]:
    return status, json.dumps({"error": {"type": kind, "code": code, "message": code}}).encode()


@contextlib.contextmanager
def served() -> Iterator[Front]:
    """localstripe and the front before it, until the block ends."""
    port = _free_port()
    with subprocess.Popen([sys.executable, "-c", _LAUNCH, str(port)]) as process:
        try:
            _wait(port, process)
            front = Front(f"http://127.0.0.1:{port}")
            server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(front))
            thread = threading.Thread(target=server.serve_forever, daemon=True)
            thread.start()
            front.base = f"http://127.0.0.1:{server.server_port}"
            yield front
            server.shutdown()
            server.server_close()
            thread.join()
        finally:
            process.terminate()


@contextlib.contextmanager
def receiver() -> "Iterator[tuple[str, Queue[tuple[bytes, str]]]]":
    """An address that keeps what is posted to it: payload and signature."""
    came: Queue[tuple[bytes, str]] = Queue()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            payload = self.rfile.read(int(self.headers["Content-Length"]))
            came.put((payload, self.headers["Stripe-Signature"]))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *args: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/", came
    server.shutdown()
    server.server_close()
    thread.join()


def _handler(front: Front) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _serve(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            body = self.rfile.read(length).decode()
            path, _, query = self.path.partition("?")
            form = dict(parse_qsl(body or query, keep_blank_values=True))
            request = Request(self.command, path, form, self.headers.get("Idempotency-Key") or "")
            if self.command == "GET":
                request.key = ""
            assert self.headers["Stripe-Version"] == VERSION, "the shapes here are those of another version"
            front.requests.append(request)
            if front.down or (front.dies_at and path.endswith(front.dies_at)):
                self.close_connection = True
                self.connection.shutdown(socket.SHUT_RDWR)
                return
            status, answer = front.answer(request)
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        do_GET = do_POST = _serve

        def log_message(self, *args: object) -> None:
            """Say nothing."""

    return Handler


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as chosen:
        return int(chosen.getsockname()[1])


def _wait(port: int, process: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and process.poll() is None:
        with contextlib.suppress(OSError):
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        threading.Event().wait(0.05)
    raise RuntimeError("localstripe did not start")


def signed(payload: str, secret: str, at: int | None = None) -> str:
    """The header that Stripe would send with it."""
    return str(stripe.WebhookSignature.generate_signature_header(payload, secret, at))
