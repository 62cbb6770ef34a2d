"""No answer that is asked often reads the reports from end to end, whatever their number. PostgreSQL only."""

import pytest
from django.db import connection, transaction

from benchmarks.goals import OTHER_KEYS, QUICK_KEYS, Stage
from benchmarks.plans import looks
from deliverables.keepers import CURRENT_REPORT, MEASUREMENT, REPORT
from deliverables.triggers import CHANGE

pytestmark = pytest.mark.skipif(
    connection.vendor != "postgresql", reason="SQLite tells no plan that one could hold it to"
)


def test_no_reading_scans_the_reports(country: None) -> None:
    """Each look at them is a search by an index: for the summary now and then, a list, and one row."""
    stage = Stage.set()
    now = [f"/api/v1/summary/?group_by={keys}" for keys in (*QUICK_KEYS, *OTHER_KEYS)]
    then = f"/api/v1/summary/?group_by=province,phase&as_of={stage.past}"
    for portal, addresses in (
        (stage.anybody, [*now, then]),
        (
            stage.portal,
            [
                f"/api/v1/deliverables/?province={stage.province}&stage_group=done",
                f"/api/v1/deliverables/{stage.deliverable}/",
            ],
        ),
    ):
        for address in addresses:
            asked = looks([sql for sql in portal.data_queries(address) if "SELECT" in sql])
            whole = [look for look in asked if not look[2]]
            assert not whole, f"{address}: {whole}"


def test_a_summary_looks_up_reports_by_their_key_alone(country: None) -> None:
    """Those of a group's latest day, to say who is the latest of it; what stands is kept."""
    stage = Stage.set()
    asked = looks(stage.anybody.data_queries("/api/v1/summary/?group_by=province"))
    assert asked
    for kind, table, condition in asked:
        assert kind == "Index Scan"
        assert condition.startswith("(id = "), (table, condition)


@pytest.mark.parametrize("address", ["/", "/?tinh-den=31/12/2025", "/so-lieu/"])
def test_a_page_of_the_whole_country_scans_no_reports(country: None, address: str) -> None:
    """What stands is kept; of the log only what is drawn is looked up, by keys."""
    asked = looks(Stage.set().anybody.data_queries(address))
    assert asked
    assert not [look for look in asked if not look[2]]


@pytest.mark.parametrize("address", ["/so-lieu/", "/so-lieu/?sap-xep=-as_of"])
def test_a_list_of_figures_looks_up_those_that_it_shows(country: None, address: str) -> None:
    """All that stand are counted and sorted where they are kept; of the log fifty are told."""
    seen = [
        condition
        for _kind, table, condition in looks(Stage.set().anybody.data_queries(address))
        if table == MEASUREMENT
    ]
    assert len(seen) == 1
    assert "ANY" in seen[0]


@pytest.mark.parametrize("address", ["/thay-doi/", "/api/v1/changes/"])
def test_the_log_is_not_counted_through(country: None, address: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"ANALYZE {REPORT}, {CHANGE}")
    [counting] = [sql for sql in Stage.set().anybody.data_queries(address) if "COUNT(*)" in sql]
    seen = looks([counting])
    assert seen
    for kind, table, condition in seen:
        assert condition.startswith("(as_of_end > "), (kind, table, condition)


@pytest.mark.parametrize("query", ["", "?page=2", "?page_size=500", "?state=confirmed"])
def test_a_list_of_reports_is_read_in_the_order_of_its_index(country: None, query: str) -> None:
    """So it begins with fifty, whatever their number; the first page is not sorted out of all."""
    portal = Stage.set().portal
    [chosen] = [
        sql
        for sql in portal.data_queries(f"/api/v1/reports/{query}")
        if "LIMIT" in sql.rpartition("ORDER BY")[2]
    ]
    with transaction.atomic(), connection.cursor() as cursor:
        for way in ("seqscan", "bitmapscan", "hashjoin", "mergejoin", "sort"):
            cursor.execute(f"SET LOCAL enable_{way} = off")
        cursor.execute(f"EXPLAIN {chosen}")
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert "using report_latest" in plan
    assert "Sort" not in plan


@pytest.mark.parametrize("address", ["/he-thong/", "/thoa-thuan/"])
def test_a_list_that_tells_stages_looks_at_no_report(country: None, address: str) -> None:
    asked = Stage.set().anybody.data_queries(address)
    assert any(CURRENT_REPORT in sql for sql in asked)
    assert looks(asked) == []


def test_a_scan_would_be_seen(country: None) -> None:
    [look] = looks([f"SELECT COUNT(*) FROM {REPORT} WHERE narrative = ''"])
    assert look[1:] == (REPORT, "")
