"""Who may do what with a report or a proposal: one predicate a question, no writing here."""

from __future__ import annotations

from collections.abc import Iterable

from django.contrib.auth.models import AnonymousUser

from accounts.models import User
from agreements.choices import Side
from agreements.models import Representative
from coopportal.clock import today
from deliverables.choices import ReportSide, ReportState
from deliverables.models import ProgressReport, Proposal

AnyUser = User | AnonymousUser


def side_of(user: AnyUser, report: ProgressReport) -> Side | None:
    """The side for which the user acts in the report's agreement today; ``None`` for neither.

    Also ``None`` for whoever was entered on both sides: nobody judges what they may have written.
    """
    if getattr(report, "acting", None) == user.pk is not None:
        return _side_fetched(user, report)
    return sides_of(user, [report.deliverable_id]).get(report.deliverable_id)


def _side_fetched(user: AnyUser, report: ProgressReport) -> Side | None:
    """What ``ProgressReport.objects.acted_on_by`` asked together with the row."""
    if not (user.is_authenticated and user.is_active):
        return None
    told = {Side.PARTNER: report.acts_for_partner, Side.VNPT: report.acts_for_vnpt}  # type: ignore[attr-defined]
    sides = [side for side, acts in told.items() if acts]
    return sides[0] if len(sides) == 1 else None


def sides_of(user: AnyUser, deliverables: Iterable[int]) -> dict[int, Side]:
    """The side for which the user acts today for each deliverable, by its id; one query.

    Those of agreements where the user represents neither side, or was entered on both, are left out.
    """
    if not (user.is_authenticated and user.is_active):
        return {}
    found: dict[int, set[str]] = {}
    mandates = Representative.objects.on(today()).filter(
        user=user, agreement__deliverables__in=list(deliverables)
    )
    for deliverable, side in mandates.values_list("agreement__deliverables", "side"):
        found.setdefault(deliverable, set()).add(side)
    return {pk: Side(sides.pop()) for pk, sides in found.items() if len(sides) == 1}


def is_administrator(user: AnyUser) -> bool:
    return bool(user.is_authenticated and user.is_active and user.is_superuser)


def can_submit(user: AnyUser, report: ProgressReport) -> bool:
    """A side's own report: whoever represents that side today."""
    return side_of(user, report) == report.side


def can_withdraw(user: AnyUser, report: ProgressReport) -> bool:
    return side_of(user, report) == report.side


def can_decide(user: AnyUser, report: ProgressReport) -> bool:
    """Confirm, return or dispute: only the *other* side, and either side for a public source.

    No one confirms a figure of their own side; an administrator confirms none (design.md §2). Whoever
    wrote a report and changed sides since does not confirm it either.
    """
    return deciding_side(user, report) is not None


def deciding_side(user: AnyUser, report: ProgressReport) -> Side | None:
    """The side for which the user may decide on the report; see :func:`can_decide`."""
    side = side_of(user, report)
    if is_administrator(user) or report.author_id == user.pk or side == report.side:
        return None
    return side


def can_revise(user: AnyUser, report: ProgressReport) -> bool:
    """Whoever represents either side; a source's figure also an administrator, from a better source."""
    if report.state == ReportState.DRAFT:
        return can_edit(user, report)
    return side_of(user, report) is not None or can_publish(user, report)


def can_publish(user: AnyUser, report: ProgressReport) -> bool:
    """A figure of a cited public source is entered by an administrator."""
    return is_administrator(user) and report.side == ReportSide.SOURCE


def can_set_aside(user: AnyUser, report: ProgressReport) -> bool:
    return is_administrator(user) and report.side == ReportSide.SOURCE


def can_write(user: AnyUser, report: ProgressReport) -> bool:
    """Whose report it is, whatever its state: a side's own people, of a source an administrator."""
    if report.side == ReportSide.SOURCE:
        return is_administrator(user)
    return side_of(user, report) == report.side


def can_comment(user: AnyUser, report: ProgressReport) -> bool:
    """Remarks are between the two sides, on what both can read."""
    return report.state != ReportState.DRAFT and side_of(user, report) is not None


def can_edit(user: AnyUser, report: ProgressReport) -> bool:
    """Only drafts change: a side's by that side, a source's by an administrator."""
    return report.state == ReportState.DRAFT and can_write(user, report)


def can_attach(user: AnyUser, report: ProgressReport) -> bool:
    """Files prove what a side says; a public source is cited, and its drafts have none."""
    return report.side != ReportSide.SOURCE and can_write(user, report)


def represents_either_side(user: AnyUser, agreement: int | None) -> bool:
    """Who may read verdicts' reasons, files and officers' names of an agreement (design.md §4)."""
    if not user.is_authenticated or agreement is None:
        return False
    return Representative.objects.on(today()).filter(user=user, agreement=agreement).exists()


def side_in(user: AnyUser, agreement: int) -> Side | None:
    """The side for which the user acts in an agreement today; ``None`` for neither, and for both."""
    if not (user.is_authenticated and user.is_active):
        return None
    mandates = Representative.objects.on(today()).filter(user=user, agreement=agreement)
    sides = set(mandates.values_list("side", flat=True))
    return Side(sides.pop()) if len(sides) == 1 else None


def can_write_proposal(user: AnyUser, proposal: Proposal) -> bool:
    """Save, send, withdraw and discard: whoever represents the side that proposes."""
    return side_in(user, proposal.agreement_id) == proposal.side


def can_decide_proposal(user: AnyUser, proposal: Proposal) -> bool:
    """Accept or return: only the other side; an administrator decides on none, nobody on his or her own."""
    if is_administrator(user) or user.pk in {proposal.author_id, proposal.submitted_by_id}:
        return False
    return side_in(user, proposal.agreement_id) not in {None, proposal.side}
