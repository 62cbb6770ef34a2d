"""docs/permissions.md says what the code does: each cell of its tables is asked of the code."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from django.contrib.auth.models import AnonymousUser

from agreements.choices import Side
from deliverables import permissions
from deliverables.choices import TRANSITIONS, ProposalState, ReportSide, ReportState
from deliverables.models import ProgressReport, Proposal
from tests import factories as make

_DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "permissions.md"

#: The verbs of the document, and who answers for each.
_VERBS: dict[str, Callable[..., bool]] = {
    "edit or delete the draft": permissions.can_edit,
    "attach or take away a file": permissions.can_attach,
    "submit": permissions.can_submit,
    "withdraw": permissions.can_withdraw,
    "confirm, return, dispute": permissions.can_decide,
    "revise": permissions.can_revise,
    "publish": permissions.can_publish,
    "set aside": permissions.can_set_aside,
}


def _tables() -> list[list[list[str]]]:
    """The tables of the document, as rows of cells without the rule below the heading."""
    tables: list[list[list[str]]] = [[]]
    for line in _DOCUMENT.read_text(encoding="utf-8").splitlines():
        if not line.startswith("|"):
            tables.append([])
        elif not re.fullmatch(r"[|-]+", line):
            tables[-1].append([cell.strip() for cell in line.strip("|").split("|")])
    return [table for table in tables if table]


def _said(first_heading: str, first_row: str) -> dict[str, list[bool]]:
    """What one table says: a row's name to its cells, "yes" as true and "no" as false."""
    for heading, *rows in _tables():
        if heading[0] == first_heading and rows[0][0] == first_row:
            assert {cell for row in rows for cell in row[1:]} <= {"yes", "no"}
            return {row[0]: [cell == "yes" for cell in row[1:]] for row in rows}
    raise AssertionError(f"No table of {first_heading!r} that begins with {first_row!r}.")


def _report(side: str, state: str, together: make.Cooperation) -> ProgressReport:
    """A report in a state; one of a source comes to it by way of being published."""
    if side != ReportSide.SOURCE or state in {ReportState.DRAFT, ReportState.SET_ASIDE}:
        return together.report(state, side=side)
    row = together.report(ReportState.PUBLISHED, side=side)
    if state != ReportState.PUBLISHED:
        ProgressReport.objects.filter(pk=row.pk).update(state=state, decided_at=make.at(make.DAY))
        row.refresh_from_db()
    return row


_CASES = [(ReportSide.PARTNER, "a side's report"), (ReportSide.SOURCE, "a public source's figure")]


@pytest.mark.django_db
@pytest.mark.parametrize(("side", "heading"), _CASES)
def test_who_reads_which_state(side: ReportSide, heading: str) -> None:
    told = _said(heading, "draft")
    done = {}
    for state in told:
        together = make.Cooperation()
        row = _report(side, state, together)
        roles = (AnonymousUser(), together.stranger, together.officer, together.manager)
        done[state] = [
            ProgressReport.objects.visible_to(user).filter(pk=row.pk).exists()
            for user in (*roles, together.administrator)
        ]
    assert done == told


@pytest.mark.parametrize(("side", "heading"), _CASES)
def test_every_state_that_can_be_reached_is_told(side: ReportSide, heading: str) -> None:
    first = ReportState.PUBLISHED if side == ReportSide.SOURCE else ReportState.SUBMITTED
    assert set(_said(heading, "draft")) == {ReportState.DRAFT, first, *TRANSITIONS[first]}


@pytest.mark.django_db
@pytest.mark.parametrize(("side", "heading"), _CASES)
def test_who_may_do_what(side: ReportSide, heading: str) -> None:
    told = _said(heading, "edit or delete the draft")
    assert set(told) == set(_VERBS)
    done = {}
    for verb, allowed in _VERBS.items():
        together = make.Cooperation()
        state = ReportState.DRAFT
        if verb == "revise":
            state = ReportState.PUBLISHED if side == ReportSide.SOURCE else ReportState.CONFIRMED
        row = together.report(state, side=side)
        roles = (AnonymousUser(), together.stranger, together.officer, together.manager)
        done[verb] = [allowed(user, row) for user in (*roles, together.administrator)]
    assert done == told


@pytest.mark.django_db
def test_an_administrator_with_a_mandate_and_an_author_on_the_other_side_confirm_nothing() -> None:
    together = make.Cooperation()
    row = together.report(ReportState.SUBMITTED)
    make.representative(together.agreement, Side.VNPT, together.administrator)
    assert not permissions.can_decide(together.administrator, row)

    together.officer.mandates.update(side=Side.VNPT)
    assert not permissions.can_decide(together.officer, row)


@pytest.mark.django_db
def test_who_may_do_what_with_a_proposal() -> None:
    told = _said("a side's proposal", "read the draft")
    together = make.Cooperation()
    sent = together.proposal(ProposalState.SUBMITTED)
    draft = together.proposal()
    roles = (AnonymousUser(), together.stranger, together.officer, together.manager)

    def seen(row: Proposal) -> list[bool]:
        return [
            Proposal.objects.visible_to(user).filter(pk=row.pk).exists()
            for user in (*roles, together.administrator)
        ]

    def asked(allowed: Callable[..., bool]) -> list[bool]:
        return [allowed(user, sent) for user in (*roles, together.administrator)]

    assert told == {
        "read the draft": seen(draft),
        "read what was sent": seen(sent),
        "begin, save, send, discard": asked(permissions.can_write_proposal),
        "withdraw, begin again": asked(permissions.can_write_proposal),
        "accept, return": asked(permissions.can_decide_proposal),
    }
