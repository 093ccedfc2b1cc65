"""How log lines look: JSON for machines that collect them, plain for a terminal. Neither quotes a person.

Every line carries regency, module, request and task. An exception is written with its place in the code, and with its
text only where `config.errors.told` lets it.
"""

import logging
import traceback
from types import TracebackType
from typing import Any

from pythonjsonlogger.json import JsonFormatter

from config.errors import told

SOMEWHERE = "an unknown address"
ExcInfo = tuple[type[BaseException] | None, BaseException | None, TracebackType | None]
FIELDS = {
    "at", "level", "logger", "message", "exc_info", "regency", "module", "request_id", "task_id", "task",
    "duration_ms", "status", "method", "route",
}  # fmt: skip


class _Discreet(logging.Formatter):
    """Writes exceptions without the values that they quote."""

    def formatException(self, ei: Any) -> str:
        return "".join(_lines(ei[1])).rstrip()


class LineFormatter(_Discreet):
    """For people: one line, then where it happened."""


class JsonLines(_Discreet, JsonFormatter):
    """One JSON object a line, with known fields only: what a library puts beside a line may be anybody's."""

    def process_log_record(self, log_data: dict[str, Any]) -> dict[str, Any]:
        return {key: value for key, value in log_data.items() if key in FIELDS}


def _lines(error: BaseException | None) -> list[str]:
    if error is None:
        return []
    cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    before = [*_lines(cause), "which led to\n"] if cause is not None else []
    kind = type(error)
    head = f"{kind.__module__}.{kind.__qualname__}" if kind.__module__ != "builtins" else kind.__qualname__
    text = told(error)
    return [*before, *traceback.format_tb(error.__traceback__), f"{head}: {text}\n" if text else f"{head}\n"]


class RouteFilter(logging.Filter):
    """Django names the path of a failed request, and gunicorn the line that it could not read. A path may be a secret:
    it opens a case or an assessment. Its pattern is none.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        request = getattr(record, "request", None)
        if request is not None and isinstance(record.args, tuple) and record.args:
            match = getattr(request, "resolver_match", None)
            record.args = (*record.args[:-1], f"/{match.route}" if match else SOMEWHERE)
            record.request = None
        if record.name == "gunicorn.error":
            record.msg = str(record.msg).partition(" from ip=")[0]
            if isinstance(record.args, tuple):
                record.args = tuple(SOMEWHERE if "/" in str(arg) else arg for arg in record.args)
        return True


class TaskFilter(logging.Filter):
    """Celery writes exception, traceback and arguments of a failed task into its line; the arguments stay out."""

    def filter(self, record: logging.LogRecord) -> bool:
        facts = record.__dict__.pop("data", None)
        if isinstance(facts, dict):
            record.msg, record.args = "Task %s %s", (facts.get("name"), facts.get("description", "ended"))
        return True


def logging_settings(*, json: bool, level: str, access: bool) -> dict[str, Any]:
    """Django's LOGGING."""
    fields = "%(asctime)s %(levelname)s %(name)s %(message)s %(regency)s %(module_key)s %(request_id)s %(task_id)s"
    renamed = {"asctime": "at", "levelname": "level", "name": "logger", "module_key": "module"}
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "filters": {
            "request": {"()": "tenants.context.RequestFilter"},
            "route": {"()": "config.logs.RouteFilter"},
            "task": {"()": "config.logs.TaskFilter"},
        },
        "formatters": {
            "json": {
                "()": "config.logs.JsonLines",
                "fmt": fields,
                "datefmt": "%Y-%m-%dT%H:%M:%S%z",
                "rename_fields": renamed,
            },
            "plain": {
                "()": "config.logs.LineFormatter",
                "format": "%(levelname)s %(regency)s %(request_id)s %(name)s %(message)s",
            },
        },
        "handlers": {
            "console": {
                "class": "logging.StreamHandler",
                "filters": ["request", "route"],
                "formatter": "json" if json else "plain",
            }
        },
        "root": {"handlers": ["console"], "level": level},
        "loggers": {
            "celery.app.trace": {"filters": ["task"], "level": "WARNING"},  # rujukan.task tells of the rest
            "rujukan.access": {"level": "INFO" if access else "WARNING"},
        },
    }
