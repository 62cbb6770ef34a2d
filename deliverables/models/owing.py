"""What is due, overdue and stale: questions of deliverables and the reporting periods of their phase.

A period is reported by a report of a side whose as-of day lies in it. Not here: the periods themselves
(agreements.ReportingPeriod), what came back or waits for a verdict (deliverables/models/queues.py).
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Case, Exists, OuterRef, Q, Subquery, Value, When

from accounts.models import User
from agreements.models import ReportingPeriod
from coopportal.clock import Moment
from deliverables.choices import OWING, PeriodState, ReportSide, ReportState

_SIDES = (ReportSide.PARTNER, ReportSide.VNPT)
#: What has been said and stands, or waits; a return and a withdrawal take it back.
_SENT = (ReportState.SUBMITTED, ReportState.CONFIRMED, ReportState.DISPUTED)


class DeliverablesOwing(models.QuerySet[Any]):
    """Mixed into ``DeliverableQuerySet``."""

    def in_latest_period(self, day: dt.date) -> Any:
        """Rows of ``asking_for_news()`` with the last closed period of their phase and what came of it.

        Annotates ``period_id``, ``period_begins``, ``period_ends``, ``period_due`` and ``period_state``.
        Without a closed period a deliverable is not among them. Where periods of several kinds close on
        one day it is the longest.
        """
        asking: Any = self.asking_for_news(Moment(day, day))  # type: ignore[attr-defined]
        closed = ReportingPeriod.objects.closed_by(day).filter(phase=OuterRef("phase"))
        latest = closed.latest_first()
        rows = asking.annotate(
            period_id=Subquery(latest.values("pk")[:1]),
            period_begins=Subquery(latest.values("begins_on")[:1]),
            period_ends=Subquery(latest.values("ends_on")[:1]),
            period_due=Subquery(latest.values("due_on")[:1]),
        ).filter(period_id__isnull=False)
        return rows.annotate(
            period_state=_state_in_period(
                begins=OuterRef("period_begins"), ends=OuterRef("period_ends")
            )
        )

    def in_period(self, period: ReportingPeriod, day: dt.date) -> Any:
        """The deliverables of a period's phase with what came of them in it, as known on a day.

        Whether one had to be reported is judged as of the cut-off, or of ``day`` while it has not come.
        """
        from deliverables.models.deliverable import Deliverable

        moment = Moment(min(period.ends_on, day), day)
        asking = Deliverable.objects.asking_for_news(moment).filter(pk=OuterRef("pk"))
        begun: Any = self.begun(moment)  # type: ignore[attr-defined]
        return begun.filter(phase=period.phase_id).annotate(
            period_state=_state_in_period(
                owed=Exists(asking),
                begins=period.begins_on,
                ends=period.ends_on,
            ),
        )

    def due(self, day: dt.date) -> Any:
        """Still to be reported for the last closed period, and in time if it is done by the due day."""
        return self.in_latest_period(day).filter(period_state__in=OWING, period_due__gte=day)

    def overdue(self, day: dt.date) -> Any:
        """Still to be reported for the last closed period, whose due day has passed."""
        return self.in_latest_period(day).filter(period_state__in=OWING, period_due__lt=day)

    def stale(self, moment: Moment, reader: User | AnonymousUser, days: int | None = None) -> Any:
        """What asks for news and has had none, official or sent, that is of the last ``days`` days.

        ``STALE_AFTER_DAYS`` unless given. What never had any counts once its phase is that old. What was
        only sent is news to those who may read it: nobody else learns from a list that it was.
        """
        from deliverables.models.report import ProgressReport

        since = moment.as_of - dt.timedelta(
            days=settings.STALE_AFTER_DAYS if days is None else days
        )
        recent = ProgressReport.objects.told_at(moment, reader).filter(
            deliverable=OuterRef("pk"),
            as_of_end__gte=since,
            told_state__in=[*_SENT, ReportState.PUBLISHED],
        )
        asking: Any = self.asking_for_news(moment)  # type: ignore[attr-defined]
        return asking.filter(
            ~Exists(recent), Q(phase__begins_on__lt=since) | Q(phase__begins_on__isnull=True)
        )


def _state_in_period(*, begins: Any, ends: Any, owed: Any = None) -> Case:
    """``PeriodState`` of an outer deliverable: by the reports of both sides as of a day in the period.

    ``owed`` says which must be reported; without it all must.
    """
    from deliverables.models.report import ProgressReport

    reports = ProgressReport.objects.filter(
        deliverable=OuterRef("pk"), side__in=_SIDES, as_of_end__gte=begins, as_of_end__lte=ends
    )
    confirmed_since = ProgressReport.objects.filter(
        deliverable=OuterRef("deliverable"),
        state=ReportState.CONFIRMED,
        decided_at__gt=OuterRef("decided_at"),
    )
    unsettled = reports.filter(~Exists(confirmed_since), state=ReportState.DISPUTED)

    def when(condition: Any, state: PeriodState) -> When:
        return When(condition, then=Value(state.value))

    return Case(
        when(Exists(unsettled), PeriodState.DISPUTED),
        when(Exists(reports.filter(state=ReportState.SUBMITTED)), PeriodState.AWAITING),
        when(Exists(reports.filter(state=ReportState.CONFIRMED)), PeriodState.CONFIRMED),
        when(Exists(reports.filter(state=ReportState.RETURNED)), PeriodState.RETURNED),
        *([] if owed is None else [when(~owed, PeriodState.NOT_OWED)]),
        default=Value(PeriodState.MISSING.value),
        output_field=models.CharField(),
    )
