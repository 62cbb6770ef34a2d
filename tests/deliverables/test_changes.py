"""The log of what became and ceased to be official: numbers, hashes, and what tampering leaves behind."""

import datetime as dt
import hashlib
import json
from collections.abc import Callable

import pytest
from django.db import connection, transaction

from deliverables import actions
from deliverables.choices import ChangeKind, ReportSide, ReportState, Stage
from deliverables.models import OfficialChange, ProgressReport
from deliverables.models.change import GENESIS
from deliverables.triggers import lifted
from tests import factories
from tests.factories import DAY, Cooperation, at

pytestmark = pytest.mark.django_db


def head() -> OfficialChange | None:
    return OfficialChange.objects.order_by("-seq").first()


def published(**values: object) -> ProgressReport:
    return factories.report(
        **{
            "state": ReportState.PUBLISHED,
            "figures": {factories.indicator(): 43},
            "citations": [factories.citation()],
            "logged": True,
            **values,
        }  # type: ignore[arg-type]
    )


@pytest.fixture
def chain() -> list[ProgressReport]:
    """Three published reports in the log, the second set aside; before them whatever is shipped."""
    return [
        published(),
        published(state=ReportState.SET_ASIDE),
        published(when=at(dt.date(2021, 6, 1))),
    ]


# --- Numbers and hashes -----------------------------------------------------------------------


def test_changes_are_numbered_and_linked_in_the_order_in_which_they_happen() -> None:
    before = head()
    first, second = published(), published(state=ReportState.SET_ASIDE)
    rows = list(OfficialChange.objects.filter(seq__gt=before.seq if before else 0).order_by("seq"))
    assert [(row.report, row.kind) for row in rows] == [
        (first, ChangeKind.BECAME_OFFICIAL),
        (second, ChangeKind.BECAME_OFFICIAL),
        (second, ChangeKind.CEASED),
    ]
    start = before.seq + 1 if before else 1
    assert [row.seq for row in rows] == [start, start + 1, start + 2]
    links = [before.hash if before else GENESIS, *(row.hash for row in rows)]
    assert [row.previous_hash for row in rows] == links[:-1]
    assert OfficialChange.objects.first_broken() is None


def test_the_first_change_of_all_follows_nothing() -> None:
    with lifted(connection):
        OfficialChange.objects.all().delete()
    change = published().changes.get()
    assert (change.seq, change.previous_hash) == (1, "0" * 64)


def test_the_hash_is_sha256_over_what_is_told_in_canonical_json() -> None:
    """Written out here once more, so that others can check a chain without this code."""
    report = published(as_of="2021-05", narrative="Đã dùng ở 43 cơ quan, đơn vị.")
    change = report.changes.get()
    report = ProgressReport.objects.get(pk=report.pk)
    told = {
        "seq": change.seq,
        "kind": "became_official",
        "at": "2021-05-04T02:00:00+00:00",
        "content": report.content(),
        "previous_hash": change.previous_hash,
    }
    text = json.dumps(told, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    assert "Đã dùng ở 43 cơ quan, đơn vị." in text
    assert change.hash == hashlib.sha256(text.encode()).hexdigest()


def test_a_change_keeps_its_hash_through_the_database() -> None:
    change = published().changes.get()
    assert OfficialChange.objects.get(pk=change.pk).compute_hash() == change.hash


def test_a_rolled_back_change_leaves_no_gap() -> None:
    published()
    last = head()
    report = factories.report(state=ReportState.PUBLISHED)
    with pytest.raises(RuntimeError), transaction.atomic():
        _record_and_fail(report)
    assert head() == last
    assert published().changes.get().seq == last.seq + 1  # type: ignore[union-attr]
    assert OfficialChange.objects.first_broken() is None


def _record_and_fail(report: ProgressReport) -> None:
    OfficialChange.objects.record(report, ChangeKind.BECAME_OFFICIAL, at(DAY))
    raise RuntimeError


@pytest.mark.django_db(transaction=True)
def test_a_change_is_numbered_only_inside_a_transaction() -> None:
    """Else the lock would be let go before the number is seen (SQLite locks the file anyway)."""
    report = factories.report(state=ReportState.PUBLISHED)
    if connection.vendor == "postgresql":
        with pytest.raises(transaction.TransactionManagementError):
            OfficialChange.objects.record(report, ChangeKind.BECAME_OFFICIAL, at(DAY))
    with transaction.atomic():
        OfficialChange.objects.record(report, ChangeKind.BECAME_OFFICIAL, at(DAY))
    assert OfficialChange.objects.first_broken() is None


def test_the_verbs_leave_a_whole_chain_and_nothing_unlogged() -> None:
    cooperation = Cooperation()
    source = cooperation.report(side=ReportSide.SOURCE, citations=[factories.citation()])
    actions.publish(source, by=cooperation.administrator)
    actions.dispute(
        source, by=cooperation.manager, reason="Báo ghi nhầm.", counter_stage=Stage.PILOTING
    )
    draft = actions.revise(source, by=cooperation.manager)
    actions.submit(draft, by=cooperation.manager)
    actions.confirm(draft, by=cooperation.officer)
    correction = actions.revise(draft, by=cooperation.officer)
    actions.submit(correction, by=cooperation.officer)
    actions.confirm(correction, by=cooperation.manager)
    told = OfficialChange.objects.filter(report__deliverable=cooperation.deliverable)
    assert list(told.order_by("seq").values_list("report_id", "kind")) == [
        (source.pk, ChangeKind.BECAME_OFFICIAL),
        (source.pk, ChangeKind.CEASED),
        (draft.pk, ChangeKind.BECAME_OFFICIAL),
        (draft.pk, ChangeKind.CEASED),
        (correction.pk, ChangeKind.BECAME_OFFICIAL),
    ]
    assert OfficialChange.objects.first_broken() is None
    assert OfficialChange.objects.unlogged() is None


# --- Tampering --------------------------------------------------------------------------------


def tamper(statement: str, *parameters: object) -> None:
    """What somebody with the database's own password could do."""
    with lifted(connection), connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        assert cursor.rowcount >= 1


REPORT, CHANGE = "deliverables_progressreport", "deliverables_officialchange"

TAMPERED: dict[str, Callable[[ProgressReport], None]] = {
    "stage": lambda r: tamper(f"UPDATE {REPORT} SET stage = 'completed' WHERE id = %s", r.pk),
    "narrative": lambda r: tamper(f"UPDATE {REPORT} SET narrative = 'x' WHERE id = %s", r.pk),
    "figure": lambda r: tamper(
        "UPDATE deliverables_measurement SET value = 44 WHERE report_id = %s", r.pk
    ),
    "figure removed": lambda r: tamper(
        "DELETE FROM deliverables_measurement WHERE report_id = %s", r.pk
    ),
    "citation removed": lambda r: tamper(
        "DELETE FROM deliverables_progressreport_citations WHERE progressreport_id = %s", r.pk
    ),
    "reign moved": lambda r: tamper(
        f"UPDATE {REPORT} SET official_from = %s WHERE id = %s",
        _in_database(at(dt.date(2019, 1, 1))),
        r.pk,
    ),
    "time of the change": lambda r: tamper(
        f"UPDATE {CHANGE} SET at = %s WHERE report_id = %s",
        _in_database(at(dt.date(2019, 1, 1))),
        r.pk,
    ),
    "hash": lambda r: tamper(f"UPDATE {CHANGE} SET hash = %s WHERE report_id = %s", "0" * 64, r.pk),
}


def _in_database(instant: dt.datetime) -> object:
    return connection.ops.adapt_datetimefield_value(instant)


@pytest.mark.parametrize("what", TAMPERED)
@pytest.mark.parametrize("index", [0, 2])
def test_the_first_broken_change_is_found(
    chain: list[ProgressReport], what: str, index: int
) -> None:
    assert OfficialChange.objects.first_broken() is None
    TAMPERED[what](chain[index])
    assert OfficialChange.objects.first_broken() == chain[index].changes.get()


def test_a_change_made_to_fit_breaks_the_next_one(chain: list[ProgressReport]) -> None:
    """Whoever rewrites a figure and its hash has to rewrite all that followed."""
    first = chain[0]
    tamper("UPDATE deliverables_measurement SET value = 44 WHERE report_id = %s", first.pk)
    forged = OfficialChange.objects.get(report=first)
    tamper(f"UPDATE {CHANGE} SET hash = %s WHERE seq = %s", forged.compute_hash(), forged.seq)
    broken = OfficialChange.objects.first_broken()
    assert broken == chain[1].changes.get(kind=ChangeKind.BECAME_OFFICIAL)


def test_a_change_taken_out_of_the_middle_is_missed(chain: list[ProgressReport]) -> None:
    removed = chain[1].changes.get(kind=ChangeKind.CEASED)
    tamper(f"DELETE FROM {CHANGE} WHERE seq = %s", removed.seq)
    broken = OfficialChange.objects.first_broken()
    assert broken is not None
    assert broken.seq == removed.seq + 1


@pytest.mark.parametrize(("index", "kind"), [(2, "became_official"), (1, "ceased")])
def test_changes_cut_off_at_the_end_are_missed_by_the_reigns(
    chain: list[ProgressReport], index: int, kind: str
) -> None:
    """A chain shortened at its end is whole in itself; the reports say what is missing."""
    assert OfficialChange.objects.unlogged() is None
    cut = chain[index].changes.get(kind=kind)
    tamper(f"DELETE FROM {CHANGE} WHERE seq >= %s", cut.seq)
    assert OfficialChange.objects.first_broken() is None
    assert OfficialChange.objects.unlogged() == chain[index]
