"""Every state, every verb, every role, by the pages and by the admin; the rule is in test_every_door.py."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.contrib.messages import get_messages
from django.test import Client
from django.utils.html import escape

from accounts.models import User
from coopportal.partial_dates import PartialDate
from deliverables import actions
from deliverables.choices import ReportState
from deliverables.models import ProgressReport
from tests import factories
from tests.agreements.test_admin import as_typed, page
from tests.deliverables.test_every_door import (
    CASES,
    COUNTER,
    PARTNER,
    ROLES,
    SOURCE,
    became,
    fits,
    kept,
    may,
    sees,
    tried,
)
from tests.factories import Cooperation

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _quiet(caplog: pytest.LogCaptureFixture) -> None:
    """Hundreds of refusals are asked for; each would be logged with its traceback."""
    caplog.set_level(logging.CRITICAL, logger="django.request")


@dataclass
class Case:
    """A report, and whose hand brought it to its state."""

    report: ProgressReport
    side: str
    state: str
    hand: User | None

    def names_the_hand(self, text: str) -> bool:
        return self.hand is not None and f": {escape(str(self.hand))}, lúc" in text


def case(cooperation: Cooperation, side: str, state: str) -> Case:
    """Brought there by the verbs themselves, so that it is known who did what."""
    cooperation.deliverable = factories.deliverable(phase=cooperation.deliverable.phase)
    cited, day = [factories.citation()], PartialDate(2021, 5, 4)
    report = cooperation.report(side=side, as_of=day, citations=cited)
    sender, other = cooperation.officer, cooperation.manager
    if side not in (PARTNER, SOURCE):
        sender, other = other, sender
    hand = None
    if state != ReportState.DRAFT and side == SOURCE:
        hand = cooperation.administrator
        actions.publish(report, by=hand)
    elif state != ReportState.DRAFT:
        hand = sender
        actions.submit(report, by=hand)
    verbs: dict[str, tuple[User, Callable[[User], Any]]] = {
        ReportState.CONFIRMED: (other, lambda by: actions.confirm(report, by=by)),
        ReportState.RETURNED: (other, lambda by: actions.send_back(report, by=by, reason="Thiếu.")),
        ReportState.DISPUTED: (other, lambda by: actions.dispute(report, by=by, **COUNTER)),
        ReportState.WITHDRAWN: (sender, lambda by: actions.withdraw(report, by=by)),
        ReportState.SET_ASIDE: (
            cooperation.administrator,
            lambda by: actions.set_aside(report, by=by, reason="Có nguồn tốt hơn."),
        ),
    }
    if state in verbs:
        hand, act = verbs[state]
        act(hand)
    assert report.state == state
    return Case(report, side, state, hand)


Key = tuple[str, str, str]
#: What is answered, and what became of the report.
Told = tuple[str, str]


def matrix(
    role: str,
    verbs: Any,
    answer: Callable[[Client, str, Case], str],
    *,
    by_rule: Callable[[str, str, str, str], str],
    staff: bool = False,
) -> dict[Key, tuple[Told, Told]]:
    """Each verb tried on each report: where the answer, or what became of the report, is not by the rule."""
    cooperation = Cooperation()
    user = getattr(cooperation, role)
    if staff:
        User.objects.filter(pk=user.pk).update(is_staff=True)
        user.user_permissions.set(Permission.objects.filter(codename__endswith="progressreport"))
    client = Client()
    client.force_login(user)
    wrong: dict[Key, tuple[Told, Told]] = {}
    for side, state in CASES:
        one = case(cooperation, side, state)
        before = kept(one.report.pk)
        for verb in verbs:
            client.cookies.pop("messages", None)
            key = (verb, side, str(state))
            found = tried(before, lambda verb=verb, one=one: answer(client, verb, one))  # type: ignore[misc]
            told = by_rule(verb, role, side, state)
            done = told in {"302", "done"}
            expected = (told, became(verb, role, side, state) if done else "unchanged")
            if found != expected:
                wrong[key] = (found, expected)
    return wrong


# --- The pages of a report ----------------------------------------------------------------------


def typed(report: ProgressReport, **boxes: str) -> dict[str, str]:
    """The form of a report as it stands, with other boxes where given."""
    sent = {"tt": report.stage, "ngay": f"{report.as_of_end:%d/%m/%Y}", "pv": "", "dg": "", **boxes}
    return {"v": str(report.version)} | {
        f"h{report.deliverable_id}-{name}": text for name, text in sent.items()
    }


PAGES: dict[str, tuple[str, Callable[[ProgressReport], dict[str, str]]]] = {
    "edit": ("sua/", lambda r: typed(r, pv="toàn tỉnh") | {"luu": "1"}),
    "submit": ("sua/", lambda r: typed(r) | {"gui": "1"}),
    "discard": ("xoa-nhap/", lambda r: {"v": str(r.version)}),
    "withdraw": ("rut-lai/", lambda r: {}),
    "confirm": ("xac-nhan/", lambda r: {}),
    "return": ("tra-lai/", lambda r: {f"tl{r.pk}-reason": "minh-chung", f"tl{r.pk}-wish": ""}),
    "dispute": (
        "khong-dong-y/",
        lambda r: {f"kd{r.pk}-reason": "Sai.", f"kd{r.pk}-stage": "piloting"},
    ),
    "revise": ("lap-ban-sua/", lambda r: {}),
    "comment": ("trao-doi/", lambda r: {"text": "Chào."}),
}


def pages_rule(verb: str, role: str, side: str, state: str) -> str:
    """These pages are the representatives'; a source's own report is written in the admin."""
    if not sees(role, side, state):
        return "404"
    if ROLES[role] == "" or not may(verb, role, side, state):
        return "403"
    if fits(verb, state):
        return "302"
    return "409" if state == ReportState.DRAFT else "409, named"


def post(client: Client, verb: str, one: Case) -> str:
    path, boxes = PAGES[verb]
    response = client.post(f"/bao-cao-so-lieu/{one.report.uid}/{path}", boxes(one.report))
    named = response.status_code == 409 and one.names_the_hand(response.content.decode())
    return f"{response.status_code}, named" if named else str(response.status_code)


@pytest.mark.parametrize("role", ROLES)
def test_by_the_pages_of_a_report(role: str) -> None:
    assert matrix(role, PAGES, post, by_rule=pages_rule) == {}


@pytest.mark.parametrize("role", ROLES)
def test_read_by_page(role: str) -> None:
    cooperation = Cooperation()
    client = Client()
    client.force_login(getattr(cooperation, role))
    found, expected = {}, {}
    for side, state in CASES:
        one = case(cooperation, side, state)
        answer = client.get(f"/bao-cao-so-lieu/{one.report.uid}/")
        found[side, state] = answer.status_code
        known = 200 if ROLES[role] else 403
        expected[side, state] = known if sees(role, side, state) else 404
    assert found == expected


# --- Chờ xác nhận: several at once --------------------------------------------------------------


def queue_rule(verb: str, role: str, side: str, state: str) -> str:
    """A line a report: what one may not see is not chosen; who stands for nobody has no queue."""
    if role == "administrator":
        return "403"
    if not sees(role, side, state):
        return "nothing chosen"
    if not may(verb, role, side, state):
        return "not allowed"
    return "done" if fits(verb, state) else "too late, named"


def post_queue(client: Client, verb: str, one: Case) -> str:
    boxes = {"chon": [str(one.report.uid)], "lam": "xac-nhan"}
    if verb == "return":
        boxes |= {"lam": "tra-lai", "nhieu-reason": "minh-chung", "nhieu-wish": ""}  # type: ignore[dict-item]
    response = client.post("/cho-xac-nhan/", boxes)
    if response.status_code == 422 and "Chưa chọn dòng nào" in response.content.decode():
        return "nothing chosen"
    if response.status_code != 302:
        return str(response.status_code)
    [line] = client.session["outcomes"]["lines"]
    if line["ok"]:
        return "done"
    if one.names_the_hand(line["text"]):
        return "too late, named"
    refused = line["text"] == "Người này không được làm việc đó với báo cáo này."
    return "not allowed" if refused else line["text"]


@pytest.mark.parametrize("role", ROLES)
def test_by_the_queue(role: str) -> None:
    assert matrix(role, ("confirm", "return"), post_queue, by_rule=queue_rule) == {}


# --- Việc của tôi: the sheet --------------------------------------------------------------------


def sheet_rule(verb: str, role: str, side: str, state: str) -> str:
    """The sheet goes on with the own side's draft; whatever else there is, it leaves as it stands."""
    if role == "administrator":
        return "403"
    goes_on = may(verb, role, side, state) and fits(verb, state)
    return "302" if goes_on else "302, beside it"


def post_sheet(client: Client, verb: str, one: Case) -> str:
    of, before = one.report.deliverable_id, ProgressReport.objects.get(pk=one.report.pk)
    boxes = {
        "hm": [str(of)],
        "ngay": f"{before.as_of_end:%d/%m/%Y}",
        f"v{of}": f"{before.uid}:{before.version}",
        f"initial-h{of}-tt": before.stage,
        f"h{of}-tt": "in_progress" if verb == "edit" else before.stage,
        "gui" if verb == "submit" else "luu": "1",
    }
    response = client.post("/cong-viec/", boxes)
    after = ProgressReport.objects.get(pk=before.pk)
    moved = (after.state, after.version) != (before.state, before.version)
    return f"{response.status_code}{'' if moved or response.status_code != 302 else ', beside it'}"


@pytest.mark.parametrize("role", ROLES)
def test_by_the_sheet(role: str) -> None:
    assert matrix(role, ("edit", "submit"), post_sheet, by_rule=sheet_rule) == {}


# --- The admin ----------------------------------------------------------------------------------

#: What the verbs set; sent along, they are not taken.
SMUGGLED = {"state": "confirmed", "side": "vnpt", "author": "1", "official_from": "2020-01-01"}
ACTS = {"publish": "publish", "set aside": "set_aside"}
#: Verbs of the two sides: no name of theirs is one of the admin's actions.
NO_ACTS = ("submit", "withdraw", "confirm", "return", "dispute", "revise", "comment")


def admin_rule(verb: str, role: str, side: str, state: str) -> str:
    """The same rule for everybody of the staff; what left draft has no form there to be too late with."""
    if verb in NO_ACTS:
        return "no such act"
    if not sees(role, side, state):
        # Asked to delete, the admin answers what is not there and what one may not alike.
        return "403" if verb == "discard" else "not there"
    allowed, fitting = may(verb, role, side, state), fits(verb, state)
    if verb in ACTS:
        # Too late without a name: an administrator is not told which officer it was.
        return ("done" if fitting else "too late, nameless") if allowed else "not allowed"
    return "302" if allowed and fitting else "403"


def act_in_admin(client: Client, verb: str, one: Case) -> str:
    if verb in {"edit", "discard"}:
        return change_in_admin(client, verb, one)
    name = ACTS.get(verb, verb)
    boxes = {"action": name, "_selected_action": [one.report.pk], "reason": "Có nguồn tốt hơn."}
    response = client.post(page(ProgressReport, "changelist"), boxes)
    assert response.status_code == 302
    messages = [(row.level_tag, str(row)) for row in get_messages(response.wsgi_request)]
    if not messages:
        return "not there"
    [(level, text)] = messages
    if level == "success":
        return "done"
    if level == "warning":
        return "no such act"
    if "Báo cáo đã ở tình trạng" in text and not one.names_the_hand(text):
        return "too late, nameless"
    refused = text.endswith(": chỉ quản trị viên, và chỉ với số liệu từ nguồn công bố.")
    return "not allowed" if refused else text


def change_in_admin(client: Client, verb: str, one: Case) -> str:
    boxes = {"post": "yes"}
    if verb == "edit":
        opened = client.get(page(one.report, "change"))
        open_for_change = opened.status_code == 200 and opened.context["has_change_permission"]
        boxes = (as_typed(opened) if open_for_change else {}) | SMUGGLED | {"coverage": "3 huyện"}
    response = client.post(page(one.report, "change" if verb == "edit" else "delete"), boxes)
    if response.status_code == 302 and response["Location"] == "/quan-tri/":
        return "not there"
    return str(response.status_code)


@pytest.mark.parametrize("role", ROLES)
def test_by_the_admin(role: str) -> None:
    verbs = ("edit", "discard", *ACTS, *(NO_ACTS if role == "administrator" else ()))
    assert matrix(role, verbs, act_in_admin, by_rule=admin_rule, staff=True) == {}


@pytest.mark.parametrize("role", ROLES)
def test_read_in_the_admin(role: str) -> None:
    """An administrator reads a side's report when everybody does, and has no button on it."""
    cooperation = Cooperation()
    user = getattr(cooperation, role)
    client = Client()
    client.force_login(user)
    found, expected = {}, {}
    for side, state in CASES:
        one = case(cooperation, side, state)
        response = client.get(page(one.report, "change"))
        text = response.content.decode() if response.status_code == 200 else response["Location"]
        found[side, state] = (response.status_code, 'name="_save"' in text)
        if role == "administrator" and sees(role, side, state):
            writes = may("edit", role, side, state) and fits("edit", state)
            expected[side, state] = (200, writes)
        else:
            expected[side, state] = (302, False)
            known = "/quan-tri/" if role == "administrator" else "/quan-tri/login/?next="
            assert text.startswith(known)
    assert found == expected
