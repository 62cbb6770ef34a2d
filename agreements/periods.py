"""Verbs of reporting periods: making those of a phase, and moving due days when the calendar changes."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

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


@transaction.atomic
def make_periods(
    phase: Phase,
    kind: PeriodKind,
    *,
    until: dt.date | None = None,
    cutoff_day: int | None = None,
    due_working_days: int | None = None,
) -> Made:
    """Add the periods of one kind whose cut-off lies in the phase's term; those there already stay.

    ``cutoff_day`` (1 to 31, where 31 means the last day of a month) and ``due_working_days`` (working
    days between cut-off and due day, at least 1) are those of the settings unless given. Raises
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
    there = set(
        ReportingPeriod.objects.select_for_update()
        .filter(phase=phase, kind=kind)
        .values_list("year", "number")
    )
    every = list(spans(kind, first, last, cutoff_day))
    new = [
        ReportingPeriod(
            phase=phase,
            kind=kind,
            year=span.year,
            number=span.number,
            begins_on=span.begins_on,
            ends_on=span.ends_on,
            due_on=calendar.working_day_after(span.ends_on, due),
        )
        for span in every
        if (span.year, span.number) not in there
    ]
    ReportingPeriod.objects.bulk_create(new)
    return Made(added=len(new), kept=len(every) - len(new))


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
