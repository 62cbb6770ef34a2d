"""How far a deliverable has come towards its targets, as an expression for the database."""

from __future__ import annotations

from typing import Any

from django.db.models import (
    Exists,
    F,
    FloatField,
    OuterRef,
    QuerySet,
    Subquery,
)
from django.db.models.functions import Cast

from coopportal.clock import Moment
from deliverables.models import CurrentFigure, ProgressReport, Target

#: Of rows with a column ``reach``: the mean, each held between 0 and 1; NULL where any has none.
MEAN_HELD = (
    "CASE WHEN COUNT(*) = COUNT(_t.reach) THEN AVG(CASE WHEN _t.reach < 0 THEN 0.0 "
    "WHEN _t.reach > 1 THEN 1.0 ELSE _t.reach END) END"
)


#: A subquery behind a fence is computed once; without one its parts would be for each mention of them.
FENCES = {"sqlite": "LIMIT -1", "postgresql": "OFFSET 0"}


class _MeanOfReaches(Subquery):
    """The mean of a subquery's column ``reach``, each held between 0 and 1.

    NULL where there is no row, and where any row has none: a target whose figure is not known is
    neither reached nor missed, so that nothing can be said of the whole.
    """

    output_field = FloatField()

    def as_sql(self, compiler: Any, connection: Any, template: Any = None, **extra: Any) -> Any:
        rows = f"%(subquery)s {FENCES[connection.vendor]}"
        template = f"(SELECT {MEAN_HELD} FROM ({rows}) AS _t)"
        return super().as_sql(compiler, connection, template, **extra)


def _number(expression: Any) -> Cast:
    # SQLite would divide whole numbers as whole numbers.
    return Cast(expression, FloatField())


def progress_at(moment: Moment) -> Subquery:
    """Of an outer deliverable: the mean over its targets of (value − baseline) / (target − baseline).

    A target counts from the day it was set; a later one for the same indicator replaces it. ``value`` is
    the current figure of the indicator. A baseline that is not known is not 0.
    """
    figure: QuerySet[Any]
    if moment.knows_all:
        figure = (
            CurrentFigure.objects.on(moment.as_of)
            .filter(deliverable=OuterRef("deliverable"), indicator=OuterRef("indicator"))
            .values("value")
        )
    else:
        # From the reports of the deliverable, newest first: an index has them in this order.
        figure = (
            ProgressReport.objects.official(moment)
            .filter(
                deliverable=OuterRef("deliverable"), measurements__indicator=OuterRef("indicator")
            )
            .latest_first()
            .values("measurements__value")
        )
    targets = standing_targets(moment).filter(deliverable=OuterRef("pk"))
    return _MeanOfReaches(_reaches(targets, Subquery(figure[:1])))


def standing_targets(moment: Moment) -> QuerySet[Any]:
    """Those that had been set by the day asked, and not yet been replaced by a later one."""
    set_by_then = Target.objects.filter(set_on__lte=moment.as_of)
    replaced = set_by_then.filter(
        deliverable=OuterRef("deliverable"),
        indicator=OuterRef("indicator"),
        set_on__gt=OuterRef("set_on"),
    )
    return set_by_then.filter(~Exists(replaced)).order_by()


def _reaches(targets: QuerySet[Any], figure: Any) -> QuerySet[Any]:
    baseline = _number(F("baseline"))
    share = (_number(figure) - baseline) / (_number(F("value")) - baseline)
    return targets.annotate(reach=share).values("reach")
