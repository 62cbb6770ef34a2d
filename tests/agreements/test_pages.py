"""Lists that tell of the promise alone: events and sources."""

import datetime as dt

import pytest
import time_machine
from django.template import Context, Template
from django.test import Client

from agreements.choices import ParticipationRole, SourceScope
from agreements.lineage import lineage
from agreements.models import Event, Source
from agreements.participants import by_role
from agreements.templatetags.sources import mark_figures, source_name
from agreements.told import differing_by, has_begun, has_happened, told_by
from coopportal.clock import Moment
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def on_the_day():
    with time_machine.travel("2026-11-21T10:00:00+07:00", tick=False):
        yield


# ---- events --------------------------------------------------------------------------------------


def test_events_stand_latest_first_and_undated_ones_last(client: Client) -> None:
    response = client.get("/su-kien/", {"tinh-den": "31/12/2014"})

    assert [event.slug for event, _roles in response.context["told"]] == [
        "ky-ket-lao-cai-2014",
        "ky-ket-hoa-binh-2014",
        "ky-ket-nghe-an-2014",
        "ky-ket-ninh-thuan-2014",
        "ky-ket-uy-ban-dan-toc-2014",
        "ky-ket-kien-giang-2014",
        "dot-ky-ket-thang-9-2014",
        "ky-ket-dien-bien-2014",
        "ky-ket-ha-nam-2014",
    ]


def test_an_event_of_a_month_is_told_from_the_last_day_of_it(client: Client) -> None:
    def told(day: str) -> set[str]:
        response = client.get("/su-kien/", {"tinh-den": day})
        return {event.slug for event, _roles in response.context["told"]}

    assert "ky-ket-nghe-an-2020" not in told("30/12/2020")
    assert "ky-ket-nghe-an-2020" in told("31/12/2020")


def test_before_everything_the_lists_say_what_would_be_there(client: Client) -> None:
    assert "Đến ngày này các nguồn chưa nêu sự kiện nào" in _html(client, "/su-kien/", "01/01/2013")
    assert "không ghi ngày" not in _html(client, "/su-kien/", "01/01/2013")


def test_fourteen_certificates_are_seven_and_seven(client: Client) -> None:
    event = Event.objects.prefetch_related("participations").get(slug="khen-thuong-nghe-an-2020")

    received = dict(by_role(event))[str(ParticipationRole.RECEIVED.label)]

    assert [(part.count, part.group_label) for part in received] == [(7, "tập thể"), (7, "cá nhân")]
    assert "7 tập thể; 7 cá nhân" in _html(client, "/su-kien/")


def test_a_long_list_is_cut_into_pages_that_keep_the_day(client: Client) -> None:
    for _n in range(25):
        factories.event(happened_on="2012-05-04")

    html = _html(client, "/su-kien/", "31/12/2012")

    assert "Trang 1 trong 2" in html
    assert "tinh-den=31/12/2012&amp;trang=2" in html


# ---- sources -------------------------------------------------------------------------------------


def test_articles_come_first_and_the_rest_is_marked(client: Client) -> None:
    response = client.get("/nguon/")

    scopes = [source.scope for source in response.context["list"].shown]

    assert scopes == sorted(scopes)
    assert scopes.count(SourceScope.ARTICLE) == 5
    assert "Nguồn ngoài các bài báo" in response.content.decode()


def test_a_source_is_listed_once_it_is_out(client: Client) -> None:
    def listed(day: str) -> set[str]:
        return {row.slug for row in client.get("/nguon/", {"tinh-den": day}).context["list"].page}

    assert "le-dong-thuy-2021" not in listed("03/05/2021")
    assert "le-dong-thuy-2021" in listed("04/05/2021")


def test_a_source_goes_by_number_then_publisher_then_author_then_title() -> None:
    law = Source(publisher="Quốc hội", number="202/2025/QH15", title="Nghị quyết về sắp xếp")
    assert source_name(law) == "Nghị quyết 202/2025/QH15 (Quốc hội)"
    assert str(law) == "Nghị quyết 202/2025/QH15 (Quốc hội)"
    assert source_name(Source(number="12/BB", title="Về việc họp")) == "12/BB"
    assert source_name(Source(publisher="VnMedia", authors="A", title="T")) == "VnMedia"
    assert source_name(Source(authors="Lê Đông Thủy", title="T")) == "bài của Lê Đông Thủy"
    assert source_name(Source(title="Biên bản")) == "Biên bản"


def test_two_sources_of_one_name_are_told_apart_where_they_stand_side_by_side() -> None:
    one = factories.source(publisher="VnMedia", title="Bài một", issued_on="2014-09")
    one.refresh_from_db()
    other = factories.source(publisher="VnMedia", title="Bài hai")

    told = Template("{% load sources %}{% source_links rows %}").render(
        Context(
            {"rows": [one, other, factories.source(publisher="VietTimes")], "moment": Moment.now()}
        )
    )

    assert "VnMedia tháng 9/2014: Bài một" in told
    assert "VnMedia: Bài hai" in told
    assert ">VietTimes<" in told


@pytest.mark.parametrize(
    ("quote", "marked"),
    [
        ("tại 43 cơ quan", "tại <mark>43</mark> cơ quan"),
        ("với trên 12.000 tài khoản", "với trên <mark>12.000</mark> tài khoản"),
        ("73% các trường", "<mark>73%</mark> các trường"),
        ("nhiều <đơn vị>", "nhiều &lt;đơn vị&gt;"),
        ("", ""),
    ],
)
def test_figures_of_a_quote_are_marked_and_the_rest_is_escaped(quote: str, marked: str) -> None:
    assert mark_figures(quote) == marked


# ---- lists: narrowed, sorted, as CSV ---------------------------------------------------------------


def test_events_are_narrowed_by_partner_and_kind_and_the_address_keeps(client: Client) -> None:
    response = client.get(
        "/su-kien/", {"agreement": "nghe-an", "kind": "commendation", "tinh-den": "31/12/2021"}
    )

    assert [event.slug for event, _roles in response.context["told"]] == [
        "khen-thuong-nghe-an-2020"
    ]
    assert (
        response.context["list"].csv_url
        == "/su-kien/?agreement=nghe-an&kind=commendation&tinh-den=31/12/2021&dang=csv"
    )


def test_nothing_that_fits_is_no_empty_portal(client: Client) -> None:
    html = client.get("/su-kien/", {"q": "không có chữ này"}).content.decode()

    assert "Không có sự kiện nào khớp với điều kiện lọc" in html
    assert "Xem mọi sự kiện" in html


def test_sources_sorted_by_day_have_no_groups(client: Client) -> None:
    listing = client.get("/nguon/", {"sap-xep": "-issued_on"}).context["list"]

    days = [row.issued_on.iso for row in listing.shown if row.issued_on]

    assert not listing.grouped
    assert days == sorted(days, reverse=True)
    assert listing.shown[-1].issued_on is None


@pytest.mark.parametrize(
    ("path", "heading", "line"),
    [
        ("/su-kien/?kind=commendation&agreement=nghe-an", "Sự kiện", "7 tập thể, 7 cá nhân"),
        ("/nguon/?q=202/2025", "Số, ký hiệu", "nq-202-2025-qh15"),
    ],
)
def test_a_list_is_handed_out_as_it_is_shown(client: Client, path, heading, line) -> None:
    page = client.get(path)
    response = client.get(f"{path}&dang=csv")

    text = b"".join(response.streaming_content).decode("utf-8-sig")

    assert response["Content-Type"].startswith("text/csv")
    assert heading in text.splitlines()[0]
    assert len(text.splitlines()) == 1 + page.context["list"].total
    assert line in text


@pytest.mark.parametrize(
    ("path", "parameter"),
    [
        ("/su-kien/?sap-xep=la", "sap-xep"),
        ("/su-kien/?agreement=khong-co", "agreement"),
        ("/nguon/?scope=la", "scope"),
        ("/nguon/?dang=xlsx", "dang"),
        ("/nguon/?trang=9999", "trang"),
        ("/nguon/?so-dong=0", "so-dong"),
    ],
)
def test_what_a_list_cannot_mean_is_refused_by_name(client: Client, path, parameter) -> None:
    response = client.get(path)

    assert response.status_code == 400
    assert parameter in response.content.decode()


# ---- what was told by a day ------------------------------------------------------------------------


def test_what_has_no_day_is_there_once_a_source_told_of_it() -> None:
    phase = factories.phase(start_year=None, end_year=None)
    event = factories.event()
    for row in (phase, event):
        row.citations.add(factories.citation(source=factories.source(issued_on="2021-05")))
        row.citations.add(factories.citation(source=factories.source(issued_on="2022")))

    for asked in (
        has_begun(phase, dt.date(2021, 5, 30)),
        has_happened(event, dt.date(2021, 5, 30)),
    ):
        assert not asked
    assert has_begun(phase, dt.date(2021, 5, 31))
    assert has_happened(event, dt.date(2021, 5, 31))


def test_a_source_without_a_day_and_a_row_without_source_are_always_there() -> None:
    cited, bare = factories.statement(), factories.statement()
    cited.citations.add(factories.citation())

    assert told_by(cited, dt.date(1990, 1, 1))
    assert told_by(bare, dt.date(1990, 1, 1))


def test_a_difference_is_seen_when_all_its_sources_are_out() -> None:
    row = factories.discrepancy()
    for position, issued_on in enumerate(("2020-12", "2021-05-04")):
        row.sides.create(
            position=position,
            citation=factories.citation(source=factories.source(issued_on=issued_on)),
            says="một",
        )
    empty = factories.discrepancy()

    assert differing_by([row, empty], dt.date(2021, 5, 3)) == []
    assert differing_by([row, empty], dt.date(2021, 5, 4)) == [row]


def test_lineage_has_a_row_for_each_area_of_the_longer_list() -> None:
    first, second = factories.phase(), factories.phase()
    before = [factories.area(phase=first, position=n) for n in (1, 2, 3)]
    after = [factories.area(phase=second, position=1, widened=True)]
    after[0].continues.set([before[2]])

    drawn = lineage(before, after)

    assert (drawn.rows, drawn.height) == (3, 300)
    assert (len(drawn.before_voids), len(drawn.after_voids)) == (0, 2)
    assert [curve.path for curve in drawn.curves] == ["M6 250C50 250 50 50 94 50"]
    assert drawn.after[0].words == "Mở rộng từ lĩnh vực 3"


# ---- weight --------------------------------------------------------------------------------------


@pytest.mark.parametrize("count", [1, 5, 40])
def test_queries_of_the_events(client: Client, count, django_assert_num_queries) -> None:
    for _n in range(count):
        happening = factories.event(
            happened_on="2012-05-04", agreement=factories.agreement(), phase=factories.phase()
        )
        factories.participation(event=happening, person=factories.person(), group_label="")
        happening.citations.add(factories.citation())
    with django_assert_num_queries(5):
        response = client.get("/su-kien/", {"tinh-den": "31/12/2012"})
    assert response.context["list"].total == count


@pytest.mark.parametrize("count", [1, 5, 40])
def test_queries_of_the_sources(client: Client, count, django_assert_num_queries) -> None:
    for _n in range(count):
        factories.source(issued_on="2012-05-04")
    with django_assert_num_queries(2):
        response = client.get("/nguon/", {"tinh-den": "31/12/2012"})
    assert len([row for row in response.context["list"].shown if row.issued_on]) == count


def _html(client: Client, path: str, day: str = "") -> str:
    response = client.get(path, {"tinh-den": day} if day else {})
    assert response.status_code == 200
    return response.content.decode()
