"""People in front of browsers, and the deployment that they use."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.journeys.deployment import Deployment, deployed, ground
from tests.journeys.person import Company

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking"]
WITHOUT = pytest.mark.skip(reason="no Chromium found; on Debian: apt install chromium")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Without Chromium the journeys are skipped; weights and faults are tested nevertheless."""
    for item in items:
        if "browser" in item.keywords and CHROMIUM is None:
            item.add_marker(WITHOUT)


@pytest.fixture(scope="session")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The ground of every deployment, made once per run."""
    base = tmp_path_factory.getbasetemp()
    with ground(base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) as made:
        yield made


@pytest.fixture(scope="session")
def site(stage: Path) -> Iterator[Deployment]:
    """The deployment that journeys share; each leaves it as usable as it was."""
    with deployed(stage) as running:
        yield running


@pytest.fixture(scope="module")
def fragile(stage: Path) -> Iterator[Deployment]:
    """One to break: what was committed is on the disk, and an abandoned task is handed out again after a second."""
    with deployed(stage, durable=True, TASK_VISIBILITY_SECONDS="1") as running:
        yield running


@pytest.fixture
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def company(chromium: Browser, site: Deployment) -> Iterator[Company]:
    """Lets people in; at the end nobody may have met an error, in the browser or in the logs."""
    site.complaints()
    met = Company(chromium, site)
    yield met
    assert met.troubles == []
    assert site.complaints() == []
