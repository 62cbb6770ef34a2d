"""What came of a partner and of a phase: counted whole, told page by page."""

import pytest
from django.test import Client

from agreements.models import Agreement, Phase
from deliverables.choices import ReportState
from deliverables.models import Deliverable
from deliverables.pages import own
from deliverables.pages.deliverable import NEIGHBOURS
from tests import factories
from tests.deliverables.test_pages import page_of, told
from tests.fetched import fetched_rows

pytestmark = pytest.mark.django_db


def _counted(page) -> tuple:
    columns = getattr(page, "columns", None) or [page.column]
    return (
        len(page.own.rows),
        page.own.confirmed,
        page.own.without_figures,
        page.own.latest_as_of,
        page.own.page.paginator.count,
        [[(part.group, part.count) for part in column.tally] for column in columns],
        [[(part.key, part.count) for part in column.health] for column in columns],
        [[(one.name, figure.value) for one, figure in column.highlights] for column in columns],
        [column.more_figures for column in columns],
    )


@pytest.mark.parametrize("path", ["/thoa-thuan/nghe-an/", "/giai-doan/nghe-an-2014-2020/"])
@pytest.mark.parametrize("days", [{}, {"tinh_den": "30/06/2019", "biet_den": "30/06/2026"}])
def test_pages_together_tell_what_one_page_tells_and_each_counts_all(
    client: Client, monkeypatch: pytest.MonkeyPatch, path: str, days: dict[str, str]
) -> None:
    whole, _text = page_of(client, path, **days)
    lines = [one.deliverable.slug for one in told(whole)]
    assert lines
    assert not whole.own.page.has_other_pages()
    monkeypatch.setattr(own, "ROWS_A_PAGE", 2)

    pages = [
        page_of(client, path, trang=str(number), **days)[0]
        for number in range(1, -(-whole.own.page.paginator.count // 2) + 1)
    ]

    assert [one.deliverable.slug for page in pages for one in told(page)] == lines
    assert len(pages) > 1 or len(lines) <= 2
    for page in pages:
        assert _counted(page) == _counted(whole)


def test_the_next_page_is_a_link_and_a_page_that_is_none_is_refused_by_name(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(own, "ROWS_A_PAGE", 2)
    for row in (Agreement.objects.get(slug="nghe-an"), Phase.objects.get(slug="nghe-an-2014-2020")):
        path = row.get_absolute_url()
        answer = client.get(path)
        assert f'href="{path}?trang=2#ket-qua"' in answer.content.decode()
        refused = client.get(path, {"trang": "999"})
        assert refused.status_code == 400
        assert "Không có trang này" in refused.content.decode()


def test_a_page_of_many_deliverables_reads_the_reports_of_its_own_lines_only(
    client: Client, monkeypatch: pytest.MonkeyPatch, query_count
) -> None:
    monkeypatch.setattr(own, "ROWS_A_PAGE", 2)
    cooperation = factories.Cooperation()
    path = cooperation.agreement.get_absolute_url()
    for _more in range(3):
        factories.deliverable(phase=cooperation.deliverable.phase)
    client.get(path)
    with query_count() as few:
        client.get(path)
    for _more in range(12):
        factories.deliverable(phase=cooperation.deliverable.phase)
    with query_count() as many:
        page, _text = page_of(client, path)
    assert len(many) == len(few)
    assert len(told(page)) == 2
    assert len(page.own.rows) == Deliverable.objects.filter(agreement=cooperation.agreement).count()


def test_a_deliverable_fetches_no_more_of_its_neighbours_than_it_tells(client: Client) -> None:
    cooperation = factories.Cooperation()
    row = cooperation.deliverable

    def grow(count: int) -> None:
        for _n in range(count):
            beside = factories.deliverable(phase=row.phase, system=row.system)
            factories.report(
                beside,
                state=ReportState.PUBLISHED,
                figures={factories.indicator(): 1},
                citations=[factories.citation()],
            )

    grow(30)
    client.get(row.get_absolute_url())
    with fetched_rows() as few:
        client.get(row.get_absolute_url())
    grow(30)
    with fetched_rows() as many:
        page, _text = page_of(client, row.get_absolute_url())
    assert len(page.neighbours) == NEIGHBOURS
    assert many.rows == few.rows
