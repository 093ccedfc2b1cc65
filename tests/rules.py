"""`make rules`: which rules of docs/rules.csv are shown by a test, and by which."""

import csv
import re
import sys
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
_MARK = re.compile(r"@pytest\.mark\.rule\(([^)]*)\)")
_TEST = re.compile(r"\s*(?:async )?def (test_\w+)|\s*class (Test\w+)")


def rules() -> list[dict[str, str]]:
    """The rows of docs/rules.csv: id, module, kind, rule, source."""
    with (ROOT / "docs" / "rules.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def shown() -> Mapping[str, list[str]]:
    """Tests by rule id, read from the marks in the source."""
    found: dict[str, list[str]] = defaultdict(list)
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        waiting: list[str] = []
        for line in path.read_text().splitlines():
            if mark := _MARK.search(line):
                waiting += re.findall(r'"([A-Z]{2}-\d\d)"', mark[1])
            elif (test := _TEST.match(line)) and waiting:
                name = f"{path.relative_to(ROOT)}::{test[1] or test[2]}"
                for rule in waiting:
                    found[rule].append(name)
                waiting = []
    return found


def main() -> int:
    """Print a line per rule; exit 1 when a mark names a rule that does not exist."""
    known, tests = rules(), shown()
    for row in known:
        names = tests.get(row["id"], [])
        sys.stdout.write(f"{row['id']}  {'shown by ' + str(len(names)) if names else '-':<12} {row['rule'][:90]}\n")
        sys.stdout.write("".join(f"         {name}\n" for name in names))
    total = sum(row["id"] in tests for row in known)
    sys.stdout.write(f"\n{total} of {len(known)} rules are shown by a test.\n")
    unknown = sorted(set(tests) - {row["id"] for row in known})
    if unknown:
        sys.stdout.write(f"Marks without a rule in docs/rules.csv: {', '.join(unknown)}\n")
    return 1 if unknown else 0


if __name__ == "__main__":
    sys.exit(main())
