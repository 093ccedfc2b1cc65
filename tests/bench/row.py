"""One line of the table that `make bench` prints, and how a figure is taken."""

import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    """A measure beside what it is compared with; `reached` compares the ratio or the figure with the target."""

    measure: str
    ours: str
    against: str
    other: str
    ratio: str
    target: str
    reached: bool


def median_ms(run: Callable[[], object], times: int = 20, warm: int = 2) -> float:
    """Median wall time of `run` in milliseconds."""
    for _ in range(warm):
        run()
    taken = []
    for _ in range(times):
        start = time.perf_counter()
        run()
        taken.append((time.perf_counter() - start) * 1000)
    return statistics.median(taken)


def side_by_side(
    a: Callable[[], object],
    b: Callable[[], object],
    times: int = 20,
    between: Callable[[], object] = lambda: None,
) -> tuple[float, float, float]:
    """Medians of both in milliseconds and the median of a/b pair by pair: A B A B, so a noisy machine hits both.

    `between` runs after each of them and is not measured.
    """

    def once(run: Callable[[], object]) -> float:
        taken = median_ms(run, 1, 0)
        between()
        return taken

    pairs = [(once(a), once(b)) for _ in range(times + 1)][1:]
    ratio = statistics.median(x / y for x, y in pairs)
    return statistics.median(x for x, _ in pairs), statistics.median(y for _, y in pairs), ratio
