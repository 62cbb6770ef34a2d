"""What a summary asks of the database: counts, figures and latest figures, in one statement.

The rows that are counted are chosen once, the figures that stand for them found once, and both kept at hand
while the statement runs (``chosen``, ``figure``); everything that is told of them is grouped from there.
Django's own annotations would choose them again for every part of the answer.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import F, QuerySet

from coopportal.clock import Moment, today
from coopportal.rest.compiled import statements
from coopportal.rest.conditional import caller_of
from deliverables.choices import Aggregation, ReportState, Standing
from deliverables.keepers import CURRENT_FIGURE, INDICATOR, MEASUREMENT, REPORT
from deliverables.models import ProgressReport
from deliverables.summaries.totals.groups import GroupKey
from deliverables.summaries.totals.health import (
    RANK_OF_ROW,
    due_day_at,
    stage_rank_at,
    targets_beside,
)
from deliverables.summaries.totals.judging import HEALTH_OF_RANK
from deliverables.summaries.totals.rules import Cell, FigureCell, LatestCell

#: The ids of a group, one a key; None for "has none".
Ids = tuple[int | None, ...]


@dataclass(frozen=True)
class Found:
    """What a summary is made of: deliverables by group, kind, stage and standing; their current figures by
    group, indicator and qualifier; of indicators that take the latest, the latest figure of each group.
    """

    counts: list[tuple[Ids, Cell]] = field(default_factory=list)
    figures: list[tuple[Ids, int, FigureCell]] = field(default_factory=list)
    latest: list[tuple[Ids, int, LatestCell]] = field(default_factory=list)


def found(
    rows: QuerySet[Any],
    keys: Sequence[GroupKey],
    moment: Moment,
    user: Any,
    shape: Hashable | None = None,
) -> Found:
    """What there is to tell of ``rows``, an ``official()`` queryset, as far as a user may know.

    ``shape`` says what narrows ``rows``, where that says all of it: the statement is put together once then.
    """

    def put_together() -> tuple[str, list[Any]]:
        return _statement(rows, keys, moment, user)

    whose = caller_of(user) if user is not None else None
    names = tuple(key.name for key in keys)
    try:
        sql, params = (
            put_together()
            if shape is None
            else statements.get((found, names, moment, today(), whose, shape), put_together)
        )
    except EmptyResultSet:
        return Found()
    told = Found()
    many = len(keys)
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        for row in cursor.fetchall():
            _TELL[row[0]](told, tuple(row[1 : many + 1]), row[many + 1 :])
    return told


# ---- the statement -----------------------------------------------------------------------------------

#: Which part of the answer a row belongs to.
_COUNTS, _FIGURES, _LATEST = 1, 2, 3

#: Deliverables with the stage, the standing and the day of their latest official report.
_COUNTED = (
    "SELECT {groups}own_, kind_, stage_, end_, by_stage_, CASE {told}WHEN state_ IS NULL THEN '{none}' "
    "WHEN state_ = '{confirmed_state}'{by_then} THEN '{confirmed}' ELSE '{published}' END AS standing_ "
    "FROM {source}"
)
#: How many rows have each rank of health, in the order of ``HEALTH_OF_RANK``.
_RANK = RANK_OF_ROW.format(stage="stage_", by_target="reached.health", by_stage="by_stage_")
_RANKED = ", ".join(f"COUNT(CASE WHEN {_RANK} = {own} THEN 1 END)" for own in HEALTH_OF_RANK)
_HEALTHS = [own.value for own in HEALTH_OF_RANK.values()]
_NOT_RANKED = ", ".join("NULL" for _own in HEALTH_OF_RANK)
#: The columns of the whole answer are typed here; the other parts leave out what is none of theirs.
_COUNTS_OF = (
    "SELECT {part}, {groups}kind_, stage_, standing_, CAST(NULL AS bigint), "
    "COUNT(*), COUNT(reached.progress), CAST(NULL AS bigint), MAX(end_), "
    "SUM(reached.progress), CAST(NULL AS numeric), CAST(NULL AS numeric), "
    f"CAST(NULL AS numeric), CAST(NULL AS {{instant}}), CAST(NULL AS bigint), {_RANKED} "
    "FROM ({counted}) AS counted LEFT JOIN ({reached}) AS reached ON reached.of_ = counted.own_ "
    "GROUP BY {groups}kind_, stage_, standing_"
)
_PARTS = "CASE WHEN numerator_ IS NOT NULL AND denominator_ > 0 THEN {} END"
_FIGURES_OF = (
    "SELECT {part}, {groups}qualifier_, NULL, NULL, indicator_, "
    f"COUNT(*), COUNT(value_), COUNT({_PARTS.format('numerator_')}), NULL, "
    f"NULL, SUM(value_), SUM({_PARTS.format('numerator_')}), "
    f"SUM({_PARTS.format('denominator_')}), NULL, NULL, {_NOT_RANKED} "
    "FROM chosen JOIN figure ON of_ = own_ GROUP BY {groups}indicator_, qualifier_"
)
#: Only figures of a group's latest day look up their report, which says who is the latest of that day.
_LATEST_OF = (
    "SELECT {part}, {groups}qualifier_, NULL, NULL, indicator_, "
    f"NULL, NULL, NULL, begins_, NULL, value_, NULL, NULL, from_, report_, {_NOT_RANKED} FROM ("
    "SELECT day.*, r.official_from AS from_, r.id AS report_, "
    "ROW_NUMBER() OVER (PARTITION BY {groups}indicator_ "
    "ORDER BY begins_ DESC, r.official_from DESC, r.id DESC) AS place_ FROM ("
    "SELECT {groups}indicator_, qualifier_, value_, begins_, measurement_, "
    "RANK() OVER (PARTITION BY {groups}indicator_ ORDER BY begins_ DESC) AS day_ "
    "FROM chosen JOIN figure ON of_ = own_ WHERE value_ IS NOT NULL AND indicator_ IN "
    f"(SELECT id FROM {INDICATOR} WHERE aggregation = '{Aggregation.LATEST}')) AS day "
    f"JOIN {MEASUREMENT} m ON m.id = day.measurement_ JOIN {REPORT} r ON r.id = m.report_id "
    "WHERE day.day_ = 1) AS latest WHERE place_ = 1"
)


def _statement(
    rows: QuerySet[Any], keys: Sequence[GroupKey], moment: Moment, user: Any
) -> tuple[str, list[Any]]:
    groups = "".join(f"{key.name}_, " for key in keys)
    told = rows.told_to_sides(moment, user)  # type: ignore[attr-defined]
    chosen, of_chosen = _chosen(rows, keys, moment, told)
    figure, of_figure = _figure(moment)
    counted, of_counted = _counted(groups, moment, told)
    reached, of_reached = targets_beside("chosen", "figure", moment)
    counts = _COUNTS_OF.format(
        part=_COUNTS,
        groups=groups,
        counted=counted,
        reached=reached,
        instant="timestamptz" if connection.vendor == "postgresql" else "text",
    )
    return (
        (
            f"WITH chosen AS MATERIALIZED ({chosen}), figure AS MATERIALIZED ({figure}) {counts} "
            f"UNION ALL {_FIGURES_OF.format(part=_FIGURES, groups=groups)} "
            f"UNION ALL {_LATEST_OF.format(part=_LATEST, groups=groups)}"
        ),
        [*of_chosen, *of_figure, *of_counted, *of_reached],
    )


def _chosen(
    rows: QuerySet[Any], keys: Sequence[GroupKey], moment: Moment, told: Any
) -> tuple[str, Sequence[Any]]:
    """Each row with its groups and its report: with what that says where it is kept, else its key."""
    columns: dict[str, Any] = {f"{key.name}_": F(key.path) for key in keys}
    columns |= {
        "own_": F("pk"),
        "kind_": F("kind"),
        "by_stage_": stage_rank_at(moment),
        "due_": due_day_at(moment, "pk", "due_on"),
        "phase_begins_": F("phase__begins_on"),
    }
    if moment.knows_all:
        columns |= {"stage_": F("stage"), "state_": F("report_state"), "end_": F("as_of_end")}
    else:
        columns |= {"report_": F("report_id")}
    if told is not None:
        columns["told_"] = told
    each = rows.order_by().annotate(**columns).values(*columns)
    sql, params = each.query.sql_with_params()
    return sql, params


def _counted(groups: str, moment: Moment, told: Any) -> tuple[str, list[Any]]:
    words = {
        "groups": groups,
        "told": "" if told is None else "WHEN told_ IS NOT NULL THEN told_ ",
        "none": Standing.NONE,
        "confirmed_state": ReportState.CONFIRMED,
        "confirmed": Standing.CONFIRMED,
        "published": Standing.PUBLISHED,
    }
    if moment.knows_all:
        return _COUNTED.format(by_then="", source="chosen", **words), []
    source = (
        "(SELECT chosen.*, r.stage AS stage_, r.state AS state_, r.decided_at AS decided_, "
        f"r.as_of_end AS end_ FROM chosen LEFT JOIN {REPORT} r ON r.id = report_) AS known"
    )
    known = connection.ops.adapt_datetimefield_value(moment.known_until)
    return _COUNTED.format(by_then=" AND decided_ < %s", source=source, **words), [known]


def _figure(moment: Moment) -> tuple[str, list[Any]]:
    """Of each deliverable that was chosen, and of each indicator, the figure that stands at the moment."""
    if moment.knows_all:
        day = connection.ops.adapt_datefield_value(moment.as_of)
        return (
            (
                "SELECT deliverable_id AS of_, indicator_id AS indicator_, value AS value_, "
                "numerator AS numerator_, denominator AS denominator_, qualifier AS qualifier_, "
                f"begins AS begins_, measurement_id AS measurement_ FROM {CURRENT_FIGURE} "
                "WHERE begins <= %s AND ends > %s AND deliverable_id IN (SELECT own_ FROM chosen)"
            ),
            [day, day],
        )
    official = ProgressReport.objects.official(moment).order_by()
    sql, params = official.values(
        "id", "deliverable_id", "as_of_end", "official_from"
    ).query.sql_with_params()
    columns = (
        "r.deliverable_id AS of_, m.indicator_id AS indicator_, m.value AS value_, "
        "m.numerator AS numerator_, m.denominator AS denominator_, m.qualifier AS qualifier_, "
        "r.as_of_end AS begins_, m.id AS measurement_"
    )
    source = (
        f"FROM {MEASUREMENT} m JOIN ({sql}) AS r ON r.id = m.report_id "
        "WHERE r.deliverable_id IN (SELECT own_ FROM chosen)"
    )
    each = "r.deliverable_id, m.indicator_id"
    if connection.vendor == "postgresql":
        return f"SELECT DISTINCT ON ({each}) {columns} {source} ORDER BY {each}, {_OVERTAKING}", [
            *params
        ]
    # SQLite takes the other columns from the row that has the greatest (sqlite.org/lang_select.html#bareagg).
    return f"SELECT {columns}, MAX({_LATENESS}) AS lateness_ {source} GROUP BY {each}", [*params]


_OVERTAKING = "r.as_of_end DESC, r.official_from DESC, r.id DESC"
#: The same as a text for SQLite, where days and instants are texts in their own order.
_LATENESS = "r.as_of_end || ' ' || r.official_from || ' ' || printf('%%020d', r.id)"


# ---- what comes back ---------------------------------------------------------------------------------


def _tell_counts(told: Found, ids: Ids, row: Sequence[Any]) -> None:
    kind, stage, standing, _indicator, count, measured, _shared, latest, progress = row[:9]
    health = {own: n for own, n in zip(_HEALTHS, row[14:], strict=True) if n}
    cell = Cell(kind, stage, standing, count, _day(latest), measured, float(progress or 0), health)
    told.counts.append((ids, cell))


def _tell_figures(told: Found, ids: Ids, row: Sequence[Any]) -> None:
    qualifier, _stage, _standing, indicator, count, valued, shared = row[:7]
    total, numerators, denominators = map(_decimal, row[9:12])
    cell = FigureCell(qualifier, count, valued, total, shared, numerators, denominators)
    told.figures.append((ids, indicator, cell))


def _tell_latest(told: Found, ids: Ids, row: Sequence[Any]) -> None:
    qualifier, _stage, _standing, indicator, _n, _valued, _shared, day, _none, value = row[:10]
    told.latest.append((ids, indicator, LatestCell(_decimal(value), qualifier, (day, *row[12:14]))))


_TELL = {_COUNTS: _tell_counts, _FIGURES: _tell_figures, _LATEST: _tell_latest}


def _day(value: dt.date | str | None) -> dt.date | None:
    return dt.date.fromisoformat(value) if isinstance(value, str) else value


def _decimal(value: Any) -> Any:
    """Sums come as floats from SQLite."""
    return value if value is None or isinstance(value, Decimal) else Decimal(str(value))
