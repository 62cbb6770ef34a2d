"""The queue of verdicts: what is beside what, several at once, each with its own result."""

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
from deliverables.choices import ProposalState, ReportState, Stage
from deliverables.models import Indicator, ProgressReport, QueueSeen, Verdict
from tests import factories
from tests.factories import Cooperation, at

NOW = dt.datetime(2026, 11, 21, 9, 30, tzinfo=ZONE)
QUEUE = "/cho-xac-nhan/"


@pytest.fixture(autouse=True)
def _frozen(db: None) -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def cooperation() -> Cooperation:
    return Cooperation()


@pytest.fixture
def manager(cooperation: Cooperation, client: Client) -> Client:
    client.force_login(cooperation.manager)
    return client


@pytest.fixture
def schools() -> Indicator:
    return factories.indicator(key="so-truong", name="Trường học", unit="trường")


def sent(cooperation: Cooperation, schools: Indicator, value: Any = 78, **values: Any) -> Any:
    """A report of a deliverable of its own, of which 74 schools are official."""
    of = factories.deliverable(phase=cooperation.deliverable.phase)
    factories.report(of, state=ReportState.CONFIRMED, stage=Stage.PILOTING, figures={schools: 74})
    values.setdefault("citations", [factories.citation()])
    values.setdefault("when", at(dt.date(2026, 11, 12)))
    files = values.pop("files", 0)
    row = factories.report(
        of,
        state=ReportState.DRAFT if files else ReportState.SUBMITTED,
        as_of=PartialDate(2026, 9, 14),
        author=cooperation.officer,
        figures={schools: value},
        **values,
    )
    for _ in range(files):
        factories.evidence_file(row)
    if files:
        factories._step(row, ReportState.SUBMITTED, values["when"])
    return row


def lines(response: Any) -> dict[str, tuple[bool, str]]:
    return {line.title: (line.ok, line.text) for line in response.context["results"].lines}


def states(*rows: Any) -> list[str]:
    for row in rows:
        row.refresh_from_db()
    return [row.state for row in rows]


# --- What it shows ------------------------------------------------------------------------------


def test_old_and_new_stand_side_by_side(
    manager: Client, cooperation: Cooperation, schools: Indicator
) -> None:
    report = sent(cooperation, schools)
    [row] = manager.get(QUEUE).context["queue"].rows
    [told] = row.figures
    assert (row.report, row.stage_before, row.days, row.sender) == (
        report,
        Stage.PILOTING,
        9,
        cooperation.agreement.partner.short_name,
    )
    assert (told.before.value, told.figure.value) == (Decimal(74), Decimal(78))
    assert told.change == "tăng 4 so với 04/05/2021"
    assert row.compared.flags == ()


def test_the_queue_is_of_the_other_sides_reports_only(
    client: Client, cooperation: Cooperation, schools: Indicator
) -> None:
    sent(cooperation, schools)
    for user in (cooperation.officer, cooperation.stranger):
        client.force_login(user)
        assert client.get(QUEUE).context["queue"].rows == []
    for user in (cooperation.administrator, factories.user()):
        client.force_login(user)
        assert client.get(QUEUE).status_code == 403


def test_it_is_narrowed_by_what_speaks_for_a_closer_look(
    manager: Client, cooperation: Cooperation, schools: Indicator
) -> None:
    fine = sent(cooperation, schools)
    bare = sent(cooperation, schools, citations=[], when=at(dt.date(2026, 11, 20)))
    fallen = sent(cooperation, schools, 50, when=at(dt.date(2026, 11, 20)))

    def found(**asked: str) -> list[Any]:
        page = manager.get(QUEUE, {name.replace("_", "-"): word for name, word in asked.items()})
        assert page.status_code == 200
        return [row.report for row in page.context["queue"].rows]

    assert found() == [fine, bare, fallen]
    assert found(canh_bao="co") == [bare, fallen]
    assert found(canh_bao="khong") == [fine]
    assert found(canh_bao="falls") == [fallen]
    assert found(canh_bao="no_evidence") == [bare]
    assert found(cho_tu="7") == [fine]
    assert found(he_thong=bare.deliverable.system.slug) == [bare]
    assert found(thoa_thuan=cooperation.agreement.slug) == [fine, bare, fallen]
    assert found(ben="partner") == [fine, bare, fallen]
    assert found(ben="vnpt") == []
    refused = manager.get(QUEUE, {"canh-bao": "gi-do"})
    assert refused.status_code == 400
    assert "canh-bao" in refused.content.decode()


def test_what_is_new_since_the_last_look(
    manager: Client, cooperation: Cooperation, schools: Indicator
) -> None:
    old = sent(cooperation, schools)
    assert manager.get(QUEUE).context["queue"].rows[0].new is False, "nothing was marked yet"
    manager.post("/cho-xac-nhan/da-xem/")
    assert QueueSeen.objects.get().user == cooperation.manager
    with time_machine.travel(NOW + dt.timedelta(days=1), tick=False):
        later = Client()  # yesterday's session has ended
        later.force_login(cooperation.manager)
        new = sent(cooperation, schools, when=at(dt.date(2026, 11, 22)))
        queue = later.get(QUEUE).context["queue"]
        assert [(row.report, row.new) for row in queue.rows] == [(old, False), (new, True)]
        narrowed = later.get(QUEUE, {"loai": "moi"}).context["queue"]
        assert [row.report for row in narrowed.rows] == [new]


def test_what_came_while_one_looked_has_not_been_seen(
    manager: Client, cooperation: Cooperation
) -> None:
    opened = NOW - dt.timedelta(minutes=5)
    manager.post("/cho-xac-nhan/da-xem/", {"den": opened.isoformat()})
    assert QueueSeen.objects.get().seen_at == opened
    later = NOW + dt.timedelta(days=3)
    manager.post("/cho-xac-nhan/da-xem/", {"den": later.isoformat()})
    assert QueueSeen.objects.get().seen_at == NOW, "nobody has seen the future"


def test_who_waits_for_whom(manager: Client, cooperation: Cooperation, schools: Indicator) -> None:
    sent(cooperation, schools)
    sent(cooperation, schools, when=at(dt.date(2026, 11, 20)))
    mine = factories.deliverable(phase=cooperation.deliverable.phase)
    factories.report(
        mine,
        state=ReportState.SUBMITTED,
        side="vnpt",
        author=cooperation.manager,
        when=at(dt.date(2026, 11, 19)),
    )
    partner = cooperation.agreement.partner.short_name
    vnpt = cooperation.agreement.vnpt_party.short_name
    told = [
        (one.waits, one.for_whom, one.count, one.days, one.mine)
        for one in manager.get(QUEUE).context["queue"].waiting
    ]
    assert told == [(vnpt, partner, 1, 2, True), (partner, vnpt, 2, 9, False)]


def test_figures_of_public_sources_wait_for_either_side(
    client: Client, cooperation: Cooperation
) -> None:
    published = factories.report(
        cooperation.deliverable, state=ReportState.PUBLISHED, citations=[factories.citation()]
    )
    for user in (cooperation.officer, cooperation.manager):
        client.force_login(user)
        page = client.get(QUEUE, {"loai": "nguon"})
        assert [row.report for row in page.context["queue"].rows] == [published]
        assert "/tra-lai/" not in page.content.decode(), "a source's figure is not returned"
    client.post(f"/bao-cao-so-lieu/{published.uid}/xac-nhan/")
    assert states(published) == [ReportState.CONFIRMED]


# --- Several at once ----------------------------------------------------------------------------


def test_several_are_confirmed_each_with_its_own_result(
    manager: Client, cooperation: Cooperation, schools: Indicator
) -> None:
    fine, bare, gone = (
        sent(cooperation, schools),
        sent(cooperation, schools, citations=[]),
        sent(cooperation, schools),
    )
    actions.confirm(gone, by=cooperation.manager)
    chosen = {"chon": [str(row.uid) for row in (fine, bare, gone)], "lam": "xac-nhan"}
    page = manager.post(QUEUE, chosen, follow=True)
    told = lines(page)
    assert [told[row.deliverable.title][0] for row in (fine, bare, gone)] == [True, False, False]
    assert "Chưa có minh chứng" in told[bare.deliverable.title][1]
    assert "Người" in told[gone.deliverable.title][1], "who was first is named"
    assert states(fine, bare) == [ReportState.CONFIRMED, ReportState.SUBMITTED]


def test_several_are_returned_with_one_reason(
    manager: Client, cooperation: Cooperation, schools: Indicator
) -> None:
    rows = [sent(cooperation, schools), sent(cooperation, schools, citations=[])]
    wanted = {
        "chon": [str(row.uid) for row in rows],
        "lam": "tra-lai",
        "nhieu-reason": "minh-chung",
        "nhieu-wish": "Bổ sung trang báo cáo.",
    }
    page = manager.post(QUEUE, wanted, follow=True)
    assert states(*rows) == [ReportState.RETURNED] * 2
    assert set(Verdict.objects.values_list("reason", flat=True).filter(report__in=rows)) == {
        "Thiếu minh chứng. Bổ sung trang báo cáo."
    }
    letter = page.context["results"].message
    assert "trả lại" in letter
    assert all(row.deliverable.title in letter for row in rows)
    assert "http://testserver/cong-viec/" in letter


def test_nothing_chosen_and_no_reason_are_said(
    manager: Client, cooperation: Cooperation, schools: Indicator
) -> None:
    row = sent(cooperation, schools)
    page = manager.post(QUEUE, {"lam": "xac-nhan"})
    assert page.status_code == 422
    assert "Chưa chọn dòng nào" in page.content.decode()
    wanted = {"chon": [str(row.uid)], "lam": "tra-lai", "nhieu-reason": "khac", "nhieu-wish": " "}
    page = manager.post(QUEUE, wanted)
    assert page.status_code == 422
    assert "thì ghi rõ lý do" in page.content.decode()
    assert states(row) == [ReportState.SUBMITTED]


def test_what_is_not_mine_to_see_is_not_chosen(
    client: Client, cooperation: Cooperation, schools: Indicator
) -> None:
    row = sent(cooperation, schools)
    client.force_login(cooperation.stranger)
    page = client.post(QUEUE, {"chon": [str(row.uid), "khong-phai-ma"], "lam": "xac-nhan"})
    assert page.status_code == 422
    client.force_login(cooperation.officer)
    page = client.post(QUEUE, {"chon": [str(row.uid)], "lam": "xac-nhan"}, follow=True)
    assert [ok for ok, _text in lines(page).values()] == [False]
    assert states(row) == [ReportState.SUBMITTED]


# --- What it costs ------------------------------------------------------------------------------


@pytest.mark.parametrize("rows", [1, 5])
def test_the_queue_takes_the_same_queries_however_many_rows(
    manager: Client,
    cooperation: Cooperation,
    schools: Indicator,
    query_count: Callable[[], CaptureQueriesContext],
    rows: int,
) -> None:
    for _ in range(rows):
        sent(cooperation, schools, files=2)
    with query_count() as queries:
        page = manager.get(QUEUE)
    assert len(page.context["queue"].rows) == rows
    assert page.content.decode().count("/tep/") == 2 * rows
    assert len(queries) == 24


def test_proposals_that_await_an_answer_are_counted_where_they_are_answered(
    client: Client, cooperation: Cooperation, query_count: Callable[[], CaptureQueriesContext]
) -> None:
    def seen(user: Any) -> tuple[dict[str, int | None], str, int]:
        client.force_login(user)
        with query_count() as queries:
            page = client.get(QUEUE)
        counts = {item.label: item.count for item in page.context["duties"]}
        return counts, " ".join(page.text.split()), len(queries)

    none, text, before = seen(cooperation.manager)
    assert none == {"Việc của tôi": None, "Chờ xác nhận": None}
    assert "chờ trả lời" not in text
    cooperation.proposal(ProposalState.SUBMITTED)
    one, text, asked = seen(cooperation.manager)
    assert (one["Chờ xác nhận"], asked) == (1, before)
    assert '<a href="#h-ky-ket">1 đề nghị ký kết chờ trả lời</a>' in text
    for other in (cooperation.officer, cooperation.colleague, cooperation.stranger):
        assert seen(other)[0] == {"Việc của tôi": None, "Chờ xác nhận": None}
    # Reports and proposals together; a draft and what was decided wait for nobody.
    cooperation.report(ReportState.SUBMITTED)
    for state in (ProposalState.WITHDRAWN, ProposalState.RETURNED, *[ProposalState.SUBMITTED] * 21):
        cooperation.proposal(state)
    cooperation.proposal(ProposalState.DRAFT)
    many, text, _asked = seen(cooperation.manager)
    assert many["Chờ xác nhận"] == 23
    assert "22 đề nghị ký kết chờ trả lời" in text
    assert "Còn 2 đề nghị khác đang chờ." in text


def test_the_menu_counts_what_waits(
    client: Client,
    cooperation: Cooperation,
    schools: Indicator,
    query_count: Callable[[], CaptureQueriesContext],
) -> None:
    sent(cooperation, schools)
    back = sent(cooperation, schools)
    actions.send_back(back, by=cooperation.manager, reason="Thiếu văn bản.")

    def menu(user: Any) -> list[tuple[str, int | None]]:
        client.force_login(user)
        return [(item.label, item.count) for item in client.get("/nguon/").context["duties"]]

    assert menu(cooperation.officer) == [("Việc của tôi", 1), ("Chờ xác nhận", None)]
    assert menu(cooperation.manager) == [("Chờ xác nhận", 1), ("Việc của tôi", None)]
    assert menu(cooperation.administrator) == []
    with query_count() as signed_in:
        client.get("/nguon/")
    client.logout()
    with query_count() as public:
        page = client.get("/nguon/")
    assert list(page.context["duties"]) == []
    # Session, user, and one for the menu, whatever is counted.
    assert len(signed_in) - len(public) == 3
    assert ProgressReport.objects.filter(pk=back.pk).exists()
