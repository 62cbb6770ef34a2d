"""Whose turn it is: what each person finds waiting, several rows at once, remarks between the sides."""

import datetime as dt
from collections.abc import Iterator

import pytest
import time_machine
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied, ValidationError

from accounts.models import User
from agreements.choices import Side
from coopportal.clock import ZONE, Moment
from deliverables import actions
from deliverables.actions import ConflictError
from deliverables.choices import ReportSide, ReportState, Stage
from deliverables.models import Comment, Deliverable, ProgressReport, QueueSeen
from tests import factories
from tests.factories import Cooperation, at

NOW = dt.datetime(2026, 11, 21, 9, 30, tzinfo=ZONE)


@pytest.fixture(autouse=True)
def _frozen() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def cooperation(db: None) -> Cooperation:
    return Cooperation()


def people(cooperation: Cooperation) -> dict[str, User | AnonymousUser]:
    return {
        "officer": cooperation.officer,
        "colleague": cooperation.colleague,
        "manager": cooperation.manager,
        "stranger": cooperation.stranger,
        "administrator": cooperation.administrator,
        "nobody": AnonymousUser(),
    }


def found(queue: str, cooperation: Cooperation) -> dict[str, list[ProgressReport]]:
    """What everybody finds in a queue, of this agreement, by name; empty ones left out."""
    mine = ProgressReport.objects.filter(deliverable__agreement=cooperation.agreement)
    each = {
        name: list(getattr(mine, queue)(user).order_by("pk"))
        for name, user in people(cooperation).items()
    }
    return {name: rows for name, rows in each.items() if rows}


def everything(cooperation: Cooperation) -> dict[str, ProgressReport]:
    """A report of each side in each state, and of a source."""
    rows = {
        f"{side} {state}": cooperation.report(state, side=side)
        for side in (ReportSide.PARTNER, ReportSide.VNPT)
        for state in sorted(set(ReportState) - {ReportState.PUBLISHED, ReportState.SET_ASIDE})
    }
    for state in (ReportState.PUBLISHED, ReportState.SET_ASIDE, ReportState.DRAFT):
        rows[f"source {state}"] = cooperation.report(state, side=ReportSide.SOURCE)
    return rows


def test_each_queue_holds_what_it_is_named_for(cooperation: Cooperation) -> None:
    # As much again elsewhere, which nobody here may find.
    everything(Cooperation())
    rows = everything(cooperation)
    partner, vnpt = ("officer", "colleague"), ("manager",)

    def told(by_partner: str, by_vnpt: str) -> dict[str, list[ProgressReport]]:
        return {
            **{name: [rows[by_partner]] for name in partner},
            **{name: [rows[by_vnpt]] for name in vnpt},
        }

    assert found("awaiting_verdict_of", cooperation) == told("vnpt submitted", "partner submitted")
    assert found("sent_by_side_of", cooperation) == told("partner submitted", "vnpt submitted")
    assert found("drafts_of", cooperation) == told("partner draft", "vnpt draft")
    assert found("sources_open_to", cooperation) == told("source published", "source published")
    # Everything was sent on one day, so that nothing was sent since anything was returned.
    assert found("returned_to", cooperation) == told("partner returned", "vnpt returned")


def test_nobody_is_asked_to_judge_what_they_wrote(cooperation: Cooperation) -> None:
    report = cooperation.report(ReportState.SUBMITTED)
    cooperation.officer.mandates.update(side=Side.VNPT)
    assert found("awaiting_verdict_of", cooperation) == {"manager": [report]}


def test_whoever_was_entered_on_both_sides_has_no_queue(cooperation: Cooperation) -> None:
    cooperation.report(ReportState.SUBMITTED)
    factories.representative(
        cooperation.agreement, Side.PARTNER, cooperation.manager, from_day=dt.date(2020, 1, 2)
    )
    assert found("awaiting_verdict_of", cooperation) == {}


def test_an_administrator_with_a_mandate_is_asked_for_no_verdict(cooperation: Cooperation) -> None:
    factories.representative(cooperation.agreement, Side.VNPT, cooperation.administrator)
    report = cooperation.report(ReportState.SUBMITTED)
    assert found("awaiting_verdict_of", cooperation) == {"manager": [report]}


def test_what_was_returned_waits_until_it_is_sent_again(cooperation: Cooperation) -> None:
    report = cooperation.report(ReportState.RETURNED)
    waiting = {"officer": [report], "colleague": [report]}
    draft = actions.revise(report, by=cooperation.officer)
    assert found("returned_to", cooperation) == waiting
    actions.submit(draft, by=cooperation.officer)
    assert found("returned_to", cooperation) == {}
    actions.withdraw(draft, by=cooperation.officer)
    assert found("returned_to", cooperation) == waiting


# --- What asks for news ---------------------------------------------------------------------------


def asking(cooperation: Cooperation) -> list[Deliverable]:
    rows = Deliverable.objects.filter(agreement=cooperation.agreement)
    return list(rows.asking_for_news(Moment.now()).order_by("pk"))


def test_a_deliverable_asks_for_news_also_after_its_phase(cooperation: Cooperation) -> None:
    assert cooperation.deliverable.phase is not None
    assert cooperation.deliverable.phase.end_year == 2025
    assert asking(cooperation) == [cooperation.deliverable]
    cooperation.report(ReportState.CONFIRMED, stage=Stage.DEPLOYED)
    assert asking(cooperation) == [cooperation.deliverable]


@pytest.mark.parametrize("stage", [Stage.COMPLETED, Stage.ENDED])
def test_what_is_over_asks_no_more(cooperation: Cooperation, stage: Stage) -> None:
    cooperation.report(ReportState.SUBMITTED, stage=stage, as_of_end=dt.date(2021, 6, 1))
    assert asking(cooperation) == [cooperation.deliverable]
    cooperation.report(ReportState.CONFIRMED, stage=stage)
    assert asking(cooperation) == []


def test_what_another_took_up_asks_no_more(cooperation: Cooperation) -> None:
    phase = factories.phase(agreement=cooperation.agreement, start_year=2025, end_year=2030)
    later = factories.deliverable(phase=phase, continues=cooperation.deliverable)
    assert asking(cooperation) == [later]


def test_without_an_agreement_there_is_nobody_to_ask(db: None) -> None:
    row = factories.deliverable(phase=None, agreement=None)
    factories.report(row, state=ReportState.PUBLISHED)
    rows = Deliverable.objects.filter(pk=row.pk)
    assert list(rows.official(Moment.now())) == [row]
    assert list(rows.asking_for_news(Moment.now())) == []


# --- Several at once -----------------------------------------------------------------------------


def test_each_of_several_has_its_own_result(cooperation: Cooperation) -> None:
    citation = factories.citation()
    good = cooperation.report(ReportState.SUBMITTED, citations=[citation])
    bare = cooperation.report(ReportState.SUBMITTED)
    own = cooperation.report(ReportState.SUBMITTED, side=ReportSide.VNPT, citations=[citation])
    gone = cooperation.report(ReportState.SUBMITTED, citations=[citation])
    stale = ProgressReport.objects.get(pk=gone.pk)
    actions.withdraw(gone, by=cooperation.officer)
    outcomes = actions.confirm_many([good, bare, own, stale], by=cooperation.manager)
    assert [(one.report, one.ok) for one in outcomes] == [
        *((good, True), (bare, False), (own, False), (stale, False)),
    ]
    assert [one.problem for one in outcomes] == [
        "",
        "Có điểm cần xem riêng trước khi xác nhận: Chưa có minh chứng.",
        "Người này không được làm việc đó với báo cáo này.",
        f"Báo cáo đã ở tình trạng “Đã rút”: {cooperation.officer}, lúc 09:30 21/11/2026.",
    ]
    states = [ProgressReport.objects.get(pk=row.pk).state for row in (good, bare, own, gone)]
    assert states == [
        ReportState.CONFIRMED,
        ReportState.SUBMITTED,
        ReportState.SUBMITTED,
        ReportState.WITHDRAWN,
    ]


def test_several_are_returned_with_one_reason(cooperation: Cooperation) -> None:
    rows = [cooperation.report(ReportState.SUBMITTED) for _ in range(2)]
    outcomes = actions.send_back_many(rows, by=cooperation.manager, reason="Thiếu biên bản.")
    assert [one.ok for one in outcomes] == [True, True]
    assert [row.verdicts.get().reason for row in rows] == ["Thiếu biên bản."] * 2
    [refused] = actions.send_back_many([rows[0]], by=cooperation.manager, reason="Nữa.")
    assert not refused.ok


def test_several_drafts_are_sent(cooperation: Cooperation) -> None:
    mine = cooperation.report()
    sent = cooperation.report(ReportState.SUBMITTED)
    theirs = cooperation.report(side=ReportSide.VNPT)
    outcomes = actions.submit_many([mine, sent, theirs], by=cooperation.officer)
    assert [one.ok for one in outcomes] == [True, False, False]
    assert ProgressReport.objects.get(pk=theirs.pk).state == ReportState.DRAFT


# --- Remarks -------------------------------------------------------------------------------------


def test_representatives_talk_beside_a_report(cooperation: Cooperation) -> None:
    report = cooperation.report(ReportState.SUBMITTED)
    first = actions.comment(report, by=cooperation.manager, text=" Có biên bản chưa? ")
    second = actions.comment(report, by=cooperation.colleague, text="Đang chờ ký.")
    assert [(row.side, row.by, row.text, row.at) for row in report.comments.all()] == [
        (Side.VNPT, cooperation.manager, "Có biên bản chưa?", NOW),
        (Side.PARTNER, cooperation.colleague, "Đang chờ ký.", NOW),
    ]
    readers = {
        name: list(Comment.objects.visible_to(user).order_by("pk"))
        for name, user in people(cooperation).items()
    }
    assert {name for name, rows in readers.items() if rows == [first, second]} == {
        *("officer", "colleague", "manager"),
    }
    assert {name for name, rows in readers.items() if rows} == {"officer", "colleague", "manager"}


def test_nobody_else_says_anything(cooperation: Cooperation) -> None:
    for report in (
        cooperation.report(ReportState.SUBMITTED),
        cooperation.report(ReportState.CONFIRMED),
    ):
        for person in (cooperation.stranger, cooperation.administrator):
            with pytest.raises(PermissionDenied):
                actions.comment(report, by=person, text="Chào.")
    assert not Comment.objects.exists()


def test_a_remark_says_something_and_not_too_much(cooperation: Cooperation) -> None:
    report = cooperation.report(ReportState.SUBMITTED)
    for text in ("  \n", "x" * 2001):
        with pytest.raises(ValidationError) as refused:
            actions.comment(report, by=cooperation.officer, text=text)
        assert set(refused.value.message_dict) == {"text"}
    with pytest.raises(ConflictError, match="còn là bản nháp"):
        actions.comment(cooperation.report(), by=cooperation.officer, text="Chào.")


def test_when_the_queue_was_last_seen(cooperation: Cooperation) -> None:
    actions.mark_queue_seen(by=cooperation.manager, at=at(dt.date(2026, 11, 1)))
    actions.mark_queue_seen(by=cooperation.manager)
    assert QueueSeen.objects.get().seen_at == NOW
