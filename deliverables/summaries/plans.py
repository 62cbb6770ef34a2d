"""How deliverables stand to their plans, as pages tell it: counts, and why. No queries (docs/adr/0020)."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from deliverables.choices import Health
from deliverables.summaries.totals.health import stale_before
from deliverables.summaries.totals.judging import (
    HEALTH_OF_RANK,
    Figure,
    Judged,
    Plan,
    judge,
    judge_stage,
    judge_target,
    plan_begins,
)


@dataclass(frozen=True)
class HealthCount:
    """How many deliverables stand so; ``key`` asks for them in their list."""

    key: str
    label: str
    count: int


def health_counts(ranks: Iterable[int]) -> list[HealthCount]:
    """Count rows annotated with ``health_rank``, in the order of the vocabulary, none left out."""
    counted = Counter(HEALTH_OF_RANK[rank] for rank in ranks)
    return [HealthCount(own.value, str(own.label), counted[own]) for own in Health if counted[own]]


@dataclass(frozen=True)
class TargetTold:
    """A target beside the figure that stands for its indicator; ``replaced`` by a later one, not judged.

    ``line`` is what a steady pace would have reached on the figure's day, in the indicator's unit.
    """

    target: Any
    figure: Any
    judged: Judged | None
    line: float | None

    @property
    def replaced(self) -> bool:
        return self.judged is None


@dataclass(frozen=True)
class PlanTold:
    """A deliverable against its plan at a moment: the verdict of the rule, and target by target."""

    judged: Judged
    targets: Sequence[TargetTold]

    @property
    def standing(self) -> list[TargetTold]:
        return [row for row in self.targets if not row.replaced]


def plan_told(
    deliverable: Any,
    targets: Sequence[Any],
    current: Any,
    figures: Mapping[int, Any],
    *,
    due_on: dt.date | None,
    as_of: dt.date,
) -> PlanTold:
    """Judge a deliverable in hand.

    ``targets`` had been set by ``as_of``, oldest first; ``current`` is its latest official report or None,
    ``figures`` the current figure of each indicator, each knowing its report; ``due_on`` its due day as of
    the day.
    """
    latest = {target.indicator_id: target for target in targets}
    phase_begins = deliverable.phase.begins_on if deliverable.phase else None
    stale = stale_before(as_of)
    told = []
    for target in targets:
        figure = figures.get(target.indicator_id)
        if latest[target.indicator_id] is not target:
            told.append(TargetTold(target, figure, None, None))
            continue
        plan = _plan(target, due_on, phase_begins)
        judged = judge_target(plan, _figure(figure), as_of, stale)
        told.append(TargetTold(target, figure, judged, _line(plan, judged)))
    by_stage = judge_stage(
        current.stage if current else None,
        current.as_of_end if current else None,
        due_on=due_on,
        begins_on=phase_begins,
        as_of=as_of,
        stale_before=stale,
    )
    by_target = [row.judged for row in told if row.judged]
    return PlanTold(judge(current.stage if current else None, by_target, by_stage), told)


def _plan(target: Any, due_on: dt.date | None, phase_begins: dt.date | None) -> Plan:
    return Plan(
        baseline=None if target.baseline is None else float(target.baseline),
        aim=float(target.value),
        direction=target.indicator.direction,
        begins_on=plan_begins(target.set_on, phase_begins),
        due_on=target.due_on or due_on,
    )


def _figure(measurement: Any) -> Figure | None:
    if measurement is None:
        return None
    value = None if measurement.value is None else float(measurement.value)
    return Figure(value, measurement.qualifier, measurement.report.as_of_end)


def _line(plan: Plan, judged: Judged) -> float | None:
    if plan.baseline is None or judged.expected is None:
        return None
    return round(plan.baseline + (plan.aim - plan.baseline) * judged.expected, 1)
