"""Who has a system: counted whole, told page by page, and every list that is cut says so."""

import pytest
from django.test import Client

from agreements.models import System
from deliverables.choices import DeliverableKind, ReportState, Stage
from deliverables.pages import systems
from tests import factories
from tests.deliverables.test_pages import page_of

pytestmark = pytest.mark.django_db


def _counted(page) -> tuple:
    return (
        page.page.paginator.count,
        page.named.partners,
        [(part.group, part.count) for part in page.named.tally],
        [(group.anchor, group.count) for group in page.groups],
    )


def _place(system: System, **values):
    """A deployment whose official report has a figure that rests on a source."""
    stage = values.pop("stage", Stage.DEPLOYED)
    figures = {values.pop("indicator", None) or factories.indicator(): values.pop("value", 5)}
    deliverable = factories.deliverable(system=system, **values)
    factories.report(
        deliverable,
        state=ReportState.PUBLISHED,
        stage=stage,
        figures=figures,
        citations=[factories.citation()],
    )
    return deliverable


@pytest.mark.parametrize("days", [{}, {"tinh_den": "30/06/2022", "biet_den": "30/06/2026"}])
def test_pages_together_tell_what_one_page_tells_and_each_counts_all(
    client: Client, monkeypatch: pytest.MonkeyPatch, days: dict[str, str]
) -> None:
    whole, _text = page_of(client, "/he-thong/chu-ky-so/", **days)
    places = [(one.deliverable.slug, since) for one, since, _differences in whole.places]
    assert len(places) > 2
    assert not whole.page.has_other_pages()
    monkeypatch.setattr(systems, "PLACES_A_PAGE", 2)

    pages = [
        page_of(client, "/he-thong/chu-ky-so/", trang=str(number), **days)[0]
        for number in range(1, -(-len(places) // 2) + 1)
    ]

    assert [
        (one.deliverable.slug, since) for page in pages for one, since, _rest in page.places
    ] == places
    for page in pages:
        assert _counted(page) == _counted(whole)
        assert page.elsewhere == len(places) - len(page.deployments)


def test_places_go_by_partner_and_phase_and_those_without_an_agreement_come_last(
    client: Client,
) -> None:
    system, agreement = factories.system(), factories.agreement()
    national = _place(system, phase=None, agreement=None)
    years = (2021, 2015)
    late, early = (
        _place(
            system,
            phase=factories.phase(agreement=agreement, start_year=year, end_year=year + 5),
        )
        for year in years
    )
    loose = _place(system, phase=None, agreement=agreement)

    page, _text = page_of(client, system.get_absolute_url())

    assert [one.deliverable for one in page.deployments] == [early, late, loose, national]
    assert page.named.partners == 1


def test_the_next_page_is_a_link_and_a_page_that_is_none_is_refused_by_name(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(systems, "PLACES_A_PAGE", 2)
    answer = client.get("/he-thong/chu-ky-so/")
    assert 'href="/he-thong/chu-ky-so/?trang=2#h-o-dau"' in answer.content.decode()
    refused = client.get("/he-thong/chu-ky-so/", {"trang": "999"})
    assert refused.status_code == 400
    assert "Không có trang này" in refused.content.decode()


def test_bars_are_of_the_places_drawn_and_say_how_many_are_elsewhere(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    system, shared = factories.system(), factories.indicator()
    for value in (5, 7, 9):
        _place(system, indicator=shared, value=value)
    path = system.get_absolute_url()
    whole, text = page_of(client, path)
    assert sorted(bar.figure.value for bar in whole.comparisons[0].bars) == [5, 7, 9]
    assert "nơi khác ở các trang khác" not in text
    monkeypatch.setattr(systems, "PLACES_A_PAGE", 2)

    answer = client.get(path)
    first, text = page_of(client, path)
    _last, alone = page_of(client, path, trang="2")

    assert {bar.one.deliverable for bar in first.comparisons[0].bars} == {
        one.deliverable for one in first.deployments
    }
    assert "So sánh 2 nơi của trang này; 1 nơi khác ở các trang khác." in text
    assert (
        f'<a href="/hang-muc/?kind=deployment&amp;system={system.slug}">Danh sách cả 3 nơi</a>'
        in answer.content.decode()
    )
    assert "Trong các nơi của trang này chưa có chỉ tiêu nào mà hai nơi cùng có số." in alone


def test_what_else_names_a_system_is_cut_where_it_is_long_and_leads_to_its_lists(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    system = factories.system()
    for _each in range(3):
        factories.deliverable(kind=DeliverableKind.INTEGRATION, connects_to=system)
    for _each in range(4):
        factories.deliverable(kind=DeliverableKind.TRAINING, system=system)
    path = system.get_absolute_url()
    _whole, text = page_of(client, path)
    assert "hạng mục khác." not in text
    monkeypatch.setattr(systems, "REST_SHOWN", 2)

    page, text = page_of(client, path)

    assert [(len(group.rows), group.count, group.left_out) for group in page.groups] == [
        (2, 3, 1),
        (2, 4, 2),
    ]
    assert "Còn 1 hạng mục khác." in text
    assert "Còn 2 hạng mục khác." in text
    html = client.get(path).content.decode()
    for query, count in ((f"connects_to={system.slug}", 3), (f"system={system.slug}", 4)):
        assert f'href="/hang-muc/?{query}"' in html
        assert client.get(f"/hang-muc/?{query}").context["list"].total == count


@pytest.mark.parametrize("days", ["", "?biet-den=20/11/2026"])
def test_queries_are_as_many_for_one_place_as_for_forty(
    client: Client, query_count, days: str
) -> None:
    system, shared = factories.system(), factories.indicator()
    counts, path = [], system.get_absolute_url() + days
    for places in (1, 5, 40):
        while system.deliverables.count() < places:
            _place(system, indicator=shared)
        client.get(path)
        with query_count() as queries:
            answer = client.get(path)
        assert len(answer.context["page"].deployments) == places
        counts.append(len(queries))
    assert len(set(counts)) == 1, counts


def test_a_page_reads_the_reports_of_its_own_places_only(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(systems, "PLACES_A_PAGE", 2)
    asked: list[int] = []
    fetch = systems.fetch_delivered

    def counting(*args):
        fetched = fetch(*args)
        asked.extend(report.deliverable_id for report in fetched.reports)
        return fetched

    monkeypatch.setattr(systems, "fetch_delivered", counting)
    system = factories.system()
    for stage in (Stage.DEPLOYED, Stage.PILOTING, Stage.DEPLOYED, Stage.ENDED, Stage.DEPLOYED):
        _place(system, stage=stage)

    page, _text = page_of(client, system.get_absolute_url(), trang="2")

    assert set(asked) == {one.deliverable.pk for one in page.deployments}
    assert len(asked) == 2
    assert sum(part.count for part in page.named.tally) == 5
