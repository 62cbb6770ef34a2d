"""No answer that is asked often reads the reports from end to end, whatever their number. PostgreSQL only."""

import pytest
from django.db import connection

from benchmarks.goals import OTHER_KEYS, QUICK_KEYS, Stage
from benchmarks.plans import looks
from deliverables.keepers import REPORT

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


def test_a_scan_would_be_seen(country: None) -> None:
    [look] = looks([f"SELECT COUNT(*) FROM {REPORT} WHERE narrative = ''"])
    assert look[1:] == (REPORT, "")
