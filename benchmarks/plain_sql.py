"""The raw SQL that a good engineer would write for the portal's answers: references, not part of it.

``over_the_log`` finds what stands among the reports, ``over_what_stands`` reads the tables that the
portal keeps. Both give the same rows: counts by group, kind, stage and standing with progress and health
(docs/adr/0020, written out once more), figures by group, indicator and qualifier, and the latest figure by
group where an indicator takes the latest.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import connection

from coopportal.clock import Moment

#: What a group is in SQL, from the deliverable ``d`` and the joins that it needs.
_GROUPS = {
    "province": ("party.province_id", ""),
    "partner": ("agreement.partner_id", ""),
    "phase": ("d.phase_id", ""),
    "area": ("d.area_id", ""),
    "system": ("d.system_id", ""),
    "theme": (
        "theme.theme_id",
        "LEFT JOIN agreements_cooperationarea_themes theme ON theme.cooperationarea_id = d.area_id",
    ),
    "category": (
        "category.category_id",
        "LEFT JOIN agreements_system_categories category ON category.system_id = d.system_id",
    ),
}

_OFFICIAL = (
    "r.official_from IS NOT NULL AND r.as_of_end <= %(as_of)s AND r.official_from < %(known)s "
    "AND (r.official_to IS NULL OR r.official_to >= %(known)s)"
)
_LATEST = "r.as_of_end DESC, r.official_from DESC, r.id DESC"
_OFFICIAL_OF_D = (
    f"SELECT r.id FROM deliverables_progressreport r WHERE r.deliverable_id = d.id AND {_OFFICIAL} "
    f"ORDER BY {_LATEST} LIMIT 1"
)
_LOG = {
    "postgresql": (
        f"current AS (SELECT DISTINCT ON (r.deliverable_id) r.deliverable_id, r.stage, r.as_of_end, "
        "CASE WHEN r.state = 'confirmed' AND r.decided_at < %(known)s THEN 'confirmed' "
        f"ELSE 'published' END AS standing FROM deliverables_progressreport r WHERE {_OFFICIAL} "
        f"ORDER BY r.deliverable_id, {_LATEST}), "
        "figure AS (SELECT DISTINCT ON (r.deliverable_id, m.indicator_id) r.deliverable_id, "
        "m.indicator_id, m.value, m.numerator, m.denominator, m.qualifier, m.id AS measurement_id, "
        "r.as_of_end AS day FROM deliverables_measurement m "
        "JOIN deliverables_progressreport r ON r.id = m.report_id "
        f"WHERE {_OFFICIAL} ORDER BY r.deliverable_id, m.indicator_id, {_LATEST})"
    ),
    "sqlite": (
        "current AS (SELECT r.deliverable_id, r.stage, r.as_of_end, "
        "CASE WHEN r.state = 'confirmed' AND r.decided_at < %(known)s THEN 'confirmed' "
        "ELSE 'published' END AS standing FROM deliverables_deliverable d "
        f"JOIN deliverables_progressreport r ON r.id = ({_OFFICIAL_OF_D})), "
        "figure AS (SELECT deliverable_id, indicator_id, value, numerator, denominator, qualifier, "
        "measurement_id, day "
        "FROM (SELECT r.deliverable_id, m.indicator_id, m.value, m.numerator, m.denominator, "
        "m.qualifier, m.id AS measurement_id, r.as_of_end AS day, "
        "ROW_NUMBER() OVER (PARTITION BY r.deliverable_id, m.indicator_id "
        f"ORDER BY {_LATEST}) AS place FROM deliverables_progressreport r "
        f"JOIN deliverables_measurement m ON m.report_id = r.id WHERE {_OFFICIAL}) WHERE place = 1)"
    ),
}
_STANDS = "{0}.begins <= %(as_of)s AND {0}.ends > %(as_of)s"
_KEPT = (
    "current AS (SELECT c.deliverable_id, c.stage, c.begins AS as_of_end, "
    "CASE WHEN c.state = 'confirmed' THEN 'confirmed' ELSE 'published' END AS standing "
    f"FROM deliverables_currentreport c WHERE {_STANDS.format('c')}), "
    "figure AS (SELECT f.deliverable_id, f.indicator_id, f.value, f.numerator, f.denominator, "
    "f.qualifier, f.measurement_id, f.begins AS day FROM deliverables_currentfigure f "
    f"WHERE {_STANDS.format('f')})"
)
#: The due day as of the day asked: the first change that was still to come knows what held until then.
_DUE = (
    "CASE WHEN EXISTS (SELECT 1 FROM deliverables_dueday x WHERE x.deliverable_id = d.id "
    "AND x.set_on > %(as_of)s) THEN (SELECT x.due_before FROM deliverables_dueday x "
    "WHERE x.deliverable_id = d.id AND x.set_on > %(as_of)s ORDER BY x.set_on LIMIT 1) "
    "ELSE d.due_on END"
)
_BEGUN = (
    "begun AS (SELECT d.*, p.begins_on AS begins FROM deliverables_deliverable d "
    "LEFT JOIN agreements_phase p ON p.id = d.phase_id "
    "WHERE (d.agreed_on IS NULL OR d.agreed_on <= %(as_of)s) AND (p.begins_on <= %(as_of)s "
    "OR (p.begins_on IS NULL AND d.id IN (SELECT deliverable_id FROM current)))), "
    f"counts AS (SELECT d.*, {_DUE} AS due{{groups}} FROM begun d "
    "LEFT JOIN agreements_agreement agreement ON agreement.id = d.agreement_id "
    "LEFT JOIN agreements_party party ON party.id = agreement.partner_id {joins} "
    "WHERE NOT EXISTS (SELECT 1 FROM begun later WHERE later.continues_id = d.id))"
)
#: Days between two days; SQLite keeps days as text.
_DAYS = {
    "postgresql": "CAST({1} - {0} AS FLOAT)",
    "sqlite": "(julianday({1}) - julianday({0}))",
}
#: Each target that stands, beside the figure of its indicator.
_PLANS = (
    "plans AS (SELECT t.deliverable_id, CAST(t.baseline AS FLOAT) AS base, CAST(t.value AS FLOAT) AS aim, "
    f"COALESCE(t.due_on, {_DUE}) AS due, CASE WHEN p.begins_on > t.set_on THEN p.begins_on "
    "ELSE t.set_on END AS begins, CASE WHEN t.baseline IS NOT NULL THEN CASE WHEN t.value > t.baseline "
    "THEN 1 ELSE -1 END WHEN i.direction = 'up' THEN 1 WHEN i.direction = 'down' THEN -1 END AS sign, "
    "CAST(f.value AS FLOAT) AS figure, f.day, f.qualifier, "
    "(CAST(f.value AS FLOAT) - t.baseline) / (t.value - t.baseline) AS reach "
    "FROM deliverables_target t JOIN deliverables_deliverable d ON d.id = t.deliverable_id "
    "LEFT JOIN agreements_phase p ON p.id = d.phase_id "
    "JOIN deliverables_indicator i ON i.id = t.indicator_id LEFT JOIN figure f "
    "ON f.deliverable_id = t.deliverable_id AND f.indicator_id = t.indicator_id "
    "WHERE t.set_on <= %(as_of)s AND NOT EXISTS (SELECT 1 FROM deliverables_target n "
    "WHERE n.deliverable_id = t.deliverable_id AND n.indicator_id = t.indicator_id "
    "AND n.set_on > t.set_on AND n.set_on <= %(as_of)s))"
)
_LINES = (
    "lines AS (SELECT plans.*, base + (aim - base) * (CASE WHEN expected < 0.1 THEN 0.0 "
    "ELSE expected - 0.1 END) AS line, "
    "qualifier IN ('exact', 'all') AS is_exact, "
    "(sign = 1 AND qualifier IN ('over', 'most', 'many')) "
    "OR (sign = -1 AND qualifier IN ('almost', 'before')) AS is_least, "
    "(sign = -1 AND qualifier IN ('over', 'most', 'many')) "
    "OR (sign = 1 AND qualifier IN ('almost', 'before')) AS is_most "
    "FROM (SELECT plans.*, CASE WHEN due <= begins OR day <= begins THEN 0.0 "
    "WHEN day >= due THEN 1.0 ELSE {gone} / {whole} END AS expected FROM plans) plans)"
)
_REACHED = "(is_exact OR is_least) AND sign * (figure - {0}) >= 0"
_MISSED = "((is_exact AND sign * (figure - {0}) < 0) OR (is_most AND sign * (figure - {0}) <= 0))"
RANKS = (1, 2, 3, 4)
#: How far, and how it stands: 1 on track, 2 not computable, 3 at risk, 4 late; the worst target decides.
_PROGRESS = (
    "progress AS (SELECT deliverable_id, CASE WHEN COUNT(*) = COUNT(reach) THEN AVG(CASE "
    "WHEN reach < 0 THEN 0.0 WHEN reach > 1 THEN 1.0 ELSE reach END) END AS progress, MAX(CASE "
    "WHEN due IS NULL OR figure IS NULL OR sign IS NULL OR qualifier = 'expected' THEN 2 "
    f"WHEN {_REACHED.format('aim')} THEN 1 "
    f"WHEN due < %(as_of)s THEN CASE WHEN {_MISSED.format('aim')} THEN 4 ELSE 2 END "
    f"WHEN day < %(stale)s OR base IS NULL THEN 2 WHEN {_MISSED.format('line')} THEN 3 "
    f"WHEN {_REACHED.format('line')} THEN 1 ELSE 2 END) AS health FROM lines GROUP BY deliverable_id)"
)
#: The same of a deliverable that has no target: by its stage.
_BY_STAGE = (
    "CASE WHEN c.due IS NULL OR current.stage IS NULL THEN 2 "
    "WHEN current.stage IN ('ready', 'deployed', 'integrated', 'substantially_complete', 'completed') "
    "THEN 1 "
    "WHEN c.due < %(as_of)s THEN 4 WHEN current.as_of_end < %(stale)s THEN 2 "
    "WHEN current.stage = 'suspended' THEN 3 "
    "WHEN current.stage IN ('proposal', 'piloting', 'in_progress') THEN 1 WHEN c.begins IS NULL THEN 2 "
    "WHEN c.due > c.begins AND {gone} > 0.5 * {whole} THEN 3 ELSE 1 END"
)
_HEALTH = "CASE WHEN current.stage = 'ended' THEN 2 ELSE COALESCE(progress.health, {by_stage}) END"
_COUNTED = (
    "SELECT {names}c.kind, current.stage, COALESCE(current.standing, 'none'), COUNT(*), "
    "MAX(current.as_of_end), COUNT(progress.progress), SUM(progress.progress), {ranks} FROM counts c "
    "LEFT JOIN current ON current.deliverable_id = c.id "
    "LEFT JOIN progress ON progress.deliverable_id = c.id "
    "GROUP BY {names}c.kind, current.stage, COALESCE(current.standing, 'none')"
)
_PARTS = "CASE WHEN f.numerator IS NOT NULL AND f.denominator > 0 THEN f.{} END"
_FIGURES = (
    "SELECT {names}f.indicator_id, f.qualifier, COUNT(*), COUNT(f.value), SUM(f.value), "
    f"SUM({_PARTS.format('numerator')}), SUM({_PARTS.format('denominator')}) "
    "FROM counts c JOIN figure f ON f.deliverable_id = c.id "
    "GROUP BY {names}f.indicator_id, f.qualifier"
)
_LATEST_FIGURES = (
    "SELECT l.* FROM (SELECT {names}f.indicator_id, f.value, f.qualifier, ROW_NUMBER() OVER "
    "(PARTITION BY {names}f.indicator_id ORDER BY r.as_of_end DESC, r.official_from DESC, r.id DESC) "
    "AS place FROM counts c JOIN figure f ON f.deliverable_id = c.id "
    "JOIN deliverables_indicator i ON i.id = f.indicator_id AND i.aggregation = 'latest' "
    "JOIN deliverables_measurement m ON m.id = f.measurement_id "
    "JOIN deliverables_progressreport r ON r.id = m.report_id WHERE f.value IS NOT NULL) l "
    "WHERE l.place = 1"
)


@dataclass(frozen=True)
class Statement:
    sql: str
    params: dict[str, Any]

    def rows(self) -> list[tuple[Any, ...]]:
        with connection.cursor() as cursor:
            cursor.execute(self.sql, self.params)
            return list(cursor.fetchall())


def _spaced(sql: str, begins: str, ends: str, day: str) -> str:
    """With the days that are gone and those there are in all, in the database's own words."""
    days = _DAYS[connection.vendor]
    return sql.format(gone=days.format(begins, day), whole=days.format(begins, ends))


def _statements(what_stands: str, keys: Sequence[str], moment: Moment) -> tuple[Statement, ...]:
    groups = "".join(f", {_GROUPS[key][0]} AS {key}_" for key in keys)
    joins = " ".join(_GROUPS[key][1] for key in keys)
    names = "".join(f"c.{key}_, " for key in keys)
    stale = moment.as_of - dt.timedelta(days=settings.STALE_AFTER_DAYS)
    params: dict[str, Any] = {
        "as_of": moment.as_of,
        "known": moment.known_until.astimezone(dt.UTC),
        "stale": stale,
    }
    if connection.vendor == "sqlite":
        # Django stores days and instants as text.
        known = params["known"].strftime("%Y-%m-%d %H:%M:%S")
        params = {
            "as_of": moment.as_of.isoformat(),
            "known": known,
            "stale": stale.isoformat(),
        }
    start = f"WITH {what_stands}, {_BEGUN.format(groups=groups, joins=joins)}"
    lines = _spaced(_LINES, "begins", "due", "day")
    by_stage = _spaced(_BY_STAGE, "c.begins", "c.due", "current.as_of_end")
    ranks = ", ".join(
        f"COUNT(CASE WHEN {_HEALTH.format(by_stage=by_stage)} = {rank} THEN 1 END)"
        for rank in RANKS
    )
    counted = _COUNTED.format(names=names, ranks=ranks)
    return (
        Statement(f"{start}, {_PLANS}, {lines}, {_PROGRESS} {counted}", params),
        Statement(f"{start} {_FIGURES.format(names=names)}", params),
        Statement(f"{start} {_LATEST_FIGURES.format(names=names)}", params),
    )


def over_the_log(keys: Sequence[str], moment: Moment) -> tuple[Statement, ...]:
    """Counts and figures from the reports alone: DISTINCT ON on PostgreSQL, LIMIT 1 on SQLite."""
    return _statements(_LOG[connection.vendor], keys, moment)


def over_what_stands(keys: Sequence[str], moment: Moment) -> tuple[Statement, ...]:
    """The same from the tables that hold what stands on each day."""
    return _statements(_KEPT, keys, moment)
