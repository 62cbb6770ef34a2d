"""One report for those who represent a side: what it says, what became of it, what they talk about."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from agreements.choices import Side
from deliverables import permissions
from deliverables.choices import REVISABLE, ReportSide, ReportState
from deliverables.models import Comment, ProgressReport, Verdict
from deliverables.pages.delivered import with_all_they_say
from deliverables.pages.mandates import Mandate, mandates_of, other_side, side_name
from deliverables.pages.review_rows import ReviewRow, review_rows


@dataclass(frozen=True)
class Doing:
    """What this user may do with the report now."""

    edit: bool
    submit: bool
    withdraw: bool
    decide: bool
    revise: bool
    comment: bool
    attach: bool


@dataclass(frozen=True)
class ReportPage:
    """Everything on the page of one report."""

    report: Any
    row: ReviewRow
    mandate: Mandate
    doing: Doing
    verdicts: list[Any]
    moves: list[Any]
    comments: list[Any]
    later: list[Any]

    @property
    def other(self) -> str:
        """Whose turn it is while it waits."""
        side = self.report.side
        if side == ReportSide.SOURCE:
            return ""
        return side_name(self.mandate.agreement, other_side(side))

    @property
    def sides(self) -> dict[str, str]:
        return {side.value: side_name(self.mandate.agreement, side) for side in Side}


def reports_with_context() -> Any:
    """Reports with what their page, the verbs and the letters name."""
    return with_all_they_say(
        ProgressReport.objects.select_related(
            "author",
            "revises",
            "deliverable__system",
            "deliverable__phase",
            "deliverable__agreement__partner",
            "deliverable__agreement__vnpt_party",
        )
    )


def mandate_for(user: Any, report: Any) -> Mandate | None:
    """For which side this user reads a report; None for whoever represents neither."""
    agreement = report.deliverable.agreement_id
    return next((m for m in mandates_of(user) if m.agreement.pk == agreement), None)


def report_page(report: Any, mandate: Mandate, user: Any) -> ReportPage:
    """Fetch and shape the page: a fixed number of queries, whatever was said of the report."""
    [row] = review_rows([report.pk], user, [mandate])
    return ReportPage(
        report=row.report,
        row=row,
        mandate=mandate,
        doing=_doing(report, mandate, user),
        verdicts=list(
            Verdict.objects.visible_to(user)
            .filter(report=report)
            .select_related("by")
            .order_by("at")
        ),
        moves=list(report.moves.select_related("by").order_by("at")),
        comments=list(
            Comment.objects.visible_to(user)
            .filter(report=report)
            .select_related("by")
            .order_by("at", "pk")
        ),
        later=list(
            ProgressReport.objects.visible_to(user).filter(revises=report).order_by("created_at")
        ),
    )


def _doing(report: Any, mandate: Mandate, user: Any) -> Doing:
    """The predicates of permissions.py, and the states in which a button makes sense."""
    state = report.state
    waits = state in {ReportState.SUBMITTED, ReportState.PUBLISHED}
    edit = permissions.can_edit(user, report)
    return Doing(
        edit=edit,
        submit=edit and permissions.can_submit(user, report),
        withdraw=state == ReportState.SUBMITTED and permissions.can_withdraw(user, report),
        decide=waits and permissions.can_decide(user, report),
        revise=state in REVISABLE and permissions.can_revise(user, report),
        comment=permissions.can_comment(user, report),
        attach=edit and permissions.can_attach(user, report),
    )
