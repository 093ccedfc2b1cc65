"""Letters come out as they should, with what people typed shown and never obeyed."""

import io
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tenants.files.uploads import prepare
from tenants.letters import pdf
from tests.tenants.files.samples import upload
from tests.tenants.letters import samples

needs_poppler = pytest.mark.skipif(not shutil.which("pdftotext"), reason="pdftotext (poppler-utils) reads the PDFs")


def text_of(content: bytes, tmp_path: Path) -> str:
    file = tmp_path / "letter.pdf"
    file.write_bytes(content)
    done = subprocess.run(["pdftotext", "-layout", file, "-"], capture_output=True, text=True, check=True)
    return done.stdout


@pytest.mark.parametrize("template", samples.EVERY)
def test_every_template_renders_an_archivable_pdf(template: str) -> None:
    made = pdf.render(template, samples.data(samples.EVERY[template]))
    assert made.startswith(b"%PDF-1.7")
    assert b"pdfaid:part>2" in made  # PDF/A-2, conformance A: tagged
    assert b"pdfaid:conformance>A" in made
    prepare(upload(made))  # passes our own gate for uploads


@needs_poppler
@pytest.mark.parametrize(
    ("template", "words"),
    [
        ("letters/letter", ["PEMERINTAH KABUPATEN BATANG", "DINAS SOSIAL", "SURAT KETERANGAN", "NIP. 19700101"]),
        ("letters/decree", ["MEMUTUSKAN", "KESATU", "LAMPIRAN KEPUTUSAN", "Halaman 2 dari", "60.000.000,00"]),
        ("letters/kuitansi", ["satu juta rupiah", "5.3.01.01.01.0001", "Yang menerima,"]),
        ("letters/minutes", ["PIHAK PERTAMA", "Saksi-saksi", "SURATMAN"]),
        ("letters/list", ["BULAN SEPTEMBER 2026", "Almarhum Contoh 45", "45.000.000"]),
    ],
)
def test_the_words_are_on_the_paper(template: str, words: list[str], tmp_path: Path) -> None:
    text = text_of(pdf.render(template, samples.data(samples.EVERY[template])), tmp_path)
    for expected in [*words, "K7Q4-M2XP-9TRD", "7c1e 09ab 44f2 d0c3", "400.9/123/DINSOS/2026"]:
        assert expected in text


@needs_poppler
def test_the_head_of_a_table_repeats_on_every_page(tmp_path: Path) -> None:
    text = text_of(pdf.render("letters/list", samples.data(samples.LIST)), tmp_path)
    pages = [page for page in text.split("\f") if "Almarhum Contoh" in page]
    assert len(pages) > 1
    assert all("Tanggal meninggal" in page for page in pages)


@needs_poppler
def test_what_people_typed_is_shown_and_not_obeyed(tmp_path: Path) -> None:
    typed = '#panic() *tebal* $x^2$ @label <b>&amp;</b> \\ `kode` #image("/etc/passwd") "kutip" // bukan komentar'
    content = {"blocks": [{"kind": "facts", "rows": [["Nama", typed]]}]}
    text = text_of(pdf.render("letters/letter", samples.data(content)), tmp_path)
    squeezed = re.sub(r"\s+", "", text).replace("“", '"').replace("”", '"')
    assert re.sub(r"\s+", "", typed) in squeezed


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(max_size=60))
def test_any_text_makes_a_letter(words: str) -> None:
    content: dict[str, Any] = {"blocks": [{"kind": "text", "texts": [words]}], "recipient": words}
    data = samples.data(content, title="Surat", number=words)
    try:
        assert pdf.render("letters/letter", data)
    except pdf.NotArchivable as refused:
        assert words not in str(refused) or len(words) < 5
        assert pdf.render("letters/letter", data, archivable=False)


def test_invisible_marks_are_left_out() -> None:
    plain, marked = ({"blocks": [{"kind": "text", "texts": [text]}]} for text in ("Siti", "\u202eSi\u200bti\ufeff"))
    assert pdf.render("letters/letter", samples.data(plain)) == pdf.render("letters/letter", samples.data(marked))


@needs_poppler
def test_an_amount_is_not_torn_from_its_rp(tmp_path: Path) -> None:
    words = " ".join(["kata"] * 13) + " Rp 1.000.000,00 " + " ".join(["lagi"] * 30)
    for extra in range(12):
        content = {"blocks": [{"kind": "text", "texts": ["x" * extra + words]}]}
        text = text_of(pdf.render("letters/letter", samples.data(content)), tmp_path)
        assert re.search(r"Rp[\s\u00a0]?$", text, re.MULTILINE) is None


def test_the_same_letter_is_the_same_file() -> None:
    first = pdf.render("letters/letter", samples.data(samples.LETTER))
    assert first == pdf.render("letters/letter", samples.data(samples.LETTER))
    assert first != pdf.render("letters/letter", samples.data(samples.LETTER, number="2"))


def test_a_letter_without_crest_head_or_watermark_still_comes_out() -> None:
    content = {**samples.data(samples.LETTER), "letterhead": samples.letterhead(crest="")}
    assert pdf.render("letters/letter", content)
    assert pdf.render("letters/letter", {**content, "letterhead": None, "qr": ""})
    regent = {"kind": "head", "above": [], "name": "Bupati Batang", "address": [], "crest": ""}
    assert pdf.render("letters/letter", {**content, "letterhead": regent})


@needs_poppler
def test_a_draft_says_so(tmp_path: Path) -> None:
    made = pdf.render("letters/letter", samples.data(samples.LETTER, watermark="KONSEP", code=""))
    text = text_of(made, tmp_path)
    assert "Periksa keaslian" not in text
    assert set("KONSEP") <= set(text)


@pytest.mark.parametrize(
    "key", ["", "letters", "letters/../pdf", "/etc/passwd", "letters/missing", "nobody/letter", "Letters/letter"]
)
def test_a_template_that_is_not_there_is_named(key: str) -> None:
    with pytest.raises(pdf.TemplateMissing):
        pdf.find(key)


def test_data_that_does_not_fit_is_refused_without_repeating_it() -> None:
    with pytest.raises(pdf.RenderFailed) as refused:
        pdf.render("letters/letter", samples.data({"recipient": "Sutrisno 3325010107509901"}))
    assert str(refused.value).startswith("letters/letter: ")
    assert "3325" not in str(refused.value)


def test_a_template_reads_nothing_but_its_own_folder(tmp_path: Path) -> None:
    template = tmp_path / "app" / "typst" / "curious.typ"
    template.parent.mkdir(parents=True)
    template.write_text('#read("/etc/passwd")')
    with pytest.raises(pdf.RenderFailed):
        pdf.render(template, samples.data())


def test_the_qr_code_is_a_drawing() -> None:
    from PIL import Image

    assert pdf.qr_svg("https://batang.test/").startswith("<svg")
    picture = Image.new("RGB", (2, 3))
    target = io.BytesIO()
    picture.save(target, "PNG")
    assert 'viewBox="0 0 2 3"' in pdf.picture_svg(target.getvalue(), 2, 3)
