"""What the database keeps as standing is, at any moment, exactly what the plain definition says."""

import datetime as dt
import random
import threading
from decimal import Decimal
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from coopportal.clock import Moment, today
from deliverables import actions, keepers
from deliverables.choices import ReportSide, ReportState, Stage
from deliverables.models import (
    CurrentReport,
    Deliverable,
    Measurement,
    ProgressReport,
)
from tests import factories as make

DAYS = [dt.date(2021, 3, 1) + dt.timedelta(days=9 * step) for step in range(12)]


def plainly(deliverable: Deliverable, moment: Moment) -> ProgressReport | None:
    """design.md §3 read aloud over the rows: official at the moment, then the latest of them."""
    official = [
        row
        for row in ProgressReport.objects.filter(deliverable=deliverable)
        if row.official_from is not None
        and row.as_of_end <= moment.as_of
        and row.official_from < moment.known_until
        and (row.official_to is None or row.official_to >= moment.known_until)
    ]
    return max(official, key=lambda row: (row.as_of_end, row.official_from, row.pk), default=None)


def plain_figures(deliverable: Deliverable, moment: Moment) -> set[int]:
    """Per indicator the measurement of the latest official report that measures it."""
    latest: dict[int, Any] = {}
    for row in Measurement.objects.filter(report__deliverable=deliverable).select_related("report"):
        report = row.report
        if not report.official_at(moment):
            continue
        order = (report.as_of_end, report.official_from, report.pk)
        if row.indicator_id not in latest or latest[row.indicator_id][0] < order:
            latest[row.indicator_id] = (order, row.pk)
    return {pk for _order, pk in latest.values()}


def assert_told_plainly(deliverables: list[Deliverable], moment: Moment) -> None:
    rows = {
        row.pk: row
        for row in Deliverable.objects.official(moment).filter(
            pk__in=[each.pk for each in deliverables]
        )
    }
    figures: dict[int, set[int]] = {}
    for pk, deliverable in Measurement.objects.current(moment).values_list(
        "pk", "report__deliverable"
    ):
        figures.setdefault(deliverable, set()).add(pk)
    for each in deliverables:
        expected = plainly(each, moment)
        begins = each.phase.begins_on if each.phase else None
        counts = begins <= moment.as_of if begins else expected is not None
        assert (each.pk in rows) is counts, (each, moment)
        assert figures.get(each.pk, set()) == plain_figures(each, moment), (each, moment)
        if not counts:
            continue
        row = rows[each.pk]
        told = (row.report_id, row.stage, row.coverage, row.report_state, row.as_of, row.as_of_end)
        if expected is None:
            assert told == (None,) * 6
        else:
            assert told == (
                expected.pk,
                expected.stage,
                expected.coverage,
                expected.state,
                expected.as_of,
                expected.as_of_end,
            )


LEFT_DRAFT = [state for state in ReportState if state != ReportState.DRAFT]


def random_reports(chance: random.Random, deliverables: list[Deliverable]) -> None:
    """Reports of any state, many on the same days and instants, entered in no order of time."""
    indicators = [make.indicator(), make.indicator()]
    for _number in range(30):
        state = chance.choice(
            [ReportState.CONFIRMED] * 4 + [ReportState.PUBLISHED] * 3 + LEFT_DRAFT
        )
        when = make.at(chance.choice(DAYS), hour=chance.choice((0, 9, 23)))
        reigned = state in {ReportState.CONFIRMED, ReportState.PUBLISHED}
        make.report(
            chance.choice(deliverables),
            state=state,
            stage=chance.choice(Stage.values),
            coverage=chance.choice(("", "toàn tỉnh")),
            as_of_end=chance.choice(DAYS),
            when=when,
            until=(
                when + dt.timedelta(days=chance.choice((0, 9, 40)))
                if reigned and chance.random() < 0.3
                else None
            ),
            figures={
                each: chance.choice((None, Decimal(chance.randrange(99))))
                for each in indicators
                if chance.random() < 0.6
            },
        )
    for each in deliverables:
        make.report(each, as_of_end=chance.choice(DAYS), figures={indicators[0]: 1})


@pytest.mark.django_db
@pytest.mark.parametrize("seed", range(3))
def test_any_moment_tells_what_the_definition_tells(seed: int) -> None:
    chance = random.Random(seed)
    unknown_start = make.phase(start_year=None, end_year=2025)
    deliverables = [
        make.deliverable(),
        make.deliverable(),
        make.deliverable(phase=unknown_start),
        make.deliverable(phase=None),
        make.deliverable(phase=make.phase(start_year=2030, end_year=2035)),
    ]
    random_reports(chance, deliverables)
    for as_of in [*chance.sample(DAYS, 4), today()]:
        for known_on in (today(), chance.choice(DAYS), DAYS[-1] + dt.timedelta(days=30)):
            assert_told_plainly(deliverables, Moment(as_of, known_on))
    assert not any(map(any, keepers.differences(connection).values()))


@pytest.mark.django_db
def test_every_verb_leaves_what_stands_up_to_date() -> None:
    """Publish, confirm, revise, dispute, set aside: after each, today's answer is the definition's."""
    play = make.Cooperation()
    each = make.indicator()
    moment = Moment.now()

    def agreed() -> None:
        assert_told_plainly([play.deliverable], moment)
        assert not any(map(any, keepers.differences(connection).values()))

    first = play.report(ReportState.SUBMITTED, stage=Stage.PILOTING, figures={each: 3})
    agreed()
    actions.confirm(first, by=play.manager)
    agreed()
    back_dated = play.report(
        ReportState.SUBMITTED, as_of_end=make.DAY - dt.timedelta(days=90), figures={each: 1}
    )
    actions.confirm(back_dated, by=play.manager)
    agreed()
    revision = actions.revise(first, by=play.officer)
    actions.submit(revision, by=play.officer)
    actions.confirm(revision, by=play.manager)
    agreed()
    assert not CurrentReport.objects.filter(report=first).exists()
    source = play.report(
        ReportState.PUBLISHED,
        side=ReportSide.SOURCE,
        as_of_end=make.DAY + dt.timedelta(days=5),
        figures={each: 8},
    )
    agreed()
    actions.set_aside(source, by=play.administrator, reason="Có nguồn tốt hơn.")
    agreed()
    other = play.report(
        ReportState.PUBLISHED, side=ReportSide.SOURCE, as_of_end=make.DAY + dt.timedelta(days=6)
    )
    actions.dispute(other, by=play.officer, reason="Con số khác.", counter_stage=Stage.PILOTING)
    agreed()


@pytest.mark.django_db
def test_a_figure_entered_after_its_published_report_stands_too() -> None:
    """Fixtures load the report first, its figures after."""
    report = make.report(state=ReportState.PUBLISHED)
    added = make.measurement(report, make.indicator(), 5)
    assert list(Measurement.objects.current(Moment.now()).filter(report=report)) == [added]


@pytest.mark.django_db
def test_the_shipped_data_stands_as_loaded() -> None:
    call_command("rebuild_standing", "--check")
    for moment in (Moment.now(), Moment(dt.date(2020, 12, 31), today())):
        assert_told_plainly(list(Deliverable.objects.select_related("phase")), moment)


@pytest.mark.django_db
def test_rebuild_mends_what_was_tampered_with_and_check_names_it() -> None:
    report = make.report(state=ReportState.CONFIRMED)
    CurrentReport.objects.filter(report=report).update(ends=dt.date(2021, 6, 1))
    with pytest.raises(
        CommandError, match=r"deliverables_currentreport: thiếu 1 dòng, thừa 1 dòng"
    ):
        call_command("rebuild_standing", "--check")
    call_command("rebuild_standing")
    call_command("rebuild_standing", "--check")
    assert CurrentReport.objects.get(report=report).ends == dt.date(9999, 12, 31)


@pytest.mark.django_db
def test_every_keeper_is_there_after_migrate() -> None:
    assert keepers.installed(connection) == keepers.expected(connection.vendor)
    with transaction.atomic():
        keepers.uninstall(connection)
        assert keepers.installed(connection) == set()
        keepers.install(connection)
    assert keepers.installed(connection) == keepers.expected(connection.vendor)


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(
    connection.vendor != "postgresql", reason="SQLite has one writer at a time anyway"
)
def test_two_who_confirm_at_once_leave_one_truth() -> None:
    """Each transaction sees its own report only until it commits; the keeper makes the second wait."""
    play = make.Cooperation()
    reports = [
        play.report(ReportState.SUBMITTED, as_of_end=make.DAY + dt.timedelta(days=step))
        for step in range(6)
    ]
    barrier = threading.Barrier(len(reports))

    def confirm(report: ProgressReport) -> None:
        try:
            barrier.wait()
            actions.confirm(report, by=play.manager)
        finally:
            connection.close()

    threads = [threading.Thread(target=confirm, args=(report,)) for report in reports]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert CurrentReport.objects.filter(deliverable=play.deliverable).count() == len(reports)
    assert not any(map(any, keepers.differences(connection).values()))


@pytest.mark.django_db
@pytest.mark.parametrize("knows_all", [True, False])
def test_what_stands_is_one_query_and_reads_no_report_that_does_not(
    knows_all: bool, query_count: Any
) -> None:
    known = today() if knows_all else today() - dt.timedelta(days=1)
    make.report(state=ReportState.CONFIRMED, side=ReportSide.PARTNER)
    with query_count() as queries:
        list(Deliverable.objects.official(Moment(today(), known)))
    assert len(queries) == 1
    assert ("deliverables_currentreport" in queries[0]["sql"]) is knows_all
