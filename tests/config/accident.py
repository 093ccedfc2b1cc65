"""python -m tests.config.accident: web, task, scheduler's process and log go wrong while they hold personal data.

Runs in a process of its own, because an SDK is set up once per process; whatever it sends goes to SENTRY_DSN.
"""

import logging
import os
from typing import Any

NIK, KK, NIP, NPWP = "3325014405910003", "3325010101100007", "198703042010012005", "091234567503000"
NAME, PHONE, EMAIL = "Sulastriningtyas Wibowati", "081355512345", "sulastri.wibowati@contoh.test"
STREET, NOTE = "Dukuh Kalipucang Wetan", "penyakitnya dirahasiakan"
PLANTED = (NIK, KK, NIP, NPWP, NAME, PHONE, EMAIL, STREET, NOTE, "Sulastriningtyas", "kue-rahasia", "token-rahasia")


def view(request: Any) -> Any:
    """A page with a form, that asks the database, writes to the log, calls itself names, and falls over."""
    from django.core.cache import cache
    from django.db import connection

    nik, name = request.POST["nik"], request.POST["name"]  # local variables hold what was sent
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


def main() -> None:
    import django

    django.setup()
    import sentry_sdk
    from django.conf import settings
    from django.contrib import admin  # noqa: F401
    from django.test import Client
    from django.test.utils import setup_test_environment
    from django.urls import path

    import config.urls_regency as regency_urls
    from config.celery import app
    from tenants.accounts.access import public_page

    setup_test_environment()
    settings.LOGGING_CONFIG = None
    regency_urls.urlpatterns.append(path(f"orang/<str:nik>/", public_page(view)))
    browser = Client(raise_request_exception=False, headers={"host": "batang.localhost"})
    browser.cookies["kue"] = "kue-rahasia"
    answer = browser.post(
        f"/orang/{NIK}/?q={KK}&nama={NAME}",
        {"nik": NIK, "name": NAME, "kk": KK, "phone": PHONE, "email": EMAIL, "street": STREET, "note": NOTE},
        headers={"authorization": "Token token-rahasia", "referer": f"https://x.test/?nik={NIK}", "user-agent": NAME},
    )
    assert answer.status_code == 500

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
