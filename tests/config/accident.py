"""python -m tests.config.accident web|worker|scheduler: that process goes wrong while it holds personal data.

Each in a process of its own, as it is deployed, because an SDK is set up once per process; what it sends goes to
SENTRY_DSN. They work for the regency Sikka.
"""

import io
import logging
import os
import sys
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode
from wsgiref.util import setup_testing_defaults

NIK, KK, NIP, NPWP = "3325014405910003", "3325010101100007", "198703042010012005", "091234567503000"
NAME, PHONE, EMAIL = "Sulastriningtyas Wibowati", "081355512345", "sulastri.wibowati@contoh.test"
STREET, NOTE = "Dukuh Kalipucang Wetan", "penyakitnya dirahasiakan"
HOST = "sikka.localhost"
LINK = "tautan_RAHASIA_penilaian_0123456789"
"""Whoever has it fills in an assessment."""
PLANTED = (
    NIK, KK, NIP, NPWP, NAME, PHONE, EMAIL, STREET, NOTE, "Sulastriningtyas", "kue-rahasia", "token-rahasia", LINK,
)  # fmt: skip


def view(request: Any, nik: str) -> Any:
    """A page with a form, that asks the database, writes to the log, calls itself names, and falls over."""
    from django.core.cache import cache
    from django.db import connection

    name = request.POST["name"]  # local variables hold what was sent
    request.user_said = name
    logging.getLogger("modules.services").warning("looking for %s (%s)", name, nik)
    cache.set(f"person:{nik}", name)
    with connection.cursor() as cursor:
        cursor.execute("SELECT %s::text, %s::text", [nik, name])
        cursor.execute(f"SELECT '{NAME}' AS name")  # as it must not be written, and once will be
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT %s::integer", [name])
    except Exception as error:
        raise ValueError(f"{name} ({nik}, {PHONE}) is not known") from error


def astray(request: Any = None) -> Any:
    """Work for one regency that comes out on another schema."""
    from django.db import connection
    from django.http import HttpResponse

    connection.set_schema_to_public()  # type: ignore[attr-defined]
    return HttpResponse(NAME) if request else None


class Unwritable:
    """What a scheduler cannot put into a message, with a person in its complaint."""

    def __json__(self) -> str:
        raise ValueError(f"{NAME} {NIK}")


def fail(nik: str, who: str) -> None:
    """The work of a task whose arguments are personal."""
    raise LookupError(f"no claim of {who} with {nik}")


def asked(method: str, path: str, form: dict[str, str] | None = None, host: str = HOST) -> str:
    """Hand a request to the application as gunicorn would; the status of the answer."""
    from config.wsgi import application

    body = urlencode(form or {}).encode()
    environ: dict[str, Any] = {
        "REQUEST_METHOD": method,
        "PATH_INFO": path,
        "QUERY_STRING": urlencode({"q": PHONE, "nama": NAME}),
        "CONTENT_TYPE": "application/x-www-form-urlencoded",
        "CONTENT_LENGTH": str(len(body)),
        "HTTP_HOST": host,
        "HTTP_COOKIE": "kue=kue-rahasia",
        "HTTP_AUTHORIZATION": "Token token-rahasia",
        "HTTP_REFERER": f"https://x.test/?nik={NIK}",
        "HTTP_USER_AGENT": NAME,
        "wsgi.input": io.BytesIO(body),
    }
    setup_testing_defaults(environ)
    said: list[str] = []
    answer = application(environ, lambda status, headers, *_: said.append(status))  # type: ignore[arg-type]
    for _part in answer:
        pass
    answer.close()  # type: ignore[attr-defined]
    return said[0][:3]


def _follow_the_link() -> None:
    """The link of an assessment goes wrong in every way: nobody's, cut off, posted from elsewhere, broken, mailed."""
    from onboarding.assessment import tasks
    from onboarding.assessment.views import access

    held = f"/assessment/{LINK}/"
    assert asked("GET", held, host="localhost") == "404"
    assert asked("GET", f"{held}nowhere/", host="localhost") == "404", "no pattern fits"
    assert asked("POST", f"{held}submission/", {"shared": "yes"}, host="localhost") == "403", "no CSRF token"
    assert asked("GET", f"/api/v1{held}", host="localhost") == "404"

    def broken(token: str) -> Any:
        raise KeyError(token)

    access._find = broken
    assert asked("GET", held, host="localhost") == "500"
    tasks.Link = None  # type: ignore[assignment, misc]
    tasks.send_link.apply(args=[1, LINK], headers={"_schema_name": "public"}, task_id="0b7b")


def web() -> None:
    """A page that falls over, one on the wrong schema, an address that leads nowhere, and careless words."""
    from django.urls import path
    from django.views.decorators.csrf import csrf_exempt

    import config.urls_regency as regency_urls
    from tenants.accounts.access import public_page

    regency_urls.urlpatterns += [
        path("orang/<str:nik>/", csrf_exempt(public_page(view))),
        path("tersesat/", public_page(astray)),
    ]
    form = {"nik": NIK, "name": NAME, "kk": KK, "phone": PHONE, "email": EMAIL, "street": STREET, "note": NOTE}
    assert asked("POST", f"/orang/{NIK}/", form) == "500"
    assert asked("GET", "/tersesat/") == "500"
    assert asked("GET", f"/tidak-ada/{NIK}/{NAME}/") == "404"
    _follow_the_link()
    _speak()


def _speak() -> None:
    """As somebody might, some day."""
    import sentry_sdk

    with sentry_sdk.new_scope() as scope:
        scope.set_user({"id": NIP, "email": EMAIL, "ip_address": "10.1.2.3"})
        scope.set_tag("who", NAME)
        scope.set_extra("form", {"nik": NIK})
        scope.set_context("claim", {"name": NAME, "npwp": NPWP})
        scope.set_transaction_name(f"{NAME} looks", source="custom")
        scope.add_attachment(bytes=NIK.encode(), filename="nik.txt")
        sentry_sdk.add_breadcrumb(message=f"{NAME} clicked", data={"nik": NIK})
        sentry_sdk.set_measurement("x", 1)
        logging.getLogger("tenants.files").error("file of %s: %s", NAME, NIK, extra={"phone": PHONE})
        logging.getLogger("tenants.files").error(f"file of {NAME}, {STREET}")
        sentry_sdk.capture_message(f"a message about {NAME}")


def worker() -> None:
    """A worker of Celery takes two messages from Redis: one task raises, one ends on another schema."""
    from celery.signals import task_postrun
    from celery.worker import state

    from config.celery import app
    from tenants.schemas.context import in_schema

    queue = f"accident-{os.getpid()}"
    left = [
        app.task(name="modules.services.tasks.fail_for_test")(fail),
        app.task(name="tenants.files.tasks.astray_for_test")(astray),
    ]
    with in_schema("sikka"):
        left[0].apply_async(args=[NIK], kwargs={"who": NAME}, queue=queue)
        left[1].apply_async(queue=queue)

    @task_postrun.connect(weak=False)
    def count(**_: Any) -> None:
        left.pop()
        state.should_stop = None if left else 0

    quiet = ["--without-gossip", "--without-mingle", "--without-heartbeat", "--loglevel=WARNING"]
    app.worker_main(["worker", "--pool=solo", f"--queues={queue}", *quiet])


def scheduler() -> None:
    """The scheduler cannot hand out what is due."""
    from celery.beat import Scheduler, Service

    from config.celery import app

    app.conf.beat_schedule = {
        "x": {"task": "fleet.digest", "schedule": 0.1, "args": (NIK,), "kwargs": {"who": Unwritable()}}
    }
    service = Service(app, max_interval=1, scheduler_cls=Scheduler)

    class Stop(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            service.stop()

    logging.getLogger("celery.beat").addHandler(Stop(level=logging.ERROR))
    service.start()


PROCESSES: dict[str, Callable[[], None]] = {"web": web, "worker": worker, "scheduler": scheduler}


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    import django
    import sentry_sdk

    django.setup()
    PROCESSES[sys.argv[1]]()
    sentry_sdk.flush(10)
