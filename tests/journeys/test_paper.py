"""A4 as a printer gets it: every column within the margins, nothing cut and nothing over its neighbour."""

import re

import pytest
from playwright.sync_api import Page

from tests.journeys.conftest import Reader
from tests.journeys.once import looked_at_once

pytestmark = looked_at_once

#: A4 less the margins of 30 and 15 mm that the stylesheet asks for, in CSS pixels (96 an inch).
WIDTH = int((210 - 30 - 15) / 25.4 * 96)

PAPERS = {
    "partner": "/thoa-thuan/nghe-an/",
    "partner with many results": "/thoa-thuan/quang-ngai/",
    "phase": "/giai-doan/nghe-an-2014-2020/",
    "reckoning": "/giai-doan/nghe-an-2014-2020/tong-ket/",
    "deliverable": "/hang-muc/quang-ngai-vnedu/",
    "deliverable with differences": "/hang-muc/nghe-an-vsr/",
    "comparison": "/so-sanh/?giai-doan=nghe-an-2014-2020&voi=nghe-an-2020-2025",
    "comparison of two partners": "/so-sanh/?giai-doan=nghe-an-2014-2020&voi=quang-ngai-2015-2020",
    "overview": "/",
    "deliverables": "/hang-muc/",
    "figures": "/so-lieu/",
}

# What a reader of the paper would miss: whatever ends beyond the sheet, and words of a cell that are
# wider than the cell. Hidden things and the sprite are not on paper.
_CUT = """
width => {
  const shown = element => {
    const box = element.getBoundingClientRect();
    return element.checkVisibility() && box.width > 1 && box.height > 1 &&
      !element.closest(".vh, .sprite, .skip");
  };
  const told = element => `${element.tagName} ${element.className.baseVal ?? element.className}: ` +
    element.textContent.trim().replace(/\\s+/g, " ").slice(0, 60);
  const found = [];
  for (const element of document.querySelectorAll("body *")) {
    if (!shown(element) || element.closest("svg svg, symbol, defs")) continue;
    const box = element.getBoundingClientRect();
    if (box.right > width + 1 || box.left < -1) found.push("beyond the sheet: " + told(element));
    else if (/^(TD|TH)$/.test(element.tagName) && element.scrollWidth > element.clientWidth + 1)
      found.push("wider than its cell: " + told(element));
  }
  return found;
}
"""


def on_paper(page: Page, address: str) -> list[str]:
    page.emulate_media(media="print")
    page.goto(address)
    return list(page.evaluate(_CUT, WIDTH))


@pytest.mark.parametrize("paper", PAPERS)
def test_no_column_is_cut(reader: Reader, paper: str) -> None:
    page = reader(WIDTH)

    assert on_paper(page, PAPERS[paper]) == []
    assert page.locator("main table thead th").count() > 2 or paper == "overview"


def test_a_column_that_is_cut_is_found(reader: Reader) -> None:
    page = reader(WIDTH)
    page.goto("/thoa-thuan/nghe-an/")
    page.locator(".results").evaluate(
        """table => { for (const row of table.rows) row.cells[0].style.whiteSpace = "nowrap"; }"""
    )
    page.emulate_media(media="print")

    assert page.evaluate(_CUT, WIDTH) != []


def test_pages_are_a4_and_heads_of_tables_come_again(reader: Reader) -> None:
    """As Chromium prints it: the size of the sheets, and more than one of them."""
    page = reader()
    page.goto("/thoa-thuan/nghe-an/")
    pdf = page.pdf(prefer_css_page_size=True)
    boxes = set(re.findall(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", pdf))

    assert {(round(float(wide)), round(float(high))) for wide, high in boxes} == {(595, 842)}
    assert len(re.findall(rb"/Type /Page\b", pdf)) > 3
    page.emulate_media(media="print")
    head = page.locator(".results thead")
    assert head.evaluate("head => getComputedStyle(head).display") == "table-header-group"


def test_what_is_folded_is_open_on_paper(reader: Reader) -> None:
    page = reader(WIDTH)
    page.goto("/thoa-thuan/nghe-an/")
    folded = page.locator("main details:not([open]) .inset")
    page.emulate_media(media="print")

    assert folded.count() > 3
    assert all(one.is_visible() for one in folded.all())
