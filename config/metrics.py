"""Figures for Prometheus: what web processes count themselves, what tasks left in Redis, and facts of the fleet.

Labels are regency and module, both from closed lists: never a path, an address or a person. Several web processes
share their counts through files in the folder that `config.gunicorn` makes; tasks run on other machines, so theirs
stand in Redis, where every web process can read them.
"""

from __future__ import annotations

import contextlib
import hmac
from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Histogram,
    generate_latest,
    multiprocess,
    values,
)
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from redis.exceptions import RedisError

from tenants import tally
from tenants.accounts.access import public_page

BUCKETS = (0.05, 0.15, 0.5, 2.0, 10.0)
"""Seconds: a fast page, the aim for lists, noticeable, slow, given up."""

_place = {"name": "unplaced"}
_shared = values.ValueClass._multiprocess
if _shared:  # under gunicorn: name the files after the process's place, not after its number
    values.ValueClass = values.MultiProcessValue(process_identifier=lambda: _place["name"])

registry = CollectorRegistry()
REQUESTS = Counter(
    "rujukan_requests", "Answered requests.", ("regency", "module", "status"), registry=registry
)  # status: 2xx to 5xx
SECONDS = Histogram(
    "rujukan_request_seconds", "Time to answer.", ("regency", "module"), registry=registry, buckets=BUCKETS
)


def count_as(place: str) -> None:
    """This process's counts go into the files of `place`, which no other running process has."""
    _place["name"] = place


def count_request(regency: str, module: str, status: int, seconds: float) -> None:
    """Some microseconds: two look-ups and two additions in this process."""
    REQUESTS.labels(regency, module, f"{status // 100}xx").inc()
    SECONDS.labels(regency, module).observe(seconds)


def count_task(regency: str, module: str, outcome: str, seconds: float) -> None:
    """Two round trips to Redis; while it is away counts are lost, not tasks."""
    with contextlib.suppress(RedisError):
        tally.add("tasks", regency, module, outcome)
        tally.add("task_seconds", regency, module, amount=seconds)


@public_page
def metrics(request: HttpRequest) -> HttpResponse:
    """All figures, for who has METRICS_TOKEN; for anybody else there is no such page."""
    given = request.headers.get("Authorization", "").encode()
    wanted = f"Bearer {settings.METRICS_TOKEN}".encode()
    if not settings.METRICS_TOKEN or not hmac.compare_digest(given, wanted):
        raise Http404
    everything = CollectorRegistry()
    everything.register(_Shared())
    if _shared:
        multiprocess.MultiProcessCollector(everything)  # type: ignore[no-untyped-call]
        return HttpResponse(generate_latest(everything), content_type=CONTENT_TYPE_LATEST)
    return HttpResponse(generate_latest(registry) + generate_latest(everything), content_type=CONTENT_TYPE_LATEST)


class _Shared:
    """What is the same in whichever web process answers."""

    def collect(self) -> Iterator[Metric]:
        from config import fleet  # its models: the web server counts before and beside them

        for name, text, labels, rows in fleet.figures():
            family = CounterMetricFamily if name in fleet.COUNTERS else GaugeMetricFamily
            figure: Any = family(f"rujukan_{name}", text, labels=labels)
            for named, number in rows.items():
                figure.add_metric(named, number)
            yield figure
