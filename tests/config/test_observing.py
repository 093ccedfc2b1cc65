"""Log lines, figures and signs of life: with regency and request, without people, and cheap."""

import json
import logging
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.core.cache import caches
from django.db import connection
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.test import Client, RequestFactory
from django.utils import timezone
from prometheus_client.parser import text_string_to_metric_families
from pytest_django import Settings

from config import health, metrics
from config.celery import app, hand_on_the_request, module_of
from config.logs import JsonLines, LineFormatter, RouteFilter, logging_settings
from tenants import liveness, tally
from tenants.accounts.models import User
from tenants.context import RequestFilter, request_id
from tenants.files.models import Attachment
from tenants.models import Regency
from tenants.routing import RegencyMiddleware
from tenants.schemas.context import WrongSchema

app.loader.import_default_modules()
TOKEN = "a-token-of-the-operators"


@pytest.fixture
def lines() -> Iterator[list[dict[str, Any]]]:
    """What is logged meanwhile, as JSON."""
    found: list[dict[str, Any]] = []
    wanted = logging_settings(json=True, level="INFO", access=True)["formatters"]["json"]
    formatter = JsonLines(wanted["fmt"], rename_fields=wanted["rename_fields"])

    class Keep(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            found.append(json.loads(formatter.format(record)))

    handler = Keep()
    for name in logging_settings(json=True, level="INFO", access=True)["handlers"]["console"]["filters"]:
        handler.addFilter({"request": RequestFilter, "route": RouteFilter}[name]())
    watched = [
        logging.getLogger(name)
        for name in ("rujukan.access", "rujukan.task", "django.request", "django.security.csrf", "celery.app.trace")
    ]
    before = [logger.level for logger in watched]
    for logger in watched:
        logger.addHandler(handler)
        logger.setLevel(logging.INFO)
    yield found
    for logger, level in zip(watched, before, strict=True):
        logger.removeHandler(handler)
        logger.setLevel(level)


# -- lines ---------------------------------------------------------------------------------------------------


def test_a_request_is_a_line_with_its_pattern(batang: Regency, lines: list[dict[str, Any]]) -> None:
    answer = Client(headers={"host": "batang.localhost"}).get("/letters/verify/3325014405910003/?q=Sulastri")
    (line,) = [line for line in lines if line["logger"] == "rujukan.access"]
    assert (line["regency"], line["method"], line["status"]) == ("batang", "GET", answer.status_code)
    assert line["request_id"] == answer["X-Request-ID"]
    assert line["duration_ms"] >= 0
    assert "3325014405910003" not in json.dumps(line)
    assert "Sulastri" not in json.dumps(line)


def test_a_failed_address_is_a_pattern_too(batang: Regency, lines: list[dict[str, Any]]) -> None:
    Client(headers={"host": "batang.localhost"}).get("/orang/3325014405910003/")
    assert lines
    assert "3325014405910003" not in json.dumps(lines)


def test_a_form_without_its_token_is_refused_without_naming_the_address(
    batang: Regency, lines: list[dict[str, Any]]
) -> None:
    browser = Client(enforce_csrf_checks=True, headers={"host": "batang.localhost"})
    assert browser.post("/services/3325014405910003/", {"x": "1"}).status_code == 403
    refused = [line for line in lines if line["logger"] == "django.security.csrf"]
    assert refused
    assert "3325014405910003" not in json.dumps(lines)


def test_an_exception_is_a_place_without_its_values() -> None:
    def claim(nik: str) -> None:
        raise ValueError(f"{nik} is not known")

    try:
        try:
            claim("3325014405910003")
        except ValueError as error:
            raise AttributeError("no attribute 'unit'") from error
    except AttributeError as error:
        record = logging.LogRecord(
            "x", logging.ERROR, "f", 1, "failed", None, (type(error), error, error.__traceback__)
        )
    told = LineFormatter("%(message)s").format(record)
    assert "3325014405910003 is" not in told
    assert "in claim" in told
    assert told.index("ValueError") < told.index("which led to") < told.index("AttributeError: no attribute 'unit'")


def test_a_task_carries_the_request_that_asked_for_it(batang: Regency, lines: list[dict[str, Any]]) -> None:
    headers: dict[str, Any] = {}
    token = request_id.set("0123456789abcdef")
    hand_on_the_request(headers=headers)
    request_id.reset(token)
    connection.set_schema_to_public()
    task = app.tasks["tenants.files.tasks.sweep_files"]
    task.apply(headers={**headers, "_schema_name": "batang"}, task_id="5c0ffee", throw=True)
    (line,) = [line for line in lines if line["logger"] == "rujukan.task"]
    assert (line["request_id"], line["task_id"]) == ("0123456789abcdef", "5c0ffee")
    assert (line["regency"], line["module"], line["status"]) == ("batang", "files", "SUCCESS")
    assert request_id.get() == "-"


def test_a_failed_task_is_told_without_its_arguments(
    batang: Regency, lines: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*args: object, **kwargs: object) -> None:
        raise LookupError(f"nobody has {args}")

    task = app.tasks["tenants.accounts.tasks.send_notice"]
    monkeypatch.setattr(task, "run", fail)
    task.apply(args=["3325014405910003", "Sulastri"], headers={"_schema_name": "batang"})
    (failed,) = [line for line in lines if line["logger"] == "celery.app.trace"]
    assert failed["message"] == "Task tenants.accounts.tasks.send_notice raised unexpected"
    assert failed["exc_info"].endswith("LookupError")
    assert "in fail" in failed["exc_info"]
    assert "3325014405910003" not in json.dumps(lines)
    assert "Sulastri" not in json.dumps(lines)


# -- the tripwire --------------------------------------------------------------------------------------------


def middleware(view: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    return RegencyMiddleware(view)


def test_an_answer_made_elsewhere_never_leaves(batang: Regency) -> None:
    def astray(request: HttpRequest) -> HttpResponse:
        connection.set_schema_to_public()
        return HttpResponse("rows of nobody knows whom")

    with pytest.raises(WrongSchema, match="work for batang was done on public"):
        middleware(astray)(RequestFactory(headers={"host": "batang.localhost"}).get("/"))


def test_an_answer_that_is_made_while_it_is_sent_is_made_in_its_schema(batang: Regency) -> None:
    Attachment.objects.create(
        subject_type="x", subject_id="1", kind="ktp", original_name="a", content_type="image/png", size=1,
        sha256="0" * 64, file="a", uploaded_at=timezone.now(),
    )  # fmt: skip

    def later(request: HttpRequest) -> StreamingHttpResponse:
        return StreamingHttpResponse(f"{connection.schema_name}:{a.pk}\n" for a in Attachment.objects.all())

    answer = middleware(later)(RequestFactory(headers={"host": "batang.localhost"}).get("/"))
    assert connection.schema_name == "public"
    assert b"".join(answer).startswith(b"batang:")  # type: ignore[arg-type]
    assert connection.schema_name == "public"


@pytest.mark.parametrize("stays", ["manggarai", "public"])
def test_a_task_that_ends_elsewhere_fails(batang: Regency, stays: str, monkeypatch: pytest.MonkeyPatch) -> None:
    task = app.tasks["tenants.files.tasks.sweep_files"]
    monkeypatch.setattr(task, "run", lambda: connection.set_schema(stays))
    connection.set_schema_to_public()
    with pytest.raises(WrongSchema, match=f"work for batang was done on {stays}"):
        task.apply(headers={"_schema_name": "batang"}, throw=True)
    assert connection.schema_name == "public"


# -- figures -------------------------------------------------------------------------------------------------


def figures(answer: HttpResponse) -> dict[str, dict[tuple[str, ...], float]]:
    """By name and the values of the labels, in the alphabetical order of the labels' names."""
    found: dict[str, dict[tuple[str, ...], float]] = {}
    for family in text_string_to_metric_families(answer.content.decode()):
        for sample in family.samples:
            found.setdefault(sample.name, {})[tuple(sample.labels[name] for name in sorted(sample.labels))] = (
                sample.value
            )
    return found


def scrape(token: str = TOKEN) -> HttpResponse:
    return Client(headers={"host": "localhost", "authorization": f"Bearer {token}"}).get("/metrics")


@pytest.mark.django_db
@pytest.mark.parametrize(("wanted", "given"), [("", ""), ("", TOKEN), (TOKEN, ""), (TOKEN, "another"), (TOKEN, "é")])
def test_without_the_token_there_are_none(settings: Settings, wanted: str, given: str) -> None:
    settings.METRICS_TOKEN = wanted
    assert scrape(given).status_code == 404


def test_requests_are_counted_for_regency_and_module(batang: Regency, settings: Settings) -> None:
    settings.METRICS_TOKEN = TOKEN
    browser = Client(headers={"host": "batang.localhost"})
    before = figures(scrape()).get("rujukan_requests_total", {})
    browser.get("/services/")
    browser.get("/services/3325014405910003/")
    browser.get("/")
    found = figures(scrape())
    counted = {k: v - before.get(k, 0) for k, v in found["rujukan_requests_total"].items() if k[1] == "batang"}
    counted = {k: v for k, v in counted.items() if v}
    assert sum(counted.values()) == 3
    assert {k[0] for k in counted} == {"services", "-"}
    assert "3325014405910003" not in scrape().content.decode()
    assert found["rujukan_request_seconds_count"]["services", "batang"] >= 1


def test_the_fleet_is_in_it(batang: Regency, settings: Settings) -> None:
    settings.METRICS_TOKEN = TOKEN
    connection.set_schema_to_public()
    app.tasks["modules.fleet.tasks.measure"].apply(headers={"_schema_name": "batang"}, throw=True)
    tally.add("webhooks", "stripe", "handled")
    found = figures(scrape())
    assert found["rujukan_tasks_total"]["fleet", "SUCCESS", "batang"] >= 1
    assert found["rujukan_open_cases"]["batang",] == 0
    assert found["rujukan_webhooks_total"]["handled", "stripe"] >= 1
    assert set(found["rujukan_queue_length"]) == {(queue.name,) for queue in app.conf.task_queues}
    assert found["rujukan_regencies"]["active",] >= 2
    assert "rujukan_standby_schemas" in found


def test_counting_costs_microseconds() -> None:
    """A guard against a lock or a file sneaking in; the figure itself is measured by hand (docs/operators.md)."""
    times = []
    for _turn in range(5):
        begun = time.perf_counter()
        for _each in range(200):
            metrics.count_request("batang", "services", 200, 0.01)
        times.append((time.perf_counter() - begun) / 200)
    assert min(times) < 0.001


@pytest.mark.parametrize(
    ("task", "module"),
    [
        ("modules.services.tasks.x", "services"), ("tenants.tasks.x", "tenants"),
        ("tenants.files.tasks.sweep_files", "files"), ("onboarding.provision", "onboarding"),
    ],
)  # fmt: skip
def test_a_task_belongs_to_a_module(task: str, module: str) -> None:
    assert module_of(task) == module


# -- life ----------------------------------------------------------------------------------------------------


@pytest.fixture
def asked(db: None) -> Iterator[Callable[[], HttpResponse]]:
    connection.set_schema_to_public()
    health._migrated.clear()
    yield lambda: Client(headers={"host": "localhost"}).get("/readyz")
    health._migrated.clear()
    caches["fleet"].delete_many([f"beat:{part}" for part in liveness.PARTS])


def test_ready_tells_of_worker_and_scheduler_and_fails_for_neither(
    asked: Callable[[], HttpResponse], monkeypatch: pytest.MonkeyPatch
) -> None:
    caches["fleet"].delete_many([f"beat:{part}" for part in liveness.PARTS])
    fine = {"database": True, "cache": True, "broker": True, "migrations": True}
    assert asked().json() == {**fine, "worker": "never seen", "scheduler": "never seen"}
    liveness.beat("worker")
    caches["fleet"].set("beat:scheduler", time.time() - 121, None)
    answer = asked()
    assert answer.json() == {**fine, "worker": "alive", "scheduler": "stale"}
    assert answer.status_code == 200


def test_a_database_that_is_behind_is_not_ready(
    asked: Callable[[], HttpResponse], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "tenants.schemas.release._migrations_of_regencies", lambda: frozenset({("services", "9999_new")})
    )
    answer = asked()
    assert (answer.status_code, answer.json()["migrations"]) == (503, False)
    monkeypatch.undo()
    assert asked().json()["migrations"] is True
    monkeypatch.setattr(health, "current_release", lambda: 1 / 0)
    assert asked().status_code == 200  # once there, it is not asked again


def test_a_task_is_a_sign_of_life(batang: Regency, asked: Callable[[], HttpResponse]) -> None:
    assert User.objects.count() == 0
    app.tasks["tenants.files.tasks.sweep_files"].apply(headers={"_schema_name": "batang"}, throw=True)
    assert asked().json()["worker"] == "alive"
