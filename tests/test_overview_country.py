"""The overview of a whole country: what it counts, what it draws of it, and how little it fetches."""

import datetime as dt
import random
import re
from collections import Counter
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.test import Client

from agreements.choices import Qualifier
from agreements.models import Agreement, System
from coopportal.clock import Moment, today
from deliverables.choices import DeliverableKind, ReportState, Stage
from deliverables.models import Deliverable, Measurement, ProgressReport
from deliverables.summaries.current import count_standing
from deliverables.summaries.deployed import cells, deployed, stages_by_agreement, tallied
from tests import factories as make
from tests.fetched import fetched_rows

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def on_the_day():
    with time_machine.travel("2026-11-21T10:00:00+07:00", tick=False):
        yield


def opened(client: Client, address: str = "/"):
    response = client.get(address)
    assert response.status_code == 200, address
    return response


def words(response) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def told_of(row: Deliverable, *, reports: int = 1, stage: str = Stage.DEPLOYED) -> None:
    """Confirmed reports of a deployment, one a month, each with a figure and in the log."""
    indicator = make.indicator()
    for month in range(1, reports + 1):
        day = dt.date(2022, month, 28)
        make.report(
            row,
            state=ReportState.CONFIRMED,
            stage=stage,
            figures={indicator: 10 + month},
            as_of_end=day,
            when=make.at(day),
            logged=True,
        )


def deployments(count: int, agreement: Agreement, system: System, **values: Any) -> list[Any]:
    phase = agreement.phases.first() or make.phase(agreement=agreement)
    return [
        make.deliverable(agreement=agreement, phase=phase, system=system, **values)
        for _number in range(count)
    ]


def cell_of(page: Any, system: System, agreement: Agreement) -> Any:
    return next(
        cell
        for family in page.matrix.families
        for row in family.rows
        if row.system == system
        for cell in row.cells
        if cell.column.agreement == agreement
    )


# ---- what is counted is what is there ------------------------------------------------------------

_STATES = [ReportState.PUBLISHED, ReportState.CONFIRMED] * 6 + [
    ReportState.SET_ASIDE,
    ReportState.DRAFT,
]


def eventful(dice: random.Random) -> list[Deliverable]:
    """Deployments of two systems at two partners, with reports that overtake and contradict one another."""
    agreements = [make.agreement() for _number in range(2)]
    systems = [make.system() for _number in range(2)]
    indicators = [make.indicator() for _number in range(2)]
    rows = []
    for agreement in agreements:
        phases = [
            make.phase(agreement=agreement, start_year=first, end_year=first + 4)
            for first in (2016, 2021)
        ]
        for system in systems:
            rows += [
                make.deliverable(agreement=agreement, phase=dice.choice(phases), system=system)
                for _number in range(dice.choice([1, 2, 6]))
            ]
    for row in rows:
        for _number in range(dice.randrange(4)):
            # Few days and few values, so that two of one day are likely, and so is that they differ.
            day = dice.choice([dt.date(2022, 3, 31), dt.date(2022, 6, 30), dt.date(2023, 6, 30)])
            known = day + dt.timedelta(days=dice.choice([10, 200]))
            measured = dice.sample(indicators, dice.randrange(3))
            make.report(
                row,
                state=dice.choice(_STATES),
                stage=dice.choice([Stage.PILOTING, Stage.DEPLOYED]),
                as_of_end=day,
                when=make.at(known),
                figures={each: dice.choice([None, 1, 2]) for each in measured},
                qualifiers={each: Qualifier.OVER for each in measured if dice.random() < 0.4},
            )
    make.discrepancy().deliverables.add(dice.choice(rows))
    return rows


def official(row: Deliverable, moment: Moment) -> list[ProgressReport]:
    """Its official reports, the latest first, by the definition (design.md §3)."""
    reports = [one for one in row.reports.all() if one.official_at(moment)]
    return sorted(reports, key=lambda one: (one.as_of_end, one.official_from, one.pk), reverse=True)


def plain_figures(row: Deliverable, moment: Moment) -> list[Measurement]:
    found: dict[int, Measurement] = {}
    for report in official(row, moment):
        for figure in report.measurements.all():
            found.setdefault(figure.indicator_id, figure)
    return list(found.values())


def plainly_contested(row: Deliverable, moment: Moment) -> bool:
    said: dict[Any, set[Any]] = {}
    for report in official(row, moment):
        for figure in report.measurements.all():
            key = (figure.indicator_id, report.as_of_end)
            said.setdefault(key, set()).add((figure.value, figure.qualifier))
    set_aside = [
        report
        for report in row.reports.all()
        if report.state == ReportState.SET_ASIDE
        and report.as_of_end <= moment.as_of
        and report.official_from < moment.known_until
    ]
    differing = any(len(told) > 1 for told in said.values())
    return differing or bool(set_aside) or row.discrepancies.exists()


_DAYS = [dt.date(2020, 5, 1), dt.date(2022, 3, 31), dt.date(2022, 7, 31), dt.date(2024, 1, 1)]


@pytest.mark.parametrize("seed", range(4))
def test_a_cell_tells_what_the_reports_say_at_any_moment(seed: int) -> None:
    rows = eventful(random.Random(seed))
    homes = {row.agreement_id: row.agreement_id for row in rows}
    systems = {row.system_id for row in rows}
    for as_of in _DAYS:
        for known_on in (today(), dt.date(2022, 8, 1), dt.date(2023, 1, 1)):
            moment = Moment(as_of, known_on)
            found = cells(moment, systems, homes)
            expected: dict[tuple[int, int], list[Deliverable]] = {}
            for row in rows:
                if row.phase.begins_on <= as_of:
                    expected.setdefault((row.system_id, row.agreement_id), []).append(row)
            assert set(found) == set(expected)
            for key, own in expected.items():
                _assert_told(found[key], own, moment)


def _assert_told(cell: Any, own: list[Deliverable], moment: Moment) -> None:
    own.sort(key=lambda row: (row.phase.begins_on, row.pk))
    stages = [(official(row, moment) or [None])[0] for row in own]
    told = [report.stage if report else None for report in stages]
    assert cell.total == len(own)
    assert cell.stages == Counter(told)
    assert cell.contested == any(plainly_contested(row, moment) for row in own)
    if len(own) < 5:
        assert [(line.pk, line.stage, line.years) for line in cell.lines] == [
            (row.pk, stage, row.phase.years) for row, stage in zip(own, told, strict=True)
        ]
        said = [
            figure
            for figure in plain_figures(own[-1], moment)
            if figure.qualifier != Qualifier.UNSPECIFIED
        ]
        assert {figure.pk for figure in cell.figures} == {figure.pk for figure in said}
        numbers = [figure for figure in said if figure.value is not None]
        assert bool(cell.figure) == bool(said)
        if cell.figure and numbers:
            assert cell.figure.value is not None
    else:
        assert (cell.lines, cell.figures) == ([], [])


@pytest.mark.parametrize("known_on", [dt.date(2026, 11, 21), dt.date(2026, 11, 20)])
@pytest.mark.parametrize(
    ("one", "other", "contested"),
    [
        ((2, Qualifier.EXACT), (2, Qualifier.EXACT), False),
        ((2, Qualifier.EXACT), (3, Qualifier.EXACT), True),
        ((2, Qualifier.EXACT), (2, Qualifier.OVER), True),
        ((2, Qualifier.OVER), (None, Qualifier.OVER), True),
        ((None, Qualifier.UNSPECIFIED), (None, Qualifier.UNSPECIFIED), False),
    ],
)
def test_two_figures_of_one_day_that_differ_are_marked(
    one: tuple[Any, str], other: tuple[Any, str], contested: bool, known_on: dt.date
) -> None:
    row, schools, pupils = make.deliverable(), make.indicator(), make.indicator()
    for value, qualifier in (one, other):
        make.report(
            row,
            state=ReportState.PUBLISHED,
            as_of_end=dt.date(2022, 6, 30),
            figures={schools: value, pupils: 7},
            qualifiers={schools: qualifier},
        )
    homes = {row.agreement_id: row.agreement_id}

    [cell] = cells(Moment(dt.date(2022, 6, 30), known_on), [row.system_id], homes).values()
    [earlier] = cells(Moment(dt.date(2022, 6, 29), known_on), [row.system_id], homes).values()

    assert (cell.contested, earlier.contested) == (contested, False)


@pytest.mark.parametrize("known_on", [dt.date(2026, 11, 21), dt.date(2022, 8, 1)])
def test_totals_are_those_of_the_rows(known_on: dt.date) -> None:
    rows = eventful(random.Random(7))
    moment = Moment(dt.date(2022, 7, 31), known_on)
    every = list(Deliverable.objects.official(moment))
    deployed_rows = [row for row in every if row.kind == DeliverableKind.DEPLOYMENT]
    here = {row.agreement_id for row in rows}

    counted = tallied(moment, here)

    assert counted.stages == Counter(row.stage for row in deployed_rows)
    assert counted.agreements == Counter(row.agreement_id for row in deployed_rows)
    assert counted.systems == {row.system_id for row in deployed_rows}
    assert counted.inside == {row.system_id for row in rows if row.phase.begins_on <= moment.as_of}
    assert counted.latest == max(row.as_of_end for row in deployed_rows if row.as_of_end)
    systems = {row.system_id for row in rows}
    for pk, own in deployed(systems, moment).items():
        told = [row for row in deployed_rows if row.system_id == pk]
        assert own.stages == Counter(row.stage for row in told)
        assert own.agreements == {row.agreement_id for row in told}
    for pk, stages in stages_by_agreement(list(here), moment).items():
        assert stages == Counter(row.stage for row in every if row.agreement_id == pk)
    figures = [one for row in every for one in plain_figures(row, moment) if one.value is not None]
    confirmed = [
        one
        for one in figures
        if one.report.state == ReportState.CONFIRMED and one.report.decided_at < moment.known_until
    ]
    assert count_standing(moment) == (len(figures), len(confirmed))


# ---- what is fetched -----------------------------------------------------------------------------


def cost(client: Client, address: str = "/") -> tuple[int, int]:
    """How many statements a page puts, and how many rows it takes for them."""
    with fetched_rows() as taken:
        opened(client, address)
    return len(taken.statements), taken.rows


@pytest.mark.parametrize("address", ["/", "/?biet-den=20/11/2026", "/he-thong/", "/thoa-thuan/"])
def test_rows_fetched_do_not_grow_with_the_deployments_of_a_cell(
    client: Client, address: str
) -> None:
    agreement, system = make.agreement(), make.system()
    for row in deployments(6, agreement, system):
        told_of(row)
    few = cost(client, address)

    for row in deployments(12, agreement, system):
        told_of(row)

    assert cost(client, address) == few


@pytest.mark.parametrize("address", ["/", "/?biet-den=20/11/2026", "/he-thong/", "/so-lieu/"])
def test_rows_fetched_do_not_grow_with_the_log(client: Client, address: str) -> None:
    rows = deployments(4, make.agreement(), make.system())
    for row in rows:
        told_of(row, reports=3)
    few = cost(client, address)

    for row in rows:
        indicator = Measurement.objects.filter(report__deliverable=row).first().indicator
        for month in range(4, 11):
            day = dt.date(2022, month, 28)
            make.report(
                row,
                state=ReportState.CONFIRMED,
                figures={indicator: month},
                as_of_end=day,
                when=make.at(day),
                logged=True,
            )

    assert cost(client, address) == few


def test_a_partner_more_costs_what_is_told_of_it(client: Client) -> None:
    """Its phase and how many deployments it has; no column and no row of the time line is drawn."""
    make.agreement()
    for _number in range(20):
        make.deliverable(agreement=make.agreement(), system=System.objects.get(slug="vnedu"))
    statements, rows = cost(client)

    for _number in range(10):
        make.deliverable(agreement=make.agreement(), system=System.objects.get(slug="vnedu"))

    assert cost(client) == (statements, rows + 2 * 10)


# ---- what is drawn -------------------------------------------------------------------------------


def test_a_crowded_cell_counts_and_leads_to_its_rows(client: Client) -> None:
    agreement, system = make.agreement(), make.system()
    for row, stage in zip(
        deployments(5, agreement, system),
        [Stage.PILOTING, Stage.DEPLOYED, Stage.DEPLOYED, Stage.DEPLOYED, None],
        strict=True,
    ):
        if stage:
            told_of(row, stage=stage)
    response = opened(client, "/?tinh-den=31/12/2025")
    cell = cell_of(response.context["page"], system, agreement)

    assert cell.stages == [(Stage.PILOTING, 1), (Stage.DEPLOYED, 3), (None, 1)]
    assert cell.commonest == (Stage.DEPLOYED, 3)
    html = response.content.decode()
    drawn = re.search(
        rf'<a class="cell" href="([^"]*system={system.slug}[^"]*)" title="([^"]*)"', html
    )
    assert drawn is not None
    assert drawn[2] == "Thí điểm 1; Đã triển khai 3; Chưa có thông tin 1"
    assert '<span class="told">3/5</span>' in html
    assert "Ô ghi dạng 17/25" in words(response)
    listing = opened(client, drawn[1].replace("&amp;", "&")).context["list"]
    assert listing.total == 5
    assert "tinh-den=31/12/2025" in drawn[1]


def test_four_deployments_are_drawn_one_by_one(client: Client) -> None:
    agreement, system = make.agreement(), make.system()
    rows = deployments(4, agreement, system)
    for row in rows:
        told_of(row)
    response = opened(client)
    cell = cell_of(response.context["page"], system, agreement)

    assert [line.pk for line in cell.deployments] == [row.pk for row in rows]
    assert cell.figure.value == Decimal(11)
    assert "Ô ghi dạng 17/25" not in words(response)


def test_a_crowded_cell_with_rows_of_a_subsidiary_agreement_leads_to_the_system(
    client: Client,
) -> None:
    above = make.phase()
    below = make.phase(parent=above, start_year=2022)
    system = make.system()
    deployments(4, above.agreement, system)
    deployments(1, below.agreement, system)
    response = opened(client)
    cell = cell_of(response.context["page"], system, above.agreement)

    assert (cell.found.total, cell.crowded) == (5, True)
    link = re.search(
        rf'href="(/hang-muc/[^"]*system={system.slug}[^"]*)"', response.content.decode()
    )
    assert link is not None
    assert "agreement=" not in link[1]
    assert opened(client, link[1].replace("&amp;", "&")).context["list"].total == 5


def test_a_set_aside_report_marks_a_crowded_cell(client: Client) -> None:
    agreement, system = make.agreement(), make.system()
    rows = deployments(6, agreement, system)
    make.report(rows[2], state=ReportState.SET_ASIDE)
    response = opened(client)

    assert cell_of(response.context["page"], system, agreement).contested
    assert '<span class="told">6/6*<span class="vh">' in response.content.decode()


def test_partners_are_drawn_twelve_at_a_time(client: Client) -> None:
    for _number in range(20):
        make.phase()
    first, second = opened(client), opened(client, "/?trang=2")
    last = opened(client, "/?trang=3&ban-do=hien-nay")

    drawn = []
    for response in (first, second):
        page = response.context["page"]
        columns = [column.agreement.pk for column in page.matrix.columns]
        assert len(columns) == 12
        assert [row.agreement.pk for row in page.timeline.rows] == columns
        assert page.timeline.years == first.context["page"].timeline.years
        drawn += columns
    assert len(set(drawn)) == 24
    assert len(first.context["page"].agreements) == 30
    assert "Đối tác 1–12 trong 30" in words(first)
    assert "Đối tác 13–24 trong 30" in words(second)
    assert len(last.context["page"].matrix.columns) == 6
    assert 'href="/?ban-do=hien-nay&amp;trang=2#he-thong" rel="prev"' in last.content.decode()
    assert 'href="/#giai-doan"' in second.content.decode(), "another map starts at its first page"


def test_systems_of_the_matrix_are_drawn_sixty_at_a_time(client: Client) -> None:
    agreement = make.agreement()
    phase = make.phase(agreement=agreement)
    here = opened(client).context["page"].drawn_systems.paginator.count
    for _number in range(70 - here):
        make.deliverable(agreement=agreement, phase=phase)
    first, second = opened(client), opened(client, "/?trang-he-thong=2")

    drawn = [
        [
            row.system.pk
            for family in response.context["page"].matrix.families
            for row in family.rows
        ]
        for response in (first, second)
    ]
    assert [len(rows) for rows in drawn] == [60, 10]
    assert len({*drawn[0], *drawn[1]}) == 70
    assert "70 hệ thống, dịch vụ" in words(second)
    assert "Hệ thống 61–70 trong 70" in words(second)


@pytest.mark.parametrize("parameter", ["trang", "trang-he-thong"])
@pytest.mark.parametrize("value", ["0", "2", "x"])
def test_a_page_that_is_not_there_is_refused_by_name(
    client: Client, parameter: str, value: str
) -> None:
    response = client.get(f"/?{parameter}={value}")

    assert response.status_code == 400
    assert f"Tham số {parameter}" in words(response)
    assert "Danh sách có 1 trang" in words(response)


def test_another_day_starts_again_at_the_first_page(client: Client) -> None:
    for _number in range(20):
        make.phase()
    html = opened(client, "/?trang=2&trang-he-thong=1").content.decode()
    bar = html[html.index('class="asof"') : html.index("<main")]

    assert "trang" not in "".join(re.findall(r'(?:href|name)="([^"]*)"', bar))


def test_long_lists_of_names_end_in_how_many_more(client: Client) -> None:
    for _number in range(20):
        make.phase()
    for _number in range(12):
        make.deliverable(phase=None, agreement=make.agreement(), title="Dòng lẻ")
    for row in Deliverable.objects.filter(title="Dòng lẻ"):
        told_of(row)
    response = opened(client)
    page, told = response.context["page"], words(response)

    assert len(page.without_systems) == 24
    assert "và 12 đối tác khác" in told
    assert len(page.unsigned) == 23
    assert "và 11 thỏa thuận khác" in told
    assert page.outside_total == 13
    assert len(page.outside) == 10
    assert "Xem mọi dòng không thuộc thỏa thuận nào" in told


def test_a_system_that_many_have_names_twelve_partners(client: Client) -> None:
    system = make.system()
    for _number in range(14):
        make.deliverable(system=system)
    row = next(
        row
        for row in opened(client, f"/he-thong/?q={system.short_name}").context["list"].shown
        if row.system == system
    )
    response = opened(client, f"/he-thong/?q={system.short_name}")

    assert len(row.partners) == 14
    assert [part.count for part in row.tally] == [14]
    assert "và 2 đối tác khác" in words(response)
    assert f'<a href="/he-thong/{system.slug}/">và 2 đối tác khác</a>' in response.content.decode()
