"""Taking hold of a draft: of two who change it at once one wins, and the other is shown both texts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import F

from deliverables.actions.refusals import ConflictError, StaleDraftError
from deliverables.choices import ReportState
from deliverables.models import ProgressReport

if TYPE_CHECKING:
    from deliverables.actions.said import Said


def claim(report: ProgressReport, said: Said | None, version: int, **columns: Any) -> None:
    """Take hold of the draft that the actor saw; refused when it moved on or was saved since."""
    rows = ProgressReport.objects.filter(pk=report.pk, state=ReportState.DRAFT, version=version)
    if rows.update(version=F("version") + 1, **columns):
        report.version = version + 1
        return
    report.refresh_from_db()
    if report.state == ReportState.DRAFT:
        raise StaleDraftError(report, said)
    raise ConflictError(report)
