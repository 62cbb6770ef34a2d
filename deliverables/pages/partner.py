"""The page of one partner: its phases, areas, results, words, events and agreements below it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Prefetch, Q, QuerySet

from agreements.choices import EventKind, Side, StatementKind
from agreements.lineage import Lineage, lineage
from agreements.models import (
    Agreement,
    CooperationArea,
    Discrepancy,
    Event,
    Participation,
    Phase,
    Representative,
    Statement,
)
from agreements.present_names import with_present_names
from agreements.told import differing_by, has_begun, has_happened, told_by
from coopportal.clock import Moment, today
from deliverables.models import Deliverable
from deliverables.pages.delivered import CITED, SIDES, delivered
from deliverables.permissions import represents_either_side
from deliverables.summaries.differences import Difference, of_discrepancy
from deliverables.summaries.results import Delivered, Family, Tally, results, tally
from deliverables.summaries.story import Happening, Said, happenings, said


@dataclass(frozen=True)
class PhaseColumn:
    """One phase beside the other: what was signed, what was aimed at, what came of it."""

    phase: Any
    areas: list[Any]
    objectives: list[Any]
    awards: list[Any]
    own: list[Delivered]
    differences: list[Difference]
    in_force: bool

    @property
    def tally(self) -> list[Tally]:
        return tally(one.stage for one in self.own)

    @property
    def highlights(self) -> list[tuple[Delivered, Any]]:
        """The first figure of each deliverable that has one, at most four."""
        return [(one, one.numbers[0]) for one in self.own if one.numbers][:4]

    @property
    def more_figures(self) -> int:
        return sum(bool(one.numbers) for one in self.own) - len(self.highlights)


@dataclass(frozen=True)
class PartnerPage:
    """Everything on the page at one moment; empty lists mean that nothing was there yet."""

    agreement: Any
    columns: list[PhaseColumn]
    earlier: list[PhaseColumn]
    lineage: Lineage | None
    families: list[Family]
    delivered: list[Delivered]
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
        return bool(self.columns or self.delivered)

    @property
    def rows(self) -> int:
        return sum(len(family.rows) for family in self.families)

    @property
    def said_count(self) -> int:
        return sum(len(group.rows) for group in self.statements)

    @property
    def silent_sides(self) -> list[str]:
        """Sides that nobody represents today, for those who may see who does."""
        speaking = {row.side for row in self.contacts}
        return [str(side.label) for side in Side if side.value not in speaking]

    @property
    def confirmed(self) -> int:
        return sum(
            one.report is not None and one.report.state == "confirmed" for one in self.delivered
        )

    @property
    def without_figures(self) -> int:
        return sum(not one.numbers for one in self.delivered)

    @property
    def latest_as_of(self) -> Any:
        return max((one.report.as_of_end for one in self.delivered if one.report), default=None)


def agreements_with_partners() -> QuerySet[Agreement]:
    """Agreements with what their pages' heads need: both parties, the province then and now."""
    rows = Agreement.objects.select_related("vnpt_party", "partner__parent")
    return with_present_names(rows)


def partner_page(agreement: Agreement, moment: Moment, user: Any) -> PartnerPage:
    """Fetch and shape the page at a moment: a fixed number of queries, whatever the rows."""
    day = moment.as_of
    phases = [row for row in _phases(agreement) if has_begun(row, day)]
    own = delivered(Deliverable.objects.filter(agreement=agreement), moment, user)
    events = [row for row in _events(agreement) if has_happened(row, day)]
    statements = [row for row in _statements(agreement) if told_by(row, day)]
    differing = differing_by(_discrepancies(agreement, events), day)
    columns = [
        phase_column(
            phase,
            own=own,
            events=events,
            statements=statements,
            differing=differing,
            moment=moment,
        )
        for phase in phases
    ]
    shown = columns[-2:]
    phase_ids = {phase.pk for phase in phases}
    # Differences about a person stand where that person is named, in the time line.
    general = [row for row in differing if row.phase_id not in phase_ids and not row.person_id]
    return PartnerPage(
        agreement=agreement,
        columns=shown,
        earlier=columns[:-2],
        lineage=lineage(shown[0].areas, shown[1].areas)
        if len(shown) == 2 and (shown[0].areas or shown[1].areas)
        else None,
        families=results(own, [column.phase for column in shown]),
        delivered=own,
        differences=[of_discrepancy(row) for row in general],
        statements=said(statements),
        happenings=happenings(events, agreement.partner, day, differing),
        subsidiaries=subsidiaries_of(phases, moment),
        parents=list(
            {p.parent.agreement_id: p.parent.agreement for p in phases if p.parent}.values()
        ),
        contacts=_contacts(agreement, user),
    )


def _phases(agreement: Agreement) -> Iterable[Any]:
    areas = CooperationArea.objects.prefetch_related("continues").order_by("position")
    return (
        Phase.objects.filter(agreement=agreement)
        .select_related("parent__agreement__partner")
        .prefetch_related(Prefetch("areas", queryset=areas), Prefetch("citations", queryset=CITED))
        .order_by("begins_on", "start_year", "slug")
    )


def _events(agreement: Agreement) -> Iterable[Any]:
    return with_participants(
        Event.objects.filter(Q(agreement=agreement) | Q(phase__agreement=agreement))
    )


def with_participants(events: QuerySet[Event]) -> QuerySet[Event]:
    people = Participation.objects.select_related("person").order_by("position")
    return events.select_related("phase").prefetch_related(
        Prefetch("participations", queryset=people), Prefetch("citations", queryset=CITED)
    )


def _statements(agreement: Agreement) -> Iterable[Any]:
    return with_speakers(
        Statement.objects.filter(Q(agreement=agreement) | Q(phase__agreement=agreement))
    )


def with_speakers(statements: QuerySet[Statement]) -> QuerySet[Statement]:
    return statements.select_related("party", "speaker", "phase").prefetch_related(
        Prefetch("citations", queryset=CITED)
    )


def _discrepancies(agreement: Agreement, events: Sequence[Any]) -> Iterable[Any]:
    people = {one.person_id for event in events for one in event.participations.all()} - {None}
    return (
        Discrepancy.objects.filter(
            Q(agreement=agreement) | Q(phase__agreement=agreement) | Q(person__in=people),
            # Those about one deliverable are opened in its own row.
            deliverables__isnull=True,
        )
        .select_related("person")
        .prefetch_related(Prefetch("sides", queryset=SIDES))
    )


def phase_column(
    phase: Any,
    *,
    own: Sequence[Delivered],
    events: Sequence[Any],
    statements: Sequence[Any],
    differing: Sequence[Any],
    moment: Moment,
) -> PhaseColumn:
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
        own=[one for one in own if one.deliverable.phase_id == phase.pk],
        differences=[
            of_discrepancy(row)
            for row in differing
            if row.phase_id == phase.pk and not row.person_id
        ],
        in_force=phase.in_force_on(moment.as_of),
    )


def subsidiaries_of(phases: Sequence[Any], moment: Moment) -> list[tuple[Any, list[Tally]]]:
    """Phases signed under these, with how far their deliverables have come: two queries."""
    rows = [
        row
        for row in Phase.objects.filter(parent__in=phases)
        .select_related("agreement__partner", "agreement__vnpt_party", "parent")
        .prefetch_related(Prefetch("citations", queryset=CITED))
        .order_by("agreement__partner__sort_key", "start_year")
        if has_begun(row, moment.as_of)
    ]
    stages: dict[int, list[Any]] = {row.pk: [] for row in rows}
    found = Deliverable.objects.filter(phase__in=stages).official(moment)
    for phase_id, stage in found.values_list("phase_id", "stage"):
        stages[phase_id].append(stage)
    return [(row, tally(stages[row.pk])) for row in rows]


def _contacts(agreement: Agreement, user: Any) -> list[Any]:
    """Who acts for both sides today: told only to those who represent one of them."""
    if not represents_either_side(user, agreement.pk):
        return []
    rows = Representative.objects.on(today()).filter(agreement=agreement).select_related("user")
    return list(rows.order_by("side", "user__full_name", "pk"))
