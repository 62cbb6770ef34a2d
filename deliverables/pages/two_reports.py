"""Two reports of a deliverable, line by line; each reader compares what he or she may read."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _

from coopportal.clock import BadParameter, Moment
from deliverables.models import ProgressReport
from deliverables.pages.changes_told import change_told
from deliverables.pages.delivered import said_by, with_all_they_say

ONE, OTHER = "mot", "hai"


@dataclass(frozen=True)
class ComparedLine:
    """One indicator in both reports; the change in words where both or the later one name it."""

    indicator: Any
    one: Any
    other: Any
    change: str


@dataclass(frozen=True)
class TwoReports:
    """The reports to choose from, the two chosen (the earlier one first), and their figures."""

    deliverable: Any
    reports: list[Any]
    one: Any
    other: Any
    lines: list[ComparedLine]

    @property
    def stage_changed(self) -> bool:
        return bool(self.one and self.other and self.one.stage != self.other.stage)


def two_reports(request: HttpRequest, deliverable: Any, moment: Moment) -> TwoReports:
    """Fetch what the reader may read at the moment and shape the comparison: four queries."""
    rows = list(
        with_all_they_say(
            ProgressReport.objects.visible_to(request.user)
            .filter(said_by(moment), deliverable=deliverable)
            .latest_first()
        )
    )
    chosen = [_chosen(request, name, rows) for name in (ONE, OTHER)]
    fallback = [row for row in rows if row not in chosen]
    chosen = [row or (fallback.pop(0) if fallback else None) for row in chosen]
    two = sorted(filter(None, chosen), key=lambda row: (row.as_of_end, row.pk))
    one, other = (two[0], two[1]) if len(two) == 2 else (two[0] if two else None, None)
    return TwoReports(deliverable, rows, one, other, _lines(one, other))


def _chosen(request: HttpRequest, name: str, rows: list[Any]) -> Any:
    text = request.GET.get(name, "").strip()
    if not text:
        return None
    try:
        key = uuid.UUID(text)
    except ValueError:
        key = None
    found = next((row for row in rows if row.uid == key), None)
    if found is None:
        raise BadParameter(
            name, _("Không có báo cáo này trong lịch sử của hạng mục. Chọn lại."), text[:40]
        )
    return found


def _lines(one: Any, other: Any) -> list[ComparedLine]:
    said = [
        {row.indicator.key: row for row in report.measurements.all()} if report else {}
        for report in (one, other)
    ]
    indicators = {key: row.indicator for rows in said for key, row in rows.items()}
    return [
        ComparedLine(
            indicator,
            before := said[0].get(key),
            after := said[1].get(key),
            change_told(after, _as_past(before)) if after is not None else "",
        )
        for key, indicator in indicators.items()
    ]


def _as_past(measurement: Any) -> Any:
    """A measurement as ``change_told`` compares with: its day is its report's."""
    if measurement is not None:
        measurement.as_of = measurement.report.as_of
        measurement.as_of_end = measurement.report.as_of_end
    return measurement
