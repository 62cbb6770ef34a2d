"""How two things are compared on a noisy machine: call by call, in turn. Knows nothing of what they do."""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass

Call = Callable[[], object]

#: How often a comparison that failed is made again; the best one counts.
RETRIES = 2


@dataclass(frozen=True)
class Times:
    """Milliseconds of one side. Gates look at ``p10``; the others are for orientation."""

    p10: float
    p50: float
    p95: float

    @classmethod
    def of(cls, seconds: list[float]) -> Times:
        ordered = sorted(1000 * each for each in seconds)
        cuts = statistics.quantiles(ordered, n=20, method="inclusive")
        return cls(p10=round(cuts[1], 3), p50=round(cuts[9], 3), p95=round(cuts[18], 3))


@dataclass(frozen=True)
class Comparison:
    subject: Times
    reference: Times
    pairs: int

    @property
    def ratio(self) -> float:
        return round(self.subject.p10 / self.reference.p10, 3)


def _timed(call: Call) -> float:
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def pairs_for(milliseconds: float) -> int:
    """How many pairs: at least 100 for milliseconds, 30 for tens of them, fewer for what takes seconds."""
    for limit, pairs in ((10, 150), (100, 40), (500, 15)):
        if milliseconds < limit:
            return pairs
    return 7


def nothing() -> None:
    """Most comparisons need nothing made ready."""


def compare(subject: Call, reference: Call, pairs: int = 0, prepare: Call = nothing) -> Comparison:
    """Call both in turn, the order swapped each pair, after one call of each that does not count.

    ``prepare`` is called before each pair and not timed: what is written once needs a new row each time.
    """
    prepare()
    reference()
    subject()
    if not pairs:
        prepare()
        # The second call tells how long one takes: the first paid for what is set up once.
        pairs = pairs_for(1000 * max(_timed(subject), _timed(reference)))
    sides: tuple[list[float], list[float]] = ([], [])
    calls = (subject, reference)
    gc.collect()
    for number in range(pairs):
        prepare()
        for side in (0, 1) if number % 2 else (1, 0):
            sides[side].append(_timed(calls[side]))
    return Comparison(Times.of(sides[0]), Times.of(sides[1]), pairs)


def compare_until(
    limit: float, subject: Call, reference: Call, pairs: int = 0, prepare: Call = nothing
) -> Comparison:
    """As :func:`compare`; where the ratio is above ``limit`` twice more at most, and the best of all."""
    best = compare(subject, reference, pairs, prepare)
    for _again in range(RETRIES):
        if best.ratio <= limit:
            break
        again = compare(subject, reference, pairs, prepare)
        best = min(best, again, key=lambda each: each.ratio)
    return best
