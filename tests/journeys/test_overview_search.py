"""The overview and the search in a real browser: both themes, wide and narrow, by keyboard, on paper."""

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]

ADDRESSES = [
    "/",
    "/?tinh-den=31/12/2020",
    "/?tinh-den=01/01/2013",
    "/?biet-den=01/06/2021",
    "/?tinh-den=31/02/2021",
    "/tra-cuu/",
    "/tra-cuu/?q=quang+ngai",
    "/tra-cuu/?q=xyzzy",
    "/dang-nhap/",
]


@pytest.fixture
def complaints(page: Page) -> list[str]:
    """What the browser says of refused styles or scripts, missing files and errors of scripts."""
    found: list[str] = []
    # A 400 is asked for on purpose; the browser calls it a failed resource.
    page.on(
        "console",
        lambda message: (
            message.type == "error"
            and "status of 400" not in message.text
            and found.append(message.text)
        ),
    )
    page.on("pageerror", lambda error: found.append(str(error)))
    return found


@pytest.fixture(params=["light", "dark"])
def theme(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(params=[1440, 390])
def inspected(
    request: pytest.FixtureRequest, browser: Browser, theme: str, page: Page
) -> Iterator[Page]:
    """A page whose policy lets axe in; everything else is as people get it."""
    context = browser.new_context(
        bypass_csp=True,
        color_scheme=theme,
        locale="vi-VN",
        viewport={"width": request.param, "height": 900},
    )
    yield context.new_page()
    context.close()


def test_axe_finds_nothing_and_no_page_scrolls_sideways(
    inspected: Page, live_server: LiveServer
) -> None:
    for address in ADDRESSES:
        inspected.goto(live_server.url + address)
        results = Axe().run(inspected)
        assert results.violations_count == 0, f"{address}\n{results.generate_report()}"
        width = inspected.evaluate("document.documentElement.scrollWidth")
        assert width <= inspected.viewport_size["width"], address


def test_nothing_is_cut_on_the_narrowest_screen(page: Page, live_server: LiveServer) -> None:
    page.set_viewport_size({"width": 320, "height": 800})
    for address in ADDRESSES:
        page.goto(live_server.url + address)
        assert page.evaluate("document.documentElement.scrollWidth") <= 320, address


def test_nothing_is_refused_by_the_policy(
    page: Page, live_server: LiveServer, complaints: list[str]
) -> None:
    for address in ADDRESSES:
        page.goto(live_server.url + address)
        assert complaints == [], address


def test_a_reader_goes_back_in_time_and_comes_home(page: Page, live_server: LiveServer) -> None:
    page.goto(live_server.url)
    expect(page.locator(".gantt")).to_contain_text("nay thuộc Bắc Ninh")

    page.get_by_label("Số liệu tính đến ngày").fill("01/06/2021")
    page.get_by_role("button", name="Xem", exact=True).click()
    expect(page).to_have_url(f"{live_server.url}/?tinh-den=01%2F06%2F2021")
    expect(page.locator(".past")).to_contain_text("như ngày 01/06/2021")
    expect(page.locator(".gantt")).not_to_contain_text("nay thuộc")
    in_force = page.locator(".figs > div").nth(2)
    expect(in_force).to_contain_text("Nghệ An 2020–2025")

    page.get_by_role("link", name="Về hôm nay").click()
    expect(page).to_have_url(f"{live_server.url}/")
    expect(page.locator(".past")).to_have_count(0)


def test_known_on_is_asked_where_it_is_needed(page: Page, live_server: LiveServer) -> None:
    page.goto(live_server.url)
    box = page.get_by_label("Chỉ tính số liệu đã chính thức đến hết ngày")
    expect(box).to_be_hidden()
    page.get_by_text("Biết đến ngày").click()
    box.fill("01/01/2014")
    page.get_by_role("button", name="Xem", exact=True).click()

    expect(page.locator(".past")).to_contain_text("đã chính thức đến hết ngày 01/01/2014")
    expect(page.locator(".strip")).to_contain_text("Chưa có thông tin")


def test_a_wrong_day_is_mended_in_place(page: Page, live_server: LiveServer) -> None:
    page.goto(f"{live_server.url}/tra-cuu/?q=vnedu")
    day = page.get_by_label("Số liệu tính đến ngày")
    day.fill("31/02/2021")
    day.press("Enter")
    expect(page.locator("#loi-tham-so")).to_contain_text("tinh-den")
    expect(day).to_have_value("31/02/2021")

    day.fill("28/02/2021")
    day.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Tra cứu")
    expect(page.locator("#q")).to_have_value("vnedu")


def test_by_keyboard(page: Page, live_server: LiveServer) -> None:
    page.goto(live_server.url)
    page.keyboard.press("Tab")
    expect(page.locator(".skip")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()

    page.keyboard.press("/")
    expect(page.locator("#find-q")).to_be_focused()
    page.keyboard.type("vnpt ioffice")
    page.keyboard.press("Enter")
    expect(page.locator("#systems")).to_contain_text("VNPT-iOffice")


def test_complete_without_scripts(browser: Browser, page: Page, live_server: LiveServer) -> None:
    context = browser.new_context(java_script_enabled=False, locale="vi-VN")
    plain = context.new_page()
    plain.goto(live_server.url)
    plain.locator("#find-q").fill("dien bien")
    plain.locator("#find-q").press("Enter")
    expect(plain.locator("#partners")).to_contain_text("Điện Biên")
    context.close()


def test_the_matrix_keeps_its_first_column(page: Page, live_server: LiveServer) -> None:
    page.set_viewport_size({"width": 390, "height": 900})
    page.goto(live_server.url)
    row = page.locator(".matrix tbody th[scope=row]").first
    before = row.bounding_box()
    page.locator(".scroll").evaluate("box => { box.scrollLeft = 200; }")
    after = row.bounding_box()

    assert before is not None
    assert after is not None
    assert after["x"] >= 0
    assert after["x"] <= before["x"]


def test_paper_gets_the_content_and_no_controls(page: Page, live_server: LiveServer) -> None:
    page.goto(live_server.url)
    page.emulate_media(media="print")

    for hidden in (".nav", ".find", ".asof .btn", ".known"):
        expect(page.locator(hidden).first).to_be_hidden()
    expect(page.locator(".matrix")).to_be_visible()
    expect(page.locator("#tinh-den")).to_be_visible()
