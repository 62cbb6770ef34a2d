"""What a person's agreements owe: by period with the days left, and what has gone stale. No words here."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db.models import Count

from accounts.models import User
from agreements.models import ReportingPeriod
from coopportal.clock import Moment
from deliverables.choices import OWING, PeriodState
from deliverables.models import Deliverable


@dataclass(frozen=True)
class Deadline:
    """One closed period of which something is still to be reported or decided on."""

    period: ReportingPeriod
    owing: int
    awaiting: int
    disputed: int
    days_left: int

    @property
    def days_late(self) -> int:
        return -self.days_left


@dataclass(frozen=True)
class Deadlines:
    """The periods that are not whole yet, the nearest due day first, and how many rows have gone stale."""

    rows: Sequence[Deadline]
    stale: int
    #: Days without news after which a row is stale.
    stale_days: int

    @property
    def due(self) -> list[Deadline]:
        return [row for row in self.rows if row.owing and row.days_left >= 0]

    @property
    def overdue(self) -> list[Deadline]:
        return [row for row in self.rows if row.owing and row.days_left < 0]

    @property
    def reported(self) -> list[Deadline]:
        """Nothing is to be reported any more, but something waits or is disputed."""
        return [row for row in self.rows if not row.owing]

    def __bool__(self) -> bool:
        return bool(self.rows or self.stale)


def deadlines_of(agreements: Collection[int], day: dt.date, reader: User) -> Deadlines:
    """For agreements by id of which the reader represents a side, on a day.

    Three queries, whatever their number; none for no agreement.
    """
    if not agreements:
        return Deadlines((), 0, settings.STALE_AFTER_DAYS)
    mine: Any = Deliverable.objects.filter(agreement__in=agreements)
    counts: dict[int, dict[str, int]] = {}
    grouped = (
        mine.in_latest_period(day)
        .order_by()
        .values("period_id", "period_state")
        .annotate(count=Count("pk"))
    )
    for row in grouped:
        counts.setdefault(row["period_id"], {})[row["period_state"]] = row["count"]
    open_ones = {
        pk: told
        for pk, told in counts.items()
        if told.keys() & {*OWING, PeriodState.AWAITING, PeriodState.DISPUTED}
    }
    periods = ReportingPeriod.objects.filter(pk__in=open_ones).select_related(
        "phase__agreement__partner"
    )
    rows = [
        Deadline(
            period,
            owing=sum(open_ones[period.pk].get(state, 0) for state in OWING),
            awaiting=open_ones[period.pk].get(PeriodState.AWAITING, 0),
            disputed=open_ones[period.pk].get(PeriodState.DISPUTED, 0),
            days_left=period.days_left(day),
        )
        for period in periods
    ]
    rows.sort(
        key=lambda row: (
            row.period.due_on,
            bytes(row.period.phase.agreement.partner.sort_key),
            row.period.pk,
        )
    )
    return Deadlines(rows, mine.stale(Moment(day, day), reader).count(), settings.STALE_AFTER_DAYS)
