"""The writes that G5 measures are done for real, and run as many statements as the README says. No times."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from agreements.models import Filing
from benchmarks.goals import Stage
from benchmarks.writing import WRITES, Write, data_statements
from deliverables.choices import ChangeKind, ReportSide, ReportState
from deliverables.models import (
    CurrentReport,
    Deliverable,
    Move,
    OfficialChange,
    ProgressReport,
    Verdict,
)

#: Literal, with a token whose use was noted within the minute. The goal is 12.
STATEMENTS = {
    "draft": 7,
    "submit": 7,
    "confirm": 11,
    "draft, cited": 11,
    "submit, cited": 7,
    # One more: the document is opened.
    "confirm, cited": 12,
    "confirm, correcting": 11,
    # Its document is open already.
    "confirm, correcting, cited": 11,
}
#: A request under a key looks for the key and keeps it.
KEYED = 2


@pytest.fixture
def stage(country: None) -> Stage:
    return Stage.set()


def write_of(stage: Stage, **kind: Any) -> Write:
    return Write(model=Deliverable.objects.get(slug=stage.deliverable), day=stage.past, **kind)


@pytest.mark.parametrize("name", WRITES)
def test_statements_of_each_write(stage: Stage, name: str) -> None:
    write = write_of(stage, **WRITES[name])
    assert len(write.statements()) == STATEMENTS[name]


def test_no_write_takes_more_than_twelve_statements() -> None:
    assert STATEMENTS.keys() == WRITES.keys()
    assert max(STATEMENTS.values()) == 12


@pytest.mark.parametrize("verb", ["draft", "submit", "confirm"])
def test_a_key_costs_two_statements_more(stage: Stage, verb: str) -> None:
    write = write_of(stage, verb=verb, keyed=True)
    assert len(write.statements()) == STATEMENTS[verb] + KEYED


@pytest.mark.parametrize("name", WRITES)
def test_each_write_does_what_it_says(stage: Stage, name: str) -> None:
    write = write_of(stage, **WRITES[name])
    seen = set()
    for _time in range(2):
        write.prepare()
        before = OfficialChange.objects.count()
        changes = kept_by(write)
        assert write().status_code == (201 if write.verb == "draft" else 200)
        assert OfficialChange.objects.count() - before == len(changes)
        assert_kept(write, changes)
        seen.add(write.deliverable.pk)
    assert len(seen) == 2
    assert OfficialChange.objects.first_broken() is None
    assert OfficialChange.objects.unlogged() is None


def kept_by(write: Write) -> list[ChangeKind]:
    """The lines that the write adds to the log."""
    if write.verb != "confirm":
        return []
    return [ChangeKind.CEASED] * write.corrects + [ChangeKind.BECAME_OFFICIAL]


def assert_kept(write: Write, changes: list[ChangeKind]) -> None:
    assert write.report is not None
    report = ProgressReport.objects.get(uid=write.report.uid)
    state = {
        "draft": ReportState.DRAFT,
        "submit": ReportState.SUBMITTED,
        "confirm": ReportState.CONFIRMED,
    }[write.verb]
    assert (report.state, report.side, report.deliverable) == (
        *(state, ReportSide.PARTNER, write.deliverable),
    )
    assert report.author == write.officer
    [figure] = report.measurements.all()
    assert (figure.indicator, figure.value, figure.qualifier) == (write.indicator, 43, "over")
    moves = list(Move.objects.filter(report=report).values_list("state", "by"))
    assert moves == [(ReportState.SUBMITTED, write.officer.pk)] * (write.verb != "draft")
    verdicts = list(Verdict.objects.filter(report=report).values_list("decision", "by"))
    assert verdicts == [("confirm", write.manager.pk)] * (write.verb == "confirm")
    logged = OfficialChange.objects.filter(report__deliverable=write.deliverable).order_by("-seq")
    assert [row.kind for row in logged[: len(changes)]] == changes[::-1]
    standing = CurrentReport.objects.filter(deliverable=write.deliverable)
    assert [row.report_id for row in standing] == [report.pk] * (write.verb == "confirm")
    filings = Filing.objects.filter(source__citations__reports=report)
    assert [(bool(row.sent_at), bool(row.opened_at)) for row in filings] == [
        (write.verb != "draft", write.verb == "confirm")
    ] * write.cited


def test_the_reference_is_one_insert_of_one_report(stage: Stage) -> None:
    write = write_of(stage, verb="confirm")
    write.prepare()
    before = ProgressReport.objects.count()
    with CaptureQueriesContext(connection) as queries:
        write.insert()
    [statement] = data_statements(queries)
    assert statement.split()[:3] == ["INSERT", "INTO", "deliverables_progressreport"]
    assert ProgressReport.objects.count() == before + 1
    row = ProgressReport.objects.latest("pk")
    assert (row.deliverable, row.state, row.side) == (write.deliverable, "draft", "vnpt")
    assert (row.as_of.first_day, row.as_of_end) == (write.day, write.day)
    # It stands in no measured write's way.
    assert write().status_code == 200
