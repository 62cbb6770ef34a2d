"""One report through its pages: written, sent, returned, disputed, confirmed; who may, and who was first."""

import datetime as dt
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.test.utils import CaptureQueriesContext

from coopportal.clock import ZONE
from coopportal.partial_dates import PartialDate
from deliverables import actions
from deliverables.choices import ReportState, Stage
from deliverables.models import Comment, Indicator, ProgressReport, Verdict
from tests import factories
from tests.factories import Cooperation

NOW = dt.datetime(2026, 11, 21, 9, 30, tzinfo=ZONE)


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
def as_user(client: Client) -> Callable[[Any], Client]:
    def sign_in(user: Any) -> Client:
        client.force_login(user)
        return client

    return sign_in


AsUser = Callable[[Any], Client]


def address(report: ProgressReport, verb: str = "") -> str:
    return f"/bao-cao-so-lieu/{report.uid}/" + (f"{verb}/" if verb else "")


def written(cooperation: Cooperation, **boxes: str) -> dict[str, str]:
    prefix = f"h{cooperation.deliverable.pk}-"
    sent = {
        "tt": "deployed",
        "ngay": "14/09/2026",
        "pv": "",
        "dg": "",
        "ct": "",
        "q": "exact",
        "s": "",
    }
    sent |= {f"{box}{place}": "" for box in ("mc", "mn", "mt", "mq") for place in range(3)}
    return {"khoa": "khoa-1", **{prefix + name: text for name, text in (sent | boxes).items()}}


def only(cooperation: Cooperation) -> ProgressReport:
    return ProgressReport.objects.get(deliverable=cooperation.deliverable)


# --- Written ------------------------------------------------------------------------------------


def test_a_first_report_names_its_indicator(
    as_user: AsUser, cooperation: Cooperation, schools: Indicator
) -> None:
    officer = as_user(cooperation.officer)
    form = f"/hang-muc/{cooperation.deliverable.slug}/bao-cao/"
    assert officer.get(form).status_code == 200
    boxes = {"ct": "so-truong", "s": "78", "mc0": "12/BC", "mq0": "Toàn tỉnh có 78 trường"}
    page = officer.post(form, written(cooperation, **boxes) | {"gui": "1"}, follow=True)
    report = only(cooperation)
    assert (report.state, report.as_of) == (ReportState.SUBMITTED, PartialDate(2026, 9, 14))
    assert [(row.indicator, row.value) for row in report.measurements.all()] == [
        (schools, Decimal(78))
    ]
    assert address(report) in page.context["results"].message
    officer.post(form, written(cooperation, **boxes) | {"gui": "1"})
    assert only(cooperation) == report, "the same form sent twice is one report"


def test_what_is_wrong_is_listed_with_links_and_kept(
    as_user: AsUser, cooperation: Cooperation, schools: Indicator
) -> None:
    officer = as_user(cooperation.officer)
    boxes = {"ngay": "14/9", "s": "78", "mq0": "Toàn tỉnh có 78 trường", "tt": ""}
    page = officer.post(
        f"/hang-muc/{cooperation.deliverable.slug}/bao-cao/",
        written(cooperation, **boxes) | {"gui": "1"},
    )
    assert page.status_code == 422
    pk = cooperation.deliverable.pk
    assert page.context["page"].faults == [
        (f"id_h{pk}-tt", "Chọn trạng thái triển khai."),
        (f"id_h{pk}-mc0", "Ghi số văn bản làm minh chứng"),
        (f"id_h{pk}-ngay", "Nhập ngày dạng dd/mm/yyyy, ví dụ 14/09/2026"),
        (f"id_h{pk}-ct", "Chọn chỉ tiêu của con số vừa ghi."),
    ]
    assert 'value="14/9"' in page.content.decode()
    assert not ProgressReport.objects.filter(deliverable=cooperation.deliverable).exists()


def test_a_draft_is_gone_on_with_and_thrown_away(
    as_user: AsUser, cooperation: Cooperation, schools: Indicator
) -> None:
    cited = factories.citation()
    draft = cooperation.report(
        as_of=PartialDate(2026, 9, 14), figures={schools: 78}, citations=[cited]
    )
    officer = as_user(cooperation.colleague)
    page = officer.get(address(draft, "sua"))
    form = page.context["page"].form
    values = {name: form[name].value() or "" for name in form.fields if name != "g-so-truong"}
    prefix = f"h{cooperation.deliverable.pk}-"
    sent = {prefix + name: str(text) for name, text in values.items()} | {"v": "1", "luu": "1"}
    officer.post(address(draft, "sua"), sent | {prefix + "s-so-truong": "79"})
    draft.refresh_from_db()
    assert (draft.version, draft.measurements.get().value) == (2, Decimal(79))
    assert list(draft.citations.all()) == [cited], "the source it rested on is still the same"

    stale = officer.post(address(draft, "sua"), sent)
    assert stale.status_code == 412
    officer.post(address(draft, "xoa-nhap"), {"v": "1"})
    assert ProgressReport.objects.filter(pk=draft.pk).exists(), "thrown away is what one saw"
    officer.post(address(draft, "xoa-nhap"), {"v": "2"})
    assert not ProgressReport.objects.filter(pk=draft.pk).exists()


def test_a_confirmed_report_is_corrected_by_a_new_one(
    as_user: AsUser, cooperation: Cooperation, schools: Indicator
) -> None:
    report = cooperation.report(
        ReportState.CONFIRMED, as_of=PartialDate(2026, 9, 14), figures={schools: 78}
    )
    manager = as_user(cooperation.manager)
    for _ in range(2):
        page = manager.post(address(report, "lap-ban-sua"), follow=True)
    draft = report.revisions.get()
    assert page.redirect_chain == [(address(draft, "sua"), 302)]
    assert (draft.side, draft.measurements.get().value) == ("vnpt", Decimal(78))


# --- Decided ------------------------------------------------------------------------------------


@pytest.fixture
def report(cooperation: Cooperation, schools: Indicator) -> ProgressReport:
    return cooperation.report(
        ReportState.SUBMITTED,
        as_of=PartialDate(2026, 9, 14),
        figures={schools: 78},
        citations=[factories.citation()],
    )


def test_confirmed_shows_at_once_everywhere(
    as_user: AsUser, cooperation: Cooperation, schools: Indicator, settings: Any
) -> None:
    settings.PUBLIC_READ = True
    report = cooperation.report(
        ReportState.SUBMITTED, as_of=PartialDate(2026, 9, 14), figures={schools: 34_567}
    )
    system = cooperation.deliverable.system
    assert system is not None
    pages = [
        f"/hang-muc/{cooperation.deliverable.slug}/",
        f"/thoa-thuan/{cooperation.agreement.slug}/",
        f"/he-thong/{system.slug}/",
        f"/hang-muc/?agreement={cooperation.agreement.slug}",
        "/thay-doi/",
    ]
    public = Client()
    title = cooperation.deliverable.title
    assert all("34.567" not in public.get(page).content.decode() for page in pages[:3])
    before = public.get("/api/v1/summary/?group_by=partner").json()

    page = as_user(cooperation.manager).post(address(report, "xac-nhan"), follow=True)
    assert page.redirect_chain == [(address(report), 302)]
    for shown in pages[:4]:
        assert "34.567" in public.get(shown).content.decode(), shown
    assert title in public.get("/thay-doi/").content.decode()
    after = public.get("/api/v1/summary/?group_by=partner").json()
    confirmed = [answer["totals"]["standings"]["confirmed"] for answer in (before, after)]
    assert confirmed[1] == confirmed[0] + 1
    changed = public.get("/").content.decode()
    assert title in changed, "the overview tells what changed last"


def test_returned_with_its_reason_and_a_message(
    as_user: AsUser, cooperation: Cooperation, report: ProgressReport
) -> None:
    manager = as_user(cooperation.manager)
    sent = {f"tl{report.pk}-reason": "minh-chung", f"tl{report.pk}-wish": "Bổ sung trang 2."}
    page = manager.post(address(report, "tra-lai"), sent | {"tiep": "/cho-xac-nhan/"}, follow=True)
    assert page.redirect_chain == [("/cho-xac-nhan/", 302)]
    assert Verdict.objects.get(report=report).reason == "Thiếu minh chứng. Bổ sung trang 2."
    letter = page.context["results"].message
    assert "Lý do: Thiếu minh chứng. Bổ sung trang 2." in letter
    assert f"http://testserver{address(report)}" in letter


@pytest.mark.parametrize(
    "elsewhere", ["https://xau.example/", "//xau.example/", "javascript:x", ""]
)
def test_one_goes_on_to_pages_of_the_portal_only(
    as_user: AsUser, cooperation: Cooperation, report: ProgressReport, elsewhere: str
) -> None:
    page = as_user(cooperation.manager).post(address(report, "xac-nhan"), {"tiep": elsewhere})
    assert page.url == address(report)


def test_disputed_with_another_figure_both_stay_in_sight(
    as_user: AsUser, cooperation: Cooperation, report: ProgressReport
) -> None:
    manager = as_user(cooperation.manager)
    prefix = f"kd{report.pk}-"
    sent = {
        prefix + "reason": "Hệ thống ghi nhận khác.",
        prefix + "stage": "",
        prefix + "q-so-truong": "exact",
        prefix + "s-so-truong": "1.061",
    }
    page = manager.post(address(report, "khong-dong-y"), sent, follow=True)
    verdict = Verdict.objects.get(report=report)
    assert verdict.counter_figures == {"so-truong": {"value": "1061", "qualifier": "exact"}}
    assert "Theo bên này: 1.061 trường" in page.content.decode()
    history = as_user(cooperation.officer).get(f"/hang-muc/{cooperation.deliverable.slug}/")
    text = history.content.decode()
    assert "Hệ thống ghi nhận khác." in text
    assert "1.061" in text
    leaked = as_user(cooperation.stranger).get(f"/hang-muc/{cooperation.deliverable.slug}/")
    assert "1.061" not in leaked.content.decode()


@pytest.mark.parametrize(
    ("boxes", "message"),
    [
        ({"reason": ""}, "Ghi vì sao không đồng ý."),
        ({}, "Ghi trạng thái hoặc số khác theo bên mình."),
        ({"s-so-truong": "15,120"}, "Ghi lại cho rõ."),
        ({"s-so-truong": "mười ba"}, "không phải là số"),
    ],
)
def test_a_dispute_says_what_instead(
    as_user: AsUser,
    cooperation: Cooperation,
    report: ProgressReport,
    boxes: dict[str, str],
    message: str,
) -> None:
    prefix = f"kd{report.pk}-"
    sent = {"reason": "Khác số.", "stage": "", "q-so-truong": "exact", "s-so-truong": ""} | boxes
    page = as_user(cooperation.manager).post(
        address(report, "khong-dong-y"), {prefix + name: text for name, text in sent.items()}
    )
    assert page.status_code == 422
    assert message in page.content.decode()
    report.refresh_from_db()
    assert report.state == ReportState.SUBMITTED


def test_who_comes_second_is_told_who_was_first(
    as_user: AsUser, cooperation: Cooperation, report: ProgressReport
) -> None:
    other = factories.user(full_name="Trần Thị Bình")
    factories.representative(cooperation.agreement, "vnpt", other)
    actions.confirm(report, by=other)
    sent = {f"tl{report.pk}-reason": "minh-chung", f"tl{report.pk}-wish": ""}
    page = as_user(cooperation.manager).post(address(report, "tra-lai"), sent)
    assert page.status_code == 409
    text = page.content.decode()
    assert "Trần Thị Bình" in text
    assert "09:30 21/11/2026" in text
    assert Verdict.objects.count() == Verdict.objects.filter(by=other).count()


def test_pressed_twice_it_is_done_once_and_no_conflict(
    as_user: AsUser, cooperation: Cooperation, report: ProgressReport
) -> None:
    manager = as_user(cooperation.manager)
    for _ in range(2):
        assert manager.post(address(report, "xac-nhan"), {"khoa": "mot-lan"}).status_code == 302
    assert Verdict.objects.filter(report=report).count() == 1
    assert manager.post(address(report, "xac-nhan"), {"khoa": "lan-khac"}).status_code == 409


@pytest.mark.parametrize("verb", ["xac-nhan", "tra-lai", "khong-dong-y"])
def test_nobody_decides_on_their_own_sides_report(
    as_user: AsUser, cooperation: Cooperation, report: ProgressReport, verb: str
) -> None:
    sent = {
        f"tl{report.pk}-reason": "minh-chung",
        f"kd{report.pk}-reason": "Khác.",
        f"kd{report.pk}-stage": Stage.ENDED,
    }
    for user, status in (
        (cooperation.officer, 403),
        (cooperation.colleague, 403),
        (cooperation.stranger, 404),
        (cooperation.administrator, 404),
    ):
        assert as_user(user).post(address(report, verb), sent).status_code == status
    assert not Verdict.objects.filter(report=report).exists()


def test_verbs_are_not_links(
    as_user: AsUser, cooperation: Cooperation, report: ProgressReport
) -> None:
    for verb in (
        "xac-nhan",
        "tra-lai",
        "khong-dong-y",
        "rut-lai",
        "lap-ban-sua",
        "xoa-nhap",
        "trao-doi",
    ):
        assert as_user(cooperation.manager).get(address(report, verb)).status_code == 405


def test_taken_back_before_the_other_side_spoke(
    as_user: AsUser, cooperation: Cooperation, report: ProgressReport
) -> None:
    assert as_user(cooperation.manager).post(address(report, "rut-lai")).status_code == 403
    assert as_user(cooperation.officer).post(address(report, "rut-lai")).status_code == 302
    report.refresh_from_db()
    assert report.state == ReportState.WITHDRAWN


# --- Read and talked about ----------------------------------------------------------------------


def test_a_report_is_read_by_the_two_sides(
    as_user: AsUser, cooperation: Cooperation, report: ProgressReport
) -> None:
    for user in (cooperation.officer, cooperation.manager):
        assert as_user(user).get(address(report)).status_code == 200
    for user in (cooperation.stranger, cooperation.administrator):
        assert as_user(user).get(address(report)).status_code == 404
    assert Client().get(address(report)).status_code == 302
    confirmed = factories.report(state=ReportState.CONFIRMED)
    assert as_user(cooperation.officer).get(address(confirmed)).status_code == 403


def test_both_sides_talk_and_nobody_else_reads_it(
    as_user: AsUser, cooperation: Cooperation, report: ProgressReport
) -> None:
    manager = as_user(cooperation.manager)
    manager.post(address(report, "trao-doi"), {"text": "Số này gồm cả trường mầm non?"})
    refused = manager.post(address(report, "trao-doi"), {"text": "  "})
    assert refused.status_code == 422
    assert [(row.text, row.by) for row in Comment.objects.filter(report=report)] == [
        ("Số này gồm cả trường mầm non?", cooperation.manager)
    ]
    assert "trường mầm non" in as_user(cooperation.officer).get(address(report)).content.decode()
    assert (
        as_user(cooperation.stranger)
        .post(address(report, "trao-doi"), {"text": "Cho tôi xem"})
        .status_code
        == 404
    )
    actions.confirm(report, by=cooperation.manager)
    public = Client().get(f"/hang-muc/{cooperation.deliverable.slug}/")
    assert "trường mầm non" not in public.content.decode()


def test_two_reports_side_by_side(
    as_user: AsUser, cooperation: Cooperation, schools: Indicator, report: ProgressReport
) -> None:
    old = cooperation.report(
        ReportState.CONFIRMED, as_of=PartialDate(2025, 12, 14), figures={schools: 74}
    )
    place = f"/hang-muc/{cooperation.deliverable.slug}/doi-chieu/"
    page = as_user(cooperation.officer).get(place, {"mot": str(report.uid), "hai": str(old.uid)})
    two = page.context["page"]
    assert (two.one, two.other) == (old, report)
    assert [(line.one.value, line.other.value, line.change) for line in two.lines] == [
        (Decimal(74), Decimal(78), "tăng 4 so với 14/12/2025")
    ]
    hidden = Client().get(place, {"mot": str(report.uid)})
    assert hidden.status_code == 400, "what one may not read is not there"
    assert Client().get(place).context["page"].reports == [old]


def test_the_deliverables_page_leads_to_reporting(
    as_user: AsUser, cooperation: Cooperation, report: ProgressReport
) -> None:
    place = f"/hang-muc/{cooperation.deliverable.slug}/"
    draft = cooperation.report(as_of=PartialDate(2026, 10, 14))
    text = as_user(cooperation.officer).get(place).content.decode()
    assert f"{place}bao-cao/" in text
    assert address(draft, "sua") in text
    assert address(report) in text
    for other in (cooperation.manager, cooperation.stranger):
        assert address(draft, "sua") not in as_user(other).get(place).content.decode()
    assert "/bao-cao/" not in Client().get(place).content.decode()


@pytest.mark.parametrize("comments", [1, 5])
def test_a_report_takes_the_same_queries_however_much_is_said_of_it(
    as_user: AsUser,
    cooperation: Cooperation,
    query_count: Callable[[], CaptureQueriesContext],
    schools: Indicator,
    comments: int,
) -> None:
    row = cooperation.report(figures={schools: 79}, as_of=PartialDate(2026, 9, 15))
    for _ in range(comments):
        factories.evidence_file(row)
    factories._step(row, ReportState.SUBMITTED, NOW)
    row.refresh_from_db()
    for n in range(comments):
        actions.comment(row, by=cooperation.manager, text=f"Câu {n}")
        factories.measurement(report_draft := cooperation.report(), factories.indicator(), n)
        assert report_draft.pk
    manager = as_user(cooperation.manager)
    with query_count() as queries:
        page = manager.get(address(row))
    assert page.content.decode().count(address(row, "tep")) == comments
    assert len(queries) == 27
