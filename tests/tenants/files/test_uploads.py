"""What is sent is judged by its content; what is kept is clean; a refusal says what to do."""

import io
import os
import struct
import tempfile
import zlib
from datetime import date

import pytest
from django.core.files.uploadedfile import TemporaryUploadedFile
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from tenants.files import documents, pictures, uploads
from tenants.files.uploads import (
    FileEmpty,
    FileKindRefused,
    FileRefused,
    FileTooLarge,
    FileUnreadable,
    prepare,
)
from tests.tenants.files import samples
from tests.tenants.files.samples import SECRET, object_stream, pdf, photo_with_place, picture, upload

JS = b"5 0 obj\n<< /S /JavaScript /JS (app.alert\\(1\\)) >>\nendobj"


def _kept(content: bytes, name: str = "foto.jpg") -> Image.Image:
    return Image.open(io.BytesIO(prepare(upload(content, name)).read()))


def test_a_plain_pdf_is_kept_byte_for_byte() -> None:
    kept = prepare(upload(pdf(), "Surat Kematian.PDF", claimed="text/html"))
    assert (kept.content_type, kept.name) == ("application/pdf", "Surat Kematian.PDF")
    assert kept.read() == pdf()
    assert kept.size == len(pdf())


@pytest.mark.parametrize("orientation", [1, 6])
def test_a_photograph_keeps_its_pixels_and_nothing_else(orientation: int) -> None:
    sent = photo_with_place(orientation)
    assert SECRET in sent
    kept = prepare(upload(sent + b"<script>" + SECRET, "rumah.jpeg")).read()
    assert SECRET not in kept
    assert b"Exif" not in kept
    assert b"ICC_PROFILE" not in kept
    with Image.open(io.BytesIO(kept)) as picture_:
        assert picture_.size == ((64, 48) if orientation == 1 else (48, 64))  # upright without EXIF
        assert picture_.convert("RGB").getpixel((5, 5))[0] > 240  # type: ignore[index]


def test_the_place_is_read_before_it_is_forgotten() -> None:
    sent = upload(photo_with_place())
    place = pictures.place_of(sent)
    assert place == pictures.Place(-8.6113, 120.4721, date(2026, 10, 20))
    assert pictures.place_of(prepare(sent)) is None


@pytest.mark.parametrize("content", [b"", b"nonsense", picture(), picture()[:40], pdf()])
def test_a_file_without_place_has_none(content: bytes) -> None:
    assert pictures.place_of(io.BytesIO(content)) is None


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA"])
def test_png_modes_are_kept(mode: str) -> None:
    assert _kept(picture("PNG", mode=mode)).mode == mode


def test_png_texts_go() -> None:
    from PIL.PngImagePlugin import PngInfo

    info = PngInfo()
    info.add_text("Comment", SECRET.decode())
    sent = picture("PNG", pnginfo=info)
    assert SECRET in sent
    assert SECRET not in prepare(upload(sent)).read()


def test_cmyk_becomes_rgb() -> None:
    assert _kept(picture(mode="CMYK")).mode == "RGB"


def test_a_large_photograph_is_made_smaller() -> None:
    assert max(_kept(picture(size=(5000, 3000))).size) == 4000


def test_empty_and_too_large_say_so() -> None:
    with pytest.raises(FileEmpty, match="kosong"):
        prepare(upload(b""))
    with pytest.raises(FileTooLarge, match=r"Berkas ini 1,5 MB, paling besar 1 MB\. Perkecil"):
        prepare(upload(b"%PDF-" + b"0" * 1_500_000), max_bytes=1_000_000)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script>1</script></svg>", "SVG/XML"),
        (b"\xef\xbb\xbf <!DOCTYPE html><p>", "HTML"),
        (b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00", "Paling Kompatibel"),
        (b"PK\x03\x04" + b"\x00" * 40, "yang diterima PDF, JPG atau PNG"),
        (b"GIF89a" + b"\x00" * 40, "GIF"),
        (b"MZ" + b"\x00" * 80, "yang diterima PDF, JPG atau PNG"),
        (b"halo", "bukan PDF, JPG atau PNG yang utuh"),
        (b"\n%PDF-1.4", "bukan PDF, JPG atau PNG yang utuh"),
    ],
)
def test_other_kinds_are_refused_whatever_their_name(content: bytes, sentence: str) -> None:
    with pytest.raises(FileKindRefused) as refused:
        prepare(upload(content, "foto.jpg", claimed="image/jpeg"))
    assert sentence in str(refused.value)
    assert "PDF, JPG atau PNG" in str(refused.value)


def test_a_kind_that_this_place_does_not_take_is_refused() -> None:
    with pytest.raises(FileKindRefused, match=r"berjenis PDF, yang diterima JPG\."):
        prepare(upload(pdf()), allowed=["image/jpeg"])
    prepared = prepare(upload(pdf()))
    with pytest.raises(FileKindRefused):
        prepare(prepared, allowed=["image/png"])
    assert prepare(prepared) is prepared


def test_a_kind_that_nobody_can_check_is_a_mistake_of_the_programmer() -> None:
    with pytest.raises(ValueError, match="svg"):
        prepare(upload(b"<svg/>"), allowed=["image/svg+xml"])


@pytest.mark.parametrize(
    "content",
    [
        pdf(JS),
        pdf(JS.replace(b"/JavaScript", b"/J#61va#53cript")),
        pdf(b"5 0 obj\n<< /S /Launch /F (cmd.exe) >>\nendobj"),
        pdf(b"5 0 obj\n<< /Type /EmbeddedFile /Length 1 >>\nstream\nx\nendstream\nendobj"),
        pdf(b"5 0 obj\n<< /Names << /EmbeddedFiles 6 0 R >> >>\nendobj"),
        pdf(b"5 0 obj\n<< /AcroForm << /XFA 6 0 R >> >>\nendobj"),
        pdf(b"% stream\n" + JS + b"\n% endstream"),
        pdf(object_stream(JS)),
        pdf(object_stream(b"4 0"), object_stream(JS, b"/Filter [ /FlateDecode ]")),
        pdf(object_stream(JS).replace(b"/ObjStm", b"/Obj#53tm")),
        pdf(object_stream(JS, b"", packed=JS)),
        pdf(object_stream(b"", packed=samples.stored_with_end_inside(JS))),
        pdf(tail=b"PK\x05\x06" + b"\x00" * 18),
    ],
)
def test_a_pdf_with_a_program_or_a_file_in_it_is_refused(content: bytes) -> None:
    with pytest.raises(FileKindRefused, match="Cetak ke PDF"):
        prepare(upload(content))


@pytest.mark.parametrize(
    "content",
    [
        pdf()[:-30],
        b"%PDF-1.4\n%%EOF",
        pdf(object_stream(JS, b"/Filter /ASCIIHexDecode")),
        pdf(object_stream(JS, b"/Filter [ /FlateDecode /FlateDecode ]")),
        pdf(object_stream(JS, b"/Filter 7 0 R")),
        pdf(object_stream(JS, b"/Filter /FlateDecode /DecodeParms << /Predictor 12 >>")),
        pdf(object_stream(JS, packed=b"not packed at all")),
        pdf(object_stream(JS, packed=zlib.compress(JS)[:-9])),
        pdf(b"9 0 obj\n<< /Type /ObjStm >>\nendobj"),
    ],
)
def test_a_pdf_that_cannot_be_looked_into_is_refused(content: bytes) -> None:
    with pytest.raises(FileUnreadable, match="rusak"):
        prepare(upload(content))


def test_a_locked_pdf_asks_for_an_open_one() -> None:
    with pytest.raises(FileUnreadable, match="dikunci"):
        prepare(upload(pdf(b"5 0 obj\n<< /Encrypt 6 0 R >>\nendobj")))


def test_a_pdf_that_swells_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(documents, "_UNPACKED_LIMIT", 100_000)
    prepare(upload(pdf(object_stream(b" " * 50_000))))
    with pytest.raises(FileUnreadable):
        prepare(upload(pdf(object_stream(b" " * 200_000))))
    with pytest.raises(FileUnreadable):
        prepare(upload(pdf(object_stream(b" " * 60_000), object_stream(b" " * 60_000))))


def test_pdfs_of_common_programs_pass() -> None:
    import typst

    made = typst.compile(b"= Surat\n#lorem(400)")
    target = io.BytesIO()
    Image.new("RGB", (200, 200)).save(target, "PDF")
    for content in (made, target.getvalue(), pdf(object_stream(b"4 0 << /A (JavaScript) >>"))):
        assert prepare(upload(content)).content_type == uploads.PDF


def test_a_file_on_disk_is_looked_at_without_loading_it() -> None:
    with TemporaryUploadedFile("surat.pdf", "application/pdf", 0, None) as temporary:
        temporary.write(pdf(JS))
        temporary.size = temporary.tell()
        with pytest.raises(FileKindRefused):
            prepare(temporary)


@pytest.mark.parametrize("form", ["JPEG", "PNG"])
def test_a_truncated_picture_is_refused(form: str) -> None:
    noise = Image.frombytes("RGB", (200, 200), os.urandom(120_000))
    target = io.BytesIO()
    noise.save(target, form)
    whole = target.getvalue()
    for length in (20, len(whole) // 2):
        with pytest.raises(FileUnreadable, match="rusak atau terpotong"):
            prepare(upload(whole[:length]))


def _png_header(width: int, height: int) -> bytes:
    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", b"") + chunk(b"IEND", b"")


@pytest.mark.parametrize("size", [(6000, 6000), (60_000, 60_000)])
def test_a_picture_that_would_swell_is_not_opened(size: tuple[int, int]) -> None:
    with pytest.raises(FileUnreadable, match="piksel"):
        prepare(upload(_png_header(*size)))


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("../../etc/passwd", "passwd.pdf"),
        ("C:\\Users\\rina\\KTP.pdf", "KTP.pdf"),
        ("surat.html", "surat.html.pdf"),
        ("a\r\nSet-Cookie: x.pdf", "aSet-Cookie: x.pdf"),
        ("gnp.\u202efdp", "gnp.fdp.pdf"),
        ("", "berkas.pdf"),
        (".pdf", "berkas.pdf"),
        ("x" * 300 + ".pdf", "x" * 110 + ".pdf"),
    ],
)
def test_names_are_made_harmless(name: str, kept: str) -> None:
    assert uploads.clean_name(name, uploads.PDF) == kept


@given(st.binary(max_size=400), st.sampled_from([b"", b"%PDF-1.7\n", b"\xff\xd8\xff\xe0", b"\x89PNG\r\n\x1a\n"]))
def test_whatever_is_sent_gives_a_file_or_a_sentence(content: bytes, magic: bytes) -> None:
    try:
        prepare(upload(magic + content))
    except FileRefused as refused:
        assert str(refused).endswith(".")


def test_a_spooled_file_is_left_at_its_start() -> None:
    with tempfile.SpooledTemporaryFile() as file:
        file.write(pdf())
        documents.inspect(file)
        assert file.tell() == 0
