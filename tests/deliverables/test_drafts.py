"""Drafts: begun once however often asked, saved by whoever saw the latest, lost by nobody."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.core.exceptions import PermissionDenied, ValidationError

from agreements.choices import Qualifier, Side, SourceScope
from agreements.models import Citation, Filing, Source
from coopportal.clock import ZONE
from coopportal.partial_dates import PartialDate
from deliverables import actions
from deliverables.actions import (
    ConflictError,
    DraftOpenError,
    EvidenceSaid,
    FigureSaid,
    Said,
    StaleDraftError,
)
from deliverables.choices import ReportSide, ReportState, Stage, ValueKind
from deliverables.models import Indicator, Measurement, Move, ProgressReport
from tests import factories
from tests.factories import Cooperation

NOW = dt.datetime(2026, 11, 21, 9, 30, tzinfo=ZONE)
DAY = PartialDate(2026, 11, 20)
DOCUMENT = EvidenceSaid(
    number="123/BC-SKHCN",
    title="Báo cáo kết quả triển khai",
    issued_on=PartialDate(2026, 11, 19),
    locator="trang 3",
    quote="đã triển khai tại 43 cơ quan, đơn vị",
)


@pytest.fixture
def _frozen() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def cooperation(db: None, _frozen: None) -> Cooperation:
    return Cooperation()


@pytest.fixture
def indicator(db: None) -> Indicator:
    return factories.indicator()


def said(**values: Any) -> Said:
    return Said(**{"as_of": DAY, "stage": Stage.DEPLOYED, **values})


def start(cooperation: Cooperation, **values: Any) -> ProgressReport:
    by = values.pop("by", cooperation.officer)
    key = values.pop("request_key", "")
    return actions.start_draft(cooperation.deliverable, by=by, said=said(**values), request_key=key)


def stored(report: ProgressReport) -> Said:
    return Said.of(ProgressReport.objects.get(pk=report.pk))


# --- Beginning ----------------------------------------------------------------------------------


def test_a_draft_says_what_was_said(cooperation: Cooperation, indicator: Indicator) -> None:
    told = said(
        narrative="  Mở rộng xuống xã. ",
        coverage="43 cơ quan",
        figures={indicator.key: FigureSaid(Decimal("43"), Qualifier.OVER)},
        evidence=[DOCUMENT],
    )
    report = actions.start_draft(cooperation.deliverable, by=cooperation.officer, said=told)
    row = ProgressReport.objects.get(pk=report.pk)
    assert (row.state, row.side, row.author, row.version) == (
        *(ReportState.DRAFT, ReportSide.PARTNER, cooperation.officer, 1),
    )
    assert row.as_of_end == dt.date(2026, 11, 20)
    assert stored(report) == replace(told, narrative="Mở rộng xuống xã.", evidence=(DOCUMENT,))
    assert row.citations.get().source.scope == SourceScope.FILED


def test_vnpt_begins_a_draft_of_its_own(cooperation: Cooperation) -> None:
    assert start(cooperation, by=cooperation.manager).side == ReportSide.VNPT
    assert start(cooperation).side == ReportSide.PARTNER


def test_who_represents_no_side_begins_nothing(cooperation: Cooperation) -> None:
    for nobody in (cooperation.stranger, cooperation.administrator):
        with pytest.raises(PermissionDenied):
            start(cooperation, by=nobody)
    with pytest.raises(PermissionDenied):
        actions.start_draft(
            cooperation.deliverable, by=cooperation.officer, said=said(), side=ReportSide.VNPT
        )
    assert not ProgressReport.objects.filter(deliverable=cooperation.deliverable).exists()


def test_a_request_sent_twice_makes_one_report(cooperation: Cooperation) -> None:
    first = start(cooperation, request_key="k1", evidence=[DOCUMENT])
    assert start(cooperation, request_key="k1", evidence=[DOCUMENT]) == first
    assert list(ProgressReport.objects.filter(deliverable=cooperation.deliverable)) == [first]


def test_the_key_of_one_user_means_nothing_to_another(cooperation: Cooperation) -> None:
    start(cooperation, request_key="k1")
    with pytest.raises(DraftOpenError):
        start(cooperation, request_key="k1", by=cooperation.colleague)


def test_a_key_used_again_for_other_words_loses_neither(cooperation: Cooperation) -> None:
    first = start(cooperation, request_key="k1")
    with pytest.raises(StaleDraftError) as refused:
        start(cooperation, request_key="k1", narrative="Viết thêm.")
    assert refused.value.report == first
    assert refused.value.said == said(narrative="Viết thêm.")


def test_one_open_draft_for_a_side_and_day(cooperation: Cooperation) -> None:
    draft = start(cooperation)
    with pytest.raises(DraftOpenError) as refused:
        start(cooperation, by=cooperation.colleague, narrative="Của tôi.")
    assert refused.value.report == draft
    assert str(refused.value) == (
        f"Đã có bản nháp của hạng mục này cho ngày 20/11/2026: {cooperation.officer} lập lúc "
        "09:30 21/11/2026. Mở bản nháp đó để sửa tiếp."
    )
    # Another day, and the same day once the first was sent, are other drafts.
    start(cooperation, as_of=PartialDate(2026, 11, 19))
    actions.submit(draft, by=cooperation.officer)
    start(cooperation)


def test_a_draft_moved_onto_the_day_of_another_is_refused(cooperation: Cooperation) -> None:
    first = start(cooperation)
    second = start(cooperation, as_of=PartialDate(2026, 10))
    with pytest.raises(DraftOpenError) as refused:
        actions.save_draft(second, by=cooperation.officer, said=said(), version=1)
    assert refused.value.report == first
    assert stored(second).as_of == PartialDate(2026, 10)


# --- What cannot stand --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"as_of": None}, "as_of"),
        ({"as_of": PartialDate(2026, 11, 22)}, "as_of"),
        ({"as_of": PartialDate(2026, 11)}, "as_of"),
        ({"stage": "khong-co"}, "stage"),
        ({"coverage": "x" * 201}, "coverage"),
        ({"figures": {"khong-co": FigureSaid(Decimal(1))}}, "figures.khong-co"),
        ({"evidence": [EvidenceSaid(quote="có")]}, "evidence.0.number"),
        ({"evidence": [replace(DOCUMENT, quote="một " * 41)]}, "evidence.0.quote"),
        ({"evidence": [DOCUMENT, replace(DOCUMENT, url="javascript:x")]}, "evidence.1.url"),
        (
            {"evidence": [replace(DOCUMENT, issued_on=PartialDate(2026, 12))]},
            "evidence.0.issued_on",
        ),
    ],
)
def test_what_cannot_stand_is_refused_by_its_field(
    cooperation: Cooperation, values: dict[str, Any], field: str
) -> None:
    with pytest.raises(ValidationError) as refused:
        start(cooperation, **values)
    assert set(refused.value.message_dict) == {field}
    assert not ProgressReport.objects.filter(deliverable=cooperation.deliverable).exists()
    assert not Filing.objects.exists()


@pytest.mark.parametrize(
    ("figure", "name"),
    [
        (FigureSaid(), "value"),
        (FigureSaid(Decimal(5), Qualifier.UNSPECIFIED), "value"),
        (FigureSaid(Decimal(5), numerator=Decimal(1)), "denominator"),
        (FigureSaid(Decimal(5), numerator=Decimal(1), denominator=Decimal(0)), "denominator"),
        (FigureSaid(Decimal(-1)), "value"),
        (FigureSaid(Decimal(1), "khong-co"), "qualifier"),
        (FigureSaid(Decimal("1.12345")), "value"),
    ],
)
def test_a_figure_that_cannot_stand(
    cooperation: Cooperation, indicator: Indicator, figure: FigureSaid, name: str
) -> None:
    with pytest.raises(ValidationError) as refused:
        start(cooperation, figures={indicator.key: figure})
    assert set(refused.value.message_dict) == {f"figures.{indicator.key}.{name}"}


def test_a_share_lies_between_0_and_100(cooperation: Cooperation) -> None:
    share = factories.indicator(unit="%", value_kind=ValueKind.SNAPSHOT, aggregation="none")
    for value in ("-1", "100.1", "810"):
        with pytest.raises(ValidationError) as refused:
            start(cooperation, figures={share.key: FigureSaid(Decimal(value))})
        assert refused.value.messages == ["Tỷ lệ phải từ 0 đến 100."]
    report = start(cooperation, figures={share.key: FigureSaid(Decimal(100))})
    assert report.measurements.get().value == 100


def test_what_was_added_in_a_period_may_be_less_than_nothing(cooperation: Cooperation) -> None:
    increment = factories.indicator(value_kind=ValueKind.INCREMENT)
    report = start(cooperation, figures={increment.key: FigureSaid(Decimal(-3))})
    assert report.measurements.get().value == -3


def test_every_field_that_is_wrong_is_told_at_once(
    cooperation: Cooperation, indicator: Indicator
) -> None:
    with pytest.raises(ValidationError) as refused:
        start(
            cooperation,
            as_of=None,
            stage="",
            figures={indicator.key: FigureSaid(), "khong-co": FigureSaid()},
        )
    assert set(refused.value.message_dict) == {
        *("as_of", "stage", f"figures.{indicator.key}.value", "figures.khong-co"),
    }


# --- Saving -------------------------------------------------------------------------------------


def test_saving_replaces_what_was_said(cooperation: Cooperation) -> None:
    one, two = factories.indicator(), factories.indicator()
    report = start(cooperation, figures={one.key: FigureSaid(Decimal(1))}, evidence=[DOCUMENT])
    other = replace(DOCUMENT, number="9/BC", quote="")
    told = said(
        stage=Stage.PILOTING,
        figures={two.key: FigureSaid(Decimal(2))},
        evidence=(DOCUMENT, other),
    )
    saved = actions.save_draft(report, by=cooperation.colleague, said=told, version=1)
    assert saved.version == ProgressReport.objects.get(pk=report.pk).version == 2
    assert stored(report) == told


def test_the_second_tab_is_told_and_nothing_is_lost(cooperation: Cooperation) -> None:
    report = start(cooperation)
    tab = ProgressReport.objects.get(pk=report.pk)
    actions.save_draft(report, by=cooperation.officer, said=said(narrative="Một."), version=1)
    mine = said(narrative="Hai.")
    with pytest.raises(StaleDraftError) as refused:
        actions.save_draft(tab, by=cooperation.colleague, said=mine, version=1)
    assert refused.value.said == mine
    assert (refused.value.report.narrative, refused.value.report.version) == ("Một.", 2)
    assert stored(report).narrative == "Một."


def test_what_was_sent_is_saved_no_more(cooperation: Cooperation) -> None:
    report = start(cooperation)
    tab = ProgressReport.objects.get(pk=report.pk)
    actions.submit(report, by=cooperation.officer)
    with pytest.raises(ConflictError, match=f"“Chờ xác nhận”: {cooperation.officer}, lúc 09:30"):
        actions.save_draft(tab, by=cooperation.officer, said=said(narrative="Hai."), version=1)


def test_only_its_side_saves_or_discards_a_draft(cooperation: Cooperation) -> None:
    report = start(cooperation)
    for person in (cooperation.manager, cooperation.stranger, cooperation.administrator):
        with pytest.raises(PermissionDenied):
            actions.save_draft(report, by=person, said=said(), version=1)
        with pytest.raises(PermissionDenied):
            actions.discard_draft(report, by=person)
    actions.discard_draft(report, by=cooperation.colleague)
    assert not ProgressReport.objects.filter(pk=report.pk).exists()


def test_submitting_the_draft_that_was_seen(cooperation: Cooperation) -> None:
    report = start(cooperation)
    tab = ProgressReport.objects.get(pk=report.pk)
    actions.save_draft(report, by=cooperation.officer, said=said(narrative="Hai."), version=1)
    with pytest.raises(StaleDraftError):
        actions.submit(tab, by=cooperation.colleague, version=1)
    assert ProgressReport.objects.get(pk=report.pk).state == ReportState.DRAFT
    actions.submit(report, by=cooperation.colleague, version=2)
    move = Move.objects.get(report=report)
    assert (move.state, move.by, move.at) == (ReportState.SUBMITTED, cooperation.colleague, NOW)


def test_a_draft_that_was_saved_since_is_not_discarded(cooperation: Cooperation) -> None:
    report = start(cooperation)
    actions.save_draft(report, by=cooperation.officer, said=said(narrative="Hai."), version=1)
    with pytest.raises(StaleDraftError):
        actions.discard_draft(report, by=cooperation.officer, version=1)
    assert ProgressReport.objects.filter(pk=report.pk).exists()


# --- Documents ----------------------------------------------------------------------------------


def test_reports_that_rest_on_one_document_share_its_source(cooperation: Cooperation) -> None:
    first = start(cooperation, evidence=[DOCUMENT])
    again = replace(DOCUMENT, locator="trang 5", quote="trên 12.000 hồ sơ")
    second = start(cooperation, as_of=PartialDate(2026, 11, 1), evidence=[DOCUMENT, again])
    source = Source.objects.get(filing__agreement=cooperation.agreement)
    assert [row.source for row in (*first.citations.all(), *second.citations.all())] == [source] * 3
    assert Citation.objects.filter(source=source).count() == 2
    # The other side's copy of the same document is its own, until it is sent.
    start(cooperation, by=cooperation.manager, evidence=[DOCUMENT])
    assert Filing.objects.filter(agreement=cooperation.agreement).count() == 2


def test_documents_of_a_discarded_draft_are_forgotten(cooperation: Cooperation) -> None:
    other = replace(DOCUMENT, number="9/BC")
    report = start(cooperation, evidence=[DOCUMENT, other])
    start(cooperation, as_of=PartialDate(2026, 10), evidence=[DOCUMENT])
    actions.discard_draft(report, by=cooperation.officer)
    kept = Source.objects.get(filing__agreement=cooperation.agreement)
    assert kept.number == DOCUMENT.number
    assert Source.history.filter(slug__contains="9-bc").count() == 0


def test_a_document_taken_out_of_a_draft_is_forgotten(cooperation: Cooperation) -> None:
    report = start(cooperation, evidence=[DOCUMENT])
    actions.save_draft(report, by=cooperation.officer, said=said(), version=1)
    assert not Citation.objects.filter(source__number=DOCUMENT.number).exists()
    assert not Filing.objects.filter(agreement=cooperation.agreement).exists()


def test_words_carried_over_from_the_press_stay_the_press_s(cooperation: Cooperation) -> None:
    """A correction of a published figure, saved as the form shows it, cites the article as before."""
    citation = factories.citation()
    source = cooperation.report(
        ReportState.PUBLISHED, side=ReportSide.SOURCE, citations=[citation], logged=True
    )
    draft = actions.revise(source, by=cooperation.officer)
    told = replace(Said.of(draft), as_of=DAY)
    actions.save_draft(draft, by=cooperation.officer, said=told, version=1)
    assert list(draft.citations.all()) == [citation]
    assert not Filing.objects.exists()


def test_revising_twice_opens_the_same_draft(cooperation: Cooperation) -> None:
    report = cooperation.report(ReportState.RETURNED)
    draft = actions.revise(report, by=cooperation.officer)
    assert actions.revise(report, by=cooperation.colleague) == draft
    assert Measurement.objects.filter(report=draft).count() == 0


# --- Who may read a document --------------------------------------------------------------------


def readers(cooperation: Cooperation, source: Source) -> set[str]:
    people = {
        "public": None,
        "stranger": cooperation.stranger,
        "officer": cooperation.officer,
        "colleague": cooperation.colleague,
        "manager": cooperation.manager,
        "administrator": cooperation.administrator,
    }
    return {
        name
        for name, person in people.items()
        if Source.objects.visible_to(person).filter(pk=source.pk).exists()
    }


def test_a_document_is_read_by_whoever_may_read_what_rests_on_it(cooperation: Cooperation) -> None:
    own, sides = {"officer", "colleague"}, {"officer", "colleague", "manager"}
    report = start(cooperation, evidence=[DOCUMENT])
    source = report.citations.get().source
    assert readers(cooperation, source) == own
    actions.submit(report, by=cooperation.officer)
    assert readers(cooperation, source) == sides
    actions.send_back(report, by=cooperation.manager, reason="Thiếu.")
    assert readers(cooperation, source) == sides
    again = actions.revise(report, by=cooperation.officer)
    actions.submit(again, by=cooperation.officer)
    assert readers(cooperation, source) == sides
    actions.confirm(again, by=cooperation.manager)
    assert readers(cooperation, source) == sides | {"public", "stranger", "administrator"}
    filing = source.filing
    filing.refresh_from_db()
    assert (filing.side, filing.sent_at, filing.opened_at) == (Side.PARTNER, NOW, NOW)
