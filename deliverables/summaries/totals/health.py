"""The rule of ``totals.judging`` for the database: the rank of a deliverable's health on a day.

Two doors with one text of the rule: ``health_rank_at`` for rows of ``official()`` one by one (filters,
lists), ``targets_beside`` for all deliverables of a summary at once.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any, Final

from django.conf import settings
from django.db import connection
from django.db.models import (
    Case,
    DateField,
    F,
    FloatField,
    Func,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Cast, Coalesce, Greatest
from django.db.models.lookups import GreaterThan, IsNull, LessThan

from agreements.choices import Qualifier
from coopportal.clock import Moment
from deliverables.choices import STAGE_GROUPS, Direction, Health, Stage, StageGroup
from deliverables.models import CurrentFigure, DueDay, ProgressReport
from deliverables.summaries.totals.judging import BEGUN_BY, RANKS, TOLERANCE
from deliverables.summaries.totals.progress import FENCES, MEAN_HELD, standing_targets
from deliverables.summaries.totals.rules import AT_LEAST, AT_MOST, FULL


def stale_before(as_of: dt.date) -> dt.date:
    """Figures of an earlier day say nothing of a plan that still runs."""
    return as_of - dt.timedelta(days=settings.STALE_AFTER_DAYS)


def _quoted(words: Any) -> str:
    return ", ".join(f"'{word}'" for word in sorted(str(word.value) for word in words))


_ON, _NONE, _RISK, _LATE = (
    RANKS[health]
    for health in (Health.ON_TRACK, Health.NOT_COMPUTABLE, Health.AT_RISK, Health.LATE)
)
_FULL, _MORE, _LESS = _quoted(FULL), _quoted(AT_LEAST), _quoted(AT_MOST)

#: Days as numbers: SQLite keeps them as text.
_DAYS: Final = {
    "sqlite": "(julianday({later}) - julianday({earlier}))",
    "postgresql": "CAST({later} - {earlier} AS double precision)",
}

#: Which way is better, and the share of the way that the plan asks for on the figure's day.
_DERIVED = """
SELECT _f.*,
  CASE WHEN _f.base IS NOT NULL THEN CASE WHEN _f.aim > _f.base THEN 1 ELSE -1 END
    WHEN _f.direction = '{up}' THEN 1 WHEN _f.direction = '{down}' THEN -1 END AS sign,
  CASE WHEN _f.due <= _f.begins OR _f.figure_day <= _f.begins THEN 0.0
    WHEN _f.figure_day >= _f.due THEN 1.0
    ELSE {gone} / {whole} END AS expected
FROM ({{rows}}) AS _f"""

#: The line that the figure is held against, and what its qualifier leaves open.
_HELD = f"""
SELECT _d.*,
  _d.sign * (_d.figure - _d.aim) AS past_aim,
  _d.sign * (_d.figure - (_d.base + (_d.aim - _d.base)
    * (CASE WHEN _d.expected - {TOLERANCE} < 0 THEN 0.0 ELSE _d.expected - {TOLERANCE} END))) AS past_line,
  CASE WHEN _d.qualifier IN ({_FULL}) OR (_d.sign = 1 AND _d.qualifier IN ({_MORE}))
    OR (_d.sign = -1 AND _d.qualifier IN ({_LESS})) THEN 1 ELSE 0 END AS at_least,
  CASE WHEN _d.qualifier IN ({_FULL}) THEN 1
    WHEN (_d.sign = 1 AND _d.qualifier IN ({_LESS})) OR (_d.sign = -1 AND _d.qualifier IN ({_MORE}))
    THEN 2 ELSE 0 END AS at_most
FROM ({{derived}}) AS _d"""


def _missed(past: str) -> str:
    return f"((_t.at_most = 1 AND {past} < 0) OR (_t.at_most = 2 AND {past} <= 0))"


#: ``judging.judge_target`` of a row, and the worst of the rows.
_RANK = f"""MAX(CASE
  WHEN _t.due IS NULL OR _t.figure IS NULL OR _t.sign IS NULL
    OR _t.qualifier = '{Qualifier.EXPECTED.value}' THEN {_NONE}
  WHEN _t.at_least = 1 AND _t.past_aim >= 0 THEN {_ON}
  WHEN _t.day_asked > _t.due THEN CASE WHEN {_missed("_t.past_aim")} THEN {_LATE} ELSE {_NONE} END
  WHEN _t.figure_day < _t.stale_before OR _t.base IS NULL THEN {_NONE}
  WHEN {_missed("_t.past_line")} THEN {_RISK}
  WHEN _t.at_least = 1 AND _t.past_line >= 0 THEN {_ON}
  ELSE {_NONE} END)"""


def _judged(rows: str, vendor: str) -> str:
    """Targets with their figures, and what the rule needs to know of them."""
    days = _DAYS[vendor]
    derived = _DERIVED.format(
        up=Direction.UP.value,
        down=Direction.DOWN.value,
        gone=days.format(later="_f.figure_day", earlier="_f.begins"),
        whole=days.format(later="_f.due", earlier="_f.begins"),
    )
    return _HELD.format(derived=derived.format(rows=rows))


class _WorstOfTargets(Subquery):
    """The rank of the worst target of a subquery's rows; NULL where there is none."""

    output_field = IntegerField()

    def as_sql(self, compiler: Any, connection: Any, template: Any = None, **extra: Any) -> Any:
        rows = f"%(subquery)s {FENCES[connection.vendor]}"
        template = f"(SELECT {_RANK} FROM ({_judged(rows, connection.vendor)}) AS _t)"
        return super().as_sql(compiler, connection, template, **extra)


def health_rank_at(moment: Moment) -> Case:
    """Of rows of ``official(moment)``: the rank of ``judging.judge``, see ``judging.RANKS``."""
    return Case(
        When(stage=Stage.ENDED, then=Value(_NONE)),
        default=Coalesce(_WorstOfTargets(_plans_of_one(moment)), stage_rank_at(moment)),
        output_field=IntegerField(),
    )


def with_health(rows: Any, moment: Moment) -> Any:
    """Rows of ``official(moment)`` with ``health_rank``."""
    return rows.annotate(health_rank=health_rank_at(moment))


#: The same for rows in hand: of a stage, the rank by targets and the rank by stage, names of columns.
RANK_OF_ROW: Final = (
    f"CASE WHEN {{stage}} = '{Stage.ENDED.value}' THEN {_NONE} "
    "ELSE COALESCE({by_target}, {by_stage}) END"
)


def targets_beside(chosen: str, figures: str, moment: Moment) -> tuple[str, Sequence[Any]]:
    """Of every deliverable that has a target, as SQL: ``of_``, ``progress``, ``health``. Without one: no row.

    ``chosen`` and ``figures`` name relations of the statement around it (``reading``): the deliverables with
    their due day and the first day of their phase, and the current figures. All targets meet both in one join
    instead of one search each.
    """
    own = _judged_at(moment, standing_targets(moment))
    columns = ("deliverable_id", "indicator_id", "set_on", "due_on", *_OF_TARGET)
    sql, params = own.values(*columns).query.sql_with_params()
    figure = "CAST(value_ AS double precision)"
    rows = (
        "SELECT _p.*, COALESCE(_p.due_on, due_) AS due, "
        "CASE WHEN phase_begins_ > _p.set_on THEN phase_begins_ ELSE _p.set_on END AS begins, "
        f"{figure} AS figure, qualifier_ AS qualifier, begins_ AS figure_day, "
        f"({figure} - _p.base) / (_p.aim - _p.base) AS reach "
        f"FROM {chosen} JOIN ({sql}) AS _p ON _p.deliverable_id = {chosen}.own_ "
        f"LEFT JOIN {figures} ON {figures}.of_ = _p.deliverable_id "
        f"AND {figures}.indicator_ = _p.indicator_id {FENCES[connection.vendor]}"
    )
    statement = (
        f"SELECT _t.deliverable_id AS of_, {MEAN_HELD} AS progress, {_RANK} AS health "
        f"FROM ({_judged(rows, connection.vendor)}) AS _t GROUP BY _t.deliverable_id"
    )
    return statement, params


#: A target as ``judging.Plan`` names its parts, the days that it is judged by, and the figure.
_OF_TARGET = ("base", "aim", "direction", "day_asked", "stale_before")
_LINE = (*_OF_TARGET, "due", "begins")
_FIGURE = ("figure", "qualifier", "figure_day")


def _plans_of_one(moment: Moment) -> QuerySet[Any]:
    """The targets of an outer deliverable with their figures."""
    figure: QuerySet[Any]
    if moment.knows_all:
        figure = CurrentFigure.objects.on(moment.as_of).filter(
            deliverable=OuterRef("deliverable"), indicator=OuterRef("indicator")
        )
        paths = ("value", "qualifier", "begins")
    else:
        figure = (
            ProgressReport.objects.official(moment)
            .filter(
                deliverable=OuterRef("deliverable"), measurements__indicator=OuterRef("indicator")
            )
            .latest_first()
        )
        paths = ("measurements__value", "measurements__qualifier", "as_of_end")
    value, qualifier, day = (Subquery(figure.values(path)[:1]) for path in paths)
    own = standing_targets(moment).filter(deliverable=OuterRef("pk"))
    told = _lines(own, moment).annotate(
        figure=Cast(value, FloatField()), qualifier=qualifier, figure_day=day
    )
    return told.values(*_LINE, *_FIGURE)


def _lines(targets: QuerySet[Any], moment: Moment) -> QuerySet[Any]:
    phase = Coalesce(F("deliverable__phase__begins_on"), F("set_on"), output_field=DateField())
    return _judged_at(moment, targets).annotate(
        due=Coalesce(F("due_on"), due_day_at(moment, "deliverable", "deliverable__due_on")),
        begins=Greatest(F("set_on"), phase, output_field=DateField()),
    )


def _judged_at(moment: Moment, targets: QuerySet[Any]) -> QuerySet[Any]:
    return targets.annotate(
        base=Cast(F("baseline"), FloatField()),
        aim=Cast(F("value"), FloatField()),
        direction=F("indicator__direction"),
        day_asked=Value(moment.as_of, DateField()),
        stale_before=Value(stale_before(moment.as_of), DateField()),
    )


class _Days(Func):
    """Days from one day to another, as a number."""

    output_field = FloatField()

    def as_sqlite(self, compiler: Any, connection: Any, **extra: Any) -> Any:
        return self.as_sql(
            compiler,
            connection,
            template="(julianday(%(expressions)s))",
            arg_joiner=") - julianday(",
        )

    def as_postgresql(self, compiler: Any, connection: Any, **extra: Any) -> Any:
        return self.as_sql(
            compiler,
            connection,
            template="CAST(%(expressions)s AS double precision)",
            arg_joiner=" - ",
        )


def due_day_at(moment: Moment, deliverable: str, kept: str) -> Case:
    """The due day as of the day: the first change that was still to come knows what held until then.

    Which ones have such a change is asked once for all rows: mostly none has, and then nothing is searched.
    """
    later = DueDay.objects.filter(set_on__gt=moment.as_of)
    own = later.filter(deliverable=OuterRef(deliverable))
    before = Subquery(own.order_by("set_on").values("due_before")[:1])
    changed = Q(**{f"{deliverable}__in": later.order_by().values("deliverable")})
    return Case(When(changed, then=before), default=F(kept), output_field=DateField())


def stage_rank_at(moment: Moment) -> Case:
    """``judging.judge_stage`` of rows of ``official(moment)``.

    Without a due day nothing else is looked at: on a day known later each look is a search.
    """
    reported, begins = F("as_of_end"), F("phase__begins_on")
    due = due_day_at(moment, "pk", "due_on")
    past_half = GreaterThan(_Days(reported, begins), BEGUN_BY * _Days(due, begins))

    def when(rank: int, *conditions: Any, **lookups: Any) -> When:
        return When(Q(*conditions, **lookups), then=Value(rank))

    return Case(
        when(_NONE, IsNull(due, rhs=True)),
        when(_NONE, stage__isnull=True),
        when(_ON, stage__in=STAGE_GROUPS[StageGroup.DONE]),
        when(_LATE, LessThan(due, Value(moment.as_of, DateField()))),
        when(_NONE, as_of_end__lt=stale_before(moment.as_of)),
        when(_RISK, stage__in=STAGE_GROUPS[StageGroup.HOLD]),
        when(_ON, stage__in=STAGE_GROUPS[StageGroup.DOING]),
        when(_NONE, phase__begins_on__isnull=True),
        when(_RISK, GreaterThan(due, begins), past_half),
        default=Value(_ON),
        output_field=IntegerField(),
    )
