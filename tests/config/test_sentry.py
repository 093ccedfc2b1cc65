"""What leaves for Sentry, taken by a real server: with regency, module and release, and nothing of a person."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from django.db import connection

from config.logs import SOMEWHERE
from tests.config.accident import LINK, PLANTED, PROCESSES
from tests.config.sink import Sink, listening
from tests.conftest import drop_regency, make_regency


@pytest.fixture(scope="module")
def sent(django_db_setup: None, django_db_blocker: pytest.FixtureLookupError) -> Iterator[dict[str, Sink]]:
    """By kind of process, everything that it sent when it went wrong."""
    with django_db_blocker.unblock():
        sikka = make_regency("sikka")  # of its own: what tasks gave up stands in its audit for good
        name = connection.settings_dict["NAME"]
        url = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}").geturl()
        told = {**os.environ, "DATABASE_URL": url, "SENTRY_TRACES": "1", "RELEASE": "2026.11"}
        yield {process: _of(process, told) for process in PROCESSES}
        drop_regency(sikka)


def _of(process: str, told: dict[str, str]) -> Sink:
    with listening() as sink:
        done = subprocess.run(
            [sys.executable, "-m", "tests.config.accident", process],
            env={**told, "SENTRY_DSN": sink.dsn}, capture_output=True, text=True, timeout=120,
        )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    sink.log = done.stderr + done.stdout
    return sink


def exceptions(sink: Sink) -> dict[str, dict]:
    """Events by the kind of their last exception."""
    return {e["exception"]["values"][-1]["type"]: e for e in sink.items["event"] if "exception" in e}


@pytest.mark.parametrize("planted", PLANTED)
@pytest.mark.parametrize("process", PROCESSES)
def test_nothing_of_a_person_leaves(sent: dict[str, Sink], process: str, planted: str) -> None:
    """Not in messages, variables, SQL, breadcrumbs, headers, cookies, addresses, bodies, arguments, names."""
    assert sent[process].bodies
    for body in sent[process].bodies:
        for spelling in (planted, planted.replace(" ", "+"), planted.replace(" ", "%20"), json.dumps(planted)[1:-1]):
            assert spelling.encode() not in body, body[:300]


@pytest.mark.parametrize(
    ("process", "kind", "regency", "module"),
    [
        ("web", "ValueError", "sikka", "-"),
        ("web", "WrongSchema", "sikka", "-"),
        ("worker", "LookupError", "sikka", "services"),
        ("worker", "WrongSchema", "sikka", "files"),
        ("scheduler", "SchedulingError", "public", "-"),
    ],
)
def test_events_carry_regency_module_and_release(
    sent: dict[str, Sink], process: str, kind: str, regency: str, module: str
) -> None:
    event = exceptions(sent[process])[kind]
    assert (event["tags"]["regency"], event["tags"]["module"]) == (regency, module)
    assert event["release"] == "2026.11"
    assert len(event["tags"]["request_id"]) == 16 or process != "web"


@pytest.mark.parametrize("process", ["web", "worker"])
def test_the_tripwire_is_an_event_that_says_what_went_wrong(sent: dict[str, Sink], process: str) -> None:
    """The page was answered with 500 (accident.web asserts it), the task failed."""
    (last,) = exceptions(sent[process])["WrongSchema"]["exception"]["values"]
    assert last["value"] == "work for sikka was done on public"


def test_traces_carry_them_too(sent: dict[str, Sink]) -> None:
    tasks = {t["transaction"]: t for t in sent["worker"].items["transaction"]}
    failed = tasks["modules.services.tasks.fail_for_test"]
    assert (failed["tags"]["regency"], failed["tags"]["module"]) == ("sikka", "services")
    pages = {t.get("transaction", ""): t for t in sent["web"].items["transaction"]}
    page = pages["/orang/{nik}/"]
    assert (page["tags"]["regency"], page["tags"]["status"]) == ("sikka", "500")
    assert {t["release"] for t in (*tasks.values(), *pages.values())} == {"2026.11"}
    assert ("db", "SELECT") in {(span["op"], span.get("description")) for span in page["spans"]}
    assert SOMEWHERE in pages, "an address that leads nowhere has no name: it would be what somebody typed"


def test_a_link_that_opens_an_assessment_is_nowhere(sent: dict[str, Sink]) -> None:
    """Neither in events and traces (above) nor in the log: pages are told by their pattern."""
    web = sent["web"]
    names = {trace["transaction"] for trace in web.items["transaction"]}
    assert {"/assessment/{token}/", SOMEWHERE, "onboarding.assessment.send_link"} <= names
    assert "KeyError" in exceptions(web)
    assert LINK not in web.log
    assert "Not Found: /assessment/<str:token>/" in web.log
    assert "Forbidden (CSRF cookie not set.): /assessment/<str:token>/submission/" in web.log


def test_what_is_left_finds_the_fault(sent: dict[str, Sink]) -> None:
    """Where it happened, what the database said, and which line of the log it was."""
    values = exceptions(sent["web"])["ValueError"]["exception"]["values"]
    first, last = values[0], values[-1]
    assert first["value"].startswith("22P02")
    assert last["value"] == ""
    frame = last["stacktrace"]["frames"][-1]
    assert (frame["function"], "vars" in frame) == ("view", False)
    assert "not known" in frame["context_line"]
    lines = [e["logentry"]["message"] for e in sent["web"].items["event"] if e.get("logentry")]
    assert any(line.startswith("tenants.files: accident._speak, line ") for line in lines)


@pytest.mark.parametrize("process", PROCESSES)
def test_nothing_else_is_sent(sent: dict[str, Sink], process: str) -> None:
    """No attachments, logs, profiles, check-ins, replays: only what is chosen."""
    assert set(sent[process].items) <= {"event", "transaction", "sessions", "session", "client_report"}
    for event in sent[process].items["event"]:
        assert not {"user", "extra", "breadcrumbs", "message"} & event.keys()
        assert event.get("request", {}).keys() <= {"method"}
