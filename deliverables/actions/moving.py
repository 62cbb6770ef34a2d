"""How a report moves from one state to another, and what each move leaves behind: the verbs' own ground."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Case, F, QuerySet, Value, When
from django.db.models.functions import Coalesce

from accounts.models import User
from agreements.models import Filing
from coopportal.rest.compiled import ONE, CompiledModels, statements
from deliverables.actions.refusals import ConflictError, StaleDraftError
from deliverables.choices import TRANSITIONS, ReportState
from deliverables.models import Move, ProgressReport

_COLUMNS = [field.attname for field in ProgressReport._meta.concrete_fields]
_CONTEXT = ("deliverable", "revises")


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
    report: ProgressReport,
    to: ReportState,
    *,
    version: int | None = None,
    corrects: ProgressReport | None = None,
    **columns: Any,
) -> bool:
    """Move the row if it still is in a state from which ``to`` may follow; of two, exactly one wins.

    With ``version`` only the draft that the actor saw. With ``corrects`` the reign of that report ends
    in the same statement, at ``decided_at``, if it has not ended before: true when it did. Raises
    :class:`ConflictError` or :class:`StaleDraftError` with the row as it is stored; call it inside a
    transaction, which takes back what was ended then.
    """
    origins = [origin for origin, after in TRANSITIONS.items() if to in after]
    if report.state not in origins:
        raise ConflictError(report)
    seen, columns = report.state, {"state": to, **columns}
    rows = ProgressReport.objects.filter(pk=report.pk, state=seen)
    if version is not None:
        rows = rows.filter(version=version)
    touched = _move_and_end(rows, report, corrects, columns) if corrects else rows.update(**columns)
    # What is stored is what the log will hash, whatever the actor's copy says.
    _read_again(report)
    moved = touched and all(getattr(report, name) == value for name, value in columns.items())
    if not moved:
        raise StaleDraftError(report) if report.state == seen else ConflictError(report)
    return touched > 1


def _read_again(report: ProgressReport) -> None:
    """As ``refresh_from_db`` with what the verbs need beside it, by a statement put together once."""

    def put_together() -> CompiledModels:
        rows = ProgressReport.objects.select_related(*_CONTEXT).filter(pk=ONE).order_by()
        return CompiledModels.of(rows, [ONE])

    found = statements.get((_read_again,), put_together).ask({ONE: report.pk})
    if not found:
        raise ProgressReport.DoesNotExist
    for name in _COLUMNS:
        setattr(report, name, getattr(found[0], name))
    for name in _CONTEXT:
        setattr(report, name, getattr(found[0], name))
    report.__dict__.pop("_prefetched_objects_cache", None)


def _move_and_end(
    rows: QuerySet[ProgressReport],
    report: ProgressReport,
    corrects: ProgressReport,
    columns: dict[str, Any],
) -> int:
    """One UPDATE of both rows, each in its own columns; how many it found as they must be."""
    reigns = ProgressReport.objects.filter(
        pk=corrects.pk, official_from__isnull=False, official_to__isnull=True
    )
    own = {
        name: Case(When(pk=report.pk, then=Value(value)), default=F(name))
        for name, value in columns.items()
    }
    ends = Case(When(pk=corrects.pk, then=Value(columns["decided_at"])), default=F("official_to"))
    return (rows | reigns).update(**own, official_to=ends)


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
