"""Every state, every verb, every role, by verb and by API: done, too late, not allowed, or not there.

The rule of all doors stands here; those of the pages and the admin are in test_every_page.py.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Count, OuterRef, Subquery
from django.test import Client

from coopportal.partial_dates import PartialDate
from deliverables import actions
from deliverables.actions import ConflictError, Said
from deliverables.choices import REVISABLE, TRANSITIONS, ReportSide, ReportState, Stage
from deliverables.models import (
    Comment,
    Measurement,
    Move,
    OfficialChange,
    ProgressReport,
    Verdict,
)
from tests import factories
from tests.factories import Cooperation

pytestmark = pytest.mark.django_db

PARTNER, VNPT, SOURCE = ReportSide.PARTNER, ReportSide.VNPT, ReportSide.SOURCE
OF_A_SOURCE = {ReportState.DRAFT, ReportState.PUBLISHED, *TRANSITIONS[ReportState.PUBLISHED]}
OF_A_SIDE = {ReportState.DRAFT, ReportState.SUBMITTED, *TRANSITIONS[ReportState.SUBMITTED]}
CASES = [
    *((side, state) for side in (PARTNER, VNPT) for state in sorted(OF_A_SIDE)),
    *((SOURCE, state) for state in sorted(OF_A_SOURCE)),
]
#: The side that each role stands on.
ROLES: dict[str, str] = {
    "officer": PARTNER,
    "colleague": PARTNER,
    "manager": VNPT,
    "stranger": "",
    "administrator": "",
}
WORDS = Said(as_of=PartialDate(2021, 5, 4), stage=Stage.DEPLOYED, coverage="toàn tỉnh")
COUNTER = {"reason": "Sai.", "counter_stage": "piloting"}

Verb = Callable[[ProgressReport, Any], Any]
VERBS: dict[str, Verb] = {
    "edit": lambda r, by: actions.save_draft(r, by=by, said=WORDS, version=r.version),
    "discard": lambda r, by: actions.discard_draft(r, by=by),
    "submit": lambda r, by: actions.submit(r, by=by),
    "withdraw": lambda r, by: actions.withdraw(r, by=by),
    "confirm": lambda r, by: actions.confirm(r, by=by),
    "return": lambda r, by: actions.send_back(r, by=by, reason="Thiếu."),
    "dispute": lambda r, by: actions.dispute(r, by=by, **COUNTER),
    "revise": lambda r, by: actions.revise(r, by=by),
    "comment": lambda r, by: actions.comment(r, by=by, text="Chào."),
    "publish": lambda r, by: actions.publish(r, by=by),
    "set aside": lambda r, by: actions.set_aside(r, by=by, reason="Có nguồn tốt hơn."),
}
REQUESTS: dict[str, tuple[str, str, Any]] = {
    "edit": ("PATCH", "", {"as_of": "2021-05-04", "coverage": "toàn tỉnh"}),
    "discard": ("DELETE", "", None),
    "submit": ("POST", "submit/", None),
    "withdraw": ("POST", "withdraw/", None),
    "confirm": ("POST", "confirm/", None),
    "return": ("POST", "return/", {"reason": "Thiếu."}),
    "dispute": ("POST", "dispute/", COUNTER),
    "revise": ("POST", "revise/", None),
    "comment": ("POST", "comments/", {"text": "Chào."}),
}
#: The state that a verb leads to, where it moves the report.
LEADS = {
    "submit": ReportState.SUBMITTED,
    "withdraw": ReportState.WITHDRAWN,
    "confirm": ReportState.CONFIRMED,
    "return": ReportState.RETURNED,
    "dispute": ReportState.DISPUTED,
    "publish": ReportState.PUBLISHED,
    "set aside": ReportState.SET_ASIDE,
}


def may(verb: str, role: str, side: str, state: str) -> bool:
    """The rule in words of design.md: own side writes, the other decides, an administrator sources."""
    own = ROLES[role]
    for_source = role == "administrator" and side == SOURCE
    other = own not in ("", side)
    writes = for_source if side == SOURCE else own == side
    return {
        "edit": writes,
        "discard": writes,
        "submit": side != SOURCE and own == side,
        "withdraw": side != SOURCE and own == side,
        "confirm": other,
        "dispute": other,
        "return": side != SOURCE and other,
        "comment": own != "",
        "revise": writes if state == ReportState.DRAFT else own != "" or for_source,
        "publish": for_source,
        "set aside": for_source,
    }[verb]


def fits(verb: str, state: str) -> bool:
    if verb in {"edit", "discard"}:
        return state == ReportState.DRAFT
    if verb == "comment":
        return state != ReportState.DRAFT
    if verb == "revise":
        return state in REVISABLE
    return LEADS[verb] in TRANSITIONS[ReportState(state)]


def sees(role: str, side: str, state: str) -> bool:
    own = ROLES[role]
    if state == ReportState.DRAFT:
        return role == "administrator" if side == SOURCE else own == side
    return own != "" or side == SOURCE or state == ReportState.CONFIRMED


def report_in(cooperation: Cooperation, side: str, state: str) -> ProgressReport:
    """A source's report comes to its state by way of being published."""
    values: dict[str, Any] = {"side": side, "citations": [factories.citation()]}
    if side != SOURCE or state in {ReportState.DRAFT, ReportState.SET_ASIDE}:
        return cooperation.report(state, **values)
    row = cooperation.report(ReportState.PUBLISHED, **values)
    if state == ReportState.CONFIRMED:
        actions.confirm(row, by=cooperation.officer)
    elif state == ReportState.DISPUTED:
        actions.dispute(row, by=cooperation.officer, **COUNTER)
    return row


#: The effect of a verb that moves nothing.
EFFECTS = {
    "edit": "edited",
    "discard": "gone",
    "revise": "revised",
    "comment": "commented",
    **LEADS,
}
SAID = {"as_of", "as_of_end", "stage", "narrative", "coverage"}
FIXED = {"uid", "deliverable_id", "side", "author_id", "revises_id", "created_at"}
AROUND: dict[str, tuple[Any, str]] = {
    "measurements": (Measurement, "report"),
    "citations": (ProgressReport.citations.through, "progressreport"),
    "verdicts": (Verdict, "report"),
    "moves": (Move, "report"),
    "changes": (OfficialChange, "report"),
    "comments": (Comment, "report"),
    "revisions": (ProgressReport, "revises"),
}


def kept(pk: int) -> dict[str, Any]:
    """All that is stored of a report, and how much hangs on it; empty when it is gone. One query."""
    counts = {
        f"{name}_count": Subquery(
            related.objects.filter(**{column: OuterRef("pk")})
            .order_by()
            .values(column)
            .annotate(n=Count("pk"))
            .values("n")
        )
        for name, (related, column) in AROUND.items()
    }
    return ProgressReport.objects.filter(pk=pk).annotate(**counts).values().first() or {}


def effect(before: dict[str, Any], after: dict[str, Any]) -> str:
    """What became of the report, in the words of ``EFFECTS``; anything beyond is told name by name."""
    if not after:
        return "gone"
    changed = {name for name in before if before[name] != after[name]}
    if not changed:
        return "unchanged"
    if "state" in changed and not changed & (SAID | FIXED):
        return str(after["state"])
    if "version" in changed and changed <= SAID | {
        "version",
        "measurements_count",
        "citations_count",
    }:
        return "edited"
    alone = {"comments_count": "commented", "revisions_count": "revised"}
    return alone.get(" ".join(sorted(changed)), f"changed: {sorted(changed)}")


class _RollBack(Exception):  # noqa: N818  (no error: the way out of the block)
    pass


def tried(before: dict[str, Any], act: Callable[[], str]) -> tuple[str, str]:
    """What was answered and what became of the report; then everything is as it was before."""
    told = done = ""
    try:
        with transaction.atomic():
            told = act()
            done = effect(before, kept(before["id"]))
            raise _RollBack
    except _RollBack:
        return told, done


def became(verb: str, role: str, side: str, state: str) -> str:
    """The effect by the rule, through whichever door: that of the verb, or none at all."""
    done = may(verb, role, side, state) and fits(verb, state)
    return EFFECTS[verb] if done else "unchanged"


@pytest.mark.parametrize(("side", "state"), CASES)
def test_by_verb(side: str, state: str) -> None:
    cooperation = Cooperation()
    report = report_in(cooperation, side, state)

    def outcome(verb: str, role: str) -> str:
        try:
            with transaction.atomic():
                row = ProgressReport.objects.get(pk=report.pk)
                VERBS[verb](row, getattr(cooperation, role))
        except ConflictError:
            return "too late"
        except PermissionDenied:
            return "not allowed"
        return "done"

    before = kept(report.pk)
    found, expected = {}, {}
    for verb in VERBS:
        for role in ROLES:
            found[verb, role] = tried(before, lambda verb=verb, role=role: outcome(verb, role))  # type: ignore[misc]
            allowed = may(verb, role, side, state)
            answer = ("done" if fits(verb, state) else "too late") if allowed else "not allowed"
            expected[verb, role] = (answer, became(verb, role, side, state))
    assert found == expected


@pytest.mark.parametrize(("side", "state"), CASES)
def test_by_api(side: str, state: str) -> None:
    cooperation = Cooperation()
    report = report_in(cooperation, side, state)
    clients = {role: Client() for role in ROLES}
    for role, client in clients.items():
        client.force_login(getattr(cooperation, role))

    def status(verb: str, role: str) -> str:
        method, path, body = REQUESTS[verb]
        response = clients[role].generic(
            method,
            f"/api/v1/reports/{report.uid}/{path}",
            b"" if body is None else json.dumps(body).encode(),
            content_type="application/json",
            headers={"If-Match": "*"},
        )
        return str(
            response.status_code // 100 * 100
            if response.status_code < 300
            else response.status_code
        )

    before = kept(report.pk)
    found, expected = {}, {}
    for verb in REQUESTS:
        for role in ROLES:
            found[verb, role] = tried(before, lambda verb=verb, role=role: status(verb, role))  # type: ignore[misc]
            if not sees(role, side, state):
                answer = "404"
            elif not may(verb, role, side, state):
                answer = "403"
            else:
                answer = "200" if fits(verb, state) else "409"
            expected[verb, role] = (answer, became(verb, role, side, state))
    assert found == expected
