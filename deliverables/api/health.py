"""How a deliverable stands to its plan, and why: members of its answer, by the rule of docs/data.md.

The answer's own query brings what the rule needs, its figures included; the rule is ``totals.judging``.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from typing import Any

from django.db.models import OuterRef

from coopportal.rest.answers import Choice, Columns, Day, JSONRows, Reader, Scope, day_iso
from deliverables.api.standing import FiguresColumn, current_report
from deliverables.choices import Stage
from deliverables.models import Target
from deliverables.summaries.totals.health import due_day_at, stale_before
from deliverables.summaries.totals.judging import (
    Figure,
    Judged,
    Plan,
    judge,
    judge_stage,
    judge_target,
    plan_begins,
)

#: Of a target, what the rule needs.
_PARTS = ("indicator__key", "indicator__direction", "baseline", "value", "due_on", "set_on")


class HealthOfRow(Choice):
    """How it stands to its plan."""

    def reader(self, columns: Columns, prefix: str, scope: Scope) -> Reader:
        judged = _judged(columns, prefix, scope)
        return lambda row: judged(row).health.value


class HealthReasonOfRow(Choice):
    """Which line of the rule says so."""

    def reader(self, columns: Columns, prefix: str, scope: Scope) -> Reader:
        judged = _judged(columns, prefix, scope)
        return lambda row: judged(row).why.value


class DueOfTheDay(Day):
    """The due day as it was on the day, before whatever changed it later."""

    def reader(self, columns: Columns, prefix: str, scope: Scope) -> Reader:
        place = _due_of_the_day(columns, prefix, scope)
        return lambda row: day_iso(row[place])


def _due_of_the_day(columns: Columns, prefix: str, scope: Scope) -> int:
    due = due_day_at(scope.moment, f"{prefix}pk", f"{prefix}due_on")
    return columns.take(f"{prefix}due_of_the_day", due)


def _judged(columns: Columns, prefix: str, scope: Scope) -> Callable[[Sequence[Any]], Judged]:
    as_of, stale = scope.moment.as_of, stale_before(scope.moment.as_of)
    set_by_then = Target.objects.filter(deliverable=OuterRef(f"{prefix}pk"), set_on__lte=as_of)
    # Of two targets that are as bad, the one that was set first gives the reason, as on the page.
    targets = columns.take(f"{prefix}plans", JSONRows(set_by_then.order_by("set_on", "pk"), _PARTS))
    figures = FiguresColumn.of(columns, prefix, scope)
    current, due = current_report(columns, prefix, scope), _due_of_the_day(columns, prefix, scope)
    begins = columns.take(f"{prefix}phase__begins_on")

    def judged(row: Sequence[Any]) -> Judged:
        stage, _coverage, _as_of, last_day = row[current][0] if row[current] else _NO_REPORT
        if row[targets] and stage != Stage.ENDED:
            latest = figures.latest(row)
            by_target = [
                judge_target(
                    _plan(parts, row[due], row[begins]),
                    _figure(latest.get(key), figures),
                    as_of,
                    stale,
                )
                for key, parts in _standing(row[targets]).items()
            ]
            return judge(stage, by_target, _NOTHING)
        by_stage = judge_stage(
            stage,
            _day(last_day) if last_day else None,
            due_on=row[due],
            begins_on=row[begins],
            as_of=as_of,
            stale_before=stale,
        )
        return judge(stage, (), by_stage)

    return judged


_NO_REPORT = (None, None, None, None)
#: In place of a judgement by stage, where targets decide.
_NOTHING = judge_stage(
    None, None, due_on=None, begins_on=None, as_of=dt.date.min, stale_before=dt.date.min
)


def _standing(targets: Sequence[Any]) -> dict[str, Any]:
    """By indicator the last target set, in the order in which those that stand were set."""
    standing: dict[str, Any] = {}
    for key, *parts in targets:
        standing.pop(key, None)
        standing[key] = parts
    return standing


def _plan(parts: Sequence[Any], due_on: dt.date | None, begins_on: dt.date | None) -> Plan:
    direction, baseline, value, own_due_on, set_on = parts
    return Plan(
        None if baseline is None else float(baseline),
        float(value),
        direction,
        plan_begins(_day(set_on), begins_on),
        _day(own_due_on) if own_due_on else due_on,
    )


def _figure(parts: Sequence[Any] | None, at: FiguresColumn) -> Figure | None:
    if parts is None:
        return None
    value = parts[at.value]
    return Figure(
        None if value is None else float(value), parts[at.qualifier], _day(parts[at.last_day])
    )


def _day(told: str) -> dt.date:
    """Within JSON a day is text."""
    return dt.date.fromisoformat(told)
