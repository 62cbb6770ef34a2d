"""A side proves its figure with a file, the other side has it: both in a real browser."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from accounts.models import User
from tests import papers
from tests.journeys.test_two_sides import VSR, AsUser, as_user, manager, officer, row_of, send

__all__ = ["as_user", "manager", "officer"]
pytestmark = [pytest.mark.django_db(transaction=True)]

CONTENT = papers.signed_pdf(12)
TOLD = "PDF, 12 trang, 2 KB, có chữ ký số"


@pytest.fixture(autouse=True)
def media(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = str(tmp_path / "tep")


def choose(page: Page, name: str, content: bytes) -> None:
    page.get_by_label(re.compile("Tệp minh chứng|Thêm một tệp")).set_input_files(
        {"name": name, "mimeType": "application/pdf", "buffer": content}
    )


def is_sound(page: Page) -> None:
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()


@pytest.mark.parametrize("width", [1440, 390])
def test_a_pdf_is_attached_sent_and_fetched(
    as_user: AsUser, officer: User, manager: User, width: int, tmp_path: Path
) -> None:
    theirs = as_user(officer, width)
    theirs.goto("/hang-muc/nghe-an-vsr/bao-cao/")
    choose(theirs, "virus.pdf", b"MZ" + bytes(200))
    theirs.get_by_role("button", name="Lưu nháp").last.click()
    expect(theirs.get_by_role("alert")).to_contain_text("cổng xem nội dung, không xem tên tệp")
    is_sound(theirs)
    choose(theirs, "Biên bản nghiệm thu.PDF", CONTENT)
    theirs.get_by_role("button", name="Lưu nháp").last.click()
    expect(theirs.get_by_text(TOLD)).to_be_visible()
    is_sound(theirs)
    send(theirs)
    expect(theirs.get_by_role("status").filter(has_text="đã gửi VNPT")).to_contain_text(VSR)

    ours = as_user(manager, width)
    ours.goto("/cho-xac-nhan/")
    row = row_of(ours, VSR)
    expect(row).to_contain_text(TOLD)
    expect(row).not_to_contain_text("Chưa có minh chứng")
    is_sound(ours)
    with ours.expect_download() as fetching:
        row.get_by_role("link", name="Biên bản nghiệm thu.pdf").click()
    assert fetching.value.suggested_filename == "Biên bản nghiệm thu.pdf"
    fetching.value.save_as(tmp_path / "a.pdf")
    assert (tmp_path / "a.pdf").read_bytes() == CONTENT
