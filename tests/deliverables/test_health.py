"""How a deliverable stands to its plan: the rule line by line, and the database against the rule."""

from __future__ import annotations

import csv
import datetime as dt
import re
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.contrib.auth.models import AnonymousUser
from django.test import Client
from hypothesis import HealthCheck, given, settings, strategies as st
from hypothesis.extra.django import TestCase

from coopportal.clock import Moment, today
from coopportal.rest.answers import Scope
from deliverables.api.answers import DeliverableDetail
from deliverables.choices import (
    Direction,
    Health,
    HealthReason as Why,
    ReportState,
)
from deliverables.models import Deliverable, DueDay, Measurement, ProgressReport, Target
from deliverables.summaries.plans import PlanTold, plan_told
from deliverables.summaries.totals import KEYS, summary_of
from deliverables.summaries.totals.health import health_rank_at, stale_before
from deliverables.summaries.totals.judging import (
    Figure,
    Judged,
    Plan,
    judge,
    judge_stage,
    judge_target,
)
from tests import factories
from tests.factories import at

# A plan of 100 days: from 0 to 100, so that a day asks for one more.
BEGINS = dt.date(2021, 1, 1)
DUE = dt.date(2021, 4, 11)


def day(number: int) -> dt.date:
    return BEGINS + dt.timedelta(days=number)


def judged(
    value: float | None,
    qualifier: str = "exact",
    *,
    on: int = 50,
    asked: int = 50,
    baseline: float | None = 0,
    aim: float = 100,
    direction: str = "up",
    due: dt.date | None = DUE,
) -> tuple[str, str]:
    figure = Figure(value, qualifier, day(on))
    plan = Plan(baseline, aim, direction, BEGINS, due)
    told = judge_target(plan, figure, day(asked), stale_before(day(asked)))
    return told.health.value, told.why.value


# --- One target -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("told", "says"),
    [
        # On the line, ten points below it, a little further below.
        (judged(50), ("on_track", "on_line")),
        (judged(40), ("on_track", "on_line")),
        (judged(39.9), ("at_risk", "behind")),
        # A figure is held against its own day, not against the day asked.
        (judged(40, on=50, asked=90), ("on_track", "on_line")),
        (judged(100), ("on_track", "reached")),
        (judged(100, on=120, asked=130), ("on_track", "reached")),
        # On the due day it is in time still.
        (judged(99, on=90, asked=100), ("on_track", "on_line")),
        (judged(99, on=90, asked=101), ("late", "missed")),
        # Nothing is expected of the first tenth of the time.
        (judged(0, on=10, asked=10), ("on_track", "on_line")),
        (judged(0, on=11, asked=11), ("at_risk", "behind")),
        # What should fall.
        (judged(60, baseline=100, aim=0, direction="down"), ("on_track", "on_line")),
        (judged(61, baseline=100, aim=0, direction="down"), ("at_risk", "behind")),
        (judged(0, baseline=100, aim=0, direction="down"), ("on_track", "reached")),
        (judged(1, baseline=100, aim=0, on=101, asked=101), ("late", "missed")),
        # Without a baseline there is no line, but reaching and missing can be told.
        (judged(50, baseline=None), ("not_computable", "no_baseline")),
        (judged(100, baseline=None), ("on_track", "reached")),
        (judged(99, baseline=None, asked=101), ("late", "missed")),
        (judged(5, baseline=None, aim=5, direction="down"), ("on_track", "reached")),
        (judged(6, baseline=None, aim=5, direction="down", asked=101), ("late", "missed")),
        (
            judged(100, baseline=None, direction="neutral"),
            ("not_computable", "no_direction"),
        ),
        # No figure is not zero, and no day is no plan.
        (judged(None, asked=101), ("not_computable", "no_figure")),
        (judged(100, "expected"), ("not_computable", "expected_only")),
        (judged(100, due=None), ("not_computable", "no_due_day")),
        # Two hundred days of silence, on a plan that runs.
        (
            judged(40, on=50, asked=250, due=day(1000)),
            ("not_computable", "stale"),
        ),
    ],
)
def test_one_target(told: tuple[str, str], says: tuple[str, str]) -> None:
    assert told == says


@pytest.mark.parametrize(
    ("told", "says"),
    [
        # "trên 100" proves 100; "trên 90" proves neither 100 nor that it was missed.
        (judged(100, "over"), "reached"),
        (judged(90, "over", asked=101), "inexact"),
        (judged(90, "over", asked=50), "on_line"),
        (judged(30, "over", asked=50), "inexact"),
        # "gần 100" is below 100; "gần 30" is behind; "gần 50" may be anywhere below.
        (judged(100, "almost", asked=101), "missed"),
        (judged(30, "almost"), "behind"),
        (judged(40, "almost"), "behind"),
        (judged(50, "almost"), "inexact"),
        # Where less is better they change places.
        (judged(10, "almost", baseline=100, aim=10), "reached"),
        (judged(10, "over", baseline=100, aim=10, asked=101), "missed"),
        (judged(20, "over", baseline=100, aim=0), "inexact"),
        # "khoảng" points both ways.
        (judged(100, "approx"), "inexact"),
        (judged(100, "all"), "reached"),
    ],
)
def test_an_inexact_figure_decides_what_it_proves(told: tuple[str, str], says: str) -> None:
    assert told[1] == says


# --- By stage, and all of it ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("stage", "on", "asked", "due", "says"),
    [
        ("deployed", 50, 101, DUE, ("on_track", "done")),
        ("in_progress", 50, 100, DUE, ("on_track", "underway")),
        ("in_progress", 50, 101, DUE, ("late", "overdue")),
        ("suspended", 50, 60, DUE, ("at_risk", "on_hold")),
        ("suspended", 50, 101, DUE, ("late", "overdue")),
        ("planned", 50, 60, DUE, ("on_track", "not_yet")),
        ("planned", 51, 60, DUE, ("at_risk", "not_begun")),
        ("not_started", 51, 101, DUE, ("late", "overdue")),
        ("in_progress", 1, 250, day(400), ("not_computable", "stale")),
        ("in_progress", 50, 60, None, ("not_computable", "no_plan")),
        (None, None, 60, DUE, ("not_computable", "no_report")),
    ],
)
def test_without_targets_the_stage_and_the_due_day_decide(
    stage: str | None, on: int | None, asked: int, due: dt.date | None, says: tuple[str, str]
) -> None:
    told = judge_stage(
        stage,
        None if on is None else day(on),
        due_on=due,
        begins_on=BEGINS,
        as_of=day(asked),
        stale_before=stale_before(day(asked)),
    )
    assert (told.health.value, told.why.value) == says


def test_the_worst_target_decides_and_an_unknown_one_forbids_praise() -> None:
    fine = Judged(Health.ON_TRACK, Why.ON_LINE)
    unknown = Judged(Health.NOT_COMPUTABLE, Why.NO_FIGURE)
    behind, missed = Judged(Health.AT_RISK, Why.BEHIND), Judged(Health.LATE, Why.MISSED)
    stage = Judged(Health.LATE, Why.OVERDUE)
    assert judge("deployed", [fine, fine], stage) == fine
    assert judge("deployed", [fine, unknown], stage) == unknown
    assert judge("deployed", [unknown, behind], stage) == behind
    assert judge("deployed", [missed, behind, unknown], stage) == missed
    assert judge("in_progress", [], stage) == stage
    assert judge("ended", [missed], stage).why == Why.ENDED


# --- The database says the same ---------------------------------------------------------------


def told_at(row: Deliverable, moment: Moment) -> PlanTold:
    """The rule on what an honest reading of the reports finds."""
    official = ProgressReport.objects.official(moment).filter(deliverable=row)
    order = ("report__as_of_end", "report__official_from", "report_id")
    figures = {
        one.indicator_id: one
        for one in Measurement.objects.filter(report__in=official)
        .select_related("report")
        .order_by(*order)
    }
    current = official.order_by("as_of_end", "official_from", "pk").last()
    targets = list(
        Target.objects.filter(deliverable=row, set_on__lte=moment.as_of)
        .select_related("indicator")
        .order_by("set_on", "pk")
    )
    to_come = row.due_days.filter(set_on__gt=moment.as_of).order_by("set_on").first()
    due_on = to_come.due_before if to_come else row.due_on
    return plan_told(row, targets, current, figures, due_on=due_on, as_of=moment.as_of)


numbers = st.sampled_from(["0", "10", "39.5", "40", "50", "90", "100"])
# Mostly a number, mostly exact.
values = st.sampled_from(["0", "10", "39.5", "40", "50", "90", "100", "100", None])
qualifiers = st.sampled_from(["exact", "exact", "all", "over", "almost", "approx", "expected"])
stages = st.sampled_from(["deployed", "in_progress", "planned", "suspended", "ended"])
days = st.sampled_from([day(n) for n in (0, 10, 11, 40, 50, 99, 100, 101)])
soon = st.sampled_from([*(day(n) for n in (0, 60, 99, 100, 101)), None])


@st.composite
def worlds(draw: st.DrawFn) -> dict[str, Any]:
    """One deliverable with its targets and the figures that reports give of them."""
    return {
        "due_on": draw(soon),
        "moved": draw(st.one_of(st.none(), days)),
        "begins": draw(st.sampled_from(["2020-12-01", "2021-01-20", None])),
        "targets": draw(
            st.lists(
                st.tuples(st.sampled_from([0, 0, 0, 1]), values, numbers, soon, days),
                max_size=3,
                unique_by=lambda target: (target[0], target[4]),
            )
        ),
        "directions": draw(st.tuples(*[st.sampled_from(Direction.values)] * 2)),
        "reports": draw(
            st.lists(
                st.tuples(
                    days,
                    stages,
                    st.fixed_dictionaries({0: st.tuples(values, qualifiers)}),
                ),
                max_size=3,
            )
        ),
    }


class TheDatabaseSaysTheSame(TestCase):
    """Filter and summary against the rule, as known today (kept tables) and as known on an earlier day."""

    def build(self, world: dict[str, Any]) -> Deliverable:
        begins = world["begins"]
        years = {} if begins else {"start_year": None, "end_year": None}
        phase = factories.phase(signed_on=begins, **years)
        row = factories.deliverable(phase=phase, due_on=world["due_on"])
        indicators = [factories.indicator(direction=own) for own in world["directions"]]
        for place, baseline, value, due, set_on in world["targets"]:
            if baseline != value:
                Target.objects.create(
                    deliverable=row,
                    indicator=indicators[place],
                    baseline=baseline,
                    value=value,
                    due_on=due,
                    set_on=set_on,
                )
        for place, (as_of, stage, figures) in enumerate(world["reports"]):
            report = factories.report(row, side="source", as_of_end=as_of, stage=stage)
            for own, (value, qualifier) in figures.items():
                said = {} if value is None else {"qualifier": qualifier}
                factories.measurement(report, indicators[own], value, **said)
            ProgressReport.objects.filter(pk=report.pk).update(
                state=ReportState.PUBLISHED, official_from=at(day(200 + place))
            )
        row.refresh_from_db()
        if world["moved"] and row.due_on != DUE:
            set_on = world["moved"]
            DueDay.objects.create(deliverable=row, due_before=row.due_on, due_on=DUE, set_on=set_on)
            Deliverable.objects.filter(pk=row.pk).update(due_on=DUE)
            row.refresh_from_db()
        return row

    @settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(worlds(), days)
    def test_at_random_moments(self, world: dict[str, Any], as_of: dt.date) -> None:
        row = self.build(world)
        # The second report was not known yet, then everything is.
        for known_on in (day(200), today()):
            for asked in (as_of, day(300)):
                self.check(row, Moment(asked, known_on))

    def check(self, row: Deliverable, moment: Moment) -> None:
        rows = Deliverable.objects.official(moment).filter(pk=row.pk)
        ranks = list(rows.annotate(rank=health_rank_at(moment)).values_list("rank", flat=True))
        counted = summary_of(rows, [KEYS["phase"]], moment).total
        # Without a phase's beginning it counts once a report speaks of it.
        if not ranks:
            assert counted.deliverables == 0
            return
        told = told_at(row, moment).judged
        assert ranks == [told.rank], (told, moment)
        assert {key: count for key, count in counted.health.items() if count} == {told.health: 1}
        plan = DeliverableDetail.plan(Scope(moment, AnonymousUser()))
        [own] = [plan.make(one) for one in plan.of(rows.with_standing(moment, AnonymousUser()))]
        assert (own["health"], own["health_reason"]) == (told.health.value, told.why.value), moment


# --- Where it is told -------------------------------------------------------------------------

pytestmark = pytest.mark.django_db


@pytest.fixture
def phase_with_plans() -> Any:
    """Four deliverables of one area, one of each kind; the figures are of day 50."""
    phase = factories.phase(signed_on=BEGINS.isoformat())
    area = factories.area(phase=phase)
    schools = factories.indicator(name="Số trường", unit="trường")
    for value in (50, 20, 60, None):
        row = factories.deliverable(phase=phase, area=area)
        Target.objects.create(
            deliverable=row,
            indicator=schools,
            baseline=0,
            value=100,
            due_on=day(55) if value == 60 else DUE,
            set_on=BEGINS,
        )
        figures = {} if value is None else {schools: value}
        factories.report(row, state=ReportState.PUBLISHED, as_of_end=day(50), figures=figures)
    return phase


HERE = f"{day(60):%d/%m/%Y}"


@pytest.mark.parametrize("door", ["phase", "agreement"])
def test_counts_of_a_phase_and_its_area_lead_to_as_many_rows(
    client: Client, phase_with_plans: Any, door: str
) -> None:
    thing = phase_with_plans if door == "phase" else phase_with_plans.agreement
    html = client.get(thing.get_absolute_url(), {"tinh-den": HERE}).content.decode()
    links = re.findall(r'href="(/hang-muc/\?[^"]*health=[^"]*)"><span.*?</span> <b>(\d+)</b>', html)
    assert [int(count) for _address, count in links] == [1] * (8 if door == "phase" else 4)
    for address, count in links:
        found = client.get(address.replace("&amp;", "&"))
        assert found.context["list"].total == int(count)


def test_a_list_and_its_csv_are_narrowed_and_say_it(client: Client, phase_with_plans: Any) -> None:
    where = {"phase": phase_with_plans.slug, "tinh-den": HERE}
    page = client.get("/hang-muc/", {**where, "health": "late"})
    assert [row.due_on for row in page.context["list"].page] == [None]
    assert "Chậm</span>" in page.content.decode()
    answer = client.get("/hang-muc/", {**where, "dang": "csv"})
    text = b"".join(answer.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    told = [line.split(",")[7] for line in text.splitlines()[1:]]
    assert told == ["Đúng hạn", "Có nguy cơ", "Chậm", "Không tính được"]
    refused = client.get("/hang-muc/", {"health": "fine"})
    assert refused.status_code == 400
    assert "on_track, at_risk, late, not_computable" in refused.content.decode()


def test_a_deliverable_says_why(client: Client, phase_with_plans: Any) -> None:
    row = phase_with_plans.deliverables.order_by("pk")[1]
    answer = client.get(row.get_absolute_url(), {"tinh-den": HERE})
    html = " ".join(answer.content.decode().split())
    assert answer.context["page"].plan.judged == Judged(Health.AT_RISK, Why.BEHIND, 0.5)
    assert "kém kế hoạch quá mức cho phép" in html
    assert "đi đều thì đến 20/02/2021 là 50" in html
    assert 'class="pl"' in html
    assert f"cũ hơn {django_settings.STALE_AFTER_DAYS} ngày" in html
    moment = {"as_of": day(60).isoformat()}
    told = client.get(f"/api/v1/deliverables/{row.slug}/", moment).json()
    assert (told["health"], told["health_reason"]) == ("at_risk", "behind")


def test_rows_of_the_api_say_what_their_filter_finds(
    client: Client, phase_with_plans: Any, query_count: Any
) -> None:
    where = {"phase": phase_with_plans.slug, "as_of": day(60).isoformat()}
    rows = client.get("/api/v1/deliverables/", where).json()["results"]
    said = {row["slug"]: row["health"] for row in rows}
    assert len(set(said.values())) > 2
    for health in Health.values:
        found = client.get("/api/v1/deliverables/", {**where, "health": health}).json()["results"]
        assert {row["slug"] for row in found} == {s for s, own in said.items() if own == health}
    table = client.get("/api/v1/deliverables/", {**where, "format": "csv"})
    lines = list(csv.DictReader(b"".join(table.streaming_content).decode("utf-8-sig").splitlines()))
    assert {row["slug"]: row["health"] for row in lines} == said
    # However many rows and targets: which rows, and those rows.
    with query_count() as queries:
        client.get("/api/v1/deliverables/", where)
    assert len([q for q in queries if "deliverables_deliverable" in q["sql"]]) == 2


def test_nothing_of_the_articles_has_a_plan_that_can_be_judged(client: Client) -> None:
    """No source gives a target with a due day: everything is not computable, and nothing is guessed."""
    totals = client.get("/api/v1/summary/").json()["totals"]
    assert totals["health"] == {"on_track": 0, "at_risk": 0, "late": 0, "not_computable": 96}
    html = client.get("/hang-muc/nghe-an-vsr/").content.decode()
    assert "chưa có mục tiêu, chưa có thời hạn" in html
