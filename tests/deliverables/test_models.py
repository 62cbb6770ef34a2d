"""What rows of the delivery know: what is official at a moment, and what a report says."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any, NamedTuple

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import given, settings, strategies as st
from hypothesis.extra.django import TestCase

from agreements.choices import Qualifier
from coopportal.clock import ZONE, Moment
from coopportal.partial_dates import PartialDate
from deliverables.choices import (
    STAGE_GROUP_OF,
    STAGE_GROUPS,
    TRANSITIONS,
    DeliverableKind,
    ReportSide,
    ReportState,
    Stage,
)
from deliverables.models import Deliverable, Deployment, ProgressReport
from deliverables.models.report import plain
from tests import factories
from tests.factories import DAY, at

# --- Official at a moment: the rule, and a naive reading of the design ---------------------------

FIRST = dt.date(2021, 5, 1)
DAYS = [FIRST + dt.timedelta(days=n) for n in range(5)]
#: The edges of a day in Việt Nam, and its middle.
TIMES = [dt.time(0, 0), dt.time(12, 0), dt.time(23, 59, 59, 999_000)]

days = st.sampled_from(DAYS)
instants = st.builds(
    lambda day, time: dt.datetime.combine(day, time, tzinfo=ZONE), days, st.sampled_from(TIMES)
)

#: States in which a report is, or once was, official; a disputed one may never have been.
REIGNING = (ReportState.PUBLISHED, ReportState.CONFIRMED)
ENDED = (ReportState.CONFIRMED, ReportState.SET_ASIDE, ReportState.DISPUTED)
NEVER = (
    ReportState.DRAFT,
    ReportState.SUBMITTED,
    ReportState.RETURNED,
    ReportState.WITHDRAWN,
    ReportState.DISPUTED,
)


class Told(NamedTuple):
    """A report as the test draws it; ``deliverable`` is an index."""

    deliverable: int
    as_of_end: dt.date
    state: str
    official_from: dt.datetime | None
    official_to: dt.datetime | None
    stage: str


@st.composite
def told(draw: st.DrawFn, deliverables: int = 1) -> Told:
    began = draw(st.none() | instants)
    ended = draw(st.none() | instants) if began else None
    if began and ended and ended < began:
        began, ended = ended, began
    states = NEVER if began is None else ENDED if ended else REIGNING
    return Told(
        draw(st.integers(0, deliverables - 1)),
        draw(days),
        draw(st.sampled_from(states)),
        began,
        ended,
        draw(st.sampled_from(Stage.values)),
    )


def saved(reports: list[Told], deliverables: list[Deliverable]) -> list[ProgressReport]:
    """Insert them as `loaddata` would, in one go."""
    return ProgressReport.objects.bulk_create(
        [
            ProgressReport(
                deliverable=deliverables[each.deliverable],
                as_of=PartialDate.of(each.as_of_end),
                stage=each.stage,
                coverage=f"phạm vi {n}",
                side=ReportSide.SOURCE,
                state=each.state,
                official_from=each.official_from,
                official_to=each.official_to,
                decided_at=at(FIRST),
                set_aside_reason="Có nguồn tốt hơn." if each.state == ReportState.SET_ASIDE else "",
            )
            for n, each in enumerate(reports)
        ]
    )


def naively_official(
    reports: list[ProgressReport], as_of: dt.date, known_on: dt.date
) -> list[ProgressReport]:
    """as_of_end ≤ A and official_from ≤ end of day K < official_to or ∞; the latest first."""
    end_of_day = dt.datetime.combine(known_on, dt.time.max, tzinfo=ZONE)
    return sorted(
        (
            report
            for report in reports
            if report.as_of_end <= as_of
            and report.official_from is not None
            and report.official_from <= end_of_day
            and (report.official_to is None or end_of_day < report.official_to)
        ),
        key=lambda report: (report.as_of_end, report.official_from, report.pk),
        reverse=True,
    )


class OfficialAtAMoment(TestCase):
    """The queryset, the row in hand and the naive reading give one answer."""

    @classmethod
    def setUpTestData(cls) -> None:
        agreement = factories.agreement()
        begun = factories.phase(agreement=agreement, start_year=2014, end_year=2020)
        begins_within = factories.phase(
            agreement=agreement, start_year=2021, end_year=2025, signed_on=PartialDate.of(DAYS[2])
        )
        unknown = factories.phase(agreement=agreement, start_year=None, end_year=None)
        cls.deliverables = [
            factories.deliverable(phase=begun),
            factories.deliverable(phase=begins_within),
            factories.deliverable(phase=unknown),
            factories.deliverable(phase=None, agreement=agreement),
        ]

    def check_reports(self, reports: list[Told], as_of: dt.date, known_on: dt.date) -> None:
        rows = saved(reports, self.deliverables)
        moment = Moment(as_of, known_on)
        expected = naively_official(rows, as_of, known_on)
        mine = ProgressReport.objects.filter(deliverable__in=self.deliverables)
        assert list(mine.official(moment).latest_first()) == expected
        assert {row for row in mine if row.official_at(moment)} == set(expected)

    def check_deliverables(self, reports: list[Told], as_of: dt.date, known_on: dt.date) -> None:
        rows = saved(reports, self.deliverables)
        expected: dict[int, Any] = {}
        for deliverable in self.deliverables:
            own = [row for row in rows if row.deliverable_id == deliverable.pk]
            official = naively_official(own, as_of, known_on)
            begins = deliverable.phase.begins_on if deliverable.phase else None
            if begins <= as_of if begins else official:
                latest = official[0] if official else None
                expected[deliverable.pk] = latest and (
                    *(latest.pk, latest.stage, latest.coverage, latest.state),
                    *(latest.as_of, latest.as_of_end),
                )
        found = Deliverable.objects.official(Moment(as_of, known_on))
        assert {
            row.pk: (
                *(row.report_id, row.stage, row.coverage, row.report_state),
                *(row.as_of, row.as_of_end),
            )
            if row.report_id
            else None
            for row in found.filter(pk__in=[each.pk for each in self.deliverables])
        } == expected

    @settings(max_examples=60)
    @given(st.lists(told(), max_size=8), days, days)
    def test_reports(self, reports: list[Told], as_of: dt.date, known_on: dt.date) -> None:
        self.check_reports(reports, as_of, known_on)

    @settings(max_examples=60)
    @given(st.lists(told(deliverables=4), max_size=10), days, days)
    def test_deliverables(self, reports: list[Told], as_of: dt.date, known_on: dt.date) -> None:
        self.check_deliverables(reports, as_of, known_on)

    @pytest.mark.slow
    @settings(max_examples=2000)
    @given(st.lists(told(deliverables=4), max_size=20), days, days)
    def test_many(self, reports: list[Told], as_of: dt.date, known_on: dt.date) -> None:
        self.check_deliverables(reports, as_of, known_on)


@pytest.mark.django_db
def test_the_reign_of_a_report_day_by_day() -> None:
    """Confirmed on 4 May at noon, superseded on 6 May at midnight sharp: official on the 4th and 5th."""
    report = factories.report(
        state=ReportState.CONFIRMED,
        as_of_end=dt.date(2021, 4, 30),
        when=at(dt.date(2021, 5, 4), 12),
        until=at(dt.date(2021, 5, 6), 0),
    )
    mine = ProgressReport.objects.filter(pk=report.pk)
    for known_on, expected in [(3, False), (4, True), (5, True), (6, False)]:
        moment = Moment(as_of=dt.date(2021, 5, 31), known_on=dt.date(2021, 5, known_on))
        assert mine.official(moment).exists() is expected
        assert report.official_at(moment) is expected
    known = dt.date(2021, 5, 4)
    assert not report.official_at(Moment(dt.date(2021, 4, 29), known))
    assert report.official_at(Moment(dt.date(2021, 4, 30), known))


@pytest.mark.django_db
def test_a_back_dated_report_does_not_overtake_a_later_day() -> None:
    """What is confirmed last but tells of an earlier day is history, not the present stage."""
    deliverable = factories.deliverable()
    factories.report(
        deliverable,
        state=ReportState.CONFIRMED,
        as_of="2021-05-04",
        stage=Stage.DEPLOYED,
        when=at(dt.date(2021, 5, 5)),
    )
    factories.report(
        deliverable,
        state=ReportState.CONFIRMED,
        as_of="2021-03",
        stage=Stage.PILOTING,
        when=at(dt.date(2021, 6, 1)),
    )
    found = Deliverable.objects.filter(pk=deliverable.pk)
    later = dt.date(2021, 7, 1)
    assert found.official(Moment(later, later)).get().stage == Stage.DEPLOYED
    april = Moment(as_of=dt.date(2021, 4, 1), known_on=later)
    assert found.official(april).get().stage == Stage.PILOTING
    unknown_then = Moment(as_of=dt.date(2021, 4, 1), known_on=dt.date(2021, 5, 31))
    assert found.official(unknown_then).get().stage is None


@pytest.mark.django_db
def test_official_deliverables_are_one_query() -> None:
    deliverable = factories.deliverable()
    factories.report(deliverable, state=ReportState.PUBLISHED)
    with CaptureQueriesContext(connection) as queries:
        [row] = Deliverable.objects.official(Moment(DAY, DAY)).filter(pk=deliverable.pk)
        assert (row.stage, row.report_state, row.as_of) == ("deployed", "published", None)
    assert len(queries) == 1


# --- Deliverables -----------------------------------------------------------------------------


@pytest.mark.django_db
def test_deployments_are_the_deliverables_that_put_a_system_into_service() -> None:
    deployment = factories.deliverable()
    training = factories.deliverable(kind=DeliverableKind.TRAINING)
    mine = [deployment.pk, training.pk]
    assert [row.pk for row in Deployment.objects.filter(pk__in=mine)] == [deployment.pk]
    assert list(Deliverable.objects.deployments().filter(pk__in=mine)) == [deployment]
    moment = Moment(DAY, DAY)
    assert [row.pk for row in Deployment.objects.official(moment).filter(pk__in=mine)] == [
        deployment.pk
    ]


@pytest.mark.django_db
def test_agreement_phase_and_area_must_be_one_line() -> None:
    row = factories.deliverable()
    row.full_clean()
    row.area = factories.area()
    with pytest.raises(ValidationError, match="Lĩnh vực này thuộc giai đoạn khác"):
        row.full_clean()
    row.area = factories.area(phase=row.phase)
    row.full_clean()
    row.agreement = factories.agreement()
    with pytest.raises(ValidationError, match="Giai đoạn này thuộc thỏa thuận khác"):
        row.full_clean()


@pytest.mark.django_db
def test_every_shipped_deliverable_is_in_one_line() -> None:
    for row in Deliverable.objects.select_related("phase", "area"):
        row.clean()


# --- Reports ----------------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("as_of", "last_day"),
    [
        ("13/09/2014", dt.date(2014, 9, 13)),
        (PartialDate(2014, 8), dt.date(2014, 8, 31)),
        ("2020", dt.date(2020, 12, 31)),
        (None, DAY),
    ],
)
def test_as_of_end_is_the_last_day_that_the_precision_allows(as_of: Any, last_day: dt.date) -> None:
    """However the row is written; where the day is unknown, the given one (the source's issue) stays."""
    row = factories.report(as_of=as_of, as_of_end=DAY)
    row.refresh_from_db()
    assert row.as_of_end == last_day

    [made] = ProgressReport.objects.bulk_create(
        [
            ProgressReport(
                deliverable=row.deliverable,
                as_of=as_of,
                as_of_end=DAY,
                stage=Stage.PLANNED,
                side=ReportSide.SOURCE,
            )
        ]
    )
    made.refresh_from_db()
    assert made.as_of_end == last_day

    made.as_of = "2019"
    made.save()
    made.refresh_from_db()
    assert made.as_of_end == dt.date(2019, 12, 31)


@pytest.mark.django_db
def test_a_report_without_any_day_is_refused() -> None:
    row = ProgressReport(
        deliverable=factories.deliverable(), stage=Stage.PLANNED, side=ReportSide.SOURCE
    )
    with pytest.raises(ValidationError) as refused:
        row.full_clean()
    assert refused.value.message_dict == {
        "as_of_end": ["Nguồn không ghi ngày số liệu thì ghi ngày ban hành của nguồn."]
    }
    with pytest.raises(IntegrityError), transaction.atomic():
        row.save()
    row.as_of = "31/02/2021"  # type: ignore[assignment]
    with pytest.raises(ValidationError) as refused:
        row.full_clean()
    assert refused.value.message_dict["as_of"] == ["Ngày 31/02/2021 không có thật."]


@pytest.mark.django_db
def test_a_report_tells_its_content_in_one_canonical_form() -> None:
    deliverable = factories.deliverable()
    schools = factories.indicator(key=f"a-{factories.number()}")
    accounts = factories.indicator(key=f"b-{factories.number()}")
    citation = factories.citation()
    row = factories.report(
        deliverable,
        as_of="2021-05",
        narrative="Đã dùng ở 32 trường.",
        coverage="32 trường",
        figures={accounts: None, schools: "32.50"},
        citations=[citation],
    )
    assert ProgressReport.objects.get(pk=row.pk).content() == {
        "report": str(row.uid),
        "deliverable": deliverable.slug,
        "as_of": "2021-05",
        "as_of_end": "2021-05-31",
        "stage": "deployed",
        "narrative": "Đã dùng ở 32 trường.",
        "coverage": "32 trường",
        "side": "partner",
        "revises": None,
        "measurements": [
            {
                "indicator": schools.key,
                "value": "32.5",
                "numerator": None,
                "denominator": None,
                "qualifier": "exact",
                "text": "",
            },
            {
                "indicator": accounts.key,
                "value": None,
                "numerator": None,
                "denominator": None,
                "qualifier": "unspecified",
                "text": "",
            },
        ],
        "citations": [citation.natural_key()],
    }


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, None),
        (Decimal(0), "0"),
        (Decimal("0.0000"), "0"),
        (Decimal("32.0000"), "32"),
        (Decimal("24.50"), "24.5"),
        (Decimal("1E+3"), "1000"),
        (Decimal("163000000000000.0000"), "163000000000000"),
        (Decimal("-3.10"), "-3.1"),
        (12000, "12000"),
    ],
)
def test_a_figure_is_plain(value: Any, text: str | None) -> None:
    assert plain(value) == text


@pytest.mark.django_db
def test_no_figure_is_no_zero() -> None:
    report = factories.report()
    unknown = factories.measurement(report, factories.indicator(), None, text="phần lớn")
    zero = factories.measurement(report, factories.indicator(), 0)
    unknown.refresh_from_db()
    zero.refresh_from_db()
    assert (unknown.value, unknown.qualifier) == (None, Qualifier.UNSPECIFIED)
    assert (zero.value, zero.qualifier) == (Decimal(0), Qualifier.EXACT)
    assert str(unknown).endswith(": phần lớn")
    assert str(zero).endswith(": 0")


# --- Words ------------------------------------------------------------------------------------


def test_every_stage_stands_in_one_group() -> None:
    listed = [stage for stages in STAGE_GROUPS.values() for stage in stages]
    assert sorted(listed) == sorted(Stage)
    assert {stage: STAGE_GROUP_OF[stage] for stage in Stage} == {
        stage: group for group, stages in STAGE_GROUPS.items() for stage in stages
    }


def test_every_state_says_what_may_follow() -> None:
    assert set(TRANSITIONS) == set(ReportState)
    for after in TRANSITIONS.values():
        assert ReportState.DRAFT not in after
