"""How many rows stand at which stage, as a strip of segments and as a list. No queries."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from deliverables.choices import Stage

#: Segments narrower than this (percent) carry no number of their own; the list below them does.
_READABLE = 2.4


@dataclass(frozen=True)
class Segment:
    """One stage of the strip; ``x``, ``width`` and ``middle`` in percent."""

    stage: str | None
    count: int
    x: float
    width: float

    @property
    def middle(self) -> float:
        return self.x + self.width / 2

    @property
    def readable(self) -> bool:
        return self.width >= _READABLE


def stage_strip(counts: Mapping[str | None, int]) -> list[Segment]:
    """Stages in the order of the vocabulary; rows of which no stage is known (None) come last."""
    total = sum(counts.values())
    segments = []
    x = 0.0
    for stage in [*Stage.values, None]:
        if count := counts.get(stage):
            width = 100 * count / total
            segments.append(Segment(stage, count, x, width))
            x += width
    return segments
