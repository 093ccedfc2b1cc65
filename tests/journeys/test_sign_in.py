"""Signing in with a second factor."""

import hashlib
import hmac
import struct
import time
from base64 import b32decode

import pytest
from playwright.sync_api import expect

from tests.journeys.person import Company
from tests.journeys.stage import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.slow]
EMAIL = "petugas-layanan@batang.test"


def totp(secret: str, at: float) -> str:
    """What the telephone shows: RFC 6238 with six digits and thirty seconds."""
    mac = hmac.new(b32decode(secret), struct.pack(">Q", int(at // 30)), hashlib.sha1).digest()
    start = mac[-1] & 15
    return f"{(struct.unpack('>I', mac[start : start + 4])[0] & 0x7FFFFFFF) % 1_000_000:06}"


def test_a_second_factor_guards_the_next_sign_in(company: Company) -> None:
    clerk = company.colleague(EMAIL)
    clerk.go("/account/mfa/totp/activate/")
    if "/reauthenticate/" in clerk.path:
        clerk.page.locator("[name=password]").fill(PASSWORD)
        clerk.submit()
    secret = clerk.page.locator("code").text_content() or ""
    clerk.page.locator("[name=code]").fill(totp(secret, time.time()))
    clerk.submit()
    assert "recovery" in clerk.path or "mfa" in clerk.path

    later = company.stranger("batang.localhost")
    later.sign_in(EMAIL)
    assert later.path == "/account/mfa/authenticate/"
    with company.expecting("authenticate", "Failed to load resource"):
        later.page.locator("[name=code]").fill("000000")
        later.submit()
        expect(later.page.locator("form .errors, form .error, form [role=alert], form .invalid").first).to_be_visible()
    later.go("/work/")
    assert later.path != "/work/", "without the code nobody is inside"
    later.go("/account/mfa/authenticate/")
    later.page.locator("[name=code]").fill(totp(secret, time.time()))
    later.submit()
    assert later.path == "/work/"
