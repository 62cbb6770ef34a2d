"""Signing what comes next, from both sides in a real browser."""

import re

import pytest
from playwright.sync_api import Page, expect

from accounts.models import User
from tests.journeys.soundness import is_sound
from tests.journeys.test_two_sides import AsUser, as_user, manager, officer

__all__ = ["as_user", "manager", "officer"]

pytestmark = [pytest.mark.django_db(transaction=True)]

IOFFICE = "Quản lý văn bản VNPT-iOffice, Nghệ An"


def fill_next_phase(page: Page) -> None:
    page.get_by_label("Loại văn bản").select_option("thoa_thuan_hop_tac_chien_luoc")
    page.get_by_label("Số, ký hiệu").fill("05/TTHT-UBND-VNPT")
    page.get_by_label("Ngày ký").fill("15/01/2026")
    page.get_by_label("Nơi ký").fill("Vinh")
    page.get_by_label("Năm cuối").fill("2030")
    signer = page.get_by_role("group", name="Người ký thứ 1")
    signer.get_by_label("Họ và tên").fill("Nguyễn Văn An")
    signer.get_by_label("Chức danh").fill("Phó Chủ tịch UBND tỉnh")
    signer.get_by_label("Phía").select_option("partner")
    # Reworded, merged, ended, new.
    page.get_by_role("textbox", name="Lĩnh vực 1", exact=True).fill("Hạ tầng số")
    merged = page.get_by_role("group", name="Lĩnh vực 2", exact=True)
    merged.get_by_role("checkbox", name="3", exact=True).check()
    page.get_by_role("textbox", name="Lĩnh vực 3", exact=True).fill("")
    page.get_by_role("textbox", name="Lĩnh vực 6", exact=True).fill("")
    page.get_by_role("textbox", name="Lĩnh vực 7", exact=True).fill("Dữ liệu số")
    page.get_by_role("checkbox", name=f"Làm tiếp {IOFFICE}").check()
    fresh = page.get_by_role("group", name="Hạng mục mới 1")
    fresh.get_by_role("textbox", name="Hạng mục mới 1").fill("Kho dữ liệu dùng chung")
    fresh.get_by_label("Loại").select_option("infrastructure")
    fresh.get_by_label("Thời hạn").fill("30/06/2027")


def test_a_phase_is_proposed_returned_accepted_amended_and_added_to(
    as_user: AsUser, officer: User, manager: User
) -> None:
    theirs = as_user(officer, 390, java_script_enabled=True)
    theirs.goto("/thoa-thuan/nghe-an/")
    theirs.get_by_role("link", name="Đề nghị giai đoạn tiếp theo").click()
    fill_next_phase(theirs)
    is_sound(theirs)
    theirs.get_by_role("button", name="Lưu nháp và xem lại").press("Enter")
    expect(theirs.get_by_role("heading", level=1)).to_have_text("Giai đoạn 2025–2030 của Nghệ An")
    expect(theirs.get_by_text("Gộp từ lĩnh vực 2 và 3")).to_be_visible()
    is_sound(theirs)
    theirs.get_by_role("button", name=re.compile("^Gửi ")).press("Enter")
    expect(theirs.locator("#ket-qua")).to_contain_text("đã gửi")

    ours = as_user(manager)
    ours.goto("/cho-xac-nhan/")
    ours.get_by_role("region", name="Ký kết").get_by_role("link").nth(1).click()
    ours.get_by_text("Trả lại", exact=True).click()
    ours.get_by_label("Vì sao trả lại").fill("Thiếu hạn của iOffice.")
    ours.get_by_role("button", name="Trả lại Nghệ An").click()

    theirs.reload()
    expect(theirs.get_by_text("Thiếu hạn của iOffice.")).to_be_visible()
    theirs.get_by_role("button", name="Lập bản mới từ bản này").click()
    row = theirs.get_by_role("group", name=re.compile(re.escape(IOFFICE)))
    expect(row.get_by_role("checkbox", name=f"Làm tiếp {IOFFICE}")).to_be_checked()
    row.get_by_label("Thời hạn").fill("31/12/2027")
    theirs.get_by_role("button", name=re.compile("^Gửi ")).click()

    ours.goto("/ky-ket/")
    ours.get_by_role("row", name=re.compile("Chờ bên kia")).get_by_role("link").click()
    is_sound(ours)
    ours.get_by_role("button", name=re.compile("đồng ý$")).press("Enter")
    ours.get_by_role("link", name=re.compile("đang có hiệu lực")).click()
    expect(ours.get_by_role("heading", level=1)).to_have_text("Nghệ An 2025–2030")
    expect(ours.get_by_text("Dữ liệu số", exact=True)).to_be_visible()
    expect(ours.get_by_text("Kho dữ liệu dùng chung").first).to_be_visible()

    # VNPT amends it, the province accepts; the day before still reads as it was signed.
    ours.goto("/ky-ket/phu-luc/nghe-an-2025-2030/")
    ours.get_by_label("Số, ký hiệu").fill("01/PL")
    ours.get_by_label("Ngày ký").fill("20/03/2026")
    ours.get_by_label("Năm cuối").fill("2032")
    ours.get_by_role("textbox", name="Lĩnh vực 1", exact=True).fill("Hạ tầng số và điện toán")
    is_sound(ours)
    ours.get_by_role("button", name=re.compile("^Gửi ")).press("Enter")
    expect(ours.locator("#ket-qua")).to_contain_text("đã gửi")
    accept(theirs)
    theirs.get_by_role("link", name=re.compile("đang có hiệu lực")).click()
    expect(theirs.get_by_role("heading", level=1)).to_have_text("Nghệ An 2025–2032")
    theirs.get_by_role("link", name="xem nội dung trước đó").click()
    expect(theirs.get_by_role("heading", level=1)).to_have_text("Nghệ An 2025–2030")
    expect(theirs.get_by_text("Hạ tầng số", exact=True)).to_be_visible()

    # The province proposes one more deliverable within the phase.
    theirs.goto("/ky-ket/bo-sung/nghe-an-2025-2030/")
    fresh = theirs.get_by_role("group", name="Hạng mục mới 1")
    fresh.get_by_role("textbox", name="Hạng mục mới 1").fill("Trợ lý ảo công chức")
    fresh.get_by_label("Loại").select_option("service")
    is_sound(theirs)
    theirs.get_by_role("button", name=re.compile("^Gửi ")).click()
    accept(ours)
    ours.get_by_role("link", name=re.compile("đang có hiệu lực")).click()
    expect(ours.get_by_text("Trợ lý ảo công chức").first).to_be_visible()


def accept(page: Page) -> None:
    page.goto("/cho-xac-nhan/")
    page.get_by_role("region", name="Ký kết").get_by_role("link").nth(1).click()
    page.get_by_role("button", name=re.compile("đồng ý$")).click()
    expect(page.locator("#ket-qua")).to_contain_text("có hiệu lực")
