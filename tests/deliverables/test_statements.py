"""What each verb costs: literal numbers of statements, the same for sixty rows as for ten."""

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

import pytest
from django.test.utils import CaptureQueriesContext

from agreements.choices import Qualifier
from coopportal.clock import today
from coopportal.partial_dates import PartialDate
from deliverables import actions
from deliverables.actions import EvidenceSaid, FigureSaid, Said, SheetRow
from deliverables.choices import ReportState, Stage
from deliverables.models import Indicator, OfficialChange, ProgressReport
from tests import factories
from tests.factories import Cooperation

Count = Callable[[], CaptureQueriesContext]
DOCUMENT = EvidenceSaid(
    number="123/BC-SKHCN",
    title="Báo cáo kết quả",
    issued_on=PartialDate(2025, 1, 2),
    locator="trang 3",
    quote="43 cơ quan, đơn vị",
)


def data(queries: CaptureQueriesContext) -> list[str]:
    """The statements without the marks of the transaction around them."""
    marks = ("SAVEPOINT", "RELEASE", "ROLLBACK", "BEGIN", "COMMIT")
    return [row["sql"] for row in queries if not row["sql"].startswith(marks)]


@pytest.fixture
def cooperation(db: None) -> Cooperation:
    return Cooperation()


def said(*indicators: Indicator, figure: int = 43) -> Said:
    return Said(
        as_of=PartialDate.of(today() - dt.timedelta(days=1)),
        stage=Stage.DEPLOYED,
        figures={each.key: FigureSaid(Decimal(figure), Qualifier.OVER) for each in indicators},
        evidence=[DOCUMENT],
    )


def stored(report: ProgressReport) -> ProgressReport:
    """As a door fetches it."""
    return ProgressReport.objects.select_related("deliverable", "revises").get(pk=report.pk)


def test_draft_submit_confirm_with_everything_they_keep(
    cooperation: Cooperation, query_count: Count
) -> None:
    indicators = [factories.indicator() for _ in range(3)]
    deliverable = cooperation.deliverable
    with query_count() as start:
        draft = actions.start_draft(
            deliverable, by=cooperation.officer, said=said(*indicators), request_key="k"
        )
    # whether the key is known, mandate, indicators; report, key, figures; source, filing, citation, link
    assert len(data(start)) == 10
    draft = stored(draft)
    with query_count() as save:
        actions.save_draft(
            draft, by=cooperation.officer, said=said(*indicators, figure=44), version=1
        )
    # mandate, indicators; the draft itself, figures out and in, citations that it has
    assert len(data(save)) == 6
    draft = stored(draft)
    with query_count() as submit:
        actions.submit(draft, by=cooperation.officer, version=2)
    # mandate, move, what is stored, who moved it, the other side may read the evidence
    assert len(data(submit)) == 5
    submitted = stored(draft)
    with query_count() as confirm:
        actions.confirm(submitted, by=cooperation.manager)
    # mandate, move, what is stored, verdict; figures and citations that are hashed, evidence opened;
    # lock, last change, change
    assert len(data(confirm)) == 10


def test_confirming_a_correction_that_ends_another_reign(
    cooperation: Cooperation, query_count: Count
) -> None:
    indicators = [factories.indicator() for _ in range(3)]
    first = cooperation.report(
        ReportState.CONFIRMED, figures=dict.fromkeys(indicators, 1), logged=True
    )
    draft = actions.revise(first, by=cooperation.officer)
    actions.save_draft(draft, by=cooperation.officer, said=said(*indicators), version=1)
    actions.submit(draft, by=cooperation.officer)
    submitted = stored(draft)
    with query_count() as confirm:
        actions.confirm(submitted, by=cooperation.manager)
    # As many as above: the reign ends with the move, both changes are hashed and stored together.
    assert len(data(confirm)) == 10
    assert OfficialChange.objects.first_broken() is None


def sheet(cooperation: Cooperation, rows: int) -> list[SheetRow]:
    indicators = [factories.indicator() for _ in range(3)]
    return [
        SheetRow(
            factories.deliverable(phase=cooperation.deliverable.phase),
            replace(
                said(*indicators),
                evidence=[replace(DOCUMENT, locator=f"trang {number}")],
            ),
        )
        for number in range(rows)
    ]


@pytest.mark.parametrize("rows", [10, 60])
def test_a_sheet_is_saved_in_as_many_statements_whatever_its_rows(
    cooperation: Cooperation, query_count: Count, rows: int
) -> None:
    lines = sheet(cooperation, rows)
    with query_count() as begun:
        outcomes = actions.save_sheet(lines, by=cooperation.officer)
    assert [one.ok for one in outcomes] == [True] * rows
    # mandates, indicators, open drafts; reports, figures; source, filing, citations, links. Where one
    # statement takes 999 values (SQLite), sixty reports take two and their figures two.
    assert len(data(begun)) <= 9 + (2 if rows == 60 else 0)
    drafts = [one.report for one in outcomes]
    again = [
        replace(line, report=draft, version=1, said=replace(line.said, coverage="toàn tỉnh"))
        for line, draft in zip(lines, drafts, strict=True)
    ]
    with query_count() as saved:
        outcomes = actions.save_sheet(again, by=cooperation.officer)
    assert [one.ok for one in outcomes] == [True] * rows
    # mandates, indicators, drafts held, open drafts; reports, figures out and in, citations they have
    assert len(data(saved)) <= 8 + (1 if rows == 60 else 0)
    stored_rows = ProgressReport.objects.filter(pk__in=[draft.pk for draft in drafts if draft])
    assert set(stored_rows.values_list("coverage", "version")) == {("toàn tỉnh", 2)}
