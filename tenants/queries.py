"""How regencies look in lists of the central team."""

from collections.abc import Mapping

TONES: Mapping[str, str] = {"active": "ok", "read_only": "warn", "suspended": "bad", "provisioning": "info"}
"""The tone of each state in lists and headings."""
