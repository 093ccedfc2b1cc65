"""PDFs by Typst: a template of an app, and data that is only ever text in it."""

import base64
import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import segno
import typst
from django.apps import apps

_FOLDER = Path(__file__).parent / "typst"
_KEY = re.compile(r"[a-z][a-z0-9_]*/[a-z][a-z0-9_]*")
# Zero-width and direction marks: pasted along unseen, in no font, and able to show a name backwards.
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
# Typst embeds it in the PDF: without one, the same letter would have another sha256 each time.
_EPOCH = datetime(2024, 1, 1, tzinfo=UTC)


class TemplateMissing(LookupError):
    """No app has the template that a letter names."""


class RenderFailed(Exception):
    """Typst refused: the template and its data do not fit. The text names the place, never the data."""


class NotArchivable(RenderFailed):
    """It holds a character that the fonts do not have; without PDF/A it comes out, with a box in its place."""


def find(key: str) -> Path:
    """`santunan_kematian/receipt` is `typst/receipt.typ` in the folder of the app labelled santunan_kematian."""
    if not _KEY.fullmatch(key):
        raise TemplateMissing(f"{key!r} is not of the form app/template")
    label, name = key.split("/")
    try:
        path = Path(apps.get_app_config(label).path) / "typst" / f"{name}.typ"
    except LookupError:
        raise TemplateMissing(f"no app is labelled {label}") from None
    if not path.is_file():
        raise TemplateMissing(f"{path.name} is not in the typst folder of {label}")
    return path


def render(template: Path | str, data: Mapping[str, Any], *, at: datetime = _EPOCH, archivable: bool = True) -> bytes:
    """The PDF of a template with `data`; PDF/A-2a (to be archived, and read aloud) unless not `archivable`.

    `data["letter"]` holds number, title, date and the like (`actions.request_letter` makes it); the rest is what
    the template asks for. Whatever a string holds is shown, never interpreted. The same template, data and `at`
    give the same bytes. Raises TemplateMissing, NotArchivable or RenderFailed.
    """
    path = template if isinstance(template, Path) else find(template)
    files = {"main.typ": path.read_bytes(), "base.typ": (_FOLDER / "base.typ").read_bytes()}
    try:
        made = typst.compile(  # type: ignore[call-overload]
            files,
            root=str(_FOLDER),
            font_paths=_fonts(),
            sys_inputs={"data": _INVISIBLE.sub("", json.dumps(data, ensure_ascii=False))},
            pdf_standards=["a-2a"] if archivable else [],
            timestamp=int(at.timestamp()),
        )
    except typst.TypstError as refused:
        where = f"{path.parent.parent.name}/{path.stem}"
        if refused.message.startswith("PDF/A"):  # its message quotes the text, which may be a name
            raise NotArchivable(f"{where}: a letter that no font has") from None
        raise RenderFailed(f"{where}: {refused.message}") from None
    return bytes(made)


def qr_svg(text: str) -> str:
    """A QR code (error correction M) as an SVG drawing."""
    # Trying all eight masks for the prettiest takes longer than setting the letter; each of them reads well.
    code = segno.make(text, error="m", micro=False, mask=2)
    return str(code.svg_inline(border=0, omitsize=True))


def picture_svg(png: bytes, width: int, height: int) -> str:
    """A PNG wrapped as a drawing: the only way in which a picture can travel as text in `data`."""
    packed = base64.b64encode(png).decode()
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}">'
        f'<image width="{width}" height="{height}" href="data:image/png;base64,{packed}"/></svg>'
    )


@cache
def _fonts() -> typst.Fonts:
    """The fonts inside the wheel: a letter looks the same on every machine."""
    return typst.Fonts(include_system_fonts=False)
