"""What representatives say beside a report, and when they last looked through their queue."""

from __future__ import annotations

import datetime as dt

from django.core.exceptions import PermissionDenied, ValidationError
from django.utils.translation import gettext as _

from accounts.models import User
from coopportal.clock import now
from coopportal.vietnamese import nfc
from deliverables import permissions
from deliverables.actions.refusals import ConflictError
from deliverables.choices import ReportState
from deliverables.models import Comment, ProgressReport, QueueSeen
from deliverables.models.comment import COMMENT_LETTERS


def comment(report: ProgressReport, *, by: User, text: str) -> Comment:
    """Add a remark that both sides read; it stays as it is."""
    side = permissions.side_of(by, report)
    if side is None:
        raise PermissionDenied
    if report.state == ReportState.DRAFT:
        raise ConflictError(report, _("Báo cáo còn là bản nháp: gửi đi rồi mới trao đổi được."))
    text = nfc(text)
    if not text:
        raise ValidationError({"text": _("Ghi nội dung trao đổi.")})
    if len(text) > COMMENT_LETTERS:
        raise ValidationError(
            {
                "text": _("Nội dung dài %(letters)d ký tự; tối đa %(most)d ký tự.")
                % {"letters": len(text), "most": COMMENT_LETTERS}
            }
        )
    row = Comment(report=report, side=side, by=by, text=text, at=now())
    row.save(force_insert=True)
    return row


def mark_queue_seen(*, by: User, at: dt.datetime | None = None) -> None:
    """Remember that a user has looked through what awaits a verdict, as of ``at``."""
    QueueSeen.objects.update_or_create(user=by, defaults={"seen_at": at or now()})
