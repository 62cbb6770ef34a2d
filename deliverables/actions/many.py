"""Several reports at once: each through its own verb, in its own savepoint, with its own result."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from deliverables.actions.decisions import confirm, send_back
from deliverables.actions.refusals import ConflictError, StaleDraftError
from deliverables.actions.sending import submit
from deliverables.flags import flags_of
from deliverables.models import ProgressReport


@dataclass(frozen=True)
class Outcome:
    """What became of one report: done, or the problem in words for whoever asked."""

    report: ProgressReport
    ok: bool
    problem: str = ""


def submit_many(reports: Iterable[ProgressReport], *, by: User) -> list[Outcome]:
    """Send several drafts; one that is refused keeps none of the others."""
    return [_each(report, lambda row: submit(row, by=by)) for report in reports]


def confirm_many(reports: Iterable[ProgressReport], *, by: User) -> list[Outcome]:
    """Confirm several reports that nothing speaks against; one with a flag is looked at by itself."""
    rows = list(reports)
    flagged = flags_of(rows)

    def agree(row: ProgressReport) -> None:
        if flags := flagged[row.pk]:
            raise ValidationError(
                _("Có điểm cần xem riêng trước khi xác nhận: %(flags)s")
                % {"flags": " ".join(str(flag) for flag in flags)}
            )
        confirm(row, by=by)

    return [_each(row, agree) for row in rows]


def send_back_many(reports: Iterable[ProgressReport], *, by: User, reason: str) -> list[Outcome]:
    """Return several reports with one reason."""
    return [_each(report, lambda row: send_back(row, by=by, reason=reason)) for report in reports]


def _each(report: ProgressReport, verb: Callable[[ProgressReport], None]) -> Outcome:
    try:
        with transaction.atomic():
            verb(report)
    except (ConflictError, StaleDraftError) as refusal:
        return Outcome(report, ok=False, problem=str(refusal))
    except ValidationError as refusal:
        return Outcome(report, ok=False, problem=" ".join(refusal.messages))
    except PermissionDenied:
        return Outcome(
            report, ok=False, problem=_("Người này không được làm việc đó với báo cáo này.")
        )
    return Outcome(report, ok=True)
