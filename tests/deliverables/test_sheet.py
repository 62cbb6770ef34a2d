"""The quick-update sheet: what is typed becomes drafts and reports, and nothing that was not said."""

import datetime as dt
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.db.models import QuerySet
from django.test import Client
from django.test.utils import CaptureQueriesContext

from agreements.choices import Qualifier
from coopportal.clock import ZONE
from coopportal.partial_dates import PartialDate
from deliverables import actions
from deliverables.choices import DeliverableKind, ReportState, Stage
from deliverables.models import Deliverable, Indicator, ProgressReport
from tests import factories
from tests.factories import Cooperation

NOW = dt.datetime(2026, 11, 21, 9, 30, tzinfo=ZONE)
WORK = "/cong-viec/"


@pytest.fixture(autouse=True)
def _frozen(db: None) -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def cooperation() -> Cooperation:
    return Cooperation()


@pytest.fixture
def schools() -> Indicator:
    return factories.indicator(key="so-truong", name="Trường học", unit="trường")


@pytest.fixture
def share() -> Indicator:
    return factories.indicator(key="ty-le", name="Tỷ lệ trường", unit="%", aggregation="none")


@pytest.fixture
def measured(cooperation: Cooperation, schools: Indicator, share: Indicator) -> Deliverable:
    """The cooperation's deliverable, with an official figure of each indicator."""
    row = cooperation.deliverable
    cooperation.report(
        ReportState.CONFIRMED, stage=Stage.PILOTING, figures={schools: 74, share: "73"}
    )
    return row


@pytest.fixture
def officer(cooperation: Cooperation, client: Client) -> Client:
    client.force_login(cooperation.officer)
    return client


def typed(row: Deliverable, **boxes: str) -> dict[str, Any]:
    """What a browser sends of one row; names of boxes with ``_`` for ``-``."""
    stage = boxes.pop("tt", "piloting")
    sent = {"tt": stage, "mc0": "", "mn0": "", "mt0": "", "mq0": ""}
    sent |= {"q-so-truong": "exact", "s-so-truong": "", "q-ty-le": "exact", "s-ty-le": ""}
    sent |= {name.replace("__", "-"): text for name, text in boxes.items()}
    prefix = f"h{row.pk}-"
    return {
        "hm": [str(row.pk)],
        "ngay": "14/09/2026",
        "khoa": "khoa-1",
        f"initial-{prefix}tt": "piloting",
        f"initial-{prefix}q-so-truong": "exact",
        f"initial-{prefix}q-ty-le": "exact",
        **{prefix + name: text for name, text in sent.items()},
    }


def figure(text: str, key: str = "so-truong", word: str = "exact") -> dict[str, str]:
    return {f"s-{key}": text, f"q-{key}": word}


def reports(row: Deliverable) -> QuerySet[ProgressReport]:
    return ProgressReport.objects.filter(deliverable=row, author__isnull=False).exclude(
        state=ReportState.CONFIRMED
    )


def said(report: ProgressReport) -> dict[str, tuple[Any, str]]:
    return {m.indicator.key: (m.value, m.qualifier) for m in report.measurements.all()}


def lines(response: Any) -> list[tuple[bool, str]]:
    return [(line.ok, line.text) for line in response.context["results"].lines]


# --- What asks for news -------------------------------------------------------------------------


def test_a_row_shows_what_stood_before(officer: Client, measured: Deliverable) -> None:
    [group] = officer.get(WORK).context["sheet"].groups
    assert group.deliverable == measured
    assert [(row.indicator.key, row.previous.value) for row in group.form.rows] == [
        ("so-truong", Decimal(74)),
        ("ty-le", Decimal(73)),
    ]
    assert group.form["tt"].value() == Stage.PILOTING


@pytest.mark.parametrize("stage", [Stage.COMPLETED, Stage.ENDED])
def test_what_has_come_to_its_end_asks_for_nothing(
    officer: Client, cooperation: Cooperation, stage: str
) -> None:
    cooperation.report(ReportState.CONFIRMED, stage=stage)
    page = officer.get(WORK)
    assert page.context["sheet"].groups == []
    assert "Không còn hạng mục nào cần cập nhật" in page.content.decode()


def test_others_agreements_are_not_on_my_sheet(officer: Client, measured: Deliverable) -> None:
    factories.deliverable()
    assert [group.deliverable for group in officer.get(WORK).context["sheet"].groups] == [measured]


def test_either_side_has_the_sheet(
    client: Client, cooperation: Cooperation, measured: Deliverable
) -> None:
    client.force_login(cooperation.manager)
    page = client.get(WORK)
    assert [group.deliverable for group in page.context["sheet"].groups] == [measured]
    partner = cooperation.agreement.partner.short_name
    assert page.context["sheet"].receiver == partner
    client.post(WORK, typed(measured, **figure("80")) | {"gui": "1"})
    assert reports(measured).get().side == "vnpt"


def test_who_stands_for_no_side_has_no_sheet(
    client: Client, cooperation: Cooperation, settings: Any
) -> None:
    settings.PUBLIC_READ = True
    anonymous = client.get(WORK)
    assert (anonymous.status_code, anonymous.url) == (302, "/dang-nhap/?next=/cong-viec/")
    for nobody in (factories.user(), cooperation.administrator):
        client.force_login(nobody)
        page = client.get(WORK)
        assert page.status_code == 403
        assert "đại diện một bên của thỏa thuận" in page.content.decode()


def test_the_sheet_is_narrowed(officer: Client, measured: Deliverable) -> None:
    system = measured.system
    assert system is not None
    other = factories.deliverable(phase=measured.phase)
    rows = officer.get(WORK, {"he-thong": system.slug}).context["sheet"].groups
    assert [group.deliverable for group in rows] == [measured]
    rows = officer.get(WORK, {"nhom": "government"}).context["sheet"].groups
    assert {group.deliverable for group in rows} == {measured, other}
    assert officer.get(WORK, {"nhom": "education"}).context["sheet"].groups == []
    refused = officer.get(WORK, {"he-thong": "khong-co"})
    assert refused.status_code == 400
    assert "he-thong" in refused.content.decode()


# --- What is typed ------------------------------------------------------------------------------


def test_a_figure_is_sent(officer: Client, cooperation: Cooperation, measured: Deliverable) -> None:
    boxes = figure("1.078") | {"mc0": "12/BC-SKHCN", "mn0": "10/09/2026", "mt0": "trang 2"}
    page = officer.post(WORK, typed(measured, **boxes) | {"gui": "1"}, follow=True)

    assert page.redirect_chain == [(WORK, 302)]
    assert lines(page) == [
        (True, "đã gửi " + cooperation.agreement.vnpt_party.short_name + " xác nhận.")
    ]
    report = reports(measured).get()
    assert (report.state, report.side, report.author) == (
        ReportState.SUBMITTED,
        "partner",
        cooperation.officer,
    )
    assert (report.as_of, report.stage) == (PartialDate(2026, 9, 14), Stage.PILOTING)
    assert said(report) == {"so-truong": (Decimal(1078), Qualifier.EXACT)}
    citation = report.citations.get()
    assert (citation.source.number, citation.locator) == ("12/BC-SKHCN", "trang 2")
    assert page.context["sheet"].groups == [], "what was sent waits above the sheet"
    assert [row.report for row in page.context["desk"].sent] == [report]
    letter = page.context["results"].message
    assert "- Trường học: 1.078 trường" in letter
    assert f"http://testserver/bao-cao-so-lieu/{report.uid}/" in letter


def test_a_double_click_makes_one_report(officer: Client, measured: Deliverable) -> None:
    sent = typed(measured, **figure("78")) | {"gui": "1"}
    officer.post(WORK, sent)
    again = officer.post(WORK, sent, follow=True)
    assert reports(measured).count() == 1
    assert lines(again) == [(True, "đã gửi trước đó, đang chờ ý kiến.")]


def test_a_row_that_came_back_while_it_stood_open_is_told(
    officer: Client, cooperation: Cooperation, measured: Deliverable
) -> None:
    """Sent from another tab and returned meanwhile: it waits above the sheet now, with its reason."""
    sent = typed(measured, **figure("78")) | {"gui": "1"}
    officer.post(WORK, sent)
    report = reports(measured).get()
    actions.send_back(report, by=cooperation.manager, reason="Thiếu biên bản.")
    page = officer.post(WORK, sent, follow=True)
    [(ok, told)] = lines(page)
    assert (ok, told) == (
        False,
        "đã bị trả lại trong lúc này, điều vừa nhập chưa được lưu; hãy sửa báo cáo đã trả lại.",
    )
    assert [row.report for row in page.context["desk"].returned] == [report]
    assert reports(measured).get() == report


def test_saved_twice_is_saved_once(officer: Client, measured: Deliverable) -> None:
    sent = typed(measured, **figure("78"), mc0="12/BC", mq0="78 trường") | {"luu": "1"}
    for _ in range(2):
        assert officer.post(WORK, sent).status_code == 302
    assert [(row.state, row.version) for row in reports(measured)] == [(ReportState.DRAFT, 1)]


def test_what_is_saved_stays_a_draft_and_is_gone_on_with(
    officer: Client, measured: Deliverable
) -> None:
    officer.post(WORK, typed(measured, **figure("78")) | {"luu": "1"})
    draft = reports(measured).get()
    assert (draft.state, draft.version) == (ReportState.DRAFT, 1)
    [group] = officer.get(WORK).context["sheet"].groups
    assert group.form["s-so-truong"].value() == "78"

    seen = {f"v{measured.pk}": f"{draft.uid}:1"}
    officer.post(WORK, typed(measured, **figure("79")) | seen | {"gui": "1"})
    draft.refresh_from_db()
    assert (draft.state, said(draft)["so-truong"][0]) == (ReportState.SUBMITTED, Decimal(79))


def test_a_second_tab_is_told_and_loses_nothing(officer: Client, measured: Deliverable) -> None:
    officer.post(WORK, typed(measured, **figure("78")) | {"luu": "1"})
    draft = reports(measured).get()
    seen = {f"v{measured.pk}": f"{draft.uid}:1", "luu": "1"}
    officer.post(WORK, typed(measured, **figure("79")) | seen)
    page = officer.post(WORK, typed(measured, **figure("81")) | seen)
    assert page.status_code == 412
    [two] = page.context["pairs"]
    assert ("Trường học", "79", "81") in two.lines
    assert said(reports(measured).get())["so-truong"][0] == Decimal(79)

    again = dict(two.fields) | {"v": str(two.report.version), "luu": "1"}
    kept = officer.post(f"/bao-cao-so-lieu/{draft.uid}/sua/", again)
    assert kept.status_code == 302
    assert said(reports(measured).get())["so-truong"][0] == Decimal(81)


def test_a_colleagues_draft_is_neither_touched_nor_sent_from_an_older_page(
    officer: Client, cooperation: Cooperation, measured: Deliverable, schools: Indicator
) -> None:
    """The page was made before the colleague saved: what I did not type is no change of mine."""
    factories.report(
        measured,
        as_of=PartialDate(2026, 9, 14),
        author=cooperation.colleague,
        figures={schools: 99},
    )
    page = officer.post(WORK, typed(measured) | {"gui": "1"}, follow=True)
    assert lines(page) == [(False, "Chưa nhập dòng nào, nên không có gì để gửi.")]
    draft = reports(measured).get()
    assert (draft.state, draft.version) == (ReportState.DRAFT, 1)
    assert officer.post(WORK, typed(measured, **figure("78")) | {"luu": "1"}).status_code == 412


def test_a_row_that_cannot_stand_is_kept_as_typed_and_the_others_go(
    officer: Client, cooperation: Cooperation, measured: Deliverable
) -> None:
    other = factories.deliverable(phase=cooperation.deliverable.phase)
    bad = typed(measured, **figure("810", "ty-le"))
    good = typed(other, tt="deployed") | {f"initial-h{other.pk}-tt": ""}
    both = bad | good | {"hm": [str(measured.pk), str(other.pk)], "gui": "1"}
    page = officer.post(WORK, both)

    assert page.status_code == 422
    assert [ok for ok, _text in lines(page)] == [True]
    assert reports(other).get().state == ReportState.SUBMITTED
    assert not reports(measured).exists()
    text = page.content.decode()
    assert "Tỷ lệ phải từ 0 đến 100. Có phải 81,0?" in text
    assert 'value="810"' in text
    [group] = page.context["sheet"].groups
    assert group.state == "bad"


def test_a_comma_between_thousands_is_agreed_to_before_it_is_sent(
    officer: Client, measured: Deliverable
) -> None:
    sent = typed(measured, **figure("15,120")) | {"gui": "1"}
    page = officer.post(WORK, sent)
    assert page.status_code == 422
    text = page.content.decode()
    assert "Chỉ tiêu này là số nguyên nên 15,120 được hiểu là 15.120" in text
    assert 'value="15.120"' in text
    draft = reports(measured).get()
    assert draft.state == ReportState.DRAFT

    seen = {f"v{measured.pk}": f"{draft.uid}:{page.context['sheet'].groups[0].version}"}
    officer.post(WORK, typed(measured, **figure("15.120")) | seen | {"gui": "1"})
    assert reports(measured).get().state == ReportState.SUBMITTED


def test_an_empty_box_is_no_figure_and_no_zero(officer: Client, measured: Deliverable) -> None:
    boxes = figure("78") | figure("", "ty-le")
    officer.post(WORK, typed(measured, **boxes) | {"gui": "1"})
    assert said(reports(measured).get()) == {"so-truong": (Decimal(78), Qualifier.EXACT)}


def test_no_figure_is_said_by_its_word(officer: Client, measured: Deliverable) -> None:
    boxes = figure("", "so-truong", "unspecified")
    officer.post(WORK, typed(measured, **boxes) | {"gui": "1"})
    assert said(reports(measured).get()) == {"so-truong": (None, Qualifier.UNSPECIFIED)}


def test_unchanged_is_one_tick(officer: Client, measured: Deliverable) -> None:
    officer.post(WORK, typed(measured, **{"g-so-truong": "on"}) | {"gui": "1"})
    assert said(reports(measured).get()) == {"so-truong": (Decimal(74), Qualifier.EXACT)}


def test_unchanged_and_another_figure_is_asked_about(
    officer: Client, measured: Deliverable
) -> None:
    boxes = figure("78") | {"g-so-truong": "on"}
    page = officer.post(WORK, typed(measured, **boxes) | {"gui": "1"})
    assert page.status_code == 422
    assert "Bỏ chọn, hoặc xóa số vừa ghi" in page.content.decode()


def test_all_the_rest_is_unchanged(
    officer: Client, cooperation: Cooperation, measured: Deliverable
) -> None:
    other = factories.deliverable(phase=cooperation.deliverable.phase)
    factories.report(other, state=ReportState.CONFIRMED, stage=Stage.DEPLOYED)
    first = typed(measured, **figure("78"))
    second = typed(other, tt="deployed") | {f"initial-h{other.pk}-tt": "deployed"}
    both = first | second | {"hm": [str(measured.pk), str(other.pk)], "giu-het": "1"}
    officer.post(WORK, both)
    assert said(reports(measured).get()) == {"so-truong": (Decimal(78), Qualifier.EXACT)}
    assert [(row.stage, row.state) for row in reports(other)] == [
        (Stage.DEPLOYED, ReportState.DRAFT)
    ]


def test_what_nobody_touched_is_neither_kept_nor_sent(
    officer: Client, measured: Deliverable
) -> None:
    page = officer.post(WORK, typed(measured, **figure("")) | {"gui": "1"}, follow=True)
    assert lines(page) == [(False, "Chưa nhập dòng nào, nên không có gì để gửi.")]
    assert not reports(measured).exists()


def test_what_was_typed_is_kept_before_one_goes_to_another_page(
    officer: Client, measured: Deliverable
) -> None:
    moved = officer.post(WORK, typed(measured, **figure("78")) | {"sang": "2"})
    assert (moved.status_code, moved.url) == (302, "/cong-viec/?trang=2")
    narrowed = officer.post(
        WORK, typed(measured, **figure("")) | {"loc": "1", "nhom": "education", "he-thong": ""}
    )
    assert narrowed.url == "/cong-viec/?nhom=education"
    assert reports(measured).get().state == ReportState.DRAFT
    assert officer.get(moved.url).status_code == 200, "a page that is gone is the last one"


@pytest.mark.parametrize(
    ("day", "message"),
    [
        ("14/9", "Nhập ngày dạng dd/mm/yyyy, ví dụ 14/09/2026"),
        ("31/04/2026", "Ngày 31/04/2026 không có thật. Nhập dd/mm/yyyy, hoặc chỉ tháng: 04/2026."),
        ("45/13/2026", "Nhập dd/mm/yyyy, ví dụ 14/09/2026."),
        ("22/11/2026", "22/11/2026 chưa tới. Ghi ngày không muộn hơn 21/11/2026."),
        ("11/2026", "Tháng 11/2026 chưa hết. Ghi ngày cụ thể, ví dụ 21/11/2026."),
        ("2026", "Năm 2026 chưa hết. Ghi ngày cụ thể, ví dụ 21/11/2026."),
        ("", "Nhập ngày dạng dd/mm/yyyy, ví dụ 14/09/2026"),
    ],
)
def test_a_day_that_cannot_be_meant(
    officer: Client, measured: Deliverable, day: str, message: str
) -> None:
    page = officer.post(WORK, typed(measured, **figure("78")) | {"ngay": day, "gui": "1"})
    assert page.status_code == 422
    assert message in page.content.decode()
    assert 'value="78"' in page.content.decode()
    assert not reports(measured).exists()


@pytest.mark.parametrize(
    ("day", "meant"),
    [
        ("9/2026", PartialDate(2026, 9)),
        ("2025", PartialDate(2025)),
        ("1/9/2026", PartialDate(2026, 9, 1)),
    ],
)
def test_a_day_is_as_precise_as_it_is_known(
    officer: Client, measured: Deliverable, day: str, meant: PartialDate
) -> None:
    officer.post(WORK, typed(measured, **figure("78")) | {"ngay": day, "gui": "1"})
    assert reports(measured).get().as_of == meant


def test_words_without_their_document_are_asked_for_it(
    officer: Client, measured: Deliverable
) -> None:
    boxes = figure("78") | {"mq0": "Toàn tỉnh có 78 trường"}
    page = officer.post(WORK, typed(measured, **boxes) | {"gui": "1"})
    assert page.status_code == 422
    assert "Ghi số văn bản làm minh chứng" in page.content.decode()


def test_a_row_of_somebody_else_is_not_written_to(officer: Client, measured: Deliverable) -> None:
    foreign = factories.deliverable(kind=DeliverableKind.DEPLOYMENT)
    sent = typed(foreign, tt="deployed") | {f"initial-h{foreign.pk}-tt": "", "gui": "1"}
    officer.post(WORK, sent)
    assert not ProgressReport.objects.filter(deliverable=foreign).exists()


# --- What lies above it -------------------------------------------------------------------------


def test_what_came_back_comes_first_with_its_reason(
    officer: Client, cooperation: Cooperation, measured: Deliverable
) -> None:
    row = cooperation.report(ReportState.SUBMITTED, as_of=PartialDate(2026, 9, 14))
    actions.send_back(row, by=cooperation.manager, reason="Số 81 chưa có văn bản kèm theo.")
    page = officer.get(WORK)
    [returned] = page.context["desk"].returned
    assert (returned.report, returned.reason) == (row, "Số 81 chưa có văn bản kèm theo.")
    assert page.context["sheet"].groups == []

    draft = officer.post(f"/bao-cao-so-lieu/{row.uid}/lap-ban-sua/", follow=True)
    assert "Số 81 chưa có văn bản kèm theo." in draft.content.decode()
    [other] = officer.get(WORK).context["desk"].drafts
    assert other.revises == row


def test_how_a_figure_is_read_is_told_beside_it(officer: Client, measured: Deliverable) -> None:
    answer = officer.get("/cong-viec/doc-so/", {"chi-tieu": "so-truong", "so": "15,120"})
    assert answer.json() == {
        "text": "15.120",
        "warning": "Chỉ tiêu này là số nguyên nên 15,120 được hiểu là 15.120",
        "error": "",
    }
    assert officer.get("/cong-viec/doc-so/", {"chi-tieu": "khong-co", "so": "1"}).status_code == 404


# --- What it costs ------------------------------------------------------------------------------


@pytest.mark.parametrize("rows", [1, 5])
def test_the_sheet_takes_the_same_queries_however_many_rows(  # noqa: PLR0917
    officer: Client,
    cooperation: Cooperation,
    measured: Deliverable,
    schools: Indicator,
    query_count: Callable[[], CaptureQueriesContext],
    rows: int,
) -> None:
    for _ in range(rows - 1):
        more = factories.deliverable(phase=cooperation.deliverable.phase)
        factories.report(more, state=ReportState.CONFIRMED, figures={schools: 5})
    for row in Deliverable.objects.filter(agreement=cooperation.agreement):
        day = PartialDate(2026, 9, 14)
        factories.report(row, as_of=day, author=cooperation.officer, figures={schools: 6})
        returned = factories.deliverable(phase=cooperation.deliverable.phase)
        back = factories.report(returned, state=ReportState.SUBMITTED, author=cooperation.officer)
        actions.send_back(back, by=cooperation.manager, reason="Thiếu văn bản.")
        sent = factories.deliverable(phase=cooperation.deliverable.phase)
        factories.report(sent, state=ReportState.SUBMITTED, author=cooperation.officer)
    with query_count() as queries:
        page = officer.get(WORK)
    assert len(page.context["sheet"].groups) == rows
    assert len(page.context["desk"].returned) == rows
    assert len(page.context["desk"].sent) == rows
    assert len(queries) == 26
