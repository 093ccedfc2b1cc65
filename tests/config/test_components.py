"""Components: each documented and shown in the gallery; forms wired for screen readers; errors that need nothing."""

import re
from pathlib import Path

import pytest
from django import forms
from django.conf import settings
from django.http import Http404
from django.template import engines
from django.template.loader import render_to_string
from django.test import RequestFactory

from config.gallery import gallery

TEMPLATES = Path(settings.BASE_DIR) / "templates"
COMPONENTS = sorted((TEMPLATES / "components").glob("*.html"))
ERRORS = [*sorted(TEMPLATES.glob("[45]*.html")), *sorted((TEMPLATES / "errors").glob("*.html"))]


class Claim(forms.Form):
    name = forms.CharField(label="Nama", help_text="Seperti pada KTP.")
    place = forms.ChoiceField(label="Tempat", choices=[("a", "Rumah")], widget=forms.RadioSelect)
    papers = forms.MultipleChoiceField(
        label="Surat", required=False, widget=forms.CheckboxSelectMultiple, choices=[("Ahli waris", [("kk", "KK")])]
    )


@pytest.mark.parametrize("path", COMPONENTS, ids=lambda p: p.stem)
def test_component_names_its_variables(path: Path) -> None:
    assert path.read_text().startswith("{% comment %}")


@pytest.mark.parametrize("path", COMPONENTS, ids=lambda p: p.stem)
def test_component_is_shown(path: Path) -> None:
    """In the gallery, or inside a component or layout that every page has."""
    shown = f'"components/{path.name}"'
    users = [p for p in TEMPLATES.rglob("*.html") if p != path]
    assert any(shown in user.read_text() for user in users) or path.stem in {"form", "field"}


def test_gallery_renders_in_development_only(settings: pytest.FixtureRequest) -> None:
    request = RequestFactory().get("/components/", {"brand": "songke"})
    settings.DEBUG = True  # type: ignore[attr-defined]
    text = gallery(request).content.decode()
    assert 'data-brand="songke"' in text
    assert text.count('class="summary wide"') == 1
    settings.DEBUG = False  # type: ignore[attr-defined]
    with pytest.raises(Http404):
        gallery(request)


@pytest.mark.parametrize("path", ERRORS, ids=lambda p: p.stem)
def test_error_page_needs_neither_request_nor_database(path: Path) -> None:
    text = render_to_string(str(path.relative_to(TEMPLATES)))
    assert text.count("<h1>") == 1
    assert "<title> ·" not in text


def test_field_points_at_its_help_and_its_error() -> None:
    text = str(Claim({"name": ""}))
    for reference in re.findall(r'aria-describedby="([^"]+)"', text):
        assert all(f'id="{name}"' in text for name in reference.split())
    assert 'aria-describedby="id_name_helptext id_name_error"' in text
    assert 'aria-invalid="true"' in text


def test_summary_leads_to_the_fields() -> None:
    text = str(Claim({"name": ""}))
    targets = re.findall(r'<a href="#([^"]+)">', text)
    assert targets == ["id_name", "id_place"]
    assert all(text.count(f'id="{target}"') == 1 for target in targets)
    assert 'role="alert"' in text and "summary" not in str(Claim())


def test_choices_keep_their_groups_and_labels() -> None:
    text = str(Claim())
    assert '<div class="group">Ahli waris</div>' in text
    assert '<label for="id_papers_0_0">' in text and 'id="id_papers_0_0"' in text
    assert len(re.findall(r"<fieldset", text)) == 2


def test_progress_is_a_number_in_every_language() -> None:
    text = render_to_string("components/progress.html", {"percent": 72.5, "label": "Langkah"})
    assert 'style="width:72.5%"' in text and 'aria-valuenow="72.5"' in text


def test_live_stops_asking_when_done() -> None:
    running = {"url": "/run/", "percent": 50, "sentence": "2 dari 4", "steps": [], "done": False}
    assert 'hx-get="/run/"' in render_to_string("components/live.html", running)
    assert "hx-get" not in render_to_string("components/live.html", {**running, "done": True})


def test_decide_asks_for_the_reason_only_where_needed() -> None:
    decisions = [
        {"key": "approve", "label": "Setujui", "tone": "primary"},
        {"key": "reject", "label": "Tolak", "tone": "danger", "needs_reason": True},
    ]
    text = render_to_string("components/decide.html", {"decisions": decisions, "action": "/case/1/"})
    assert text.count("<textarea") == 1 and "required" in text
    assert '<button class="button primary" name="transition" value="approve">' in text
    assert '<input type="hidden" name="transition" value="reject">' in text


EVERY = sorted(
    path
    for app in ("templates", "modules", "tenants", "onboarding")
    for path in (TEMPLATES.parent / app).rglob("*.html")
    if "templates" in path.parts
)


@pytest.mark.parametrize("path", EVERY, ids=lambda p: "/".join(p.parts[-2:]))
def test_every_template_of_the_product_compiles(path: Path) -> None:
    """A page that nobody opened in a test must not wait for a citizen to find its misspelt tag."""
    engines["django"].from_string(path.read_text())  # type: ignore[attr-defined]
