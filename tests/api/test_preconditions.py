"""``If-Match`` on verbs of what was sent: held to where it is sent, as RFC 9110 says, and else not asked."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.test.utils import CaptureQueriesContext

from agreements.models import Agreement
from coopportal.rest.conditional import etag_of_content
from deliverables.choices import ReportSide, ReportState
from deliverables.models import Comment, HandledRequest, Move, ProgressReport, Verdict
from tests.api.test_writing import REPORTS, Caller, problem
from tests.factories import Cooperation

pytestmark = pytest.mark.django_db

#: The verbs, who does them to a report of the officer's, and their words.
VERBS: dict[str, tuple[str, dict[str, str] | None, str]] = {
    "confirm": ("manager", None, "confirmed"),
    "return": ("manager", {"reason": "Thiếu biên bản."}, "returned"),
    "dispute": ("manager", {"reason": "Mới thử.", "counter_stage": "piloting"}, "disputed"),
    "withdraw": ("officer", None, "withdrawn"),
}


@pytest.fixture
def cooperation() -> Cooperation:
    return Cooperation()


@pytest.fixture(params=VERBS)
def verb(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def report(cooperation: Cooperation) -> ProgressReport:
    return cooperation.report(ReportState.SUBMITTED)


def caller_of(cooperation: Cooperation, verb: str) -> Caller:
    return Caller(getattr(cooperation, VERBS[verb][0]))


def act(caller: Caller, report: ProgressReport, verb: str, **headers: str) -> Any:
    return caller("POST", f"{report.uid}/{verb}/", VERBS[verb][1], **headers)


def nothing_was_done(report: ProgressReport) -> bool:
    row = ProgressReport.objects.get(pk=report.pk)
    return (
        (row.state, row.decided_at, row.official_from) == (report.state, None, None)
        and not Verdict.objects.filter(report=report).exists()
        and not Move.objects.filter(report=report, state=ReportState.WITHDRAWN).exists()
        and not HandledRequest.objects.exists()
    )


def test_the_tag_that_was_read_holds(
    cooperation: Cooperation, report: ProgressReport, verb: str
) -> None:
    caller = caller_of(cooperation, verb)
    told = caller("GET", f"{report.uid}/")
    assert told["ETag"] == etag_of_content(told.content)
    done = act(caller, report, verb, If_Match=f'"khac", {told["ETag"]}')
    assert (done.status_code, done.json()["state"]) == (200, VERBS[verb][2])


def test_any_tag_holds_for_a_report_that_is_there(
    cooperation: Cooperation, report: ProgressReport, verb: str
) -> None:
    done = act(caller_of(cooperation, verb), report, verb, If_Match="*")
    assert (done.status_code, done.json()["state"]) == (200, VERBS[verb][2])


def test_another_tag_changes_nothing_and_is_told_what_is_stored(
    cooperation: Cooperation, report: ProgressReport, verb: str
) -> None:
    caller = caller_of(cooperation, verb)
    told = caller("GET", f"{report.uid}/")
    # A weak tag never holds, nor does that of a draft, nor what is no tag at all.
    for tag in ('"khac"', f"W/{told['ETag']}", f'"{report.version}"', "khac", ""):
        for key in ({}, {"Idempotency_Key": "k1"}):
            refused = act(caller, report, verb, If_Match=tag, **key)
            why = problem(refused, 412, "stale")
            assert why["stored"] == told.json()
            assert why["sent"] == (VERBS[verb][1] or {})
            assert refused["ETag"] == told["ETag"]
            assert "bản được đọc" in why["detail"]
            assert nothing_was_done(report)
    # With the tag that the refusal told it is done, under the same key.
    done = act(caller, report, verb, If_Match=refused["ETag"], Idempotency_Key="k1")
    assert (done.status_code, done.json()["state"]) == (200, VERBS[verb][2])


def test_what_was_mended_since_it_was_read_is_not_decided_on_unread(
    cooperation: Cooperation, report: ProgressReport, verb: str
) -> None:
    caller = caller_of(cooperation, verb)
    read = caller("GET", f"{report.uid}/")["ETag"]
    # A remark, and another report, are no part of it.
    Comment.objects.create(
        report=report, side="vnpt", by=cooperation.manager, text="?", at=report.submitted_at
    )
    cooperation.report(as_of="2021-07")
    assert caller("GET", f"{report.uid}/")["ETag"] == read
    # What a report says is frozen once it was sent; an administrator may still mend what it is of.
    Agreement.objects.filter(pk=cooperation.agreement.pk).update(slug="ma-da-sua")
    why = problem(act(caller, report, verb, If_Match=read), 412, "stale")
    assert why["stored"]["agreement"] == "ma-da-sua"
    assert nothing_was_done(report)
    assert act(caller, report, verb).status_code == 200, "without the header it is not asked"


def test_whoever_comes_second_with_a_tag_is_told_what_is_stored_by_now(
    cooperation: Cooperation, report: ProgressReport
) -> None:
    manager = Caller(cooperation.manager)
    read = manager("GET", f"{report.uid}/")["ETag"]
    assert act(manager, report, "confirm", If_Match=read).status_code == 200
    why = problem(act(manager, report, "return", If_Match=read), 412, "stale")
    assert (why["stored"]["state"], why["stored"]["verdicts"][0]["decision"]) == (
        *("confirmed", "confirm"),
    )
    # Without the tag, or with that of what is stored, the state says who was first.
    now = manager("GET", f"{report.uid}/")["ETag"]
    problem(act(manager, report, "return"), 409, "conflict")
    problem(act(manager, report, "return", If_Match=now), 409, "conflict")


def test_sent_again_under_its_key_it_is_not_compared_again(
    cooperation: Cooperation, report: ProgressReport, verb: str
) -> None:
    caller = caller_of(cooperation, verb)
    sent = {"If_Match": caller("GET", f"{report.uid}/")["ETag"], "Idempotency_Key": "k1"}
    first, again = (act(caller, report, verb, **sent) for _time in range(2))
    assert (first.status_code, again.status_code) == (200, 200)
    assert first.json() == again.json()


def test_a_figure_of_a_source_is_compared_too(cooperation: Cooperation) -> None:
    report = cooperation.report(ReportState.PUBLISHED, side=ReportSide.SOURCE)
    officer = Caller(cooperation.officer)
    problem(act(officer, report, "confirm", If_Match='"khac"'), 412, "stale")
    read = officer("GET", f"{report.uid}/")["ETag"]
    assert act(officer, report, "confirm", If_Match=read).json()["state"] == "confirmed"


def test_who_may_not_is_told_so_whatever_tag_is_sent(
    cooperation: Cooperation, report: ProgressReport
) -> None:
    colleague, manager = Caller(cooperation.colleague), Caller(cooperation.manager)
    for caller, verb in ((colleague, "confirm"), (colleague, "return"), (manager, "withdraw")):
        for tag in ('"khac"', "*"):
            problem(act(caller, report, verb, If_Match=tag), 403, "forbidden")
    problem(act(Caller(cooperation.stranger), report, "confirm", If_Match="*"), 404, "not-found")


def test_the_comparison_costs_one_statement(
    cooperation: Cooperation, query_count: Callable[[], CaptureQueriesContext]
) -> None:
    manager = Caller(cooperation.manager)

    def cost(**headers: str) -> int:
        report = cooperation.report(ReportState.SUBMITTED)
        manager("GET", f"{report.uid}/")
        with query_count() as queries:
            assert act(manager, report, "confirm", **headers).status_code == 200
        return len(queries)

    cost()  # statements are put together once
    assert cost(If_Match="*") == cost() + 1


@pytest.mark.parametrize("state", [ReportState.DRAFT, ReportState.SUBMITTED])
def test_who_reads_a_report_compressed_can_write_to_it(
    cooperation: Cooperation, state: ReportState
) -> None:
    """A weak tag never holds, so one report goes uncompressed; what is large goes compressed."""
    report = cooperation.report(state, narrative="Mở rộng đến mọi xã. " * 40)
    client = Client(headers={"Accept-Encoding": "gzip"})
    client.force_login(cooperation.officer)
    path = f"{REPORTS}{report.uid}/"
    told = client.get(path)
    assert told["ETag"].startswith('"')
    assert "Content-Encoding" not in told
    verb = "submit" if state == ReportState.DRAFT else "withdraw"
    done = client.post(
        f"{path}{verb}/", content_type="application/json", headers={"If-Match": told["ETag"]}
    )
    assert done.status_code == 200
    for address in (REPORTS, "/api/schema/", "/"):
        large = client.get(address)
        assert (large.status_code, large["Content-Encoding"]) == (200, "gzip")
        assert not large.get("ETag", "").startswith('"')


def test_a_revision_and_a_remark_are_of_what_was_read(
    cooperation: Cooperation, report: ProgressReport
) -> None:
    officer, manager = Caller(cooperation.officer), Caller(cooperation.manager)
    waiting = officer("GET", f"{report.uid}/")["ETag"]
    remark = f"{report.uid}/comments/"
    said = officer("POST", remark, {"text": "Đang chờ ký."}, If_Match=waiting)
    assert said.status_code == 201
    assert act(manager, report, "confirm").status_code == 200

    # Confirmed since: what was read waited still.
    why = problem(officer("POST", remark, {"text": "Còn thiếu."}, If_Match=waiting), 412, "stale")
    assert why["sent"] == {"text": "Còn thiếu."}
    assert why["stored"]["state"] == "confirmed"
    assert Comment.objects.count() == 1
    revising = f"{report.uid}/revise/"
    refused = officer("POST", revising, If_Match=waiting, Idempotency_Key="k1")
    problem(refused, 412, "stale")
    assert ProgressReport.objects.filter(revises=report).count() == 0

    # With the tag that the refusal told it is done, under the same key.
    made = officer("POST", revising, If_Match=refused["ETag"], Idempotency_Key="k1")
    assert (made.status_code, made.json()["revises"]) == (201, str(report.uid))
    again = officer("POST", revising, If_Match=refused["ETag"], Idempotency_Key="k1")
    assert (again.status_code, again.json()["id"]) == (200, made.json()["id"])
