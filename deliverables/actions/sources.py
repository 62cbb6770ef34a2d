"""Figures of public sources: entered as official by an administrator, or set aside for a better one."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from coopportal.clock import now
from deliverables import permissions
from deliverables.actions.decisions import end_reign
from deliverables.actions.moving import move, record_move, require, require_reason
from deliverables.actions.refusals import ConflictError
from deliverables.choices import ChangeKind, ReportState
from deliverables.models import OfficialChange, ProgressReport


@transaction.atomic
def publish(report: ProgressReport, *, by: User, at: dt.datetime | None = None) -> None:
    """Enter a figure of a cited public source as official, without a verdict of either side.

    ``at`` back-dates only the fixtures that ship with the portal; whatever is entered later uses now.
    """
    require(permissions.can_publish, by, report)
    if not report.citations.all():
        raise ValidationError(_("Số liệu từ nguồn công bố phải có ít nhất một trích dẫn."))
    at = at or now()
    _move(report, ReportState.PUBLISHED, official_from=at)
    record_move(report, by=by, at=now())
    OfficialChange.objects.record(report, ChangeKind.BECAME_OFFICIAL, at)


@transaction.atomic
def set_aside(
    report: ProgressReport, *, by: User, reason: str, at: dt.datetime | None = None
) -> None:
    """Stop using a published source for a better one. It stays readable, with the reason."""
    require(permissions.can_set_aside, by, report)
    reason = require_reason(reason, _("Ghi lý do không dùng nguồn này."))
    at = at or now()
    _move(report, ReportState.SET_ASIDE, set_aside_reason=reason, decided_at=at)
    record_move(report, by=by, at=now())
    if end_reign(report, at):
        OfficialChange.objects.record(report, ChangeKind.CEASED, at)


def _move(report: ProgressReport, to: ReportState, **columns: Any) -> None:
    """An administrator is told that it was too late, not which officer was first (design.md §4)."""
    try:
        move(report, to, **columns)
    except ConflictError as refusal:
        raise ConflictError(refusal.report, nameless=True) from None
