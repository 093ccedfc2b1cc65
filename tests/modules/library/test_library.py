"""A package carries configuration from one regency to another: all of it, nothing else, and never over local work."""

import json
from datetime import date
from decimal import Decimal

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from modules import packages
from modules.contract import Module
from modules.library import actions, queries
from modules.library.models import Clone, Release
from tenants.accounts.models import User
from tenants.audit.models import AuditEntry
from tenants.models import Regency
from tenants.schemas.context import in_public, in_schema
from tests.modules.library.sample.models import Applicant, Category, Fee, Form

AT = timezone.now()


@pytest.fixture
def filled(sample: Module) -> Module:
    """Batang's templates, and beside them what must never leave: a draft, an officer, an applicant."""
    # `z` before `a`: order by reference, not by name.
    root = Category.objects.create(code="z-root", name="Akar")
    leaf = Category.objects.create(code="a-leaf", name="Daun", parent=root)
    fee = Fee.objects.create(
        code="basic",
        category=leaf,
        amount=Decimal("1000000.00"),
        valid_from=date(2026, 1, 1),
        conditions={"decile": [1, 2], "share": 0.5, "text": "“Ya” \\ ∞"},
        officer_name="Rina Wulandari",
    )
    Form.objects.create(key="claim", draft={"secret": "belum"}, published=[{"key": "nik"}])
    Form.objects.create(key="unpublished", draft={"x": 1})
    Applicant.objects.create(name="Suparman", fee=fee)
    return sample


def release(module: Module, regency: Regency, version: str = "1.0.0") -> Release:
    return actions.publish(regency=regency, module=module, version=version, notes="", by=None, at=AT)


def into(regency: Regency, package: Release) -> actions.Outcome:
    return actions.clone(regency=regency, release=package, by=None, at=AT)


def names(items: list[packages.Item]) -> list[str]:
    return [item.key for item in items]


def test_a_release_holds_declared_fields_in_order_of_reference(batang: Regency, filled: Module) -> None:
    package = release(filled, batang)
    assert [part["key"] for part in package.content["objects"]] == ["z-root", "a-leaf", "basic", "claim"]
    fee = package.content["objects"][2]
    assert fee == {
        "model": "sample.fee",
        "key": "basic",
        "content": {
            "category": "a-leaf",
            "amount": "1000000.00",
            "valid_from": "2026-01-01",
            "conditions": {"decile": [1, 2], "share": 0.5, "text": "“Ya” \\ ∞"},
        },
    }
    assert package.sha256 == packages.digest(package.content)


def test_people_drafts_and_cases_stay_at_home(batang: Regency, filled: Module) -> None:
    text = json.dumps(release(filled, batang).content)
    for private in ("Rina", "Suparman", "belum", "unpublished", "applicant", "officer"):
        assert private not in text


def test_personal_fields_cannot_even_be_declared(sample: Module, monkeypatch: pytest.MonkeyPatch) -> None:
    assert [fault for model in packages.template_models(sample) for fault in packages.faults(model, sample)] == []
    monkeypatch.setattr(Fee.Template, "fields", ("amount", "officer_name"))
    assert list(packages.faults(Fee, sample)) == ["sample.Fee.officer_name is personal data"]
    assert len(list(packages.faults(Applicant, sample))) == 1


def test_a_clone_is_equal_and_remembers_its_origin(batang: Regency, manggarai: Regency, filled: Module) -> None:
    package = release(filled, batang)
    outcome = into(manggarai, package)
    assert names(outcome.created) == ["z-root", "a-leaf", "basic", "claim"]
    with in_schema("manggarai"):
        fee = Fee.objects.select_related("category__parent").get(code="basic")
        assert (fee.amount, fee.valid_from, fee.officer_name) == (Decimal("1000000.00"), date(2026, 1, 1), "")
        assert fee.category.parent.code == "z-root"
        assert fee.conditions["share"] == 0.5
        assert Form.objects.get().published == [{"key": "nik"}]
        assert Applicant.objects.count() == 0
        assert AuditEntry.objects.get(action="library.release_cloned").data["created"] == 4
    assert queries.content_of(manggarai, filled) == package.content
    assert {(c.object_key, c.release_id) for c in queries.clones_of(manggarai)} == {
        (key, package.pk) for key in ("z-root", "a-leaf", "basic", "claim")
    }


def test_cloning_twice_makes_no_duplicates(batang: Regency, manggarai: Regency, filled: Module) -> None:
    package = release(filled, batang)
    into(manggarai, package)
    again = into(manggarai, package)
    assert again.counts() == {"created": 0, "updated": 0, "kept": 0, "unchanged": 4}
    with in_schema("manggarai"):
        assert Fee.objects.count() == 1
    assert len(queries.clones_of(manggarai)) == 4


def test_an_upgrade_changes_what_was_not_touched_and_keeps_what_was(
    batang: Regency, manggarai: Regency, filled: Module
) -> None:
    into(manggarai, release(filled, batang))
    with in_schema("manggarai"):
        Fee.objects.update(amount=750000)
        Category.objects.create(code="own", name="Sendiri")
    Fee.objects.update(amount=2000000)
    Form.objects.filter(key="claim").update(published=[{"key": "nik"}, {"key": "kk"}])
    Category.objects.create(code="own", name="Batang")
    newer = release(filled, batang, "1.1.0")
    outcome = into(manggarai, newer)
    assert names(outcome.updated) == ["claim"]
    assert set(names(outcome.kept)) == {"basic", "own"}
    assert set(names(outcome.unchanged)) == {"z-root", "a-leaf"}
    with in_schema("manggarai"):
        assert Fee.objects.get().amount == 750000
        assert len(Form.objects.get().published) == 2
        assert Category.objects.get(code="own").name == "Sendiri"
    assert into(manggarai, newer).counts() == {"created": 0, "updated": 0, "kept": 2, "unchanged": 3}
    with in_schema("batang"):
        assert Fee.objects.get().amount == 2000000


def test_broken_reference_is_named_and_nothing_is_made(batang: Regency, manggarai: Regency, filled: Module) -> None:
    content = queries.content_of(batang, filled)
    objects = [part for part in content["objects"] if part["key"] != "a-leaf"]
    package = stored(batang, {"objects": objects})
    with pytest.raises(packages.BrokenReference, match="a-leaf"):
        into(manggarai, package)
    with in_schema("manggarai"):
        assert Category.objects.count() == 0
        assert not AuditEntry.objects.filter(action="library.release_cloned").exists()
    assert queries.clones_of(manggarai) == []


@pytest.mark.parametrize(
    ("key", "change", "message"),
    [
        ("basic", {"amount": "-5"}, "fee_not_negative"),
        ("basic", {"officer_name": "Rina"}, "officer_name"),
        ("basic", {"amount": "banyak"}, "basic"),
        ("claim", {"fields": []}, "formulir tanpa isian"),
    ],
)
def test_content_that_breaks_a_rule_is_refused(
    batang: Regency, manggarai: Regency, filled: Module, key: str, change: dict[str, object], message: str
) -> None:
    content = queries.content_of(batang, filled)
    for part in content["objects"]:
        if part["key"] == key:
            part["content"].update(change)
    with pytest.raises(packages.ContentRefused, match=message):
        into(manggarai, stored(batang, content))
    with in_schema("manggarai"):
        assert Category.objects.count() == 0


def test_tampered_release_is_refused(batang: Regency, manggarai: Regency, filled: Module) -> None:
    package = release(filled, batang)
    package.content["objects"][2]["content"]["amount"] = "9.00"
    with pytest.raises(actions.ReleaseTampered):
        into(manggarai, package)
    with in_schema("manggarai"):
        assert Fee.objects.count() == 0


@pytest.mark.parametrize("statement", ["UPDATE library_release SET notes = 'x'", "DELETE FROM library_release"])
def test_database_keeps_releases(batang: Regency, filled: Module, statement: str) -> None:
    release(filled, batang)
    refused = pytest.raises(DatabaseError, match="never changed")
    with in_public(), refused, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_publication_needs_a_change_and_a_higher_version(batang: Regency, filled: Module) -> None:
    release(filled, batang, "1.9.0")
    with pytest.raises(actions.NothingChanged, match=r"1\.9\.0"):
        release(filled, batang, "2.0.0")
    Fee.objects.update(amount=5)
    for wrong in ("1.9.0", "1.10", "v2", "1.8.99", "01.9.1", "2.0.0\n", "9" * 30 + ".0.0"):
        with pytest.raises(actions.VersionRefused):
            release(filled, batang, wrong)
    assert release(filled, batang, "1.10.0").number == (1, 10, 0)
    assert queries.latest_release(batang, "sample").version == "1.10.0"


def test_nothing_to_share_is_refused(batang: Regency, sample: Module) -> None:
    with pytest.raises(actions.PublicationRefused):
        release(sample, batang)


def test_interrupted_clone_leaves_nothing(
    batang: Regency, manggarai: Regency, filled: Module, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = release(filled, batang)

    def die(*args: object, **kwargs: object) -> None:
        raise SystemExit("killed")

    with monkeypatch.context() as patch:
        patch.setattr(Clone.objects, "bulk_create", die)
        with pytest.raises(SystemExit):
            into(manggarai, package)
    with in_schema("manggarai"):
        assert Fee.objects.count() == 0
    assert into(manggarai, package).counts()["created"] == 4


def test_an_operator_is_named_without_being_a_user(batang: Regency, manggarai: Regency, filled: Module) -> None:
    by = User(name="Rina")
    package = release(filled, batang)
    actions.clone(regency=manggarai, release=package, by=by, at=AT)
    assert {clone.cloned_by for clone in queries.clones_of(manggarai)} == {"Rina"}


def test_available_shows_the_newest_and_what_is_here(batang: Regency, manggarai: Regency, filled: Module) -> None:
    first = release(filled, batang)
    (package,) = queries.available(manggarai)
    assert (package.latest.pk, package.cloned, package.is_newer, package.objects) == (first.pk, None, True, 4)
    into(manggarai, first)
    assert not queries.available(manggarai)[0].is_newer
    Fee.objects.update(amount=5)
    release(filled, batang, "1.1.0")
    (package,) = queries.available(manggarai)
    assert (package.latest.version, package.cloned.version, package.is_newer) == ("1.1.0", "1.0.0", True)
    assert queries.available(batang) == []


def stored(publisher: Regency, content: dict[str, object]) -> Release:
    """A release of any content, as if a faulty publisher had made it."""
    with in_public():
        return Release.objects.create(
            publisher=publisher,
            module_key="sample",
            version="9.0.0",
            content=content,
            sha256=packages.digest(content),
            published_at=AT,
        )
