"""Phases on a time line: which bars, lanes and marks, in percent of the years shown. No queries."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from agreements.choices import Basis

#: The new map of provinces, NQ 202/2025/QH15: drawn as a line once the day asked has reached it.
MERGER_DAY = dt.date(2025, 7, 1)

_LANE = 17
_BAR = 15
#: Beyond this many years only every fifth is labelled.
_MANY_YEARS = 18


@dataclass(frozen=True)
class Bar:
    """One phase: place in percent, height in pixels, and what the text beside it says.

    ``x`` and ``width`` are None where neither year nor end is known: then only words remain. ``mark`` is
    where the signing diamond stands, ``mark_precision`` day or month; a year alone is no mark.
    """

    phase: Any
    y: int
    x: float | None
    width: float | None
    middle: float | None
    inferred: bool
    later: bool
    mark: float | None
    mark_precision: str

    @property
    def text_y(self) -> float:
        return self.y + 11.5

    @property
    def mark_y(self) -> float:
        return self.y + _BAR / 2


@dataclass(frozen=True)
class Row:
    """One agreement; ``place`` names where it stands on the day's map, None where it goes as signed."""

    agreement: Any
    bars: list[Bar]
    height: int
    place: Any = None


@dataclass(frozen=True)
class Timeline:
    """Rows of bars under an axis of ``years`` (year, percent, labelled)."""

    years: list[tuple[int, float, bool]]
    rows: list[Row]
    merger: float | None
    now: float


def timeline(
    phases: Iterable[Any], as_of: dt.date, places: Mapping[int, Any] | None = None
) -> Timeline:
    """Place phases that have begun by ``as_of``, given in the order of their agreements.

    The axis runs from the first year of any phase to the year after the last one, the day asked included.
    ``places`` leads from an agreement to its place on the day's map (``agreements.present_names``).
    """
    shown = list(phases)
    first = min([as_of.year, *filter(None, map(_first_year, shown))])
    last = max([as_of.year + 1, *(phase.end_year + 1 for phase in shown if phase.end_year)])
    span = last - first

    def place(day: dt.date) -> float:
        year_start = dt.date(day.year, 1, 1)
        year_days = (dt.date(day.year + 1, 1, 1) - year_start).days
        return 100 * (day.year - first + (day - year_start).days / year_days) / span

    step = 5 if span > _MANY_YEARS else 2
    years = [
        (year, 100 * (year - first) / span, (year - first) % step == 0 and year < last)
        for year in range(first, last + 1)
    ]
    rows = []
    for _key, group in groupby(shown, key=lambda phase: phase.agreement_id):
        own = list(group)
        rows.append(_row(own, first, span, place, (places or {}).get(own[0].agreement_id)))
    return Timeline(
        years=years,
        rows=rows,
        merger=place(MERGER_DAY) if as_of >= MERGER_DAY and first <= MERGER_DAY.year else None,
        now=place(as_of),
    )


def _first_year(phase: Any) -> int | None:
    """The first year that a phase names: of its term or of its signing; None when it names none."""
    years = [phase.start_year, phase.signed_on.year if phase.signed_on else None]
    return min(filter(None, years), default=phase.end_year)


def _row(phases: Sequence[Any], first: int, span: int, place: Any, under: Any) -> Row:
    alone = len(phases) == 1
    bars = []
    for lane, phase in enumerate(phases):
        start = phase.start_year or (phase.begins_on.year if phase.begins_on else None)
        end = phase.end_year or (first + span - 1 if phase.open_ended else None)
        x = width = middle = None
        if start is not None and end is not None:
            x = 100 * (start - first) / span
            width = 100 * (end + 1 - start) / span
            middle = x + width / 2
        signed = phase.signed_on
        marked = signed is not None and signed.precision in ("day", "month")
        middle_of_month = dt.timedelta(days=15 if marked and signed.precision == "month" else 0)
        bars.append(
            Bar(
                phase=phase,
                y=7 if alone else 3 + _LANE * lane,
                x=x,
                width=width,
                middle=middle,
                inferred=phase.term_basis == Basis.INFERRED,
                later=lane > 0,
                mark=place(signed.first_day + middle_of_month) if marked else None,
                mark_precision=signed.precision if marked else "",
            )
        )
    return Row(phases[0].agreement, bars, 30 if alone else 4 + _LANE * len(phases), under)
