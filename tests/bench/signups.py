"""Fifty governments sign up in the same minute: none is lost, none is there twice.

`python -m tests.bench signups` runs locust (a process of its own, because it patches sockets) against gunicorn. Each
user is a government of its own with an address of its own, as behind a proxy; ten of them want a regency that
another one wants too. Mails lie in a folder, where each user looks for its own link.
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.bench.row import Row
from tests.bench.server import gunicorn

USERS, RIVALS, SECONDS = 50, 10, 120


def rows() -> list[Row]:
    """What came of it, counted in the database."""
    from django.conf import settings

    from onboarding.applications.models import Application
    from tests.bench.signups_user import wishes

    codes = [code for code, _email in wishes(USERS, RIVALS)]
    Application.objects.filter(code__in=codes).delete()
    with tempfile.TemporaryDirectory() as mails:
        os.environ |= {"PROXIES": "1", "EMAIL_URL": f"file:///{mails}"}
        with gunicorn("config.wsgi:application", "tests.bench.signups_settings") as server:
            failures = _locust(server.port, mails)
    states = list(Application.objects.filter(code__in=codes).values_list("code", "state"))
    Application.objects.filter(code__in=codes).delete()
    handed_in = [code for code, state in states if state == "submitted"]
    told = [code for code, state in states if state == "waiting"]
    whole = not failures and len(states) == USERS and len(handed_in) == len(set(handed_in)) == USERS - RIVALS
    return [
        Row(
            f"{USERS} parallel sign-ups ({settings.BASE_DOMAIN})",
            f"{len(handed_in)} handed in",
            f"{RIVALS} rivals told",
            f"{len(told)}",
            f"{failures} lost",
            "none lost, none doubled",
            whole and len(told) == RIVALS,
        )
    ]


def _locust(port: int, mails: str) -> int:
    """Run the users to their end; how many did not get there."""
    environment = os.environ | {"MAILS": mails, "USERS": str(USERS), "RIVALS": str(RIVALS)}
    command = [
        sys.executable, "-m", "locust", "-f", str(Path(__file__).with_name("signups_user.py")), "--headless",
        "--host", f"http://127.0.0.1:{port}", "-u", str(USERS), "-r", str(USERS), "-t", f"{SECONDS}s",
        "--only-summary", "--loglevel", "WARNING",
    ]  # fmt: skip
    ended = subprocess.run(command, env=environment, check=False, capture_output=True, text=True)
    arrived = ended.stdout.count("ARRIVED")
    if arrived < USERS:
        sys.stderr.write(ended.stdout[-3000:] + ended.stderr[-3000:])
    return USERS - arrived
