"""The page of one proposal: what it says, beside what stands now, and what one may do with it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from agreements.choices import Instrument, PeriodKind
from agreements.models import CooperationArea, Phase, System
from coopportal.clock import today
from coopportal.vietnamese import fold
from deliverables import permissions
from deliverables.actions.signing import AreaSaid, ChangeSaid, DeliverableSaid, Proposed, TargetSaid
from deliverables.choices import DeliverableKind, ProposalKind, ProposalState
from deliverables.models import Deliverable, Indicator, Proposal
from deliverables.pages.mandates import Mandate, other_side, side_name
from deliverables.pages.planned_periods import PeriodsTold, periods_told, taken_away


@dataclass(frozen=True)
class AreaTold:
    """An area with what becomes of it; ``before``: what an amendment found it called."""

    area: AreaSaid
    words: str
    tag: str
    before: str = ""


@dataclass(frozen=True)
class TargetTold:
    target: TargetSaid
    indicator: Any


@dataclass(frozen=True)
class DeliverableTold:
    """A deliverable as proposed; ``before`` is the one that it continues or changes."""

    said: Any
    title: str
    kind: str
    system: str
    area: str
    before: Any
    targets: Sequence[TargetTold]


@dataclass(frozen=True)
class ProposalPage:
    proposal: Any
    mandate: Mandate
    said: Proposed
    instrument: str
    before: Any
    parent: Any
    areas: list[AreaTold]
    ending: list[Any]
    continued: list[DeliverableTold]
    fresh: list[DeliverableTold]
    changes: list[DeliverableTold]
    dropped: list[Any]
    #: What periods would come of it, as long as nobody has decided.
    periods: Sequence[PeriodsTold]
    #: How many periods a shorter term would take away, likewise.
    periods_gone: int
    may_write: bool
    may_decide: bool

    @property
    def proposer(self) -> str:
        return side_name(self.proposal.agreement, self.proposal.side)

    @property
    def receiver(self) -> str:
        return side_name(self.proposal.agreement, other_side(self.proposal.side))

    @property
    def signers(self) -> list[tuple[Any, str]]:
        agreement = self.proposal.agreement
        return [(row, side_name(agreement, row.side)) for row in self.said.document.signers]

    @property
    def period_kinds(self) -> list[Any]:
        return [kind.label for kind in PeriodKind if kind in self.said.periods]

    @property
    def title(self) -> str:
        return proposal_title(self.proposal)

    @property
    def is_draft(self) -> bool:
        return bool(self.proposal.state == ProposalState.DRAFT)

    @property
    def may_send(self) -> bool:
        return self.may_write and self.is_draft

    @property
    def may_withdraw(self) -> bool:
        return self.may_write and self.proposal.state == ProposalState.SUBMITTED

    @property
    def may_begin_again(self) -> bool:
        return self.may_write and self.proposal.state in {
            ProposalState.RETURNED,
            ProposalState.WITHDRAWN,
        }


def proposal_title(proposal: Any) -> str:
    """What a proposal is called in lists and letters; asks no query of rows ``with_context``."""
    partner = proposal.agreement.partner.short_name
    if proposal.kind == ProposalKind.PHASE:
        term = proposal.terms.get("term", {})
        years = Phase(
            start_year=term.get("start_year"),
            end_year=term.get("end_year"),
            open_ended=term.get("open_ended", False),
        ).years
        return _("Giai đoạn %(years)s của %(partner)s") % {"years": years, "partner": partner}
    named = {"partner": partner, "years": proposal.phase.years if proposal.phase else ""}
    if proposal.kind == ProposalKind.AMENDMENT:
        return _("Phụ lục thỏa thuận %(years)s của %(partner)s") % named
    return _("Bổ sung hạng mục, mục tiêu %(years)s của %(partner)s") % named


def phases_in_force(mandates: Sequence[Mandate]) -> list[Any]:
    """The running phases of these mandates: those that can be amended and added to."""
    rows = Phase.objects.in_force_on(today()).filter(
        agreement__in=[mandate.agreement.pk for mandate in mandates]
    )
    return list(
        rows.select_related("agreement__partner").order_by(
            "agreement__partner__sort_key", "begins_on", "pk"
        )
    )


#: Proposals of one kind on the pages of a person's own work; the list has them all.
_MOST = 20


@dataclass(frozen=True)
class Awaiting:
    """Proposals with their titles, the oldest first, and how many there are in all."""

    rows: list[tuple[Any, str]]
    count: int

    @property
    def more(self) -> int:
        return self.count - len(self.rows)


def proposals_awaiting(user: Any) -> Awaiting:
    """What the other side proposed and this user may accept or return."""
    rows = Proposal.objects.awaiting(user).with_context().order_by("submitted_at", "pk")
    told = [(row, proposal_title(row)) for row in rows[:_MOST]]
    return Awaiting(told, rows.count() if len(told) == _MOST else len(told))


def proposals_of_own_side(user: Any) -> list[tuple[Any, str]]:
    """Drafts of this user's sides and what they sent and is not decided, the latest first."""
    rows = Proposal.objects.open_of_side(user).with_context().order_by("-saved_at", "-pk")
    return [(row, proposal_title(row)) for row in rows[:_MOST]]


def proposal_page(proposal: Proposal, mandate: Mandate, user: Any) -> ProposalPage:
    """Seven queries, whatever it holds; up to four more where reporting periods would come of it."""
    said = Proposed.read(proposal.terms)
    phases = {
        row.slug: row
        for row in Phase.objects.filter(slug__in={said.before, said.term.parent} - {""})
        .select_related("agreement__partner")
        .order_by()
    }
    before = phases.get(said.before)
    earlier = list(CooperationArea.objects.filter(phase=before)) if before else []
    told = _Told(said, [] if proposal.kind == ProposalKind.PHASE else earlier)
    waiting = proposal.state == ProposalState.SUBMITTED
    undecided = waiting or proposal.state == ProposalState.DRAFT
    continuing = {row.continues for row in said.deliverables if row.continues}
    dropped = []
    if proposal.kind == ProposalKind.PHASE and proposal.state != ProposalState.ACCEPTED and before:
        dropped = [
            row
            for row in Deliverable.objects.filter(phase=before, continued_by__isnull=True)
            if row.slug not in continuing
        ]
    return ProposalPage(
        proposal=proposal,
        mandate=mandate,
        said=said,
        instrument=str(Instrument(said.document.instrument).label)
        if said.document.instrument in Instrument.values
        else "",
        before=before,
        parent=phases.get(said.term.parent),
        areas=_areas(said, proposal.kind, earlier),
        ending=_ending(said, proposal.kind, earlier),
        continued=[told.deliverable(row) for row in said.deliverables if row.continues],
        fresh=[told.deliverable(row) for row in said.deliverables if not row.continues],
        changes=[told.change(row) for row in said.changes],
        dropped=dropped,
        periods=periods_told(proposal, said) if undecided else (),
        periods_gone=taken_away(proposal, said) if undecided else 0,
        may_write=mandate.side == proposal.side,
        may_decide=waiting and permissions.can_decide_proposal(user, proposal),
    )


def _areas(said: Proposed, kind: str, earlier: Sequence[Any]) -> list[AreaTold]:
    names = {area.position: area.name for area in earlier}
    told = []
    for area in said.areas:
        if kind == ProposalKind.PHASE:
            told.append(_in_new_phase(area, names))
        elif area.ended:
            told.append(AreaTold(area, _("Kết thúc"), ""))
        elif not area.was:
            told.append(AreaTold(area, _("Lĩnh vực mới"), "new"))
        elif area.was != area.name:
            told.append(AreaTold(area, _("Sửa lời"), "grown", area.was))
        else:
            told.append(AreaTold(area, _("Giữ nguyên"), "kept"))
    return told


def _in_new_phase(area: AreaSaid, names: dict[int, str]) -> AreaTold:
    if not area.continues:
        return AreaTold(area, _("Lĩnh vực mới") if names else "", "new")
    numbers = _(" và ").join(str(number) for number in area.continues)
    if len(area.continues) > 1:
        return AreaTold(area, _("Gộp từ lĩnh vực %s") % numbers, "grown")
    if fold(names.get(area.continues[0], "")) == fold(area.name):
        return AreaTold(area, _("Giữ nguyên từ lĩnh vực %s") % numbers, "kept")
    return AreaTold(area, _("Tiếp nối lĩnh vực %s, sửa lời") % numbers, "grown")


def _ending(said: Proposed, kind: str, earlier: Sequence[Any]) -> list[Any]:
    """Areas of the phase before that nothing carries on."""
    if kind != ProposalKind.PHASE:
        return []
    carried = {number for area in said.areas for number in area.continues}
    return [area for area in earlier if area.position not in carried]


class _Told:
    """Names for the slugs and keys of a proposal, fetched once for all of it."""

    def __init__(self, said: Proposed, areas: Sequence[Any]) -> None:
        """``areas``: those of the phase that is changed; what is proposed goes before them."""
        rows: list[DeliverableSaid | ChangeSaid] = [*said.deliverables, *said.changes]
        targets = [target for row in rows for target in row.targets]
        slugs = {row.continues for row in said.deliverables if row.continues} | {
            row.deliverable for row in said.changes
        }
        self.before = {
            row.slug: row
            for row in Deliverable.objects.filter(slug__in=slugs).select_related("phase", "system")
        }
        keys = {target.indicator for target in targets}
        self.indicators = {row.key: row for row in Indicator.objects.filter(key__in=keys)}
        systems = {row.system for row in said.deliverables if row.system}
        self.systems = {row.slug: row for row in System.objects.filter(slug__in=systems)}
        self.areas = {
            area.position: f"{area.position}. {area.name}" for area in (*areas, *said.areas)
        }

    def deliverable(self, row: DeliverableSaid) -> DeliverableTold:
        system = self.systems.get(row.system)
        return DeliverableTold(
            said=row,
            title=row.title,
            kind=str(DeliverableKind(row.kind).label) if row.kind in DeliverableKind.values else "",
            system=system.name if system else "",
            area=self.areas.get(row.area or 0, str(row.area or "")),
            before=self.before.get(row.continues),
            targets=self._targets(row.targets),
        )

    def change(self, row: Any) -> DeliverableTold:
        before = self.before.get(row.deliverable)
        return DeliverableTold(
            said=row,
            title=before.title if before else row.deliverable,
            kind="",
            system="",
            area="",
            before=before,
            targets=self._targets(row.targets),
        )

    def _targets(self, targets: Sequence[TargetSaid]) -> list[TargetTold]:
        return [
            TargetTold(target, self.indicators[target.indicator])
            for target in targets
            if target.indicator in self.indicators
        ]
