"""The verbs of a report: every move allowed or refused, what each leaves behind, and who was first."""

import datetime as dt
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import time_machine
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, connection, transaction

from accounts.models import User
from agreements.choices import Side
from coopportal.clock import ZONE, Moment
from deliverables import actions
from deliverables.actions import ConflictError
from deliverables.choices import (
    REVISABLE,
    TRANSITIONS,
    ChangeKind,
    Decision,
    ReportSide,
    ReportState,
    Stage,
)
from deliverables.models import OfficialChange, ProgressReport, Verdict
from tests import factories
from tests.factories import DAY, Cooperation, at

NOW = dt.datetime(2026, 11, 21, 9, 30, 15, 250_000, tzinfo=ZONE)


@pytest.fixture
def _frozen() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def cooperation(db: None, _frozen: None) -> Cooperation:
    return Cooperation()


def fresh(report: ProgressReport) -> ProgressReport:
    return ProgressReport.objects.get(pk=report.pk)


def last_change() -> int:
    return OfficialChange.objects.order_by("-seq").values_list("seq", flat=True).first() or 0


def changes_since(seq: int) -> list[tuple[int, str, dt.datetime]]:
    return list(
        OfficialChange.objects.filter(seq__gt=seq)
        .order_by("seq")
        .values_list("report_id", "kind", "at")
    )


# --- Each verb, where it belongs --------------------------------------------------------------


def test_submit_sends_a_draft_and_dates_it(cooperation: Cooperation) -> None:
    report, before = cooperation.report(), last_change()
    actions.submit(report, by=cooperation.officer)
    assert report.state == fresh(report).state == ReportState.SUBMITTED
    assert fresh(report).submitted_at == NOW
    assert fresh(report).decided_at is None
    assert fresh(report).official_from is None
    assert changes_since(before) == []


def test_a_colleague_may_submit_what_the_officer_wrote(cooperation: Cooperation) -> None:
    report = cooperation.report()
    actions.submit(report, by=cooperation.colleague)
    assert fresh(report).state == ReportState.SUBMITTED
    assert fresh(report).author == cooperation.officer


def test_withdraw_takes_a_submitted_report_back(cooperation: Cooperation) -> None:
    report, before = cooperation.report(ReportState.SUBMITTED), last_change()
    actions.withdraw(report, by=cooperation.officer)
    assert fresh(report).state == ReportState.WITHDRAWN
    assert fresh(report).decided_at == NOW
    assert changes_since(before) == []


def test_confirm_makes_official_from_now(cooperation: Cooperation) -> None:
    report, before = cooperation.report(ReportState.SUBMITTED), last_change()
    actions.confirm(report, by=cooperation.manager)
    row = fresh(report)
    assert (row.state, row.decided_at, row.official_from, row.official_to) == (
        *(ReportState.CONFIRMED, NOW, NOW, None),
    )
    verdict = row.verdicts.get()
    assert (verdict.side, verdict.decision, verdict.by, verdict.at) == (
        *(Side.VNPT, Decision.CONFIRM, cooperation.manager, NOW),
    )
    assert changes_since(before) == [(row.pk, ChangeKind.BECAME_OFFICIAL, NOW)]
    assert row.official_at(Moment.now())
    assert not row.official_at(Moment(NOW.date(), NOW.date() - dt.timedelta(days=1)))


def test_vnpt_reports_and_the_province_confirms(cooperation: Cooperation) -> None:
    report = cooperation.report(side=ReportSide.VNPT)
    actions.submit(report, by=cooperation.manager)
    with pytest.raises(PermissionDenied):
        actions.confirm(report, by=cooperation.manager)
    actions.confirm(report, by=cooperation.officer)
    assert fresh(report).verdicts.get().side == Side.PARTNER


def test_send_back_returns_with_the_reason(cooperation: Cooperation) -> None:
    report, before = cooperation.report(ReportState.SUBMITTED), last_change()
    actions.send_back(report, by=cooperation.manager, reason="  Thiếu biên bản. ")
    row = fresh(report)
    assert (row.state, row.decided_at, row.official_from) == (ReportState.RETURNED, NOW, None)
    verdict = row.verdicts.get()
    assert (verdict.decision, verdict.reason) == (Decision.RETURN, "Thiếu biên bản.")
    assert changes_since(before) == []


def test_dispute_keeps_both_figures_in_sight(cooperation: Cooperation) -> None:
    indicator = factories.indicator()
    report = cooperation.report(ReportState.SUBMITTED, figures={indicator: 40})
    actions.dispute(
        report,
        by=cooperation.manager,
        reason="Chưa nghiệm thu.",
        counter_stage=Stage.PILOTING,
        counter_figures={indicator.key: {"value": "32"}},
    )
    row = fresh(report)
    assert (row.state, row.official_from) == (ReportState.DISPUTED, None)
    assert row.measurements.get().value == 40
    verdict = row.verdicts.get()
    assert verdict.counter_stage == Stage.PILOTING
    assert verdict.counter_figures == {indicator.key: {"value": "32", "qualifier": "exact"}}


def source_report(cooperation: Cooperation, **values: Any) -> ProgressReport:
    """A figure of a cited source, published on 4 May 2021."""
    return cooperation.report(
        **{
            "state": ReportState.PUBLISHED,
            "side": ReportSide.SOURCE,
            "citations": [factories.citation()],
            "logged": True,
            **values,
        }
    )


def test_publish_enters_a_cited_figure_as_official(cooperation: Cooperation) -> None:
    report = source_report(cooperation, state=ReportState.DRAFT)
    before = last_change()
    actions.publish(report, by=cooperation.administrator)
    row = fresh(report)
    assert (row.state, row.official_from, row.decided_at) == (ReportState.PUBLISHED, NOW, None)
    assert changes_since(before) == [(row.pk, ChangeKind.BECAME_OFFICIAL, NOW)]


def test_publish_may_be_back_dated_for_what_ships(cooperation: Cooperation) -> None:
    report = source_report(cooperation, state=ReportState.DRAFT)
    before = last_change()
    issued = at(dt.date(2014, 9, 17), 0)
    actions.publish(report, by=cooperation.administrator, at=issued)
    assert fresh(report).official_from == issued
    assert changes_since(before) == [(report.pk, ChangeKind.BECAME_OFFICIAL, issued)]


def test_publish_needs_a_citation(cooperation: Cooperation) -> None:
    report = source_report(cooperation, state=ReportState.DRAFT, citations=[])
    with pytest.raises(ValidationError, match="ít nhất một trích dẫn"):
        actions.publish(report, by=cooperation.administrator)
    assert fresh(report).state == ReportState.DRAFT


def test_set_aside_ends_the_reign_and_says_why(cooperation: Cooperation) -> None:
    report = source_report(cooperation)
    before = last_change()
    actions.set_aside(report, by=cooperation.administrator, reason=" Nguồn sau chi tiết hơn. ")
    row = fresh(report)
    assert (row.state, row.set_aside_reason) == (ReportState.SET_ASIDE, "Nguồn sau chi tiết hơn.")
    assert (row.official_from, row.official_to, row.decided_at) == (at(DAY), NOW, NOW)
    assert changes_since(before) == [(row.pk, ChangeKind.CEASED, NOW)]


def test_a_published_figure_confirmed_stays_official_from_its_first_day(
    cooperation: Cooperation,
) -> None:
    report, before = source_report(cooperation), last_change()
    actions.confirm(report, by=cooperation.officer)
    row = fresh(report)
    assert (row.state, row.official_from, row.decided_at) == (ReportState.CONFIRMED, at(DAY), NOW)
    assert row.verdicts.get().side == Side.PARTNER
    # It was official before, and still is: nothing changed.
    assert changes_since(before) == []


def test_a_published_figure_disputed_ceases_to_be_official(cooperation: Cooperation) -> None:
    report = source_report(cooperation)
    before = last_change()
    actions.dispute(
        report, by=cooperation.manager, reason="Báo ghi nhầm.", counter_stage=Stage.PILOTING
    )
    row = fresh(report)
    assert (row.state, row.official_from, row.official_to) == (
        *(ReportState.DISPUTED, at(DAY), NOW),
    )
    assert changes_since(before) == [(row.pk, ChangeKind.CEASED, NOW)]
    # What was official on a day in between stays so for whoever asks about that day.
    assert row.official_at(Moment(NOW.date(), dt.date(2024, 1, 1)))
    assert not row.official_at(Moment.now())


def test_a_published_figure_is_not_sent_back(cooperation: Cooperation) -> None:
    report = source_report(cooperation)
    with pytest.raises(PermissionDenied):
        actions.send_back(report, by=cooperation.manager, reason="Không đúng.")
    assert fresh(report).state == ReportState.PUBLISHED


# --- Revising ---------------------------------------------------------------------------------


def test_revise_starts_a_draft_filled_in_with_what_the_report_says(
    cooperation: Cooperation,
) -> None:
    indicator, citation = factories.indicator(), factories.citation()
    report = cooperation.report(
        ReportState.RETURNED,
        as_of="2021-05",
        narrative="Diễn giải",
        coverage="43 cơ quan",
        stage=Stage.PILOTING,
        figures={indicator: "43"},
        citations=[citation],
    )
    draft = actions.revise(report, by=cooperation.colleague)
    assert draft.pk != report.pk
    assert draft.uid != report.uid
    assert (draft.state, draft.revises, draft.author) == (
        *(ReportState.DRAFT, report, cooperation.colleague),
    )
    told, before = fresh(draft).content(), fresh(report).content()
    assert {key for key in told if told[key] != before[key]} == {"report", "revises"}
    assert report.measurements.get().value == 43
    assert list(report.citations.all()) == [citation]


def test_either_side_may_write_the_correction_in_its_own_name(cooperation: Cooperation) -> None:
    report = cooperation.report(ReportState.CONFIRMED)
    assert actions.revise(report, by=cooperation.officer).side == ReportSide.PARTNER
    assert actions.revise(report, by=cooperation.manager).side == ReportSide.VNPT
    with pytest.raises(PermissionDenied):
        actions.revise(report, by=cooperation.manager, side=ReportSide.PARTNER)
    with pytest.raises(PermissionDenied):
        actions.revise(report, by=cooperation.manager, side=ReportSide.SOURCE)


def test_an_administrator_revises_sources_only_and_only_as_a_source(
    cooperation: Cooperation,
) -> None:
    administrator = cooperation.administrator
    source = source_report(cooperation)
    assert actions.revise(source, by=administrator).side == ReportSide.SOURCE
    with pytest.raises(PermissionDenied):
        actions.revise(source, by=administrator, side=ReportSide.PARTNER)
    with pytest.raises(PermissionDenied):
        actions.revise(cooperation.report(ReportState.CONFIRMED), by=administrator)


@pytest.mark.parametrize("state", sorted(set(ReportState) - REVISABLE))
def test_what_is_still_on_its_way_is_not_revised(
    cooperation: Cooperation, state: ReportState
) -> None:
    report = cooperation.report(state)
    with pytest.raises(ConflictError):
        actions.revise(report, by=cooperation.officer)


def test_the_draft_of_the_other_side_cannot_be_read_by_revising_it(
    cooperation: Cooperation,
) -> None:
    with pytest.raises(PermissionDenied):
        actions.revise(cooperation.report(), by=cooperation.manager)


def test_a_confirmed_revision_ends_what_it_corrects(cooperation: Cooperation) -> None:
    old = cooperation.report(ReportState.CONFIRMED, logged=True)
    draft = actions.revise(old, by=cooperation.officer)
    actions.submit(draft, by=cooperation.officer)
    assert fresh(old).official_to is None
    before = last_change()
    actions.confirm(draft, by=cooperation.manager)
    assert fresh(old).official_to == fresh(draft).official_from == NOW
    assert fresh(old).state == ReportState.CONFIRMED
    assert changes_since(before) == [
        (old.pk, ChangeKind.CEASED, NOW),
        (draft.pk, ChangeKind.BECAME_OFFICIAL, NOW),
    ]


def test_a_correction_confirmed_at_the_second_attempt_ends_the_first_figure(
    cooperation: Cooperation,
) -> None:
    """Returned and withdrawn attempts stand between the correction and what it corrects."""
    official = cooperation.report(ReportState.CONFIRMED, as_of="2021-05-04", logged=True)
    attempt = actions.revise(official, by=cooperation.officer)
    actions.submit(attempt, by=cooperation.officer)
    actions.send_back(attempt, by=cooperation.manager, reason="Thiếu minh chứng.")
    second = actions.revise(attempt, by=cooperation.officer)
    # It also corrects the day, so that the old figure would outrank it if it still stood.
    second.as_of = "2021-04"
    second.save()
    actions.submit(second, by=cooperation.officer)
    actions.confirm(second, by=cooperation.manager)
    assert fresh(official).official_to == NOW
    assert fresh(attempt).official_from is None
    standing = ProgressReport.objects.filter(deliverable=cooperation.deliverable)
    assert list(standing.official(Moment.now())) == [second]


def test_a_revision_of_a_disputed_source_leaves_its_ended_reign_alone(
    cooperation: Cooperation,
) -> None:
    source = source_report(cooperation)
    actions.dispute(
        source, by=cooperation.manager, reason="Báo ghi nhầm.", counter_stage=Stage.PILOTING
    )
    draft = actions.revise(source, by=cooperation.manager)
    actions.submit(draft, by=cooperation.manager)
    before = last_change()
    with time_machine.travel(NOW + dt.timedelta(days=1), tick=False):
        actions.confirm(draft, by=cooperation.officer)
    assert fresh(source).official_to == NOW
    assert [kind for _, kind, _ in changes_since(before)] == [ChangeKind.BECAME_OFFICIAL]


# --- Every state, every verb ------------------------------------------------------------------

VERBS: dict[str, tuple[ReportState, Callable[[ProgressReport, Cooperation], Any]]] = {
    "submit": (ReportState.SUBMITTED, lambda r, c: actions.submit(r, by=c.officer)),
    "withdraw": (ReportState.WITHDRAWN, lambda r, c: actions.withdraw(r, by=c.officer)),
    "confirm": (ReportState.CONFIRMED, lambda r, c: actions.confirm(r, by=c.manager)),
    "send_back": (
        ReportState.RETURNED,
        lambda r, c: actions.send_back(r, by=c.manager, reason="Thiếu."),
    ),
    "dispute": (
        ReportState.DISPUTED,
        lambda r, c: actions.dispute(r, by=c.manager, reason="Sai.", counter_stage=Stage.PILOTING),
    ),
    "publish": (ReportState.PUBLISHED, lambda r, c: actions.publish(r, by=c.administrator)),
    "set_aside": (
        ReportState.SET_ASIDE,
        lambda r, c: actions.set_aside(r, by=c.administrator, reason="Có nguồn tốt hơn."),
    ),
}
#: The verbs that may act on a side's report, and on a source's.
OF_A_SIDE = {"submit", "withdraw", "confirm", "send_back", "dispute"}
OF_A_SOURCE = {"confirm", "dispute", "publish", "set_aside"}
SIDE_STATES = set(ReportState) - {ReportState.PUBLISHED, ReportState.SET_ASIDE}
SOURCE_STATES = set(ReportState) - {
    ReportState.SUBMITTED,
    ReportState.WITHDRAWN,
    ReportState.RETURNED,
}


def test_the_verbs_cover_every_state_that_can_be_reached() -> None:
    assert {to for to, _ in VERBS.values()} == set(ReportState) - {ReportState.DRAFT}


@pytest.mark.parametrize("verb", sorted(VERBS))
@pytest.mark.parametrize(
    ("side", "state"),
    [(ReportSide.PARTNER, state) for state in sorted(SIDE_STATES)]
    + [(ReportSide.SOURCE, state) for state in sorted(SOURCE_STATES)],
)
def test_every_verb_from_every_state(
    cooperation: Cooperation, verb: str, side: ReportSide, state: ReportState
) -> None:
    """Allowed exactly where the table says so; otherwise refused, and nothing is left behind."""
    report = (
        source_report(cooperation, state=state)
        if side == ReportSide.SOURCE
        else cooperation.report(state, side=side)
    )
    told, seq = fresh(report), last_change()
    to, act = VERBS[verb]
    fits = verb in (OF_A_SOURCE if side == ReportSide.SOURCE else OF_A_SIDE)
    if fits and to in TRANSITIONS[state]:
        act(report, cooperation)
        assert report.state == fresh(report).state == to
        assert fresh(report).content() == told.content()
        return
    with pytest.raises(ConflictError if fits else PermissionDenied):
        act(report, cooperation)
    row = fresh(report)
    assert (row.state, row.submitted_at, row.decided_at, row.official_from, row.official_to) == (
        *(told.state, told.submitted_at, told.decided_at, told.official_from, told.official_to),
    )
    assert not Verdict.objects.filter(report=report).exists()
    assert changes_since(seq) == []


# --- Reasons ----------------------------------------------------------------------------------


@pytest.mark.parametrize("reason", ["", "  \n"])
@pytest.mark.parametrize("verb", ["send_back", "dispute", "set_aside"])
def test_a_refusal_without_a_reason_moves_nothing(
    cooperation: Cooperation, verb: str, reason: str
) -> None:
    if verb == "set_aside":
        report, by = source_report(cooperation), cooperation.administrator
    else:
        report, by = cooperation.report(ReportState.SUBMITTED), cooperation.manager
    state = report.state
    counter = {"counter_stage": Stage.PILOTING} if verb == "dispute" else {}
    with pytest.raises(ValidationError) as refused:
        getattr(actions, verb)(report, by=by, reason=reason, **counter)
    assert set(refused.value.message_dict) == {"reason"}
    assert report.state == fresh(report).state == state
    assert not report.verdicts.exists()


def test_a_counter_stage_that_does_not_exist_moves_nothing(cooperation: Cooperation) -> None:
    report = cooperation.report(ReportState.SUBMITTED)
    with pytest.raises(ValidationError) as refused:
        actions.dispute(report, by=cooperation.manager, reason="Sai.", counter_stage="khong-co")
    assert set(refused.value.message_dict) == {"counter_stage"}
    assert report.state == fresh(report).state == ReportState.SUBMITTED


# --- Who was first ----------------------------------------------------------------------------


def test_whoever_comes_second_is_told_who_was_first(cooperation: Cooperation) -> None:
    report = cooperation.report(ReportState.SUBMITTED)
    stale = fresh(report)
    actions.confirm(report, by=cooperation.manager)
    with pytest.raises(ConflictError) as refused:
        actions.send_back(stale, by=cooperation.manager, reason="Thiếu.")
    assert str(refused.value) == (
        f"Báo cáo đã ở tình trạng “Hai bên xác nhận”: {cooperation.manager}, lúc 09:30 21/11/2026."
    )
    assert stale.state == ReportState.CONFIRMED
    assert fresh(report).verdicts.get().decision == Decision.CONFIRM


def test_whoever_decides_on_what_was_withdrawn_is_told(cooperation: Cooperation) -> None:
    report = cooperation.report(ReportState.SUBMITTED)
    stale = fresh(report)
    actions.withdraw(report, by=cooperation.officer)
    with pytest.raises(ConflictError, match="“Đã rút”"):
        actions.confirm(stale, by=cooperation.manager)


def _at_once(acts: list[Callable[[], None]]) -> list[Exception | None]:
    """Run them in threads of their own, started together; gives what each raised."""
    gate = threading.Barrier(len(acts))
    results: list[Exception | None] = [None] * len(acts)

    def run(index: int) -> None:
        try:
            gate.wait(timeout=10)
            acts[index]()
        except Exception as error:
            results[index] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(index,)) for index in range(len(acts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert not any(thread.is_alive() for thread in threads)
    return results


@pytest.mark.django_db(transaction=True)
def test_of_two_who_decide_at_once_exactly_one_wins() -> None:
    cooperation = Cooperation()
    second = factories.user()
    factories.representative(cooperation.agreement, Side.VNPT, second)
    old = cooperation.report(ReportState.CONFIRMED, logged=True)
    report = cooperation.report(ReportState.SUBMITTED, revises=old)
    before = last_change()

    def confirm(by: User) -> Callable[[], None]:
        row = fresh(report)
        return lambda: actions.confirm(row, by=by)

    people = [cooperation.manager, second, cooperation.manager, second]
    results = _at_once([confirm(by) for by in people])
    lost = [error for error in results if error is not None]
    assert [type(error) for error in lost] == [ConflictError] * (len(people) - 1)
    winner = people[results.index(None)]
    assert all(str(winner) in str(error) for error in lost)
    verdict = fresh(report).verdicts.get()
    assert (verdict.by, verdict.decision) == (winner, Decision.CONFIRM)
    assert [(pk, kind) for pk, kind, _ in changes_since(before)] == [
        (old.pk, ChangeKind.CEASED),
        (report.pk, ChangeKind.BECAME_OFFICIAL),
    ]


@pytest.mark.django_db(transaction=True)
def test_many_confirmations_at_once_are_numbered_without_gap() -> None:
    cooperation = Cooperation()
    reports = [cooperation.report(ReportState.SUBMITTED) for _ in range(6)]
    before = last_change()
    results = _at_once(
        [lambda row=row: actions.confirm(row, by=cooperation.manager) for row in reports]  # type: ignore[misc]
    )
    assert results == [None] * len(reports)
    rows = OfficialChange.objects.filter(seq__gt=before).order_by("seq")
    assert [row.seq for row in rows] == list(range(before + 1, before + 1 + len(reports)))
    assert {row.report_id for row in rows} == {row.pk for row in reports}
    assert OfficialChange.objects.first_broken() is None


@pytest.mark.django_db(transaction=True)
def test_two_corrections_of_one_figure_confirmed_at_once_end_it_once() -> None:
    cooperation = Cooperation()
    old = cooperation.report(ReportState.CONFIRMED, logged=True)
    drafts = [cooperation.report(ReportState.SUBMITTED, revises=old) for _ in range(2)]
    before = last_change()
    results = _at_once(
        [lambda row=row: actions.confirm(row, by=cooperation.manager) for row in drafts]  # type: ignore[misc]
    )
    assert results == [None, None]
    kinds = [kind for _, kind, _ in changes_since(before)]
    assert sorted(kinds) == sorted(
        [ChangeKind.CEASED, ChangeKind.BECAME_OFFICIAL, ChangeKind.BECAME_OFFICIAL]
    )
    assert OfficialChange.objects.first_broken() is None


# --- One transaction --------------------------------------------------------------------------


def test_when_the_trace_cannot_be_written_nothing_moves(
    cooperation: Cooperation, monkeypatch: pytest.MonkeyPatch
) -> None:
    report = cooperation.report(ReportState.SUBMITTED)

    def refuse(*args: Any, **values: Any) -> None:
        raise IntegrityError("the log refused")

    monkeypatch.setattr(type(OfficialChange.objects), "record_all", refuse)
    with pytest.raises(IntegrityError), transaction.atomic():
        actions.confirm(report, by=cooperation.manager)
    assert fresh(report).state == ReportState.SUBMITTED
    assert not Verdict.objects.filter(report=report).exists()
