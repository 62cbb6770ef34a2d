"""A key for a program in a real browser, by keyboard: made, copied, called with, ended."""

import json
import re
import urllib.error
import urllib.request
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, Locator, Page, expect
from pytest_django.live_server_helper import LiveServer

from accounts.models import User

pytestmark = [pytest.mark.django_db(transaction=True)]

_ALL = {"resultTypes": ["violations"], "rules": {"target-size": {"enabled": True}}}


def _press(page: Page, target: Locator) -> None:
    """Tab until the focus is there, then Enter."""
    expect(target).to_be_visible()
    for _ in range(80):
        if target.evaluate("element => element === document.activeElement"):
            page.keyboard.press("Enter")
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"The keyboard does not reach {target}.")


def _clean(page: Page) -> None:
    found = Axe().run(page, options=_ALL).response["violations"]
    assert [(one["id"], one["nodes"][0]["html"]) for one in found] == []
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= page.viewport_size["width"], "the page scrolls sideways"


def _me(live_server: LiveServer, key: str) -> tuple[int, Any]:
    request = urllib.request.Request(
        f"{live_server.url}/api/v1/me/", headers={"Authorization": f"Bearer {key}"}
    )
    try:
        with urllib.request.urlopen(request) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as refused:
        return refused.code, refused.headers["WWW-Authenticate"]


@pytest.mark.parametrize(
    ("width", "scheme"), [(1440, "light"), (390, "dark")], ids=["wide", "narrow"]
)
def test_a_key_is_made_used_and_ended(
    browser: Browser, live_server: LiveServer, nghe_an_officer: User, width: int, scheme: Any
) -> None:
    client = Client()
    client.force_login(nghe_an_officer)
    cookie = client.cookies[settings.SESSION_COOKIE_NAME]
    context = browser.new_context(
        base_url=live_server.url,
        locale="vi-VN",
        viewport={"width": width, "height": 900},
        color_scheme=scheme,
        permissions=["clipboard-read", "clipboard-write"],
    )
    context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": live_server.url}])
    page = context.new_page()
    page.set_default_timeout(45_000)

    page.goto("/tai-khoan/")
    _press(page, page.get_by_role("link", name="Tạo, thu hồi khóa"))
    expect(page.get_by_role("heading", level=1)).to_have_text("Khóa truy cập API")
    _clean(page)
    page.get_by_label("Tên khóa").focus()
    page.keyboard.type("Bảng điều khiển IOC")
    _press(page, page.get_by_role("button", name="Tạo khóa"))

    expect(page.get_by_role("heading", level=1)).to_contain_text("Khóa mới")
    _clean(page)
    key = page.get_by_label("Khóa", exact=True).input_value()
    assert re.fullmatch(r"coop_[\w-]{43}", key)
    _press(page, page.get_by_role("button", name="Chép khóa"))
    expect(page.get_by_role("button", name="Đã chép")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == key

    status, told = _me(live_server, key)
    assert (status, told["username"], told["scope"]) == (
        200,
        nghe_an_officer.username,
        "official",
    )
    _press(page, page.get_by_role("link", name="Tôi đã cất khóa"))
    expect(page.get_by_role("row", name="Bảng điều khiển IOC")).to_contain_text("còn hiệu lực")
    expect(page.locator("body")).not_to_contain_text(key)
    _clean(page)

    _press(page, page.get_by_role("link", name="Thu hồi Bảng điều khiển IOC"))
    expect(page.get_by_role("heading", level=1)).to_contain_text("Thu hồi khóa")
    _clean(page)
    _press(page, page.get_by_role("button", name="Thu hồi"))
    expect(page.get_by_role("row", name="Bảng điều khiển IOC")).to_contain_text("thu hồi lúc")
    assert _me(live_server, key) == (401, 'Bearer realm="Coopportal", error="invalid_token"')
    context.close()
