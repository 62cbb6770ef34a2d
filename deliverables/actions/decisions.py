"""What the other side decides of a report: confirm, return, dispute; one verdict with its trace each."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from coopportal.clock import now
from deliverables import permissions
from deliverables.actions.moving import move, open_evidence, require_reason
from deliverables.actions.said import FigureSaid, check_figures
from deliverables.choices import ChangeKind, Decision, ReportSide, ReportState
from deliverables.models import Indicator, OfficialChange, ProgressReport, Verdict
from deliverables.models.change import fetch_content


def end_reign(report: ProgressReport, at: dt.datetime) -> bool:
    """Let a report cease to be official; false when it never was or has ceased already."""
    ended = ProgressReport.objects.filter(
        pk=report.pk, official_from__isnull=False, official_to__isnull=True
    ).update(official_to=at)
    return bool(ended)


def _corrected(report: ProgressReport) -> ProgressReport | None:
    """The report once official that this one corrects, through returned and withdrawn attempts.

    What that one corrected in turn ceased when it became official.
    """
    earlier = report.revises
    while earlier is not None and earlier.official_from is None:
        earlier = earlier.revises
    if earlier is not None and earlier.deliverable_id == report.deliverable_id:
        earlier.deliverable = report.deliverable  # fetched already
    return earlier


def _judge(
    report: ProgressReport,
    *,
    by: User,
    decision: Decision,
    to: ReportState,
    at: dt.datetime,
    columns: Mapping[str, Any],
    reason: str = "",
    corrects: ProgressReport | None = None,
    **said: Any,
) -> bool:
    """Keep the verdict and move the report; true when with it the reign of ``corrects`` ended."""
    side = permissions.deciding_side(by, report)
    if side is None:
        raise PermissionDenied
    if decision != Decision.CONFIRM:
        reason = require_reason(reason, _("Ghi lý do trả lại hoặc không đồng ý."))
    verdict = Verdict(
        report=report, side=side, decision=decision, by=by, at=at, reason=reason, **said
    )
    # Before the move: a refusal leaves the report in hand as it was.
    verdict.clean_fields(exclude=["report", "by"])
    ended = move(report, to, corrects=corrects, decided_at=at, **columns)
    verdict.save(force_insert=True)
    return ended


@transaction.atomic
def confirm(report: ProgressReport, *, by: User) -> None:
    """The other side agrees: the report becomes official and what it revises ceases to be."""
    at = now()
    was_official = report.official_from is not None
    columns = {} if was_official else {"official_from": at}
    earlier = _corrected(report)
    ended = _judge(
        report,
        by=by,
        decision=Decision.CONFIRM,
        to=ReportState.CONFIRMED,
        at=at,
        columns=columns,
        corrects=earlier,
    )
    turns = [(earlier, ChangeKind.CEASED)] if earlier is not None and ended else []
    if not was_official:
        turns.append((report, ChangeKind.BECAME_OFFICIAL))
    if report.side != ReportSide.SOURCE:
        fetch_content([row for row, _kind in turns])
        open_evidence(report, at)
    if turns:
        OfficialChange.objects.record_all(turns, at)


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
    """Disagree, with another stage or other figures. Both stay in sight until one is confirmed.

    ``counter_figures`` holds, by indicator key, a :class:`FigureSaid` or its members as a mapping. One of
    the two counters is needed: whoever only lacks a proof returns the report instead.
    """
    at = now()
    figures = _counter(counter_stage, counter_figures or {})
    _judge(
        report,
        by=by,
        decision=Decision.DISPUTE,
        to=ReportState.DISPUTED,
        at=at,
        columns={},
        reason=reason,
        counter_stage=counter_stage,
        counter_figures=figures,
    )
    if end_reign(report, at):
        OfficialChange.objects.record(report, ChangeKind.CEASED, at)


def _counter(stage: str, figures: Mapping[str, Any]) -> dict[str, dict[str, str | None]]:
    """What this side says instead, as it is stored; refused by field where it cannot stand."""
    if not stage and not figures:
        raise ValidationError(
            {
                "counter_stage": _(
                    "Không đồng ý thì ghi trạng thái hoặc số liệu theo phía mình; "
                    "chỉ thiếu minh chứng thì chọn trả lại."
                )
            }
        )
    said = {key: FigureSaid.read(figure) for key, figure in figures.items()}
    known = {row.key: row for row in Indicator.objects.filter(key__in=said)} if said else {}
    check_figures(said, known, "counter_figures.")
    return {key: figure.plain() for key, figure in said.items()}
