"""What one side reports, the other confirms: the whole story in a real browser, from both sides."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect
from pytest_django.live_server_helper import LiveServer

from accounts.models import User
from agreements.choices import Side
from deliverables import actions
from deliverables.choices import ReportState
from deliverables.models import Deliverable, ProgressReport
from tests.conftest import MakeUser
from tests.journeys.once import looked_at_once
from tests.journeys.soundness import faults

pytestmark = [pytest.mark.django_db(transaction=True)]

VSR = "Báo cáo thông minh VSR (LRIS), Nghệ An"
PASSWORD = "mot-mat-khau-du-dai-2026"

#: `as_user(user, width=390)`: a page of somebody who has signed in.
AsUser = Callable[..., Page]


@pytest.fixture
def as_user(browser: Browser, live_server: LiveServer) -> Iterator[AsUser]:
    opened: list[BrowserContext] = []

    def arrive(user: User | None, width: int = 1440, **wishes: Any) -> Page:
        context = browser.new_context(
            base_url=live_server.url,
            locale="vi-VN",
            timezone_id="Asia/Ho_Chi_Minh",
            viewport={"width": width, "height": 900},
            **wishes,
        )
        opened.append(context)
        if user is not None:
            client = Client()
            client.force_login(user)
            cookie = client.cookies[settings.SESSION_COOKIE_NAME]
            context.add_cookies(
                [{"name": cookie.key, "value": cookie.value, "url": live_server.url}]
            )
        page = context.new_page()
        page.set_default_timeout(45_000)
        return page

    yield arrive
    for context in opened:
        context.close()


@pytest.fixture
def officer(make_user: MakeUser) -> User:
    return make_user(
        "can-bo-nghe-an", side=Side.PARTNER, agreements=("nghe-an",), password=PASSWORD
    )


@pytest.fixture
def manager(vnpt_nghe_an_manager: User) -> User:
    return vnpt_nghe_an_manager


def vsr_reports() -> list[tuple[str, str]]:
    rows = ProgressReport.objects.filter(deliverable__slug="nghe-an-vsr", author__isnull=False)
    return list(rows.order_by("pk").values_list("side", "state"))


def row_of(page: Page, title: str) -> Locator:
    return page.get_by_role("listitem").filter(has=page.get_by_role("link", name=title, exact=True))


def figure_box(page: Page) -> Locator:
    return page.get_by_role("textbox", name=f"Số liệu, {VSR}, Cơ quan, đơn vị sử dụng")


def send(page: Page) -> None:
    page.get_by_role("button", name=re.compile("Gửi VNPT xác nhận")).click()


@pytest.fixture(params=[True, False], ids=["with scripts", "without scripts"])
def scripts(request: pytest.FixtureRequest) -> bool:
    return bool(request.param)


# --- One update ---------------------------------------------------------------------------------


def test_from_sign_in_to_one_update_in_at_most_four_steps(
    as_user: AsUser, officer: User, scripts: bool
) -> None:
    page = as_user(None, java_script_enabled=scripts)
    page.goto("/dang-nhap/")
    page.get_by_label("Tên đăng nhập").fill(officer.username)
    page.get_by_label("Mật khẩu", exact=True).fill(PASSWORD)
    page.get_by_role("main").get_by_role("button", name="Đăng nhập").click()
    page.wait_for_url(lambda address: "/dang-nhap/" not in address)

    steps = 0
    if not page.url.endswith("/cong-viec/"):
        page.get_by_role("navigation", name="Chính").get_by_role(
            "link", name="Việc của tôi"
        ).click()
        steps += 1
    figure_box(page).fill("61")
    steps += 1
    send(page)
    steps += 1
    expect(page.get_by_role("status").filter(has_text="đã gửi VNPT")).to_contain_text(VSR)
    assert steps <= 4
    assert vsr_reports() == [("partner", ReportState.SUBMITTED)]


# --- Reported, returned, mended, confirmed ------------------------------------------------------


@pytest.mark.parametrize("width", [1440, 390])
def test_reported_returned_mended_and_confirmed(
    as_user: AsUser, officer: User, manager: User, scripts: bool, width: int
) -> None:
    theirs = as_user(officer, width, java_script_enabled=scripts)
    theirs.goto("/cong-viec/")
    figure_box(theirs).fill("61")
    send(theirs)
    waiting = theirs.get_by_role("region", name="Đã gửi, đang chờ")
    expect(waiting).to_contain_text(VSR)

    ours = as_user(manager, width, java_script_enabled=scripts)
    ours.goto("/")
    menu = ours.get_by_role("navigation", name="Chính").get_by_role("link").first
    expect(menu).to_contain_text("Chờ xác nhận")
    expect(menu).to_contain_text("1")
    menu.click()
    row = row_of(ours, VSR)
    expect(row).to_contain_text(re.compile(r"43\s*→.*61\s*cơ quan, đơn vị", re.DOTALL))
    expect(row).to_contain_text("tăng 18 so với tháng 12/2020")
    expect(row).to_contain_text("Chưa có minh chứng")
    row.locator("summary").filter(has_text="Trả lại").click()
    row.get_by_label("Thiếu minh chứng").check()
    row.get_by_label("Cần Nghệ An làm gì?").fill("Bổ sung số văn bản của Sở.")
    row.get_by_role("button", name="Trả lại cho Nghệ An").click()
    told = ours.get_by_role("status").filter(has_text="đã trả lại")
    told.locator("summary").click()
    message = told.get_by_label("Tin nhắn để dán vào Zalo hoặc thư")
    expect(message).to_have_value(
        re.compile(r"Bổ sung số văn bản của Sở\.[\s\S]*http://.*/bao-cao-so-lieu/")
    )

    theirs.goto("/cong-viec/")
    returned = theirs.get_by_role("region", name="Bị trả lại")
    expect(returned).to_contain_text("Bổ sung số văn bản của Sở.")
    returned.get_by_role("button", name="Sửa và gửi lại").click()
    expect(theirs.get_by_role("main")).to_contain_text("VNPT trả lại với lý do")
    theirs.get_by_label("Số văn bản, tên nguồn").first.fill("12/BC-SKHCN")
    theirs.get_by_label("Trích nguyên văn").first.fill("VSR đã dùng tại 61 cơ quan, đơn vị")
    send(theirs)
    expect(theirs.get_by_role("status").filter(has_text="đã gửi VNPT")).to_be_visible()

    ours.goto("/cho-xac-nhan/")
    row = row_of(ours, VSR)
    expect(row).to_contain_text("VSR đã dùng tại 61 cơ quan, đơn vị")
    expect(row).not_to_contain_text("Chưa có minh chứng")
    row.get_by_role("button", name="Xác nhận").click()
    expect(ours.get_by_role("status").filter(has_text="đã xác nhận")).to_contain_text(VSR)
    assert ours.evaluate("document.documentElement.scrollWidth") <= width

    public = as_user(None, width, java_script_enabled=scripts)
    public.goto("/he-thong/vsr/")
    expect(public.get_by_role("row", name="Nghệ An").first).to_contain_text("61 cơ quan, đơn vị")
    public.goto("/hang-muc/nghe-an-vsr/")
    expect(public.get_by_role("figure").first).to_contain_text("61")
    public.goto("/thay-doi/")
    expect(public.get_by_role("main")).to_contain_text(VSR)
    assert vsr_reports() == [("partner", ReportState.RETURNED), ("partner", ReportState.CONFIRMED)]


def test_disputed_with_another_figure_then_agreed(
    as_user: AsUser, officer: User, manager: User, scripts: bool
) -> None:
    theirs = as_user(officer, java_script_enabled=scripts)
    theirs.goto("/cong-viec/")
    figure_box(theirs).fill("61")
    send(theirs)

    ours = as_user(manager, java_script_enabled=scripts)
    ours.goto("/cho-xac-nhan/")
    row = row_of(ours, VSR)
    row.locator("summary").filter(has_text="Không đồng ý").click()
    row.get_by_label("Số theo bên mình").fill("55")
    row.get_by_label("Vì sao không đồng ý?").fill("Hệ thống ghi nhận 55 đơn vị có tài khoản.")
    row.get_by_role("button", name="Gửi ý kiến không đồng ý").click()
    expect(ours.get_by_role("status").filter(has_text="không đồng ý")).to_be_visible()

    theirs.goto("/hang-muc/nghe-an-vsr/")
    history = theirs.get_by_role("region", name="Lịch sử báo cáo")
    expect(history).to_contain_text("Theo bên này: 55 cơ quan, đơn vị.")
    history.get_by_role("row").filter(has_text="55").get_by_role("link").first.click()
    expect(theirs.get_by_role("main")).to_contain_text("Hệ thống ghi nhận 55 đơn vị có tài khoản.")
    theirs.get_by_label("Viết cho hai bên").fill("Đã kiểm tra lại, 55 là đúng.")
    theirs.get_by_role("button", name="Gửi trao đổi").click()
    expect(theirs.get_by_role("main")).to_contain_text("Đã kiểm tra lại, 55 là đúng.")
    theirs.get_by_role("button", name="Lập báo cáo sửa").click()
    theirs.get_by_label("Số", exact=True).first.fill("55")
    send(theirs)

    ours.goto("/cho-xac-nhan/")
    row_of(ours, VSR).get_by_role("button", name="Xác nhận").click()
    expect(ours.get_by_role("status").filter(has_text="đã xác nhận")).to_be_visible()
    assert vsr_reports() == [("partner", ReportState.DISPUTED), ("partner", ReportState.CONFIRMED)]
    compared = as_user(officer, java_script_enabled=scripts)
    compared.goto("/hang-muc/nghe-an-vsr/")
    compared.get_by_role("link", name="Đối chiếu hai báo cáo").click()
    expect(compared.get_by_role("row").filter(has_text="Cơ quan, đơn vị sử dụng")).to_contain_text(
        "55"
    )


# --- The sheet by keyboard ----------------------------------------------------------------------


def test_by_keyboard_only(as_user: AsUser, officer: User) -> None:
    page = as_user(officer)
    page.goto("/cong-viec/?he-thong=vsr")
    expect(page.get_by_text("xuống dòng")).to_be_visible()
    box = figure_box(page)
    for _ in range(40):
        page.keyboard.press("Tab")
        if box.evaluate("box => box === document.activeElement"):
            break
    expect(box).to_be_focused()
    page.keyboard.type("15,120")
    page.keyboard.press("Tab")
    expect(page.get_by_role("status").filter(has_text="số nguyên")).to_have_text(
        "Chỉ tiêu này là số nguyên nên 15,120 được hiểu là 15.120"
    )
    expect(box).to_have_value("15.120")
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Control+A")
    page.keyboard.type("61")
    page.keyboard.press("Control+s")
    expect(page.get_by_role("status").filter(has_text="đã lưu nháp")).to_be_visible()
    assert vsr_reports() == [("partner", ReportState.DRAFT)]

    button = page.get_by_role("button", name="Gửi VNPT xác nhận 1 dòng")
    for _ in range(60):
        page.keyboard.press("Tab")
        if button.evaluate("box => box === document.activeElement"):
            break
    page.keyboard.press("Enter")
    expect(page.get_by_role("status").filter(has_text="đã gửi VNPT")).to_be_visible()
    assert vsr_reports() == [("partner", ReportState.SUBMITTED)]


def test_enter_goes_down_and_a_block_from_excel_fills_cells(
    as_user: AsUser, make_user: MakeUser
) -> None:
    officer = make_user("quang-ngai", side=Side.PARTNER, agreements=("quang-ngai",))
    page = as_user(officer)
    page.goto("/cong-viec/?he-thong=vnedu")
    boxes = page.locator("[data-col=s]")
    expect(boxes).to_have_count(2)
    boxes.first.focus()
    page.keyboard.press("Enter")
    expect(boxes.nth(1)).to_be_focused()
    page.keyboard.press("Shift+Enter")
    expect(boxes.first).to_be_focused()

    paste = """(box, text) => {
      const data = new DataTransfer(); data.setData("text/plain", text);
      box.dispatchEvent(new ClipboardEvent("paste", {clipboardData: data, bubbles: true, cancelable: true}));
    }"""
    page.locator("[data-col=q]").first.evaluate(paste, "đúng\t78\r\ntrên\t33.400\r\n")
    expect(boxes.first).to_have_value("78")
    expect(boxes.nth(1)).to_have_value("33.400")
    expect(page.locator("[data-col=q]").nth(1)).to_have_value("over")
    expect(page.get_by_role("button", name="Gửi VNPT xác nhận 1 dòng")).to_be_enabled()
    boxes.first.fill("mười ba")
    boxes.first.press("Tab")
    expect(page.get_by_role("status").filter(has_text="không phải là số")).to_be_visible()
    expect(page.get_by_role("button", name="Gửi VNPT xác nhận 0 dòng")).to_be_disabled()


def test_several_rows_are_confirmed_together(as_user: AsUser, officer: User, manager: User) -> None:
    page = as_user(officer)
    page.goto("/cong-viec/")
    for box in page.get_by_placeholder("số văn bản").all():
        box.fill("12/BC-SKHCN")
    page.get_by_role("button", name="Giữ nguyên tất cả dòng còn lại").click()
    button = page.get_by_role("button", name=re.compile("Gửi VNPT xác nhận 20 dòng"))
    button.click()
    expect(page.get_by_role("heading", name="Đã làm xong 20 dòng")).to_be_visible(timeout=45_000)

    ours = as_user(manager)
    ours.goto("/cho-xac-nhan/")
    ours.get_by_label(re.compile("Chọn cả .* dòng không có cảnh báo")).check()
    confirms = ours.get_by_role("button", name=re.compile(r"Xác nhận \d+ dòng đã chọn"))
    count = int(re.findall(r"\d+", confirms.inner_text())[0])
    assert count > 1
    confirms.click()
    told = ours.get_by_role("heading", name=f"Đã làm xong {count} dòng")
    expect(told).to_be_visible(timeout=45_000)
    confirmed = ProgressReport.objects.filter(state=ReportState.CONFIRMED, author=officer)
    assert confirmed.count() == count


# --- How it looks to a machine ------------------------------------------------------------------


@looked_at_once
@pytest.mark.parametrize("width", [1440, 390])
def test_every_page_of_reporting_is_sound(
    as_user: AsUser, officer: User, manager: User, width: int
) -> None:
    deliverable = Deliverable.objects.get(slug="nghe-an-vsr")
    theirs = as_user(officer, width)
    ours = as_user(manager, width)
    complaints: list[str] = []
    for page in (theirs, ours):
        page.on(
            "console",
            lambda message: (
                message.type in {"error", "warning"} and complaints.append(message.text)
            ),
        )
    found: list[str] = []

    def look(page: Page, name: str) -> None:
        found.extend(f"{name}: {fault}" for fault in faults(page))
        wide = page.evaluate("document.documentElement.scrollWidth")
        if wide > width:
            found.append(f"{name}: {wide} px wide")

    theirs.goto("/cong-viec/")
    look(theirs, "sheet")
    figure_box(theirs).fill("15,120")
    figure_box(theirs).press("Tab")
    expect(theirs.get_by_role("status").filter(has_text="số nguyên")).to_be_visible()
    look(theirs, "sheet with a warning")
    send(theirs)
    expect(theirs.get_by_role("status").filter(has_text="đã gửi VNPT")).to_be_visible()
    look(theirs, "sheet after sending")
    ours.goto("/cho-xac-nhan/")
    for summary in ours.get_by_role("main").locator("details > summary").all():
        summary.click()
    look(ours, "queue")
    ours.goto("/cho-xac-nhan/?loai=nguon")
    look(ours, "sources")
    ours.goto("/cho-xac-nhan/")
    row_of(ours, VSR).get_by_role("link", name="Xem báo cáo, trao đổi").click()
    look(ours, "report")
    report = ProgressReport.objects.get(author=officer)
    actions.withdraw(report, by=officer)
    ours.get_by_role("button", name="Xác nhận").first.click()
    expect(ours.get_by_role("main")).to_contain_text("rút")
    look(ours, "too late")
    theirs.goto(f"/hang-muc/{deliverable.slug}/bao-cao/")
    look(theirs, "form")
    theirs.get_by_label("Số liệu tính đến").fill("14/9")
    theirs.get_by_role("button", name="Lưu nháp").last.click()
    expect(theirs.get_by_role("alert")).to_contain_text("Nhập ngày dạng dd/mm/yyyy")
    look(theirs, "form with faults")
    theirs.goto(f"/hang-muc/{deliverable.slug}/")
    look(theirs, "deliverable")
    theirs.goto(f"/hang-muc/{deliverable.slug}/doi-chieu/")
    look(theirs, "comparison")
    theirs.goto("/cong-viec/")
    second = theirs.context.new_page()
    second.goto("/cong-viec/")
    for tab, figure, told in (
        (second, "40", second.get_by_role("status").filter(has_text="đã lưu nháp")),
        (theirs, "41", theirs.get_by_role("heading", level=1).filter(has_text="ở nơi khác")),
    ):
        figure_box(tab).fill(figure)
        tab.get_by_role("button", name="Lưu nháp").last.click()
        expect(told).to_be_visible(timeout=45_000)
    expect(theirs.get_by_role("heading", level=1)).to_have_text("Bản nháp đã được lưu ở nơi khác")
    look(theirs, "saved elsewhere")
    # What is refused is asked for on purpose, and the browser tells of it.
    assert [text for text in complaints if not re.search("409|412|422", text)] == []
    assert found == []
