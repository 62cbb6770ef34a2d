"""Who may do what with a report: one predicate a question, no writing here."""

from __future__ import annotations

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser

from agreements.choices import Side
from agreements.models import Representative
from coopportal.clock import today
from deliverables.choices import ReportSide, ReportState
from deliverables.models import ProgressReport

AnyUser = AbstractBaseUser | AnonymousUser


def side_of(user: AnyUser, report: ProgressReport) -> Side | None:
    """The side for which the user acts in the report's agreement today; ``None`` for neither."""
    agreement = report.deliverable.agreement_id
    if not user.is_authenticated or agreement is None:
        return None
    side = (
        Representative.objects.on(today())
        .filter(user=user, agreement=agreement)
        .values_list("side", flat=True)
        .first()
    )
    return Side(side) if side else None


def is_administrator(user: AnyUser) -> bool:
    return bool(user.is_authenticated and user.is_active and getattr(user, "is_superuser", False))


def can_submit(user: AnyUser, report: ProgressReport) -> bool:
    """A side's own report: whoever represents that side today."""
    return side_of(user, report) == report.side


def can_withdraw(user: AnyUser, report: ProgressReport) -> bool:
    return side_of(user, report) == report.side


def can_decide(user: AnyUser, report: ProgressReport) -> bool:
    """Confirm, return or dispute: only the *other* side, and either side for a public source.

    No one confirms a figure of their own side; an administrator confirms none (design.md §2).
    """
    side = side_of(user, report)
    if side is None:
        return False
    return report.side == ReportSide.SOURCE or side != report.side


def can_publish(user: AnyUser, report: ProgressReport) -> bool:
    """A figure of a cited public source is entered by an administrator."""
    return is_administrator(user) and report.side == ReportSide.SOURCE


def can_set_aside(user: AnyUser, report: ProgressReport) -> bool:
    return is_administrator(user) and report.side == ReportSide.SOURCE


def can_edit(user: AnyUser, report: ProgressReport) -> bool:
    """Only drafts change: a side's by that side, a source's by an administrator."""
    if report.state != ReportState.DRAFT:
        return False
    if report.side == ReportSide.SOURCE:
        return is_administrator(user)
    return side_of(user, report) == report.side
