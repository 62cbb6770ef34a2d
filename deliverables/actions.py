"""The verbs of a report: who did what, in one transaction with the trace it leaves.

Every door (page, API, admin, Excel, command line) calls these; nothing else moves a report's state.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from coopportal.clock import ZONE, now
from deliverables import permissions
from deliverables.choices import (
    REVISABLE,
    TRANSITIONS,
    ChangeKind,
    Decision,
    ReportSide,
    ReportState,
)
from deliverables.models import OfficialChange, ProgressReport, Verdict


class ConflictError(Exception):
    """The report is no longer where the actor saw it (409); the message says who did what."""

    def __init__(self, report: ProgressReport) -> None:
        self.report = report
        super().__init__(_conflict_message(report))


def _conflict_message(report: ProgressReport) -> str:
    verdict = report.verdicts.select_related("by").order_by("-at").first()
    if verdict is None:
        return _("Báo cáo đã ở tình trạng “%(state)s”, không làm lại được.") % {
            "state": report.get_state_display()
        }
    return _("Báo cáo đã ở tình trạng “%(state)s”: %(who)s, lúc %(at)s.") % {
        "state": report.get_state_display(),
        "who": verdict.by,
        "at": timezone.localtime(verdict.at, ZONE).strftime("%H:%M %d/%m/%Y"),
    }


def _require(
    allowed: Callable[[Any, ProgressReport], bool], user: User, report: ProgressReport
) -> None:
    if not allowed(user, report):
        raise PermissionDenied


def _move(report: ProgressReport, to: ReportState, **columns: Any) -> None:
    """Move the row if it still is in a state from which ``to`` may follow; of two, exactly one wins."""
    origins = [origin for origin, after in TRANSITIONS.items() if to in after]
    if report.state not in origins:
        raise ConflictError(report)
    moved = ProgressReport.objects.filter(pk=report.pk, state=report.state).update(
        state=to, **columns
    )
    report.refresh_from_db()
    if not moved:
        raise ConflictError(report)


def _end_reign(report: ProgressReport, at: dt.datetime) -> bool:
    """Let a report cease to be official; false when it never was or has ceased already."""
    ended = ProgressReport.objects.filter(
        pk=report.pk, official_from__isnull=False, official_to__isnull=True
    ).update(official_to=at)
    return bool(ended)


def _end_reign_of_revised(report: ProgressReport, at: dt.datetime) -> list[ProgressReport]:
    """End what a report corrects, through returned and withdrawn attempts; gives those that ended.

    All rows are taken before any change is numbered, so that two who confirm cannot lock each other out.
    """
    ended = []
    earlier = report.revises
    while earlier is not None:
        if _end_reign(earlier, at):
            ended.append(earlier)
        earlier = earlier.revises
    return ended


def _require_reason(reason: str, message: str) -> str:
    """The reason without idle spaces; asked for before anything moves."""
    if not reason.strip():
        raise ValidationError({"reason": message})
    return reason.strip()


@transaction.atomic
def submit(report: ProgressReport, *, by: User) -> None:
    """Send a side's draft to the other side. What it says is fixed from here on."""
    _require(permissions.can_submit, by, report)
    _move(report, ReportState.SUBMITTED, submitted_at=now())


@transaction.atomic
def withdraw(report: ProgressReport, *, by: User) -> None:
    """Take a submitted report back before the other side has spoken."""
    _require(permissions.can_withdraw, by, report)
    _move(report, ReportState.WITHDRAWN, decided_at=now())


@transaction.atomic
def publish(report: ProgressReport, *, by: User, at: dt.datetime | None = None) -> None:
    """Enter a figure of a cited public source as official, without a verdict of either side.

    ``at`` back-dates only the fixtures that ship with the portal; whatever is entered later uses now.
    """
    _require(permissions.can_publish, by, report)
    if not report.citations.exists():
        raise ValidationError(_("Số liệu từ nguồn công bố phải có ít nhất một trích dẫn."))
    at = at or now()
    _move(report, ReportState.PUBLISHED, official_from=at)
    OfficialChange.objects.record(report, ChangeKind.BECAME_OFFICIAL, at)


@transaction.atomic
def set_aside(
    report: ProgressReport, *, by: User, reason: str, at: dt.datetime | None = None
) -> None:
    """Stop using a published source for a better one. It stays readable, with the reason."""
    _require(permissions.can_set_aside, by, report)
    reason = _require_reason(reason, _("Ghi lý do không dùng nguồn này."))
    at = at or now()
    _move(report, ReportState.SET_ASIDE, set_aside_reason=reason, decided_at=at)
    if _end_reign(report, at):
        OfficialChange.objects.record(report, ChangeKind.CEASED, at)


def _judge(
    report: ProgressReport,
    *,
    by: User,
    decision: Decision,
    to: ReportState,
    at: dt.datetime,
    columns: Mapping[str, Any],
    reason: str = "",
    **said: Any,
) -> None:
    _require(permissions.can_decide, by, report)
    side = permissions.side_of(by, report)
    assert side is not None, "whoever may decide stands on a side"
    if decision != Decision.CONFIRM:
        reason = _require_reason(reason, _("Ghi lý do trả lại hoặc không đồng ý."))
    verdict = Verdict(
        report=report,
        side=side,
        decision=decision,
        by=by,
        at=at,
        reason=reason,
        **said,
    )
    # Before the move: a refusal leaves the report in hand as it was.
    verdict.clean_fields()
    _move(report, to, decided_at=at, **columns)
    verdict.save(force_insert=True)


@transaction.atomic
def confirm(report: ProgressReport, *, by: User) -> None:
    """The other side agrees: the report becomes official and what it revises ceases to be."""
    at = now()
    was_official = report.official_from is not None
    columns = {} if was_official else {"official_from": at}
    _judge(
        report, by=by, decision=Decision.CONFIRM, to=ReportState.CONFIRMED, at=at, columns=columns
    )
    for earlier in _end_reign_of_revised(report, at):
        OfficialChange.objects.record(earlier, ChangeKind.CEASED, at)
    if not was_official:
        OfficialChange.objects.record(report, ChangeKind.BECAME_OFFICIAL, at)


@transaction.atomic
def send_back(report: ProgressReport, *, by: User, reason: str) -> None:
    """Return a submitted report with the reason; going on means a new draft that revises it."""
    if report.side == ReportSide.SOURCE:
        raise PermissionDenied
    _judge(
        report,
        by=by,
        decision=Decision.RETURN,
        to=ReportState.RETURNED,
        at=now(),
        columns={},
        reason=reason,
    )


@transaction.atomic
def dispute(
    report: ProgressReport,
    *,
    by: User,
    reason: str,
    counter_stage: str = "",
    counter_figures: Mapping[str, Any] | None = None,
) -> None:
    """Disagree, with another stage or other figures. Both stay in sight until one is confirmed."""
    at = now()
    _judge(
        report,
        by=by,
        decision=Decision.DISPUTE,
        to=ReportState.DISPUTED,
        at=at,
        columns={},
        reason=reason,
        counter_stage=counter_stage,
        counter_figures=dict(counter_figures or {}),
    )
    if _end_reign(report, at):
        OfficialChange.objects.record(report, ChangeKind.CEASED, at)


@transaction.atomic
def revise(report: ProgressReport, *, by: User, side: str | None = None) -> ProgressReport:
    """A new draft that revises a report, filled in with what it says; either side may write it.

    A side's draft is written for the side one stands on; for ``side="source"`` one is an administrator
    and the report a source's.
    """
    _require(permissions.can_revise, by, report)
    own = permissions.side_of(by, report)
    side = side or own or ReportSide.SOURCE
    if side != own and not (side == ReportSide.SOURCE and permissions.can_publish(by, report)):
        raise PermissionDenied
    if report.state not in REVISABLE:
        raise ConflictError(report)
    draft = ProgressReport.objects.create(
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
    for measurement in report.measurements.all():
        measurement.pk = None
        measurement.report = draft
        measurement.save(force_insert=True)
    draft.citations.set(report.citations.all())
    return draft
