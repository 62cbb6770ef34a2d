"""Deliverables counted where they are kept: by stage, agreement and system, and by cell of the matrix.

One statement a question, so that of a country's deliverables only what is drawn leaves the database. How
cells are arranged is said in matrix.py; what a deliverable's own page tells, in pages/delivered.py.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Count, Exists, F, Max, Min, OuterRef, Q, QuerySet

from agreements.choices import Qualifier
from agreements.models.phase import years_in_words
from coopportal.clock import Moment
from deliverables.choices import ReportState
from deliverables.keepers import REPORT
from deliverables.models import CurrentFigure, Deliverable, Measurement, ProgressReport
from deliverables.summaries.current import current_measurements
from deliverables.summaries.matrix import CROWDED_FROM, CellFigure, Found, Line

# ---- the whole -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Tallied:
    """How many deployments there are, by stage (None without a report) and by agreement (None without).

    ``systems`` are those deployed anywhere, ``inside`` those deployed under the agreements asked of.
    """

    stages: Counter[str | None] = field(default_factory=Counter)
    agreements: Counter[int | None] = field(default_factory=Counter)
    systems: set[int] = field(default_factory=set)
    inside: set[int] = field(default_factory=set)
    days: list[dt.date] = field(default_factory=list)

    @property
    def deployments(self) -> int:
        return self.stages.total()

    @property
    def latest(self) -> dt.date | None:
        """The end of the latest report's as-of day."""
        return max(self.days, default=None)


_STAGES, _AGREEMENTS, _SYSTEMS = 1, 2, 3
_TALLY = (
    "SELECT {stages}, CAST(NULL AS bigint), stage_, COUNT(*), MAX(end_) FROM told GROUP BY stage_ "
    "UNION ALL SELECT {agreements}, agreement_, NULL, COUNT(*), NULL FROM told GROUP BY agreement_ "
    "UNION ALL SELECT {systems}, system_, NULL, COUNT(CASE WHEN {inside} THEN 1 END), NULL "
    "FROM told GROUP BY system_"
)


def tallied(moment: Moment, agreements: Collection[int]) -> Tallied:
    """Count every deployment of a moment; ``agreements`` are those whose systems are asked of."""
    told, params = _told(Deliverable.objects.deployments().official(moment), moment)
    tally = _TALLY.format(
        stages=_STAGES, agreements=_AGREEMENTS, systems=_SYSTEMS, inside=_among(agreements)
    )
    found = Tallied()
    for part, key, stage, count, day in _rows(told + tally, params):
        if part == _STAGES:
            found.stages[stage or None] += count
            if day:
                found.days.append(dt.date.fromisoformat(day) if isinstance(day, str) else day)
        elif part == _AGREEMENTS:
            found.agreements[key] += count
        else:
            found.systems.add(key)
            if count:
                found.inside.add(key)
    return found


# ---- systems -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Deployed:
    """One system: how many of its deployments stand at which stage, and under which agreements it is."""

    stages: Counter[str | None] = field(default_factory=Counter)
    agreements: set[int] = field(default_factory=set)


_OF_SYSTEMS = (
    "SELECT {stages}, system_, CAST(NULL AS bigint), stage_, COUNT(*) FROM told GROUP BY system_, stage_ "
    "UNION ALL SELECT {agreements}, system_, agreement_, NULL, COUNT(*) FROM told "
    "WHERE agreement_ IS NOT NULL GROUP BY system_, agreement_"
)


def deployed(systems: Collection[int], moment: Moment) -> dict[int, Deployed]:
    """Each of some systems at a moment."""
    found = {system: Deployed() for system in systems}
    rows = Deliverable.objects.deployments().filter(system__in=systems).official(moment)
    try:
        told, params = _told(rows, moment)
    except EmptyResultSet:
        return found
    asked = _OF_SYSTEMS.format(stages=_STAGES, agreements=_AGREEMENTS)
    for part, system, agreement, stage, count in _rows(told + asked, params):
        if part == _STAGES:
            found[system].stages[stage or None] += count
        else:
            found[system].agreements.add(agreement)
    return found


# ---- agreements ----------------------------------------------------------------------------------

_OF_AGREEMENTS = "SELECT agreement_, stage_, COUNT(*) FROM told GROUP BY agreement_, stage_"


def stages_by_agreement(
    agreements: Collection[int], moment: Moment
) -> dict[int, Counter[str | None]]:
    """How many deliverables of whatever kind stand at which stage, under each of some agreements."""
    found: dict[int, Counter[str | None]] = {agreement: Counter() for agreement in agreements}
    rows = Deliverable.objects.filter(agreement__in=agreements).official(moment)
    try:
        told, params = _told(rows, moment)
    except EmptyResultSet:
        return found
    for agreement, stage, count in _rows(told + _OF_AGREEMENTS, params):
        found[agreement][stage or None] += count
    return found


# ---- cells ---------------------------------------------------------------------------------------

#: Of a cell with few deployments each of them, of a crowded one the first of each stage with how many.
_CELLS = (
    ", placed AS (SELECT told.*, {home} AS home_, CASE WHEN contested_ THEN 1 ELSE 0 END AS marked_ "
    "FROM told), counted AS (SELECT placed.*, COUNT(*) OVER cell AS many_, MAX(marked_) OVER cell AS any_, "
    "MAX(CASE WHEN agreement_ = home_ THEN 0 ELSE 1 END) OVER cell AS elsewhere_, "
    "COUNT(*) OVER alike AS alike_, ROW_NUMBER() OVER (alike ORDER BY own_) AS place_ FROM placed "
    "WINDOW cell AS (PARTITION BY system_, home_), alike AS (PARTITION BY system_, home_, stage_)) "
    "SELECT system_, home_, own_, slug_, phase_, first_, last_, begins_, stage_, many_, any_, "
    "elsewhere_, alike_ FROM counted WHERE many_ < {crowded} OR place_ = 1"
)


def cells(
    moment: Moment,
    systems: Collection[int],
    homes: Mapping[int, int],
    years: Mapping[int, str] | None = None,
) -> dict[tuple[int, int], Found]:
    """What each system has at each home: ``homes`` leads from an agreement to the one whose column it joins.

    ``years`` are the words for phases whose term is told as of the day. Two statements: one for
    deployments, one for the figures of the latest one of each cell.
    """
    rows = (
        Deliverable.objects.deployments()
        .filter(system__in=systems, agreement__in=homes)
        .official(moment)
    )
    columns = {
        "slug_": F("slug"),
        "phase_": F("phase_id"),
        "first_": F("phase__start_year"),
        "last_": F("phase__end_year"),
        "begins_": F("phase__begins_on"),
        "contested_": _contested(moment),
    }
    try:
        told, params = _told(rows, moment, **columns)
    except EmptyResultSet:
        return {}
    asked = _CELLS.format(home=_home(homes), crowded=CROWDED_FROM)
    found: dict[tuple[int, int], Found] = {}
    for system, home, own, slug, phase, first, last, begins, stage, many, *rest in _rows(
        told + asked, params
    ):
        contested, elsewhere, alike = rest
        cell = found.setdefault((system, home), Found(many, bool(contested), bool(elsewhere)))
        cell.stages[stage or None] += alike if many >= CROWDED_FROM else 1
        if many < CROWDED_FROM:
            term = (years or {}).get(phase) or years_in_words(first, last) if phase else ""
            cell.lines.append(Line(own, slug, stage or None, term, str(begins or "")))
    for cell in found.values():
        cell.lines.sort(key=lambda line: (line.begins, line.pk))
    _add_figures(found, moment)
    return found


def _add_figures(found: Mapping[tuple[int, int], Found], moment: Moment) -> None:
    latest = {cell.lines[-1].pk: cell for cell in found.values() if cell.lines}
    figures = current_measurements(moment, list(latest)).exclude(qualifier=Qualifier.UNSPECIFIED)
    for own, *figure in figures.values_list(
        "report__deliverable_id", "pk", "value", "qualifier", "indicator__unit"
    ):
        latest[own].figures.append(CellFigure(*figure))


def _contested(moment: Moment) -> Any:
    """Whether sources differ on a deployment: as discussed, as set aside, or by two figures of one day."""
    discussed = Deliverable.discrepancies.through.objects.filter(deliverable_id=OuterRef("pk"))
    set_aside = ProgressReport.objects.filter(
        deliverable=OuterRef("pk"),
        state=ReportState.SET_ASIDE,
        as_of_end__lte=moment.as_of,
        official_from__lt=moment.known_until,
    )
    return Exists(discussed) | Exists(set_aside) | Exists(_contradicting(moment))


def _contradicting(moment: Moment) -> QuerySet[Any]:
    """For a subquery: indicators and days of which official figures of the outer row say different things."""
    if moment.knows_all:
        rows: QuerySet[Any] = CurrentFigure.objects.filter(
            deliverable=OuterRef("pk"), begins__lte=moment.as_of
        ).values("indicator", "begins")
    else:
        rows = Measurement.objects.filter(
            report__in=ProgressReport.objects.official(moment).filter(
                deliverable=OuterRef(OuterRef("pk"))
            )
        ).values("indicator", "report__as_of_end")
    differing = (
        Q(least__lt=F("most")) | Q(valued__gt=0, valued__lt=F("rows")) | Q(one__lt=F("other"))
    )
    return rows.annotate(
        least=Min("value"),
        most=Max("value"),
        valued=Count("value"),
        rows=Count("pk"),
        one=Min("qualifier"),
        other=Max("qualifier"),
    ).filter(differing)


# ---- the statement -------------------------------------------------------------------------------


def _told(rows: Any, moment: Moment, **columns: Any) -> tuple[str, list[Any]]:
    """``told``, chosen once and kept at hand while the statement runs: each row, and its report's stage."""
    columns |= {"own_": F("pk"), "system_": F("system_id"), "agreement_": F("agreement_id")}
    if moment.knows_all:
        columns |= {"stage_": F("stage"), "end_": F("as_of_end")}
    else:
        columns |= {"report_": F("report_id")}
    each = rows.order_by().annotate(**columns).values(*columns)
    sql, params = each.query.sql_with_params()
    if moment.knows_all:
        return f"WITH told AS MATERIALIZED ({sql}) ", [*params]
    return (
        f"WITH chosen AS MATERIALIZED ({sql}), told AS MATERIALIZED (SELECT chosen.*, "
        "r.stage AS stage_, r.as_of_end AS end_ "
        f"FROM chosen LEFT JOIN {REPORT} r ON r.id = chosen.report_) "
    ), [*params]


def _among(agreements: Collection[int]) -> str:
    """Whether a row's agreement is one of them; keys are numbers and stand in the statement as such."""
    keys = ", ".join(str(int(key)) for key in sorted(agreements))
    return f"agreement_ IN ({keys})" if keys else "1 = 0"


def _home(homes: Mapping[int, int]) -> str:
    joining = [
        f"WHEN {int(own)} THEN {int(home)}" for own, home in sorted(homes.items()) if own != home
    ]
    return f"CASE agreement_ {' '.join(joining)} ELSE agreement_ END" if joining else "agreement_"


def _rows(sql: str, params: list[Any]) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return list(cursor.fetchall())
