"""The numbers of the papers, as the regency writes them."""

from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from modules.packages import apply, collect
from modules.santunan_kematian.actions import numbers, payments
from modules.santunan_kematian.actions.errors import NumberRefused
from modules.santunan_kematian.models import Decree, Handover, NumberPattern, Payment
from tenants.audit.models import AuditEntry
from tenants.models import Regency
from tests.modules.santunan_kematian import cast as stage
from tests.modules.santunan_kematian.cast import NOON, Cast
from tests.modules.santunan_kematian.test_pages import _switched_on, get, post

__all__ = ["_switched_on"]


def set_pattern(cast: Cast, kind: str, pattern: str, classification: str = "") -> NumberPattern:
    return numbers.set_pattern(kind=kind, pattern=pattern, classification=classification, by=cast.director, at=NOON)


@pytest.mark.rule("SM-13")
def test_every_paper_follows_the_regencys_pattern(cast: Cast) -> None:
    stage.paid(cast, [stage.approved(cast)])
    set_pattern(cast, "decree", "{klasifikasi}.2/{nomor:04}/{bulan_romawi}/{tahun}", "400.9")
    set_pattern(cast, "list", "DAFTAR-{nomor}/{tahun}")
    set_pattern(cast, "receipt", "KUI/{nomor:03}/{tahun}")
    set_pattern(cast, "handover", "BAST/{nomor:03}/{tahun}")
    made = stage.paid(cast, [stage.approved(cast, 2)], sp2d="SP2D/2")
    payment = Payment.objects.get(payment_list=made)
    payments.hand_over(
        payment=payment, day=NOON.date(), place="Balai", receiver_name="Siti", witness_name="Budi",
        photo=stage.photo(), by=cast.treasurer, at=NOON,
    )  # fmt: skip
    assert list(Decree.objects.order_by("pk").values_list("number", flat=True)) == [
        "400.9/001/SANTUNAN/2026",
        "400.9.2/0002/XI/2026",
    ]
    assert (made.number, payment.receipt_number) == ("DAFTAR-2/2026", "KUI/002/2026")
    assert Handover.objects.get().number == "BAST/001/2026"
    entry = AuditEntry.objects.filter(action="santunan_kematian.number_pattern_set").first()
    assert entry is not None
    assert entry.actor_name == cast.director.name


@pytest.mark.parametrize(
    ("pattern", "says"),
    [
        ("SK/{tahun}", r"harus memuat \{nomor\}"),
        ("SK/{nomor}", r"harus memuat \{tahun\}"),
        ("SK/{nomer}/{tahun}", "tidak dikenal"),
        ("SK/{nomor}/{tahun}/{unit}", "satu kantor|Satu kantor"),
        ("{nomor!r}/{tahun}", "Hapus tanda !"),
        ("DB/{nomor:03}/SANTUNAN/{tahun}", "sama dengan nomor daftar bayar"),
        ("x" * 70 + "{nomor}/{tahun}" + "y" * 10, "paling panjang"),
    ],
)
def test_a_pattern_that_cannot_tell_papers_apart(cast: Cast, pattern: str, says: str) -> None:
    with pytest.raises(NumberRefused, match=says):
        set_pattern(cast, "decree", pattern)
    assert not NumberPattern.objects.exists()


def test_the_database_wants_number_and_year(cast: Cast) -> None:
    with pytest.raises(IntegrityError, match="tells_apart"), transaction.atomic():
        NumberPattern.objects.create(kind="list", pattern="DB/{nomor}")


def test_a_package_carries_the_patterns(cast: Cast) -> None:
    set_pattern(cast, "decree", "{nomor:04}/SOS/{tahun}", "400.9")
    (item,) = collect([NumberPattern])
    assert item.content == {"pattern": "{nomor:04}/SOS/{tahun}", "classification": "400.9"}
    NumberPattern.objects.all().delete()
    apply(item, by=None, at=timezone.now())
    assert numbers.patterns(at=NOON)[0].next == "0001/SOS/2026"
    with pytest.raises(ValidationError, match="kode unit"):
        NumberPattern(kind="list", pattern="{nomor}/{unit}/{tahun}").clean()


def test_the_page_shows_the_next_number_while_it_is_written(cast: Cast, batang: Regency) -> None:
    stage.listed(cast, [stage.approved(cast)])
    page = get(cast.director, "programme/numbers/", batang).content.decode()
    for shown in ("400.9/002/SANTUNAN/2026", "DB/002/SANTUNAN/2026", "KW/00001/SANTUNAN/2026", "{bulan_romawi}"):
        assert shown in page
    assert get(cast.treasurer, "programme/numbers/", batang).status_code == 404

    def preview(pattern: str) -> Any:
        return post(cast.director, "programme/numbers/preview/", batang, kind="list", pattern=pattern)

    assert "<b>D-2/2026</b>" in preview("D-{nomor}/{tahun}").content.decode()
    assert "harus memuat" in preview("D-{nomor}").content.decode()
    assert "<html" not in preview("").content.decode()
    sent = post(cast.director, "programme/numbers/", batang, kind="list", pattern="D-{nomor}")
    assert (sent.status_code, "harus memuat" in sent.content.decode()) == (422, True)
    sent = post(cast.director, "programme/numbers/", batang, kind="list", pattern="D-{nomor}/{tahun}")
    assert sent.status_code == 302
    assert "D-2/2026" in get(cast.director, "programme/numbers/", batang).content.decode()
