"""A definition that cannot work is refused before anybody files on it, with a sentence for each fault."""

from typing import Any

import pytest

from modules.packages import ContentRefused, Item, apply
from modules.services.definition import DefinitionInvalid, parse
from modules.services.models import DefinitionVersion, Service
from modules.services.public import publish
from tenants.models import Regency
from tests.modules.services.builders import MONDAY, definition


def _changed(part: str, index: int, **changes: Any) -> dict[str, Any]:
    content = definition()
    content[part][index] = {**content[part][index], **changes}
    return content


def _without(part: str, key: str) -> dict[str, Any]:
    content = definition()
    content[part] = [item for item in content[part] if item["key"] != key]
    return content


FAULTS = [
    (definition(start="nowhere"), "Tahap awal “nowhere” tidak ada"),
    (_changed("transitions", 0, to="nowhere"), "menunjuk tahap “nowhere” yang tidak ada"),
    (_changed("states", 0, role=""), "“checked” tidak menyebut peran"),
    (_without("transitions", "ask"), "“returned” tidak pernah tercapai"),
    (_without("transitions", "answer"), "Dari tahap “returned” berkas tidak pernah bisa selesai"),
    (_changed("states", 1, outcome="done"), "“signed” adalah akhir tetapi masih punya langkah keluar"),
    (_changed("fields", 1, key="keperluan"), "kunci “keperluan” dipakai lebih dari sekali"),
    (_changed("fields", 1, type="choice"), "adalah pilihan tetapi tidak punya pilihan"),
    (_changed("fields", 1, show_if={"field": "x", "values": ["a"]}), "bergantung pada isian “x” yang tidak ada"),
    (_changed("fields", 1, show_if={"field": "jumlah", "values": ["1"]}), "bergantung pada dirinya sendiri"),
    (_changed("transitions", 3, letter="surat"), "membuat surat “surat” yang tidak ada"),
    (definition(letters=[{"key": "s", "title": "S", "number_pattern": "470", "body": "x"}]), "Pola nomor surat “s”"),
    (
        definition(letters=[{"key": "s", "title": "S", "number_pattern": "{nomor}", "body": "{x}"}]),
        "memakai isian “x” yang tidak ada",
    ),
    (definition(colour="red"), "colour: tidak dikenal"),
    (_changed("fields", 0, type="video"), "fields.0.type: bukan salah satu pilihan"),
    (definition(key="Surat Uji"), "key: bentuknya salah"),
    ({k: v for k, v in definition().items() if k != "states"}, "states: wajib diisi"),
]


@pytest.mark.parametrize(("content", "sentence"), FAULTS, ids=[sentence for _content, sentence in FAULTS])
def test_fault_is_said(content: dict[str, Any], sentence: str) -> None:
    with pytest.raises(DefinitionInvalid) as refused:
        parse(content)
    assert any(sentence in error for error in refused.value.errors), refused.value.errors


def test_good_definition_passes() -> None:
    assert parse(definition()).state("checked").role == "operator_desa"


def test_same_content_is_the_same_version(batang: Regency) -> None:
    first = publish(definition=definition(), by=None, at=MONDAY)
    again = publish(definition=definition(), by=None, at=MONDAY)
    other = publish(definition=definition(name="Surat lain"), by=None, at=MONDAY)
    assert again.pk == first.pk
    assert (other.number, Service.objects.get().current) == (2, other)
    assert DefinitionVersion.objects.count() == 2


def test_faulty_definition_leaves_nothing(batang: Regency) -> None:
    with pytest.raises(DefinitionInvalid):
        publish(definition=definition(start="nowhere"), by=None, at=MONDAY)
    assert not Service.objects.exists()


def test_a_package_with_a_definition_that_no_longer_validates_says_so(batang: Regency) -> None:
    with pytest.raises(ContentRefused):
        apply(Item("services.service", "rusak", {"definition": {"key": "rusak"}}), by=None, at=MONDAY)
