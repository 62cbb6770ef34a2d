"""Periods and working days as pure functions: the decree's own examples, then any years and days."""

import datetime as dt
from itertools import pairwise

import pytest
from hypothesis import example, given, strategies as st

from agreements.choices import PeriodKind
from agreements.reporting_year import MONTHS, Calendar, span_of, spans

DAYS = st.dates(dt.date(1990, 1, 1), dt.date(2199, 12, 31))
CUTOFFS = st.integers(1, 31)
KINDS = st.sampled_from(list(PeriodKind))
ONE = dt.timedelta(days=1)


@pytest.mark.parametrize(
    ("kind", "number", "begins", "ends"),
    [
        (PeriodKind.MONTH, 1, "2025-12-15", "2026-01-14"),
        (PeriodKind.MONTH, 3, "2026-02-15", "2026-03-14"),
        (PeriodKind.QUARTER, 1, "2025-12-15", "2026-03-14"),
        (PeriodKind.QUARTER, 2, "2026-03-15", "2026-06-14"),
        (PeriodKind.QUARTER, 4, "2026-09-15", "2026-12-14"),
        (PeriodKind.HALF_YEAR, 1, "2025-12-15", "2026-06-14"),
        (PeriodKind.HALF_YEAR, 2, "2026-06-15", "2026-12-14"),
        (PeriodKind.YEAR, 1, "2025-12-15", "2026-12-14"),
    ],
)
def test_the_days_of_the_decree(kind: PeriodKind, number: int, begins: str, ends: str) -> None:
    """Nghị định 09/2019/NĐ-CP, điều 12."""
    span = span_of(kind, 2026, number, 14)
    assert (span.begins_on.isoformat(), span.ends_on.isoformat()) == (begins, ends)


def test_a_cut_off_at_the_end_of_months_follows_leap_years() -> None:
    assert span_of(PeriodKind.MONTH, 2028, 2, 31).ends_on == dt.date(2028, 2, 29)
    assert span_of(PeriodKind.MONTH, 2028, 3, 31).begins_on == dt.date(2028, 3, 1)
    assert span_of(PeriodKind.MONTH, 2027, 2, 30).ends_on == dt.date(2027, 2, 28)
    assert span_of(PeriodKind.YEAR, 2026, 1, 31).begins_on == dt.date(2026, 1, 1)


@given(kind=KINDS, first=DAYS, length=st.integers(0, 4000), cutoff=CUTOFFS)
@example(kind=PeriodKind.MONTH, first=dt.date(2024, 2, 29), length=400, cutoff=29)
@example(kind=PeriodKind.YEAR, first=dt.date(2020, 12, 15), length=1842, cutoff=14)
def test_periods_follow_one_another_without_gap_or_overlap(
    kind: PeriodKind, first: dt.date, length: int, cutoff: int
) -> None:
    last = first + dt.timedelta(days=length)
    found = list(spans(kind, first, last, cutoff))
    assert all(before.ends_on + ONE == after.begins_on for before, after in pairwise(found))
    assert all(first <= span.ends_on <= last for span in found)
    assert all(span.begins_on <= span.ends_on for span in found)
    assert len({(span.year, span.number) for span in found}) == len(found)
    # None is missing at either end: the one before closes too early, the one after too late.
    if found:
        assert found[0].begins_on - ONE < first
        length_of_next = dt.timedelta(days=31 * MONTHS[kind])
        assert found[-1].ends_on + length_of_next > last
    else:
        assert length < 366


@given(kind=KINDS, day=DAYS, cutoff=CUTOFFS)
def test_every_day_lies_in_one_period_of_a_kind(
    kind: PeriodKind, day: dt.date, cutoff: int
) -> None:
    around = spans(kind, day - dt.timedelta(days=400), day + dt.timedelta(days=400), cutoff)
    assert len([span for span in around if span.begins_on <= day <= span.ends_on]) == 1


@given(day=DAYS, middle=st.integers(0, 1000), length=st.integers(1, 1000), cutoff=CUTOFFS)
def test_two_terms_that_meet_share_no_period_and_lose_none(
    day: dt.date, middle: int, length: int, cutoff: int
) -> None:
    turn, last = day + dt.timedelta(days=middle), day + dt.timedelta(days=middle + length)
    both = [
        *spans(PeriodKind.MONTH, day, turn, cutoff),
        *spans(PeriodKind.MONTH, turn + ONE, last, cutoff),
    ]
    assert both == list(spans(PeriodKind.MONTH, day, last, cutoff))


@given(year=st.integers(1991, 2199), cutoff=CUTOFFS)
def test_quarters_halves_and_years_are_made_of_whole_months(year: int, cutoff: int) -> None:
    def bounds(kind: PeriodKind) -> list[tuple[dt.date, dt.date]]:
        every = [span_of(kind, year, n + 1, cutoff) for n in range(12 // MONTHS[kind])]
        return [(span.begins_on, span.ends_on) for span in every]

    months = bounds(PeriodKind.MONTH)
    for kind in (PeriodKind.QUARTER, PeriodKind.HALF_YEAR, PeriodKind.YEAR):
        size = MONTHS[kind]
        parts = [months[at : at + size] for at in range(0, 12, size)]
        assert bounds(kind) == [(part[0][0], part[-1][1]) for part in parts]


# --- Working days -----------------------------------------------------------------------------

SHIPPED = frozenset({(1, 1), (30, 4), (1, 5), (2, 9)})


def test_a_due_day_steps_over_week_ends_and_holidays() -> None:
    calendar = Calendar(every_year=SHIPPED)
    # 14/03/2026 is a Saturday; five working days on is the Friday after.
    assert calendar.working_day_after(dt.date(2026, 3, 14), 5) == dt.date(2026, 3, 20)
    # 30/04 and 01/05/2026 are a Thursday and a Friday.
    assert calendar.working_day_after(dt.date(2026, 4, 29), 1) == dt.date(2026, 5, 4)
    # Across the year's end: Thursday 31/12/2026, then the holiday, then a week-end.
    assert calendar.working_day_after(dt.date(2026, 12, 31), 1) == dt.date(2027, 1, 4)


def test_a_saturday_worked_to_make_up_counts() -> None:
    monday = dt.date(2026, 8, 31)
    saturday = dt.date(2026, 8, 22)
    calendar = Calendar(every_year=SHIPPED, off=[monday], worked=[saturday])
    assert calendar.working_day_after(dt.date(2026, 8, 21), 1) == saturday
    assert calendar.working_day_after(dt.date(2026, 8, 28), 1) == dt.date(2026, 9, 1)


@given(
    day=DAYS,
    count=st.integers(1, 60),
    off=st.sets(st.integers(1, 120), max_size=40),
    worked=st.sets(st.integers(1, 120), max_size=10),
)
def test_a_due_day_is_the_nth_working_day(
    day: dt.date, count: int, off: set[int], worked: set[int]
) -> None:
    calendar = Calendar(
        every_year=SHIPPED,
        off={day + dt.timedelta(days=n) for n in off},
        worked={day + dt.timedelta(days=n) for n in worked},
    )
    due = calendar.working_day_after(day, count)
    between = [day + dt.timedelta(days=n + 1) for n in range((due - day).days)]
    assert calendar.is_working(due)
    assert sum(calendar.is_working(each) for each in between) == count
    assert calendar.working_day_after(day, count + 1) > due
