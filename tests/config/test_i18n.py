"""`{% translate %}` remembers plain texts, and nothing else."""

import pytest
from django.template import Context, Template
from django.utils.translation import override

from config.i18n import PlainText


def rendered(source: str, language: str, *, autoescape: bool = True, **context: str) -> str:
    with override(language):
        return Template("{% load i18n %}" + source).render(Context(context, autoescape=autoescape))


def test_a_text_follows_the_language() -> None:
    template = Template('{% load i18n %}{% translate "Menu" %}{% translate "Cari" %}')
    for _ in range(2):
        with override("id"):
            assert template.render(Context()) == "MenuCari"
        with override("en"):
            assert template.render(Context()) == "MenuSearch"


def test_a_text_follows_escaping() -> None:
    template = Template('{% load i18n %}{% translate "Kepala & staf" %}')
    assert template.render(Context()) == Template('{% load i18n %}{% translate "Kepala & staf" %}').render(Context())
    plain = template.render(Context(autoescape=False))
    assert plain == "Kepala & staf"
    assert template.render(Context()) == rendered('{% translate "Kepala & staf" %}', "id")


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("{% translate word %}", "Cari"),
        ('{% translate "Cari"|upper %}', "CARI"),
        ('{% translate "Cari" as found %}[{{ found }}]', "[Cari]"),
        ('{% translate "Cari" context "tombol" %}', "Cari"),
    ],
)
def test_what_may_change_is_djangos_own(source: str, text: str) -> None:
    template = Template("{% load i18n %}" + source)
    assert not template.nodelist.get_nodes_by_type(PlainText)
    with override("id"):
        assert template.render(Context({"word": "Cari"})) == text


def test_other_tags_are_djangos_own() -> None:
    source = "{% get_current_language as now %}{{ now }} {% blocktranslate %}Cari{% endblocktranslate %}"
    assert rendered(source, "en") == "en Search"
