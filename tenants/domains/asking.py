"""What the network says about a host: its certificate, and the registration of the domain above it. No database."""

import json
import socket
import ssl
from dataclasses import dataclass
from datetime import UTC, date, datetime
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

from django.utils.dateparse import parse_date

_PATIENCE = 3.0  # seconds for one host
_LARGEST = 1_000_000  # bytes of an answer


@dataclass(frozen=True)
class Certificate:
    """When it ends, or why that could not be learned."""

    ends_at: datetime | None = None
    fault: str = ""


@dataclass(frozen=True)
class Registration:
    """Which name is registered and until when; without a day `fault` says why."""

    name: str = ""
    ends_on: date | None = None
    fault: str = ""


def certificate(host: str, port: int = 443, *, trusted: str | None = None) -> Certificate:
    """The certificate that a browser would meet. `trusted` is a file of authorities instead of the system's."""
    context = ssl.create_default_context(cafile=trusted)
    try:
        with (
            socket.create_connection((host, port), timeout=_PATIENCE) as plain,
            context.wrap_socket(plain, server_hostname=host) as secure,
        ):
            found = secure.getpeercert() or {}
            return Certificate(datetime.fromtimestamp(ssl.cert_time_to_seconds(str(found["notAfter"])), UTC))
    except (OSError, ValueError) as error:  # ssl.SSLError is an OSError
        return Certificate(fault=getattr(error, "verify_message", "") or type(error).__name__)


def registration(host: str, rdap_url: str) -> Registration:
    """What the registry says (RDAP, RFC 9083) of the nearest name above the host that it knows.

    `rdap_url` ends before the name; empty, nobody is asked.
    """
    if not rdap_url:
        return Registration(fault="RDAP_URL is empty")
    labels = host.split(".")
    for start in range(len(labels) - 1):
        name = ".".join(labels[start:])
        try:
            answer = _ask(f"{rdap_url}{name}")
        except HTTPError as error:
            error.close()
            if error.code == 404:  # no such registration: perhaps the name above
                continue
            return Registration(fault=f"HTTP {error.code}")
        except (URLError, OSError, ValueError) as error:
            return Registration(fault=type(error).__name__)
        ends = _expiry(answer)
        return Registration(name, ends, "" if ends else "the registry does not say it")
    return Registration(fault="the registry knows no such name")


def _ask(url: str) -> object:
    request = Request(url, headers={"Accept": "application/rdap+json"})
    with urlopen(request, timeout=_PATIENCE) as answer:
        return json.loads(answer.read(_LARGEST))


def _expiry(answer: object) -> date | None:
    events = answer.get("events") if isinstance(answer, dict) else None
    for event in events if isinstance(events, list) else ():
        if isinstance(event, dict) and event.get("eventAction") == "expiration":
            return parse_date(str(event.get("eventDate", ""))[:10])
    return None
