"""Parts that are kept depend on what they are given and on the language, and on nothing else."""

from typing import Any

from django.template import Context, Template
from django.urls import set_urlconf
from django.utils.translation import override

from tenants.templatetags.kept import _drawn


def drawn(source: str, **context: Any) -> str:
    return Template("{% load kept %}" + source).render(Context(context)).strip()


def test_drawn_once_for_the_same_values() -> None:
    _drawn.cache_clear()
    texts = [drawn('{% kept "components/status.html" label=label tone="ok" %}', label="Aktif") for _ in range(3)]
    assert set(texts) == {'<span class="status ok">Aktif</span>'}
    assert (_drawn.cache_info().misses, _drawn.cache_info().hits) == (1, 2)


def test_other_values_are_another_drawing() -> None:
    source = '{% kept "components/status.html" label=label tone=tone %}'
    assert drawn(source, label="Aktif", tone="ok") != drawn(source, label="Tutup", tone="ok")
    assert drawn(source, label="Aktif", tone="ok") != drawn(source, label="Aktif", tone="bad")


def test_each_language_has_its_own() -> None:
    source = '{% kept "services/inbox_head.html" list="open" %}'
    with override("id"):
        assert "Pemohon" in drawn(source)
    with override("en"):
        assert "Pemohon" not in drawn(source)
    with override("id"):
        assert "Pemohon" in drawn(source)


def test_each_site_has_its_own() -> None:
    _drawn.cache_clear()
    for site in ("config.urls_regency", "config.urls_public"):
        set_urlconf(site)
        assert "/account/" in drawn('{% kept "components/account_links.html" %}')
    set_urlconf(None)
    assert _drawn.cache_info().misses == 2


def test_it_sees_nothing_else_of_the_page_and_escapes_what_it_is_given() -> None:
    source = '{% kept "components/status.html" label=label %}'
    assert drawn(source, label="<b>", tone="secret") == '<span class="status ">&lt;b&gt;</span>'
