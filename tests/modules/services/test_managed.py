"""A service that a module runs: a regency words and times it, and cannot give one person two hands of it."""

import copy
import json
from typing import Any

import pytest

from modules.santunan_kematian import workflow
from modules.services.definition import DefinitionInvalid
from modules.services.managed import FrameChanged
from modules.services.models import Service
from modules.services.permissions import ServicesPermission as P
from modules.services.public import current, publish
from tenants.models import Regency
from tests.modules.services.builders import MONDAY, definition, person
from tests.modules.services.conftest import Visitor

KEY = "santunan_kematian"


@pytest.fixture
def content(batang: Regency) -> dict[str, Any]:
    return copy.deepcopy(workflow.publish_workflow(by=None, at=MONDAY).content)


def part(content: dict[str, Any], name: str, key: str) -> dict[str, Any]:
    return next(item for item in content[name] if item["key"] == key)


def test_words_and_time_limits_are_the_regencys(content: dict[str, Any]) -> None:
    content |= {"name": "e-Sakti", "summary": "Bagi keluarga yang berduka.", "promise_days": 3, "number_prefix": "ES"}
    part(content, "states", "verifikasi").update(label="Diperiksa", days=2)
    part(content, "transitions", "sahkan").update(label="Sahkan berkas", needs_reason=True, style="normal")
    part(content, "documents", "kk").update(label="Kartu keluarga asli", help="Foto yang terbaca.")
    version = publish(definition=content, by=person("perancang", "perancang"), at=MONDAY)
    assert (version.number, version.definition.state("verifikasi").days) == (2, 2)


@pytest.mark.rule("SM-09")
@pytest.mark.parametrize(
    ("place", "change"),
    [
        ("states.keputusan.role", lambda c: part(c, "states", "keputusan").update(role="operator_desa")),
        ("states.verifikasi.scope", lambda c: part(c, "states", "verifikasi").update(scope="village")),
        ("transitions.setujui.role", lambda c: part(c, "transitions", "setujui").update(role="bendahara")),
        ("transitions.setujui.from_states", lambda c: part(c, "transitions", "setujui").update(
            from_states=["keputusan", "verifikasi"])),
        ("transitions.sahkan.to", lambda c: part(c, "transitions", "sahkan").update(to="keputusan")),
        ("transitions.cabut", lambda c: c["transitions"].remove(part(c, "transitions", "cabut"))),
        ("documents.kk", lambda c: c["documents"].remove(part(c, "documents", "kk"))),
        ("managed_by", lambda c: c.update(managed_by="")),
    ],
)  # fmt: skip
def test_who_does_what_is_not(content: dict[str, Any], place: str, change: Any) -> None:
    change(content)
    for by in (person("perancang", "perancang"), None):
        with pytest.raises(DefinitionInvalid, match=place.replace(".", r"\.")):
            publish(definition=content, by=by, at=MONDAY)
    assert Service.objects.get(key=KEY).versions.count() == 1


def test_a_package_cannot_bring_another_frame(batang: Regency, content: dict[str, Any]) -> None:
    """Before the module's own was published too: the frame is the file that ships."""
    part(content, "states", "keputusan")["role"] = "operator_desa"
    Service.objects.update(current=None)
    with pytest.raises(FrameChanged):
        publish(definition=content, by=person("perancang", "perancang"), at=MONDAY)


@pytest.mark.parametrize("managed_by", ["../santunan_kematian", "hibah"])
def test_nobody_declares_a_service_managed(batang: Regency, managed_by: str) -> None:
    with pytest.raises(FrameChanged, match="managed_by"):
        publish(definition=definition(managed_by=managed_by), by=person("perancang", "p"), at=MONDAY)


def test_the_page_says_so_and_refuses(batang: Regency, content: dict[str, Any]) -> None:
    staff = Visitor(batang, person("perancang", "perancang", P.VIEW, P.DESIGN))
    address = f"/work/services/list/{KEY}/publication/"
    assert "dijalankan modulnya sendiri" in staff.get(address).text
    part(content, "transitions", "setujui")["role"] = "operator_desa"
    answer = staff.post(address, {"definition": json.dumps(content)})
    assert answer.status_code == 422
    assert "kembalikan seperti semula: transitions.setujui.role" in answer.text


def test_a_newer_frame_keeps_the_words_of_the_regency(content: dict[str, Any]) -> None:
    content["name"] = "e-Sakti"
    part(content, "states", "verifikasi").update(label="Diperiksa", days=2)
    publish(definition=content, by=None, at=MONDAY)
    version = workflow.publish_workflow(by=None, at=MONDAY)
    assert (version.number, version.definition.name) == (2, "e-Sakti")
    found = current(KEY)
    assert found is not None
    assert found.definition.state("verifikasi").label == "Diperiksa"
