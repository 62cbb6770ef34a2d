"""The page of one partner: its phases, areas, results, words, events and agreements below it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Prefetch, Q, QuerySet
from django.http import HttpRequest

from agreements.areas import fetch_areas
from agreements.choices import EventKind, Side, StatementKind
from agreements.cited import fetch_citations
from agreements.lineage import Lineage, lineage
from agreements.models import (
    Agreement,
    Event,
    Participation,
    Phase,
    Representative,
    Statement,
)
from agreements.present_names import with_present_names
from agreements.terms import fetch_terms
from agreements.told import has_begun, has_happened, told_by
from coopportal.clock import Moment, today
from deliverables.models import Deliverable
from deliverables.pages.delivered import fetch_reports
from deliverables.pages.differing import differing
from deliverables.pages.own import HIGHLIGHTS, OwnRows, deliverables_at
from deliverables.permissions import represents_either_side
from deliverables.summaries.differences import Difference, of_discrepancy
from deliverables.summaries.plans import HealthCount, health_counts
from deliverables.summaries.results import Delivered, Family, Tally, tally
from deliverables.summaries.story import Happening, Said, happenings, said


@dataclass(frozen=True)
class PhaseColumn:
    """One phase beside the other: what was signed, what was aimed at, what came of it."""

    phase: Any
    areas: list[Any]
    objectives: list[Any]
    awards: list[Any]
    own: list[Any]
    differences: list[Difference]
    in_force: bool
    #: The first that have a number, with the first number of each.
    highlights: list[tuple[Delivered, Any]]

    @property
    def tally(self) -> list[Tally]:
        return tally(row.stage for row in self.own)

    @property
    def health(self) -> list[HealthCount]:
        return health_counts(row.health_rank for row in self.own)

    @property
    def more_figures(self) -> int:
        return sum(row.has_number for row in self.own) - len(self.highlights)


@dataclass(frozen=True)
class PartnerPage:
    """Everything on the page at one moment; empty lists mean that nothing was there yet."""

    agreement: Any
    columns: list[PhaseColumn]
    earlier: list[PhaseColumn]
    lineage: Lineage | None
    families: list[Family]
    own: OwnRows
    differences: list[Difference]
    statements: list[Said]
    happenings: list[Happening]
    subsidiaries: list[tuple[Any, list[Tally]]]
    parents: list[Any]
    contacts: list[Any]

    @property
    def phases(self) -> list[Any]:
        return [column.phase for column in self.columns]

    @property
    def has_begun(self) -> bool:
        return bool(self.columns or self.own.rows)

    @property
    def said_count(self) -> int:
        return sum(len(group.rows) for group in self.statements)

    @property
    def silent_sides(self) -> list[str]:
        """Sides that nobody represents today, for those who may see who does."""
        speaking = {row.side for row in self.contacts}
        return [str(side.label) for side in Side if side.value not in speaking]


def agreements_with_partners() -> QuerySet[Agreement]:
    """Agreements with what their pages' heads need: both parties, the province then and now."""
    rows = Agreement.objects.select_related("vnpt_party", "partner__parent")
    return with_present_names(rows)


def partner_page(agreement: Agreement, moment: Moment, request: HttpRequest) -> PartnerPage:
    """Fetch and shape the page at a moment: one query a section and one for all their citations.

    A section whose rows have rows of their own takes one more for each kind of these: areas of phases,
    reports of deliverables with their figures and verdicts, participants of events. Deliverables are counted
    whole and told page by page.
    """
    day, user = moment.as_of, request.user
    signed = signed_phases(agreement.pk)
    fetch_areas(signed)
    fetch_terms(signed, day)
    below = list(phases_below(signed))
    phases = [row for row in signed if has_begun(row, day)]
    delivered = _deliverables(agreement, below, moment)
    own = OwnRows.asked(request, of_one(agreement, signed, delivered), phases[-2:])
    fetched = fetch_reports(own.wanted, moment, user)
    belongs = Q(agreement=agreement) | Q(phase__in=signed)
    happened = list(with_participants(Event.objects.filter(belongs)))
    spoken = list(with_speakers(Statement.objects.filter(belongs)))
    amended = [row for phase in signed for row in phase.amended]
    fetch_citations(signed, amended, below, fetched.deliverables, fetched.reports, happened, spoken)

    events = [row for row in happened if has_happened(row, day)]
    statements = [row for row in spoken if told_by(row, day)]
    about = belongs | Q(person__in=people_in(events)) | Q(deliverables__in=fetched.ids)
    seen = differing(about, day)
    # Those about one deliverable are opened in its own row.
    beside = [row for row in seen if not row.deliverable_ids]
    told = fetched.told(seen)
    columns = [
        phase_column(
            phase,
            own=own.rows,
            told=told,
            events=events,
            statements=statements,
            differing=beside,
            moment=moment,
        )
        for phase in phases
    ]
    shown = columns[-2:]
    phase_ids = {phase.pk for phase in phases}
    # Differences about a person stand where that person is named, in the time line.
    general = [row for row in beside if row.phase_id not in phase_ids and not row.person_id]
    return PartnerPage(
        agreement=agreement,
        columns=shown,
        earlier=columns[:-2],
        lineage=lineage(shown[0].areas, shown[1].areas)
        if len(shown) == 2 and (shown[0].areas or shown[1].areas)
        else None,
        families=own.families(told),
        own=own,
        differences=[of_discrepancy(row) for row in general],
        statements=said(statements),
        happenings=happenings(events, agreement.partner, day, beside),
        subsidiaries=subsidiaries(below, phases, delivered, moment),
        parents=list(
            {p.parent.agreement_id: p.parent.agreement for p in phases if p.parent}.values()
        ),
        contacts=_contacts(agreement, user),
    )


def signed_phases(agreement_id: int) -> list[Any]:
    """All phases of an agreement with those they were signed under, oldest first."""
    return list(
        Phase.objects.filter(agreement=agreement_id)
        .select_related("parent__agreement__partner")
        .order_by("begins_on", "start_year", "slug")
    )


def _deliverables(agreement: Agreement, below: Sequence[Any], moment: Moment) -> list[Deliverable]:
    """Its own, and those of the agreements below it, which are only counted."""
    rows = Deliverable.objects.filter(Q(agreement=agreement) | Q(phase__in=below))
    return deliverables_at(rows, moment)


def of_one(agreement: Agreement, phases: Sequence[Any], rows: Sequence[Any]) -> list[Any]:
    """Those of ``rows`` that are of this agreement, with what is at hand already."""
    signed = {phase.pk: phase for phase in phases}
    own = [row for row in rows if row.agreement_id == agreement.pk]
    for row in own:
        row.agreement = agreement
        if row.phase_id:
            row.phase = signed[row.phase_id]
    return own


def with_participants(events: QuerySet[Event]) -> QuerySet[Event]:
    people = Participation.objects.select_related("person").order_by("position")
    return events.select_related("phase").prefetch_related(
        Prefetch("participations", queryset=people)
    )


def people_in(events: Iterable[Any]) -> set[int]:
    return {
        part.person_id for event in events for part in event.participations.all() if part.person_id
    }


def with_speakers(statements: QuerySet[Statement]) -> QuerySet[Statement]:
    return statements.select_related("party", "speaker", "phase")


def phase_column(
    phase: Any,
    *,
    own: Sequence[Any],
    told: Sequence[Delivered],
    events: Sequence[Any],
    statements: Sequence[Any],
    differing: Sequence[Any],
    moment: Moment,
) -> PhaseColumn:
    """``own`` are deliverables as they stand, ``told`` those of them whose figures are at hand."""
    with_number = [one for one in told if one.deliverable.phase_id == phase.pk and one.numbers]
    return PhaseColumn(
        phase=phase,
        areas=list(phase.areas.all()),
        objectives=[
            row
            for row in statements
            if row.phase_id == phase.pk and row.kind == StatementKind.OBJECTIVE
        ],
        awards=[
            part
            for event in events
            if event.phase_id == phase.pk and event.kind == EventKind.COMMENDATION
            for part in event.participations.all()
            if part.role == "received" and part.count
        ],
        own=[row for row in own if row.phase_id == phase.pk],
        differences=[
            of_discrepancy(row)
            for row in differing
            if row.phase_id == phase.pk and not row.person_id
        ],
        in_force=phase.in_force_on(moment.as_of),
        highlights=[(one, one.numbers[0]) for one in with_number[:HIGHLIGHTS]],
    )


def phases_below(phases: Iterable[Any]) -> QuerySet[Phase]:
    """Phases signed under these."""
    return Phase.objects.filter(parent__in=list(phases)).select_related(
        "agreement__partner", "agreement__vnpt_party", "parent"
    )


def subsidiaries(
    below: Iterable[Any], phases: Sequence[Any], delivered: Iterable[Any], moment: Moment
) -> list[tuple[Any, list[Tally]]]:
    """Phases signed under ``phases`` that have begun, with how far their deliverables have come."""
    shown = {phase.pk for phase in phases}
    rows = [row for row in below if row.parent_id in shown and has_begun(row, moment.as_of)]
    rows.sort(key=_by_partner)
    stages: dict[int, list[Any]] = {row.pk: [] for row in rows}
    for deliverable in delivered:
        if deliverable.phase_id in stages:
            stages[deliverable.phase_id].append(deliverable.stage)
    return [(row, tally(stages[row.pk])) for row in rows]


def _by_partner(phase: Any) -> tuple[bytes, int, int]:
    return (bytes(phase.agreement.partner.sort_key), phase.start_year or 0, phase.pk)


def _contacts(agreement: Agreement, user: Any) -> list[Any]:
    """Who acts for both sides today: told only to those who represent one of them."""
    if not represents_either_side(user, agreement.pk):
        return []
    rows = Representative.objects.on(today()).filter(agreement=agreement).select_related("user")
    return list(rows.order_by("side", "user__full_name", "pk"))
