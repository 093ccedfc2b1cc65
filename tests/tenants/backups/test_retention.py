"""Which backups stay."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from tenants.backups.actions.retention import kept
from tenants.backups.models import Backup

NOW = datetime(2026, 11, 25, 2, 0, tzinfo=UTC)
RULES = {"daily": 7, "weekly": 4, "monthly": 12}


def nightly(days: int) -> list[Backup]:
    """One each night, the newest first; the key is how many nights ago."""
    return [Backup(pk=ago, taken_at=NOW - timedelta(days=ago)) for ago in range(days)]


def test_two_years_of_nights() -> None:
    stay = kept(nightly(730), **RULES)
    assert {0, 1, 2, 3, 4, 5, 6} <= stay
    assert len([ago for ago in stay if 7 <= ago < 31]) == 3  # Sundays before; the week of today is among the days
    assert len(stay) <= 7 + 4 + 12
    assert max(stay) == 329  # 31 December 2025: the newest of the twelfth month back


@given(st.sets(st.integers(0, 800), min_size=1))
def test_the_newest_always_stays_and_running_it_again_removes_nothing(ages: set[int]) -> None:
    backups = [Backup(pk=ago, taken_at=NOW - timedelta(days=ago)) for ago in ages]
    stay = kept(backups, **RULES)
    assert min(ages) in stay
    assert kept([b for b in backups if b.pk in stay], **RULES) == stay
    assert kept(backups, daily=0, weekly=0, monthly=0) == {min(ages)}


def test_every_day_thinning_keeps_what_the_rules_ask_for() -> None:
    """The rules are applied each night: what a month needs later must not have gone by then."""
    there: list[Backup] = []
    for night in range(400):
        there.append(Backup(pk=night, taken_at=NOW + timedelta(days=night)))
        stay = kept(there, **RULES)
        there = [backup for backup in there if backup.pk in stay]
    assert len({(b.taken_at.year, b.taken_at.month) for b in there}) == 12


def test_of_one_day_the_newest() -> None:
    two = [Backup(pk=1, taken_at=NOW), Backup(pk=2, taken_at=NOW + timedelta(hours=1))]
    assert kept(two, **RULES) == {2}
