"""What a total means, rule by rule: what counts, what adds up, what cannot be computed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.test.utils import CaptureQueriesContext

from agreements.choices import Qualifier
from agreements.models import Category, Province, Theme
from coopportal.clock import Moment
from deliverables.choices import Aggregation, DeliverableKind, ReportSide, ReportState, Stage
from deliverables.models import Deliverable, Target
from deliverables.summaries.totals import KEYS, Figure, Summary, Total, summary_of
from deliverables.summaries.totals.rules import FigureCell, LatestCell, joined_qualifier
from tests import factories
from tests.factories import DAY, at

LATER = dt.date(2022, 6, 1)
NOW = Moment(LATER, LATER)


def summed(
    rows: list[Deliverable], *keys: str, moment: Moment = NOW, user: Any = None, **only: str
) -> Summary:
    """A summary of these deliverables, each undertaking once."""
    counted = Deliverable.objects.official(moment).not_continued(moment)
    mine = counted.filter(pk__in=[row.pk for row in rows])
    return summary_of(mine, [KEYS[key] for key in keys], moment, user, only=only)


def by_group(summary: Summary) -> dict[Any, int]:
    """Deliverables of each group by its value, or by its values."""
    counts = {}
    for group in summary.groups:
        values = tuple(member.value for member in group.members)
        counts[values[0] if len(values) == 1 else values] = group.total.deliverables
    return counts


# --- Pure rules -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("qualifiers", "joined"),
    [
        ([], None),
        (["exact"], "exact"),
        (["over"], "over"),
        (["all"], "all"),
        (["exact", "all"], "exact"),
        (["over", "exact"], "over"),
        (["almost", "exact", "all"], "almost"),
        (["approx", "exact"], "approx"),
        (["over", "most"], "over"),
        (["over", "many", "exact"], "over"),
        (["almost", "before"], "almost"),
        (["over", "almost"], "approx"),
        (["over", "approx"], "approx"),
        (["sufficient", "basically"], "approx"),
        (["expected", "exact"], "expected"),
        (["expected", "over", "almost"], "expected"),
    ],
)
def test_the_qualifier_of_what_is_computed(qualifiers: list[str], joined: str | None) -> None:
    assert joined_qualifier(qualifiers) == joined
    assert joined_qualifier(list(reversed(qualifiers))) == joined


def cell(
    qualifier: str = "exact",
    *,
    count: int = 1,
    values: tuple[str, ...] = (),
    parts: tuple[tuple[int, int], ...] = (),
) -> FigureCell:
    """What the database says of ``count`` figures, some with a value, some with their parts."""
    return FigureCell(
        qualifier,
        count,
        len(values),
        sum(map(Decimal, values), Decimal(0)) if values else None,
        len(parts),
        Decimal(sum(part for part, _whole in parts)) if parts else None,
        Decimal(sum(whole for _part, whole in parts)) if parts else None,
    )


def told(figure: Figure) -> tuple[Decimal | None, str | None, int, int]:
    return (figure.value, figure.qualifier, figure.rows, figure.not_computable)


def test_a_sum_says_how_many_figures_it_rests_on_and_how_many_had_no_value() -> None:
    figure = Figure(Aggregation.SUM, "trường", [cell(count=2, values=("32", "4.5"))])
    assert told(figure) == (Decimal("36.5"), "exact", 2, 0)
    figure.cells += [cell("over", values=("12000",)), cell("most", count=3)]
    # What has no value gives no qualifier either.
    assert told(figure) == (Decimal("12036.5"), "over", 3, 3)


def test_zero_is_a_figure_and_no_value_is_not_zero() -> None:
    assert told(Figure(Aggregation.SUM, "trường", [cell(values=("0",))])) == (0, "exact", 1, 0)
    assert told(Figure(Aggregation.SUM, "trường", [cell("many", count=2)])) == (None, None, 0, 2)


def test_a_mean_of_what_has_a_value() -> None:
    figure = Figure(Aggregation.MEAN, "ngày", [cell(count=3, values=("1", "2")), cell("over")])
    assert told(figure) == (Decimal("1.5"), "exact", 2, 2)
    thirds = Figure(Aggregation.MEAN, "ngày", [cell(count=3, values=("1", "1", "0"))])
    assert thirds.value == Decimal("0.6667")


def test_percentages_are_averaged_by_their_parts_and_never_bare() -> None:
    figure = Figure(
        Aggregation.MEAN,
        "%",
        [
            cell(count=2, values=("50", "10"), parts=((1, 2), (10, 100))),
            cell("over", values=("73",)),
        ],
    )
    # 11 of 102, not (50 + 10 + 73) / 3; the bare 73 % gives no qualifier.
    assert told(figure) == (Decimal("10.7843"), "exact", 2, 1)
    bare = Figure(Aggregation.MEAN, "%", [cell(count=2, values=("50", "10"))])
    assert told(bare) == (None, None, 0, 2)


def test_nothing_is_made_of_an_indicator_without_aggregation() -> None:
    figure = Figure(Aggregation.NONE, "%", [cell(count=2, values=("73", "80"))])
    assert told(figure) == (None, None, 0, 2)


def test_the_latest_figure_is_that_of_the_latest_report() -> None:
    figure = Figure(Aggregation.LATEST, "cấp", [cell(count=2, values=("3", "4")), cell("many")])
    figure.offer(LatestCell(Decimal(4), "over", (DAY, at(DAY), 2)))
    figure.offer(LatestCell(Decimal(3), "exact", (DAY, at(DAY), 1)))
    assert told(figure) == (4, "over", 2, 1)


def test_a_total_without_rows_has_no_mean() -> None:
    total = Total()
    assert (total.mean_progress, total.not_computable, total.latest_as_of) == (None, 0, None)
    assert total.stage_groups == {"early": 0, "doing": 0, "done": 0, "hold": 0, "stop": 0}


# --- What counts ------------------------------------------------------------------------------

pytestmark = pytest.mark.django_db


def test_a_deliverable_counts_once_its_phase_has_begun() -> None:
    phase = factories.phase(start_year=2021, end_year=2025, signed_on="2021-05-04")
    rows = [factories.deliverable(phase=phase)]
    eve = dt.date(2021, 5, 3)
    assert summed(rows, moment=Moment(eve, LATER)).total.deliverables == 0
    on_the_day = summed(rows, moment=Moment(DAY, LATER)).total
    assert (on_the_day.deliverables, on_the_day.no_report) == (1, 1)


def test_without_a_phase_it_counts_once_a_report_speaks_of_it_whatever_the_basis() -> None:
    row = factories.deliverable(phase=None, agreement=factories.agreement())
    factories.report(row, state=ReportState.PUBLISHED)
    eve = dt.date(2021, 5, 3)
    assert summed([row], moment=Moment(eve, LATER)).total.deliverables == 0
    assert summed([row], moment=Moment(DAY, eve)).total.deliverables == 0
    published = summed([row], moment=Moment(DAY, DAY)).total
    assert (published.deliverables, published.no_report) == (1, 0)
    confirmed = summed([row], moment=Moment(DAY, DAY, basis="confirmed")).total
    assert (confirmed.deliverables, confirmed.no_report) == (1, 1)


@pytest.fixture
def lineage() -> tuple[Deliverable, Deliverable, Deliverable]:
    """One undertaking through three phases, of 2015, 2019 and 2022."""
    agreement = factories.agreement()
    system = factories.system()
    rows: list[Deliverable] = []
    for start, end in ((2015, 2018), (2019, 2021), (2022, 2025)):
        rows.append(
            factories.deliverable(
                phase=factories.phase(agreement=agreement, start_year=start, end_year=end),
                system=system,
                continues=rows[-1] if rows else None,
            )
        )
    return rows[0], rows[1], rows[2]


@pytest.mark.parametrize(("year", "latest"), [(2015, 0), (2018, 0), (2019, 1), (2022, 2)])
def test_what_continues_counts_once_at_its_latest(
    lineage: tuple[Deliverable, ...], year: int, latest: int
) -> None:
    moment = Moment(dt.date(year, 1, 1), LATER)
    summary = summed(list(lineage), "phase", moment=moment)
    phase = lineage[latest].phase
    assert phase is not None
    # In groups as in the whole, also in the group of its own phase.
    assert by_group(summary) == {phase.slug: 1}
    assert (summary.total.deliverables, summary.total.deployments) == (1, 1)
    assert by_group(summed(list(lineage), "partner", moment=moment)) == {
        phase.agreement.partner.slug: 1
    }


def test_what_is_taken_up_by_something_that_does_not_count_yet_goes_on_counting() -> None:
    old = factories.deliverable(phase=factories.phase(start_year=2015, end_year=2020))
    new = factories.deliverable(phase=None, agreement=old.agreement, continues=old)
    assert summed([old, new]).total.deliverables == 1
    assert Deliverable.objects.not_continued(NOW).filter(pk=old.pk).exists()
    factories.report(new, state=ReportState.PUBLISHED, stage=Stage.PILOTING)
    total = summed([old, new]).total
    assert (total.deliverables, total.no_report, total.stages) == (1, 0, {"piloting": 1})
    assert [row.pk for row in Deliverable.objects.continued(NOW) if row.pk == old.pk] == [old.pk]


def test_kinds_stages_and_the_days_they_rest_on() -> None:
    phase = factories.phase()
    rows = [
        factories.deliverable(phase=phase),
        factories.deliverable(phase=phase, kind=DeliverableKind.TRAINING),
        factories.deliverable(phase=phase),
        factories.deliverable(phase=phase),
    ]
    for row, stage, day in zip(
        rows,
        (Stage.DEPLOYED, Stage.COMPLETED, Stage.SUSPENDED),
        (DAY, dt.date(2021, 12, 31), DAY),
        strict=False,
    ):
        factories.report(row, state=ReportState.PUBLISHED, stage=stage, as_of_end=day)
    total = summed(rows).total
    assert (total.deliverables, total.deployments, total.no_report) == (4, 3, 1)
    assert total.stages == {"deployed": 1, "completed": 1, "suspended": 1}
    assert total.stage_groups == {"early": 0, "doing": 0, "done": 2, "hold": 1, "stop": 0}
    assert total.standings == {"published": 3, "none": 1}
    assert total.latest_as_of == dt.date(2021, 12, 31)


def test_the_basis_chooses_the_reports() -> None:
    """Confirmed in 2021, and a source of 2022 that tells more: three bases, three answers."""
    row = factories.deliverable(phase=factories.phase())
    factories.report(row, state=ReportState.CONFIRMED, stage=Stage.PILOTING, as_of_end=DAY)
    source = dt.date(2022, 1, 31)
    factories.report(
        row, state=ReportState.PUBLISHED, stage=Stage.DEPLOYED, as_of_end=source, when=at(source)
    )

    def at_basis(basis: str, known_on: dt.date = LATER) -> tuple[Any, ...]:
        total = summed([row], moment=Moment(LATER, known_on, basis=basis)).total
        return (dict(total.stages), dict(total.standings), total.latest_as_of, total.no_report)

    assert at_basis("") == ({"deployed": 1}, {"published": 1}, source, 0)
    assert at_basis("official") == at_basis("")
    assert at_basis("confirmed") == ({"piloting": 1}, {"confirmed": 1}, DAY, 0)
    assert at_basis("published") == ({"deployed": 1}, {"published": 1}, source, 0)
    assert at_basis("published", DAY) == ({}, {"none": 1}, None, 1)


def test_a_source_confirmed_later_was_only_published_before() -> None:
    row = factories.deliverable(phase=factories.phase())
    report = factories.report(row, state=ReportState.PUBLISHED)
    type(report).objects.filter(pk=report.pk).update(
        state=ReportState.CONFIRMED, decided_at=at(dt.date(2022, 2, 1))
    )
    for known_on, standing in ((dt.date(2022, 1, 31), "published"), (LATER, "confirmed")):
        for basis in ("confirmed", "published"):
            moment = Moment(LATER, known_on, basis=basis)
            expected = standing if basis == standing else "none"
            assert summed([row], moment=moment).total.standings == {expected: 1}
            report.refresh_from_db()
            assert report.official_at(moment) is (basis == standing)


# --- Groups -----------------------------------------------------------------------------------


def test_provinces_are_those_of_the_map_of_the_day() -> None:
    old = Province.objects.get(code="24", valid_to=dt.date(2025, 6, 30))
    phase = factories.phase(
        agreement=factories.agreement(partner=factories.party(province=old)),
        start_year=2020,
        end_year=2026,
    )
    elsewhere = factories.phase(
        agreement=factories.agreement(partner=factories.party(kind="ministry")),
        start_year=2020,
        end_year=2026,
    )
    rows = [factories.deliverable(phase=phase), factories.deliverable(phase=elsewhere)]
    for day, name in ((dt.date(2025, 6, 30), "Bắc Giang"), (dt.date(2025, 7, 1), "Bắc Ninh")):
        first, last = summed(rows, "province", moment=Moment(day, day)).groups
        assert first.members[0].told == {"code": "24", "name": name}
        assert (last.members[0].told, last.members[0].value) == (None, "none")


def test_a_province_that_the_map_of_the_day_does_not_know_is_none() -> None:
    new = Province.objects.get(code="91", valid_from=dt.date(2025, 7, 1))
    partner = factories.party(province=new)
    rows = [
        factories.deliverable(phase=factories.phase(agreement=factories.agreement(partner=partner)))
    ]
    assert by_group(summed(rows, "province")) == {"none": 1}


def test_groups_of_merged_provinces_are_one_group() -> None:
    """Bắc Giang and Bắc Ninh are one group today, with one sum and the later of two latest figures."""
    rows, latest = [], factories.indicator(aggregation=Aggregation.LATEST)
    schools = factories.indicator()
    for code, day, value in (("24", DAY, 5), ("27", dt.date(2021, 6, 1), 7)):
        unit = Province.objects.get(code=code, valid_to=dt.date(2025, 6, 30))
        agreement = factories.agreement(partner=factories.party(province=unit))
        row = factories.deliverable(phase=factories.phase(agreement=agreement))
        figures = {schools: value, latest: value}
        factories.report(row, state=ReportState.PUBLISHED, figures=figures, as_of_end=day)
        rows.append(row)
    day = dt.date(2026, 1, 1)
    [group] = summed(rows, "province", moment=Moment(day, day)).groups
    assert (group.members[0].value, group.total.deliverables) == ("24", 2)
    assert told(group.total.figures[schools.pk]) == (12, "exact", 2, 0)
    assert told(group.total.figures[latest.pk]) == (7, "exact", 2, 0)
    assert group.total.latest_as_of == dt.date(2021, 6, 1)


def test_groups_by_theme_and_category_overlap_and_the_whole_counts_once() -> None:
    first, second = Theme.objects.order_by("position", "key")[:2]
    one, two = Category.objects.order_by("position", "key")[:2]
    area = factories.area()
    area.themes.set([first, second])
    system = factories.system()
    system.categories.set([one, two])
    schools = factories.indicator()
    rows = [
        factories.deliverable(phase=area.phase, area=area, system=system),
        factories.deliverable(phase=area.phase),
    ]
    factories.report(rows[0], state=ReportState.PUBLISHED, figures={schools: 32})
    themes = summed(rows, "theme")
    assert by_group(themes) == {first.key: 1, second.key: 1, "none": 1}
    assert themes.total.deliverables == 2
    # A figure comes once in each group, and once in the whole.
    assert [group.total.figures.get(schools.pk) is not None for group in themes.groups] == [
        True,
        True,
        False,
    ]
    assert told(themes.groups[1].total.figures[schools.pk]) == (32, "exact", 1, 0)
    assert told(themes.total.figures[schools.pk]) == (32, "exact", 1, 0)
    pairs = summed(rows, "theme", "category")
    assert by_group(pairs) == {
        (first.key, one.key): 1,
        (first.key, two.key): 1,
        (second.key, one.key): 1,
        (second.key, two.key): 1,
        ("none", "none"): 1,
    }
    assert by_group(summed(rows[:1], "theme", theme=second.key)) == {second.key: 1}


# --- Figures ----------------------------------------------------------------------------------


def figure_of(rows: list[Deliverable], indicator: Any, moment: Moment = NOW) -> Any:
    figure = summed(rows, moment=moment).total.figures.get(indicator.pk)
    return figure and told(figure)


def test_running_totals_are_not_added_up_over_time() -> None:
    row = factories.deliverable(phase=factories.phase())
    accounts = factories.indicator()
    other = factories.indicator()
    for day, value in ((DAY, 9000), (dt.date(2022, 1, 31), 12000)):
        factories.report(
            row, state=ReportState.PUBLISHED, figures={accounts: value}, as_of_end=day, when=at(day)
        )
    # A later report that does not measure it leaves the figure standing.
    last = dt.date(2022, 3, 31)
    factories.report(
        row, state=ReportState.PUBLISHED, figures={other: 1}, as_of_end=last, when=at(last)
    )
    assert figure_of([row], accounts) == (12000, "exact", 1, 0)
    assert figure_of([row], accounts, Moment(dt.date(2022, 1, 30), LATER)) == (9000, "exact", 1, 0)
    assert figure_of([row], accounts, Moment(LATER, dt.date(2022, 1, 30))) == (9000, "exact", 1, 0)
    assert figure_of([row], other, Moment(LATER, dt.date(2022, 1, 30))) is None


def test_a_figure_that_is_known_no_more_does_not_fall_back_on_an_older_one() -> None:
    row = factories.deliverable(phase=factories.phase())
    for aggregation in (Aggregation.SUM, Aggregation.LATEST):
        indicator = factories.indicator(aggregation=aggregation)
        for day, value in ((DAY, 5), (dt.date(2022, 1, 31), None)):
            factories.report(
                row,
                state=ReportState.PUBLISHED,
                figures={indicator: value},
                as_of_end=day,
                when=at(day),
            )
        assert figure_of([row], indicator) == (None, None, 0, 1)


def test_figures_of_several_deliverables_by_their_aggregation() -> None:
    phase = factories.phase()
    rows = [factories.deliverable(phase=phase) for _ in range(3)]
    total = factories.indicator(aggregation=Aggregation.SUM)
    mean = factories.indicator(aggregation=Aggregation.MEAN)
    share = factories.indicator(aggregation=Aggregation.MEAN, unit="%")
    latest = factories.indicator(aggregation=Aggregation.LATEST)
    nothing = factories.indicator(aggregation=Aggregation.NONE, unit="%")
    days = (DAY, dt.date(2021, 6, 30), dt.date(2021, 6, 1))
    for row, day, value in zip(rows, days, (10, 20, None), strict=True):
        report = factories.report(row, as_of_end=day)
        for indicator in (total, mean, latest, nothing):
            factories.measurement(report, indicator, value)
        parts = {} if value is None else {"numerator": value, "denominator": 40}
        factories.measurement(report, share, None if value is None else 99, **parts)
        type(report).objects.filter(pk=report.pk).update(
            state=ReportState.SUBMITTED, submitted_at=at(day)
        )
        type(report).objects.filter(pk=report.pk).update(
            state=ReportState.CONFIRMED, decided_at=at(day), official_from=at(day)
        )
    assert figure_of(rows, total) == (30, "exact", 2, 1)
    assert figure_of(rows, mean) == (15, "exact", 2, 1)
    assert figure_of(rows, share) == (Decimal("37.5"), "exact", 2, 1)
    assert figure_of(rows, latest) == (20, "exact", 2, 1)
    assert figure_of(rows, nothing) == (None, None, 0, 3)
    only = summed(rows, indicator=total.key)
    assert list(only.total.figures) == list(only.indicators) == [total.pk]


def test_the_qualifier_reaches_the_sum() -> None:
    phase = factories.phase()
    accounts = factories.indicator()
    rows = [factories.deliverable(phase=phase) for _ in range(2)]
    for row, value, qualifier in zip(
        rows, (12000, 500), (Qualifier.OVER, Qualifier.EXACT), strict=True
    ):
        report = factories.report(row, side=ReportSide.SOURCE)
        factories.measurement(report, accounts, value, qualifier=qualifier)
        type(report).objects.filter(pk=report.pk).update(
            state=ReportState.PUBLISHED, official_from=at(DAY)
        )
    assert figure_of(rows, accounts) == (12500, "over", 2, 0)


# --- Progress ---------------------------------------------------------------------------------

Aim = tuple[int | None, int, int | None]


@pytest.fixture
def aiming() -> Callable[..., Deliverable]:
    """`aiming((baseline, target, figure), …)`: a deliverable with a target and a figure for each."""

    def make(*aims: Aim) -> Deliverable:
        row = factories.deliverable(phase=factories.phase())
        figures = {}
        for baseline, target, value in aims:
            indicator = factories.indicator()
            Target.objects.create(
                deliverable=row, indicator=indicator, baseline=baseline, value=target, set_on=DAY
            )
            if value is not None:
                figures[indicator] = value
        factories.report(row, state=ReportState.PUBLISHED, figures=figures)
        return row

    return make


@pytest.mark.parametrize(
    ("aims", "progress"),
    [
        ([(0, 100, 25)], 0.25),
        ([(1, 4, 2)], 0.3333),
        ([(100, 20, 60)], 0.5),
        ([(0, 100, 150)], 1.0),
        ([(50, 100, 20)], 0.0),
        ([(0, 100, 0)], 0.0),
        ([(0, 100, 25), (0, 10, 20)], 0.625),
        ([], None),
        ([(None, 100, 25)], None),
        ([(0, 100, None)], None),
        ([(0, 100, 25), (0, 10, None)], None),
    ],
)
def test_progress_of_one_deliverable(
    aiming: Callable[..., Deliverable], aims: list[Aim], progress: float | None
) -> None:
    total = summed([aiming(*aims)]).total
    assert total.mean_progress == progress
    assert (total.measured, total.not_computable) == ((0, 1) if progress is None else (1, 0))


def test_progress_of_a_group_is_the_mean_of_those_that_can_be_computed(
    aiming: Callable[..., Deliverable],
) -> None:
    rows = [aiming((0, 100, 25), (0, 100, 75)), aiming((0, 4, 1)), aiming(), aiming((0, 4, None))]
    total = summed(rows).total
    assert (total.mean_progress, total.measured, total.not_computable) == (0.375, 2, 2)


def test_a_target_counts_from_the_day_it_is_set_until_a_later_one_replaces_it(
    aiming: Callable[..., Deliverable],
) -> None:
    row = aiming((0, 100, 50))
    target = Target.objects.get(deliverable=row)
    Target.objects.create(
        deliverable=row, indicator=target.indicator, baseline=0, value=200, set_on=LATER
    )
    eve = LATER - dt.timedelta(days=1)
    assert summed([row], moment=Moment(eve, LATER)).total.mean_progress == 0.5
    assert summed([row]).total.mean_progress == 0.25
    before = DAY - dt.timedelta(days=1)
    assert summed([row], moment=Moment(before, LATER)).total.mean_progress is None


# --- Queries ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("keys", "queries"),
    [((), 2), (("province",), 3), (("partner", "phase"), 4), (("theme", "category"), 5)],
)
def test_a_summary_asks_as_much_of_one_row_as_of_five(
    query_count: Callable[[], CaptureQueriesContext], keys: tuple[str, ...], queries: int
) -> None:
    schools = factories.indicator()
    rows: list[Deliverable] = []
    for rows_wanted in (1, 5):
        while len(rows) < rows_wanted:
            area, system = factories.area(), factories.system()
            area.themes.set(Theme.objects.all()[:2])
            system.categories.set(Category.objects.all()[:2])
            rows.append(factories.deliverable(area=area, phase=area.phase, system=system))
            factories.report(rows[-1], state=ReportState.PUBLISHED, figures={schools: 3})
        with query_count() as asked:
            summary = summed(rows, *keys)
        assert summary.total.deliverables == rows_wanted
        assert len(asked) == queries


def test_a_latest_figure_costs_no_query_more(
    query_count: Callable[[], CaptureQueriesContext],
) -> None:
    row = factories.deliverable(phase=factories.phase())
    latest = factories.indicator(aggregation=Aggregation.LATEST)
    factories.report(row, state=ReportState.PUBLISHED, figures={latest: 3})
    with query_count() as asked:
        summed([row], "phase")
    assert len(asked) == 3


def test_nothing_to_count_is_an_empty_answer() -> None:
    summary = summed([], "province", "phase")
    assert (summary.groups, summary.total.deliverables, summary.indicators) == ([], 0, {})
    none = summary_of(Deliverable.objects.official(NOW).none(), [KEYS["theme"]], NOW)
    assert (none.groups, none.total.deliverables) == ([], 0)
