"""A look into a PDF for what a document has no need of: programs, other files, locks.

It reads bytes, not the document's structure: names are found wherever they stand, also written with `#xx`,
also inside compressed object streams, which are opened within a limit. What it cannot see: the inside of
fonts, pictures and page contents (a flaw of a reader attacked through those), and where a link leads. An
object stream that is packed in an unusual way does not pass: such a file counts as damaged.
"""

import io
import mmap
import re
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

_ACTIVE = ("JavaScript", "Launch", "EmbeddedFile", "EmbeddedFiles", "RichMedia", "XFA", "ImportData")
_LONGEST_DICTIONARY = 4096
_UNPACKED_LIMIT = 50_000_000
_CHUNK = 65_536
_ZIP_TAIL = 65_557  # a zip is found by its end, which can stand this far before the end of a file

Bytes = bytes | mmap.mmap


class Damaged(Exception):
    """No whole PDF, or one that cannot be looked into."""


class Locked(Exception):
    """Encrypted, so nothing in it can be seen."""


class ActiveContent(Exception):
    """It carries a program, a dynamic form, or another file."""


def inspect(upload: Any) -> None:
    """Raise Damaged, Locked or ActiveContent when the PDF must not be kept. Does not load it into memory."""
    with _bytes_of(upload) as content:
        _refuse_damage(content)
        if _LOCK.search(content):
            raise Locked
        _refuse_active(content)
        room = _UNPACKED_LIMIT
        for packed in _OBJECT_STREAM.finditer(content):
            unpacked = _unpack(content, packed.start(), packed.end(), room)
            room -= len(unpacked)
            _refuse_active(unpacked)


@contextmanager
def _bytes_of(upload: Any) -> Iterator[Bytes]:
    upload.seek(0)
    try:
        number = upload.fileno()
    except (AttributeError, io.UnsupportedOperation):
        yield upload.read()
    else:
        with mmap.mmap(number, 0, access=mmap.ACCESS_READ) as content:
            yield content
    finally:
        upload.seek(0)


def _name(word: str) -> bytes:
    """A pattern for a PDF name however its letters are escaped."""
    letters = "".join(f"(?:{letter}|#{ord(letter):02x}|#{ord(letter):02X})" for letter in word)
    return f"/{letters}".encode()


_END = rb"(?![A-Za-z0-9_#])"
_ACTIVE_NAME = re.compile(b"(?:" + b"|".join(_name(word) for word in _ACTIVE) + b")" + _END)
_LOCK = re.compile(_name("Encrypt") + _END)
_OBJECT_STREAM = re.compile(_name("ObjStm") + _END)
_FILTER = re.compile(rb"/Filter\s*(?:\[\s*/FlateDecode\s*\]|/FlateDecode)" + _END)
_PREDICTOR = re.compile(rb"/Predictor\s+(?!1\b)")
_BODY = re.compile(rb"stream(?:\r\n|\n|\r)")


def _refuse_damage(content: Bytes) -> None:
    size = len(content)
    if content[:5] != b"%PDF-" or content.rfind(b"%%EOF", max(0, size - 2048)) < 0 or content.rfind(b"startxref") < 0:
        raise Damaged
    end = content.rfind(b"PK\x05\x06", max(0, size - _ZIP_TAIL))
    if end >= 0 and end + 22 + int.from_bytes(content[end + 20 : end + 22], "little") == size:
        raise ActiveContent  # a zip at the same time


def _refuse_active(content: Bytes) -> None:
    if _ACTIVE_NAME.search(content):
        raise ActiveContent


def _unpack(content: Bytes, start: int, end: int, room: int) -> bytes:
    """The objects of the object stream whose type is named at `start`: at most `room` bytes."""
    opening = content.rfind(b"obj", max(0, start - _LONGEST_DICTIONARY), start)
    body = _BODY.search(content, end, end + _LONGEST_DICTIONARY)
    if opening < 0 or body is None:
        raise Damaged
    dictionary = content[opening : body.start()]
    if b"/Filter" not in dictionary and b"#" not in dictionary:
        return b""  # not packed: it was read with the rest
    if not _FILTER.search(dictionary) or _PREDICTOR.search(dictionary):
        raise Damaged
    return _inflate(content, body.end(), room)


def _inflate(content: Bytes, start: int, room: int) -> bytes:
    """To the end that the packed data tells itself: an `endstream` written into it would hide the rest."""
    opener, unpacked = zlib.decompressobj(), bytearray()
    try:
        while not opener.eof:
            chunk = opener.unconsumed_tail or content[start : start + _CHUNK]
            start += 0 if opener.unconsumed_tail else len(chunk)
            if not chunk or len(unpacked) >= room:
                raise Damaged
            unpacked += opener.decompress(chunk, room - len(unpacked))
    except zlib.error:
        raise Damaged from None
    return bytes(unpacked)
