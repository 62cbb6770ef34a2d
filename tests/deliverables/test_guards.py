"""The database's own guards: once a report is no draft, nothing changes what it says, whatever the door."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.core import serializers
from django.db import IntegrityError, connection, transaction
from django.db.models import Model

from agreements.choices import Qualifier
from agreements.models import Amendment, Filing, SourceFile, StoredFile
from coopportal.partial_dates import PartialDate
from deliverables import triggers
from deliverables.choices import TRANSITIONS, ProposalState, ReportSide, ReportState, Stage
from deliverables.models import (
    Comment,
    DueDay,
    EvidenceFile,
    Measurement,
    Move,
    OfficialChange,
    ProgressReport,
    Proposal,
    ProposalFile,
    Target,
    Verdict,
)
from tests import factories
from tests.factories import DAY, at

pytestmark = pytest.mark.django_db

LEFT_DRAFT = sorted(set(ReportState) - {ReportState.DRAFT})


def refused(act: Callable[[], Any], words: str = "") -> None:
    """The act ends in the guard's own words, and in nothing else."""
    with pytest.raises(IntegrityError) as error, transaction.atomic():
        act()
    assert words in str(error.value)
    messages = {guard.message for guard in triggers.guards()}
    assert any(message in str(error.value) for message in messages), str(error.value)


def sql(statement: str, *parameters: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)


FROZEN = "không sửa, không xóa được. Lập báo cáo mới"
KEPT_FILE = "không thay, không gỡ được"
ONCE = "chỉ ghi một lần"
APPEND_ONLY = "chỉ được thêm"


# --- The guards are there ---------------------------------------------------------------------


def test_after_migrate_every_guard_is_installed() -> None:
    assert triggers.installed(connection) == triggers.expected(connection.vendor)
    assert len(triggers.expected(connection.vendor)) == len(
        [guard for guard in triggers.guards() if guard.create(connection.vendor)]
    )


def test_installing_again_changes_nothing() -> None:
    triggers.install(connection)
    assert triggers.installed(connection) == triggers.expected(connection.vendor)


def test_lifted_guards_come_back_even_after_a_failure() -> None:
    report = factories.report(state=ReportState.CONFIRMED)

    def fail_inside() -> None:
        with triggers.lifted(connection):
            assert triggers.installed(connection) == set()
            sql("UPDATE deliverables_progressreport SET narrative = 'x' WHERE id = %s", report.pk)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail_inside()
    assert triggers.installed(connection) == triggers.expected(connection.vendor)
    refused(lambda: ProgressReport.objects.filter(pk=report.pk).update(narrative="y"), FROZEN)


def test_every_content_column_is_guarded() -> None:
    """A column added later must be placed: content, time, or named here as neither."""
    known: dict[type[Model], set[str]] = {
        ProgressReport: {
            *triggers._REPORT_CONTENT,
            *triggers._REPORT_TIMES,
            *("id", "state", "created_at", "version"),
        },
        Measurement: {*triggers._MEASUREMENT_CONTENT, "id"},
        **{
            model: {*_columns_of(prefix), *also}
            for model, prefix, also in (
                (EvidenceFile, "evidence", {"id", "uploaded_by_id", "uploaded_at"}),
                (StoredFile, "stored_file", {"id", "stored_at"}),
                (SourceFile, "source_file", set()),
                (Verdict, "verdict", {"id"}),
                (OfficialChange, "change", set()),
                (Target, "target", {"id"}),
                (Move, "move", {"id"}),
                (Comment, "comment", {"id"}),
                (Amendment, "amendment", {"id"}),
                (DueDay, "due_day", {"id"}),
                (ProposalFile, "proposal_file", {"uploaded_by_id", "uploaded_at"}),
            )
        },
        ProgressReport.citations.through: {*_columns_of("report_citation"), "id"},
    }
    proposal = {
        column
        for guard in triggers.guards()
        if guard.table == triggers.PROPOSAL
        for column in guard.differs
    }
    known[Proposal] = proposal | {"id", "state", "version", "created_at", "saved_at"}
    for model, columns in known.items():
        assert {field.column for field in model._meta.concrete_fields} == columns, model


def _columns_of(prefix: str) -> tuple[str, ...]:
    [guard] = [each for each in triggers.guards() if each.name == f"{prefix}_update_guard"]
    return guard.differs


# --- Reports ----------------------------------------------------------------------------------


def other_values() -> dict[str, Any]:
    """For each content column of a report, something else that it could say."""
    return {
        "uid": "0d2f1c1e-6a52-4d7c-9c55-0f7a3a4ef001",
        "deliverable_id": factories.deliverable().pk,
        "as_of": "2020",
        "as_of_end": dt.date(2020, 12, 31),
        "stage": Stage.COMPLETED,
        "narrative": "khác",
        "coverage": "khác",
        "side": ReportSide.VNPT,
        "author_id": factories.user().pk,
        "revises_id": factories.report().pk,
    }


def test_the_values_try_every_content_column() -> None:
    assert set(other_values()) == set(triggers._REPORT_CONTENT)


@pytest.mark.parametrize("state", LEFT_DRAFT)
def test_no_content_column_changes_once_a_report_left_draft(state: str) -> None:
    report = factories.report(state=state, as_of="2021-05")
    for column, value in other_values().items():
        queryset = ProgressReport.objects.filter(pk=report.pk)
        refused(lambda q=queryset, c=column, v=value: q.update(**{c: v}), FROZEN)  # type: ignore[misc]
    row = ProgressReport.objects.get(pk=report.pk)
    row.narrative = "khác"
    refused(row.save, FROZEN)
    refused(
        lambda: sql(
            "UPDATE deliverables_progressreport SET narrative = 'khác' WHERE id = %s", report.pk
        ),
        FROZEN,
    )
    assert ProgressReport.objects.get(pk=report.pk).content() == report.content()


@pytest.mark.parametrize("column", ["as_of", "author_id", "revises_id"])
def test_a_column_may_not_be_emptied_or_filled_either(column: str) -> None:
    """NULL is compared too: what was said to be unknown stays so."""
    told = factories.report(
        state=ReportState.PUBLISHED,
        as_of="2021",
        author=factories.user(),
        revises=factories.report(),
    )
    silent = factories.report(state=ReportState.PUBLISHED)
    update = f"UPDATE deliverables_progressreport SET {column} = %s WHERE id = %s"
    refused(lambda: sql(update, None, told.pk), FROZEN)
    refused(lambda: sql(update, getattr(told, column) and _raw(told, column), silent.pk), FROZEN)


def _raw(row: ProgressReport, column: str) -> Any:
    value = getattr(row, column)
    return getattr(value, "iso", value)


@pytest.mark.parametrize("state", LEFT_DRAFT)
def test_a_report_that_left_draft_is_not_deleted(state: str) -> None:
    report = factories.report(state=state)
    refused(report.delete, FROZEN)
    report = ProgressReport.objects.get(pk=report.pk)
    refused(lambda: ProgressReport.objects.filter(pk=report.pk)._raw_delete("default"), FROZEN)
    refused(lambda: sql("DELETE FROM deliverables_progressreport WHERE id = %s", report.pk), FROZEN)


def test_a_draft_stays_free() -> None:
    indicator, citation = factories.indicator(), factories.citation()
    report = factories.report(figures={indicator: 5}, citations=[citation])
    for column, value in other_values().items():
        ProgressReport.objects.filter(pk=report.pk).update(**{column: value})
    Measurement.objects.filter(report=report).update(value=6)
    factories.measurement(report, factories.indicator(), None)
    report.citations.set([factories.citation()])
    factories.evidence_file(report)
    Measurement.objects.filter(report=report, indicator=indicator).delete()
    report.delete()
    assert not ProgressReport.objects.filter(pk=report.pk).exists()


@pytest.mark.parametrize("state", LEFT_DRAFT)
def test_an_equal_update_passes(state: str) -> None:
    indicator = factories.indicator()
    report = factories.report(
        state=state,
        as_of="2021-05",
        narrative="Đã dùng",
        figures={indicator: "24.5", factories.indicator(): None},
        citations=[factories.citation()],
    )
    report.save()
    for figure in report.measurements.all():
        figure.save()
    report.citations.set(report.citations.all())
    sql(
        "UPDATE deliverables_measurement SET value = value, text = text WHERE report_id = %s",
        report.pk,
    )
    assert report.measurements.get(indicator=indicator).value == 24.5


# --- States and times -------------------------------------------------------------------------

PAIRS = [(state, to) for state in ReportState for to in ReportState if state != to]


def _dated(to: ReportState) -> dict[str, Any]:
    """The columns that a move to this state brings, so that only the move itself can be wrong."""
    return {
        "state": to,
        "submitted_at": at(DAY),
        "decided_at": at(DAY),
        "official_from": at(DAY),
        "set_aside_reason": "Có nguồn tốt hơn." if to == ReportState.SET_ASIDE else "",
    }


@pytest.mark.parametrize(("state", "to"), PAIRS)
def test_states_move_as_the_table_says_and_no_other_way(
    state: ReportState, to: ReportState
) -> None:
    report = factories.report(state=state, side=ReportSide.SOURCE)
    columns = _dated(to)
    for name in ("submitted_at", "decided_at", "official_from", "set_aside_reason"):
        if getattr(report, name):
            del columns[name]
    if to in {
        ReportState.SUBMITTED,
        ReportState.RETURNED,
        ReportState.WITHDRAWN,
        ReportState.DRAFT,
    }:
        columns.pop("official_from", None)
    move = ProgressReport.objects.filter(pk=report.pk).update
    if to in TRANSITIONS[state]:
        assert move(**columns) == 1
        assert ProgressReport.objects.get(pk=report.pk).state == to
    else:
        refused(lambda: move(**columns), "không thể chuyển sang tình trạng này")
        assert ProgressReport.objects.get(pk=report.pk).state == state


TIMES = ("submitted_at", "decided_at", "official_from", "official_to")


@pytest.mark.parametrize("value", [None, at(dt.date(2021, 5, 5))])
@pytest.mark.parametrize("column", TIMES)
def test_a_time_is_written_once(column: str, value: dt.datetime | None) -> None:
    report = factories.report(state=ReportState.CONFIRMED, until=at(dt.date(2021, 6, 1)))
    assert all(getattr(report, name) for name in TIMES)
    refused(lambda: ProgressReport.objects.filter(pk=report.pk).update(**{column: value}), ONCE)


def test_the_reason_for_setting_aside_is_written_once() -> None:
    report = factories.report(state=ReportState.SET_ASIDE)
    mine = ProgressReport.objects.filter(pk=report.pk)
    refused(lambda: mine.update(set_aside_reason="Lý do khác."), ONCE)


def test_a_disputed_report_cannot_be_slipped_into_reign() -> None:
    """No constraint forbids these columns; the guard does, for no move brings them."""
    report = factories.report(state=ReportState.DISPUTED)
    assert report.official_from is None
    mine = ProgressReport.objects.filter(pk=report.pk)
    refused(lambda: mine.update(official_from=at(DAY)), ONCE)
    published = factories.report(state=ReportState.PUBLISHED)
    mine = ProgressReport.objects.filter(pk=published.pk)
    refused(lambda: mine.update(decided_at=at(DAY)), ONCE)
    refused(lambda: mine.update(submitted_at=at(DAY)), ONCE)


def test_a_reign_ends_once() -> None:
    report = factories.report(state=ReportState.CONFIRMED)
    mine = ProgressReport.objects.filter(pk=report.pk)
    assert mine.update(official_to=at(dt.date(2021, 6, 1))) == 1
    refused(lambda: mine.update(official_to=at(dt.date(2021, 6, 2))), ONCE)


# --- Figures, citations, files ----------------------------------------------------------------


@pytest.mark.parametrize("state", LEFT_DRAFT)
def test_figures_stay_as_they_were_sent(state: str) -> None:
    report = factories.report(state=state, figures={factories.indicator(): 43}, logged=True)
    figure = report.measurements.get()
    mine = Measurement.objects.filter(pk=figure.pk)
    for column, value in {
        "report_id": factories.report().pk,
        "indicator_id": factories.indicator().pk,
        "value": 44,
        "numerator": 1,
        "denominator": 44,
        "qualifier": Qualifier.OVER,
        "text": "trên 43",
    }.items():
        refused(lambda c=column, v=value: mine.update(**{c: v}), FROZEN)  # type: ignore[misc]
    refused(lambda: mine.update(value=None, qualifier=Qualifier.UNSPECIFIED), FROZEN)
    refused(figure.delete, FROZEN)
    refused(
        lambda: sql("DELETE FROM deliverables_measurement WHERE report_id = %s", report.pk), FROZEN
    )
    refused(lambda: factories.measurement(report, factories.indicator(), 1), FROZEN)
    # Nor may a figure of a draft be pushed into it.
    loose = factories.measurement(factories.report(), factories.indicator(), 1)
    refused(lambda: Measurement.objects.filter(pk=loose.pk).update(report=report), FROZEN)


@pytest.mark.parametrize("state", LEFT_DRAFT)
def test_citations_and_files_stay_as_they_were_sent(state: str) -> None:
    citation = factories.citation()
    draft = factories.report(side=ReportSide.SOURCE, citations=[citation])
    file = factories.evidence_file(draft)
    report = _moved(draft, state)
    refused(lambda: report.citations.add(factories.citation()), FROZEN)
    refused(lambda: report.citations.remove(citation), FROZEN)
    refused(report.citations.clear, FROZEN)
    refused(citation.delete, FROZEN)
    links = ProgressReport.citations.through.objects.filter(progressreport=report)
    refused(lambda: links.update(citation=factories.citation()), FROZEN)
    refused(lambda: links.update(progressreport=factories.report()), FROZEN)

    refused(lambda: factories.evidence_file(report), FROZEN)
    other = factories.stored_file()
    refused(lambda: EvidenceFile.objects.filter(pk=file.pk).update(stored=other), FROZEN)
    refused(lambda: EvidenceFile.objects.filter(pk=file.pk).update(name="b.pdf"), FROZEN)
    refused(lambda: EvidenceFile.objects.filter(pk=file.pk).delete(), FROZEN)


def a_text() -> SourceFile:
    """The text of a document that a side has sent."""
    filing = Filing.objects.create(
        source=factories.source(), agreement=factories.agreement(), side="partner", sent_at=at(DAY)
    )
    return SourceFile.objects.create(
        source=filing.source, stored=factories.stored_file(), name="a.pdf"
    )


def test_a_content_stays_what_came_in_and_a_sent_document_keeps_its_text() -> None:
    stored, other = factories.stored_file(), factories.stored_file()
    mine = StoredFile.objects.filter(pk=stored.pk)
    for column, value in {
        "file": "evidence/khac",
        "sha256": "0" * 64,
        "kind": "png",
        "size": 2,
        "pages": 2,
        "signed": True,
    }.items():
        refused(lambda c=column, v=value: mine.update(**{c: v}), KEPT_FILE)  # type: ignore[misc]
    assert mine.update(sha256=stored.sha256) == 1, "an equal write locks, and says nothing else"
    link = a_text()
    text = SourceFile.objects.filter(source=link.source)
    refused(lambda: text.update(stored=other), KEPT_FILE)
    refused(text.delete, KEPT_FILE)
    Filing.objects.filter(source=link.source).update(sent_at=None)
    assert text.delete()[0] == 1, "what was never sent may be taken back"


@pytest.mark.parametrize("state", [ReportState.DRAFT, *LEFT_DRAFT])
def test_words_and_keys_that_a_report_is_hashed_with_stay(state: str) -> None:
    """A citation's words, and the keys of what it cites and measures, live in other rows."""
    citation, indicator = factories.citation(), factories.indicator()
    draft = factories.report(side=ReportSide.SOURCE, citations=[citation], figures={indicator: 43})
    report = draft if state == ReportState.DRAFT else _moved(draft, state)
    for row, column, value in [
        (citation, "quote", "44 đơn vị"),
        (citation, "locator", "đoạn 99"),
        (citation, "source", factories.source()),
        (citation.source, "slug", "another-source"),
        (indicator, "key", "another-indicator"),
        (report.deliverable, "slug", "another-deliverable"),
    ]:
        rows = type(row).objects.filter(pk=row.pk)
        rows.update(**{column: getattr(row, column)})  # an equal update always passes
        if state == ReportState.DRAFT:
            rows.update(**{column: value})
        else:
            refused(
                lambda rows=rows, column=column, value=value: rows.update(**{column: value}),
                "dựa vào mã hay trích dẫn này",
            )


def _moved(report: ProgressReport, state: str) -> ProgressReport:
    """Along the same moves as `factories.report`, for a draft that has more parts."""
    for step in factories._PATHS[state]:
        factories._step(report, step, at(DAY))
    if state in {ReportState.PUBLISHED, ReportState.SET_ASIDE}:
        report.refresh_from_db()
        OfficialChange.objects.record(report, "became_official", at(DAY))
    report.refresh_from_db()
    return report


def test_a_published_report_is_whole_once_it_is_logged() -> None:
    """`loaddata` brings a published report before its figures, and its change after them."""
    report = factories.report(state=ReportState.PUBLISHED)
    figure = factories.measurement(report, factories.indicator(), 5)
    refused(figure.delete, FROZEN)
    OfficialChange.objects.record(report, "became_official", at(DAY))
    refused(lambda: factories.measurement(report, factories.indicator(), 6), FROZEN)


# --- Append-only ------------------------------------------------------------------------------


def a_verdict() -> Verdict:
    return Verdict.objects.create(
        report=factories.report(state=ReportState.SUBMITTED),
        side="vnpt",
        decision="dispute",
        reason="Sai.",
        counter_stage=Stage.PILOTING,
        counter_figures={"b": {"value": "1"}, "a": {"value": "2"}},
        by=factories.user(),
        at=at(DAY),
    )


def a_change() -> OfficialChange:
    return factories.report(state=ReportState.PUBLISHED, logged=True).changes.get()


def a_target() -> Target:
    return Target.objects.create(
        deliverable=factories.deliverable(),
        indicator=factories.indicator(),
        baseline=1,
        value=100,
        due_on=DAY,
        set_on=DAY,
    )


def an_amendment() -> Amendment:
    return Amendment.objects.create(
        phase=factories.phase(),
        position=1,
        signed_on=PartialDate.of(DAY),
        effective_on=DAY,
        terms_before={"end_year": 2025, "open_ended": False, "areas": {}},
    )


def a_due_day() -> DueDay:
    return DueDay.objects.create(deliverable=factories.deliverable(), due_on=DAY, set_on=DAY)


def a_move() -> Move:
    return Move.objects.create(
        report=factories.report(state=ReportState.SUBMITTED),
        state=ReportState.SUBMITTED,
        by=factories.user(),
        at=at(DAY),
    )


def a_comment() -> Comment:
    return Comment.objects.create(
        report=factories.report(state=ReportState.SUBMITTED),
        side="partner",
        text="Đã bổ sung biên bản.",
        by=factories.user(),
        at=at(DAY),
    )


@pytest.mark.parametrize(
    ("make", "others"),
    [
        (
            a_move,
            lambda: {
                "report_id": factories.report(state=ReportState.SUBMITTED).pk,
                "state": "withdrawn",
                "by_id": factories.user().pk,
                "at": at(dt.date(2021, 5, 5)),
            },
        ),
        (
            a_comment,
            lambda: {
                "report_id": factories.report(state=ReportState.SUBMITTED).pk,
                "side": "vnpt",
                "text": "Khác.",
                "by_id": factories.user().pk,
                "at": at(dt.date(2021, 5, 5)),
            },
        ),
        (
            a_verdict,
            lambda: {
                "report_id": factories.report(state=ReportState.SUBMITTED).pk,
                "side": "partner",
                "decision": "confirm",
                "reason": "Khác.",
                "counter_stage": "",
                "counter_figures": {},
                "by_id": factories.user().pk,
                "at": at(dt.date(2021, 5, 5)),
            },
        ),
        (
            a_change,
            lambda: {
                "seq": 10**9,
                "report_id": factories.report(state=ReportState.PUBLISHED).pk,
                "kind": "ceased",
                "at": at(dt.date(2021, 5, 5)),
                "hash": "0" * 64,
                "previous_hash": "1" * 64,
            },
        ),
        (
            a_target,
            lambda: {
                "deliverable_id": factories.deliverable().pk,
                "indicator_id": factories.indicator().pk,
                "baseline": None,
                "value": 50,
                "due_on": None,
                "set_on": dt.date(2021, 5, 5),
            },
        ),
    ],
    ids=["move", "comment", "verdict", "change", "target"],
)
def test_rows_that_are_only_added(
    make: Callable[[], Model], others: Callable[[], dict[str, Any]]
) -> None:
    row = make()
    mine = type(row)._default_manager.filter(pk=row.pk)
    values = others()
    prefix = {"officialchange": "change"}.get(row._meta.model_name, row._meta.model_name)
    assert set(values) == set(_columns_of(prefix))
    for column, value in values.items():
        refused(lambda c=column, v=value: mine.update(**{c: v}), APPEND_ONLY)  # type: ignore[misc]
    refused(mine.delete, APPEND_ONLY)
    refused(lambda: mine._raw_delete("default"), APPEND_ONLY)
    table = row._meta.db_table
    refused(lambda: sql(f'DELETE FROM "{table}"'), APPEND_ONLY)
    # Said again as it stands, it passes.
    mine.get().save()


# --- Round the guards -------------------------------------------------------------------------

sqlite_only = pytest.mark.skipif(connection.vendor != "sqlite", reason="REPLACE is SQLite's")
GUARDED = sorted({guard.table for guard in triggers.guards() if guard.event == "DELETE"})


@pytest.mark.parametrize("table", GUARDED)
def test_no_table_is_emptied_at_a_stroke(table: str) -> None:
    if connection.vendor == "postgresql":
        refused(lambda: sql(f'TRUNCATE "{table}" CASCADE'), APPEND_ONLY)
        return
    a_target()
    a_change()
    report = factories.report(citations=[factories.citation()], figures={factories.indicator(): 1})
    factories.evidence_file(report)
    a_verdict()
    a_move()
    a_comment()
    factories.Cooperation().proposal(ProposalState.SUBMITTED, factories.stored_file())
    an_amendment()
    a_due_day()
    a_text()
    _moved(report, ReportState.SUBMITTED)
    refused(lambda: sql(f'DELETE FROM "{table}"'))


@sqlite_only
@pytest.mark.parametrize(
    "make",
    [a_move, a_comment, a_verdict, a_change, a_target],
    ids=["move", "comment", "verdict", "change", "target"],
)
def test_replace_deletes_nothing(make: Callable[[], Model]) -> None:
    row = make()
    table = row._meta.db_table
    refused(
        lambda: sql(
            f'INSERT OR REPLACE INTO "{table}" SELECT * FROM "{table}" WHERE {row._meta.pk.column} = %s',
            row.pk,
        ),
        APPEND_ONLY,
    )


@sqlite_only
def test_replace_puts_no_other_report_or_figure_in_place() -> None:
    report = factories.report(state=ReportState.CONFIRMED, figures={factories.indicator(): 1})
    table = "deliverables_progressreport"
    refused(
        lambda: sql(
            f"INSERT OR REPLACE INTO {table} SELECT * FROM {table} WHERE id = %s", report.pk
        ),
        FROZEN,
    )
    loose = factories.report()
    columns = "report_id, indicator_id, value, numerator, denominator, qualifier, text"
    values = columns.replace("report_id", str(loose.pk))
    refused(
        lambda: sql(
            f"INSERT OR REPLACE INTO deliverables_measurement (id, {columns}) "
            f"SELECT id, {values} FROM deliverables_measurement WHERE report_id = %s",
            report.pk,
        ),
        FROZEN,
    )


def test_loading_the_same_rows_again_passes_and_other_ones_do_not() -> None:
    report = factories.report(
        state=ReportState.SET_ASIDE,
        as_of="2021-05",
        figures={factories.indicator(): "24.5", factories.indicator(): None},
        citations=[factories.citation()],
        logged=True,
    )
    rows = [report, *report.measurements.all(), *report.changes.order_by("seq")]
    text = serializers.serialize(
        "json", rows, use_natural_foreign_keys=True, use_natural_primary_keys=True
    )
    for loaded in serializers.deserialize("json", text):
        loaded.save()
    assert ProgressReport.objects.get(pk=report.pk).content() == report.content()
    assert report.measurements.count() == 2

    def load_other() -> None:
        for loaded in serializers.deserialize("json", text.replace('"24.5000"', '"24.6000"')):
            loaded.save()

    assert '"24.5000"' in text
    refused(load_other, FROZEN)
