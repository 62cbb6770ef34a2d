"""What the overview asks of the database, one query a question, told in its sections' words.

Whatever can be counted is counted there: of a country's deployments, figures and changes only those that
are drawn are fetched, and the time line and the matrix are drawn a page of partners at a time.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.core.paginator import Page

from agreements.filters import DiscrepancyFilterSet
from agreements.models import System
from coopportal.clock import Moment
from coopportal.pagination import SYSTEMS_PAGE_PARAMETER, page_in
from coopportal.signed import MapChoice, Signed, signed_at
from deliverables.models import Deliverable
from deliverables.pages.changes import Change, latest_changes
from deliverables.pages.differing import Differing, differing_in_sum
from deliverables.pages.systems import with_family_order
from deliverables.summaries.current import count_standing
from deliverables.summaries.deployed import Tallied, cells, tallied
from deliverables.summaries.matrix import Matrix, matrix
from deliverables.summaries.stages import Segment, stage_strip
from deliverables.summaries.timeline import Timeline, timeline

#: So many partners stand on the time line and in the matrix at once, and so many systems in the matrix.
PARTNERS_PER_PAGE, SYSTEMS_PER_PAGE = 12, 60
#: How many deployments without an agreement are named; the list has them all.
OUTSIDE_NAMED = 10
#: How many points of difference are given as examples.
_EXAMPLES = 2


@dataclass(kw_only=True)
class Overview(Signed):
    """Everything on the page at one moment. Counts are of rows that are there, never invented.

    ``partners`` and ``drawn_systems`` are the pages of partners and systems that are drawn.
    """

    counted: Tallied
    standing_figures: int
    confirmed_figures: int
    differing: Differing
    changes: list[Change]
    partners: Page[Any]
    drawn_systems: Page[Any]
    timeline: Timeline
    matrix: Matrix
    outside: list[Any]

    # ---- headline figures ----

    @property
    def deployments(self) -> int:
        return self.counted.deployments

    @property
    def systems(self) -> int:
        return len(self.counted.systems)

    @property
    def strip(self) -> list[Segment]:
        return stage_strip(self.counted.stages)

    @property
    def latest_year(self) -> int | None:
        """The year of the latest report; its day may be no more than the end of that year."""
        return self.counted.latest.year if self.counted.latest else None

    @property
    def changes_unseen(self) -> int:
        """How many changes of the same instant as the last one shown are left out."""
        if not self.changes:
            return 0
        last = self.changes[-1].change
        return int(last.at_once) - sum(row.change.at == last.at for row in self.changes)

    # ---- what needs attention ----

    @property
    def without_systems(self) -> list[Any]:
        counts = self.deployments_of
        return [row for row in self.agreements if not counts[row.pk]]

    @property
    def disputed_most(self) -> tuple[Any, int] | None:
        """The partner on which sources differ most often, and how often."""
        if self.differing.most is None:
            return None
        key, count = self.differing.most
        return next((row, count) for row in self.agreements if row.pk == key)

    # ---- the matrix ----

    @property
    def deployments_of(self) -> Counter[int]:
        """How many deployments stand in the column of a partner, its subsidiary agreements included."""
        return _by_home(self.counted, self.homes)

    @property
    def outside_total(self) -> int:
        """Deployments that stand in no column, so that none is lost from sight."""
        return self.deployments - self.deployments_of.total()


def overview_at(
    moment: Moment, chosen: MapChoice = MapChoice.SIGNED, query: Mapping[str, str] | None = None
) -> Overview:
    """Fetch what the overview shows at a moment: a fixed number of queries, whatever the rows.

    ``query`` says which page of partners (``trang``) and of systems (``trang-he-thong``) is drawn.
    """
    query = query or {}
    signed = signed_at(moment, chosen)
    homes = signed.homes
    counted = tallied(moment, homes)
    every, confirmed = count_standing(moment)
    partners = page_in(query, signed.agreements, per_page=PARTNERS_PER_PAGE)
    systems = page_in(
        query,
        with_family_order(System.objects.filter(pk__in=counted.inside)).order_by(
            "family_order", "position", "sort_key", "slug"
        ),
        per_page=SYSTEMS_PER_PAGE,
        parameter=SYSTEMS_PAGE_PARAMETER,
    )
    drawn = {row.pk for row in partners}
    rows = list(systems)
    found = cells(
        moment,
        [system.pk for system in rows],
        {own: home for own, home in homes.items() if home in drawn},
        {phase.pk: phase.years for phase in (*signed.phases, *signed.subsidiaries)},
    )
    line = timeline(signed.phases, moment.as_of, signed.places_shown)
    return Overview(
        **vars(signed),
        counted=counted,
        standing_figures=every,
        confirmed_figures=confirmed,
        differing=differing_in_sum(
            DiscrepancyFilterSet.rows_at(moment, None),
            [row.pk for row in signed.agreements],
            examples=_EXAMPLES,
        ),
        changes=latest_changes(moment),
        partners=partners,
        drawn_systems=systems,
        timeline=replace(line, rows=[row for row in line.rows if row.agreement.pk in drawn]),
        matrix=matrix(rows, list(partners), found, _by_home(counted, homes), signed.places_shown),
        outside=_outside(moment, homes),
    )


def _by_home(counted: Tallied, homes: Mapping[int, int]) -> Counter[int]:
    counts: Counter[int] = Counter()
    for agreement, count in counted.agreements.items():
        if agreement is not None and agreement in homes:
            counts[homes[agreement]] += count
    return counts


def _outside(moment: Moment, homes: Mapping[int, int]) -> list[Any]:
    """The first deployments that stand in no column of the matrix."""
    rows = Deliverable.objects.deployments().begun(moment)
    return list(rows.exclude(agreement__in=homes).only("slug", "title", "sort_key")[:OUTSIDE_NAMED])
