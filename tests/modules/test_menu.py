"""The menu follows the switches, the permissions, the language and the page."""

from collections.abc import Callable
from typing import Any

from django.test import RequestFactory
from django.utils import timezone
from django.utils.translation import override

from modules.menu import menu
from modules.switches import OFF, ON, switch
from tenants.accounts.models import User
from tenants.models import Regency
from tests.modules.services.builders import person


def seen(regency: Regency, user: User, path: str = "/work/") -> dict[str, Any]:
    request = RequestFactory().get(path)
    request.user, request.regency = User.objects.get(pk=user.pk), regency  # type: ignore[attr-defined]
    return menu(request)


def urls(found: dict[str, Any]) -> set[str]:
    return {item.url for section in found.get("menu", ()) for item in section.items}


def test_it_follows_permissions_and_switches(batang: Regency) -> None:
    clerk = person("arsip", "arsip", "organisation.view", "santunan_kematian.view")
    claims = "/work/santunan_kematian/"
    switch(regency=batang, key="santunan_kematian", state=ON, by=None, at=timezone.now())
    before = urls(seen(batang, clerk))
    assert "/work/organisation/" in before
    assert "/work/settings/roles/" not in before
    person("lain", "arsip", "staff.manage_roles")
    assert "/work/settings/roles/" in urls(seen(batang, clerk))
    switch(regency=batang, key="santunan_kematian", state=OFF, by=None, at=timezone.now())
    assert not [url for url in urls(seen(batang, clerk)) if url.startswith(claims)]


def test_one_regencys_switch_is_not_anothers(batang: Regency, manggarai: Regency) -> None:
    clerk = person("arsip", "arsip", "santunan_kematian.view", "santunan_kematian.file", "santunan_kematian.verify")
    switch(regency=batang, key="santunan_kematian", state=ON, by=None, at=timezone.now())
    switch(regency=manggarai, key="santunan_kematian", state=OFF, by=None, at=timezone.now())
    assert urls(seen(batang, clerk)) - urls(seen(manggarai, clerk)) == {
        url for url in urls(seen(batang, clerk)) if url.startswith("/work/santunan_kematian/")
    }


def test_labels_follow_the_language(batang: Regency) -> None:
    clerk = person("arsip", "arsip", "staff.manage_roles")
    for _ in range(2):
        with override("id"):
            assert [section.label for section in seen(batang, clerk)["menu"]] == ["Pengaturan"]
        with override("en"):
            assert [section.label for section in seen(batang, clerk)["menu"]] == ["Settings"]


def test_the_entry_of_the_page_is_the_longest_that_fits(batang: Regency) -> None:
    clerk = person("arsip", "arsip", "organisation.view", "staff.manage_roles")
    assert seen(batang, clerk, "/work/settings/roles/5/")["menu_current"].url == "/work/settings/roles/"
    assert seen(batang, clerk, "/work/elsewhere/")["menu_current"] is None


def test_nobody_and_other_pages_have_none(batang: Regency) -> None:
    clerk = person("arsip", "arsip", "organisation.view")
    assert seen(batang, clerk, "/") == {}
    nobody = person("baru", "tanpa")
    assert not seen(batang, nobody)["menu"]


def test_the_header_names_the_roles(batang: Regency, django_assert_num_queries: Callable[..., Any]) -> None:
    clerk = User.objects.get(pk=person("arsip", "Arsiparis", "organisation.view").pk)
    with django_assert_num_queries(1):
        assert clerk.has("organisation.view")
        assert clerk.role_names == "Arsiparis", "asked together with what they allow"
    assert seen(batang, clerk)["account_role"] == "Arsiparis"
