"""Eight people who press at once, round after round: one wins, the rest are told, the chain stays whole.

Real threads on the real database: PostgreSQL, or a SQLite file where nobody is told that it is locked.
"""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection

from agreements.choices import PeriodKind, Side
from agreements.models import Phase, ReportingPeriod
from agreements.periods import Made, follow_term, make_periods
from coopportal.partial_dates import PartialDate
from deliverables import actions
from deliverables.actions import ConflictError, DraftOpenError, Said, StaleDraftError, signing
from deliverables.choices import ProposalState, ReportState, Stage
from deliverables.models import (
    Comment,
    HandledRequest,
    OfficialChange,
    ProgressReport,
    Proposal,
    Verdict,
)
from tests import factories
from tests.api.test_writing import Caller
from tests.factories import Cooperation

pytestmark = pytest.mark.django_db(transaction=True)
ROUNDS = 6
DECIDERS = 8


def at_once(acts: list[Callable[[], Any]]) -> list[Any]:
    """Run them in threads of their own, started together; gives what each gave or raised."""
    gate = threading.Barrier(len(acts))
    results: list[Any] = [None] * len(acts)

    def run(index: int) -> None:
        try:
            gate.wait(timeout=30)
            results[index] = acts[index]()
        except Exception as error:
            results[index] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(index,)) for index in range(len(acts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=120)
    assert not any(thread.is_alive() for thread in threads)
    return results


def fresh(report: ProgressReport) -> ProgressReport:
    return ProgressReport.objects.get(pk=report.pk)


@pytest.fixture
def cooperation() -> Cooperation:
    return Cooperation()


def said(**values: Any) -> Said:
    return Said(**{"as_of": PartialDate(2021, 5, 4), "stage": Stage.DEPLOYED, **values})


def test_of_eight_who_decide_exactly_one_wins(cooperation: Cooperation) -> None:
    """Confirm, return and dispute against each other, the author's withdrawal among them."""
    managers = [factories.user() for _ in range(DECIDERS - 1)]
    for manager in managers:
        factories.representative(cooperation.agreement, Side.VNPT, manager)
    for _round in range(ROUNDS):
        old = cooperation.report(ReportState.CONFIRMED, logged=True)
        report = cooperation.report(ReportState.SUBMITTED, revises=old)
        before = OfficialChange.objects.count()

        def act(index: int, row: ProgressReport) -> Callable[[], Any]:
            if index == DECIDERS - 1:
                return lambda: actions.withdraw(row, by=cooperation.officer)
            by = managers[index]
            return [
                lambda: actions.confirm(row, by=by),
                lambda: actions.send_back(row, by=by, reason="Thiếu."),
                lambda: actions.dispute(row, by=by, reason="Sai.", counter_stage=Stage.PILOTING),
            ][index % 3]

        results = at_once([act(index, fresh(report)) for index in range(DECIDERS)])
        lost = [result for result in results if result is not None]
        assert [type(error) for error in lost] == [ConflictError] * (DECIDERS - 1), lost
        row = fresh(report)
        verdict = Verdict.objects.filter(report=report).first()
        winner = verdict.by if verdict else cooperation.officer
        assert all(str(winner) in str(error) for error in lost)
        ended = row.state == ReportState.CONFIRMED
        assert (fresh(old).official_to is not None) is ended
        assert OfficialChange.objects.count() == before + 2 * ended
    assert OfficialChange.objects.first_broken() is None
    assert OfficialChange.objects.unlogged() is None


def test_many_reports_confirmed_at_once_make_one_chain(cooperation: Cooperation) -> None:
    for _round in range(ROUNDS):
        reports = [cooperation.report(ReportState.SUBMITTED) for _ in range(DECIDERS)]
        before = OfficialChange.objects.latest("seq").seq
        results = at_once(
            [lambda row=row: actions.confirm(row, by=cooperation.manager) for row in reports]  # type: ignore[misc]
        )
        assert results == [None] * DECIDERS
        numbers = OfficialChange.objects.filter(seq__gt=before).order_by("seq")
        assert [row.seq for row in numbers] == list(range(before + 1, before + 1 + DECIDERS))
    assert OfficialChange.objects.first_broken() is None


def test_a_draft_begun_by_eight_clicks_is_one(cooperation: Cooperation) -> None:
    for number in range(ROUNDS):
        day = PartialDate(2021, 1, number + 1)
        results = at_once(
            [
                lambda day=day: actions.start_draft(  # type: ignore[misc]
                    cooperation.deliverable,
                    by=cooperation.officer,
                    said=said(as_of=day),
                    request_key=f"k{day.iso}",
                )
            ]
            * DECIDERS
        )
        draft = ProgressReport.objects.get(deliverable=cooperation.deliverable, as_of=day)
        assert results == [draft] * DECIDERS
    assert HandledRequest.objects.filter(user=cooperation.officer).count() == ROUNDS


def test_of_eight_who_begin_a_draft_of_one_day_one_does(cooperation: Cooperation) -> None:
    people = [cooperation.officer, cooperation.colleague] * (DECIDERS // 2)
    results = at_once(
        [
            lambda by=by: actions.start_draft(cooperation.deliverable, by=by, said=said())  # type: ignore[misc]
            for by in people
        ]
    )
    draft = ProgressReport.objects.get(deliverable=cooperation.deliverable)
    lost = [result for result in results if result != draft]
    assert [type(error) for error in lost] == [DraftOpenError] * (DECIDERS - 1), lost
    assert {error.report for error in lost} == {draft}


def test_of_eight_tabs_that_save_one_is_kept(cooperation: Cooperation) -> None:
    draft = actions.start_draft(cooperation.deliverable, by=cooperation.officer, said=said())

    def save(row: ProgressReport, tab: int, version: int) -> Callable[[], Any]:
        told = said(coverage=f"tab {tab}")
        return lambda: actions.save_draft(row, by=cooperation.officer, said=told, version=version)

    for version in range(1, ROUNDS + 1):
        results = at_once([save(fresh(draft), index, version) for index in range(DECIDERS)])
        kept = [index for index, one in enumerate(results) if isinstance(one, ProgressReport)]
        lost = [one for one in results if not isinstance(one, ProgressReport)]
        assert len(kept) == 1
        assert {type(error) for error in lost} == {StaleDraftError}, lost
        row = fresh(draft)
        assert (row.coverage, row.version) == (f"tab {kept[0]}", version + 1)
        assert {error.said.coverage for error in lost} == {
            f"tab {index}" for index in range(DECIDERS) if index != kept[0]
        }


def test_a_remark_sent_by_eight_clicks_is_one(cooperation: Cooperation) -> None:
    report = cooperation.report(ReportState.SUBMITTED)

    def say(row: ProgressReport) -> Callable[[], Any]:
        def act() -> ProgressReport:
            actions.comment(row, by=cooperation.manager, text="Có biên bản chưa?")
            return row

        return lambda: actions.once(act, by=cooperation.manager, key="k", digest="d")

    results = at_once([say(fresh(report)) for _ in range(DECIDERS)])
    assert sorted(results, key=lambda one: not one[1]) == [(report, True)] + [(report, False)] * 7
    assert Comment.objects.filter(report=report).count() == 1


def test_one_confirmation_sent_by_eight_clicks_under_its_key_and_tag_is_one(
    cooperation: Cooperation,
) -> None:
    """By the API: each is told that it is done, also who came when the report was another already."""
    for round_ in range(ROUNDS):
        report = cooperation.report(ReportState.SUBMITTED)
        callers = [Caller(cooperation.manager) for _ in range(DECIDERS)]
        read = callers[0]("GET", f"{report.uid}/")["ETag"]
        before = OfficialChange.objects.count()

        def confirm(caller: Caller, row: ProgressReport, tag: str, key: str) -> Callable[[], Any]:
            path = f"{row.uid}/confirm/"
            return lambda: caller("POST", path, If_Match=tag, Idempotency_Key=key)

        told = at_once([confirm(caller, report, read, f"k{round_}") for caller in callers])
        assert [getattr(one, "status_code", one) for one in told] == [200] * DECIDERS
        assert {one.content for one in told} == {told[0].content}
        assert told[0].json()["state"] == "confirmed"
        assert Verdict.objects.filter(report=report).count() == 1
        assert OfficialChange.objects.count() == before + 1
        assert HandledRequest.objects.filter(report=report).count() == 1
    assert OfficialChange.objects.first_broken() is None


def test_the_same_document_filed_by_eight_at_once_is_one(cooperation: Cooperation) -> None:
    document = actions.EvidenceSaid(number="9/BC", title="Báo cáo", quote="43 cơ quan")
    deliverables = [
        factories.deliverable(phase=cooperation.deliverable.phase) for _ in range(DECIDERS)
    ]
    results = at_once(
        [
            lambda row=row: actions.start_draft(  # type: ignore[misc]
                row, by=cooperation.officer, said=said(evidence=[document])
            )
            for row in deliverables
        ]
    )
    assert [type(one) for one in results] == [ProgressReport] * DECIDERS, results
    assert len({one.citations.get().pk for one in results}) == 1
    # And thrown away again by all of them, it is forgotten once.
    gone = at_once(
        [lambda row=row: actions.discard_draft(row, by=cooperation.officer) for row in results]  # type: ignore[misc]
    )
    assert gone == [None] * DECIDERS, gone
    assert not cooperation.agreement.filings.exists()


def test_of_those_who_answer_a_proposal_at_once_exactly_one_wins(cooperation: Cooperation) -> None:
    """Accepted, returned and withdrawn against each other: one phase comes of it, or none."""
    managers = [factories.user() for _ in range(3)]
    for manager in managers:
        factories.representative(cooperation.agreement, Side.VNPT, manager)
    row = cooperation.proposal(ProposalState.SUBMITTED)
    before = Phase.objects.count()

    def one() -> Proposal:
        return Proposal.objects.with_context().get(pk=row.pk)

    rows = [one() for _ in range(4)]
    results = at_once(
        [
            lambda: signing.accept(rows[0], by=managers[0]),
            lambda: signing.accept(rows[1], by=managers[1]),
            lambda: signing.send_back(rows[2], by=managers[2], reason="Thiếu."),
            lambda: signing.withdraw(rows[3], by=cooperation.officer),
        ]
    )
    lost = [result for result in results if result is not None]
    assert [type(error) for error in lost] == [signing.ProposalConflictError] * 3, lost
    assert all(str(one().decided_by) in str(error) for error in lost)
    accepted = one().state == ProposalState.ACCEPTED
    assert Phase.objects.count() == before + accepted


def test_two_who_accept_rival_proposals_sign_one_phase(cooperation: Cooperation) -> None:
    """Each side proposed the next phase, and each accepts the other's at the same moment."""
    ours = cooperation.proposal(ProposalState.SUBMITTED)
    theirs = cooperation.proposal(
        ProposalState.SUBMITTED, side=Side.VNPT, author=cooperation.manager
    )
    before = Phase.objects.count()
    results = at_once(
        [
            lambda: signing.accept(ours, by=cooperation.manager),
            lambda: signing.accept(theirs, by=cooperation.officer),
        ]
    )
    assert [type(result) for result in results if result is not None] == [ValidationError]
    assert Phase.objects.count() == before + 1


def test_periods_that_several_make_at_once_are_made_once() -> None:
    for _ in range(ROUNDS):
        phase = factories.phase(start_year=2020, end_year=2100)
        made = at_once([lambda phase=phase: make_periods(phase, PeriodKind.YEAR)] * DECIDERS)
        assert sorted(made, key=repr) == [Made(0, 81)] * (DECIDERS - 1) + [Made(81, 0)]
        assert phase.periods.count() == ReportingPeriod.history.filter(phase=phase).count() == 81
        last = phase.periods.latest_first().first()
        last.delete()
        going_on = at_once([lambda phase=phase: follow_term(phase).added] * DECIDERS)
        assert sorted(going_on) == [0] * (DECIDERS - 1) + [1]
