"""The admin in a real browser: it works under the portal's policy, which forbids anything inline."""

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Page
from pytest_django.live_server_helper import LiveServer

from accounts.models import User

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]


def _sign_in(page: Page, live_server: LiveServer, user: User) -> None:
    client = Client()
    client.force_login(user)
    page.context.add_cookies(
        [
            {
                "name": "sessionid",
                "value": client.cookies["sessionid"].value,
                "url": live_server.url,
            }
        ]
    )


@pytest.fixture
def complaints(page: Page) -> list[str]:
    """What the browser complains of: a refused style or script, a missing file, a script's error."""
    found: list[str] = []
    page.on("console", lambda message: message.type == "error" and found.append(message.text))
    page.on("pageerror", lambda error: found.append(str(error)))
    return found


def test_the_admin_works_under_the_policy(
    page: Page, live_server: LiveServer, administrator: User, complaints: list[str]
) -> None:
    _sign_in(page, live_server, administrator)
    page.goto(f"{live_server.url}/quan-tri/accounts/user/add/")
    page.get_by_label("Tên đăng nhập").fill("hoa")
    page.get_by_label("Họ và tên").fill("Nguyễn Thị Hoa")
    page.locator("[name=password1]").fill("K7wq-m3xd-9rtz")
    page.locator("[name=password2]").fill("K7wq-m3xd-9rtz")
    page.locator("[name=_continue]").click()
    # The two boxes of the permissions are built by the admin's own script.
    page.locator("select#id_user_permissions_from").wait_for()
    page.locator("#id_is_active").uncheck()
    page.locator("[name=_save]").click()

    page.wait_for_url("**/accounts/user/")
    assert not User.objects.get(username="hoa").is_active
    assert complaints == []


def test_no_page_of_the_admin_needs_anything_inline(
    page: Page, live_server: LiveServer, administrator: User, complaints: list[str]
) -> None:
    _sign_in(page, live_server, administrator)
    blamed: dict[str, list[str]] = {}
    for model in admin.site._registry:
        path = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
        row = model._default_manager.first()
        for address in [path] if row is None else [path, f"{path}{row.pk}/change/"]:
            page.goto(live_server.url + address)
            if complaints:
                blamed[address] = complaints.copy()
                complaints.clear()
    assert blamed == {}


@pytest.mark.parametrize("turn", [1, 2])
def test_the_real_data_is_back_after_a_test_that_commits(turn: int, transactional_db: None) -> None:
    assert not User.objects.exists()
    User.objects.create_user("hoa", full_name="Nguyễn Thị Hoa")
