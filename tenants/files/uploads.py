"""What may be kept of an upload, and what is said to the person whose file is refused.

`prepare` looks at the content, never at the name or the type that the browser claims. Pictures are decoded
and written anew, so nothing that hid in them survives; PDFs with programs or other files inside are refused.
SVG and HTML are not among the kinds and never will be: a browser runs them.
"""

import hashlib
import re
import unicodedata
from collections.abc import Iterable
from io import BytesIO
from typing import IO, Any

import puremagic
from django.core.files.base import File
from django.utils.translation import gettext as _

from tenants.files import documents, pictures
from tenants.people.formats import ukuran

PDF, JPEG, PNG = "application/pdf", "image/jpeg", "image/png"
KINDS = {PDF: ("PDF", ".pdf"), JPEG: ("JPG", ".jpg"), PNG: ("PNG", ".png")}
EXTENSIONS = {PDF: (".pdf",), JPEG: (".jpg", ".jpeg"), PNG: (".png",)}
MAX_BYTES = 10_000_000
_MAGIC = ((b"%PDF-", PDF), (b"\xff\xd8\xff", JPEG), (b"\x89PNG\r\n\x1a\n", PNG))
_HEIC = (b"ftypheic", b"ftypheix", b"ftypheim", b"ftypmif1", b"ftypmsf1")


class FileRefused(Exception):
    """An upload that is not kept; its text is a sentence for the person who sent it."""


class FileEmpty(FileRefused):
    """Nothing arrived."""


class FileTooLarge(FileRefused):
    """More bytes than the place allows."""


class FileKindRefused(FileRefused):
    """Not one of the kinds that the place allows, or a kind that carries programs."""


class FileUnreadable(FileRefused):
    """The right kind, but damaged, locked, or so large when opened that it cannot be checked."""


class PreparedUpload(File):
    """An upload that passed: cleaned content, its true type, size and sha256. `store` takes it as it is."""

    def __init__(self, file: IO[bytes], name: str, content_type: str) -> None:
        super().__init__(file, name)
        self.content_type = content_type
        self.size, self.sha256 = _measure(file)


def prepare(upload: Any, *, allowed: Iterable[str] = (PDF, JPEG, PNG), max_bytes: int = MAX_BYTES) -> PreparedUpload:
    """`upload` (a Django file) checked and cleaned, or a FileRefused that says what to do.

    `allowed` are content types out of KINDS; `max_bytes` counts what was sent.
    """
    kinds = tuple(allowed)
    if unknown := set(kinds) - set(KINDS):
        raise ValueError(f"uploads of {sorted(unknown)} cannot be checked")
    _refuse_by_size(upload.size, max_bytes)
    content_type = _kind_of(upload, kinds)
    if isinstance(upload, PreparedUpload):
        return upload
    name = clean_name(upload.name, content_type)
    if content_type == PDF:
        _refuse_unsafe_document(upload)
        return PreparedUpload(upload, name, content_type)
    return PreparedUpload(_clean_picture(upload, content_type), name, content_type)


def clean_name(name: str | None, content_type: str) -> str:
    """The last part of the name that the sender gave, printable, ending as its content is."""
    base = unicodedata.normalize("NFC", re.split(r"[/\\]", name or "")[-1])
    base = "".join(letter for letter in base if unicodedata.category(letter)[0] != "C").strip(" .")
    stem, _dot, ending = base.rpartition(".")
    if f".{ending.lower()}" in EXTENSIONS[content_type]:
        return f"{stem[:110] or _('berkas')}.{ending}"
    return f"{base[:110] or _('berkas')}{KINDS[content_type][1]}"


def kind_names(allowed: Iterable[str]) -> str:
    """`PDF, JPG atau PNG`."""
    names = [KINDS[kind][0] for kind in allowed]
    return (
        names[0]
        if len(names) == 1
        else _("%(first)s atau %(last)s")
        % {
            "first": ", ".join(names[:-1]),
            "last": names[-1],
        }
    )


def _refuse_by_size(size: int, max_bytes: int) -> None:
    if not size:
        raise FileEmpty(_("Berkas ini kosong. Pilih berkas lain, atau simpan ulang lalu unggah lagi."))
    if size > max_bytes:
        raise FileTooLarge(
            _("Berkas ini %(size)s, paling besar %(limit)s. Perkecil, atau pindai dengan mutu lebih rendah.")
            % {"size": ukuran(size), "limit": ukuran(max_bytes)}
        )


def _kind_of(upload: Any, allowed: tuple[str, ...]) -> str:
    upload.seek(0)
    head = upload.read(2048)
    upload.seek(0)
    found = next((kind for magic, kind in _MAGIC if head.startswith(magic)), None)
    if found in allowed:
        return str(found)
    wanted = kind_names(allowed)
    if head[4:12] in _HEIC:
        raise FileKindRefused(
            _(
                "Foto HEIC dari iPhone belum bisa dibaca. Kirim sebagai %(wanted)s: "
                "buka Pengaturan, Kamera, Format, lalu pilih Paling Kompatibel."
            )
            % {"wanted": wanted}
        )
    name = _name_of(head, found)
    if name and name not in wanted:
        raise FileKindRefused(
            _("Berkas ini berjenis %(found)s, yang diterima %(wanted)s. Simpan ulang sebagai %(wanted)s.")
            % {"found": name, "wanted": wanted}
        )
    raise FileKindRefused(
        _("Isi berkas ini bukan %(wanted)s yang utuh. Simpan ulang sebagai %(wanted)s, lalu unggah lagi.")
        % {"wanted": wanted}
    )


def _name_of(head: bytes, found: str | None) -> str:
    """How a person calls a kind that is refused; '' when the content says nothing."""
    if found:
        return KINDS[found][0]
    text = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if text.startswith((b"<svg", b"<?xml")):
        return "SVG/XML"
    if text.startswith((b"<!doctype html", b"<html", b"<script", b"<body")):
        return "HTML"
    try:
        return puremagic.from_string(head).lstrip(".").upper()
    except (puremagic.PureError, ValueError):
        return ""


def _refuse_unsafe_document(upload: Any) -> None:
    try:
        documents.inspect(upload)
    except documents.Locked:
        raise FileUnreadable(
            _("PDF ini dikunci. Buka dengan kata sandinya, cetak ke PDF, lalu unggah hasilnya.")
        ) from None
    except documents.ActiveContent:
        raise FileKindRefused(
            _("PDF ini memuat program, formulir dinamis atau berkas lain. Cetak ke PDF, unggah hasilnya.")
        ) from None
    except documents.Damaged:
        raise FileUnreadable(_("PDF ini rusak atau terpotong. Simpan atau pindai ulang, lalu unggah lagi.")) from None


def _clean_picture(upload: Any, content_type: str) -> IO[bytes]:
    target = BytesIO()  # at most 4000 pixels a side: smaller than what decoding it took
    try:
        pictures.rewrite(upload, target, "JPEG" if content_type == JPEG else "PNG")
    except pictures.TooManyPixels:
        raise FileUnreadable(
            _("Gambar ini terlalu lebar atau tinggi (terlalu banyak piksel). Perkecil, lalu unggah lagi.")
        ) from None
    except pictures.Damaged:
        raise FileUnreadable(_("Gambar ini rusak atau terpotong. Ambil foto baru, lalu unggah lagi.")) from None
    return target


def _measure(file: IO[bytes]) -> tuple[int, str]:
    file.seek(0)
    digest, size = hashlib.sha256(), 0
    while chunk := file.read(65536):
        digest.update(chunk)
        size += len(chunk)
    file.seek(0)
    return size, digest.hexdigest()
