"""Suggestions while typing, and the tables across agreements, in a real browser and on paper."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from tests.journeys.once import looked_at_once

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True), looked_at_once]


def type_into(page: Page, box: str, text: str) -> None:
    page.locator(box).press_sequentially(text)
    expect(page.locator(f"{box}-suggest [role=option]").first).to_be_visible()


def test_a_suggestion_is_chosen_by_keyboard(page: Page, live_server: LiveServer) -> None:
    page.goto(live_server.url + "/?tinh-den=31/12/2020")
    box = page.locator("#find-q")
    expect(box).to_have_attribute("role", "combobox")
    expect(box).to_have_attribute("aria-expanded", "false")

    type_into(page, "#find-q", "nghe an")
    expect(box).to_have_attribute("aria-expanded", "true")
    page.keyboard.press("ArrowDown")
    option = page.locator("#find-q-suggest-0")
    expect(option).to_have_attribute("aria-selected", "true")
    expect(box).to_have_attribute("aria-activedescendant", "find-q-suggest-0")
    expect(option).to_contain_text("Nghệ An")

    page.keyboard.press("Enter")
    page.wait_for_url("**/thoa-thuan/nghe-an/?tinh-den=31/12/2020")


def test_escape_closes_and_enter_searches_for_what_was_typed(
    page: Page, live_server: LiveServer
) -> None:
    page.goto(live_server.url + "/")
    type_into(page, "#find-q", "vnedu")

    page.keyboard.press("Escape")
    expect(page.locator("#find-q-suggest")).to_be_hidden()
    expect(page.locator("#find-q")).to_have_value("vnedu")
    page.keyboard.press("Enter")
    page.wait_for_url("**/tra-cuu/?q=vnedu")


def test_arrows_go_around_and_leaving_closes(page: Page, live_server: LiveServer) -> None:
    page.goto(live_server.url + "/tra-cuu/")
    type_into(page, "#q", "quang ngai")
    last = page.locator("#q-suggest [role=option]").count() - 1

    page.keyboard.press("ArrowUp")
    expect(page.locator("#q")).to_have_attribute("aria-activedescendant", f"q-suggest-{last}")
    page.keyboard.press("ArrowDown")
    expect(page.locator("#q")).not_to_have_attribute("aria-activedescendant", re.compile("."))
    page.keyboard.press("Tab")
    expect(page.locator("#q-suggest")).to_be_hidden()


def test_a_click_opens_what_is_suggested(page: Page, live_server: LiveServer) -> None:
    page.goto(live_server.url + "/tra-cuu/")
    type_into(page, "#q", "bac ninh")

    page.get_by_role("option", name="Bắc Giang").click()
    page.wait_for_url("**/thoa-thuan/bac-giang/")


@pytest.mark.parametrize("width", [1440, 390])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_while_suggestions_are_open(
    browser: Browser, live_server: LiveServer, width: int, theme: str
) -> None:
    context = browser.new_context(
        bypass_csp=True, color_scheme=theme, viewport={"width": width, "height": 900}
    )
    page = context.new_page()
    page.goto(live_server.url + "/tra-cuu/")
    type_into(page, "#q", "quang ngai")
    page.keyboard.press("ArrowDown")

    results = Axe().run(page)
    assert results.violations_count == 0, results.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    context.close()


def test_without_scripts_the_box_searches(browser: Browser, live_server: LiveServer) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(live_server.url + "/")
    page.locator("#find-q").fill("nghe an")
    page.locator("#find-q").press("Enter")

    page.wait_for_url("**/tra-cuu/?q=nghe+an")
    expect(page.locator("#partners")).to_contain_text("Nghệ An")
    context.close()


@pytest.mark.parametrize(
    "address", ["/", "/so-sanh/?giai-doan=nghe-an-2014-2020&voi=quang-ngai-2015-2020"]
)
def test_no_column_is_cut_on_paper(browser: Browser, live_server: LiveServer, address: str) -> None:
    # A4 less the margins of 30 and 15 mm, at 96 px an inch.
    context = browser.new_context(viewport={"width": 624, "height": 971})
    page = context.new_page()
    page.goto(live_server.url + address)
    page.emulate_media(media="print")

    beyond = page.evaluate(
        """() => [...document.querySelectorAll("main th, main td, main li, main p")]
            .filter((one) => one.getBoundingClientRect().right > 625)
            .map((one) => one.textContent.trim().slice(0, 40))"""
    )
    assert beyond == []
    context.close()
