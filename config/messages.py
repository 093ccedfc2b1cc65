"""Translations without GNU gettext: `python -m config.messages [--update | --check | --compile]`.

The texts in the code are Indonesian; `locale/en` holds the English ones.
"""

import argparse
import ast
import io
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import django
from babel.messages.catalog import Catalog
from babel.messages.checkers import python_format
from babel.messages.extract import extract_python
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.conf import settings
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parent.parent
PO = ROOT / "locale" / "en" / "LC_MESSAGES" / "django.po"
MO = PO.with_suffix(".mo")
PACKAGES = ("config", "tenants", "modules", "onboarding", "templates")
KEYWORDS: dict[str, Any] = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
}
_STRING = r"""u?(?:"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')"""
_CALL = re.compile(rf"\b(_|n?gettext|n?pgettext)\(({_STRING}(?:,\s*{_STRING})*)", re.DOTALL)

Found = tuple[str | tuple[str, str], str | None, str]
"""Message (or singular and plural), context, and where it stands."""


def extract() -> Iterator[Found]:
    """Every marked text of the product, in a stable order."""
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*")):
            if path.suffix == ".py" and "migrations" not in path.parts:
                yield from _from_python(path)
            elif path.suffix in {".html", ".txt"} and "templates" in path.parts:
                yield from _from_template(path)


def _from_python(path: Path) -> Iterator[Found]:
    where = str(path.relative_to(ROOT))
    with path.open("rb") as file:
        for _line, function, message, _comments in extract_python(file, KEYWORDS, [], {}):
            texts = (message,) if isinstance(message, str) else tuple(message)
            yield from _message(str(function), texts, where)


def _from_template(path: Path) -> Iterator[Found]:
    where = str(path.relative_to(ROOT))
    for function, arguments in _CALL.findall(templatize(path.read_text(), origin=where)):
        yield from _message(function, ast.literal_eval(f"({arguments},)"), where)


def _message(function: str, arguments: tuple[str | None, ...], where: str) -> Iterator[Found]:
    texts = [text for text in arguments if text]
    if not texts:
        return
    if function.startswith("pgettext"):
        yield texts[1], texts[0], where
    elif function.startswith("ngettext"):
        yield (texts[0], texts[1]), None, where
    else:
        yield texts[0], None, where


def _catalogue() -> Catalog:
    if not PO.exists():
        return Catalog(locale="en")
    with PO.open("rb") as file:
        return read_po(file, locale="en")


def update() -> Catalog:
    """The catalogue with every text of the code, keeping what is translated; written without dates or lines."""
    template = Catalog()
    for message, context, where in extract():
        template.add(message, locations=[(where, 0)], context=context)
    catalogue = _catalogue()
    catalogue.update(template, no_fuzzy_matching=True, update_creation_date=False)
    catalogue.obsolete.clear()
    catalogue.fuzzy = False
    catalogue.project, catalogue.version, catalogue.header_comment = "Rujukan", "1", "# English texts of Rujukan."
    return catalogue


def _write(catalogue: Catalog) -> None:
    PO.parent.mkdir(parents=True, exist_ok=True)
    text = io.BytesIO()
    write_po(text, catalogue, width=110, omit_header=False, include_lineno=False, sort_output=True)
    lines = [line for line in text.getvalue().decode().splitlines() if not line.startswith('"Generated-By')]
    PO.write_text("\n".join(line for line in lines if "-Date:" not in line) + "\n")


def faults() -> list[str]:
    """What is not translated, translated for nothing, or translated with other placeholders."""
    catalogue = update()
    missing = [m for m in catalogue if m.id and not all(m.string if isinstance(m.string, tuple) else (m.string,))]
    found = [f"no English text for {_shown(m.id)} ({m.locations[0][0]})" for m in missing]
    for message in catalogue:
        if not message.id or message in missing:
            continue
        try:
            python_format(catalogue, message)
        except ValueError as error:
            found.append(f"{_shown(message.id)}: {error}")
    stored = _catalogue()
    found += [f"marked fuzzy: {_shown(m.id)}" for m in stored if m.id and m.fuzzy]
    found += [f"obsolete entry left: {_shown(m.id)}" for m in stored.obsolete.values()]
    kept = {(m.id, m.context) for m in catalogue}
    found += [f"not in the code any more: {_shown(m.id)}" for m in stored if (m.id, m.context) not in kept]
    return found


def _shown(identity: object) -> str:
    return repr(identity)[:100]


def compile_catalogue() -> None:
    """Write the `.mo` file when it is older than the `.po` file."""
    if not PO.exists() or (MO.exists() and MO.stat().st_mtime >= PO.stat().st_mtime):
        return
    with MO.open("wb") as file:
        write_mo(file, _catalogue())


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    what = parser.add_mutually_exclusive_group(required=True)
    for name in ("update", "check", "compile"):
        what.add_argument(f"--{name}", action="store_true")
    options = parser.parse_args(arguments)
    if options.compile:
        compile_catalogue()
        return 0
    if not settings.configured:
        settings.configure(USE_I18N=True, TEMPLATES=[])
        django.setup()
    if options.update:
        _write(update())
        return 0
    found = faults()
    sys.stdout.write("".join(f"{line}\n" for line in found))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
