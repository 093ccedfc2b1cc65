"""Image, Compose file, proxy, lock files and the operators' page agree with the code and with each other."""

import ast
import os
import re
import shlex
import shutil
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.conf import settings
from django.db import connection
from django.urls import resolve

from config import run
from config.celery import app

ROOT = Path(__file__).resolve().parents[2]
OURS = ("migrate", "web", "worker", "scheduler")
VARIABLE = re.compile(r"\$\{(\w+)")


def text(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    return yaml.safe_load(text("compose.yaml"))


def read_by(name: str) -> set[str]:
    """Names of environment variables that a source file reads through `env.<type>("NAME")`."""
    calls = [node for node in ast.walk(ast.parse(text(name))) if isinstance(node, ast.Call)]
    return {
        call.args[0].value
        for call in calls
        if isinstance(call.func, ast.Attribute)
        and isinstance(call.func.value, ast.Name)
        and call.func.value.id == "env"
        and call.args
        and isinstance(call.args[0], ast.Constant)
    }


KNOWN = read_by("config/settings.py") | read_by("config/gunicorn.py")


# -- Compose -------------------------------------------------------------------------------------------------


def test_web_worker_scheduler_and_migration_are_one_image(compose: dict[str, Any]) -> None:
    services = compose["services"]
    assert len({services[name]["image"] for name in OURS}) == 1
    assert {name for name in services if "build" in services[name]} == set(OURS)
    assert all(services[name]["environment"] == services["web"]["environment"] for name in OURS)


def test_every_setting_of_compose_is_one_that_is_read(compose: dict[str, Any]) -> None:
    assert len(KNOWN) > 20
    assert set(compose["services"]["web"]["environment"]) <= KNOWN


def test_nothing_required_in_production_is_missing(compose: dict[str, Any]) -> None:
    required = {"SECRET_KEY", "PERSONAL_DATA_KEYS", "PERSONAL_DATA_HASH_KEY", "DATABASE_URL", "REDIS_URL"}
    given = compose["services"]["web"]["environment"]
    assert required | {"BASE_DOMAIN", "HTTPS", "EMAIL_URL"} <= set(given)
    assert not {"DEBUG", "DEMO", "TESTING"} & set(given)
    assert given["HTTPS"] == "true"


def test_the_example_names_every_variable_of_compose() -> None:
    example = dict(
        line.split("=", 1) for line in text("docs/deploy/env.example").splitlines() if re.match(r"\w+=", line)
    )
    assert set(example) == set(VARIABLE.findall(text("compose.yaml")))
    for name in ("SECRET_KEY", "POSTGRES_PASSWORD", "PERSONAL_DATA_KEYS", "PERSONAL_DATA_HASH_KEY"):
        assert example[name] == "", f"{name} must have no default anyone could leave in place"
        assert f"${{{name}:?" in text("compose.yaml"), f"Compose must refuse to start without {name}"


def test_every_service_is_watched_restarted_and_least_privileged(compose: dict[str, Any]) -> None:
    for name, service in compose["services"].items():
        assert service["restart"].startswith(("unless-stopped", "on-failure")), name
        if name not in ("web", "proxy"):  # the image's own check; its port answers for the proxy
            assert "healthcheck" in service, name
        if name in OURS:
            assert service["read_only"] is True
            assert service["cap_drop"] == ["ALL"]
    assert [name for name, service in compose["services"].items() if "ports" in service] == ["proxy"]


def test_every_volume_is_declared_and_used(compose: dict[str, Any]) -> None:
    mounts = {mount.split(":")[0] for s in compose["services"].values() for mount in s.get("volumes", [])}
    assert {mount for mount in mounts if not mount.startswith(".")} == set(compose["volumes"])
    for mount in mounts:
        assert not mount.startswith(".") or (ROOT / mount).is_file()


@pytest.mark.django_db
def test_postgresql_is_the_version_that_is_tested(compose: dict[str, Any]) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version_num")
        tested = int(cursor.fetchone()[0]) // 10_000
    assert compose["services"]["postgres"]["image"] == f"postgres:{tested}"
    assert f"PostgreSQL {tested}" in text("docs/operators.md")
    redis = compose["services"]["redis"]["image"].split(":")[1]
    assert f"Redis {redis}" in text("docs/operators.md")


def test_some_worker_serves_every_queue(compose: dict[str, Any]) -> None:
    queues = {queue.name for queue in app.conf.task_queues}
    (option,) = [word for word in compose["services"]["worker"]["command"] if word.startswith("--queues=")]
    assert set(option.removeprefix("--queues=").split(",")) == queues
    worker = run._commands(run.Place.from_environment({}))["worker"]
    assert set(worker[worker.index("--queues") + 1].split(",")) == queues
    for queue in queues:
        assert f"`{queue}`" in text("docs/operators.md")


# -- the image -----------------------------------------------------------------------------------------------


def stages() -> list[list[str]]:
    """The Dockerfile's instructions, one string each, by stage."""
    lines = [line for line in text("Dockerfile").splitlines() if not line.startswith("#")]
    instructions = "\n".join(lines).replace("\\\n", " ").splitlines()
    found: list[list[str]] = []
    for instruction in filter(None, instructions):
        if instruction.startswith("FROM "):
            found.append([])
        found[-1].append(instruction)
    return found


def test_the_image_has_two_stages_and_no_root() -> None:
    build, final = stages()
    assert build[0].endswith("AS build")
    (user,) = [line for line in final if line.startswith("USER ")]
    assert int(user.split()[1]) > 0
    after = final[final.index(user) :]
    assert not [line for line in after if line.startswith(("RUN", "COPY"))], "the code must not belong to who runs it"
    assert any(line.startswith("HEALTHCHECK") for line in final)


def test_the_image_holds_the_python_that_is_asked_for() -> None:
    asked = tomllib.loads(text("pyproject.toml"))["project"]["requires-python"].removeprefix(">=")
    assert {stage[0].split()[1] for stage in stages()} == {f"python:{asked}-slim-bookworm"}


def test_everything_in_the_image_is_locked_by_hash() -> None:
    installs = re.findall(r"pip install .*", "\n".join(line for stage in stages() for line in stage))
    assert installs
    assert all("--require-hashes" in each for each in " && ".join(installs).split("&&") if "pip install" in each)


def test_the_image_assembles_the_same_static_files_as_make_run() -> None:
    assert shlex.join(run.NOT_SERVED) in re.sub(r"\s+", " ", text("Dockerfile"))


def test_what_the_image_needs_is_not_ignored() -> None:
    kept = {line[1:].rstrip("/") for line in text(".dockerignore").splitlines() if line.startswith("!")}
    packages = tomllib.loads(text("pyproject.toml"))["tool"]["mypy"]["packages"]
    needed = {*packages, "templates", "static", "locale", "manage.py"}
    needed |= {f"requirements/{name}.txt" for name in ("production", "build")}
    assert needed == kept


# -- the proxy -----------------------------------------------------------------------------------------------


def test_the_proxy_asks_an_address_that_answers_over_plain_http() -> None:
    (url,) = re.findall(r"ask (\S+)", text("docs/deploy/Caddyfile"))
    path = url.removeprefix("http://web:8000")
    assert resolve(path, settings.PUBLIC_SCHEMA_URLCONF).url_name == "tls_ask"
    for asked in (path, "/healthz", "/readyz"):
        assert any(re.search(p, asked.lstrip("/")) for p in settings.SECURE_REDIRECT_EXEMPT), asked


@pytest.mark.skipif(not shutil.which("caddy"), reason="no Caddy found; on Debian: apt install caddy")
def test_caddy_takes_the_configuration() -> None:
    command = ["caddy", "validate", "--adapter", "caddyfile", "--config", str(ROOT / "docs/deploy/Caddyfile")]
    told = {**os.environ, "ACME_EMAIL": "tls@rujukan.example", "BASE_DOMAIN": "rujukan.example"}
    done = subprocess.run(command, env=told, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_the_proxy_reads_only_what_compose_gives_it(compose: dict[str, Any]) -> None:
    read = set(re.findall(r"\{\$(\w+)\}", text("docs/deploy/Caddyfile")))
    assert read == set(compose["services"]["proxy"]["environment"])


# -- the operators' page -------------------------------------------------------------------------------------


def test_the_page_lists_every_setting_and_no_other() -> None:
    table = text("docs/operators.md").split("## Settings")[1].split("\n## ")[0]
    rows = [line.split("|")[1] for line in table.splitlines() if line.startswith("| `")]
    listed = {name for row in rows for name in re.findall(r"`(\w+)`", row)}
    assert listed == KNOWN


def test_the_page_names_every_variable_of_the_example() -> None:
    names = re.findall(r"^(\w+)=", text("docs/deploy/env.example"), re.MULTILINE)
    assert [name for name in names if f"`{name}`" not in text("docs/operators.md")] == []


# -- the lock files ------------------------------------------------------------------------------------------


LOCKS = sorted((ROOT / "requirements").glob("*.txt"))


@pytest.mark.parametrize("lock", LOCKS, ids=lambda path: path.name)
def test_a_lock_pins_by_hash_and_names_no_host(lock: Path) -> None:
    content = lock.read_text(encoding="utf-8")
    entries = re.split(r"\n(?=\S)", re.sub(r"^\s*#.*\n?", "", content, flags=re.MULTILINE))
    assert entries
    for entry in filter(str.strip, entries):
        assert re.match(r"[\w.-]+(\[[\w,-]+\])?==\S+", entry), entry
        assert "--hash=sha256:" in entry, entry
    assert "://" not in content
    assert "--index-url" not in content
    assert "--find-links" not in content


def test_what_is_tested_is_what_runs() -> None:
    assert len(LOCKS) == 4
    # Without markers: a tool may ask for a package everywhere that the product asks for on one Python alone.
    pins = {lock.stem: set(re.findall(r"^([\w.-]+==[^ ;]+)", lock.read_text(), re.MULTILINE)) for lock in LOCKS}
    assert pins["build"] | pins["production"] <= pins["run"] <= pins["dev"]


def test_every_named_dependency_is_locked() -> None:
    project = tomllib.loads(text("pyproject.toml"))
    for group, lock in (
        (project["project"]["dependencies"], "production"),
        *((project["dependency-groups"][name], name) for name in ("build", "run", "dev")),
    ):
        locked = set(re.findall(r"^([\w.-]+)==", text(f"requirements/{lock}.txt"), re.MULTILINE))
        named = {re.match(r"[\w.-]+", entry)[0].lower() for entry in group if isinstance(entry, str)}  # type: ignore[index]
        assert named <= locked, lock


# -- make ----------------------------------------------------------------------------------------------------


def test_make_explains_every_command() -> None:
    makefile = text("Makefile")
    (phony,) = re.findall(r"^\.PHONY: (.*)$", makefile, re.MULTILINE)
    explained = re.findall(r"^([a-z-]+):.* ## \S", makefile, re.MULTILINE)
    assert sorted(phony.split()) == sorted(explained)


def test_ci_checks_first_and_tests_last() -> None:
    commands = [line for line in text(".ci/run").splitlines() if line.startswith("make ")]
    assert commands == ["make check", "make test"]
    assert (ROOT / ".ci" / "run").stat().st_mode & 0o111
