"""The flags of a report: each by its stated rule, and what is compared with what."""

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.test.utils import CaptureQueriesContext

from agreements.choices import PartyKind
from deliverables import actions
from deliverables.choices import FlagKind, ReportSide, ReportState, Stage, ValueKind
from deliverables.flags import compared, flags_of
from deliverables.flags.rules import is_outlier
from deliverables.models import Indicator, ProgressReport
from tests import factories
from tests.factories import Cooperation, at

pytestmark = pytest.mark.django_db
BEFORE, NOW = dt.date(2021, 4, 1), dt.date(2021, 5, 4)


@pytest.fixture
def cooperation() -> Cooperation:
    return Cooperation()


@pytest.fixture
def indicator() -> Indicator:
    return factories.indicator()


def kinds(report: ProgressReport) -> list[tuple[str, str]]:
    return [(flag.kind, flag.indicator) for flag in flags_of([report])[report.pk]]


def submitted(cooperation: Cooperation, **values: Any) -> ProgressReport:
    values.setdefault("citations", [factories.citation()])
    values.setdefault("as_of_end", NOW)
    return cooperation.report(ReportState.SUBMITTED, **values)


def official(cooperation: Cooperation, indicator: Indicator, value: Any, **values: Any) -> None:
    values.setdefault("as_of_end", BEFORE)
    cooperation.report(ReportState.CONFIRMED, figures={indicator: value}, **values)


def test_a_report_that_nothing_speaks_against(
    cooperation: Cooperation, indicator: Indicator
) -> None:
    official(cooperation, indicator, 40)
    report = submitted(cooperation, figures={indicator: 43})
    assert kinds(report) == []
    told = compared([report])[report.pk]
    assert [row.value for row in told.figures] == [43]
    assert told.previous[indicator.key].value == 40
    assert told.previous[indicator.key].as_of_end == BEFORE


def test_without_evidence(cooperation: Cooperation) -> None:
    report = submitted(cooperation, citations=[])
    assert kinds(report) == [(FlagKind.NO_EVIDENCE, "")]


def test_a_running_total_that_falls(cooperation: Cooperation, indicator: Indicator) -> None:
    state = factories.indicator(value_kind=ValueKind.SNAPSHOT)
    official(cooperation, indicator, 43)
    official(cooperation, state, 43)
    report = submitted(cooperation, figures={indicator: 42, state: 42})
    [flag] = flags_of([report])[report.pk]
    assert (flag.kind, flag.indicator) == (FlagKind.FALLS, indicator.key)
    assert str(flag) == f"{indicator.name} là số lũy kế nhưng giảm từ 43 còn 42."


@pytest.mark.parametrize(
    ("before", "value", "unit", "far"),
    [
        (40, 80, "trường", False),
        (40, 81, "trường", True),
        (40, 20, "trường", False),
        (40, 19, "trường", True),
        (0, 900, "trường", False),
        (40, 60, "%", False),
        (40, 61, "%", True),
        (40, 19, "%", True),
    ],
)
def test_what_is_far_from_the_figure_before(before: int, value: int, unit: str, far: bool) -> None:
    assert is_outlier(Decimal(value), Decimal(before), unit) is far


def test_an_outlier_is_flagged_and_a_fall_is_flagged_once(cooperation: Cooperation) -> None:
    far, fallen = factories.indicator(), factories.indicator()
    official(cooperation, far, 10)
    official(cooperation, fallen, 100)
    report = submitted(cooperation, figures={far: 90, fallen: 1})
    assert sorted(kinds(report)) == sorted(
        [(FlagKind.OUTLIER, far.key), (FlagKind.FALLS, fallen.key)]
    )


def test_a_figure_of_a_later_day_or_one_that_ceased_is_not_compared(
    cooperation: Cooperation, indicator: Indicator
) -> None:
    official(cooperation, indicator, 900, as_of_end=dt.date(2021, 6, 1))
    official(cooperation, indicator, 1, until=at(dt.date(2021, 5, 5)))
    report = submitted(cooperation, figures={indicator: 43})
    assert kinds(report) == []
    assert compared([report])[report.pk].previous == {}


def test_what_the_other_side_says_of_the_same_day(
    cooperation: Cooperation, indicator: Indicator
) -> None:
    theirs = cooperation.report(
        ReportState.SUBMITTED, side=ReportSide.VNPT, as_of_end=NOW, figures={indicator: 32}
    )
    report = submitted(cooperation, figures={indicator: 40})
    [flag] = flags_of([report])[report.pk]
    assert flag.kind == FlagKind.DIFFERS
    assert str(flag) == f"{indicator.name}: bên kia ghi 32, báo cáo này ghi 40."
    assert (FlagKind.DIFFERS, indicator.key) in kinds(theirs)


def test_what_the_other_side_said_of_an_earlier_day_or_only_drafts_is_not_compared(
    cooperation: Cooperation, indicator: Indicator
) -> None:
    theirs = {"side": ReportSide.VNPT, "figures": {indicator: 32}}
    cooperation.report(ReportState.SUBMITTED, as_of_end=BEFORE, **theirs)
    cooperation.report(ReportState.DRAFT, as_of_end=NOW, **theirs)
    cooperation.report(ReportState.WITHDRAWN, as_of_end=dt.date(2021, 6, 1), **theirs)
    assert kinds(submitted(cooperation, figures={indicator: 40})) == []


def test_a_counter_figure_counts_until_something_is_confirmed(
    cooperation: Cooperation, indicator: Indicator
) -> None:
    first = submitted(cooperation, figures={indicator: 40})
    actions.dispute(
        first,
        by=cooperation.manager,
        reason="Chưa nghiệm thu.",
        counter_figures={indicator.key: {"value": "32"}},
    )
    second = actions.revise(first, by=cooperation.officer)
    actions.submit(second, by=cooperation.officer)
    assert kinds(second) == [(FlagKind.DIFFERS, indicator.key)]
    actions.confirm(second, by=cooperation.manager)
    later = submitted(cooperation, as_of_end=dt.date(2021, 6, 1), figures={indicator: 41})
    assert kinds(later) == []


def merged(cooperation: Cooperation, *, alone: bool) -> None:
    """The province of the agreement ends on 30/06/2025, joined with another one or by itself."""
    heir = factories.province(valid_from=dt.date(2025, 7, 1))
    province = cooperation.agreement.partner.province
    assert province is not None
    for unit in [province] if alone else [province, factories.province()]:
        unit.valid_to, unit.successor = dt.date(2025, 6, 30), heir
        unit.save()


@pytest.mark.parametrize(
    ("alone", "before", "day", "flagged"),
    [
        (False, BEFORE, dt.date(2025, 7, 1), True),
        (False, BEFORE, dt.date(2025, 6, 30), False),
        (False, dt.date(2025, 7, 1), dt.date(2025, 8, 1), False),
        # A change of kind or name alone moves no boundary.
        (True, BEFORE, dt.date(2025, 7, 1), False),
    ],
)
def test_the_boundary_changed_since_the_last_report(
    indicator: Indicator, alone: bool, before: dt.date, day: dt.date, flagged: bool
) -> None:
    cooperation = Cooperation()
    merged(cooperation, alone=alone)
    official(cooperation, indicator, 40, as_of_end=before)
    report = submitted(cooperation, as_of_end=day, figures={indicator: 43})
    assert kinds(report) == ([(FlagKind.BOUNDARY, "")] if flagged else [])


def test_a_partner_without_a_province_has_no_boundary(indicator: Indicator) -> None:
    ministry = factories.party(kind=PartyKind.MINISTRY, province=None)
    together = Cooperation(factories.agreement(partner=ministry))
    official(together, indicator, 40)
    assert kinds(submitted(together, figures={indicator: 43}, stage=Stage.DEPLOYED)) == []


@pytest.mark.parametrize("rows", [1, 5])
def test_a_page_of_reports_is_compared_in_six_queries(
    indicator: Indicator, query_count: Callable[[], CaptureQueriesContext], rows: int
) -> None:
    reports = []
    for _number in range(rows):
        cooperation = Cooperation()
        official(cooperation, indicator, 40)
        reports.append(submitted(cooperation, figures={indicator: 43}))
    with query_count() as queries:
        assert [one.flags for one in compared(reports).values()] == [()] * rows
    assert len(queries) == 6
