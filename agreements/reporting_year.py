"""When reporting periods begin and end, and which day is the n-th working day after; pure functions.

Rules: Nghị định 09/2019/NĐ-CP, điều 12 (the days on which figures are closed), and the calendar of public
holidays that administrators keep (``agreements.Holiday``). Nothing is read from the database here.
"""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from agreements.choices import PeriodKind

#: How many months a period of each kind has.
MONTHS = {
    PeriodKind.MONTH: 1,
    PeriodKind.QUARTER: 3,
    PeriodKind.HALF_YEAR: 6,
    PeriodKind.YEAR: 12,
}
_SATURDAY = 5
_ONE_DAY = dt.timedelta(days=1)


@dataclass(frozen=True)
class Span:
    """One period: its kind, its number within the year, its first day and the day figures are closed."""

    kind: PeriodKind
    year: int
    number: int
    begins_on: dt.date
    ends_on: dt.date


def cutoff_in(year: int, month: int, cutoff_day: int) -> dt.date:
    """The day on which figures are closed in a month; beyond the month's end it is its last day.

    ``month`` may be 0, December of the year before.
    """
    if month == 0:
        year, month = year - 1, 12
    return dt.date(year, month, min(cutoff_day, calendar.monthrange(year, month)[1]))


def span_of(kind: PeriodKind, year: int, number: int, cutoff_day: int) -> Span:
    """A period: with the 14th as cut-off, quarter 1 goes from 15/12 of the year before to 14/3."""
    length = MONTHS[kind]
    return Span(
        kind,
        year,
        number,
        cutoff_in(year, (number - 1) * length, cutoff_day) + _ONE_DAY,
        cutoff_in(year, number * length, cutoff_day),
    )


def spans(kind: PeriodKind, first: dt.date, last: dt.date, cutoff_day: int) -> Iterator[Span]:
    """The periods that are closed on a day from ``first`` to ``last``, both included, in order.

    So each period belongs to one term of an agreement only, also where two terms share a year.
    """
    for year in range(first.year, last.year + 1):
        for number in range(1, 12 // MONTHS[kind] + 1):
            span = span_of(kind, year, number, cutoff_day)
            if first <= span.ends_on <= last:
                yield span


@dataclass(frozen=True)
class Calendar:
    """Days off that come every year, days off of one year, and days worked to make up for others."""

    every_year: Collection[tuple[int, int]] = ()
    off: Collection[dt.date] = ()
    worked: Collection[dt.date] = ()

    def is_working(self, day: dt.date) -> bool:
        """Monday to Friday without holidays; a day that is worked to make up for another is one."""
        if day in self.worked:
            return True
        holiday = day in self.off or (day.day, day.month) in self.every_year
        return day.weekday() < _SATURDAY and not holiday

    def working_day_after(self, day: dt.date, count: int) -> dt.date:
        """The ``count``-th working day after a day."""
        while count:
            day += _ONE_DAY
            count -= self.is_working(day)
        return day
