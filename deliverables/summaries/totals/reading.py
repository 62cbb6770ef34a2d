"""What a summary asks of the database: counts, figures, latest figures, one statement each.

The statements wrap a queryset of ours in one GROUP BY, so that what each row costs (its current report, its
progress) is paid once a row, which Django's own annotations would pay again for every column of the
answer. Whatever makes ``official()``, ``with_standing()`` or current figures cheaper is gained here too.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import F, QuerySet, Value, Window
from django.db.models.functions import Rank

from coopportal.clock import Moment
from deliverables.choices import Aggregation
from deliverables.models import CurrentFigure, Measurement, ProgressReport
from deliverables.summaries.totals.groups import GroupKey
from deliverables.summaries.totals.progress import progress_at, progress_of_all
from deliverables.summaries.totals.rules import Cell, FigureCell, LatestCell

#: The ids of a group, one a key; None for "has none".
Ids = tuple[int | None, ...]

_PARTS = "CASE WHEN numerator_ IS NOT NULL AND denominator_ > 0 THEN {} END"
_SUMS = (
    "COUNT(*), COUNT(value_), SUM(value_), "
    f"COUNT({_PARTS.format('numerator_')}), SUM({_PARTS.format('numerator_')}), "
    f"SUM({_PARTS.format('denominator_')})"
)


def counted(
    rows: QuerySet[Any], keys: Sequence[GroupKey], moment: Moment, user: Any
) -> Iterator[tuple[Ids, Cell]]:
    """Deliverables of ``rows`` (an ``official()`` queryset) counted by group, kind, stage and standing."""
    each = rows.with_standing(moment, user).annotate(  # type: ignore[attr-defined]
        **_key_columns(keys),
        kind_=F("kind"),
        stage_=F("stage"),
        standing_=F("standing"),
        end_=F("as_of_end"),
    )
    names = _names(keys)
    columns = [*names, "kind_", "stage_", "standing_"]
    if moment.knows_all:
        found = _grouped(
            each.annotate(own_=F("pk")),
            columns,
            "COUNT(*), MAX(end_), COUNT(reached.progress), SUM(reached.progress)",
            inner=[*columns, "end_", "own_"],
            beside=("reached", progress_of_all(moment), "reached.deliverable_id = c.own_"),
        )
    else:
        found = _grouped(
            each.annotate(progress_=progress_at(moment)),
            columns,
            "COUNT(*), MAX(end_), COUNT(progress_), SUM(progress_)",
            inner=[*columns, "end_", "progress_"],
        )
    for row in found:
        kind, stage, standing, count, latest, measured, progress = row[len(names) :]
        yield (
            row[: len(names)],
            Cell(kind, stage, standing, count, _day(latest), measured, float(progress or 0)),
        )


def figures(
    rows: QuerySet[Any], keys: Sequence[GroupKey], moment: Moment
) -> Iterator[tuple[Ids, int, FigureCell]]:
    """Current figures of the deliverables of ``rows`` by group, indicator and qualifier."""
    names = _names(keys)
    columns = [*names, "indicator_", "qualifier_"]
    found = _grouped(
        _current_figures(rows, keys, moment),
        columns,
        _SUMS,
        inner=[*columns, "value_", "numerator_", "denominator_", "place_"],
        where="place_ = 1",
    )
    for row in found:
        indicator, qualifier, count, valued, total, shared, parts, wholes = row[len(names) :]
        sums = (valued, _decimal(total), shared, _decimal(parts), _decimal(wholes))
        yield row[: len(names)], indicator, FigureCell(qualifier, count, *sums)


def latest_figures(
    rows: QuerySet[Any], keys: Sequence[GroupKey], moment: Moment
) -> Iterator[tuple[Ids, int, LatestCell]]:
    """Of indicators that take the latest: per group the figure with a value of the latest report."""
    names = _names(keys)
    latest = _current_figures(rows, keys, moment).filter(indicator__aggregation=Aggregation.LATEST)
    report = "measurement__report" if moment.knows_all else "report"
    latest = latest.annotate(
        end_=F(f"{report}__as_of_end"), from_=F(f"{report}__official_from"), report_=F(report)
    )
    inner = [*names, "indicator_", "value_", "qualifier_", "end_", "from_", "report_", "place_"]
    sql, params = _sql(latest, inner)
    if not sql:
        return
    by_group = ", ".join([*names, "indicator_"])
    statement = (
        f"SELECT {', '.join(inner[:-1])} FROM (SELECT c.*, ROW_NUMBER() OVER (PARTITION BY {by_group} "
        "ORDER BY end_ DESC, from_ DESC, report_ DESC) AS newest_ "
        f"FROM ({sql}) AS c WHERE c.place_ = 1 AND c.value_ IS NOT NULL) AS g WHERE g.newest_ = 1"
    )
    for row in _asked(statement, params):
        indicator, value, qualifier, *order = row[len(names) :]
        value = _decimal(value)
        yield row[: len(names)], indicator, LatestCell(value, qualifier, tuple(order))


def _current_figures(
    rows: QuerySet[Any], keys: Sequence[GroupKey], moment: Moment
) -> QuerySet[Any]:
    """Measurements of official reports on ``rows``; ``place_`` 1 is the latest of its indicator.

    A rank, not a row number: in overlapping groups one figure comes once for each.
    """
    if moment.knows_all:
        # What stands is kept: nothing has been overtaken.
        standing = CurrentFigure.objects.filter(
            begins__lte=moment.as_of,
            ends__gt=moment.as_of,
            deliverable__in=rows.order_by().values("pk"),
        )
        return standing.annotate(**_figure_columns(keys, "deliverable__"), place_=Value(1))
    latest_first = [
        F("report__as_of_end").desc(),
        F("report__official_from").desc(),
        F("report_id").desc(),
    ]
    return Measurement.objects.filter(
        report__in=ProgressReport.objects.official(moment).values("pk"),
        report__deliverable__in=rows.order_by().values("pk"),
    ).annotate(
        **_figure_columns(keys, "report__deliverable__"),
        place_=Window(
            Rank(), partition_by=[F("report__deliverable"), F("indicator")], order_by=latest_first
        ),
    )


def _figure_columns(keys: Sequence[GroupKey], deliverable: str) -> dict[str, F]:
    return {
        **_key_columns(keys, deliverable),
        "indicator_": F("indicator"),
        "qualifier_": F("qualifier"),
        "value_": F("value"),
        "numerator_": F("numerator"),
        "denominator_": F("denominator"),
    }


def _names(keys: Sequence[GroupKey]) -> list[str]:
    return [f"{key.name}_" for key in keys]


def _key_columns(keys: Sequence[GroupKey], prefix: str = "") -> dict[str, F]:
    return {f"{key.name}_": F(f"{prefix}{key.path}") for key in keys}


def _sql(rows: QuerySet[Any], columns: Sequence[str]) -> tuple[str, Sequence[Any]]:
    try:
        return rows.order_by().values(*columns).query.sql_with_params()
    except EmptyResultSet:
        return "", ()


#: More rows than there will ever be. A subquery with a limit is computed once a row, where one without
#: would be written out again for every mention of its columns.
_MANY = 1_000_000_000


def _grouped(
    rows: QuerySet[Any],
    columns: Sequence[str],
    aggregates: str,
    *,
    inner: Sequence[str],
    where: str = "",
    beside: tuple[str, tuple[str, Sequence[Any]], str] | None = None,
) -> list[tuple[Any, ...]]:
    """``rows`` grouped by ``columns``; everything but the values comes from names in this file.

    ``beside`` is the name, the SQL and the condition of what is joined to the rows before they are grouped.
    """
    sql, params = _sql(rows, inner)
    if not sql:
        return []
    chosen = ", ".join(columns)
    source = f"({sql} LIMIT {_MANY}) AS c"
    if beside is not None:
        name, (joined, more), on = beside
        source += f" LEFT JOIN ({joined}) AS {name} ON {on}"
        params = (*params, *more)
    condition = f" WHERE {where}" if where else ""
    return _asked(
        f"SELECT {chosen}, {aggregates} FROM {source}{condition} GROUP BY {chosen}", params
    )


def _asked(statement: str, params: Sequence[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
        return list(cursor.fetchall())


def _day(value: dt.date | str | None) -> dt.date | None:
    return dt.date.fromisoformat(value) if isinstance(value, str) else value


def _decimal(value: Any) -> Any:
    """Sums come as floats from SQLite."""
    return None if value is None else Decimal(str(value))
