"""The page of documentation in a real browser: drawn, usable, and nothing that the policy forbids."""

from __future__ import annotations

from typing import Any

import pytest
from pytest_django.live_server_helper import LiveServer

playwright = pytest.importorskip("playwright.sync_api")


@pytest.mark.journey
def test_the_page_draws_and_tries_out_under_the_policy(
    transactional_db: None, live_server: LiveServer, page: Any
) -> None:
    complaints: list[str] = []
    foreign: list[str] = []
    page.on(
        "console",
        lambda message: (
            complaints.append(message.text) if message.type in {"error", "warning"} else None
        ),
    )
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on(
        "request",
        lambda request: (
            foreign.append(request.url)
            if not request.url.startswith((live_server.url, "data:"))
            else None
        ),
    )
    page.add_init_script(
        "document.addEventListener('securitypolicyviolation',"
        " e => console.error('CSP ' + e.violatedDirective + ' ' + e.blockedURI))"
    )
    page.set_viewport_size({"width": 1280, "height": 900})
    response = page.goto(f"{live_server.url}/api/docs/")
    assert "'unsafe-inline'" not in response.headers["content-security-policy"]
    page.get_by_role("heading", name="Cổng hợp tác số").wait_for()
    # Open one operation and call it.
    page.locator("#operations-phases-phases_list .opblock-summary").click()
    page.locator("#operations-phases-phases_list button.execute").click()
    page.locator("#operations-phases-phases_list .live-responses-table .response").wait_for()
    answer = page.locator("#operations-phases-phases_list .live-responses-table").inner_text()
    assert "bac-giang-2015-2020" in answer
    assert complaints == []
    assert foreign == []
