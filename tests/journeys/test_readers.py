"""Three readers and an administrator go through the portal for what they came for."""

import re

from playwright.sync_api import Locator, Page, expect

from tests.journeys.conftest import Reader
from tests.journeys.once import looked_at_once
from tests.journeys.portal import Portal

pytestmark = looked_at_once


def _heading(page: Page) -> Locator:
    return page.get_by_role("heading", level=1)


def _search(page: Page, words: str) -> None:
    box = page.get_by_role("banner").get_by_label("Tra cứu", exact=True)
    box.fill(words)
    box.press("Enter")


def _ask_for_day(page: Page, day: str) -> None:
    box = page.get_by_label("Số liệu tính đến ngày")
    box.fill(day)
    box.press("Enter")


def _band(page: Page) -> Locator:
    """What says, on every page of the past, that one looks at the past."""
    return page.get_by_role("status").filter(has_text="Đang xem số liệu như ngày")


# --- The officer: looks up a system -------------------------------------------------------------


def test_an_officer_looks_up_a_system_down_to_the_words_of_the_source(reader: Reader) -> None:
    page = reader()
    page.goto("/")
    _search(page, "vnpt ioffice")
    expect(page).to_have_title(re.compile("vnpt ioffice"))
    page.get_by_role("region", name="Hệ thống, dịch vụ").get_by_role("link").first.click()

    expect(_heading(page)).to_contain_text("VNPT-iOffice")
    who_has_it = page.get_by_role("table", name="Các nơi triển khai hệ thống này")
    row = who_has_it.get_by_role("row", name="Nghệ An")
    expect(row).to_contain_text("Đã triển khai")
    expect(row).to_contain_text("phần lớn cơ quan, đơn vị, địa phương")
    row.get_by_role("link", name="Nghệ An", exact=True).click()

    expect(_heading(page)).to_have_text("Quản lý văn bản VNPT-iOffice, Nghệ An")
    words = page.get_by_role("region", name="Minh chứng")
    expect(words).to_contain_text("“phần mềm quản lý văn bản và điều hành VNPT iOffice”")
    words.get_by_role("link", name="VietnamPlus").click()

    expect(page.get_by_role("main")).to_contain_text("VietnamPlus")
    expect(page.get_by_role("main")).to_contain_text("Quản lý văn bản VNPT-iOffice")
    page.get_by_role("navigation", name="Vị trí").get_by_role("link", name="Nguồn").click()
    expect(_heading(page)).to_have_text("Nguồn")


def test_an_officer_types_without_marks_and_with_old_ones(reader: Reader) -> None:
    page = reader()
    page.goto("/")
    for typed, meant in {
        "dien bien": "Điện Biên",
        "hoà bình": "Hòa Bình",
        "uỷ ban dan toc": "Ủy ban Dân tộc",
        "vnpt ioffice": "VNPT-iOffice",
        "VNEDU": "vnEdu",
    }.items():
        _search(page, typed)
        expect(page.get_by_role("main").get_by_role("link", name=meant).first).to_be_visible()


# --- The manager: prepares a meeting ------------------------------------------------------------


def test_a_manager_prepares_a_meeting_on_nghe_an(reader: Reader) -> None:
    page = reader()
    page.goto("/thoa-thuan/")
    page.get_by_role("main").get_by_role("link", name="Nghệ An", exact=True).click()

    phases = page.get_by_role("region", name="Các giai đoạn")
    for years in ("2014–2020", "2020–2025"):
        expect(phases.get_by_role("heading", name=years).first).to_be_visible()
    areas = page.get_by_role("list", name="6 lĩnh vực giai đoạn 2020–2025")
    expect(areas.get_by_role("listitem")).to_have_count(6)
    expect(areas).to_contain_text("Lĩnh vực mới")

    # What sources say differently is opened where it stands.
    differing = phases.get_by_role("group").filter(has_text="Ngày ký thỏa thuận 2020–2025")
    reason = differing.get_by_text("Cổng giữ độ chính xác của bài báo gốc")
    expect(reason).to_be_hidden()
    differing.locator("summary").click()
    expect(reason).to_be_visible()
    expect(differing).to_contain_text("18/12/2020")

    # What was known before the second term began, and back again.
    _ask_for_day(page, "30/11/2020")
    expect(_band(page)).to_contain_text("30/11/2020")
    expect(_heading(page)).to_contain_text("Nghệ An")
    expect(page.get_by_role("link", name="2020–2025", exact=True)).to_have_count(0)
    page.get_by_role("link", name="Về hôm nay").click()
    expect(page.get_by_role("link", name="2020–2025", exact=True).first).to_be_visible()
    assert "tinh-den" not in page.url


def test_a_manager_goes_on_in_the_past_from_page_to_page(reader: Reader) -> None:
    page = reader()
    page.goto("/")
    page.get_by_role("link", name="Hết 2020").click()
    page.get_by_role("main").get_by_role("link", name="Bắc Giang", exact=True).first.click()
    expect(_heading(page)).to_have_text("Bắc Giang")
    expect(_band(page)).to_contain_text("31/12/2020")

    page.get_by_role("link", name="Về hôm nay").click()
    expect(_heading(page)).to_contain_text("Bắc Ninh")


def test_an_address_of_the_past_can_be_handed_on(reader: Reader) -> None:
    page = reader()
    page.goto("/thoa-thuan/bac-giang/?tinh-den=2021-06-01")
    expect(page.get_by_role("main")).not_to_contain_text("Bắc Ninh")
    expect(page.get_by_label("Số liệu tính đến ngày")).to_have_value("01/06/2021")


# --- The leader: five minutes, a phone ----------------------------------------------------------


def test_a_leader_reads_the_overview_on_a_phone(reader: Reader) -> None:
    page = reader(390, 844, has_touch=True, is_mobile=True)
    page.goto("/")
    expect(_heading(page)).to_be_in_viewport()
    expect(page.get_by_text("còn thời hạn", exact=True)).to_be_visible()

    matrix = page.get_by_role("region", name="Ma trận hệ thống và đối tác")
    name = matrix.get_by_role("rowheader", name="VNPT-iOffice")
    near = matrix.get_by_role("columnheader").first
    far = matrix.get_by_role("columnheader").last
    near.scroll_into_view_if_needed()
    expect(far).not_to_be_in_viewport()
    before = name.bounding_box()
    far.scroll_into_view_if_needed()
    expect(far).to_be_in_viewport()
    after = name.bounding_box()
    assert before is not None
    assert after is not None
    assert 0 <= after["x"] <= before["x"], "the first column stays while the others move"

    assert page.evaluate("scrollX") == 0
    page.get_by_role("navigation", name="Chính").get_by_role("link", name="Đối tác").tap()
    page.get_by_role("main").get_by_role("link", name="Quảng Ngãi", exact=True).tap()
    expect(_heading(page)).to_contain_text("Quảng Ngãi")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_every_table_of_a_phone_tells_what_each_value_is(reader: Reader) -> None:
    page = reader(390, 844)
    page.goto("/he-thong/ioffice/")
    row = page.get_by_role("row", name="Nghệ An").first
    cell = row.locator("td").first
    label = cell.evaluate("cell => getComputedStyle(cell, '::before').content")
    assert label.strip('"') == "Giai đoạn"


# --- By keyboard --------------------------------------------------------------------------------


def test_by_keyboard_from_the_skip_link_to_a_difference(reader: Reader) -> None:
    page = reader()
    page.goto("/thoa-thuan/nghe-an/")
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="Đến nội dung chính")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.get_by_role("main")).to_be_focused()

    summary = page.get_by_role("main").locator("details:not([open]) > summary").first
    for _ in range(40):
        page.keyboard.press("Tab")
        if summary.evaluate("summary => summary === document.activeElement"):
            break
    expect(summary).to_be_focused()
    assert summary.evaluate("summary => getComputedStyle(summary).outlineStyle") != "none"
    page.keyboard.press("Enter")
    expect(page.get_by_role("main").get_by_text("Lý do chọn:").first).to_be_visible()
    page.keyboard.press("Space")
    expect(page.get_by_role("main").get_by_text("Lý do chọn:").first).to_be_hidden()


def test_focus_is_seen_on_everything_that_takes_it(reader: Reader) -> None:
    page = reader()
    page.goto("/")
    unseen = []
    for _ in range(40):
        page.keyboard.press("Tab")
        name, seen = page.evaluate(
            """() => {
              const box = document.activeElement, look = getComputedStyle(box);
              return [box.outerHTML.slice(0, 120),
                      look.outlineStyle !== "none" || look.boxShadow !== "none"];
            }"""
        )
        if not seen:
            unseen.append(name)
    assert unseen == []


# --- The administrator --------------------------------------------------------------------------


def test_an_administrator_signs_in_and_finds_a_system_without_marks(
    reader: Reader, portal: Portal
) -> None:
    page = reader()
    page.goto("/quan-tri/")
    expect(page).to_have_url(re.compile("/dang-nhap/"))
    page.get_by_label("Tên đăng nhập").fill("quan-tri")
    page.get_by_label("Mật khẩu").fill(portal.passwords["quan-tri"])
    page.get_by_role("main").get_by_role("button", name="Đăng nhập").click()

    expect(page).to_have_url(re.compile("/quan-tri/$"))
    page.goto("/quan-tri/agreements/system/")
    page.get_by_role("searchbox").or_(page.locator("#searchbar")).first.fill("truc lien thong")
    page.keyboard.press("Enter")
    expect(page.get_by_role("main").or_(page.locator("#content")).first).to_contain_text(
        "Trục liên thông văn bản quốc gia"
    )

    page.goto("/")
    page.get_by_role("banner").get_by_role("button", name="Đăng xuất").click()
    expect(page.get_by_role("banner").get_by_role("link", name="Đăng nhập")).to_be_visible()


def test_an_officer_signs_in_and_may_not_administer(reader: Reader, portal: Portal) -> None:
    page = reader()
    page.goto("/dang-nhap/")
    page.get_by_label("Tên đăng nhập").fill("nghe-an")
    page.get_by_label("Mật khẩu").fill("sai-mat-khau")
    page.get_by_role("main").get_by_role("button", name="Đăng nhập").click()
    expect(page.get_by_role("alert").first).to_be_visible()

    page.get_by_label("Mật khẩu").fill(portal.passwords["nghe-an"])
    page.get_by_role("main").get_by_role("button", name="Đăng nhập").click()
    expect(page.get_by_role("banner")).to_contain_text("Cán bộ đầu mối Nghệ An")
    answer = page.goto("/quan-tri/")
    assert answer is not None
    assert answer.status in {403, 404}
    expect(page.get_by_role("main").get_by_role("link").first).to_be_visible()
