"""Reporting periods that are not made yet, told before anybody makes them; nothing is stored here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from agreements.choices import PeriodKind
from agreements.models import Phase, ReportingPeriod
from agreements.periods import beyond_term, kinds_of, planned_periods
from coopportal.clock import today
from deliverables.actions.signing import Proposed
from deliverables.models import Proposal

#: Periods of one kind that are listed; of those beyond the number and the last are told.
_MOST = 8


@dataclass(frozen=True)
class PeriodsTold:
    """What would be made; ``problem`` says why nothing can be."""

    label: str = ""
    every: Sequence[ReportingPeriod] = ()
    problem: str = ""

    @property
    def rows(self) -> Sequence[ReportingPeriod]:
        return self.every[:_MOST]

    @property
    def more(self) -> int:
        return max(len(self.every) - _MOST, 0)

    @property
    def first(self) -> ReportingPeriod:
        return self.every[0]

    @property
    def last(self) -> ReportingPeriod:
        return self.every[-1]


def periods_told(proposal: Proposal, said: Proposed) -> list[PeriodsTold]:
    """By kind, the shortest first; no query where no period would come of it.

    A running phase that gets another term has its own kinds of periods go on with it.
    """
    phase = proposal.phase
    longer = said.term.end_year is not None or said.term.open_ended
    kinds = {PeriodKind(kind) for kind in said.periods}
    if phase is not None and longer:
        kinds |= set(kinds_of(phase))
    if not kinds:
        return []
    planned = _as_it_would_be(proposal, said) if phase is None or longer else phase
    problem = _("không còn kỳ nào để lập.")
    try:
        every = planned_periods(planned, kinds, due_from=today())
    except ValidationError:
        every, problem = [], _("chưa rõ ngày bắt đầu hoặc năm cuối.")
    there = set(phase.periods.values_list("kind", "year", "number")) if phase is not None else set()
    new = [row for row in every if (row.kind, row.year, row.number) not in there]
    told = []
    for kind in PeriodKind:
        if rows := [row for row in new if row.kind == kind]:
            told.append(PeriodsTold(str(kind.label), rows))
        elif kind in said.periods:
            told.append(PeriodsTold(str(kind.label), problem=problem))
    return told


def taken_away(proposal: Proposal, said: Proposed) -> int:
    """How many periods would go because the term becomes shorter; no query unless another end is proposed."""
    if proposal.phase is None or said.term.end_year is None:
        return 0
    ends_on = _as_it_would_be(proposal, said).ends_on
    return beyond_term(proposal.phase, ends_on).count()


def _as_it_would_be(proposal: Proposal, said: Proposed) -> Phase:
    """A phase with the term that is proposed."""
    running = proposal.phase
    phase: Any = Phase(
        agreement=proposal.agreement,
        start_year=running.start_year if running else said.term.start_year,
        end_year=said.term.end_year,
        open_ended=said.term.open_ended,
    )
    phase.signed_on = running.signed_on if running else said.document.signed_on
    phase.begins_on, phase.ends_on = phase.compute_begins_on(), phase.compute_ends_on()
    told: Phase = phase
    return told
