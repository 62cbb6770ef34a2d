"""Verbs of reporting periods: made for a phase, following its term, due days moved with the calendar."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from simple_history.utils import bulk_create_with_history

from accounts.models import User
from agreements.choices import PeriodKind
from agreements.models import Holiday, Phase, ReportingPeriod
from agreements.reporting_year import spans
from coopportal.clock import today

#: Years that a phase without an end is provided with beyond the present one.
YEARS_AHEAD = 1


@dataclass(frozen=True)
class Made:
    """How many periods were added, and how many had been there and stayed as they were."""

    added: int
    kept: int


def _term(phase: Phase, until: dt.date | None) -> tuple[dt.date, dt.date]:
    """First and last day on which a period of the phase may close."""
    if phase.begins_on is None:
        raise ValidationError(
            _(
                "%(phase)s: chưa rõ ngày bắt đầu nên chưa lập được kỳ. Ghi năm đầu hoặc ngày ký trước."
            )
            % {"phase": phase}
        )
    last = phase.ends_on
    if last is None and phase.open_ended:
        last = dt.date(max(today().year, phase.begins_on.year) + YEARS_AHEAD, 12, 31)
    if until is not None:
        last = min(last, until) if last else until
    if last is None:
        raise ValidationError(
            _("%(phase)s: chưa rõ năm cuối nên chưa biết lập kỳ đến khi nào. Ghi năm cuối trước.")
            % {"phase": phase}
        )
    return phase.begins_on, last


def planned_periods(
    phase: Phase,
    kinds: Iterable[PeriodKind],
    *,
    until: dt.date | None = None,
    cutoff_day: int | None = None,
    due_working_days: int | None = None,
    due_from: dt.date | None = None,
) -> list[ReportingPeriod]:
    """The periods, kind by kind, whose cut-off lies in the phase's term; none is stored.

    ``cutoff_day`` (1 to 31, where 31 means the last day of a month) and ``due_working_days`` (working
    days between cut-off and due day, at least 1) are those of the settings unless given. ``due_from``
    leaves out what would be overdue from the start. The phase need not be stored. Raises
    ``ValidationError`` for a phase whose term is not known, or days that cannot be.
    """
    cutoff_day = settings.REPORT_CUTOFF_DAY if cutoff_day is None else cutoff_day
    due = settings.REPORT_DUE_WORKING_DAYS if due_working_days is None else due_working_days
    if not 1 <= cutoff_day <= 31:
        raise ValidationError(_("Ngày chốt số liệu phải từ 1 đến 31 (31 là cuối tháng)."))
    if not 1 <= due <= 60:
        raise ValidationError(_("Hạn báo cáo phải sau ngày chốt từ 1 đến 60 ngày làm việc."))
    first, last = _term(phase, until)
    calendar = Holiday.objects.all().calendar()
    every = [
        ReportingPeriod(
            phase=phase,
            kind=kind,
            year=span.year,
            number=span.number,
            begins_on=span.begins_on,
            ends_on=span.ends_on,
            due_on=calendar.working_day_after(span.ends_on, due),
        )
        for kind in kinds
        for span in spans(kind, first, last, cutoff_day)
    ]
    return [row for row in every if due_from is None or row.due_on >= due_from]


@transaction.atomic
def make_periods(phase: Phase, kind: PeriodKind, *, by: User | None = None, **days: Any) -> Made:
    """Store the planned periods of one kind; those there already stay. ``days``: see ``planned_periods``.

    Of two who make them at once the second finds those of the first. Each is in the history of periods,
    with whoever is signed in, or ``by``.
    """
    every = planned_periods(phase, [kind], **days)
    Phase.objects.select_for_update().get(pk=phase.pk)
    there = set(
        ReportingPeriod.objects.filter(phase=phase, kind=kind).values_list("year", "number")
    )
    new = [row for row in every if (row.year, row.number) not in there]
    bulk_create_with_history(new, ReportingPeriod, default_user=by)
    return Made(added=len(new), kept=len(every) - len(new))


def kinds_of(phase: Phase) -> list[PeriodKind]:
    """The kinds of periods that a phase has, the shortest first."""
    there = set(phase.periods.values_list("kind", flat=True).distinct().order_by())
    return [kind for kind in PeriodKind if kind in there]


def to_come(phase: Phase) -> list[ReportingPeriod]:
    """Periods of the phase's kinds that its term has room for and that are not there yet, nor overdue.

    A phase without an end is provided for to the end of the next year only; an amendment may lengthen one.
    """
    there = set(phase.periods.values_list("kind", "year", "number"))
    planned = planned_periods(phase, kinds_of(phase), due_from=today())
    return [row for row in planned if (row.kind, row.year, row.number) not in there]


def beyond_term(phase: Phase, ends_on: dt.date | None) -> QuerySet[ReportingPeriod]:
    """Periods of a phase that close after an end of its term, known or to be, and are not closed yet."""
    if ends_on is None:
        return phase.periods.none()
    return phase.periods.filter(ends_on__gt=ends_on, ends_on__gte=today())


@transaction.atomic
def follow_term(phase: Phase, *, by: User | None = None) -> Made:
    """Make what is :func:`to_come`, and take away what lies :func:`beyond_term`.

    What is closed stays: people have reported for it, or been told that they had not.
    """
    made = [make_periods(phase, kind, by=by, due_from=today()) for kind in kinds_of(phase)]
    beyond_term(phase, phase.ends_on).delete()
    return Made(sum(one.added for one in made), sum(one.kept for one in made))


@transaction.atomic
def reckon_due_days_again(
    phase: Phase, *, due_working_days: int | None = None, day: dt.date | None = None
) -> int:
    """Move the due days of periods not yet closed to what the calendar of holidays says now.

    What is closed already keeps its due day: people have been told of it. Returns how many moved.
    """
    due = settings.REPORT_DUE_WORKING_DAYS if due_working_days is None else due_working_days
    calendar = Holiday.objects.all().calendar()
    moved = 0
    for period in phase.periods.select_for_update().filter(ends_on__gte=day or today()):
        again = calendar.working_day_after(period.ends_on, due)
        if again != period.due_on:
            period.due_on = again
            period.save(update_fields=["due_on"])
            moved += 1
    return moved
