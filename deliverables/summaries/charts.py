"""One indicator over time: where its points, gaps, targets and ticks stand in a drawing. No queries.

Across, places are percent of the width; down, they are pixels, so that text never scales.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from math import floor, log10
from typing import Any

from agreements.choices import Qualifier
from agreements.templatetags.coop import say_number
from deliverables.choices import ValueKind
from deliverables.summaries.totals.judging import plan_begins

TOP, BOTTOM = 26.0, 196.0
#: Sides report at least once a year (NĐ 09/2019/NĐ-CP); with a quarter's grace, a longer silence between
#: two figures is a missing period, and no line is drawn across it.
MISSING_AFTER = dt.timedelta(days=456)
#: A stretch without figures is hatched from this width on, and says so in words from the next.
_HATCHED, _WORDED = 4.0, 24.0
#: Percent that two labels need between them to stay apart on a narrow screen.
_APART = 19.0
#: Pixels between the line of a target, with its words above, and other words.
_CLEAR = 24
_LOWER_BOUNDS = (Qualifier.OVER, Qualifier.MOST)
_UPPER_BOUNDS = (Qualifier.ALMOST, Qualifier.BEFORE)


@dataclass(frozen=True)
class Point:
    """One figure. ``bound`` is up, down, about or empty: which way the true value lies."""

    measurement: Any
    x: float
    y: float
    bound: str
    labelled: bool
    dated: bool

    @property
    def beside(self) -> bool:
        """A lone point's label stands beside it, and so does one whose arrow takes the place above."""
        return self.dated or self.bound == "up"

    @property
    def anchor(self) -> str:
        if self.beside:
            return "end" if self.x > 78 else "start"
        return "end" if self.x > 92 else "start" if self.x < 8 else "middle"

    @property
    def shift(self) -> int:
        """Pixels between a point and its label, sideways."""
        if not self.beside:
            return 0
        return -11 if self.anchor == "end" else 11

    @property
    def drop(self) -> int:
        """Pixels down to the label: beside a lone point, above a point of a series."""
        if not self.beside:
            return -11
        return -2 if self.y > BOTTOM - 30 else 5

    @property
    def drop_date(self) -> int:
        return self.drop + 15


@dataclass(frozen=True)
class Gap:
    """A stretch of time without figures: hatched, never drawn as zero."""

    x: float
    width: float

    @property
    def middle(self) -> float:
        return self.x + self.width / 2

    @property
    def worded(self) -> bool:
        return self.width >= _WORDED


@dataclass(frozen=True)
class Aim:
    """A target as a dashed line from the day it was set to the day it is due.

    ``plan`` is the line of a steady pace to it, from the baseline (x, y) to the target (x, y); None where
    baseline or due day is not known, or a later target has replaced it.
    """

    target: Any
    x: float
    end: float
    y: float
    plan: tuple[float, float, float, float] | None = None


@dataclass(frozen=True)
class Chart:
    indicator: Any
    points: list[Point]
    lines: list[tuple[Point, Point]]
    gaps: list[Gap]
    aims: list[Aim]
    levels: list[tuple[float, str]]
    years: list[tuple[int, float, str]]
    now: float

    @property
    def gap_y(self) -> int:
        """Where "không có số liệu" is written: on the half with fewer points, clear of targets' words."""
        high = sum(point.y < (TOP + BOTTOM) / 2 for point in self.points)
        places = (180, 44, 112) if high * 2 >= len(self.points) else (44, 180, 112)
        return next(
            (place for place in places if all(abs(aim.y - place) > _CLEAR for aim in self.aims)),
            places[-1],
        )

    @property
    def planned(self) -> bool:
        """Whether a line of a plan is drawn."""
        return any(aim.plan for aim in self.aims)

    @property
    def bounds(self) -> set[str]:
        return {point.bound for point in self.points} - {""}


def chart(
    indicator: Any,
    measurements: Iterable[Any],
    targets: Iterable[Any],
    *,
    begins_on: dt.date | None,
    ends_on: dt.date | None,
    as_of: dt.date,
    due_on: dt.date | None = None,
) -> Chart | None:
    """Draw an indicator's official figures, oldest first; None where none of them has a value.

    A report that gives no number breaks the line like a missing period does, and so do increments,
    which are amounts of their own and not one growing quantity. ``due_on`` is the deliverable's own day,
    for targets that have none.
    """
    rows = sorted(measurements, key=lambda row: (row.report.as_of_end, row.pk))
    valued = [row for row in rows if row.value is not None]
    if not valued:
        return None
    aims = [target for target in targets if target.set_on <= as_of]
    first, last = _years(valued, aims, begins_on, ends_on or due_on, as_of)
    bases = [aim.baseline for aim in aims if aim.baseline is not None]
    top, levels = _levels(indicator, [*(row.value for row in [*valued, *aims]), *bases])

    def across(day: dt.date) -> float:
        return _across(day, first, last)

    def down(value: Decimal) -> float:
        return round(BOTTOM - float(value / top) * (BOTTOM - TOP), 1)

    def aimed(aim: Any) -> Aim:
        due = aim.due_on or due_on
        begins = plan_begins(aim.set_on, begins_on)
        line = None
        if aim is aims[-1] and aim.baseline is not None and due and due > begins:
            line = (across(begins), down(aim.baseline), across(due), down(aim.value))
        return Aim(aim, across(aim.set_on), across(due) if due else 100, down(aim.value), line)

    labelled = _labelled([(row.pk, across(row.report.as_of_end)) for row in valued])
    points = [
        Point(
            row,
            across(row.report.as_of_end),
            down(row.value),
            _bound(row.qualifier),
            labelled=row.pk in labelled,
            dated=len(valued) == 1,
        )
        for row in valued
    ]
    step = 1 if last - first <= 7 else 2 if last - first <= 14 else 5
    return Chart(
        indicator=indicator,
        points=points,
        lines=_lines(indicator, points, rows),
        gaps=_gaps(points, across(as_of)),
        aims=[aimed(aim) for aim in aims],
        levels=[(down(level), say_number(level)) for level in levels],
        years=[
            (year, across(dt.date(year, 1, 1)), _anchor(year, first, last))
            for year in range(first, last + 1, step)
        ],
        now=across(as_of),
    )


def _years(
    valued: Sequence[Any],
    aims: Sequence[Any],
    begins_on: dt.date | None,
    ends_on: dt.date | None,
    as_of: dt.date,
) -> tuple[int, int]:
    """The first year drawn and the year that ends the axis: phase, figures, targets and today in it."""
    days = [row.report.as_of_end for row in valued] + [aim.due_on for aim in aims if aim.due_on]
    first = min(day.year for day in [*days, begins_on or days[0]])
    last = max(day.year for day in [*days, ends_on or days[0], as_of])
    return first, last + 1


def _across(day: dt.date, first: int, last: int) -> float:
    start = dt.date(day.year, 1, 1)
    year = (dt.date(day.year + 1, 1, 1) - start).days
    share = (day.year - first + (day - start).days / year) / (last - first)
    return round(100 * min(max(share, 0), 1), 2)


def _levels(indicator: Any, values: Sequence[Decimal]) -> tuple[Decimal, list[Decimal]]:
    """A round top above the highest value, and the lines below it; a percentage ends at 100."""
    highest = max(values)
    if indicator.unit == "%" and highest <= 100:
        return Decimal(100), [Decimal(0), Decimal(50), Decimal(100)]
    if highest <= 0:
        return Decimal(1), [Decimal(0), Decimal(1)]
    rough = float(highest) * 1.25 / 3
    power = Decimal(10) ** floor(log10(rough))
    step = next(
        power * factor for factor in (1, 2, Decimal("2.5"), 5, 10) if power * factor >= rough
    )
    if indicator.unit and highest == int(highest):
        step = max(step.to_integral_value(rounding="ROUND_CEILING"), Decimal(1))
    return step * 3, [step * count for count in range(4)]


def _bound(qualifier: str) -> str:
    if qualifier in _LOWER_BOUNDS:
        return "up"
    if qualifier in _UPPER_BOUNDS:
        return "down"
    return "about" if qualifier in (Qualifier.APPROX, Qualifier.BASICALLY) else ""


def _labelled(places: Sequence[tuple[int, float]]) -> set[int]:
    """Which points carry their figure: the last, and going back each that has room; the table has all."""
    chosen: set[int] = set()
    free = float("inf")
    for key, x in reversed(places):
        if free - x >= _APART:
            chosen.add(key)
            free = x
    return chosen


def _lines(
    indicator: Any, points: Sequence[Point], rows: Sequence[Any]
) -> list[tuple[Point, Point]]:
    if indicator.value_kind == ValueKind.INCREMENT:
        return []
    silent = [row.report.as_of_end for row in rows if row.value is None]
    lines = []
    for one, other in pairwise(points):
        start, end = one.measurement.report.as_of_end, other.measurement.report.as_of_end
        if end - start <= MISSING_AFTER and not any(start <= day <= end for day in silent):
            lines.append((one, other))
    return lines


def _gaps(points: Sequence[Point], now: float) -> list[Gap]:
    """Before the first figure, between figures further apart than a report's rhythm, after the last."""
    gaps = [Gap(0, points[0].x)]
    for one, other in pairwise(points):
        start, end = one.measurement.report.as_of_end, other.measurement.report.as_of_end
        if end - start > MISSING_AFTER:
            gaps.append(Gap(one.x, other.x - one.x))
    gaps.append(Gap(points[-1].x, now - points[-1].x))
    return [gap for gap in gaps if gap.width >= _HATCHED]


def _anchor(year: int, first: int, last: int) -> str:
    if year == first:
        return "start"
    return "end" if year == last else "middle"
