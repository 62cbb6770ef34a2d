"""The portal that journeys go through, who goes, and what the browser complains of."""

import fcntl
import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tests.journeys.portal import Portal, served_portal


@pytest.fixture(scope="session")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    """One served portal for all journeys of a run, those of other workers included.

    The worker that needs it first makes it, and takes it away when all the others are through:
    whoever reads it holds a shared lock, which the system gives back even when a worker dies.
    """
    shared = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        shared = shared.parent
    told = shared / "portal.json"
    with (shared / "portal.door").open("w") as door, (shared / "portal.readers").open("w") as users:
        fcntl.flock(door, fcntl.LOCK_EX)
        if told.exists():
            fcntl.flock(users, fcntl.LOCK_SH)
            fcntl.flock(door, fcntl.LOCK_UN)
            yield Portal(**json.loads(told.read_text("utf-8")))
            return
        with served_portal(os.environ.get("DATABASE_URL", "")) as served:
            told.write_text(json.dumps({"url": served.url, "passwords": served.passwords}))
            fcntl.flock(door, fcntl.LOCK_UN)
            yield served
            fcntl.flock(door, fcntl.LOCK_EX)
            fcntl.flock(users, fcntl.LOCK_EX)
            told.unlink()


@pytest.fixture(scope="session")
def base_url(portal: Portal) -> str:
    """`page.goto("/he-thong/")` goes to the portal."""
    return portal.url


Reader = Callable[..., Page]


@pytest.fixture
def reader(browser: Browser, base_url: str) -> Iterator[Reader]:
    """`reader(width=390, color_scheme="dark")`: a page of somebody who has not been here before."""
    opened: list[BrowserContext] = []

    def arrive(width: int = 1440, height: int = 900, **wishes: object) -> Page:
        context = browser.new_context(
            base_url=base_url,
            locale="vi-VN",
            timezone_id="Asia/Ho_Chi_Minh",
            viewport={"width": width, "height": height},
            **wishes,
        )
        opened.append(context)
        page = context.new_page()
        page.set_default_timeout(10_000)
        return page

    yield arrive
    for context in opened:
        context.close()


@pytest.fixture
def complaints() -> Callable[[Page], list[str]]:
    """`complaints(page)`: from now on, refused styles or scripts, missing files, errors of scripts."""

    def listen(page: Page) -> list[str]:
        found: list[str] = []
        page.on(
            "console",
            lambda message: message.type in {"error", "warning"} and found.append(message.text),
        )
        page.on("pageerror", lambda error: found.append(str(error)))
        page.on("requestfailed", lambda request: found.append(f"{request.url} {request.failure}"))
        return found

    return listen


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Whatever is in this folder is a journey."""
    here = Path(__file__).parent
    for item in items:
        if item.path.is_relative_to(here):
            item.add_marker(pytest.mark.journey)
