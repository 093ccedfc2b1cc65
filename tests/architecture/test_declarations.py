"""What every app, model, task and file of the product owes, checked by looking at all of them."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.apps import apps
from django.core.checks import run_checks
from django.db.models import Model

from modules.registry import discover
from tenants.audit.sentences import sentences

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("config", "tenants", "modules", "onboarding")
OURS = [m for m in apps.get_models() if m.__module__.startswith(PACKAGES)]
SOURCES = [path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py"))]
CODE = [path for path in SOURCES if "migrations" not in path.parts]
_PERSONAL = re.compile(r"^(nik|kk|nip|npwp|phone|email|.*(birth|death)_(date|place)|address|heir_.*|applicant_.*)$")


def label(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("model", OURS, ids=lambda m: m._meta.label)
def test_model_declares_privacy(model: type[Model]) -> None:
    privacy = vars(model).get("Privacy")
    assert privacy, f"{model._meta.label} has no inner class Privacy"
    declared = set(privacy.personal) | set(privacy.specific)
    fields = {field.name for field in model._meta.get_fields()}
    assert declared <= fields, f"declares fields that it does not have: {declared - fields}"
    undeclared = {name for name in fields if _PERSONAL.match(name)} - declared - set(getattr(privacy, "office", ()))
    assert not undeclared, f"looks personal and is not declared: {undeclared}"


def test_declarations_pass_their_checks() -> None:
    assert [str(message) for message in run_checks() if message.is_serious()] == []


def test_layers() -> None:
    """config > onboarding > modules > tenants, and downwards inside every app."""
    done = subprocess.run(
        [sys.executable, "-c", "from importlinter.cli import lint_imports_command as c; c()"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("path", CODE, ids=label)
def test_file_is_short_and_well_named(path: Path) -> None:
    assert path.name not in {"utils.py", "helpers.py", "services.py", "signals.py", "constants.py", "exceptions.py"}
    assert len(path.read_text().splitlines()) <= 420


@pytest.mark.parametrize("path", CODE, ids=label)
def test_never_enters_a_tenant_by_its_own_context_manager(path: Path) -> None:
    """TenantMixin's `with tenant:` keeps one stack for all threads and swaps regencies under load."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.With):
            entered = [ast.unparse(item.context_expr) for item in node.items]
            assert not [name for name in entered if name.endswith(("tenant", "regency"))], (
                f"{label(path)}:{node.lineno}"
            )
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            assert node.func.attr not in {"activate", "deactivate"} or ast.unparse(node.func).startswith(
                ("timezone.", "translation.", "actions.")
            ), f"{label(path)}:{node.lineno}"


@pytest.mark.parametrize("path", [p for p in SOURCES if "migrations" in p.parts and p.stem != "__init__"], ids=label)
def test_migration_is_named_and_stands_alone(path: Path) -> None:
    assert "_auto_" not in path.name
    imported = [
        node.module or ""
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ImportFrom) and node.module
    ]
    apart = [name for name in imported if name.startswith(PACKAGES) and not name.endswith((".fields", ".people"))]
    assert apart == [], "a migration that imports the application breaks when the application changes"


@pytest.mark.parametrize("path", CODE, ids=label)
def test_stripe_stays_in_billing(path: Path) -> None:
    if "billing" not in path.parts:
        assert not re.search(r"^\s*(import|from) stripe\b", path.read_text(), re.MULTILINE)


@pytest.mark.parametrize("module", discover(), ids=lambda m: m.key)
def test_module_keeps_to_its_folder(module) -> None:  # type: ignore[no-untyped-def]
    """Templates and static files carry the module's key, so that two modules never shadow each other."""
    folder = ROOT / "modules" / module.key
    for kind in ("templates", "static"):
        found = {path.name for path in (folder / kind).iterdir()} if (folder / kind).exists() else set()
        assert found <= {module.key}
    assert module.roles, "suggests no role: nobody could use it after onboarding"
    assert str(module.summary).endswith(".")


def _recorded_actions() -> set[str]:
    """Every text that names an action of one of our apps: `app.past_tense`."""
    apps_of_ours = {model._meta.app_label for model in OURS}
    named = re.compile(rf"({'|'.join(sorted(apps_of_ours))})\.[a-z_]+_[a-z]+")
    found = set()
    for path in CODE:
        text = path.read_text()
        if "record(" not in text:
            continue
        constants = [node.value for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Constant)]
        found |= {value for value in constants if isinstance(value, str) and named.fullmatch(value)}
    return found


def test_every_recorded_action_reads_as_a_sentence() -> None:
    known = sentences()
    assert _recorded_actions() - set(known) == set()
    assert all(str(text)[0].islower() for text in known.values()), "a predicate follows the name of who did it"


@pytest.mark.parametrize("path", CODE, ids=label)
def test_enters_schemas_by_our_own_door(path: Path) -> None:
    """The library's context managers leave public in the search path, inside and afterwards."""
    if path.parent.name != "schemas":
        assert not re.search(r"\b(schema_context|tenant_context)\b", path.read_text())
