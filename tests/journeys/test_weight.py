"""What a first visit costs on the wire, and that nothing waits for a script."""

import pytest
from playwright.sync_api import Page

from tests.journeys.conftest import Reader
from tests.journeys.once import looked_at_once

pytestmark = looked_at_once

MOST = 60 * 1024


def _bytes_on_the_wire(page: Page, address: str) -> dict[str, int]:
    """Every file the browser fetched for a page, headers included, as it came: compressed."""
    wire = page.context.new_cdp_session(page)
    wire.send("Network.enable")
    names: dict[str, str] = {}
    sizes: dict[str, int] = {}
    wire.on(
        "Network.requestWillBeSent",
        lambda event: names.update({event["requestId"]: event["request"]["url"]}),
    )
    wire.on(
        "Network.loadingFinished",
        lambda event: sizes.update({names[event["requestId"]]: event["encodedDataLength"]}),
    )
    page.goto(address, wait_until="networkidle")
    return sizes


@pytest.mark.parametrize(
    "address", ["/", "/thoa-thuan/nghe-an/", "/he-thong/", "/hang-muc/quang-ngai-vnedu/"]
)
def test_a_first_page_is_light(reader: Reader, address: str) -> None:
    sizes = _bytes_on_the_wire(reader(), address)

    assert sum(name.endswith(".css") for name in sizes) == 1, "one stylesheet"
    assert any(name.endswith(".js") for name in sizes)
    assert all(sizes.values()), sizes
    assert sum(sizes.values()) < MOST, sizes


def test_nothing_is_painted_later_for_a_script(reader: Reader) -> None:
    page = reader()
    page.goto("/", wait_until="networkidle")
    waiting = page.evaluate(
        """performance.getEntriesByType("resource")
        .filter(file => file.renderBlockingStatus === "blocking").map(file => file.name)"""
    )
    assert [name.rsplit(".", 1)[-1] for name in waiting] == ["css"]


def test_a_second_page_fetches_no_file_again(reader: Reader) -> None:
    page = reader()
    page.goto("/", wait_until="networkidle")
    page.goto("/he-thong/", wait_until="networkidle")
    fetched = page.evaluate(
        """performance.getEntriesByType("resource")
        .filter(file => file.transferSize > 0).map(file => file.name)"""
    )
    assert fetched == []
