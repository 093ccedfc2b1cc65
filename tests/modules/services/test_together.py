"""Several people at the same moment, on real connections."""

import threading
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection

from modules.services.models import Case
from modules.services.public import Filed, StateChanged, act
from tests.conftest import NewRegency
from tests.modules.services.builders import MONDAY, filed, person, unit, village


def together(schema: Any, works: list[Callable[[], Any]]) -> list[Any]:
    """Run all at once, each on a connection of its own; results or refusals, in order."""
    start, found = threading.Barrier(len(works)), [None] * len(works)

    def run(place: int, work: Callable[[], Any]) -> None:
        connection.set_tenant(schema, include_public=False)
        start.wait(10)
        try:
            found[place] = work()
        except Exception as refusal:
            found[place] = refusal
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=item) for item in enumerate(works)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return found


@pytest.mark.slow
def test_one_wins_and_nothing_is_filed_twice(committed: NewRegency) -> None:
    regency = committed("kendal")
    connection.set_tenant(regency, include_public=False)
    case, token = filed().case, uuid.uuid4()
    people = [person(name, "operator_desa", of=village()) for name in ("satu", "dua")]
    place, office = village(), unit()

    steps = [lambda by=by, to=to: act(case=case, transition=to, by=by, at=MONDAY, reason="x", expected="checked")
             for by, to in zip(people, ("forward", "refuse"), strict=True)]  # fmt: skip
    moved = together(regency, steps)
    assert sum(isinstance(item, Case) for item in moved) == 1, moved
    assert sum(isinstance(item, StateChanged) for item in moved) == 1, moved
    assert case.events.count() == 2

    clicks = together(regency, [lambda: filed(token=token, village=place, unit=office) for _ in range(4)])
    assert {item.case.pk for item in clicks if isinstance(item, Filed)} == {Case.objects.get(token=token).pk}, clicks
    assert [isinstance(item, Filed) for item in clicks] == [True] * 4
    assert len({item.secret for item in clicks}) == 1
    assert sum(item.is_new for item in clicks) == 1

    others = together(regency, [lambda: filed(village=place, unit=office) for _ in range(4)])
    numbers = sorted(item.case.number for item in others)
    assert numbers == [f"SU-2026-{number:06}" for number in range(3, 7)], "no gap, none twice"
