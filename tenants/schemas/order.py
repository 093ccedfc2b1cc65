"""In which order the objects of a schema can be created."""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Hashable, Iterable, Sequence
from typing import TypeVar

Node = TypeVar("Node", bound=Hashable)


class CircularDefinition(Exception):
    """Objects need each other to exist first; `nodes` are the ones in the circle."""

    def __init__(self, nodes: list) -> None:
        super().__init__(f"objects depend on each other: {nodes}")
        self.nodes = nodes


def creation_order(
    nodes: Sequence[Node], needs: Iterable[tuple[Node, Node]], prefers: Iterable[tuple[Node, Node]] = ()
) -> list[Node]:
    """Sort `nodes` so that each comes after all it `needs`, and where possible after all it `prefers`.

    Pairs are (dependent, dependency). Among nodes that are free, the given sequence decides, so the result is
    always the same. Raises CircularDefinition when `needs` is circular; a circle of `prefers` is cut.
    """
    rank = {node: position for position, node in enumerate(nodes)}
    hard = _pending(rank, needs)
    soft = _pending(rank, prefers)
    waiters: dict[Node, list[Node]] = defaultdict(list)
    for pending in (hard, soft):
        for node, dependencies in pending.items():
            for dependency in dependencies:
                waiters[dependency].append(node)
    free = [rank[node] for node in nodes if not hard[node] and not soft[node]]
    heapq.heapify(free)
    ordered: list[Node] = []
    placed: set[Node] = set()
    while len(ordered) < len(nodes):
        node = nodes[heapq.heappop(free)] if free else _cut(nodes, placed, hard, soft)
        if node in placed:
            continue
        placed.add(node)
        ordered.append(node)
        for waiter in waiters[node]:
            hard[waiter].discard(node)
            soft[waiter].discard(node)
            if waiter not in placed and not hard[waiter] and not soft[waiter]:
                heapq.heappush(free, rank[waiter])
    return ordered


def _pending(rank: dict[Node, int], pairs: Iterable[tuple[Node, Node]]) -> dict[Node, set[Node]]:
    pending: dict[Node, set[Node]] = {node: set() for node in rank}
    for dependent, dependency in pairs:
        if dependent != dependency and dependent in rank and dependency in rank:
            pending[dependent].add(dependency)
    return pending


def _cut(nodes: Sequence[Node], placed: set[Node], hard: dict, soft: dict) -> Node:
    """The node to place next when all that is left waits: the one that gives up the fewest preferences."""
    candidates = [node for node in nodes if node not in placed and not hard[node]]
    if not candidates:
        raise CircularDefinition([node for node in nodes if node not in placed])
    return min(candidates, key=lambda node: len(soft[node]))
