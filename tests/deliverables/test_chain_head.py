"""The head of the chain in the foot of official lists, and the row that verify_chain names."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client

from deliverables import actions, triggers
from deliverables.choices import ReportState
from deliverables.models import Measurement, OfficialChange
from tests import factories
from tests.factories import Cooperation

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("address", ["/hang-muc/", "/thay-doi/", "/he-thong/", "/thoa-thuan/"])
def test_official_lists_show_the_head(client: Client, address: str) -> None:
    last = OfficialChange.objects.latest("seq")
    page = client.get(address).content.decode()
    assert f"đến thay đổi số {last.seq}," in page
    assert f'<code title="{last.hash}">{last.hash[:12]}</code>' in page
    cooperation = Cooperation()
    report = cooperation.report(ReportState.SUBMITTED)
    actions.confirm(report, by=cooperation.manager)
    change = report.changes.get()
    assert (change.seq, change.previous_hash) == (last.seq + 1, last.hash)
    assert f"đến thay đổi số {change.seq}," in client.get(address).content.decode()


def test_an_empty_log_has_no_head() -> None:
    assert OfficialChange.objects.none().order_by("-seq").first() is None
    with triggers.lifted(connection):
        OfficialChange.objects.all()._raw_delete("default")
        assert OfficialChange.objects.head() is None


def test_verify_chain_names_the_first_row_that_does_not_fit() -> None:
    indicator = factories.indicator()
    cooperation = Cooperation()
    reports = [
        cooperation.report(ReportState.SUBMITTED, figures={indicator: 40 + number})
        for number in range(3)
    ]
    for report in reports:
        actions.confirm(report, by=cooperation.manager)
    out = StringIO()
    call_command("verify_chain", stdout=out)
    assert "nguyên vẹn" in out.getvalue()
    with triggers.lifted(connection):
        for report in reports[1:]:
            Measurement.objects.filter(report=report).update(value=900)
        second = reports[1].changes.get()
        with pytest.raises(CommandError, match=f"thay đổi số {second.seq}:"):
            call_command("verify_chain", stdout=StringIO())
        Measurement.objects.filter(report=reports[1]).update(value=41)
        third = reports[2].changes.get()
        with pytest.raises(CommandError, match=f"thay đổi số {third.seq}:"):
            call_command("verify_chain", stdout=StringIO())
