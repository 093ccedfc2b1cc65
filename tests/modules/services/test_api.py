"""The API does what the pages do, with the same refusals."""

import json
import uuid
from typing import Any

from django.db import connection
from django.test import Client
from knox.models import AuthToken

from modules.services.models import Case
from modules.services.permissions import ServicesPermission as P
from modules.services.schema import json_schema
from tenants.accounts.models import User
from tenants.models import Regency
from tests.modules.services.builders import MONDAY, definition, filed, person, publish, unit, village
from tests.modules.services.conftest import Visitor
from tests.modules.services.examples import opened

ROOT = "/api/v1/services"


class Caller(Visitor):
    """Speaks JSON, with a token where there is a user."""

    def __init__(self, regency: Regency, user: User | None = None) -> None:
        super().__init__(regency)
        headers = {"host": f"{regency.schema_name}.localhost"}
        if user:
            headers["authorization"] = f"Token {AuthToken.objects.create(user=user)[1]}"
        self.client = Client(headers=headers)

    def send(self, path: str, data: Any) -> Any:
        return self._ask("post", f"{ROOT}{path}", json.dumps(data), content_type="application/json")

    def ask(self, path: str, **data: Any) -> Any:
        return self.get(f"{ROOT}{path}", **data)


def application(**changes: Any) -> dict[str, Any]:
    return {
        "token": str(uuid.uuid4()),
        "name": "Siti Aminah",
        "nik": "3325014107809001",
        "village": village().code,
        "answers": {"keperluan": "Beasiswa", "jumlah": 2},
        **changes,
    }


def without_documents() -> None:
    """The test service, asking for no document: files travel as multipart, tested apart."""
    opened()
    publish(definition=definition(documents=[]), by=None, at=MONDAY)


def test_services_and_their_schema(visitor: Visitor, batang: Regency) -> None:
    opened()
    caller = Caller(batang)
    listed = caller.ask("/services/").json()
    assert [(item["key"], item["promise_days"]) for item in listed] == [("surat_uji", 3)]
    found = caller.ask("/services/surat_uji/").json()
    assert found["documents"] == [{"key": "ktp", "label": "KTP", "required": True}]
    assert found["schema"]["required"] == ["keperluan"]
    assert found["schema"]["properties"]["jumlah"] == {"title": "Jumlah", "type": "integer"}
    assert caller.ask("/services/tidak_ada/").status_code == 404


def test_schema_says_when_a_field_is_needed() -> None:
    content = definition()
    content["fields"][1]["show_if"] = {"field": "keperluan", "values": ["Lainnya"]}
    content["fields"][1]["required"] = True
    from modules.services.definition import parse

    assert json_schema(parse(content))["allOf"] == [
        {
            "if": {"properties": {"keperluan": {"enum": ["Lainnya"]}}, "required": ["keperluan"]},
            "then": {"required": ["jumlah"]},
        }
    ]


def test_filing_tracking_and_the_same_token_again(visitor: Visitor, batang: Regency) -> None:
    without_documents()
    caller, sent = Caller(batang), application()
    first = caller.send("/services/surat_uji/applications/", sent)
    assert first.status_code == 201, first.text
    again = caller.send("/services/surat_uji/applications/", sent)
    assert (again.status_code, again.json()["secret"]) == (200, first.json()["secret"])
    case = Case.objects.get()
    assert case.answers == {"keperluan": "Beasiswa", "jumlah": 2}
    receipt = first.json()
    followed = caller.send("/tracking/", {"number": receipt["number"], "secret": receipt["secret"]}).json()
    assert (followed["state"], followed["outcome"]) == ("Diperiksa desa", "")
    assert [step["state"] for step in followed["steps"]] == ["current", "", ""]
    assert "Siti" not in json.dumps(followed), "tracking names nobody"


def test_documents_travel_as_parts(visitor: Visitor, batang: Regency) -> None:
    from tests.modules.services.test_portal import picture

    opened()
    caller = Caller(batang)
    sent = {**application(), "answers": json.dumps({"keperluan": "Beasiswa"}), "document_ktp": picture()}
    answer = caller.post(f"{ROOT}/services/surat_uji/applications/", sent)
    assert answer.status_code == 201, answer.text
    assert Case.objects.get().documents.get().key == "ktp"


def test_mistakes_carry_the_same_sentences(visitor: Visitor, batang: Regency) -> None:
    without_documents()
    caller = Caller(batang)
    for changes, key in (
        ({"nik": "12"}, "nik"),
        ({"village": "33.25.99.9999"}, "village"),
        ({"answers": {}}, "keperluan"),
        ({"answers": [1]}, "answers"),
        ({"answers": {"keperluan": "x", "jumlah": "banyak"}}, "jumlah"),
    ):
        answer = caller.send("/services/surat_uji/applications/", application(**changes))
        assert (answer.status_code, list(answer.json())) == (400, [key]), answer.text
    assert not Case.objects.exists()


def test_guessing_is_stopped(visitor: Visitor, batang: Regency) -> None:
    opened()
    done, caller = filed(), Caller(batang)
    for _ in range(10):
        assert caller.send("/tracking/", {"number": done.case.number, "secret": "AAAA"}).status_code == 404
    stopped = caller.send("/tracking/", {"number": done.case.number, "secret": done.secret})
    assert stopped.status_code == 429


def test_staff_see_and_move_what_is_theirs(visitor: Visitor, batang: Regency) -> None:
    opened()
    case = filed().case
    operator = Caller(batang, person("operator", "operator_desa", P.VIEW, P.ACT, of=village()))
    theirs = Caller(batang, person("tetangga", "operator_desa", P.VIEW, P.ACT, of=village("33.25.01.2002", "Sodong")))
    head = Caller(batang, person("kepala", "kepala", P.VIEW, P.ACT, at=unit()))
    assert [item["number"] for item in operator.ask("/cases/", turn="mine").json()["results"]] == [case.number]
    assert theirs.ask("/cases/").json()["results"] == []
    assert head.ask("/cases/", turn="mine").json()["results"] == []
    assert theirs.ask(f"/cases/{case.number}/").status_code == 404
    found = operator.ask(f"/cases/{case.number}/").json()
    assert found["nik"] == "3325************"
    assert [item["key"] for item in found["transitions"]] == ["forward", "ask", "refuse"]
    steps = f"/cases/{case.number}/steps/"
    assert operator.send(steps, {"transition": "ask", "expected": "checked"}).status_code == 400
    assert head.send(steps, {"transition": "forward", "expected": "checked"}).status_code == 403
    moved = operator.send(steps, {"transition": "forward", "expected": "checked"})
    assert (moved.status_code, moved.json()["state"]) == (200, "signed")
    second = operator.send(steps, {"transition": "forward", "expected": "checked"})
    assert second.status_code == 409
    assert "didahului" in second.json()["detail"]


def test_signed_out_and_wrong_token(batang: Regency) -> None:
    assert Caller(batang).ask("/cases/").status_code == 401
    connection.set_tenant(batang, include_public=False)
    stranger = Caller(batang, person("arsip", "arsip"))
    assert stranger.ask("/cases/").status_code == 404
