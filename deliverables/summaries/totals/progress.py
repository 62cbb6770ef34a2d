"""How far a deliverable has come towards its targets, as an expression for the database."""

from __future__ import annotations

from typing import Any

from django.db.models import Exists, F, FloatField, OuterRef, Subquery
from django.db.models.functions import Cast

from coopportal.clock import Moment
from deliverables.models import Measurement, Target


class _MeanOfReaches(Subquery):
    """The mean of a subquery's column ``reach``, each held between 0 and 1.

    NULL where there is no row, and where any row has none: a target whose figure is not known is
    neither reached nor missed, so that nothing can be said of the whole.
    """

    output_field = FloatField()
    template = (
        "(SELECT CASE WHEN COUNT(*) = COUNT(_t.reach) THEN AVG(CASE WHEN _t.reach < 0 THEN 0.0 "
        "WHEN _t.reach > 1 THEN 1.0 ELSE _t.reach END) END FROM (%(subquery)s) AS _t)"
    )


def _number(expression: Any) -> Cast:
    # SQLite would divide whole numbers as whole numbers.
    return Cast(expression, FloatField())


def progress_at(moment: Moment) -> Subquery:
    """Of an outer deliverable: the mean over its targets of (value − baseline) / (target − baseline).

    A target counts from the day it was set; a later one for the same indicator replaces it. ``value`` is
    the current figure of the indicator. A baseline that is not known is not 0.
    """
    set_by_then = Target.objects.filter(set_on__lte=moment.as_of)
    replaced = set_by_then.filter(
        deliverable=OuterRef("deliverable"),
        indicator=OuterRef("indicator"),
        set_on__gt=OuterRef("set_on"),
    )
    figure = Measurement.objects.latest(moment, of=OuterRef("deliverable")).filter(
        indicator=OuterRef("indicator")
    )
    reached = _number(Subquery(figure.values("value")[:1]))
    baseline = _number(F("baseline"))
    targets = set_by_then.filter(~Exists(replaced), deliverable=OuterRef("pk")).order_by()
    return _MeanOfReaches(
        targets.annotate(
            reach=(reached - baseline) / (_number(F("value")) - baseline),
        ).values("reach")
    )
