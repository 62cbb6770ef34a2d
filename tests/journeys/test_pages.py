"""Every kind of page as a browser gets it: no fault that axe knows, none of policy, width or movement."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from tests.journeys.conftest import Reader
from tests.journeys.once import looked_at_once
from tests.journeys.sights import SIGHTS
from tests.journeys.soundness import faults

pytestmark = looked_at_once

# Sum of what moved without anybody touching anything; from the first paint on.
_WATCH_SHIFTS = """
window.shifted = 0;
new PerformanceObserver(list => {
  for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.shifted += entry.value;
}).observe({type: "layout-shift", buffered: true});
"""


def _too_wide(page: Page, width: int) -> list[str]:
    page.set_viewport_size({"width": width, "height": 900})
    wide = page.evaluate("document.documentElement.scrollWidth")
    return [f"at {width} px the page is {wide} px wide"] if wide > width else []


def _look_at(page: Page, address: str, complaints: Callable[[Page], list[str]]) -> list[str]:
    """All that is wrong with a page, in both themes."""
    page.add_init_script(_WATCH_SHIFTS)
    found = complaints(page)
    answer = page.goto(address)
    assert answer is not None
    # A refusal is asked for on purpose, and the browser tells of it.
    refusal = f"status of {answer.status}" if answer.status in {400, 404} else "nothing"
    found[:] = [text for text in found if refusal not in text]
    shifted = page.evaluate("window.shifted")
    if shifted >= 0.01:
        found.append(f"moved by {shifted} while loading")
    return found + faults(page)


# Two classes, so that two workers share them.
class TestWide:
    @pytest.mark.parametrize("sight", SIGHTS)
    def test_a_page_is_sound(
        self, reader: Reader, complaints: Callable[[Page], list[str]], sight: str
    ) -> None:
        assert _look_at(reader(1440), SIGHTS[sight], complaints) == []

    def test_axe_finds_what_is_wrong_on_purpose(self, reader: Reader) -> None:
        page = reader()
        page.goto("/dang-nhap/")
        page.locator("h1").evaluate(
            """heading => heading.insertAdjacentHTML("afterend",
            '<img src="/static/x.png"><button></button><a href="/">1</a><br><a href="/">2</a>')"""
        )
        found = {fault.split(":")[0] for fault in faults(page)}
        assert {"image-alt", "button-name", "target-size"} <= found


class TestNarrow:
    @pytest.mark.parametrize("sight", SIGHTS)
    def test_a_page_is_sound(
        self, reader: Reader, complaints: Callable[[Page], list[str]], sight: str
    ) -> None:
        page = reader(390)
        found = _look_at(page, SIGHTS[sight], complaints)
        assert found + _too_wide(page, 390) + _too_wide(page, 320) == []
