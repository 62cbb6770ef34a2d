"""Drafts: begun, saved and discarded by their own side, each save naming the draft that was seen."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from accounts.models import User
from agreements.storing import forget_unused
from deliverables import permissions
from deliverables.actions.claiming import claim
from deliverables.actions.files import contents_of, copy_files
from deliverables.actions.moving import require
from deliverables.actions.refusals import ConflictError, DraftOpenError, StaleDraftError
from deliverables.actions.requests import handled, remember
from deliverables.actions.said import EvidenceSaid, Said, check
from deliverables.actions.writing import (
    CitationLink,
    Page,
    forget_evidence,
    indicators_of,
    kept_citations,
    take,
    without_figures,
    write_evidence,
    write_figures,
)
from deliverables.choices import REVISABLE, ReportSide, ReportState
from deliverables.models import Deliverable, Measurement, ProgressReport


def start_draft(
    deliverable: Deliverable,
    *,
    by: User,
    said: Said,
    side: str | None = None,
    request_key: str = "",
) -> ProgressReport:
    """Begin a draft for the side that the actor represents.

    With ``request_key`` a repeated request gives the report that the first one made; if it says something
    else, :class:`StaleDraftError` carries that report and what is said now. Raises ``ValidationError`` by
    field, ``PermissionDenied``, and :class:`DraftOpenError` where the side has a draft for that day.
    """
    own = permissions.sides_of(by, [deliverable.pk]).get(deliverable.pk)
    if own is None or side not in (None, own):
        raise PermissionDenied
    digest = said.digest(deliverable.pk, own) if request_key else ""
    draft = ProgressReport(deliverable=deliverable, side=own, author=by)
    try:
        with transaction.atomic():
            if known := handled(by, request_key):
                return _same(known, digest, said)
            indicators = indicators_of([said])
            check(said, side=own, indicators=indicators)
            take(draft, said)
            draft.save(force_insert=True)
            remember(by, request_key, digest, draft)
            _fill(Page(draft, deliverable, said, {}), indicators)
    except IntegrityError:
        # Somebody else's draft of the same day, or this very request arriving twice at once.
        if known := handled(by, request_key):
            return _same(known, digest, said)
        _explain_conflict(draft)
        raise
    return draft


def _same(known: Any, digest: str, said: Said) -> ProgressReport:
    report: ProgressReport = known.report
    if known.digest != digest:
        raise StaleDraftError(report, said)
    return report


def _explain_conflict(draft: ProgressReport) -> None:
    """Tell which open draft stands in the way, if that is what the database refused."""
    standing = ProgressReport.objects.filter(
        deliverable=draft.deliverable_id,
        side=draft.side,
        as_of_end=draft.as_of_end,
        state=ReportState.DRAFT,
    ).exclude(pk=draft.pk)
    if found := standing.select_related("author", "deliverable").first():
        raise DraftOpenError(found)


def _fill(page: Page, indicators: Mapping[str, Any]) -> None:
    write_figures([page], indicators)
    if page.said.evidence or page.kept:
        write_evidence([page])


def save_draft(report: ProgressReport, *, by: User, said: Said, version: int) -> ProgressReport:
    """Let a draft say something else. ``version`` is that of the draft which the actor saw.

    Raises :class:`StaleDraftError` with the stored draft and ``said`` where it was saved since,
    :class:`ConflictError` where it is no draft any more, ``ValidationError`` by field.
    """
    require(permissions.can_write, by, report)
    if report.state != ReportState.DRAFT:
        raise ConflictError(report)
    indicators = indicators_of([said])
    check(said, side=report.side, indicators=indicators)
    take(report, said)
    try:
        with transaction.atomic():
            claim(report, said, version, **_columns(report))
            without_figures([report])
            _fill(Page(report, report.deliverable, said, _kept(report)), indicators)
    except IntegrityError:
        _explain_conflict(report)
        raise
    return report


def _columns(report: ProgressReport) -> dict[str, Any]:
    names = ("as_of", "as_of_end", "stage", "narrative", "coverage")
    return {name: getattr(report, name) for name in names}


def _kept(report: ProgressReport) -> dict[EvidenceSaid, int]:
    return kept_citations([report])[report.pk]


@transaction.atomic
def discard_draft(report: ProgressReport, *, by: User, version: int | None = None) -> None:
    """Throw a draft away; with ``version`` only the one that the actor saw."""
    require(permissions.can_write, by, report)
    claim(report, None, report.version if version is None else version)
    citations = list(
        CitationLink.objects.filter(progressreport=report).values_list("citation", flat=True)
    )
    contents = contents_of(report)
    report.delete()
    forget_evidence(citations)
    forget_unused(contents)


def revise(report: ProgressReport, *, by: User, side: str | None = None) -> ProgressReport:
    """A new draft that revises a report, filled in with what it says; either side may write it.

    A side's draft is written for the side one stands on; for ``side="source"`` one is an administrator
    and the report a source's. Asked again, it gives the draft that is open already; a draft of the same
    day that revises something else is a :class:`DraftOpenError`.
    """
    require(permissions.can_revise, by, report)
    own = permissions.side_of(by, report)
    side = side or own or ReportSide.SOURCE
    if side != own and not (side == ReportSide.SOURCE and permissions.can_publish(by, report)):
        raise PermissionDenied
    if report.state not in REVISABLE:
        raise ConflictError(report)
    draft = ProgressReport(
        deliverable=report.deliverable,
        as_of=report.as_of,
        as_of_end=report.as_of_end,
        stage=report.stage,
        narrative=report.narrative,
        coverage=report.coverage,
        side=side,
        author=by,
        revises=report,
    )
    if side != ReportSide.SOURCE and (open_one := _open_revision(report, side)):
        return open_one
    try:
        with transaction.atomic():
            draft.save(force_insert=True)
            _copy(report, draft)
            copy_files(report, draft, by=by)
    except IntegrityError:
        if open_one := _open_revision(report, side):
            return open_one
        _explain_conflict(draft)
        raise
    return draft


def _open_revision(report: ProgressReport, side: str) -> ProgressReport | None:
    found: ProgressReport | None = ProgressReport.objects.filter(
        revises=report, side=side, state=ReportState.DRAFT
    ).first()
    return found


def _copy(report: ProgressReport, draft: ProgressReport) -> None:
    """Figures and citations as they stand, two statements each."""
    rows = list(report.measurements.all())
    for row in rows:
        row.pk = None
        row.report = draft
    Measurement.objects.bulk_create(rows)
    links = CitationLink.objects.filter(progressreport=report).order_by("pk")
    CitationLink.objects.bulk_create(
        CitationLink(progressreport_id=draft.pk, citation_id=pk)
        for pk in links.values_list("citation", flat=True)
    )
