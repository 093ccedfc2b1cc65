"""Errors and timings for Sentry, of which nothing may tell about a person.

What leaves is chosen, not what stays: an event is built anew from the parts that are known to hold code, never data.
Messages, form contents, local variables, addresses with their queries, SQL, log texts, arguments of tasks, bodies,
headers, cookies, users and breadcrumbs are not among them. `docs/operators.md` says how to find the rest by request id.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import sentry_sdk
from django.db import connection

from config.errors import told
from config.logs import SOMEWHERE
from tenants.context import module_key, request_id

_KEPT = ("event_id", "timestamp", "start_timestamp", "platform", "level", "type", "logger", "transaction",
         "transaction_info", "release", "environment", "server_name", "sdk", "modules", "fingerprint")  # fmt: skip
_TAGS = ("regency", "module", "request_id", "status", "task")
_FRAME = (
    "filename",
    "abs_path",
    "function",
    "module",
    "lineno",
    "in_app",
    "pre_context",
    "context_line",
    "post_context",
)
_CONTEXTS = {
    "trace": ("trace_id", "span_id", "parent_span_id", "op", "status", "origin"),
    "runtime": ("name", "version", "build"),
}
_SPAN = ("trace_id", "span_id", "parent_span_id", "same_process_as_parent", "op", "status", "origin",
         "start_timestamp", "timestamp")  # fmt: skip
_NAMED = ("route", "task")
"""Where the name of a transaction comes from when it is one of ours. An address that led nowhere names itself."""
_NAMES_CODE = ("middleware.", "view.", "function", "event.django", "queue.task", "queue.submit")
"""Kinds of spans whose description is the name of a function or a task of ours."""


def start(dsn: str, *, release: str, traces: float, environment: str) -> None:
    """For web, worker and scheduler alike: settings call it in each."""
    sentry_sdk.init(
        dsn=dsn,
        release=release,
        environment=environment,
        send_default_pii=False,
        include_local_variables=False,
        max_request_body_size="never",
        max_breadcrumbs=0,
        before_breadcrumb=lambda crumb, hint: None,
        before_send=chosen,
        before_send_transaction=chosen,
        before_send_log=lambda log, hint: None,
        before_send_metric=lambda metric, hint: None,
        traces_sample_rate=traces,
        _experiments={},
    )


def tag(**tags: str) -> None:
    """Put tags on whatever this request or task sends from now on."""
    if sentry_sdk.is_initialized():
        sentry_sdk.get_isolation_scope().set_tags(tags)


def chosen(event: Any, hint: Any) -> Any:
    """What of an event or a transaction leaves this house."""
    hint.pop("attachments", None)
    kept = _picked(event, _KEPT)
    if "transaction" in kept and (event.get("transaction_info") or {}).get("source") not in _NAMED:
        kept["transaction"] = SOMEWHERE
    kept["tags"] = {
        "regency": getattr(connection, "schema_name", "-"),
        "module": module_key.get(),
        "request_id": request_id.get(),
        **_picked(event.get("tags") or {}, _TAGS),
    }
    contexts = event.get("contexts") or {}
    kept["contexts"] = {name: _picked(contexts.get(name) or {}, keys) for name, keys in _CONTEXTS.items()}
    if method := (event.get("request") or {}).get("method"):
        kept["request"] = {"method": method}
    if "exception" in event:
        kept["exception"] = {"values": _exceptions(event["exception"].get("values") or (), hint)}
    if "spans" in event:
        kept["spans"] = [_span(span) for span in event["spans"]]
    if record := hint.get("log_record"):
        # Where the line is written, instead of what it says: the text is found there.
        kept["logentry"] = {"message": f"{record.name}: {record.module}.{record.funcName}, line {record.lineno}"}
    return kept


def _exceptions(values: Iterable[Any], hint: Any) -> list[dict[str, Any]]:
    texts = _texts((hint.get("exc_info") or (None, None))[1])
    found = []
    for value in values:
        kept = _picked(value, ("type", "module"))
        kept["value"] = texts.get((value.get("module"), value.get("type")), "")
        kept["mechanism"] = _picked(value.get("mechanism") or {}, ("type", "handled", "exception_id", "parent_id"))
        if frames := (value.get("stacktrace") or {}).get("frames"):
            kept["stacktrace"] = {"frames": [_picked(frame, _FRAME) for frame in frames]}
        found.append(kept)
    return found


def _texts(error: BaseException | None) -> dict[tuple[Any, Any], str]:
    """What may be told of an exception and of those that it came from."""
    texts: dict[tuple[Any, Any], str] = {}
    while error is not None and len(texts) < 20:
        kind = type(error)
        module = kind.__module__ if kind.__module__ != "builtins" else None
        texts.setdefault((module, kind.__name__), told(error))
        error = error.__cause__ or error.__context__
    return texts


def _span(span: Any) -> dict[str, Any]:
    kept = _picked(span, _SPAN)
    operation, description = str(span.get("op") or ""), str(span.get("description") or "")
    if operation.startswith(_NAMES_CODE):
        kept["description"] = description
    elif operation == "db":
        kept["description"] = description.split(" ", 1)[0]  # SELECT, INSERT, ...
    return kept


def _picked(source: Any, names: Iterable[str]) -> dict[str, Any]:
    return {name: source[name] for name in names if source.get(name) is not None}
