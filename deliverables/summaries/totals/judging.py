"""The rule of health (docs/adr/0020): what a target, a stage and a deliverable come to on a day. Pure.

``totals.health`` says the same for the database, with the constants of this module. Both compare floats that
they compute in the same order.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from agreements.choices import Qualifier
from deliverables.choices import (
    STAGE_GROUP_OF,
    Direction,
    Health,
    HealthReason as Why,
    Stage,
    StageGroup,
)
from deliverables.summaries.totals.rules import AT_LEAST, AT_MOST, FULL

#: How far a figure may be below the plan's line, as a share of the way from baseline to target.
TOLERANCE: Final = 0.1
#: A deliverable known by its stage only should have begun after this share of its time.
BEGUN_BY: Final = 0.5

#: From the best to the worst; of several targets the worst decides, so that none hides another.
RANKS: Final[dict[Health, int]] = {
    Health.ON_TRACK: 1,
    Health.NOT_COMPUTABLE: 2,
    Health.AT_RISK: 3,
    Health.LATE: 4,
}
HEALTH_OF_RANK: Final = {rank: health for health, rank in RANKS.items()}


@dataclass(frozen=True)
class Judged:
    """What the rule says and why; ``expected`` is the share of the way that the plan asks for, 0 to 1."""

    health: Health
    why: Why
    expected: float | None = None

    @property
    def rank(self) -> int:
        return RANKS[self.health]


@dataclass(frozen=True)
class Figure:
    """The current figure of a target's indicator; ``day`` is the last day that its precision allows."""

    value: float | None
    qualifier: str
    day: dt.date


@dataclass(frozen=True)
class Plan:
    """A target with its days: a line from the baseline on ``begins_on`` to the target on ``due_on``."""

    baseline: float | None
    aim: float
    direction: str
    begins_on: dt.date
    due_on: dt.date | None

    @property
    def sign(self) -> int | None:
        """1 where more is better, -1 where less is; None where neither baseline nor indicator tells."""
        if self.baseline is not None:
            return 1 if self.aim > self.baseline else -1
        return {Direction.UP.value: 1, Direction.DOWN.value: -1}.get(self.direction)

    def share_on(self, day: dt.date) -> float | None:
        """Of the way to go the share that a steady pace has covered on a day, 0 to 1."""
        return share_of_time(self.begins_on, self.due_on, day) if self.due_on else None


def share_of_time(begins: dt.date, ends: dt.date, day: dt.date) -> float:
    """The share of a stretch of time gone by on a day; 0 for a stretch without length."""
    if ends <= begins or day <= begins:
        return 0.0
    return 1.0 if day >= ends else (day - begins).days / (ends - begins).days


def plan_begins(set_on: dt.date, phase_begins: dt.date | None) -> dt.date:
    """The day a target was set, or that on which its phase begins if that comes later."""
    return max(set_on, phase_begins) if phase_begins else set_on


def judge_target(
    plan: Plan, figure: Figure | None, as_of: dt.date, stale_before: dt.date
) -> Judged:
    """One target on a day. An inexact figure decides only what it proves ("trên 90" proves 90, not 100)."""
    if why := _why_not(plan, figure):
        return Judged(Health.NOT_COMPUTABLE, why, plan.share_on(figure.day if figure else as_of))
    assert figure is not None
    assert plan.due_on is not None
    expected = plan.share_on(figure.day) or 0.0
    base = plan.aim if plan.baseline is None else plan.baseline
    line = base + (plan.aim - base) * max(expected - TOLERANCE, 0.0)
    over = as_of > plan.due_on
    reached, missed = _proves(figure, plan)
    return _first(
        (reached(plan.aim), Health.ON_TRACK, Why.REACHED),
        (over and missed(plan.aim), Health.LATE, Why.MISSED),
        (over, Health.NOT_COMPUTABLE, Why.INEXACT),
        (figure.day < stale_before, Health.NOT_COMPUTABLE, Why.STALE),
        (plan.baseline is None, Health.NOT_COMPUTABLE, Why.NO_BASELINE),
        (missed(line), Health.AT_RISK, Why.BEHIND),
        (reached(line), Health.ON_TRACK, Why.ON_LINE),
        (True, Health.NOT_COMPUTABLE, Why.INEXACT),
        expected=expected,
    )


def _first(*lines: tuple[bool, Health, Why], expected: float | None = None) -> Judged:
    """The first line of the rule that holds."""
    return next(Judged(health, why, expected) for holds, health, why in lines if holds)


def _why_not(plan: Plan, figure: Figure | None) -> Why | None:
    """What is missing for any judgement."""
    if plan.due_on is None:
        return Why.NO_DUE_DAY
    if figure is None or figure.value is None:
        return Why.NO_FIGURE
    if figure.qualifier == Qualifier.EXPECTED:
        return Why.EXPECTED_ONLY
    return Why.NO_DIRECTION if plan.sign is None else None


def _proves(figure: Figure, plan: Plan) -> tuple[Callable[[float], bool], Callable[[float], bool]]:
    """Whether a figure proves that a goal was reached, and that it was missed."""
    sign, value = plan.sign or 1, figure.value or 0.0
    exact = figure.qualifier in FULL
    better, worse = (AT_LEAST, AT_MOST) if sign > 0 else (AT_MOST, AT_LEAST)
    at_least, at_most = figure.qualifier in better, figure.qualifier in worse

    def reached(goal: float) -> bool:
        return (exact or at_least) and sign * (value - goal) >= 0

    def missed(goal: float) -> bool:
        ahead = sign * (value - goal)
        return ahead < 0 if exact else at_most and ahead <= 0

    return reached, missed


def judge_stage(
    stage: str | None,
    day: dt.date | None,
    *,
    due_on: dt.date | None,
    begins_on: dt.date | None,
    as_of: dt.date,
    stale_before: dt.date,
) -> Judged:
    """A deliverable without targets: by its stage, which was reported as of ``day``, and its due day."""
    if due_on is None:
        return Judged(Health.NOT_COMPUTABLE, Why.NO_PLAN)
    if stage is None or day is None:
        return Judged(Health.NOT_COMPUTABLE, Why.NO_REPORT)
    group = STAGE_GROUP_OF[stage]
    gone = share_of_time(begins_on, due_on, day) if begins_on else 0.0
    return _first(
        (group == StageGroup.DONE, Health.ON_TRACK, Why.DONE),
        (as_of > due_on, Health.LATE, Why.OVERDUE),
        (day < stale_before, Health.NOT_COMPUTABLE, Why.STALE),
        (group == StageGroup.HOLD, Health.AT_RISK, Why.ON_HOLD),
        (group == StageGroup.DOING, Health.ON_TRACK, Why.UNDERWAY),
        (begins_on is None, Health.NOT_COMPUTABLE, Why.NO_START),
        (gone > BEGUN_BY, Health.AT_RISK, Why.NOT_BEGUN),
        (True, Health.ON_TRACK, Why.NOT_YET),
    )


def judge(stage: str | None, by_target: Sequence[Judged], by_stage: Judged) -> Judged:
    """A deliverable: what was ended has no plan any more; the worst of its targets; else its stage."""
    if stage == Stage.ENDED:
        return Judged(Health.NOT_COMPUTABLE, Why.ENDED)
    return max(by_target, key=lambda judged: judged.rank) if by_target else by_stage
