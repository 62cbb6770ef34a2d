"""Every kind of page as a browser gets it: no fault that axe knows, none of policy, width or movement."""

from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.journeys.conftest import Reader
from tests.journeys.once import looked_at_once
from tests.journeys.sights import SIGHTS

pytestmark = looked_at_once

_AXE = Axe()
# Everything axe holds against a page, and the one rule of WCAG 2.2 that it leaves off by itself.
_ALL = {"resultTypes": ["violations"], "rules": {"target-size": {"enabled": True}}}
# A theme changes colours and nothing else.
_COLOURS = {"resultTypes": ["violations"], "runOnly": ["color-contrast", "link-in-text-block"]}

# Sum of what moved without anybody touching anything; from the first paint on.
_WATCH_SHIFTS = """
window.shifted = 0;
new PerformanceObserver(list => {
  for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.shifted += entry.value;
}).observe({type: "layout-shift", buffered: true});
"""


def _faults(page: Page, rules: dict[str, object]) -> list[str]:
    report = _AXE.run(page, options=rules)
    return [
        f"{fault['id']}: {place['html'][:200]}"
        for fault in report.response["violations"]
        for place in fault["nodes"]
    ]


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
    found += _faults(page, _ALL)
    page.emulate_media(color_scheme="dark")
    found += [f"dark: {fault}" for fault in _faults(page, _COLOURS)]
    return found


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
        found = {fault.split(":")[0] for fault in _faults(page, _ALL)}
        assert {"image-alt", "button-name", "target-size"} <= found


class TestNarrow:
    @pytest.mark.parametrize("sight", SIGHTS)
    def test_a_page_is_sound(
        self, reader: Reader, complaints: Callable[[Page], list[str]], sight: str
    ) -> None:
        page = reader(390)
        found = _look_at(page, SIGHTS[sight], complaints)
        assert found + _too_wide(page, 390) + _too_wide(page, 320) == []
