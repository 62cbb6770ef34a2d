"""A side sends its draft to the other side, or takes back what it sent."""

from __future__ import annotations

from django.db import transaction

from accounts.models import User
from coopportal.clock import now
from deliverables import permissions
from deliverables.actions.moving import move, record_move, require, send_evidence
from deliverables.choices import ReportState
from deliverables.models import ProgressReport


@transaction.atomic
def submit(report: ProgressReport, *, by: User, version: int | None = None) -> None:
    """Send a side's draft to the other side. What it says is fixed from here on.

    With ``version`` only the draft that the actor saw, else :class:`StaleDraftError`.
    """
    require(permissions.can_submit, by, report)
    at = now()
    move(report, ReportState.SUBMITTED, version=version, submitted_at=at)
    record_move(report, by=by, at=at)
    send_evidence(report, at)


@transaction.atomic
def withdraw(report: ProgressReport, *, by: User) -> None:
    """Take a submitted report back before the other side has spoken."""
    require(permissions.can_withdraw, by, report)
    at = now()
    move(report, ReportState.WITHDRAWN, decided_at=at)
    record_move(report, by=by, at=at)
