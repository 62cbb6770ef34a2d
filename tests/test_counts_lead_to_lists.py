"""Every count of the overview leads to the list that it counts; and what those lists say and cost."""

import csv
import datetime as dt
import io
import re

import pytest
import time_machine
from django.test import Client

from agreements.models import Phase
from deliverables.choices import ReportState
from deliverables.models import Measurement
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def on_the_day():
    with time_machine.travel("2026-11-21T10:00:00+07:00", tick=False):
        yield


def opened(client: Client, address: str):
    response = client.get(address)
    assert response.status_code == 200, address
    return response


def words(response) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def table(client: Client, address: str) -> list[dict[str, str]]:
    text = b"".join(opened(client, address).streaming_content).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


def leads_to(html: str, words_of_link: str) -> str:
    """The address behind the link with these words."""
    found = re.search(rf'<a [^>]*href="([^"]*)"[^>]*>[^<]*{words_of_link}', html)
    assert found, words_of_link
    return found[1].replace("&amp;", "&")


# Nghệ An's two phases overlap on 31/12/2020; Quảng Ngãi's second one was signed on 23/04/2021.
DAYS = ["", "15/09/2014", "31/12/2020", "22/04/2021", "23/04/2021", "31/12/2025", "01/01/2026"]


@pytest.mark.parametrize("day", DAYS)
def test_a_headline_count_leads_to_as_many_rows(client: Client, day: str) -> None:
    home = opened(client, f"/?tinh-den={day}" if day else "/")
    page, html = home.context["page"], home.content.decode()
    counted = {
        "thỏa thuận chính": len(page.phases),
        "đối tác": len(page.agreements),
        "còn thời hạn": len(page.in_force),
        "số liệu hai bên xác nhận": page.confirmed_figures,
        "trong ": page.standing_figures,
        "Điểm các nguồn nói khác nhau": page.differing.total,
    }
    if not page.differing.total:
        del counted["Điểm các nguồn nói khác nhau"]
    figures = html[html.index('class="figs"') : html.index('id="giai-doan"')]

    for label, count in counted.items():
        address = leads_to(figures, label)
        assert (label, opened(client, address).context["list"].total) == (label, count)
        assert ("tinh-den" in address) == bool(day)


@pytest.mark.parametrize("day", ["", "31/12/2020", "01/01/2021", "30/12/2025"])
def test_what_has_expired_leads_to_as_many_rows(client: Client, day: str) -> None:
    home = opened(client, f"/?tinh-den={day}" if day else "/")
    link = re.search(r'href="([^"]*expired_on[^"]*)"', home.content.decode())
    expired = home.context["page"].expired

    assert bool(link) == bool(expired)
    if link:
        listing = opened(client, link[1].replace("&amp;", "&")).context["list"]
        assert {row.phase.pk for row in listing.shown} == {phase.pk for phase in expired}


def test_figures_that_both_sides_confirmed_stand_apart_from_published_ones(client: Client) -> None:
    row = factories.deliverable()
    schools, pupils = factories.indicator(), factories.indicator()
    factories.report(row, state=ReportState.PUBLISHED, figures={schools: 1, pupils: 2})
    later = dt.date(2022, 1, 1)
    factories.report(row, state=ReportState.CONFIRMED, figures={schools: 3}, as_of_end=later)
    address = f"/so-lieu/?agreement={row.agreement.slug}"

    every = opened(client, address).context["list"]
    confirmed = opened(client, f"{address}&standing=confirmed").context["list"]
    published = opened(client, f"{address}&standing=published").context["list"]

    assert {(one.indicator_id, one.value) for one in every.shown} == {
        (schools.pk, 3),
        (pupils.pk, 2),
    }
    assert [one.indicator_id for one in confirmed.shown] == [schools.pk]
    assert [one.indicator_id for one in published.shown] == [pupils.pk]


def test_a_report_without_a_number_hides_the_earlier_figure(client: Client) -> None:
    row, schools = factories.deliverable(), factories.indicator()
    factories.report(row, state=ReportState.PUBLISHED, figures={schools: 1})
    silent = factories.report(
        row, state=ReportState.PUBLISHED, figures={schools: None}, as_of_end=dt.date(2022, 1, 1)
    )
    assert Measurement.objects.get(report=silent).value is None

    assert opened(client, f"/so-lieu/?agreement={row.agreement.slug}").context["list"].total == 0


def test_the_list_of_figures_is_handed_out_as_shown(client: Client) -> None:
    rows = table(client, "/so-lieu/?indicator=accounts&dang=csv")

    assert len(rows) == 1
    assert rows[0] == {
        "Đối tác": "Quảng Ngãi",
        "Giai đoạn": "2015–2020",
        "Mã hạng mục": "quang-ngai-vnedu",
        "Hạng mục": "Mạng giáo dục vnEdu, Quảng Ngãi",
        "Chỉ tiêu": "Tài khoản sổ liên lạc điện tử (SLLĐT)",
        "Số liệu": "trên 12.000",
        "Đơn vị": "tài khoản",
        "Tính đến": "04/05/2021",
        "Xếp theo ngày": "04/05/2021",
        "Bên báo cáo": "bài của Lê Đông Thủy",
        "Ý kiến hai bên": "Nguồn công bố",
        "Nguồn": "bài của Lê Đông Thủy",
    }


def test_the_list_of_phases_says_how_each_stands_on_the_day(client: Client) -> None:
    rows = {row["Mã"]: row for row in table(client, "/giai-doan/?tinh-den=31/12/2020&dang=csv")}

    assert rows["nghe-an-2014-2020"]["Hiệu lực"] == "đang hiệu lực"
    assert rows["nghe-an-2020-2025"]["Ngày ký"] == "tháng 12/2020"
    assert "quang-ngai-2021-2025" not in rows
    today = words(opened(client, "/giai-doan/?q=nghe+an"))
    assert today.count("đã hết thời hạn ngày") == 2
    assert "Không có giai đoạn nào khớp" in words(opened(client, "/giai-doan/?q=xyzzy"))
    assert "chưa có giai đoạn nào bắt đầu" in words(
        opened(client, "/giai-doan/?tinh-den=2013-01-01")
    )


def test_main_agreements_and_those_under_another_one(client: Client) -> None:
    def slugs(query: str) -> set[str]:
        shown = opened(client, f"/thoa-thuan/{query}").context["list"].shown
        return {row.agreement.slug for row in shown}

    main, under = slugs("?parent=none"), slugs("?parent=quang-ngai-2015-2020")

    assert (len(main), len(under)) == (10, 4)
    assert main | under == slugs("")
    refused = client.get("/thoa-thuan/?parent=khong-co")
    assert refused.status_code == 400
    assert "<code>parent</code>" in refused.content.decode()


def test_each_difference_keeps_every_side_and_the_reason(client: Client) -> None:
    text = words(opened(client, "/khac-nhau/?q=ngay+ky"))

    assert "Ngày ký thỏa thuận 2020–2025 của Nghệ An" in text
    assert text.count("18/12/2020 (nguồn ngoài)") == 3
    assert "tháng 12/2020 đang dùng" in text
    assert "Lý do chọn: Cổng giữ độ chính xác của bài báo gốc" in text
    assert "Không có điểm khác nhau nào khớp" in words(opened(client, "/khac-nhau/?q=xyzzy"))
    assert "chưa nói khác nhau ở điểm nào" in words(
        opened(client, "/khac-nhau/?tinh-den=2013-01-01")
    )
    used = {
        row["Vấn đề"]: row["Đang dùng"] for row in table(client, "/khac-nhau/?q=ngay+ky&dang=csv")
    }
    assert used["Ngày ký thỏa thuận 2020–2025 của Nghệ An"] == "Báo Nghệ An: tháng 12/2020"


# ---- weight --------------------------------------------------------------------------------------


@pytest.mark.parametrize("count", [1, 5, 40])
def test_queries_of_these_lists(client: Client, count: int, django_assert_num_queries) -> None:
    for _n in range(count):
        cited = [factories.citation()]
        factories.phase().citations.set(cited)
        difference = factories.discrepancy(phase=factories.phase())
        difference.sides.create(position=1, citation=cited[0], says="một", chosen=True)
        factories.report(
            state=ReportState.PUBLISHED, figures={factories.indicator(): 3}, citations=cited
        )

    # How many, phases, whom their provinces took in, citations, amendments still to come.
    with django_assert_num_queries(5):
        phases = client.get("/giai-doan/", {"so-dong": "200"})
    with django_assert_num_queries(4):  # how many, differences, sides, partners to choose from
        differences = client.get("/khac-nhau/", {"so-dong": "200"})
    # The data's state, how many, which, those figures, citations, verdicts, two choices.
    with django_assert_num_queries(8):
        figures = client.get("/so-lieu/", {"so-dong": "200"})

    assert len(phases.context["list"].shown) == Phase.objects.told_by(dt.date(2026, 11, 21)).count()
    assert len(differences.context["list"].shown) == 12 + count
    assert len(figures.context["list"].shown) == 14 + count
