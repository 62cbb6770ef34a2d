"""The admin in a real browser: it works under the portal's policy, which forbids anything inline."""

import pytest
from django.test import Client
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


def test_the_admin_works_under_the_policy(
    page: Page, live_server: LiveServer, administrator: User
) -> None:
    complaints: list[str] = []
    page.on("console", lambda message: message.type == "error" and complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    _sign_in(page, live_server, administrator)

    page.goto(f"{live_server.url}/quan-tri/accounts/user/add/")
    page.get_by_label("Tên đăng nhập").fill("hoa")
    page.get_by_label("Họ và tên").fill("Nguyễn Thị Hoa")
    page.locator("[name=password1]").fill("k7wq-m3xd-9rtz")
    page.locator("[name=password2]").fill("k7wq-m3xd-9rtz")
    page.locator("[name=_continue]").click()
    # The two boxes of the permissions are built by the admin's own script.
    page.locator("select#id_user_permissions_from").wait_for()

    page.goto(f"{live_server.url}/quan-tri/accounts/user/?q=hoa")
    page.locator("#result_list").get_by_role("link", name="hoa", exact=True).click()
    page.wait_for_url("**/change/**")
    page.goto(page.url.split("/change/")[0] + "/delete/")
    page.locator("input[type=submit]").click()
    page.wait_for_url("**/accounts/user/")

    assert not User.objects.filter(username="hoa").exists()
    assert complaints == []


@pytest.mark.parametrize("turn", [1, 2])
def test_the_real_data_is_back_after_a_test_that_commits(turn: int, transactional_db: None) -> None:
    assert not User.objects.exists()
    User.objects.create_user("hoa", full_name="Nguyễn Thị Hoa")
