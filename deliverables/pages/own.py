"""What came of a partner or of a phase: all of it counted, its rows told page by page."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.core.paginator import Page
from django.db.models import Exists, OuterRef
from django.http import HttpRequest

from coopportal.clock import Moment
from coopportal.pagination import page_of
from deliverables.choices import ReportState
from deliverables.models import CurrentFigure, Deliverable, Measurement
from deliverables.models.deliverable import DeliverableQuerySet
from deliverables.summaries.results import Delivered, Family, ResultRow, results
from deliverables.summaries.totals.health import with_health

#: Rows of the table of results on one page: more than any agreement of the articles has.
ROWS_A_PAGE = 60
#: Figures that stand beside what was signed.
HIGHLIGHTS = 4


def deliverables_at(rows: DeliverableQuerySet, moment: Moment) -> list[Deliverable]:
    """Deliverables as they stand at a moment, with ``health_rank`` and ``has_number``: two queries.

    Of a thousand rows most have a system in common, so each is made once, in a query of its own.
    """
    told = with_health(rows.official(moment), moment).annotate(has_number=has_number(moment))
    return list(told.prefetch_related("system"))


def has_number(moment: Moment) -> Exists:
    """Whether one of a deliverable's current figures has a value."""
    standing: Any
    if moment.knows_all:
        # What is kept holds the value too: no need to look for it among all measurements.
        standing = CurrentFigure.objects.on(moment.as_of).filter(deliverable=OuterRef("pk"))
    else:
        standing = Measurement.objects.current(moment).filter(report__deliverable=OuterRef("pk"))
    return Exists(standing.filter(value__isnull=False).order_by())


@dataclass(frozen=True)
class OwnRows:
    """The deliverables of a partner or a phase; ``phases`` are the columns of their table, oldest first."""

    rows: Sequence[Any]
    phases: Sequence[Any]
    page: Page[ResultRow]

    @classmethod
    def asked(cls, request: HttpRequest, rows: Sequence[Any], phases: Sequence[Any]) -> OwnRows:
        """With the page that is asked for; which rows make one line of the table needs no report."""
        families = results([Delivered(row) for row in rows], phases)
        lines = [line for family in families for line in family.rows]
        return cls(rows, phases, page_of(request, lines, per_page=ROWS_A_PAGE))

    @cached_property
    def on_page(self) -> set[int]:
        return {entry.deliverable.pk for line in self.page for entry in line.entries}

    @cached_property
    def highlighted(self) -> set[int]:
        """Of each phase the first that have a number."""
        chosen: set[int] = set()
        for phase in self.phases:
            with_number = [
                row.pk for row in self.rows if row.phase_id == phase.pk and row.has_number
            ]
            chosen.update(with_number[:HIGHLIGHTS])
        return chosen

    @property
    def wanted(self) -> list[Any]:
        """Those of which more than a count is told: their reports have to be fetched."""
        wanted = self.on_page | self.highlighted
        return [row for row in self.rows if row.pk in wanted]

    def families(self, told: Iterable[Delivered]) -> list[Family]:
        """The lines of the page, of deliverables that were fetched."""
        return results((one for one in told if one.deliverable.pk in self.on_page), self.phases)

    @property
    def confirmed(self) -> int:
        return sum(row.report_state == ReportState.CONFIRMED for row in self.rows)

    @property
    def without_figures(self) -> int:
        return sum(not row.has_number for row in self.rows)

    @property
    def latest_as_of(self) -> Any:
        return max((row.as_of_end for row in self.rows if row.report_id), default=None)
