"""Values that are remembered by the process are those that were committed."""

import pytest
from django.db import transaction

from tenants.versioned import VersionedCache


def test_what_is_read_in_a_transaction_that_rolls_back_is_not_remembered(db: None) -> None:
    stored = {"state": "off"}
    cache = VersionedCache[str]("test.rollback", lambda key: stored[str(key)])
    assert cache.get("state") == "off"

    def switch() -> None:
        with transaction.atomic():
            stored["state"] = "on"
            cache.changed()
            assert cache.get("state") == "on"
            raise LookupError

    with pytest.raises(LookupError):
        switch()
    stored["state"] = "off"
    assert cache.get("state") == "off"


def test_a_commit_is_seen(db: None, django_capture_on_commit_callbacks) -> None:
    stored = {"state": "off"}
    cache = VersionedCache[str]("test.commit", lambda key: stored[str(key)])
    assert cache.get("state") == "off"
    with django_capture_on_commit_callbacks(execute=True):
        stored["state"] = "on"
        assert cache.get("state") == "off"
        cache.changed()
    assert cache.get("state") == "on"
