"""Checking the chain and writing fixtures. What ships is proved in test_real_data."""

import datetime as dt
import io
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core import serializers
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.models import Model

from coopportal.clock import now
from deliverables import actions
from deliverables.choices import ReportSide, ReportState
from deliverables.models import HandledRequest, OfficialChange, ProgressReport, Target
from deliverables.triggers import lifted
from tests import factories
from tests.factories import DAY

pytestmark = pytest.mark.django_db

FILES = ("reference.json", "cooperation.json")


def run(name: str, *args: Any, **options: Any) -> str:
    out = io.StringIO()
    call_command(name, *args, stdout=out, **options)
    return out.getvalue()


# --- verify_chain -----------------------------------------------------------------------------


def test_the_shipped_chain_is_whole() -> None:
    count = OfficialChange.objects.count()
    assert count > 0
    assert run("verify_chain") == f"Chuỗi nguyên vẹn: {count} thay đổi.\n"


def test_a_changed_figure_is_told_by_its_number() -> None:
    report = factories.report(state=ReportState.PUBLISHED, logged=True)
    with lifted(connection):
        ProgressReport.objects.filter(pk=report.pk).update(narrative="khác")
    seq = report.changes.get().seq
    with pytest.raises(CommandError, match=f"Chuỗi bị đứt ở thay đổi số {seq}:"):
        run("verify_chain")


def test_a_reign_without_a_line_is_told() -> None:
    report = factories.report(state=ReportState.PUBLISHED)
    with pytest.raises(CommandError, match=f"Chuỗi thiếu dòng: báo cáo {report.uid}"):
        run("verify_chain")


# --- write_fixtures ---------------------------------------------------------------------------


def test_a_figure_published_today_ships_with_a_chain_that_holds(tmp_path: Path) -> None:
    """JSON keeps milliseconds: an instant finer than that would not hash the same once loaded."""
    report = factories.report(side=ReportSide.SOURCE, citations=[factories.citation()])
    instant = dt.datetime(2026, 1, 2, 3, 4, 5, 678_912, tzinfo=dt.UTC)
    with time_machine.travel(instant, tick=False):
        actions.publish(report, by=factories.user(is_superuser=True))
    told = run("write_fixtures", into=tmp_path)
    assert [line.split(":")[0] for line in told.splitlines()] == list(FILES)
    written = (tmp_path / "cooperation.json").read_text(encoding="utf-8")
    changes = [
        each.object
        for each in serializers.deserialize("json", written, handle_forward_references=True)
        if isinstance(each.object, OfficialChange)
    ]
    assert len(changes) == OfficialChange.objects.count()
    [change] = [each for each in changes if each.report_id == report.pk]
    assert change.at == report.official_from == instant.replace(microsecond=678_000)
    assert change.compute_hash() == change.hash


def _side_report() -> Model:
    return factories.report(state=ReportState.SUBMITTED)


def _target() -> Model:
    return Target.objects.create(
        deliverable=factories.deliverable(), indicator=factories.indicator(), value=1, set_on=DAY
    )


@pytest.mark.parametrize("make", [_side_report, _target])
def test_what_the_two_sides_wrote_is_not_shipped(make: Any, tmp_path: Path) -> None:
    make()
    with pytest.raises(CommandError, match="của hai bên"):
        run("write_fixtures", into=tmp_path)
    assert list(tmp_path.iterdir()) == []


# --- forget_requests --------------------------------------------------------------------------


def test_keys_of_old_requests_are_forgotten_their_reports_are_not() -> None:
    report = factories.report()
    keys = {
        days: HandledRequest.objects.create(
            user=report.author, key=f"{days}", digest="0" * 64, report=report, at=ago(days)
        )
        for days in (2, 29, 31, 400)
    }
    assert run("forget_requests") == "Đã xóa 2 khóa.\n"
    assert set(HandledRequest.objects.all()) == {keys[2], keys[29]}
    assert run("forget_requests", "--days", "7") == "Đã xóa 1 khóa.\n"
    assert ProgressReport.objects.filter(pk=report.pk).exists()
    with pytest.raises(CommandError, match="--days là số ngày"):
        run("forget_requests", "--days", "0")


def ago(days: int) -> dt.datetime:
    return now() - dt.timedelta(days=days)
