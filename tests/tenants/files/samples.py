"""Files as people and attackers send them, made on the spot."""

import io
import zlib
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image, TiffImagePlugin

SECRET = b"rahasia-di-dalam"


def upload(content: bytes, name: str = "berkas.pdf", claimed: str = "application/pdf") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, content_type=claimed)


def picture(form: str = "JPEG", size: tuple[int, int] = (64, 48), mode: str = "RGB", **options: Any) -> bytes:
    target = io.BytesIO()
    Image.new(mode, size, "red" if mode == "RGB" else 0).save(target, form, **options)
    return target.getvalue()


def photo_with_place(orientation: int = 1) -> bytes:
    """A photograph taken in Ruteng (8.6113 S, 120.4721 E) on 20 October 2026, wider than high."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x010E] = SECRET.decode()
    rational = TiffImagePlugin.IFDRational
    exif.get_ifd(0x8825).update(
        {
            1: "S",
            2: (rational(8), rational(36), rational(4068, 100)),
            3: "E",
            4: (rational(120), rational(28), rational(1956, 100)),
        }
    )
    exif.get_ifd(0x8769)[0x9003] = "2026:10:20 09:30:00"
    return picture(exif=exif, comment=SECRET, icc_profile=SECRET * 20)


def pdf(*objects: bytes, tail: bytes = b"") -> bytes:
    """A small PDF with more objects in it; readers mend its missing table."""
    body = b"\n".join(
        [
            b"%PDF-1.7",
            b"1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj",
            b"2 0 obj\n<< /Type /Pages /Kids [3 0 R] /Count 1 >>\nendobj",
            b"3 0 obj\n<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] >>\nendobj",
            *objects,
        ]
    )
    return body + b"\ntrailer\n<< /Root 1 0 R /Size 4 >>\nstartxref\n0\n%%EOF\n" + tail


def object_stream(inside: bytes, entries: bytes = b"/Filter /FlateDecode", packed: bytes | None = None) -> bytes:
    content = zlib.compress(inside) if packed is None else packed
    return (
        b"9 0 obj\n<< /Type /ObjStm /N 1 /First 4 "
        + entries
        + b" /Length %d >>\nstream\n" % len(content)
        + content
        + b"\nendstream\nendobj"
    )


def stored_with_end_inside(inside: bytes) -> bytes:
    """Packed data that shows an `endstream` before the part that matters."""
    packer = zlib.compressobj(0)  # stored: the bytes stand in it as they are
    return packer.compress(b"4 0\nendstream " + inside) + packer.flush()
