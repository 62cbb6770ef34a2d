"""After any sequence of verbs, what was true and known on any day is what a plain replay says."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.db import transaction
from hypothesis import HealthCheck, given, settings, strategies as st

from coopportal.clock import ZONE, Moment
from coopportal.partial_dates import PartialDate
from deliverables import actions
from deliverables.actions import ConflictError, DraftOpenError, FigureSaid, Said
from deliverables.choices import ReportSide, ReportState, Stage
from deliverables.models import Deliverable, Measurement, OfficialChange, ProgressReport
from tests import factories
from tests.factories import Cooperation

FIRST = dt.datetime(2022, 3, 1, 10, 0, tzinfo=ZONE)
VERBS = (
    "start",
    "submit",
    "withdraw",
    "confirm",
    "return",
    "dispute",
    "revise",
    "publish",
    "aside",
)
STAGES = (Stage.PILOTING, Stage.DEPLOYED, Stage.COMPLETED)

#: A verb, whose turn it is, which report, of which day before, what it says, how many hours later.
step = st.tuples(
    st.sampled_from(VERBS),
    st.booleans(),
    st.integers(0, 5),
    st.integers(0, 40),
    st.integers(0, 2),
    st.sampled_from([1, 20, 50]),
)


@dataclass
class Told:
    """A report as a reader of the minutes would keep it: no state, only what happened when."""

    order: int
    as_of: dt.date
    stage: str
    value: Decimal
    revises: Told | None
    began: dt.datetime | None = None
    ended: dt.datetime | None = None


@dataclass
class Minutes:
    """The naive replay: it knows the rules of design.md §3 and nothing of the database."""

    reports: dict[int, Told] = field(default_factory=dict)

    def official(self, told: Told, at: dt.datetime) -> None:
        earlier = told.revises
        while earlier is not None:
            if earlier.began and not earlier.ended:
                earlier.ended = at
            earlier = earlier.revises
        told.began = told.began or at

    def cease(self, told: Told, at: dt.datetime) -> None:
        if told.began and not told.ended:
            told.ended = at

    def answer(self, moment: Moment) -> tuple[str, Decimal] | None:
        end = moment.known_until
        standing = [
            row
            for row in self.reports.values()
            if row.began
            and row.as_of <= moment.as_of
            and row.began < end
            and not (row.ended and row.ended < end)
        ]
        if not standing:
            return None
        last = max(standing, key=lambda row: (row.as_of, row.began, row.order))
        return last.stage, last.value


class Play:
    """Acts out the steps with the verbs, and keeps the minutes of those that were carried out."""

    def __init__(self) -> None:
        self.cooperation = Cooperation()
        self.indicator = factories.indicator()
        self.minutes = Minutes()
        self.instant = FIRST

    def act(self, asked: tuple[Any, ...]) -> None:
        verb, by_partner, pick, days, stage, hours = asked
        self.instant += dt.timedelta(hours=hours)
        reports = list(
            ProgressReport.objects.filter(deliverable=self.cooperation.deliverable).order_by("pk")
        )
        person = self.cooperation.officer if by_partner else self.cooperation.manager
        with time_machine.travel(self.instant, tick=False):
            if verb == "start":
                self._start(person, days, stage)
            elif verb == "publish":
                self._publish(days, stage)
            elif reports:
                self._on(verb, person, reports[pick % len(reports)])

    def _said(self, days: int, stage: int) -> Said:
        day = (self.instant - dt.timedelta(days=days)).date()
        return Said(
            as_of=PartialDate.of(day),
            stage=STAGES[stage],
            figures={self.indicator.key: FigureSaid(Decimal(days * 3 + stage + 1))},
        )

    def _keep(self, report: ProgressReport, revises: Told | None = None) -> Told:
        told = Told(
            report.pk,
            report.as_of_end,
            report.stage,
            report.measurements.get().value or Decimal(0),
            revises,
        )
        self.minutes.reports[report.pk] = told
        return told

    def _start(self, person: Any, days: int, stage: int) -> None:
        try:
            draft = actions.start_draft(
                self.cooperation.deliverable, by=person, said=self._said(days, stage)
            )
        except DraftOpenError:
            return
        self._keep(draft)

    def _publish(self, days: int, stage: int) -> None:
        said = self._said(days, stage)
        assert said.as_of is not None
        report = self.cooperation.report(
            side=ReportSide.SOURCE,
            as_of_end=said.as_of.last_day,
            stage=said.stage,
            figures={self.indicator: said.figures[self.indicator.key].value},
            citations=[factories.citation()],
        )
        actions.publish(report, by=self.cooperation.administrator)
        self.minutes.official(self._keep(report), self.instant)

    def _on(self, verb: str, person: Any, report: ProgressReport) -> None:
        told = self.minutes.reports[report.pk]
        try:
            with transaction.atomic():
                if verb == "submit":
                    actions.submit(report, by=person)
                elif verb == "withdraw":
                    actions.withdraw(report, by=person)
                elif verb == "return":
                    actions.send_back(report, by=person, reason="Thiếu.")
                elif verb == "dispute":
                    actions.dispute(report, by=person, reason="Sai.", counter_stage=Stage.PILOTING)
                    self.minutes.cease(told, self.instant)
                elif verb == "aside":
                    actions.set_aside(
                        report, by=self.cooperation.administrator, reason="Có nguồn tốt hơn."
                    )
                    self.minutes.cease(told, self.instant)
                elif verb == "confirm":
                    actions.confirm(report, by=person)
                    self.minutes.official(told, self.instant)
                else:
                    draft = actions.revise(report, by=person)
                    if draft.pk not in self.minutes.reports:
                        self._keep(draft, told)
        except (ConflictError, PermissionDenied):
            return

    def portal(self, moment: Moment) -> tuple[str, Decimal] | None:
        """What the portal answers: the stage, and the figure of the one indicator."""
        rows = Deliverable.objects.official(moment).filter(pk=self.cooperation.deliverable.pk)
        row = rows.first()
        if row is None or row.report_id is None or row.stage is None:
            return None
        figure = Measurement.objects.current(moment).get(
            report__deliverable=row.pk, indicator=self.indicator
        )
        assert figure.value is not None
        return row.stage, figure.value


@pytest.mark.django_db
@settings(
    max_examples=10,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(st.lists(step, min_size=4, max_size=14))
def test_any_day_asked_on_any_day(steps: list[tuple[Any, ...]]) -> None:
    with transaction.atomic():
        play = Play()
        for asked in steps:
            play.act(asked)
        last = play.instant.date()
        with time_machine.travel(play.instant + dt.timedelta(days=2), tick=False):
            days = [last - dt.timedelta(days=n) for n in (-1, 0, 1, 4, 30)]
            for as_of in days:
                for known_on in days:
                    moment = Moment(as_of, known_on)
                    assert play.portal(moment) == play.minutes.answer(moment), (moment, steps)
        ours = ProgressReport.objects.filter(deliverable=play.cooperation.deliverable)
        assert OfficialChange.objects.filter(report__in=ours).count() == sum(
            bool(row.began) + bool(row.ended) for row in play.minutes.reports.values()
        )
        assert {row.state for row in ours} <= set(ReportState)
        transaction.set_rollback(True)


@pytest.mark.django_db
def test_the_play_can_reach_every_state() -> None:
    """The steps above are able to go everywhere: one way through each state."""
    play = Play()
    way: list[tuple[Any, ...]] = [
        ("start", True, 0, 5, 0, 1),
        ("submit", True, 0, 0, 0, 1),
        ("return", False, 0, 0, 0, 1),
        ("revise", True, 0, 0, 0, 1),
        ("submit", True, 1, 0, 0, 1),
        ("confirm", False, 1, 0, 0, 1),
        ("start", False, 0, 3, 1, 1),
        ("submit", False, 2, 0, 0, 1),
        ("dispute", True, 2, 0, 0, 1),
        ("start", False, 0, 2, 1, 1),
        ("submit", False, 3, 0, 0, 1),
        ("withdraw", False, 3, 0, 0, 1),
        ("publish", False, 0, 1, 2, 1),
        ("publish", False, 0, 1, 2, 1),
        ("aside", False, 5, 0, 0, 1),
        ("start", True, 0, 1, 2, 1),
        ("start", True, 0, 0, 2, 1),
        ("submit", True, 7, 0, 0, 1),
    ]
    for asked in way:
        play.act(asked)
    states = ProgressReport.objects.filter(deliverable=play.cooperation.deliverable)
    assert set(states.values_list("state", flat=True)) == set(ReportState)
