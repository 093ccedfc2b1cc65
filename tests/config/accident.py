"""python -m tests.config.accident: web, task, scheduler's process and log go wrong while they hold personal data.

Runs in a process of its own, because an SDK is set up once per process; whatever it sends goes to SENTRY_DSN.
"""

import io
import logging
import os
from typing import Any
from urllib.parse import urlencode
from wsgiref.util import setup_testing_defaults

NIK, KK, NIP, NPWP = "3325014405910003", "3325010101100007", "198703042010012005", "091234567503000"
NAME, PHONE, EMAIL = "Sulastriningtyas Wibowati", "081355512345", "sulastri.wibowati@contoh.test"
STREET, NOTE = "Dukuh Kalipucang Wetan", "penyakitnya dirahasiakan"
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


def fail(nik: str, who: str) -> None:
    """The work of a task whose arguments are personal."""
    raise LookupError(f"no claim of {who} with {nik}")


def asked(method: str, host: str, path: str, form: dict[str, str]) -> str:
    """Hand a request to the application as gunicorn would; the status of the answer."""
    from config.wsgi import application

    body = urlencode(form).encode()
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
    return said[0]


def _follow_the_link() -> None:
    """The link of an assessment goes wrong in every way: nobody's, cut off, posted from elsewhere, broken, mailed."""
    from onboarding.assessment import tasks
    from onboarding.assessment.views import access

    held = f"/assessment/{LINK}/"
    assert asked("GET", "localhost", held, {}).startswith("404 ")
    assert asked("GET", "localhost", f"{held}nowhere/", {}).startswith("404 "), "no pattern fits"
    assert asked("POST", "localhost", f"{held}submission/", {"shared": "yes"}).startswith("403 "), "no CSRF token"
    assert asked("GET", "localhost", f"/api/v1{held}", {}).startswith("404 ")

    def broken(token: str) -> Any:
        raise KeyError(token)

    access._find = broken
    assert asked("GET", "localhost", held, {}).startswith("500 ")
    tasks.Link = None  # type: ignore[assignment, misc]
    tasks.send_link.apply(args=[1, LINK], headers={"_schema_name": "public"}, task_id="0b7b")


def main() -> None:
    import django

    django.setup()
    import sentry_sdk
    from django.urls import path
    from django.views.decorators.csrf import csrf_exempt

    import config.urls_regency as regency_urls
    from config.celery import app
    from tenants.accounts.access import public_page

    regency_urls.urlpatterns.append(path("orang/<str:nik>/", csrf_exempt(public_page(view))))
    form = {"nik": NIK, "name": NAME, "kk": KK, "phone": PHONE, "email": EMAIL, "street": STREET, "note": NOTE}
    assert asked("POST", "batang.localhost", f"/orang/{NIK}/", form).startswith("500 ")
    _follow_the_link()

    task = app.task(name="modules.services.tasks.fail_for_test")(fail)
    task.apply(args=[NIK], kwargs={"who": NAME}, headers={"_schema_name": "batang"}, task_id="0b7a")

    with sentry_sdk.new_scope() as scope:  # as somebody might, some day
        scope.set_user({"id": NIP, "email": EMAIL, "ip_address": "10.1.2.3"})
        scope.set_tag("who", NAME)
        scope.set_extra("form", {"nik": NIK})
        scope.set_context("claim", {"name": NAME, "npwp": NPWP})
        scope.add_attachment(bytes=NIK.encode(), filename="nik.txt")
        sentry_sdk.add_breadcrumb(message=f"{NAME} clicked", data={"nik": NIK})
        sentry_sdk.set_measurement("x", 1)
        logging.getLogger("tenants.files").error("file of %s: %s", NAME, NIK, extra={"phone": PHONE})
        logging.getLogger("tenants.files").error(f"file of {NAME}, {STREET}")
        sentry_sdk.capture_message(f"a message about {NAME}")
    sentry_sdk.flush(10)


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    main()
