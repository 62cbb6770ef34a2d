"""Lists across agreements and two phases compared: what they count, at any moment, at what cost."""

import csv
import datetime as dt
import io
import re

import pytest
import time_machine
from django.test import Client

from agreements.choices import PartyKind
from agreements.models import Agreement, Party, Phase, System
from deliverables.choices import DeliverableKind, ReportState
from deliverables.models import (
    Deliverable,
    Indicator,
    Measurement,
    OfficialChange,
    ProgressReport,
)
from deliverables.templatetags.reports import plain_figure
from tests import factories
from tests.fetched import fetched_rows

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def on_the_day():
    with time_machine.travel("2026-11-21T10:00:00+07:00", tick=False):
        yield


def opened(client: Client, address: str):
    response = client.get(address)
    assert response.status_code == 200
    return response


def words(response) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def table(client: Client, address: str) -> list[dict[str, str]]:
    """The rows of a list's CSV by their headings."""
    response = client.get(address)
    assert response.status_code == 200
    text = b"".join(response.streaming_content).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


# ---- all deliverables ---------------------------------------------------------------------------


@pytest.mark.parametrize("query", ["", "tinh-den=31/12/2020", "biet-den=01/01/2014"])
def test_each_stage_of_the_overview_leads_to_as_many_rows(client: Client, query: str) -> None:
    home = opened(client, f"/?{query}")
    links = re.findall(r'href="(/hang-muc/\?[^"]*)"', home.content.decode())
    parts = home.context["page"].strip

    assert parts
    counted = {}
    for link in {link for link in links if "kind=deployment" in link}:
        listing = opened(client, link.replace("&amp;", "&")).context["list"]
        counted[listing.form.data.get("stage", "")] = listing.total
    assert counted == {part.stage or "none": part.count for part in parts} | {
        "": sum(part.count for part in parts)
    }


def test_a_row_tells_its_latest_report_and_each_indicators_figure(client: Client) -> None:
    rows = opened(client, "/hang-muc/?q=vnedu&agreement=quang-ngai").context["rows"]

    [told] = [row for row in rows if row[0].slug == "quang-ngai-vnedu"]
    deliverable, report, figures = told
    assert deliverable.stage == report.stage == "deployed"
    assert [(str(m.value.normalize()), m.qualifier) for m in figures][:1] == [("32", "exact")]


def test_the_table_file_holds_what_is_shown(client: Client) -> None:
    rows = table(client, "/hang-muc/?q=vnedu&agreement=quang-ngai&dang=csv")

    [row] = [row for row in rows if row["Mã"] == "quang-ngai-vnedu"]
    assert row["Trạng thái"] == "Đã triển khai"
    assert row["Số liệu"] == (
        "Trường học đã triển khai: 32 trường; "
        "Tài khoản sổ liên lạc điện tử (SLLĐT): trên 12.000 tài khoản"
    )
    assert row["Tính đến"] == "04/05/2021"
    assert (
        len(table(client, "/hang-muc/?dang=csv"))
        == opened(client, "/hang-muc/").context["list"].total
    )


@pytest.mark.parametrize("typed", ["vnedu", "quang ngai", "quản lí văn bản"])
def test_the_list_finds_what_the_search_counts(client: Client, typed: str) -> None:
    groups = client.get("/tra-cuu/", query_params={"q": typed}).context["answer"].groups
    counted = {group.key: group.total for group in groups}
    listing = client.get("/hang-muc/", query_params={"q": typed}).context["list"]

    assert listing.total == counted["deliverables"]


def test_sorting_is_told_and_turned_around(client: Client) -> None:
    html = opened(client, "/hang-muc/?sap-xep=stage&kind=deployment").content.decode()

    assert 'aria-sort="ascending"><a href="/hang-muc/?sap-xep=-stage&amp;kind=deployment">' in html
    assert html.count("aria-sort") == 1


def test_filters_without_a_field_are_told_and_kept(client: Client) -> None:
    html = opened(
        client, "/hang-muc/?theme=digital_government&tinh-den=01/06/2021"
    ).content.decode()

    assert "Chủ đề của lĩnh vực: digital_government" in html
    assert '<input type="hidden" name="theme" value="digital_government">' in html
    assert '<input type="hidden" name="tinh-den" value="01/06/2021">' in html


def test_an_empty_list_says_what_would_be_here(client: Client) -> None:
    assert "Chưa có hạng mục nào được ghi nhận" in words(
        opened(client, "/hang-muc/?tinh-den=01/01/2013")
    )
    narrowed = words(opened(client, "/hang-muc/?stage=suspended"))
    assert "Không có hạng mục nào như vậy" in narrowed
    assert "Xem mọi hạng mục" in narrowed


# ---- all changes --------------------------------------------------------------------------------


def test_the_log_is_told_latest_first_and_to_its_end(client: Client) -> None:
    first = opened(client, "/thay-doi/")
    last = opened(client, "/thay-doi/?trang=3")

    assert first.context["list"].total == OfficialChange.objects.count() == 106
    assert [row.change.seq for row in first.context["rows"]][:2] == [106, 105]
    assert last.context["rows"][-1].change.seq == 1
    assert len(table(client, "/thay-doi/?dang=csv")) == 106


def test_the_log_is_that_of_the_moment(client: Client) -> None:
    rows = table(client, "/thay-doi/?biet-den=30/06/2021&dang=csv")

    assert rows[0]["Đối tác"] == "Quảng Ngãi"
    assert "Chưa có số liệu nào" in words(opened(client, "/thay-doi/?tinh-den=01/01/2013"))


# ---- two phases ---------------------------------------------------------------------------------

NGHE_AN = "/so-sanh/?giai-doan=nghe-an-2014-2020&voi=nghe-an-2020-2025"


def test_two_phases_of_one_partner_stand_side_by_side(client: Client) -> None:
    response = opened(client, NGHE_AN)
    page = response.context["page"]

    assert [side.name for side in page.sides] == ["2014–2020", "2020–2025"]
    assert [len(side.column.areas) for side in page.sides] == [5, 6]
    assert page.lineage is not None
    assert page.lineage.our_reading
    assert (page.counted.both, page.counted.left, page.counted.right) == (1, 30, 0)
    [both] = [row for family in page.families for row in family.rows if all(row.cells)]
    assert [cell.stage for cell in both.cells] == ["proposal", "in_progress"]
    assert "1 dòng có ở cả hai, 30 chỉ ở 2014–2020, 0 chỉ ở 2020–2025" in words(response)


def test_themes_are_shared_or_of_one_phase_only(client: Client) -> None:
    themes = opened(client, NGHE_AN).context["page"].themes

    assert [row.theme.name for row in themes if row.shared] == [
        "Hạ tầng viễn thông - CNTT",
        "Ứng dụng CNTT",
        "An toàn, an ninh thông tin",
        "Phát triển nguồn nhân lực VT-CNTT",
        "Công nghiệp CNTT",
    ]
    assert [row.theme.name for row in themes if row.right and not row.left] == [
        "Chính quyền điện tử",
        "Chính quyền số",
        "Đô thị thông minh",
        "Tuyên truyền nâng cao nhận thức về CNTT",
        "Nông nghiệp thông minh",
    ]
    assert [row for row in themes if row.left and not row.right] == []
    positions = [row.theme.position for row in themes if row.theme]
    assert positions == sorted(positions)


def test_phases_of_two_partners_join_on_systems(client: Client) -> None:
    page = opened(client, "/so-sanh/?giai-doan=nghe-an-2014-2020&voi=quang-ngai-2015-2020").context[
        "page"
    ]

    assert [side.name for side in page.sides] == ["Nghệ An 2014–2020", "Quảng Ngãi 2015–2020"]
    assert page.lineage is None
    systems = {
        row.head.deliverable.system.slug
        for family in page.families
        for row in family.rows
        if all(row.cells)
    }
    assert {"ioffice", "igate"} <= systems
    assert page.shared == []  # the articles give no indicator of a system for both


def test_an_indicator_that_both_measure_stands_with_both_figures(client: Client) -> None:
    agreement = Agreement.objects.get(slug="nghe-an")
    later = Deliverable.objects.create(
        slug="nghe-an-vsr-2",
        kind=DeliverableKind.DEPLOYMENT,
        title="Báo cáo thông minh VSR (LRIS), Nghệ An",
        agreement=agreement,
        phase=Phase.objects.get(slug="nghe-an-2020-2025"),
        system=System.objects.get(slug="vsr"),
    )
    first = Measurement.objects.get(report__deliverable__slug="nghe-an-vsr", value=43)
    factories.report(later, state=ReportState.CONFIRMED, figures={first.indicator: 61})

    response = opened(client, NGHE_AN)
    [shared] = response.context["page"].shared

    assert [figure.value for figure in shared.figures] == [43, 61]
    assert "Chỉ tiêu cả hai đều có số" in words(response)


def test_aims_stand_under_their_own_phase(client: Client) -> None:
    left, right = opened(client, NGHE_AN).context["page"].sides

    for side in (left, right):
        told = [row for group in side.aims for row in group.rows]
        assert told
        assert {row.phase_id for row in told} == {side.phase.pk}
        assert {row.kind for row in told} <= {"objective", "commitment", "plan"}


def test_the_comparison_is_that_of_the_day(client: Client) -> None:
    before = opened(client, f"{NGHE_AN}&tinh-den=01/01/2018")

    assert "page" not in before.context
    assert "Đến ngày 01/01/2018 chưa bắt đầu: Nghệ An 2020–2025." in words(before)
    assert len(opened(client, "/so-sanh/").context["choices"].phases) == 17
    assert len(before.context["choices"].phases) < 17


def test_nothing_chosen_offers_pairs(client: Client) -> None:
    response = opened(client, "/so-sanh/")

    assert [(str(one), str(other)) for one, other in response.context["choices"].pairs] == [
        ("Bắc Giang 2015–2020", "Bắc Giang 2021–2025"),
        ("Nghệ An 2014–2020", "Nghệ An 2020–2025"),
        ("Quảng Ngãi 2015–2020", "Quảng Ngãi 2021–2025"),
    ]
    assert "Nghệ An: 2014–2020 và 2020–2025" in words(response)


@pytest.mark.parametrize(
    ("query", "parameter", "told"),
    [
        ("giai-doan=nghe-an-2014-2020&voi=nghe-an-2014-2020", "voi", "phải khác nhau"),
        ("giai-doan=nghe-an-2014&voi=nghe-an-2020-2025", "giai-doan", "nghe-an-2014-2020"),
        ("giai-doan=nghe-an-2014-2020&voi=x", "voi", "mang mã “x”"),
        ("giai-doan=a&giai-doan=b", "giai-doan", "nhiều lần"),
        ("phase=nghe-an-2014-2020", "phase", "không có tham số như vậy"),
    ],
)
def test_a_pair_that_cannot_be_meant_is_refused_by_name(
    client: Client, query: str, parameter: str, told: str
) -> None:
    response = client.get(f"/so-sanh/?{query}")

    assert response.status_code == 400
    assert f"Tham số {parameter}" in words(response)
    assert told in words(response)


# ---- cost ---------------------------------------------------------------------------------------


def more_rows(count: int) -> None:
    """Deployments of new partners, and as many more of both phases of Nghệ An."""
    vnpt, system = Party.objects.get(slug="vnpt"), System.objects.get(slug="vnedu")
    phases = list(Phase.objects.filter(agreement__slug="nghe-an"))
    for number in range(count):
        party = Party.objects.create(
            slug=f"co-quan-{number}",
            kind=PartyKind.MINISTRY,
            name=f"Cơ quan thử {number}",
            short_name=f"Cơ quan {number}",
        )
        agreement = Agreement.objects.create(slug=party.slug, partner=party, vnpt_party=vnpt)
        phase = Phase.objects.create(slug=party.slug, agreement=agreement, start_year=2021)
        for own in (phase, *phases):
            Deliverable.objects.create(
                slug=f"{own.slug}-thu-{number}",
                kind=DeliverableKind.DEPLOYMENT,
                title=f"Dòng thử {number}",
                agreement=own.agreement,
                phase=own,
                system=system,
            )


@pytest.mark.parametrize("count", [0, 1, 5, 40])
@pytest.mark.parametrize(
    ("address", "queries"),
    [
        ("/hang-muc/", 9),  # the data's state among them: how many there are is kept under it
        ("/thay-doi/", 8),
        (NGHE_AN, 12),
    ],
)
def test_queries_do_not_grow_with_rows(
    client: Client, query_count, address: str, queries: int, count: int
) -> None:
    more_rows(count)

    with query_count() as asked:
        opened(client, address)

    assert len(asked) == queries


def reported_often(*, deliverables: int, reports: int) -> None:
    """Deliverables each told of once a year, every report with a figure and in the log."""
    schools = factories.indicator()
    for _number in range(deliverables):
        row = factories.deliverable()
        for year in range(reports):
            day = dt.date(2010 + year, 12, 31)
            factories.report(
                row,
                state=ReportState.CONFIRMED,
                figures={schools: year},
                as_of_end=day,
                when=factories.at(day),
                logged=True,
            )


@pytest.mark.parametrize("deliverables", [1, 5])
def test_what_a_change_overtook_costs_no_query_a_row(
    client: Client, query_count, deliverables: int
) -> None:
    reported_often(deliverables=deliverables, reports=2)

    with query_count() as asked:
        response = opened(client, "/thay-doi/")

    overtaking = [row for row in response.context["rows"] if row.earlier_figure]
    assert [row.earlier_figure.value for row in overtaking] == [0] * deliverables
    assert len(asked) == 9


@pytest.mark.parametrize("days", ["", "&biet-den=20/11/2026"])
@pytest.mark.parametrize("form", ["", "&dang=csv"])
def test_a_list_of_deliverables_reads_what_speaks_now_and_not_what_it_overtook(
    client: Client, form: str, days: str
) -> None:
    reported_often(deliverables=2, reports=12)
    address = f"/hang-muc/?indicator={Indicator.objects.latest('pk').key}{form}{days}"

    with fetched_rows() as taken:
        if form:
            told = [row["Số liệu"] for row in table(client, address)]
        else:
            rows = opened(client, address).context["rows"]
            told = [plain_figure(figure) for _row, _report, figures in rows for figure in figures]

    assert [re.findall(r"\b11\b", text) for text in told] == [["11"], ["11"]]
    for model in (ProgressReport, Measurement):
        of_it = [row for row in taken.statements if f'FROM "{model._meta.db_table}"' in row.sql]
        assert max(row.rows for row in of_it) == 2


@pytest.mark.parametrize("deliverables", [1, 5, 40])
def test_the_list_of_deliverables_takes_as_many_queries_for_one_report_as_for_forty(
    client: Client, query_count, deliverables: int
) -> None:
    reported_often(deliverables=deliverables, reports=2)

    with query_count() as asked:
        opened(client, "/hang-muc/?indicator=" + Indicator.objects.latest("pk").key)

    assert len(asked) == 10


def test_a_row_rests_on_the_reports_that_are_asked_for(client: Client) -> None:
    row, schools = factories.deliverable(), factories.indicator()
    for state, year in ((ReportState.CONFIRMED, 2021), (ReportState.PUBLISHED, 2022)):
        day = dt.date(year, 12, 31)
        factories.report(
            row, state=state, figures={schools: year}, as_of_end=day, when=factories.at(day)
        )
    asked = f"/hang-muc/?indicator={schools.key}"
    for basis, year in (("", 2022), ("&basis=confirmed", 2021), ("&basis=published", 2022)):
        [(told, report, figures)] = opened(client, asked + basis).context["rows"]
        assert (told.as_of_end.year, report.as_of_end.year) == (year, year)
        assert [figure.value for figure in figures] == [year]


def test_a_change_takes_one_earlier_report_however_many_there_are(client: Client) -> None:
    reported_often(deliverables=1, reports=12)

    with fetched_rows() as taken:
        opened(client, "/thay-doi/?so-dong=1")

    told = [row for row in taken.statements if 'FROM "agreements_agreement"' not in row.sql]
    assert max(row.rows for row in told) == 1
