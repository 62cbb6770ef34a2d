"""Stages of one deliverable over time: where each report's mark stands on a line. No queries.

Nothing is drawn between two reports: a stage is known on the day a report speaks of, not in between.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

#: Percent that two labels need between them to stay apart on a narrow screen; others lose theirs.
_APART = 24.0


@dataclass(frozen=True)
class StageMark:
    """One official report on the line; ``label`` is False where a neighbour's words need the room."""

    report: Any
    x: float
    labelled: bool

    @property
    def anchor(self) -> str:
        return "end" if self.x > 76 else "start" if self.x < 24 else "middle"


@dataclass(frozen=True)
class StageLine:
    marks: list[StageMark]
    years: list[tuple[int, float, str]]
    now: float

    @property
    def first(self) -> Any:
        return self.marks[0].report

    @property
    def last(self) -> Any:
        return self.marks[-1].report


def stage_line(official: Sequence[Any], as_of: dt.date) -> StageLine | None:
    """Marks from the first official report to the last; None where there are not two to tell apart."""
    rows = sorted(official, key=lambda row: (row.as_of_end, row.official_from, row.pk))
    if len(rows) < 2:
        return None
    first, last = rows[0].as_of_end.year, as_of.year + 1

    def across(day: dt.date) -> float:
        start = dt.date(day.year, 1, 1)
        whole = (dt.date(day.year + 1, 1, 1) - start).days
        share = (day.year - first + (day - start).days / whole) / (last - first)
        return round(100 * min(max(share, 0), 1), 2)

    marks: list[StageMark] = []
    free, later = float("inf"), None
    for row in reversed(rows):
        x = across(row.as_of_end)
        told = free - x >= _APART and (later is None or row.stage != later)
        if told:
            free, later = x, row.stage
        marks.append(StageMark(row, x, told))
    step = 1 if last - first <= 7 else 2 if last - first <= 14 else 5
    years = [
        (
            year,
            across(dt.date(year, 1, 1)),
            "start" if year == first else "end" if year == last else "middle",
        )
        for year in range(first, last + 1, step)
    ]
    return StageLine(marks[::-1], years, across(as_of))
