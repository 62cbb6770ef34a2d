"""Accounts in a real browser, by keyboard: second factor, lock-out, sessions, a forgotten password.

On a portal of their own, for here a second factor is demanded, and failures from this machine pile up.
"""

import email
import email.policy
import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Locator, Page, expect

from tests.accounts.codes import code_of
from tests.journeys.once import looked_at_once
from tests.journeys.portal import Portal, served_portal

pytestmark = looked_at_once

_AXE = Axe()
_ALL = {"resultTypes": ["violations"], "rules": {"target-size": {"enabled": True}}}
_ENGLISH = re.compile(r"\b(?:the|your|you|please|password|sign|error|enter|required)\b", re.I)

_AGE_SESSIONS = """
from accounts.models import Session
from accounts.sessions import SessionStore
for row in Session.objects.filter(user__username="{name}"):
    store = SessionStore(row.session_key)
    store["seen"] -= 31 * 60
    store.save()
"""


@pytest.fixture(scope="module", autouse=True)
def patience() -> Iterator[None]:
    """Passwords are hashed as in production here, and a busy machine takes its time."""
    expect.set_options(timeout=45_000)
    yield
    expect.set_options(timeout=5_000)


@pytest.fixture(scope="module")
def mail(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("mail")


@pytest.fixture(scope="module")
def portal(mail: Path) -> Iterator[Portal]:
    with served_portal(
        os.environ.get("DATABASE_URL", ""),
        SECOND_FACTOR_REQUIRED="1",
        LOCKOUT_ADDRESS_LIMIT="100",
        EMAIL_URL=f"file:///{mail}",
    ) as served:
        yield served


class Person:
    """Somebody with a browser who uses the keyboard alone; every page is looked at on the way."""

    def __init__(self, browser: Browser, portal: Portal, width: int = 1440) -> None:
        self.context = browser.new_context(
            base_url=portal.url,
            locale="vi-VN",
            timezone_id="Asia/Ho_Chi_Minh",
            viewport={"width": width, "height": 900},
        )
        self.page: Page = self.context.new_page()
        self.page.set_default_timeout(45_000)

    def reach(self, target: Locator, within: int = 80, key: str = "Tab") -> None:
        """Tab until the focus is there, forwards or (with Shift) back."""
        expect(target).to_be_visible()
        for _press in range(within):
            if target.evaluate("element => element === document.activeElement"):
                return
            self.page.keyboard.press(key)
        raise AssertionError(f"The keyboard does not reach {target}.")

    def types(self, label: str, text: str) -> None:
        self.reach(self.page.get_by_role("main").get_by_label(label, exact=True))
        self.page.keyboard.press("Control+A")
        self.page.keyboard.type(text)

    def presses(self, name: str, role: str = "button") -> None:
        self.reach(self.page.get_by_role("main").get_by_role(role, name=name, exact=True))  # type: ignore[arg-type]
        self.page.keyboard.press("Enter")

    def goes_to(self, address: str) -> None:
        self.page.goto(address)

    def signs_in(self, name: str, password: str) -> None:
        self.goes_to("/dang-nhap/")
        self.types("Tên đăng nhập hoặc thư điện tử", name)
        self.types("Mật khẩu", password)
        self.page.keyboard.press("Enter")

    def is_in(self) -> None:
        expect(self.page.get_by_role("banner")).to_contain_text("Đăng xuất")

    def signs_out(self) -> None:
        self.page.get_by_role("banner").get_by_role("button", name="Đăng xuất").focus()
        self.page.keyboard.press("Enter")
        expect(
            self.page.get_by_role("banner").get_by_role("link", name="Đăng nhập")
        ).to_be_visible()

    def sees(self, heading: str) -> None:
        """A page under this heading, in Vietnamese, without a fault that axe knows."""
        expect(self.page.get_by_role("heading", level=1)).to_have_text(heading)
        assert self.page.locator("html").get_attribute("lang") == "vi"
        assert _ENGLISH.findall(self.page.locator("main").inner_text()) == []
        report = _AXE.run(self.page, options=_ALL)
        faults = [
            f"{fault['id']}: {place['html'][:160]}"
            for fault in report.response["violations"]
            for place in fault["nodes"]
        ]
        assert faults == []
        width = self.page.viewport_size["width"]  # type: ignore[index]
        assert self.page.evaluate("document.documentElement.scrollWidth") <= width

    def sets_up_second_factor(self) -> str:
        """On the page for it; the secret that the phone now has."""
        self.sees("Bật xác thực hai lớp")
        secret = self.page.locator(".secret").inner_text().replace(" ", "")
        self.types("Mã xác thực", code_of(secret))
        self.page.keyboard.press("Enter")
        self.sees("Mã dự phòng")
        return secret


@pytest.fixture
def arrive(browser: Browser, portal: Portal) -> Iterator[object]:
    people: list[Person] = []

    def come(width: int = 1440) -> Person:
        people.append(Person(browser, portal, width))
        return people[-1]

    yield come
    for person in people:
        person.context.close()


def test_a_vnpt_manager_is_led_to_a_second_factor_and_signs_in_with_it(
    arrive, portal: Portal
) -> None:
    manager = arrive()
    manager.goes_to("/dang-nhap/")
    manager.sees("Đăng nhập")
    manager.signs_in("vnpt", portal.passwords["vnpt"])
    expect(manager.page).to_have_url(re.compile("/tai-khoan/hai-lop/$"))
    manager.goes_to("/he-thong/")
    expect(manager.page).to_have_url(re.compile("/tai-khoan/hai-lop/$"))
    secret = manager.sets_up_second_factor()
    codes = manager.page.locator(".codes code").all_inner_texts()
    assert len(codes) == 10
    manager.presses("Tôi đã cất các mã", "link")
    manager.sees("Tài khoản của tôi")
    manager.signs_out()

    manager.signs_in("vnpt", portal.passwords["vnpt"])
    manager.sees("Mã xác thực")
    manager.types("Mã xác thực", "000000")
    manager.page.keyboard.press("Enter")
    expect(manager.page.get_by_text("Mã không đúng hoặc đã dùng rồi.")).to_be_visible()
    manager.sees("Mã xác thực")
    manager.types("Mã xác thực", code_of(secret))
    manager.page.keyboard.press("Enter")
    expect(manager.page.get_by_role("banner")).to_contain_text("Quản lý khách hàng VNPT")
    manager.signs_out()

    phone = arrive(390)
    phone.signs_in("vnpt", portal.passwords["vnpt"])
    phone.sees("Mã xác thực")
    phone.types("Mã xác thực", codes[0])
    phone.page.keyboard.press("Enter")
    phone.is_in()
    phone.goes_to("/tai-khoan/")
    phone.sees("Tài khoản của tôi")


def test_five_failures_lock_an_officer_out_and_an_administrator_opens_again(
    arrive, portal: Portal
) -> None:
    officer = arrive(390)
    for _failure in range(4):
        officer.signs_in("quang-ngai", "sai-mat-khau")
        officer.sees("Đăng nhập")
    officer.signs_in("quang-ngai", "sai-mat-khau")
    officer.sees("Tạm khóa đăng nhập")
    officer.signs_in("quang-ngai", portal.passwords["quang-ngai"])
    officer.sees("Tạm khóa đăng nhập")

    administrator = arrive()
    administrator.goes_to("/quan-tri/")
    administrator.types("Tên đăng nhập hoặc thư điện tử", "quan-tri")
    administrator.types("Mật khẩu", portal.passwords["quan-tri"])
    administrator.page.keyboard.press("Enter")
    administrator.sets_up_second_factor()
    page = administrator.page
    page.goto("/quan-tri/accounts/user/?q=quang-ngai")
    administrator.reach(page.locator("input.action-select").first, within=300)
    page.keyboard.press("Space")
    administrator.reach(page.get_by_label("Thao tác:"), key="Shift+Tab")
    page.keyboard.type("Mở khóa")
    administrator.reach(page.get_by_role("button", name="Thực hiện"))
    page.keyboard.press("Enter")
    expect(page.get_by_text("Đã mở khóa")).to_be_visible()

    officer.signs_in("quang-ngai", portal.passwords["quang-ngai"])
    expect(officer.page.get_by_role("banner")).to_contain_text("Cán bộ đầu mối")


def test_an_officer_ends_other_sessions_and_loses_nothing_when_one_is_over(
    arrive, portal: Portal
) -> None:
    here, there = arrive(), arrive(390)
    for person in (here, there):
        person.signs_in("nghe-an", portal.passwords["nghe-an"])
        person.is_in()
    here.goes_to("/tai-khoan/")
    here.sees("Tài khoản của tôi")
    sessions = here.page.get_by_role("table", name="Phiên làm việc đang mở")
    expect(sessions.get_by_role("row")).to_have_count(3)
    here.presses("Kết thúc mọi phiên khác")
    expect(here.page.get_by_text("Đã kết thúc mọi phiên khác.")).to_be_visible()
    expect(sessions.get_by_role("row")).to_have_count(2)
    there.goes_to("/tai-khoan/")
    there.sees("Đăng nhập")

    here.presses("Sửa thư điện tử, điện thoại", "link")
    here.sees("Sửa liên hệ")
    here.types("Điện thoại", "0912 345 678")
    portal.manage("shell", "-c", _AGE_SESSIONS.format(name="nghe-an"))
    here.presses("Lưu")
    here.sees("Đăng nhập")
    expect(here.page.get_by_text("Phiên làm việc đã kết thúc vì lâu không dùng.")).to_be_visible()
    here.types("Tên đăng nhập hoặc thư điện tử", "nghe-an")
    here.types("Mật khẩu", portal.passwords["nghe-an"])
    here.page.keyboard.press("Enter")
    here.sees("Nội dung chưa gửi")
    expect(here.page.get_by_role("main")).to_contain_text("0912 345 678")
    here.presses("Gửi tiếp")
    here.sees("Tài khoản của tôi")
    expect(here.page.get_by_role("main")).to_contain_text("0912 345 678")


def test_a_forgotten_password_is_set_by_mail(arrive, portal: Portal, mail: Path) -> None:
    portal.manage(
        *("shell", "-c"),
        "from accounts.models import User;"
        "User.objects.create_user('hoa', 'hoa@example.vn', 'K7wq-m3xd-9rtz', full_name='Hoa')",
    )
    hoa = arrive(390)
    hoa.goes_to("/dang-nhap/")
    hoa.presses("Quên mật khẩu?", "link")
    hoa.sees("Quên mật khẩu")
    hoa.types("Thư điện tử", "hoa@example.vn")
    hoa.page.keyboard.press("Enter")
    hoa.sees("Đã nhận yêu cầu")
    (file,) = mail.iterdir()
    letter = email.message_from_bytes(file.read_bytes(), policy=email.policy.default).get_content()
    link = re.search(r"http://127\.0\.0\.1:\d+(/quen-mat-khau/\S+)", letter)
    assert link is not None
    hoa.goes_to(link[1])
    hoa.sees("Đặt mật khẩu mới")
    hoa.types("Mật khẩu mới", "ngan")
    hoa.types("Nhập lại mật khẩu mới", "ngan")
    hoa.page.keyboard.press("Enter")
    expect(hoa.page.get_by_text("Mật khẩu cần ít nhất 14 ký tự")).to_be_visible()
    hoa.sees("Đặt mật khẩu mới")
    hoa.types("Mật khẩu mới", "Hoa-ban no thang 3")
    hoa.types("Nhập lại mật khẩu mới", "Hoa-ban no thang 3")
    hoa.page.keyboard.press("Enter")
    hoa.sees("Đã đặt mật khẩu mới")
    hoa.presses("Đăng nhập", "link")
    hoa.types("Tên đăng nhập hoặc thư điện tử", "hoa@example.vn")
    hoa.types("Mật khẩu", "Hoa-ban no thang 3")
    hoa.page.keyboard.press("Enter")
    expect(hoa.page.get_by_role("banner")).to_contain_text("Hoa")


def test_the_pages_of_the_account_hold_on_a_phone_in_the_dark(arrive, portal: Portal) -> None:
    portal.manage(
        *("shell", "-c"),
        "from accounts.models import User;"
        "User.objects.create_user('minh', '', 'K7wq-m3xd-9rtz', full_name='Minh',"
        " must_change_password=True)",
    )
    minh = arrive(390)
    minh.page.emulate_media(color_scheme="dark")
    minh.signs_in("minh", "K7wq-m3xd-9rtz")
    minh.sees("Đổi mật khẩu")
    minh.types("Mật khẩu cũ", "K7wq-m3xd-9rtz")
    minh.types("Mật khẩu mới", "Hoa-ban no thang 3")
    minh.types("Nhập lại mật khẩu mới", "Hoa-ban no thang 3")
    minh.page.keyboard.press("Enter")
    expect(minh.page.get_by_text("Đã đổi mật khẩu.")).to_be_visible()
    minh.goes_to("/tai-khoan/hai-lop/")
    minh.sets_up_second_factor()
    for address, heading in (
        ("/tai-khoan/", "Tài khoản của tôi"),
        ("/tai-khoan/lien-he/", "Sửa liên hệ"),
        ("/tai-khoan/ma-du-phong/", "Mã dự phòng"),
        ("/tai-khoan/ma-du-phong/tao/", "Tạo bộ mã dự phòng mới"),
        ("/tai-khoan/hai-lop/tat/", "Tắt xác thực hai lớp"),
        ("/tai-khoan/xac-nhan/", "Xác nhận là anh, chị"),
        ("/tai-khoan/xac-nhan/ma/", "Xác nhận là anh, chị"),
    ):
        minh.goes_to(address)
        minh.sees(heading)
