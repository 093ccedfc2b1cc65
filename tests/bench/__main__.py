"""`make bench`: measures beside what they are compared with, as a table and as bench.json."""

import json
import os
import sys
from dataclasses import asdict
from importlib import import_module
from pathlib import Path

import django

os.environ["TESTING"] = "0"
os.environ.setdefault("DEMO", "1")
os.environ.setdefault("SECRET_KEY", "bench")
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
PARTS = (
    "schemas",
    "provisioning",
    "routing",
    "inbox",
    "requests",
    "console",
    "assessment",
    "billing",
    "signups",
    "memory",
)


def main(chosen: list[str]) -> int:
    django.setup()
    from django.core.management import call_command

    call_command("collectstatic", interactive=False, verbosity=0)
    call_command("prepare", verbosity=0)
    rows = []
    for part in chosen or PARTS:
        found = import_module(f"tests.bench.{part}").rows()
        for row in found:
            mark = "reached" if row.reached else "MISSED"
            sys.stdout.write(
                f"{row.measure:<48} {row.ours:>10}   {row.against:<42} {row.other:>10}   {row.ratio:>8}"
                f"   {row.target:<32} {mark}\n"
            )
            sys.stdout.flush()
        rows += found
    Path("bench.json").write_text(json.dumps([asdict(row) for row in rows], indent=1))
    return 0 if all(row.reached for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
