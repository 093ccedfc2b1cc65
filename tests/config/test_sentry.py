"""What leaves for Sentry, taken by a real server: with regency, module and release, and nothing of a person."""

import json
import os
import subprocess
import sys
from urllib.parse import urlsplit

import pytest
from django.db import connection

from config.logs import SOMEWHERE
from tenants.models import Regency
from tests.config.accident import LINK, PLANTED
from tests.config.sink import Sink, listening


@pytest.fixture(scope="module")
def sent(django_db_setup: None, django_db_blocker: pytest.FixtureLookupError) -> Sink:
    """Everything that web, task and log of a process of its own sent when they went wrong."""
    with django_db_blocker.unblock():
        name = connection.settings_dict["NAME"]
        assert Regency.objects.filter(schema_name="batang").exists()
    url = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}").geturl()
    with listening() as sink:
        told = {**os.environ, "DATABASE_URL": url, "SENTRY_DSN": sink.dsn, "SENTRY_TRACES": "1", "RELEASE": "2026.11"}
        done = subprocess.run(
            [sys.executable, "-m", "tests.config.accident"], env=told, capture_output=True, text=True, timeout=120
        )
        assert done.returncode == 0, done.stderr[-3000:]
        sink.log = done.stderr + done.stdout
    return sink


def exceptions(sink: Sink) -> dict[str, dict]:
    """Events by the kind of their last exception."""
    return {e["exception"]["values"][-1]["type"]: e for e in sink.items["event"] if "exception" in e}


@pytest.mark.parametrize("planted", PLANTED)
def test_nothing_of_a_person_leaves(sent: Sink, planted: str) -> None:
    assert len(sent.bodies) >= 5
    for body in sent.bodies:
        for spelling in (planted, planted.replace(" ", "+"), planted.replace(" ", "%20"), json.dumps(planted)[1:-1]):
            assert spelling.encode() not in body, body[:300]


@pytest.mark.parametrize(("kind", "module"), [("ValueError", "-"), ("LookupError", "services")])
def test_events_carry_regency_module_and_release(sent: Sink, kind: str, module: str) -> None:
    event = exceptions(sent)[kind]
    assert event["tags"]["regency"] == "batang"
    assert event["tags"]["module"] == module
    assert event["release"] == "2026.11"
    assert len(event["tags"]["request_id"]) == 16 or kind == "LookupError"


def test_traces_carry_them_too(sent: Sink) -> None:
    traces = {t["transaction"]: t for t in sent.items["transaction"]}
    task = traces["modules.services.tasks.fail_for_test"]
    assert (task["tags"]["regency"], task["tags"]["module"]) == ("batang", "services")
    page = traces["/orang/{nik}/"]
    assert (page["tags"]["regency"], page["tags"]["status"]) == ("batang", "500")
    assert {t["release"] for t in traces.values()} == {"2026.11"}
    spans = {(span["op"], span.get("description")) for span in page["spans"]}
    assert ("db", "SELECT") in spans


def test_a_link_that_opens_an_assessment_is_nowhere(sent: Sink) -> None:
    """Neither in events and traces (above) nor in the log: pages are told by their pattern."""
    names = {trace["transaction"] for trace in sent.items["transaction"]}
    assert {"/assessment/{token}/", SOMEWHERE, "onboarding.assessment.send_link"} <= names
    assert "KeyError" in exceptions(sent)
    assert LINK not in sent.log
    assert "Not Found: /assessment/<str:token>/" in sent.log
    assert "Forbidden (CSRF cookie not set.): /assessment/<str:token>/submission/" in sent.log


def test_what_is_left_finds_the_fault(sent: Sink) -> None:
    """Where it happened, what the database said, and which line of the log it was."""
    page = exceptions(sent)["ValueError"]
    (first, last) = page["exception"]["values"][-2:] if len(page["exception"]["values"]) == 2 else (
        page["exception"]["values"][0], page["exception"]["values"][-1],
    )  # fmt: skip
    assert first["value"].startswith("22P02")
    assert last["value"] == ""
    frame = last["stacktrace"]["frames"][-1]
    assert (frame["function"], "vars" in frame) == ("view", False)
    assert "not known" in frame["context_line"]
    lines = [e["logentry"]["message"] for e in sent.items["event"] if e.get("logentry")]
    assert any(line.startswith("tenants.files: accident.main, line ") for line in lines)


def test_nothing_else_is_sent(sent: Sink) -> None:
    """No attachments, logs, profiles, check-ins, replays: only what is chosen."""
    assert set(sent.items) <= {"event", "transaction", "sessions", "session", "client_report"}
    for event in sent.items["event"]:
        assert not {"user", "extra", "breadcrumbs", "message"} & event.keys()
        assert event.get("request", {}).keys() <= {"method"}
