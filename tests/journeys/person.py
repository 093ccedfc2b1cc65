"""Somebody in front of a browser."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, Locator, Page, expect

from tests.journeys.deployment import Deployment
from tests.journeys.stage import PASSWORD

PHONE = {"width": 390, "height": 844}
DESK = {"width": 1280, "height": 860}
OVERFLOW = """() => {
  const room = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= room) return [];
  const scrolls = (e) => e && (getComputedStyle(e).overflowX !== "visible" || scrolls(e.parentElement));
  const wide = (e) => e.getBoundingClientRect().right > room + 1 && !scrolls(e.parentElement);
  return [...document.body.querySelectorAll("*")].filter(wide).map((e) => e.outerHTML.slice(0, 80)).slice(0, 5);
}"""


class Company:
    """Everybody in a journey, and the troubles that they met."""

    def __init__(self, browser: Browser, site: Deployment) -> None:
        self.browser, self.site = browser, site
        self.troubles: list[str] = []
        self._allowed: list[str] = []

    def citizen(self, host: str = "batang.localhost") -> Person:
        """On a telephone."""
        return self._join(host, viewport=PHONE, is_mobile=True, has_touch=True)

    def colleague(self, email: str, host: str = "batang.localhost") -> Person:
        """At a desk, signed in."""
        person = self._join(host, viewport=DESK)
        person.sign_in(email)
        return person

    def stranger(self, host: str) -> Person:
        """At a desk, not signed in."""
        return self._join(host, viewport=DESK)

    @contextmanager
    def expecting(self, *words: str) -> Iterator[None]:
        """Troubles that name one of these are wanted."""
        self._allowed = list(words)
        yield
        self._allowed = []

    def wait_until(self, person: Person, path: str, status: int) -> None:
        """A switch reaches every process within a second or two."""
        address = self.site.url(person.host, path)
        self.site.wait_for(f"{path} answers {status}", lambda: person.page.goto(address).status == status)  # type: ignore[union-attr]
        person.look()

    def _join(self, host: str, **kind: Any) -> Person:
        context = self.browser.new_context(locale="id-ID", accept_downloads=True, **kind)
        context.set_default_timeout(10_000)
        page = context.new_page()
        page.on(
            "console", lambda said: self._heard("console", said.text) if said.type in {"error", "warning"} else None
        )
        page.on("pageerror", lambda error: self._heard("script", str(error)))
        page.on("requestfailed", lambda request: self._failed(request.url, str(request.failure)))
        page.on(
            "response", lambda answer: self._heard(str(answer.status), answer.url) if answer.status >= 400 else None
        )
        return Person(page, self.site, host)

    def _failed(self, url: str, why: str) -> None:
        if "ERR_ABORTED" not in why:  # a download, or a question that the next page made needless
            self._heard(why, url)

    def _heard(self, kind: str, what: str) -> None:
        if not any(words in f"{kind} {what}" for words in self._allowed):
            self.troubles.append(f"{kind}: {what}")


class Person:
    def __init__(self, page: Page, site: Deployment, host: str) -> None:
        self.page, self.site, self.host = page, site, host

    # -- doing

    def go(self, path: str) -> None:
        self.page.goto(self.site.url(self.host, path))
        self.look()

    def press(self, name: str, *, role: Any = "button", within: Locator | None = None) -> None:
        """Press the button or follow the link of that name and wait for the page that answers."""
        target = (within or self.page).get_by_role(role, name=name, exact=True).first
        with self.page.expect_navigation():
            target.click()
        self.look()

    def submit(self) -> None:
        """Send the form in the middle of the page, whatever its button says."""
        with self.page.expect_navigation():
            self.page.locator("main form button:not([type=button])").first.click()
        self.look()

    def follow(self, name: str) -> None:
        self.press(name, role="link")

    def fill(self, label: str, value: str) -> None:
        self.field(label).fill(value)

    def choose(self, label: str, option: str) -> None:
        self.field(label).select_option(label=option)

    def hand_in(self, label: str, paper: Any) -> None:
        self.field(label).set_input_files(paper)

    def field(self, label: str) -> Locator:
        """A field by the beginning of its label, whatever its hint says after it."""
        return self.page.get_by_label(re.compile(rf"^{re.escape(label)}(\s*\(boleh kosong\))?$")).first

    def sign_in(self, email: str, password: str = PASSWORD) -> None:
        self.go("/account/login/")
        self.page.locator("[name=login]").fill(email)
        self.page.locator("[name=password]").fill(password)
        self.press("Masuk")

    def download(self, name: str) -> bytes:
        """What the link of that name brings."""
        with self.page.expect_download() as coming:
            self.page.get_by_role("link", name=name, exact=True).first.click()
        return coming.value.path().read_bytes()

    # -- seeing

    def sees(self, text: str) -> None:
        expect(self.page.get_by_text(text).filter(visible=True).first).to_be_visible()

    def heading(self) -> str:
        return self.page.get_by_role("heading", level=1).inner_text()

    def figure(self, name: str) -> str:
        """The value of a figure."""
        return (
            self.page.locator(".figure", has=self.page.get_by_text(name, exact=True))
            .locator("dd:not(.note)")
            .inner_text()
        )

    @property
    def path(self) -> str:
        return urlsplit(self.page.url).path

    def look(self) -> None:
        """On a telephone, no page is wider than the screen."""
        before = self.page.viewport_size
        if before != PHONE:
            self.page.set_viewport_size(PHONE)  # type: ignore[arg-type]
        wide = self.page.evaluate(OVERFLOW)
        if before and before != PHONE:
            self.page.set_viewport_size(before)
        assert wide == [], f"{self.page.url} is wider than a telephone: {wide}"
