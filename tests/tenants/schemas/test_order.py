import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenants.schemas.order import CircularDefinition, creation_order


def test_the_given_sequence_decides_among_the_free() -> None:
    assert creation_order("cab", []) == ["c", "a", "b"]


def test_what_is_needed_comes_first() -> None:
    assert creation_order("abc", [("a", "b"), ("b", "c"), ("a", "a"), ("a", "unknown")]) == ["c", "b", "a"]


def test_a_circle_of_preferences_is_cut() -> None:
    assert creation_order("abc", [("a", "c")], [("a", "b"), ("b", "a")]) == ["c", "a", "b"]


def test_a_circle_of_needs_is_refused() -> None:
    with pytest.raises(CircularDefinition) as refused:
        creation_order("abc", [("a", "b"), ("b", "a")])
    assert refused.value.nodes == ["a", "b"]


PAIRS = st.sets(st.tuples(st.integers(0, 12), st.integers(0, 12)))


@given(PAIRS, PAIRS)
def test_every_need_is_met_and_nothing_is_lost(pairs: set[tuple[int, int]], prefers: set[tuple[int, int]]) -> None:
    needs = [(max(pair), min(pair)) for pair in pairs]  # from high to low: never circular
    ordered = creation_order(range(13), needs, prefers)
    assert sorted(ordered) == list(range(13))
    assert all(ordered.index(low) <= ordered.index(high) for high, low in needs)


@given(PAIRS)
def test_preferences_without_a_circle_are_all_met(pairs: set[tuple[int, int]]) -> None:
    prefers = [(max(pair), min(pair)) for pair in pairs]
    ordered = creation_order(range(12, -1, -1), [], prefers)
    assert all(ordered.index(low) <= ordered.index(high) for high, low in prefers)
