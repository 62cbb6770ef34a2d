"""The exact answers that the portal owes, read off its pages as people read them."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import Reader

PARTNERS_AS_SIGNED = [
    "Bắc Giang",
    "Điện Biên",
    "Hà Nam",
    "Hòa Bình",
    "Kiên Giang",
    "Lào Cai",
    "Nghệ An",
    "Ninh Thuận",
    "Quảng Ngãi",
]


@pytest.fixture(params=[True, False], ids=["with scripts", "without scripts"])
def page_of_a_visitor(request: pytest.FixtureRequest, reader: Reader) -> Page:
    return reader(java_script_enabled=request.param)


@pytest.mark.parametrize(
    ("agreement", "day"),
    {
        "kien-giang": "04/09/2014",
        "uy-ban-dan-toc": "09/09/2014",
        "ninh-thuan": "11/09/2014",
        "nghe-an": "13/09/2014",
        "hoa-binh": "15/09/2014",
        "lao-cai": "17/09/2014",
    }.items(),
)
def test_signed_in_september_2014(reader: Reader, agreement: str, day: str) -> None:
    page = reader(java_script_enabled=False)
    page.goto(f"/giai-doan/{agreement}-2014-2020/")
    expect(page.get_by_role("main")).to_contain_text(day)
    page.goto("/thoa-thuan/")
    row = page.get_by_role("row").filter(
        has=page.locator(f"a[href='/giai-doan/{agreement}-2014-2020/']")
    )
    expect(row).to_contain_text(day)


def test_in_force_on_the_first_of_june_2021(page_of_a_visitor: Page) -> None:
    page = page_of_a_visitor
    page.goto("/thoa-thuan/?tinh-den=01/06/2021")
    in_force = page.get_by_role("row").filter(has_text="đang hiệu lực")
    expect(in_force).to_have_count(3)
    for partner, years in (
        ("Bắc Giang", "2021–2025"),
        ("Nghệ An", "2020–2025"),
        ("Quảng Ngãi", "2021–2025"),
    ):
        line = in_force.filter(has_text=partner).get_by_text(f"{years} đang hiệu lực")
        expect(line).to_be_visible()


def test_vsr_in_nghe_an(page_of_a_visitor: Page) -> None:
    page = page_of_a_visitor
    page.goto("/he-thong/vsr/")
    row = page.get_by_role("row", name="Nghệ An").first
    expect(row).to_contain_text("Thí điểm")
    expect(row).to_contain_text("43 cơ quan, đơn vị")
    row.get_by_role("link", name="Nghệ An", exact=True).click()
    figure = page.get_by_role("figure", name="Cơ quan, đơn vị sử dụng")
    expect(figure).to_contain_text(re.compile(r"43\s*cơ quan, đơn vị, tháng 12/2020"))


def test_vnedu_in_quang_ngai(page_of_a_visitor: Page) -> None:
    page = page_of_a_visitor
    page.goto("/hang-muc/quang-ngai-vnedu/")
    schools = page.get_by_role("figure", name="Trường học đã triển khai")
    expect(schools).to_contain_text(re.compile(r"32\s*trường, ngày 04/05/2021"))
    accounts = page.get_by_role("figure", name="Tài khoản sổ liên lạc điện tử")
    expect(accounts).to_contain_text(re.compile(r"trên\s*12\.000\s*tài khoản"))
    # The table behind a drawing opens without scripts too.
    table = accounts.get_by_role("table")
    expect(table).to_be_hidden()
    accounts.locator("summary").click()
    expect(table).to_be_visible()


def test_partners_stand_in_the_order_of_vietnamese(page_of_a_visitor: Page) -> None:
    page = page_of_a_visitor
    page.goto("/thoa-thuan/")
    names = page.get_by_role("table").first.get_by_role("rowheader").get_by_role("link")
    assert [name for name in names.all_inner_texts() if name in PARTNERS_AS_SIGNED] == (
        PARTNERS_AS_SIGNED
    )


def test_a_search_needs_no_script(reader: Reader) -> None:
    page = reader(java_script_enabled=False)
    page.goto("/")
    box = page.get_by_role("banner").get_by_label("Tra cứu", exact=True)
    box.fill("dien bien")
    box.press("Enter")
    expect(page.get_by_role("main").get_by_role("link", name="Điện Biên").first).to_be_visible()
    page.get_by_label("Số liệu tính đến ngày").fill("31/12/2020")
    page.get_by_role("button", name="Xem", exact=True).click()
    expect(page.get_by_role("status").filter(has_text="như ngày")).to_contain_text("31/12/2020")
    expect(page.get_by_role("main").get_by_role("textbox").first).to_have_value("dien bien")
