"""The stylesheet and the script: complete, light, and made of files that stand alone."""

import re
from pathlib import Path

import brotli
import pytest
from django.conf import settings
from django.contrib.staticfiles import finders

from config.bundle import CSS, JS, bundle, parts

STATIC = Path(settings.BASE_DIR) / "static"
FILES = [*parts(CSS), *parts(JS)]


def test_a_bundle_leaves_no_file_out() -> None:
    assert set(parts(CSS)) == set((STATIC / "css").rglob("*.css"))
    assert set(parts(JS)) == set((STATIC / "js").rglob("*.js"))


def test_layers_are_declared_before_anything_else() -> None:
    assert bundle(CSS).decode().startswith("@layer reset, base, components, modules, utilities;")


@pytest.mark.parametrize("path", parts(CSS), ids=lambda p: p.name)
def test_a_stylesheet_keeps_to_its_layer(path: Path) -> None:
    """Closed braces, and nothing outside a layer: such a rule would win over all others."""
    text = re.sub(r"/\*.*?\*/", "", path.read_text(), flags=re.DOTALL)
    depth, outside = 0, ""
    for letter in text:
        depth += (letter == "{") - (letter == "}")
        assert depth >= 0
        outside += letter if depth == 0 else ""
    assert depth == 0
    assert re.fullmatch(r"(\s*@layer [\w, ]+[;}])+\s*", outside), outside
    assert "url(" not in text and "@import" not in text, "a request that nobody planned"


@pytest.mark.parametrize("path", parts(JS), ids=lambda p: p.name)
def test_a_behaviour_is_small_and_bound_by_data(path: Path) -> None:
    text = path.read_text()
    assert len(text.splitlines()) <= 50
    assert text.startswith("// "), "says what it does and what binds it"
    assert "getElementById" not in text and "innerHTML" not in text


def test_every_custom_property_exists() -> None:
    text = bundle(CSS).decode()
    assert set(re.findall(r"var\(--([\w-]+)", text)) - set(re.findall(r"--([\w-]+):", text)) == set()


def test_a_portal_page_stays_light() -> None:
    """60 kB is the whole page; style and script together take at most a quarter of it."""
    assert sum(len(brotli.compress(bundle(name))) for name in (CSS, JS)) <= 15_000


@pytest.mark.parametrize("name", [CSS, JS])
def test_development_serves_what_the_image_holds(name: str) -> None:
    found = finders.find(name)
    assert found and Path(found).read_bytes() == bundle(name)
    listed = dict(finders.get_finder("config.bundle.BundleFinder").list(None))
    assert listed[name].open(name).read() == bundle(name)
