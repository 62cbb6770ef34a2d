"""A sheet of many drafts saved at once: the same rules row by row, statements that do not grow with them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.models import User
from deliverables import permissions
from deliverables.actions.refusals import ConflictError, DraftOpenError, StaleDraftError
from deliverables.actions.said import EvidenceSaid, Said, check
from deliverables.actions.writing import (
    Page,
    indicators_of,
    kept_citations,
    take,
    without_figures,
    write_evidence,
    write_figures,
)
from deliverables.choices import ReportState
from deliverables.models import Deliverable, Indicator, ProgressReport


@dataclass(frozen=True)
class SheetRow:
    """What is said of one deliverable; ``report`` and ``version`` name the draft that was seen, if any."""

    deliverable: Deliverable
    said: Said
    report: ProgressReport | None = None
    version: int | None = None


@dataclass(frozen=True)
class SheetOutcome:
    """What became of a row: the draft as stored, or why it was not stored.

    ``errors`` are messages by field, as of :func:`deliverables.actions.said.check`; ``refusal`` is what
    the verb for one draft would have raised. What was typed stays in ``row.said``.
    """

    row: SheetRow
    report: ProgressReport | None = None
    errors: Mapping[str, list[str]] = field(default_factory=dict)
    refusal: Exception | None = None

    @property
    def ok(self) -> bool:
        return self.report is not None

    @property
    def problem(self) -> str:
        """All that stands in the way, in one line for the row."""
        if isinstance(self.refusal, PermissionDenied):
            return _("Người này không được báo cáo hạng mục đó.")
        told = [str(self.refusal)] if self.refusal else []
        return " ".join([*told, *(text for texts in self.errors.values() for text in texts)])


def save_sheet(rows: Sequence[SheetRow], *, by: User) -> list[SheetOutcome]:
    """Begin or save a draft for each row; each row stands or falls by itself, with its own result.

    The rules are those of ``start_draft`` and ``save_draft``. A row whose draft was saved since, or whose
    side has another draft of that day, is told so and changes nothing.
    """
    try:
        return _save(rows, by)
    except IntegrityError:
        # Somebody began one of these drafts between our looking and our writing: now it is seen.
        return _save(rows, by)


@transaction.atomic
def _save(rows: Sequence[SheetRow], by: User) -> list[SheetOutcome]:
    sides = permissions.sides_of(by, {row.deliverable.pk for row in rows})
    indicators = indicators_of([row.said for row in rows])
    seen = _locked(rows)
    taken = _open_drafts(rows)
    outcomes: list[SheetOutcome] = []
    pages: list[Page] = []
    for row in rows:
        try:
            side = sides.get(row.deliverable.pk)
            page = _page(row, side, by=by, seen=seen, taken=taken, indicators=indicators)
        except ValidationError as refusal:
            outcomes.append(SheetOutcome(row, errors=refusal.message_dict))
        except (ConflictError, StaleDraftError, PermissionDenied) as refusal:
            outcomes.append(SheetOutcome(row, refusal=refusal))
        else:
            pages.append(page)
            outcomes.append(SheetOutcome(row, page.report))
    _store(pages, indicators)
    return outcomes


def _locked(rows: Sequence[SheetRow]) -> dict[int, ProgressReport]:
    """The reports that rows say they saw, held until the sheet is saved."""
    wanted = [row.report.pk for row in rows if row.report is not None]
    if not wanted:
        return {}
    held = ProgressReport.objects.select_for_update().filter(pk__in=wanted).order_by("pk")
    return {report.pk: report for report in held}


def _open_drafts(rows: Sequence[SheetRow]) -> dict[tuple[int, str, object], ProgressReport]:
    drafts = ProgressReport.objects.filter(
        deliverable__in={row.deliverable.pk for row in rows}, state=ReportState.DRAFT
    ).select_related("author")
    return {(row.deliverable_id, row.side, row.as_of_end): row for row in drafts}


def _page(
    row: SheetRow,
    side: str | None,
    *,
    by: User,
    seen: Mapping[int, ProgressReport],
    taken: dict[tuple[int, str, object], ProgressReport],
    indicators: Mapping[str, Indicator],
) -> Page:
    """The draft of a row with what it is to say; ``taken`` grows with the drafts of the rows before."""
    if side is None:
        raise PermissionDenied
    if row.report is None:
        report = ProgressReport(deliverable=row.deliverable, side=side, author=by)
    else:
        report = _seen(row, side, seen)
    check(row.said, side=side, indicators=indicators)
    before = (row.deliverable.pk, side, report.as_of_end)
    take(report, row.said)
    place = (row.deliverable.pk, side, report.as_of_end)
    standing = taken.get(place)
    if standing is not None and (report.pk is None or standing.pk != report.pk):
        if standing.pk is None:
            raise ValidationError(
                {"as_of": _("Hạng mục này đã có ở dòng trên cho cùng ngày. Gộp hai dòng lại.")}
            )
        raise DraftOpenError(standing)
    if report.pk is not None:
        taken.pop(before, None)
    taken[place] = report
    return Page(report, row.deliverable, row.said, {})


def _seen(row: SheetRow, side: str, seen: Mapping[int, ProgressReport]) -> ProgressReport:
    """The stored draft of a row, if it is the one that was seen."""
    assert row.report is not None
    report = seen.get(row.report.pk)
    if report is None or report.side != side or report.deliverable_id != row.deliverable.pk:
        raise PermissionDenied
    if report.state != ReportState.DRAFT:
        raise ConflictError(report)
    if report.version != row.version:
        raise StaleDraftError(report, row.said)
    return report


def _store(pages: list[Page], indicators: Mapping[str, Indicator]) -> None:
    old = [page.report for page in pages if page.report.pk is not None]
    new = [page.report for page in pages if page.report.pk is None]
    kept: dict[int, dict[EvidenceSaid, int]] = {}
    if old:
        for report in old:
            report.version += 1
        ProgressReport.objects.bulk_update(
            old, ["as_of", "as_of_end", "stage", "narrative", "coverage", "version"]
        )
        without_figures(old)
        kept = kept_citations(old)
    if new:
        ProgressReport.objects.bulk_create(new)
    full = [
        Page(page.report, page.deliverable, page.said, kept.get(page.report.pk, {}))
        for page in pages
    ]
    write_figures(full, indicators)
    if any(page.said.evidence or page.kept for page in full):
        write_evidence(full)
