"""Writes `regions.gz` from the npm package idn-area-data. Run by a maintainer when the ministry's list changes:

    npm pack idn-area-data && tar xzf idn-area-data-*.tgz
    python -m tenants.regions.build package

The file is a row of gzip members, so `zcat regions.gz` shows all of it as text: first the provinces and regencies
with the size of each regency's member, then one member per regency with its districts and villages.
"""

import csv
import json
import sys
import zlib
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

DATA = Path(__file__).with_name("regions.gz")


def build(package: Path) -> bytes:
    """The content of `regions.gz` from an unpacked tarball. The same package always gives the same text.

    Raises ValueError when the package does not hold what it must: each code under the code it begins with.
    """
    provinces, regencies = _rows(package, "provinces"), _rows(package, "regencies")
    below = defaultdict(list)
    for row in _rows(package, "districts"):
        below[row["regency_code"]].append((row["code"], row["name"]))
    for row in _rows(package, "villages"):
        below[row["code"][:5]].append((row["code"], row["name"]))
    if strangers := set(below) - {row["code"] for row in regencies}:
        raise ValueError(f"districts or villages of unknown regencies: {sorted(strangers)}")
    members = {row["code"]: _compress(_regency(row["code"], below[row["code"]])) for row in regencies}
    version = json.loads((package / "package.json").read_text())["version"]
    head = [f"# idn-area-data {version}, ODbL 1.0, see README.md"]
    head += [f"{row['code']}\t{row['name']}" for row in provinces]
    head += [f"{row['code']}\t{row['name']}\t{len(members[row['code']])}" for row in regencies]
    return _compress(head) + b"".join(members[row["code"]] for row in regencies)


def _rows(package: Path, name: str) -> list[dict[str, str]]:
    with open(package / "data" / f"{name}.csv", encoding="utf-8", newline="") as file:
        rows = [{key: " ".join(value.split()) for key, value in row.items()} for row in csv.DictReader(file)]
    return sorted(rows, key=lambda row: row["code"])


def _regency(code: str, places: Iterable[tuple[str, str]]) -> list[str]:
    """`01 Wonotunggal` for a district, `2001 Silurah` for a village of the district above it."""
    lines, district = [], ""
    for place, name in sorted(places):
        parts = place.split(".")
        if len(parts) == 3:
            district = place
        elif not place.startswith(f"{district}."):
            raise ValueError(f"village {place} has no district")
        lines.append(f"{parts[-1]} {name}")
    if not lines:
        raise ValueError(f"regency {code} has no districts")
    return lines


def _compress(lines: list[str]) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)  # 31: gzip's own frame, without a time in it
    return packer.compress("".join(f"{line}\n" for line in lines).encode()) + packer.flush()


if __name__ == "__main__":
    DATA.write_bytes(build(Path(sys.argv[1])))
