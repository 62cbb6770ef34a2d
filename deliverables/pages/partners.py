"""The list of partners: each agreement with its phases and how far its deliverables have come."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, Prefetch

from agreements.models import Agreement, Phase
from agreements.told import has_begun
from coopportal.clock import Moment
from deliverables.models import Deliverable
from deliverables.pages.delivered import CITED
from deliverables.pages.partner import agreements_with_partners
from deliverables.summaries.results import Tally, tally


@dataclass(frozen=True)
class PartnerRow:
    agreement: Any
    phases: list[Any]
    in_force: set[int]
    tally: list[Tally]
    deliverables: int

    @property
    def parents(self) -> list[Any]:
        """The agreements above this one, for a subsidiary one."""
        above = [phase.parent.agreement for phase in self.phases if phase.parent]
        return list({row.pk: row for row in above}.values())


def partner_rows(agreements: Sequence[Agreement], moment: Moment) -> list[PartnerRow]:
    """Shape the agreements of one page; those with nothing yet on the day have no phases."""
    stages: dict[int, list[Any]] = {row.pk: [] for row in agreements}
    found = Deliverable.objects.filter(agreement__in=stages).official(moment)
    for agreement_id, stage in found.values_list("agreement_id", "stage"):
        stages[agreement_id].append(stage)
    rows = []
    for agreement in agreements:
        phases = [row for row in agreement.phases.all() if has_begun(row, moment.as_of)]
        own = stages[agreement.pk]
        in_force = {row.pk for row in phases if row.in_force_on(moment.as_of)}
        rows.append(PartnerRow(agreement, phases, in_force, tally(own), len(own)))
    return rows


def agreements_with_phases() -> Any:
    """Agreements that stand by themselves first, then those under another; each by its partner's name."""
    phases = (
        Phase.objects.select_related("parent__agreement__partner")
        .prefetch_related(Prefetch("citations", queryset=CITED))
        .order_by("begins_on", "start_year", "slug")
    )
    under = Phase.objects.filter(agreement=OuterRef("pk"), parent__isnull=False)
    return (
        agreements_with_partners()
        .annotate(subsidiary=Exists(under))
        .prefetch_related(Prefetch("phases", queryset=phases))
        .order_by("subsidiary", "partner__sort_key", "slug")
    )
