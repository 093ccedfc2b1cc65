"""What is filled in is checked where it is kept; handing in takes everything."""

import pytest
from django.utils import timezone

from onboarding.applications import actions, papers, queries
from onboarding.applications.models import Application, Paper
from tenants.files.actions import FileRefused
from tests.onboarding.applications import builders
from tests.tenants.files.samples import upload


@pytest.fixture
def application(public: None, queued: list) -> Application:
    return builders.verified()


@pytest.mark.parametrize(
    ("subdomain", "words"),
    [
        ("xn--kendal-abc", "Tanda hubung"),
        ("batang-", "Tanda hubung"),
        ("k" * 64, "3 sampai 40"),
        ("kendal.", "huruf kecil"),
        ("admin", "sistem"),
        ("batang", "sudah dipakai"),
        ("ba-tang", "mirip"),
        ("sikka", "daerah lain"),
        ("kendal.evil", "huruf kecil"),
        ("<b>", "huruf kecil"),
        ("", "3 sampai 40"),
        ("12345", "memuat huruf"),
    ],
)
def test_subdomains_with_tricks(application: Application, subdomain: str, words: str) -> None:
    with pytest.raises(actions.ChoiceRefused, match=words) as refused:
        actions.save_address(application=application, subdomain=subdomain, at=timezone.now())
    assert refused.value.field == "subdomain"
    application.refresh_from_db()
    assert application.subdomain == "kendal"


def test_a_subdomain_that_another_application_wishes_for(application: Application, queued: list) -> None:
    actions.save_address(application=application, subdomain="layanan-kita", at=timezone.now())
    other = builders.verified(code="33.26", email="lain@pekalongankab.go.id")
    with pytest.raises(actions.ChoiceRefused, match="sudah dipakai"):
        actions.save_address(application=other, subdomain="layanan-kita", at=timezone.now())
    with pytest.raises(actions.ChoiceRefused, match="mirip"):
        actions.save_address(application=other, subdomain="1ayanan-kita", at=timezone.now())


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"MZ\x90\x00 a program",
        b"<html><script>alert(1)</script></html>",
        b"\xff\xd8\xff\xe0 not really a picture",
        b"%PDF-1.7\n1 0 obj << /OpenAction << /S /JavaScript /JS (app.alert(1)) >> >>\n",
    ],
)
def test_a_letter_that_is_none(application: Application, content: bytes) -> None:
    with pytest.raises(FileRefused):
        actions.save_letter(application=application, letter=upload(content, "surat.pdf"), at=timezone.now())
    assert not Paper.objects.exists()


def test_papers_lie_apart_and_private(application: Application, tmp_path: object) -> None:
    paper = actions.save_letter(
        application=application, letter=builders.document("..\\..\\surat.jpg"), at=timezone.now()
    )
    assert paper.file.path.startswith(f"{tmp_path}/public/applications/")
    assert paper.original_name == "surat.jpg"
    import os
    import stat

    assert stat.S_IMODE(os.stat(paper.file.path).st_mode) == 0o600
    assert papers.sweep(before=timezone.now()) == 0


def test_a_required_module_comes_along_in_words(application: Application, monkeypatch: pytest.MonkeyPatch) -> None:
    from dataclasses import replace

    from tests.modules.library.conftest import MODULE

    needy = replace(MODULE, key="needy", name="Pembutuh", requires=("sample",))
    found = {"sample": MODULE, "needy": needy}
    for place in ("onboarding.plan", "onboarding.applications.queries"):
        monkeypatch.setattr(f"{place}.discover", lambda: tuple(found.values()))
    monkeypatch.setattr("onboarding.plan.find", found.get)
    said = actions.save_modules(application=application, modules=["needy"], sources={}, at=timezone.now())
    assert said == ["Contoh ikut dipilih, karena dibutuhkan oleh Pembutuh."]
    application.refresh_from_db()
    assert set(application.modules) == {"needy", "sample"}


@pytest.mark.parametrize(
    ("modules", "sources"),
    [([], {}), (["tidak_ada"], {}), (["surat_keterangan_usaha"], {"services": "nirwana"})],
)
def test_choices_that_cannot_be_had(application: Application, modules: list, sources: dict) -> None:
    with pytest.raises(actions.ChoiceRefused):
        actions.save_modules(application=application, modules=modules, sources=sources, at=timezone.now())


def test_administrators_have_mailboxes_of_their_own(application: Application) -> None:
    at = timezone.now()
    for people in ([], [builders.PEOPLE[0]] * 2):
        with pytest.raises(actions.ChoiceRefused):
            actions.save_administrators(application=application, people=people, at=at)
    with pytest.raises(actions.EmailRefused):
        actions.save_administrators(application=application, people=[{"name": "A", "email": "a@gmail.com"}], at=at)


def test_handing_in_takes_everything(application: Application) -> None:
    with pytest.raises(actions.Incomplete, match="surat tugas"):
        actions.submit(application=application, at=timezone.now())
    assert [key for key, _words in queries.missing(application)] == [
        "officer", "letter", "modules", "administrators", "terms",
    ]  # fmt: skip


def test_what_is_handed_in_stays_as_it_is(public: None, queued: list) -> None:
    application = builders.submitted()
    at = timezone.now()
    with pytest.raises(actions.NotEditable):
        actions.save_address(application=application, subdomain="lain-lagi", at=at)
    with pytest.raises(actions.NotEditable):
        actions.save_letter(application=application, letter=builders.document(), at=at)
    with pytest.raises(actions.NotEditable):
        actions.submit(application=application, at=at)


def test_personal_numbers_are_sealed(public: None, queued: list) -> None:
    from django.db import connection

    application = builders.filled()
    with connection.cursor() as cursor:
        cursor.execute("SELECT nip, phone FROM applications_application WHERE id = %s", [application.pk])
        row = [bytes(value) for value in cursor.fetchone()]
    assert not any(b"198503152010012003" in value or b"81234567890" in value for value in row)
