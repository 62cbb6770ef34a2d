"""The overview and the search in a real browser: days asked and mended, shortcuts, paper."""

import re

from playwright.sync_api import expect

from tests.journeys.conftest import Reader
from tests.journeys.once import looked_at_once

pytestmark = looked_at_once


def test_a_reader_goes_back_in_time_and_comes_home(reader: Reader) -> None:
    page = reader()
    page.goto("/")
    expect(page.locator(".gantt")).to_contain_text("nay thuộc Bắc Ninh")

    page.get_by_label("Số liệu tính đến ngày").fill("01/06/2021")
    page.get_by_role("button", name="Xem", exact=True).click()
    expect(page).to_have_url(re.compile(r"/\?tinh-den=01%2F06%2F2021$"))
    expect(page.locator(".past")).to_contain_text("như ngày 01/06/2021")
    expect(page.locator(".gantt")).not_to_contain_text("nay thuộc")
    in_force = page.locator(".figs > div").nth(2)
    expect(in_force).to_contain_text("Nghệ An 2020–2025")

    page.get_by_role("link", name="Về hôm nay").click()
    expect(page).to_have_url(re.compile(r":[0-9]+/$"))
    expect(page.locator(".past")).to_have_count(0)


def test_known_on_is_asked_where_it_is_needed(reader: Reader) -> None:
    page = reader()
    page.goto("/")
    box = page.get_by_label("Chỉ tính số liệu đã chính thức đến hết ngày")
    expect(box).to_be_hidden()
    page.get_by_text("Biết đến ngày").click()
    box.fill("01/01/2014")
    page.get_by_role("button", name="Xem", exact=True).click()

    expect(page.locator(".past")).to_contain_text("đã chính thức đến hết ngày 01/01/2014")
    expect(page.locator(".strip")).to_contain_text("Chưa có thông tin")


def test_a_wrong_day_is_mended_in_place(reader: Reader) -> None:
    page = reader()
    page.goto("/tra-cuu/?q=vnedu")
    day = page.get_by_label("Số liệu tính đến ngày")
    day.fill("31/02/2021")
    day.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("tinh-den")
    expect(day).to_have_value("31/02/2021")

    day.fill("28/02/2021")
    day.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Tra cứu")
    expect(page.locator("#q")).to_have_value("vnedu")


def test_a_key_leads_to_the_search_and_not_while_typing(reader: Reader) -> None:
    page = reader()
    page.goto("/")
    box = page.locator("#find-q")
    page.keyboard.press("/")
    expect(box).to_be_focused()
    page.keyboard.type("1/2")
    expect(box).to_have_value("1/2")


def test_paper_gets_the_content_and_no_controls(reader: Reader) -> None:
    page = reader()
    page.goto("/")
    page.emulate_media(media="print")

    for hidden in (".nav", ".find", ".asof .btn", ".known"):
        expect(page.locator(hidden).first).to_be_hidden()
    expect(page.locator(".matrix")).to_be_visible()
    expect(page.locator("#tinh-den")).to_be_visible()
