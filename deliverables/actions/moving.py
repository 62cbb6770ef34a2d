"""How a report moves from one state to another, and what each move leaves behind: the verbs' own ground."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import F
from django.db.models.functions import Coalesce

from accounts.models import User
from agreements.models import Filing
from deliverables.actions.refusals import ConflictError, StaleDraftError
from deliverables.choices import TRANSITIONS, ReportState
from deliverables.models import Move, ProgressReport

_WITH_CONTEXT = ProgressReport.objects.select_related("deliverable", "revises")


def require(
    allowed: Callable[[Any, ProgressReport], bool], user: User, report: ProgressReport
) -> None:
    if not allowed(user, report):
        raise PermissionDenied


def require_reason(reason: str, message: str) -> str:
    """The reason without idle spaces; asked for before anything moves."""
    if not reason.strip():
        raise ValidationError({"reason": message})
    return reason.strip()


def move(
    report: ProgressReport, to: ReportState, *, version: int | None = None, **columns: Any
) -> None:
    """Move the row if it still is in a state from which ``to`` may follow; of two, exactly one wins.

    With ``version`` only the draft that the actor saw. Raises :class:`ConflictError` or
    :class:`StaleDraftError` with the row as it is stored.
    """
    origins = [origin for origin, after in TRANSITIONS.items() if to in after]
    if report.state not in origins:
        raise ConflictError(report)
    rows = ProgressReport.objects.filter(pk=report.pk, state=report.state)
    if version is not None:
        rows = rows.filter(version=version)
    moved, seen = rows.update(state=to, **columns), report.state
    # What is stored is what the log will hash, whatever the actor's copy says.
    report.refresh_from_db(from_queryset=_WITH_CONTEXT)
    if not moved:
        raise StaleDraftError(report) if report.state == seen else ConflictError(report)


def record_move(report: ProgressReport, *, by: User, at: dt.datetime) -> None:
    """Keep whose hand it was; a verdict tells it for the decisions of the other side."""
    Move(report=report, state=report.state, by=by, at=at).save(force_insert=True)


def send_evidence(report: ProgressReport, at: dt.datetime) -> None:
    """The other side may read the documents that a report rests on (docs/adr/0013)."""
    cited = ProgressReport.citations.through.objects.filter(progressreport=report)
    Filing.objects.filter(
        source__citations__in=cited.values("citation"), sent_at__isnull=True
    ).update(sent_at=at)


def open_evidence(report: ProgressReport, at: dt.datetime) -> None:
    """Everybody may read the documents that an official report rests on (docs/adr/0013).

    Prefetch the report's citations with ``source__filing``: mostly there is nothing to open.
    """
    filings = [getattr(row.source, "filing", None) for row in report.citations.all()]
    closed = [filing.pk for filing in filings if filing is not None and not filing.opened_at]
    if closed:
        Filing.objects.filter(pk__in=closed, opened_at__isnull=True).update(
            opened_at=at, sent_at=Coalesce(F("sent_at"), at)
        )
