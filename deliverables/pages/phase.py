"""The page of one phase: what was signed, its areas and where they come from, what came of each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Prefetch, QuerySet

from agreements.lineage import Lineage, lineage
from agreements.models import CooperationArea, Discrepancy, Event, Phase, Statement
from agreements.present_names import with_present_names
from agreements.told import differing_by, has_begun, has_happened, told_by
from coopportal.clock import Moment
from deliverables.models import Deliverable
from deliverables.pages.delivered import CITED, SIDES, delivered
from deliverables.pages.partner import (
    PhaseColumn,
    phase_column,
    subsidiaries_of,
    with_participants,
    with_speakers,
)
from deliverables.summaries.results import Family, Tally, results
from deliverables.summaries.story import Happening, Said, happenings, said


@dataclass(frozen=True)
class PhasePage:
    phase: Any
    begun: bool
    column: PhaseColumn
    before: Any
    after: Any
    lineage: Lineage
    families: list[Family]
    statements: list[Said]
    happenings: list[Happening]
    subsidiaries: list[tuple[Any, list[Tally]]]

    @property
    def said_count(self) -> int:
        return sum(len(group.rows) for group in self.statements)

    @property
    def rows(self) -> int:
        return sum(len(family.rows) for family in self.families)

    @property
    def phases(self) -> list[Any]:
        return [self.phase]


def phases_with_context() -> QuerySet[Phase]:
    """Phases with what their page's head names, their areas and their citations."""
    areas = CooperationArea.objects.prefetch_related("continues").order_by("position")
    rows = Phase.objects.select_related(
        "agreement__vnpt_party", "parent__agreement__partner"
    ).prefetch_related(Prefetch("areas", queryset=areas), Prefetch("citations", queryset=CITED))
    return with_present_names(rows, "agreement__")


def phases_with_partners() -> QuerySet[Phase]:
    """Phases with what their page's head names; the page itself fetches them with their neighbours."""
    rows = Phase.objects.select_related("agreement__vnpt_party", "parent__agreement__partner")
    return with_present_names(rows, "agreement__")


def phase_page(asked: Phase, moment: Moment, user: Any) -> PhasePage:
    """Fetch and shape the page at a moment: a fixed number of queries, whatever the rows."""
    day = moment.as_of
    areas = CooperationArea.objects.prefetch_related("continues").order_by("position")
    others = [
        row
        for row in Phase.objects.filter(agreement=asked.agreement_id)
        .select_related("parent__agreement__partner")
        .prefetch_related(Prefetch("areas", queryset=areas), Prefetch("citations", queryset=CITED))
        .order_by("begins_on", "start_year", "slug")
        if row.pk == asked.pk or has_begun(row, day)
    ]
    phase = next(row for row in others if row.pk == asked.pk)
    phase.agreement = asked.agreement
    place = [row.pk for row in others].index(phase.pk)
    before = others[place - 1] if place else None
    own = delivered(Deliverable.objects.filter(phase=phase), moment, user)
    events = with_participants(Event.objects.filter(phase=phase))
    happened = [row for row in events if has_happened(row, day)]
    statements = [
        row for row in with_speakers(Statement.objects.filter(phase=phase)) if told_by(row, day)
    ]
    differing = differing_by(
        Discrepancy.objects.filter(phase=phase, deliverables__isnull=True).prefetch_related(
            Prefetch("sides", queryset=SIDES)
        ),
        day,
    )
    return PhasePage(
        phase=phase,
        begun=has_begun(phase, day),
        column=phase_column(
            phase,
            own=own,
            events=happened,
            statements=statements,
            differing=differing,
            moment=moment,
        ),
        before=before,
        after=others[place + 1] if place + 1 < len(others) else None,
        lineage=lineage(list(before.areas.all()) if before else [], list(phase.areas.all())),
        families=results(own, [phase]),
        statements=said(statements),
        happenings=happenings(happened, phase.agreement.partner, None, differing),
        subsidiaries=subsidiaries_of([phase], moment),
    )
