"""Reports as the queue tells them, beside what stood before. Not here: which of them wait for whom."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Prefetch
from django.utils import timezone

from agreements.choices import Side
from agreements.present_names import with_present_names
from coopportal.clock import ZONE, Moment, today
from deliverables.flags import Compared, compared
from deliverables.forms import DisputeForm, ReturnForm
from deliverables.models import Deliverable, EvidenceFile, ProgressReport
from deliverables.pages.changes_told import change_told
from deliverables.pages.delivered import with_all_they_say
from deliverables.pages.mandates import Mandate, side_name


@dataclass(frozen=True)
class FigureTold:
    """One figure of a report: what stood, what is said now, and the change in words."""

    figure: Any
    before: Any
    change: str


@dataclass
class ReviewRow:
    """One report as the queue tells it, with the forms that stand beside it."""

    report: Any
    compared: Compared
    stage_before: str | None
    mandate: Mandate
    days: int
    new: bool
    return_form: ReturnForm
    dispute_form: DisputeForm

    @property
    def stage_changed(self) -> bool:
        return self.stage_before != self.report.stage

    @property
    def figures(self) -> list[FigureTold]:
        return [
            FigureTold(
                row, past := self.compared.previous.get(row.indicator.key), change_told(row, past)
            )
            for row in self.report.measurements.all()
        ]

    @property
    def sender(self) -> str:
        """The side that sent it, by name; nothing for a public source."""
        side = self.report.side
        return side_name(self.mandate.agreement, side) if side in Side.values else ""


def days_since(instant: dt.datetime | None) -> int:
    """Whole days in Việt Nam from an instant's day to today."""
    if instant is None:
        return 0
    return (today() - timezone.localtime(instant, ZONE).date()).days


def review_rows(
    ids: Sequence[int],
    user: Any,
    mandates: Sequence[Mandate],
    told: dict[int, Compared] | None = None,
    is_new: Any = lambda row: False,
) -> list[ReviewRow]:
    """These reports with what they say, what stood before and the forms beside them, in the order given."""
    reports = {
        row.pk: row
        for row in with_all_they_say(
            with_present_names(
                ProgressReport.objects.filter(pk__in=ids).select_related(
                    "author", "deliverable__system", "deliverable__agreement__vnpt_party"
                ),
                "deliverable__agreement__",
            )
        ).prefetch_related(Prefetch("files", EvidenceFile.objects.select_related("stored")))
    }
    told = compared(reports.values()) if told is None else told
    stages = dict(
        Deliverable.objects.official(Moment.now())
        .filter(pk__in=[row.deliverable_id for row in reports.values()])
        .values_list("pk", "stage")
    )
    by_agreement = {mandate.agreement.pk: mandate for mandate in mandates}
    return [
        ReviewRow(
            report=row,
            compared=told[row.pk],
            stage_before=stages.get(row.deliverable_id),
            mandate=by_agreement[row.deliverable.agreement_id],
            days=days_since(row.submitted_at),
            new=is_new(row),
            return_form=ReturnForm(
                prefix=f"tl{row.pk}", own=by_agreement[row.deliverable.agreement_id].own
            ),
            dispute_form=DisputeForm(report=row),
        )
        for row in (reports[pk] for pk in ids if pk in reports)
    ]
