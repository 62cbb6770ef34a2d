"""The overview at any moment, the frame around it, and the pages that refuse."""

import datetime as dt
import gzip
import re

import pytest
import time_machine
from django.test import Client

from agreements.choices import PartyKind, SystemFamily
from agreements.models import Agreement, Party, Phase, Province, System
from coopportal.partial_dates import PartialDate
from deliverables.choices import DeliverableKind
from deliverables.models import Deliverable

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def on_the_day():
    with time_machine.travel("2026-11-21T10:00:00+07:00", tick=False):
        yield


def overview(client: Client, **query: str):
    response = client.get(
        "/", query_params={name.replace("_", "-"): v for name, v in query.items()}
    )
    assert response.status_code == 200
    return response


def words(response) -> str:
    """The text of a page, spaces made one."""
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


# ---- headline figures ---------------------------------------------------------------------------


def test_headline_figures_today(client: Client) -> None:
    page = overview(client).context["page"]

    assert len(page.phases) == 13
    assert len(page.subsidiaries) == 4
    assert page.subsidiary_partners == ["Quảng Ngãi"]
    assert [len(page.provinces), len(page.agencies)] == [9, 1]
    assert [row.slug for row in page.merged_away] == [
        "bac-giang",
        "ha-nam",
        "hoa-binh",
        "kien-giang",
        "ninh-thuan",
    ]
    assert page.in_force == []
    assert page.systems == 50
    assert page.deployments == 76
    assert page.confirmed_figures == 0


def test_deployments_by_stage_in_the_order_of_the_vocabulary(client: Client) -> None:
    page = overview(client).context["page"]

    assert [(part.stage, part.count) for part in page.strip] == [
        ("planned", 24),
        ("proposal", 4),
        ("piloting", 1),
        ("in_progress", 3),
        ("deployed", 29),
        ("integrated", 8),
        ("substantially_complete", 6),
        ("completed", 1),
    ]
    assert sum(part.width for part in page.strip) == pytest.approx(100)


def test_the_strip_says_its_numbers_in_a_sentence(client: Client) -> None:
    html = overview(client).content.decode()

    title = re.search(r'<title id="strip-noi">(.*?)</title>', html, re.DOTALL)
    assert title is not None
    assert " ".join(title[1].split()) == (
        "Phân bố dòng triển khai theo trạng thái: Theo kế hoạch 24, Đang xây dựng đề án 4, "
        "Thí điểm 1, Đang triển khai 3, Đã triển khai 29, Đã tích hợp 8, Cơ bản hoàn thành 6, "
        "Hoàn thành 1"
    )


def test_in_force_on_a_day(client: Client) -> None:
    page = overview(client, tinh_den="01/06/2021").context["page"]

    assert [str(phase) for phase in page.in_force] == [
        "Bắc Giang 2021–2025",
        "Nghệ An 2020–2025",
        "Quảng Ngãi 2021–2025",
    ]


# ---- what needs attention -----------------------------------------------------------------------


def test_attention_counts_rows_that_are_there(client: Client) -> None:
    response = overview(client)
    page = response.context["page"]

    assert len(page.expired) == 13
    assert "Cả 13 thỏa thuận đã hết thời hạn" in words(response)
    assert [str(phase) for phase in page.last_expired] == [
        "Bắc Giang 2021–2025",
        "Nghệ An 2020–2025",
        "Quảng Ngãi 2021–2025",
    ]
    assert [row.partner.short_name for row in page.without_systems] == [
        "Điện Biên",
        "Hà Nam",
        "Lào Cai",
        "Ủy ban Dân tộc",
    ]
    assert [str(phase) for phase in page.unsigned] == [
        "Bắc Giang 2015–2020",
        "Bắc Giang 2021–2025",
        "Quảng Ngãi 2015–2020",
    ]
    agreement, count = page.disputed_most
    assert (agreement.slug, count) == ("nghe-an", 10)


def test_a_difference_is_told_once_both_sources_were_out(client: Client) -> None:
    assert overview(client, tinh_den="30/12/2020").context["page"].differing.total == 0
    assert overview(client, tinh_den="31/12/2020").context["page"].differing.total > 0


# ---- official changes ---------------------------------------------------------------------------


def test_latest_changes_come_from_the_log(client: Client) -> None:
    changes = overview(client).context["page"].changes

    assert [row.report.deliverable.agreement.slug for row in changes] == ["bac-giang"] * 5
    assert {row.day.iso for row in changes} == {"2021"}  # the article gives no more than its year


def test_changes_follow_known_on(client: Client) -> None:
    changes = overview(client, biet_den="30/06/2021").context["page"].changes

    assert [row.report.deliverable.agreement.slug for row in changes] == ["quang-ngai"] * 5
    assert all(row.figures for row in changes)
    assert {row.day.iso for row in changes} == {"2021-05-04"}


# ---- the time line ------------------------------------------------------------------------------


def test_time_line_keeps_the_precision_of_each_signing_day(client: Client) -> None:
    page = overview(client).context["page"]
    bars = {bar.phase.slug: bar for row in page.timeline.rows for bar in row.bars}

    assert bars["nghe-an-2014-2020"].mark_precision == "day"
    assert bars["nghe-an-2020-2025"].mark_precision == "month"
    assert bars["bac-giang-2015-2020"].mark is None
    assert {slug for slug, bar in bars.items() if bar.inferred} == {
        "dien-bien-2014-2020",
        "ha-nam-2014-2020",
        "lao-cai-2014-2020",
    }
    assert [year for year, _x, labelled in page.timeline.years if labelled] == [
        2014, 2016, 2018, 2020, 2022, 2024, 2026,
    ]  # fmt: skip
    assert bars["nghe-an-2014-2020"].x == 0
    assert bars["nghe-an-2014-2020"].width == pytest.approx(100 * 7 / 13)


def test_time_line_draws_the_new_map_only_once_it_is_there(client: Client) -> None:
    before = overview(client, tinh_den="30/06/2025")
    after = overview(client, tinh_den="01/07/2025")

    assert before.context["page"].timeline.merger is None
    assert "nay thuộc Bắc Ninh" not in words(before)
    assert after.context["page"].timeline.merger is not None
    assert "Bắc Giang nay thuộc Bắc Ninh" in words(after)
    assert "Lào Cai gồm cả Yên Bái cũ" in words(after)


def test_an_agency_goes_by_its_new_name_from_its_day(client: Client) -> None:
    assert "nay là Bộ Dân tộc" not in words(overview(client, tinh_den="28/02/2025"))
    assert "Ủy ban Dân tộc nay là Bộ Dân tộc và Tôn giáo" in words(
        overview(client, tinh_den="01/03/2025")
    )


# ---- the matrix ---------------------------------------------------------------------------------


def cell(page, system: str, partner: str):
    return next(
        cell
        for family in page.matrix.families
        for row in family.rows
        if row.system.slug == system
        for cell in row.cells
        if cell.column.agreement.slug == partner
    )


def test_matrix_tells_stage_and_figure(client: Client) -> None:
    page = overview(client).context["page"]

    vsr = cell(page, "vsr", "nghe-an")
    assert [row.stage for row in vsr.deployments] == ["piloting"]
    assert (vsr.figure.value, vsr.figure.unit) == (43, "cơ quan, đơn vị")
    assert vsr.contested
    vnedu = cell(page, "vnedu", "quang-ngai")
    assert (vnedu.figure.value, vnedu.figure.unit) == (32, "trường")
    assert not vnedu.contested
    ioc = cell(page, "ioc", "nghe-an")
    assert [row.stage for row in ioc.deployments] == ["proposal", "in_progress"]
    assert cell(page, "vnedu", "nghe-an").latest is None


def test_matrix_loses_no_deployment(client: Client) -> None:
    page = overview(client).context["page"]
    shown = [
        row
        for family in page.matrix.families
        for line in family.rows
        for place in line.cells
        for row in place.deployments
    ]

    assert len(shown) + page.outside_total == 76
    assert [row.agreement_id for row in page.outside] == [None]
    assert [column.agreement.partner.short_name for column in page.matrix.columns] == [
        "Bắc Giang",
        "Điện Biên",
        "Hà Nam",
        "Hòa Bình",
        "Kiên Giang",
        "Lào Cai",
        "Nghệ An",
        "Ninh Thuận",
        "Quảng Ngãi",
        "Ủy ban Dân tộc",
    ]


# ---- the two maps -------------------------------------------------------------------------------


def columns(page) -> list[tuple[str, str]]:
    return [
        (column.place.name, column.agreement.partner.short_name) for column in page.matrix.columns
    ]


def test_under_the_present_map_partners_stand_in_todays_units(client: Client) -> None:
    response = overview(client, ban_do="hien-nay")
    page = response.context["page"]

    assert columns(page) == [
        ("An Giang", "Kiên Giang"),
        ("Bắc Ninh", "Bắc Giang"),
        ("Điện Biên", "Điện Biên"),
        ("Khánh Hòa", "Ninh Thuận"),
        ("Lào Cai", "Lào Cai"),
        ("Nghệ An", "Nghệ An"),
        ("Ninh Bình", "Hà Nam"),
        ("Phú Thọ", "Hòa Bình"),
        ("Quảng Ngãi", "Quảng Ngãi"),
        ("Bộ Dân tộc và Tôn giáo", "Ủy ban Dân tộc"),
    ]
    assert [row.place.name for row in page.timeline.rows] == [name for name, _ in columns(page)]
    assert "9 tỉnh đã ký = 9 tỉnh hiện nay." in words(response)
    assert "Bắc Ninh bên ký: Bắc Giang" in words(response)
    assert "Lào Cai bên ký: Lào Cai cũ" in words(response)
    assert "Nghệ An bên ký" not in words(response)


def test_two_partners_of_one_unit_stay_two_rows_beside_one_another(client: Client) -> None:
    vinh_phuc = Party.objects.create(
        slug="ubnd-vinh-phuc",
        kind=PartyKind.PROVINCE,
        name="UBND tỉnh Vĩnh Phúc",
        short_name="Vĩnh Phúc",
        province=Province.objects.get(name="Vĩnh Phúc"),
    )
    agreement = Agreement.objects.create(
        slug="vinh-phuc", partner=vinh_phuc, vnpt_party=Party.objects.get(slug="vnpt")
    )
    Phase.objects.create(slug="vinh-phuc-2016", agreement=agreement, start_year=2016, end_year=2020)

    page = overview(client, ban_do="hien-nay").context["page"]

    together = [pair for pair in columns(page) if pair[0] == "Phú Thọ"]
    assert together == [("Phú Thọ", "Hòa Bình"), ("Phú Thọ", "Vĩnh Phúc")]
    assert [len(page.provinces), page.present_units] == [10, 9]


def test_the_present_map_is_that_of_the_day_asked(client: Client) -> None:
    response = overview(client, ban_do="hien-nay", tinh_den="30/06/2025")
    page = response.context["page"]

    signed = {name for name, partner in columns(page) if name != partner}
    assert signed == {"Bộ Dân tộc và Tôn giáo"}
    assert "Theo tỉnh của ngày 30/06/2025" in words(response)
    assert "9 tỉnh đã ký = 9 tỉnh theo bản đồ ngày 30/06/2025." in words(response)
    earlier = overview(client, ban_do="hien-nay", tinh_den="31/12/2020")
    assert "Đến ngày này chưa bên nào đổi tên" in words(earlier)


def test_both_maps_tell_the_same_rows(client: Client) -> None:
    signed, present = overview(client), overview(client, ban_do="hien-nay")

    for told in ("strip", "systems", "confirmed_figures"):
        assert getattr(signed.context["page"], told) == getattr(present.context["page"], told)
    assert {row.pk for row in signed.context["page"].phases} == {
        row.pk for row in present.context["page"].phases
    }


def test_the_choice_of_map_stays_in_the_address(client: Client) -> None:
    html = overview(client, ban_do="hien-nay", tinh_den="31/12/2025").content.decode()

    assert 'href="/?tinh-den=31/12/2025#giai-doan"' in html
    assert 'href="/?tinh-den=31/12/2025&amp;ban-do=hien-nay#he-thong" aria-current="true"' in html
    assert '<input type="hidden" name="ban-do" value="hien-nay">' in html


# ---- moments ------------------------------------------------------------------------------------


def test_before_everything_the_page_says_that_nothing_is_there(client: Client) -> None:
    response = overview(client, tinh_den="01/01/2013")

    assert response.context["page"].phases == []
    assert "Đến ngày 01/01/2013 chưa có giai đoạn hợp tác nào bắt đầu" in words(response)
    assert 'class="matrix"' not in response.content.decode()


@pytest.mark.parametrize(
    "day", ["2013-01-01", "2014-08-31", "2014-09-04", "2020-12-31", "2024-02-29"]
)
def test_any_day_gives_a_page(client: Client, day: str) -> None:
    response = overview(client, tinh_den=day)

    assert f"Đang xem số liệu như ngày {dt.date.fromisoformat(day):%d/%m/%Y}" in words(response)


def test_a_deployment_counts_once_its_phase_has_begun(client: Client) -> None:
    before = overview(client, tinh_den="03/09/2014").context["page"]
    after = overview(client, tinh_den="04/09/2014").context["page"]

    assert before.deployments == 0
    assert [row.agreement.slug for row in after.matrix.columns if not row.empty] == ["kien-giang"]
    assert after.deployments_of.total() == after.deployments > 0


def test_unknown_at_the_time_is_said_and_not_left_out(client: Client) -> None:
    page = overview(client, biet_den="01/01/2014").context["page"]

    assert [(part.stage, part.count) for part in page.strip] == [(None, page.deployments)]
    assert page.standing_figures == 0


def test_links_stay_at_the_moment(client: Client) -> None:
    html = overview(client, tinh_den="31/12/2020", biet_den="01/06/2021").content.decode()

    inner = set(re.findall(r'href="(/[^"]*)"', html)) - {"/", "/dang-nhap/"}
    pages = {href for href in inner if not href.startswith("/static/")}
    assert pages
    for href in pages:
        assert "biet-den=01/06/2021" in href, href
    band = words(overview(client, tinh_den="31/12/2020"))
    assert "Về hôm nay" in band


def test_today_has_no_band(client: Client) -> None:
    assert "Đang xem số liệu như ngày" not in words(overview(client))
    assert "Đang xem số liệu như ngày" not in words(overview(client, tinh_den="21/11/2026"))


# ---- cost ---------------------------------------------------------------------------------------

QUERIES = 18


def more_partners(count: int) -> None:
    """Partners with a phase and two deployments each, beside the real ones."""
    vnpt = Party.objects.get(slug="vnpt")
    system = System.objects.create(
        slug="thu", name="Hệ thống thử", short_name="Thử", family=SystemFamily.GOVERNMENT
    )
    for number in range(count):
        party = Party.objects.create(
            slug=f"co-quan-{number}",
            kind=PartyKind.MINISTRY,
            name=f"Cơ quan thử {number}",
            short_name=f"Cơ quan {number}",
        )
        agreement = Agreement.objects.create(slug=party.slug, partner=party, vnpt_party=vnpt)
        phase = Phase.objects.create(
            slug=f"{party.slug}-2025-2030",
            agreement=agreement,
            start_year=2025,
            end_year=2030,
            signed_on=PartialDate(2025, 10, 29),
        )
        for line in range(2):
            Deliverable.objects.create(
                slug=f"{party.slug}-{line}",
                kind=DeliverableKind.DEPLOYMENT,
                title=f"Dòng {line}",
                agreement=agreement,
                phase=phase,
                system=system,
            )


@pytest.mark.parametrize("chosen", ["da-ky", "hien-nay"])
@pytest.mark.parametrize("count", [0, 1, 5, 40])
def test_queries_do_not_grow_with_partners(
    client: Client, query_count, count: int, chosen: str
) -> None:
    more_partners(count)

    with query_count() as queries:
        response = overview(client, ban_do=chosen)

    assert len(queries) == QUERIES
    assert len(response.context["page"].agreements) == 10 + count


def test_weighs_under_60_kb_over_the_wire(client: Client, settings) -> None:
    page = gzip.compress(overview(client).content)
    rest = [
        gzip.compress((settings.BASE_DIR / "static" / name).read_bytes())
        for name in ("coop.css", "coop.js", "suggest.js", "icons/coop.svg")
    ]

    assert len(page) + sum(map(len, rest)) < 40_000


def test_one_stylesheet_and_no_script_that_holds_the_page_up(client: Client) -> None:
    html = overview(client).content.decode()

    assert len(re.findall(r"<link[^>]*rel=\"stylesheet\"", html)) == 1
    scripts = re.findall(r"<script[^>]*>", html)
    assert len(scripts) == 2
    assert all(" defer" in script for script in scripts)


# ---- the frame ----------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/", "/tra-cuu/", "/dang-nhap/"])
def test_frame_has_landmarks_and_nothing_inline(client: Client, path: str) -> None:
    html = client.get(path).content.decode()

    assert html.count("<h1") == 1
    assert 'href="#noi-dung"' in html
    assert html.count("<main ") == 1
    assert '<html lang="vi">' in html
    assert " style=" not in html
    assert "<style" not in html
    assert not re.search(r"<script(?![^>]* src=)", html)
    assert not re.search(r"\son\w+=", html)


def test_the_days_people_ask_for_are_one_click_away(client: Client) -> None:
    html = client.get("/he-thong/?q=vnedu&trang=1").content.decode()
    bar = html[html.index('class="asof"') : html.index("<main")]
    links = re.findall(r'<li><a href="([^"]*)"[^>]*>(.*?)</a></li>', bar)

    assert [(address.split("tinh-den=")[1], label) for address, label in links] == [
        ("31/12/2020", "Hết 2020"),
        ("31/12/2021", '<span class="vh">Hết </span>2021'),
        ("31/12/2022", '<span class="vh">Hết </span>2022'),
        ("31/12/2023", '<span class="vh">Hết </span>2023'),
        ("31/12/2024", '<span class="vh">Hết </span>2024'),
        ("30/06/2025", "Trước sáp nhập tỉnh"),
        ("31/12/2025", "Hết kỳ 2021–2025"),
    ]
    assert all(address.startswith("/he-thong/?q=vnedu&amp;") for address, _label in links)
    assert all(
        client.get(address.replace("&amp;", "&")).status_code == 200 for address, _l in links
    )


def test_a_day_that_has_not_come_is_not_offered(client: Client) -> None:
    with time_machine.travel("2024-06-01T10:00:00+07:00", tick=False):
        days = re.findall(r"tinh-den=([\d/]+)", overview(client).content.decode())

    assert set(days) == {"31/12/2020", "31/12/2021", "31/12/2022", "31/12/2023"}


def test_titles_tell_tabs_apart(client: Client) -> None:
    titles = {
        re.search(r"<title>(.*?)</title>", client.get(path).content.decode())[1]
        for path in ("/", "/tra-cuu/", "/tra-cuu/?q=vnEdu", "/dang-nhap/")
    }

    assert titles == {
        "Tổng quan - Cổng hợp tác số",
        "Tra cứu - Cổng hợp tác số",
        "Tra cứu “vnEdu” - Cổng hợp tác số",
        "Đăng nhập - Cổng hợp tác số",
    }


# ---- refusals -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "parameter", "told"),
    [
        ("tinh-den=31/02/2021", "tinh-den", "Ngày 31/02/2021 không có thật."),
        ("tinh-den=2021", "tinh-den", "Nhập ngày dạng dd/mm/yyyy"),
        ("tinh-den=22/11/2026", "tinh-den", "chưa tới"),
        ("biet-den=hôm+qua", "biet-den", "Nhập ngày dạng dd/mm/yyyy"),
        ("biet-den=9999-12-31", "biet-den", "nằm ngoài khoảng"),
        ("tinh-den=%00", "tinh-den", "NUL"),
        ("tinh-den=01/01/2020&tinh-den=01/01/2021", "tinh-den", "nhiều lần"),
        ("tinh_den=01/01/2020", "tinh_den", "không có tham số như vậy"),
        ("ban-do=cu", "ban-do", "Chọn một trong: da-ky, hien-nay."),
        ("x=" + "a" * 10_000, "x", "không có tham số như vậy"),
    ],
)
def test_a_bad_parameter_is_named_with_the_way_to_mend_it(
    client: Client, query: str, parameter: str, told: str
) -> None:
    response = client.get(f"/?{query}")

    assert response.status_code == 400
    assert f"Tham số {parameter}" in words(response)
    assert told in words(response)
    assert "Về trang tổng quan" in words(response)


def test_a_bad_day_keeps_what_was_typed(client: Client) -> None:
    html = client.get("/?tinh-den=31/02/2021&biet-den=01/06/2021").content.decode()

    field = re.search(r'<input[^>]*id="tinh-den"[^>]*>', html)[0]
    assert 'value="31/02/2021"' in field
    assert 'aria-invalid="true"' in field
    assert 'value="01/06/2021"' in re.search(r'<input[^>]*id="biet-den"[^>]*>', html)[0]


@pytest.fixture
def as_in_production(settings) -> None:
    settings.DEBUG = False
    settings.DEBUG_PROPAGATE_EXCEPTIONS = False


@pytest.mark.usefixtures("as_in_production")
def test_a_missing_page_offers_search_and_the_overview(client: Client) -> None:
    response = client.get("/khong-co/?tinh-den=31/12/2020")

    assert response.status_code == 404
    assert "Không có trang này" in words(response)
    assert 'action="/tra-cuu/"' in response.content.decode()


@pytest.mark.parametrize("path", ["/khong-co/", "/thoa-thuan/khong-co/", "/quan-tri/khong-co/"])
def test_a_missing_page_is_ours_also_where_one_develops(
    client: Client, settings, administrator, path: str
) -> None:
    settings.DEBUG = True
    client.force_login(administrator)
    response = client.get(path)

    assert response.status_code == 404
    assert "Không có trang này" in words(response)
    assert "Page not found" not in words(response)
    assert client.get("/thoa-thuan").status_code == 301, "the slash is still added"
    assert client.get("/api/v1/khong-co/")["Content-Type"] == "application/problem+json"


@pytest.mark.usefixtures("as_in_production")
def test_a_failure_is_told_without_the_database(monkeypatch) -> None:
    client = Client(raise_request_exception=False)

    def fail(moment):
        raise RuntimeError("broken on purpose")

    monkeypatch.setattr("coopportal.views.overview_at", fail)
    response = client.get("/")

    assert response.status_code == 500
    assert "Cổng đang gặp lỗi" in words(response)
    assert "broken on purpose" not in words(response)


@pytest.mark.usefixtures("as_in_production")
def test_a_stale_form_says_that_nothing_was_saved() -> None:
    response = Client(enforce_csrf_checks=True).post("/dang-nhap/", {"username": "lan"})

    assert response.status_code == 403
    assert "Biểu mẫu đã hết hạn" in words(response)
    assert "Chưa có gì được lưu" in words(response)


@pytest.mark.usefixtures("as_in_production")
def test_what_may_not_be_done_says_so(client: Client, consumer) -> None:
    client.force_login(consumer)
    response = client.get("/quan-tri/login/")

    assert response.status_code == 403
    assert "Không có quyền thực hiện" in words(response)
