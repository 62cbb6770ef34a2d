"""Which figures stand at a moment: one query's worth of rows, for pages, lists and whatever counts them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import Count, F, Q, QuerySet, Window
from django.db.models.functions import RowNumber

from coopportal.clock import Moment
from deliverables.choices import ReportState
from deliverables.models import CurrentFigure, Deliverable, Measurement, ProgressReport


def current_measurements(moment: Moment, deliverables: Iterable[int] | QuerySet[Any]) -> Any:
    """Per deliverable and indicator the figure of the latest official report that measures it.

    Where what stands is kept it is read there, and the log is not looked at.
    """
    if moment.knows_all:
        kept = Measurement.objects.current(moment).filter(current__deliverable__in=deliverables)
        return kept.select_related("indicator", "report").order_by("pk")
    official = ProgressReport.objects.official(moment).filter(deliverable__in=deliverables)
    overtaking = ("-report__as_of_end", "-report__official_from", "-report_id")
    return (
        Measurement.objects.filter(report__in=official.values("pk"))
        .annotate(
            rank=Window(
                RowNumber(),
                partition_by=[F("report__deliverable_id"), F("indicator_id")],
                order_by=overtaking,
            )
        )
        .filter(rank=1)
        .select_related("indicator", "report")
        .order_by("pk")
    )


def standing_figures(moment: Moment) -> QuerySet[Any]:
    """Figures with a value, of every deliverable whose time has begun."""
    begun = Deliverable.objects.begun(moment).values("pk")
    standing = current_measurements(moment, begun).select_related(None).order_by()
    if moment.knows_all:
        valued: QuerySet[Any] = standing.filter(value__isnull=False)
        return valued
    return Measurement.objects.filter(pk__in=standing.values("pk"), value__isnull=False)


def kept_figures(moment: Moment) -> QuerySet[Any]:
    """The same as they are kept, where all of today's knowledge counts; the keys are those of the figures."""
    begun = Deliverable.objects.begun(moment).values("pk")
    kept: QuerySet[Any] = CurrentFigure.objects.on(moment.as_of).filter(
        deliverable__in=begun, value__isnull=False
    )
    return kept


#: Figures as they are kept that both sides have confirmed.
CONFIRMED_AS_KEPT = Q(state=ReportState.CONFIRMED)


def confirmed_by(moment: Moment) -> Q:
    """Figures that both sides had confirmed by then, sought in the log."""
    return Q(report__state=ReportState.CONFIRMED, report__decided_at__lt=moment.known_until)


def count_standing(moment: Moment) -> tuple[int, int]:
    """How many figures with a value there are, and how many of them both sides had confirmed.

    What is kept of each says both: a country's million measurements are not looked at.
    """
    figures: QuerySet[Any]
    if moment.knows_all:
        figures, confirmed = kept_figures(moment), CONFIRMED_AS_KEPT
    else:
        figures, confirmed = standing_figures(moment), confirmed_by(moment)
    counted = figures.aggregate(every=Count("pk"), confirmed=Count("pk", filter=confirmed))
    return counted["every"], counted["confirmed"]
