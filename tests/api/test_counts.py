"""How many rows a list has: counted once until something changes, and never older than the last change."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from coopportal.clock import Moment
from coopportal.rest import kept
from deliverables import actions
from deliverables.choices import FigureStanding, ReportState
from deliverables.filters import ChangeFilterSet, FigureFilterSet, KeptFigureFilterSet, figures_at
from deliverables.models import Indicator, OfficialChange, ProgressReport
from tests import factories

REPORTS = "/api/v1/reports/"
MUCH_EARLIER = dt.date(2019, 6, 30)


def count(client: Client, address: str) -> int:
    response = client.get(address)
    assert response.status_code == 200, response.content.decode()
    told = response.json()["count"] if "/api/" in address else response.context["list"].total
    return int(told)


# ---- kept --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("first", "then"),
    [
        (REPORTS, f"{REPORTS}?page=2&page_size=30&ordering=official_from"),
        ("/api/v1/deliverables/", "/api/v1/deliverables/?ordering=-as_of&page_size=10&page=3"),
        ("/api/v1/deployments/?stage=deployed", "/api/v1/deployments/?stage=deployed&page_size=5"),
        ("/api/v1/systems/", "/api/v1/systems/?page_size=7"),
        ("/hang-muc/", "/hang-muc/?trang=2&sap-xep=-as_of"),
        ("/so-lieu/", "/so-lieu/?so-dong=10"),
    ],
)
def test_another_page_of_a_list_counts_nothing(
    client: Client, query_count: Any, first: str, then: str
) -> None:
    counted = count(client, first)
    with query_count() as queries:
        assert count(client, then) == counted
    assert not [query["sql"] for query in queries if "COUNT(*)" in query["sql"].split(" FROM ")[0]]
    kept.counts.clear()
    assert count(client, then) == counted


def test_other_rows_are_counted_apart(client: Client, db: None) -> None:
    every = count(client, "/api/v1/deliverables/")
    narrowed = count(client, "/api/v1/deliverables/?province=40")
    past = count(client, "/api/v1/deliverables/?as_of=2014-12-31")
    assert every > narrowed > 0
    assert every > past > 0
    assert count(client, "/hang-muc/?kind=training") < count(client, "/hang-muc/") == every
    assert count(client, "/hang-muc/?tinh-den=31/12/2014") == past


def test_a_page_beyond_the_last_says_how_many_there_are(client: Client, db: None) -> None:
    refusals = [client.get(f"{REPORTS}?page=999").json()["detail"] for _again in range(2)]
    count(client, REPORTS)
    assert refusals == [client.get(f"{REPORTS}?page=999").json()["detail"]] * 2


def test_each_caller_has_counts_of_his_own(client: Client, db: None) -> None:
    """A draft is a report of the side that writes it, and nobody else's."""
    cooperation = factories.Cooperation()
    cooperation.report()
    public = count(client, REPORTS)
    client.force_login(cooperation.officer)
    assert count(client, REPORTS) == public + 1
    client.force_login(cooperation.manager)
    assert count(client, REPORTS) == public


def test_no_count_is_older_than_the_last_change(db: None) -> None:
    """After each verb, and each row added or taken away, everybody is told what is counted anew."""
    cooperation = factories.Cooperation()
    clients = [Client(), Client(), Client()]
    clients[1].force_login(cooperation.officer)
    clients[2].force_login(cooperation.manager)
    addresses = (
        REPORTS,
        f"{REPORTS}?state=submitted",
        "/api/v1/deliverables/?stage=none",
        "/api/v1/changes/?page_size=1",
        "/hang-muc/?stage=none",
        "/so-lieu/",
    )
    told: set[tuple[int, ...]] = set()

    def hold() -> None:
        counted = tuple(count(client, address) for client in clients for address in addresses)
        kept.counts.clear()
        anew = tuple(count(client, address) for client in clients for address in addresses)
        assert counted == anew
        told.add(counted)

    hold()
    report = cooperation.report()
    hold()
    actions.submit(report, by=cooperation.officer)
    hold()
    actions.confirm(report, by=cooperation.manager)
    hold()
    other = cooperation.report()
    hold()
    actions.discard_draft(other, by=cooperation.officer)
    hold()
    factories.deliverable(phase=cooperation.deliverable.phase)
    hold()
    assert len(told) >= 4


def test_a_key_is_short_whatever_was_typed() -> None:
    keys = [
        kept.key_of("a"),
        kept.key_of("b" * 9999),
        kept.key_of("a", None),
        kept.key_of("a, None"),
    ]
    assert {len(key) for key in keys} == {32}
    assert len(set(keys)) == len(keys)


# ---- the log -----------------------------------------------------------------------------------------


def told_and_counted(moment: Moment, **asked: str) -> tuple[int, int]:
    filterset = ChangeFilterSet(asked, moment=moment)
    return filterset.count(), filterset.qs.count()


@pytest.mark.parametrize("since", ["", "0", "1", "57", "105", "106", "107", "999999"])
def test_the_log_is_counted_by_its_numbers(client: Client, db: None, since: str) -> None:
    cooperation = factories.Cooperation()
    confirmed = ReportState.CONFIRMED
    # Of the whole year: official today, and of a later day. Then by a clock that was ahead, and both.
    year, ahead = dt.date(2026, 12, 31), factories.at(dt.date(2026, 9, 20))
    cooperation.report(confirmed, as_of_end=year, logged=True)
    cooperation.report(confirmed, as_of_end=dt.date(2026, 8, 31), when=ahead, logged=True)
    cooperation.report(confirmed, as_of_end=year, when=ahead, logged=True)
    now = Moment.now()
    every = OfficialChange.objects.count()
    counted, naive = told_and_counted(now, since=since)
    assert counted == naive
    assert since or counted == every - 3
    for asked in ({"kind": "became_official"}, {"province": "40"}, {"system": "vnedu"}):
        assert len(set(told_and_counted(now, since=since, **asked))) == 1
    for moment in (
        Moment(dt.date(2020, 12, 31), now.known_on),
        Moment(now.as_of, dt.date(2021, 6, 1)),
    ):
        assert len(set(told_and_counted(moment, since=since))) == 1
    response = client.get("/api/v1/changes/", {"since": since, "page_size": 1}).json()
    assert response["count"] == naive


def test_an_empty_log_has_no_changes(db: None) -> None:
    from tests.deliverables.test_generate_national import empty_of_reports

    empty_of_reports()
    assert told_and_counted(Moment.now()) == (0, 0)


# ---- figures: from what is kept, and from the log ----------------------------------------------------

ASKED: tuple[dict[str, str], ...] = (
    {},
    {"standing": FigureStanding.CONFIRMED.value},
    {"standing": FigureStanding.PUBLISHED.value},
    {"province": "51"},
    {"partner": "ubnd-quang-ngai"},
    {"agreement": "quang-ngai"},
    {"phase": "quang-ngai-2015-2020"},
    {"system": "none"},
    {"indicator": "schools"},
    {"q": "truong hoc"},
    {"q": "vnedu"},
)


@pytest.mark.parametrize("day", [None, dt.date(2020, 12, 31), dt.date(2013, 1, 1)])
def test_figures_that_are_kept_are_those_of_the_log(db: None, day: dt.date | None) -> None:
    cooperation = factories.Cooperation()
    pupils, schools = factories.indicator(), Indicator.objects.get(key="schools")
    cooperation.report(ReportState.CONFIRMED, figures={pupils: 300, schools: 2}, logged=True)
    cooperation.report(ReportState.CONFIRMED, figures={schools: None}, as_of_end=MUCH_EARLIER)
    moment = Moment(day or Moment.now().as_of, Moment.now().known_on)
    assert figures_at(moment) is KeptFigureFilterSet
    found = 0
    for ordering in (
        "",
        *(f"{sign}{word}" for word in FigureFilterSet.orderings for sign in ("", "-")),
    ):
        for asked in ASKED:
            question = {**asked, "ordering": ordering}
            rows: list[list[Any]] = [
                list(kind(question, moment=moment).qs.values_list("pk", flat=True))
                for kind in (KeptFigureFilterSet, FigureFilterSet)
            ]
            assert rows[0] == rows[1], question
            found += len(rows[0])
    assert found or day == dt.date(2013, 1, 1)


def test_what_was_known_once_is_sought_in_the_log(db: None) -> None:
    assert figures_at(Moment(Moment.now().as_of, dt.date(2021, 6, 1))) is FigureFilterSet


def test_the_order_of_all_reports_has_its_index(db: None) -> None:
    """It is no index of the model's: a migration that has SQLite build the table anew would lose it."""
    with connection.cursor() as cursor:
        found = connection.introspection.get_constraints(cursor, ProgressReport._meta.db_table)
    assert found["report_latest"]["columns"] == ["as_of_end", "official_from", "id"]
    assert found["report_latest"]["orders"] == ["DESC"] * 3
