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

    wanted = wishes(USERS, RIVALS)
    codes = [code for code, _email in wanted]
    Application.objects.filter(code__in=codes).delete()
    with tempfile.TemporaryDirectory() as mails:
        os.environ |= {"PROXIES": "1", "EMAIL_URL": f"file:///{mails}"}
        with gunicorn("config.wsgi:application", "tests.bench.signups_settings") as server:
            failures = _locust(server.port, mails)
    found = list(Application.objects.filter(code__in=codes).values_list("code", "email", "state"))
    Application.objects.filter(code__in=codes).delete()
    handed_in = sorted(code for code, _email, state in found if state == "submitted")
    told = sorted(code for code, _email, state in found if state == "waiting")
    each_once = sorted((code, email) for code, email, _state in found) == sorted(wanted)
    whole = not failures and each_once and handed_in == sorted(set(codes))
    return [
        Row(
            f"{USERS} parallel sign-ups ({settings.BASE_DOMAIN})",
            f"{len(handed_in)} handed in",
            f"{RIVALS} rivals told",
            f"{len(told)}",
            f"{failures} lost",
            "none lost, none doubled",
            whole and told == sorted(codes[:RIVALS]),
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
