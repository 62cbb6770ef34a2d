"""The page of one phase: what was signed, its areas and where they come from, what came of each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest

from agreements.areas import fetch_areas
from agreements.choices import PeriodKind
from agreements.cited import fetch_citations
from agreements.lineage import Lineage, Step, lineage
from agreements.models import Event, Phase, Statement
from agreements.present_names import with_present_names
from agreements.terms import fetch_terms
from agreements.told import has_begun, has_happened, told_by
from coopportal.clock import Moment
from deliverables.models import Deliverable
from deliverables.pages.delivered import fetch_reports
from deliverables.pages.differing import differing
from deliverables.pages.own import OwnRows, deliverables_at
from deliverables.pages.partner import (
    PhaseColumn,
    of_one,
    phase_column,
    phases_below,
    signed_phases,
    subsidiaries,
    with_participants,
    with_speakers,
)
from deliverables.permissions import represents_either_side
from deliverables.summaries.plans import HealthCount, health_counts
from deliverables.summaries.results import Family, Tally
from deliverables.summaries.story import Happening, Said, happenings, said


@dataclass(frozen=True)
class PhasePage:
    phase: Any
    begun: bool
    column: PhaseColumn
    before: Any
    after: Any
    lineage: Lineage
    own: OwnRows
    families: list[Family]
    statements: list[Said]
    happenings: list[Happening]
    subsidiaries: list[tuple[Any, list[Tally]]]
    #: Kinds of reporting periods with their numbers, for who may read them; ``None`` for everybody else.
    periods: list[tuple[str, int]] | None

    @property
    def said_count(self) -> int:
        return sum(len(group.rows) for group in self.statements)

    @property
    def phases(self) -> list[Any]:
        return [self.phase]

    @property
    def areas(self) -> list[tuple[Step, list[HealthCount]]]:
        """Its areas, each with how its deliverables stand to their plans."""
        ranks: dict[int | None, list[int]] = {}
        for row in self.column.own:
            ranks.setdefault(row.area_id, []).append(row.health_rank)
        return [(step, health_counts(ranks.get(step.area.pk, ()))) for step in self.lineage.after]


def phases_with_partners() -> QuerySet[Phase]:
    """Phases with what their page's head names; the page itself fetches them with their neighbours."""
    rows = Phase.objects.select_related("agreement__vnpt_party", "parent__agreement__partner")
    return with_present_names(rows, "agreement__")


def phase_page(asked: Phase, moment: Moment, request: HttpRequest) -> PhasePage:
    """Fetch and shape the page at a moment: queries as for a partner (``partner_page``)."""
    day, user = moment.as_of, request.user
    signed = signed_phases(asked.agreement_id)
    phase = next(row for row in signed if row.pk == asked.pk)
    phase.agreement = asked.agreement
    fetch_areas(signed)
    fetch_terms(signed, day)
    below = list(phases_below([phase]))
    delivered = deliverables_at(Deliverable.objects.filter(phase__in=[phase, *below]), moment)
    own_rows = [row for row in delivered if row.phase_id == phase.pk]
    own = OwnRows.asked(request, of_one(asked.agreement, [phase], own_rows), [phase])
    fetched = fetch_reports(own.wanted, moment, user)
    events = list(with_participants(Event.objects.filter(phase=phase)))
    spoken = list(with_speakers(Statement.objects.filter(phase=phase)))
    amended = [row for one in signed for row in one.amended]
    fetch_citations(signed, amended, below, fetched.deliverables, fetched.reports, events, spoken)

    others = [row for row in signed if row.pk == phase.pk or has_begun(row, day)]
    place = [row.pk for row in others].index(phase.pk)
    before = others[place - 1] if place else None
    happened = [row for row in events if has_happened(row, day)]
    statements = [row for row in spoken if told_by(row, day)]
    seen = differing(Q(phase=phase) | Q(deliverables__in=fetched.ids), day)
    beside = [row for row in seen if not row.deliverable_ids]
    told = fetched.told(seen)
    return PhasePage(
        phase=phase,
        begun=has_begun(phase, day),
        column=phase_column(
            phase,
            own=own.rows,
            told=told,
            events=happened,
            statements=statements,
            differing=beside,
            moment=moment,
        ),
        before=before,
        after=others[place + 1] if place + 1 < len(others) else None,
        lineage=lineage(list(before.areas.all()) if before else [], list(phase.areas.all())),
        own=own,
        families=own.families(told),
        statements=said(statements),
        happenings=happenings(happened, phase.agreement.partner, None, beside),
        subsidiaries=subsidiaries(below, [phase], delivered, moment),
        periods=_periods(phase, user),
    )


def _periods(phase: Phase, user: Any) -> list[tuple[str, int]] | None:
    """No query for the public."""
    if not represents_either_side(user, phase.agreement_id):
        return None
    rows = phase.periods.order_by().values_list("kind").annotate(count=Count("pk"))
    counts = dict(rows)
    return [(str(kind.label), counts[kind]) for kind in PeriodKind if kind in counts]
