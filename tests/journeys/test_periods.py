"""Reporting periods in a real browser: agreed on, reported for and looked through, by keyboard too."""

import datetime as dt
import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from accounts.models import User
from agreements.choices import PeriodKind
from agreements.models import Phase
from agreements.periods import make_periods
from deliverables.choices import ReportState
from deliverables.models import Deliverable
from tests import factories
from tests.journeys.once import looked_at_once
from tests.journeys.soundness import is_sound
from tests.journeys.test_two_sides import AsUser, as_user, manager, officer

__all__ = ["as_user", "manager", "officer"]

pytestmark = [pytest.mark.django_db(transaction=True)]

PHASE = "nghe-an-2014-2020"
PERIODS = f"/giai-doan/{PHASE}/ky/"
#: Figures of 15/12/2019 to 14/12/2020.
PERIOD = f"{PERIODS}year-2020-1/"
VSR = "Báo cáo thông minh VSR (LRIS), Nghệ An"
IN_PERIOD = dt.date(2020, 11, 30)


@pytest.fixture
def closed(officer: User, manager: User) -> None:
    """The periods of a phase, its last year with a report in each state."""
    phase = Phase.objects.get(slug=PHASE)
    for kind in (PeriodKind.QUARTER, PeriodKind.YEAR):
        make_periods(phase, kind)
    states = (
        *(ReportState.SUBMITTED, ReportState.CONFIRMED),
        *(ReportState.RETURNED, ReportState.DISPUTED),
    )
    rows = Deliverable.objects.filter(phase=phase).exclude(title=VSR).order_by("slug")
    for row, state in zip(rows, states, strict=False):
        factories.report(
            row,
            state=state,
            side="partner",
            author=officer,
            as_of="2020-11",
            as_of_end=IN_PERIOD,
            when=factories.at(dt.date(2020, 12, 15)),
        )


def press(page: Page, name: Any, *, within: str = "main") -> None:
    """Go to a link as the keyboard does, and follow it."""
    link = page.get_by_role(within).get_by_role("link", name=name).first  # type: ignore[arg-type]
    link.focus()
    expect(link).to_be_focused()
    page.keyboard.press("Enter")


@pytest.mark.usefixtures("closed")
def test_an_officer_goes_through_a_closed_period_by_keyboard(
    as_user: AsUser, officer: User
) -> None:
    page = as_user(officer)
    page.goto(f"/giai-doan/{PHASE}/")
    press(page, "xem các kỳ")
    expect(page.get_by_role("heading", level=1)).to_have_text("Kỳ báo cáo của Nghệ An 2014–2020")
    press(page, re.compile("^năm 2020$"))
    expect(page.get_by_role("heading", level=1)).to_have_text("Nghệ An, năm 2020")
    expect(page.get_by_role("main")).to_contain_text("quá hạn")
    states = page.get_by_role("navigation", name="Lọc theo tình trạng")
    for label in ("Hai bên chưa thống nhất 1", "Chờ xác nhận 1", "Đã xác nhận 1", "Bị trả lại 1"):
        expect(states.get_by_role("link", name=label)).to_be_visible()

    # What is disputed, down to the report; and back.
    press(page, "Hai bên chưa thống nhất 1")
    expect(page.get_by_role("row")).to_have_count(2)
    press(page, "tháng 11/2020")
    expect(page).to_have_url(re.compile("/bao-cao-so-lieu/"))
    page.go_back()
    press(page, re.compile("^Tất cả"))
    expect(page).to_have_url(re.compile(re.escape(PERIOD) + "$"))

    # What is missing leads to the form in which it is reported.
    press(page, re.compile("^Chưa báo cáo"))
    press(page, f"Báo cáo {VSR}")
    expect(page).to_have_url(re.compile("/hang-muc/nghe-an-vsr/bao-cao/$"))
    expect(page.get_by_role("heading", level=1)).to_have_text("Báo cáo số liệu")
    page.go_back()
    press(page, "mọi kỳ báo cáo")
    press(page, "Nghệ An 2014–2020")
    expect(page.get_by_role("heading", level=1)).to_have_text("Nghệ An 2014–2020")


@looked_at_once
@pytest.mark.parametrize("width", [1440, 390])
@pytest.mark.usefixtures("closed")
def test_the_pages_of_periods_are_sound(as_user: AsUser, officer: User, width: int) -> None:
    page = as_user(officer, width)
    for address in (
        *(PERIODS, PERIOD, f"{PERIOD}?tinh-trang=missing", f"{PERIOD}?tinh-trang=not_owed"),
        # One that has none, and the count that leads to its list.
        *("/giai-doan/nghe-an-2020-2025/ky/", "/hang-muc/?news=stale&acting=me"),
    ):
        answer = page.goto(address)
        assert answer is not None
        assert answer.status == 200, address
        is_sound(page)


def test_both_sides_agree_on_periods_and_either_finds_them(
    as_user: AsUser, officer: User, manager: User
) -> None:
    Phase.objects.filter(slug="nghe-an-2020-2025").update(
        end_year=None, ends_on=None, open_ended=True
    )
    theirs = as_user(officer, 390)
    theirs.goto("/giai-doan/nghe-an-2020-2025/")
    press(theirs, "xem các kỳ")
    press(theirs, "Đề nghị kỳ báo cáo")
    quarters = theirs.get_by_role("group", name="Báo cáo theo").get_by_role("checkbox", name="Quý")
    quarters.focus()
    theirs.keyboard.press("Space")
    expect(quarters).to_be_checked()
    is_sound(theirs)
    theirs.get_by_role("button", name="Lưu nháp và xem lại").press("Enter")
    told = theirs.get_by_role("region", name="Kỳ báo cáo sẽ được lập")
    expect(told.get_by_role("row").nth(1)).to_contain_text("quý")
    is_sound(theirs)
    theirs.get_by_role("button", name=re.compile("^Gửi ")).press("Enter")

    ours = as_user(manager)
    ours.goto("/")
    counter = ours.get_by_role("navigation", name="Chính").get_by_role(
        "link", name=re.compile("Chờ xác nhận")
    )
    expect(counter).to_have_text(re.compile("1 việc"))
    counter.press("Enter")
    press(ours, "Bổ sung hạng mục, mục tiêu từ 2020 của Nghệ An")
    ours.get_by_role("button", name=re.compile("đồng ý$")).press("Enter")
    press(ours, "xem các kỳ")
    expect(ours.get_by_role("row").nth(1)).to_contain_text("chưa chốt")
    is_sound(ours)
    theirs.goto("/giai-doan/nghe-an-2020-2025/")
    expect(theirs.get_by_role("main")).to_contain_text(re.compile(r"\d+ kỳ quý"))
