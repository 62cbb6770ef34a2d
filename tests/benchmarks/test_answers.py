"""The benchmarks compare like with like: the raw SQL answers exactly what the portal answers."""

import datetime as dt
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from benchmarks import growth, memory
from benchmarks.doors import Portal, call, floor
from benchmarks.goals import FAMILIES, OTHER_KEYS, QUICK_KEYS, Stage
from benchmarks.method import Comparison, Times, compare, compare_until
from benchmarks.plain_sql import over_the_log, over_what_stands
from benchmarks.report import GROWTH_LIMITS, Report, Row
from coopportal.clock import Moment, today
from deliverables.filters import SummaryFilterSet
from deliverables.summaries.totals import KEYS
from deliverables.summaries.totals.judging import RANKS
from deliverables.summaries.totals.reading import found

PAST = dt.date(2022, 3, 1)
MOMENTS = {
    "now": Moment.now,
    "as of a past day": lambda: Moment(PAST, today()),
    "known on a past day": lambda: Moment(PAST, PAST + dt.timedelta(days=60)),
}


def _plain(rows: Any) -> list[tuple[Any, ...]]:
    def said(value: Any) -> Any:
        if value is None or isinstance(value, str | dt.date):
            return str(value)
        return round(float(value), 6)

    return sorted((tuple(said(value) for value in row) for row in rows), key=str)


@pytest.mark.parametrize("moment", MOMENTS.values(), ids=MOMENTS)
def test_the_raw_sql_answers_what_the_summary_answers(country: None, moment: Any) -> None:
    asked = moment()
    for group_by in (*QUICK_KEYS, *OTHER_KEYS):
        assert_same_answers(asked, group_by.split(","))


def assert_same_answers(asked: Moment, keys: list[str]) -> None:
    rows = SummaryFilterSet({}, moment=asked).qs
    own = found(rows, [KEYS[key] for key in keys], asked, None)
    own_counts = [
        (
            *(*ids, c.kind, c.stage, c.standing, c.count, c.latest, c.measured, c.progress),
            *(c.health.get(health.value, 0) for health in RANKS),
        )
        for ids, c in own.counts
    ]
    own_figures = [
        (*ids, indicator, c.qualifier, c.count, c.valued, c.total, c.numerators, c.denominators)
        for ids, indicator, c in own.figures
    ]
    assert sum(cell.count for _ids, cell in own.counts) > 0
    references = [over_the_log(keys, asked)]
    if asked.knows_all:
        references.append(over_what_stands(keys, asked))
    own_latest = [
        (*ids, indicator, cell.value, cell.qualifier, 1) for ids, indicator, cell in own.latest
    ]
    for counts, of_figures, latest in references:
        raw = [(*row[:-5], row[-5] or 0, *row[-4:]) for row in counts.rows()]
        assert _plain(raw) == _plain(own_counts)
        assert _plain(of_figures.rows()) == _plain(own_figures)
        assert _plain(latest.rows()) == _plain(own_latest)


@pytest.mark.parametrize("moment", ["now", "as of a past day"])
def test_a_summary_of_todays_knowledge_searches_no_report(country: None, moment: str) -> None:
    """The gate that no clock is needed for: counts and figures are read from what stands."""
    asked = MOMENTS[moment]()
    rows = SummaryFilterSet({}, moment=asked).qs
    with CaptureQueriesContext(connection) as queries:
        found(rows, [KEYS["province"], KEYS["phase"]], asked, None)
    [query] = queries
    # Reports are joined by their key at most, never sought by their reign.
    assert "official_to" not in query["sql"]
    assert "official_from <" not in query["sql"]


@pytest.mark.parametrize("family", FAMILIES)
def test_every_goal_can_be_measured(country: None, family: str) -> None:
    stage = Stage.set()
    goals = list(FAMILIES[family](stage))
    assert goals or family == "G9"
    for goal in goals:
        found = compare(goal.subject, goal.reference, 2, goal.prepare)
        assert found.ratio > 0
        if goal.path and "/api/" in goal.path and family not in {"G1", "G8"}:
            assert len(stage.portal.data_queries(goal.path)) <= 2


def test_a_floor_runs_the_same_sql_and_answers_its_rows(country: None) -> None:
    path = "/api/v1/deliverables/?page_size=3"
    portal = Portal()
    statements = portal.data_queries(path)
    with CaptureQueriesContext(connection) as queries:
        answer = call(floor(statements), "/")
    assert [query["sql"] for query in queries] == statements
    assert answer.status == 200
    assert portal.get(path).body.count(b'"slug"') > 3
    assert answer.body.count(b'"title"') == 3


def test_pairs_alternate_and_swap() -> None:
    told: list[str] = []
    compare(lambda: told.append("s"), lambda: told.append("r"), pairs=4)
    # One of each to warm up.
    assert "".join(told[2:]) == "rssrrssr"


def test_each_pair_is_made_ready_first() -> None:
    told: list[str] = []
    compare(lambda: told.append("s"), lambda: told.append("r"), 2, lambda: told.append(" "))
    assert "".join(told) == " rs rs sr"


def test_a_miss_is_measured_twice_more_and_the_best_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    ratios = iter([3.0, 2.0, 1.5])
    times = Times(1, 1, 1)

    def measured(*_calls: Any) -> Comparison:
        return Comparison(Times(next(ratios), 1, 1), times, 5)

    monkeypatch.setattr("benchmarks.method.compare", measured)
    assert compare_until(1.0, lambda: None, lambda: None).ratio == 1.5
    with pytest.raises(StopIteration):
        next(ratios)


def test_a_report_is_read_again_as_written(tmp_path: Any) -> None:
    times = {"p10": 1.0, "p50": 1.1, "p95": 2.0}
    missed = Row("G2", "list", "floor", 1.6, 1.7, times, times, 100)
    report = Report("SQLite", {"deliverables": 1}, [missed])
    report.write(tmp_path / "run.json")
    assert Report.read(tmp_path / "run.json") == report
    assert report.missed == [missed]


def test_too_many_statements_miss_a_goal_too() -> None:
    times = {"p10": 1.0, "p50": 1.1, "p95": 2.0}
    rows = [
        Row("G5", "write", "INSERT", 8, 7, times, times, 9, queries=told, most_queries=12)
        for told in (12, 13)
    ]
    assert [row.passed for row in rows] == [True, False]
    assert rows[1].queries_told == "13 (≤ 12)"


@pytest.mark.skipif(not memory.measurable(), reason="only Linux tells what a process shares")
def test_what_a_process_holds_is_told_in_megabytes() -> None:
    held = memory._pss("self")
    block = bytearray(b"x") * 50_000_000
    assert 45 < memory._pss("self") - held < 60
    assert len(block) == 50_000_000
    row = Row("G11", "two workers", "", 160, 161.5, {"p10": 161.5}, {}, 1, unit="MB")
    assert (row.passed, row.told(row.subject), row.told(row.reference)) == (False, "161.50 MB", "")


def test_what_growth_asks_is_answered_and_has_a_limit(country: None) -> None:
    asked = dict(growth.questions())
    assert {"G2 list", "G4", "G9", "G2 reports", "G1 province", "G1 province, asked again"} <= set(
        asked
    )
    for key, ask in asked.items():
        ask()
        assert key.split()[0] in GROWTH_LIMITS


def test_each_size_has_a_database_beside_the_one_that_is_named(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("DATABASE_URL", "sqlite:////tmp/measured/0.1.sqlite3")
    assert [growth.database_of(scale) for scale in (growth.SMALL, growth.LARGE)] == [
        "sqlite:////tmp/measured/0.1.sqlite3",
        "sqlite:////tmp/measured/1.sqlite3",
    ]
