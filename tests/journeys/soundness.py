"""What axe holds against a page, in both themes."""

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

_AXE = Axe()
# Everything axe knows, and the one rule of WCAG 2.2 that it leaves off by itself.
_ALL = {"resultTypes": ["violations"], "rules": {"target-size": {"enabled": True}}}
# A theme changes colours and nothing else.
_COLOURS = {"resultTypes": ["violations"], "runOnly": ["color-contrast", "link-in-text-block"]}


def faults(page: Page) -> list[str]:
    """By all rules in the light, by those about colours in the dark; the page is left in the light."""
    page.emulate_media(color_scheme="light")
    found = _faults(page, _ALL)
    page.emulate_media(color_scheme="dark")
    found += [f"dark: {fault}" for fault in _faults(page, _COLOURS)]
    page.emulate_media(color_scheme="light")
    return found


def is_sound(page: Page) -> None:
    """Nothing for axe to find in either theme, and nothing wider than the screen."""
    found = faults(page)
    assert not found, "\n".join(found)
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0


def _faults(page: Page, rules: dict[str, object]) -> list[str]:
    report = _AXE.run(page, options=rules)
    return [
        f"{fault['id']}: {place['html'][:200]}"
        for fault in report.response["violations"]
        for place in fault["nodes"]
    ]
