"""Due, overdue, stale, and what came of each deliverable in a period; the pages that tell it; the mails."""

import datetime as dt
from collections.abc import Callable
from io import StringIO
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.core.management import CommandError, call_command
from django.db import connection
from django.template.loader import render_to_string
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from agreements.choices import PeriodKind
from agreements.models import Phase, ReportingPeriod
from agreements.periods import make_periods
from coopportal.clock import ZONE, Moment, today
from deliverables.choices import PeriodState, ProposalState, ReportState, Stage
from deliverables.models import Deliverable, Digest
from deliverables.summaries.deadlines import deadlines_of
from tests import factories as make

pytestmark = pytest.mark.django_db

#: Quarter 1 of 2026: figures of 15/12/2025 to 14/03/2026, due on 20/03/2026.
IN_QUARTER = dt.date(2026, 2, 28)
CLOSED = dt.date(2026, 3, 15)
DUE = dt.date(2026, 3, 20)


@pytest.fixture
def together() -> make.Cooperation:
    """A cooperation whose phase reports by quarters."""
    own = make.Cooperation()
    phase = own.deliverable.phase
    Phase.objects.filter(pk=phase.pk).update(
        begins_on=dt.date(2025, 1, 1), ends_on=dt.date(2027, 12, 31)
    )
    phase.refresh_from_db()
    make_periods(phase, PeriodKind.QUARTER)
    return own


def mine(together: make.Cooperation) -> Any:
    return Deliverable.objects.filter(agreement=together.agreement)


def quarter_of(together: make.Cooperation) -> ReportingPeriod:
    found: ReportingPeriod = together.deliverable.phase.periods.get(year=2026, number=1)
    return found


def state_of(together: make.Cooperation) -> str:
    [row] = mine(together).in_period(quarter_of(together), CLOSED)
    return str(row.period_state)


# --- Querysets --------------------------------------------------------------------------------


def test_due_from_the_day_after_the_cut_off_to_the_due_day_then_overdue(
    together: make.Cooperation,
) -> None:
    make.report(together.deliverable, state=ReportState.CONFIRMED, as_of_end=dt.date(2025, 12, 14))
    one_day = dt.timedelta(days=1)
    told = {
        day: (mine(together).due(day).count(), mine(together).overdue(day).count())
        for day in (CLOSED - one_day, CLOSED, DUE, DUE + one_day)
    }
    assert list(told.values()) == [(0, 0), (1, 0), (1, 0), (0, 1)]
    [row] = mine(together).due(DUE)
    assert (row.period_begins, row.period_ends, row.period_due) == (
        *(dt.date(2025, 12, 15), dt.date(2026, 3, 14)),
        DUE,
    )


@pytest.mark.parametrize(
    ("state", "owed"),
    [
        (ReportState.DRAFT, True),
        (ReportState.RETURNED, True),
        (ReportState.WITHDRAWN, True),
        (ReportState.SUBMITTED, False),
        (ReportState.CONFIRMED, False),
        (ReportState.DISPUTED, False),
    ],
)
def test_what_has_been_sent_and_not_come_back_is_not_owed(
    together: make.Cooperation, state: ReportState, *, owed: bool
) -> None:
    together.report(state, as_of_end=IN_QUARTER)
    assert mine(together).due(CLOSED).exists() is owed


@pytest.mark.parametrize(
    ("day", "owed"),
    [
        (dt.date(2025, 12, 14), True),
        (dt.date(2025, 12, 15), False),
        (dt.date(2026, 3, 14), False),
        (dt.date(2026, 3, 15), True),
    ],
)
def test_a_report_belongs_to_the_period_that_its_day_lies_in(
    together: make.Cooperation, day: dt.date, *, owed: bool
) -> None:
    together.report(ReportState.SUBMITTED, as_of_end=day)
    assert mine(together).due(CLOSED).exists() is owed


def test_what_is_done_or_has_no_period_owes_nothing(together: make.Cooperation) -> None:
    make.report(
        together.deliverable,
        state=ReportState.CONFIRMED,
        stage=Stage.COMPLETED,
        as_of_end=dt.date(2025, 11, 1),
    )
    make.deliverable(agreement=together.agreement, phase=None)  # no phase, so no periods
    assert list(mine(together).in_latest_period(CLOSED)) == []


def test_of_periods_that_close_together_the_longest_asks(together: make.Cooperation) -> None:
    phase = together.deliverable.phase
    for kind in (PeriodKind.MONTH, PeriodKind.YEAR):
        make_periods(phase, kind)
    [row] = mine(together).in_latest_period(dt.date(2026, 12, 15))
    assert ReportingPeriod.objects.get(pk=row.period_id).kind == PeriodKind.YEAR


def test_the_day_ends_at_midnight_in_viet_nam(together: make.Cooperation) -> None:
    """At 23:59 on 31/12/2026 the year still runs; two minutes later, 17:01 in UTC, it is closed."""
    phase = together.deliverable.phase
    phase.periods.all().delete()
    make_periods(phase, PeriodKind.YEAR, cutoff_day=31)
    last = dt.datetime(2026, 12, 31, 23, 59, tzinfo=ZONE)
    for instant, closed in ((last, False), (last + dt.timedelta(minutes=2), True)):
        with time_machine.travel(instant.astimezone(dt.UTC), tick=False):
            found = phase.periods.closed_by(today()).filter(year=2026)
            assert found.exists() is closed


def test_stale_is_what_nobody_has_spoken_of_for_so_many_days(together: make.Cooperation) -> None:
    told = make.report(
        together.deliverable, state=ReportState.CONFIRMED, as_of_end=dt.date(2026, 1, 1)
    )
    row = told.deliverable

    def stale(day: dt.date) -> bool:
        rows = mine(together).stale(Moment(day, day), together.manager, days=30)
        return bool(rows.filter(pk=row.pk).exists())

    assert [stale(dt.date(2026, 1, 31)), stale(dt.date(2026, 2, 1))] == [False, True]
    together.report(ReportState.DRAFT, as_of_end=dt.date(2026, 1, 30))
    assert stale(dt.date(2026, 2, 1))
    together.report(ReportState.SUBMITTED, as_of_end=dt.date(2026, 1, 31))
    assert not stale(dt.date(2026, 2, 1))


def test_what_never_had_a_report_is_stale_once_its_phase_is_that_old(
    together: make.Cooperation,
) -> None:
    for day, stale in ((dt.date(2025, 1, 31), False), (dt.date(2025, 2, 1), True)):
        rows = mine(together).stale(Moment(day, day), together.officer, days=30)
        assert rows.exists() is stale


# --- One period -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("states", "told"),
    [
        ((), PeriodState.MISSING),
        ((ReportState.DRAFT,), PeriodState.MISSING),
        ((ReportState.RETURNED,), PeriodState.RETURNED),
        ((ReportState.RETURNED, ReportState.SUBMITTED), PeriodState.AWAITING),
        ((ReportState.CONFIRMED, ReportState.RETURNED), PeriodState.CONFIRMED),
        ((ReportState.CONFIRMED, ReportState.SUBMITTED), PeriodState.AWAITING),
        ((ReportState.DISPUTED,), PeriodState.DISPUTED),
        ((ReportState.DISPUTED, ReportState.SUBMITTED), PeriodState.DISPUTED),
    ],
)
def test_what_came_of_a_deliverable_in_a_period(
    together: make.Cooperation, states: tuple[ReportState, ...], told: PeriodState
) -> None:
    for state in states:
        together.report(state, as_of_end=IN_QUARTER)
    assert state_of(together) == told


def test_a_dispute_is_over_once_a_later_report_is_confirmed(together: make.Cooperation) -> None:
    together.report(ReportState.DISPUTED, as_of_end=IN_QUARTER, when=make.at(IN_QUARTER))
    together.report(ReportState.CONFIRMED, as_of_end=IN_QUARTER, when=make.at(CLOSED))
    assert state_of(together) == PeriodState.CONFIRMED


def test_what_was_completed_before_is_not_asked_for(together: make.Cooperation) -> None:
    make.report(
        together.deliverable,
        state=ReportState.CONFIRMED,
        stage=Stage.COMPLETED,
        as_of_end=dt.date(2025, 11, 1),
        when=make.at(dt.date(2025, 11, 2)),
    )
    assert state_of(together) == PeriodState.NOT_OWED


def _grow(together: make.Cooperation, count: int) -> None:
    for _ in range(count):
        make.deliverable(agreement=together.agreement, phase=together.deliverable.phase)


def test_deadlines_count_by_period_in_three_queries(together: make.Cooperation) -> None:
    _grow(together, 3)
    together.report(ReportState.SUBMITTED, as_of_end=IN_QUARTER)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        found = deadlines_of([together.agreement.pk], DUE + dt.timedelta(days=2), together.officer)
    assert len(queries) == 3
    [row] = found.rows
    assert (row.owing, row.awaiting, row.disputed, row.days_left) == (3, 1, 0, -2)
    assert (found.due, found.overdue) == ([], [row])
    text = render_to_string("deliverables/partials/deadlines.html", {"deadlines": found})
    assert "quá hạn 2 ngày" in text
    assert "3 hạng mục chưa báo cáo" in text
    assert row.period.get_absolute_url() in text


# --- Pages ------------------------------------------------------------------------------------


@pytest.fixture
def on_the_day_after() -> Any:
    with time_machine.travel(make.at(CLOSED), tick=False):
        yield


@pytest.mark.usefixtures("on_the_day_after")
def test_who_may_read_the_pages_of_periods(together: make.Cooperation, client: Client) -> None:
    for address in (quarter_of(together).get_absolute_url(), _list(together)):
        answers = {}
        for who in ("officer", "colleague", "manager", "stranger", "administrator"):
            client.force_login(getattr(together, who))
            answers[who] = client.get(address).status_code
        assert answers == {
            "officer": 200,
            "colleague": 200,
            "manager": 200,
            "stranger": 404,
            "administrator": 404,
        }
        client.logout()
        assert client.get(address).url.startswith(reverse("login"))


def _list(together: make.Cooperation) -> str:
    return reverse("periods", args=[together.deliverable.phase.slug])


@pytest.mark.usefixtures("on_the_day_after")
def test_the_closing_view_tells_who_reported_and_what_is_missing(
    together: make.Cooperation, client: Client
) -> None:
    _grow(together, 1)
    together.report(ReportState.SUBMITTED, as_of="2026-02", as_of_end=IN_QUARTER)
    together.report(ReportState.DRAFT, as_of_end=IN_QUARTER)
    client.force_login(together.manager)
    text = client.get(quarter_of(together).get_absolute_url()).text
    assert "quý I/2026" in text
    assert "còn 5 ngày" in text
    assert "Còn 1 hạng mục phải báo cáo." in text
    assert f"{together.officer}: <a href=" in text
    assert ">tháng 2/2026</a>, chờ xác nhận" in text
    assert "nháp" not in text
    only = client.get(quarter_of(together).get_absolute_url(), {"tinh-trang": "missing"}).text
    assert together.deliverable.title not in only
    refused = client.get(quarter_of(together).get_absolute_url(), {"tinh-trang": "x"})
    assert refused.status_code == 400
    listed = client.get(_list(together)).text
    assert "quý IV/2027" in listed
    assert "chưa chốt" in listed


def test_what_has_been_reported_is_late_no_more_and_leads_to_its_report(
    together: make.Cooperation, client: Client
) -> None:
    client.force_login(together.officer)
    address = quarter_of(together).get_absolute_url()
    with time_machine.travel(make.at(dt.date(2026, 4, 1)), tick=False):
        page = client.get(address).text
        assert "quá hạn 12 ngày" in page
        assert reverse("report-new", args=[together.deliverable.slug]) in page
        sent = together.report(ReportState.SUBMITTED, as_of_end=IN_QUARTER)
        page, work = client.get(address).text, client.get(reverse("work")).text
        assert reverse("report", args=[sent.uid]) in page
        assert reverse("report-new", args=[together.deliverable.slug]) not in page
        assert "quá hạn" not in page
        assert "đã báo cáo hết" in work
        assert "quá hạn" not in work


@pytest.mark.usefixtures("on_the_day_after")
@pytest.mark.parametrize(
    "key", ["quarter-2026-5", "quarter-2026", "x", "year-2026-1", "day-2026-1"]
)
def test_a_period_that_is_not_there_is_a_404(
    together: make.Cooperation, client: Client, key: str
) -> None:
    client.force_login(together.officer)
    assert client.get(f"{_list(together)}{key}/").status_code == 404


@pytest.mark.usefixtures("on_the_day_after")
def test_the_closing_view_asks_as_much_for_five_rows_as_for_one(
    together: make.Cooperation, client: Client, query_count: Callable[[], CaptureQueriesContext]
) -> None:
    client.force_login(together.officer)
    address = quarter_of(together).get_absolute_url()
    together.report(ReportState.SUBMITTED, as_of_end=IN_QUARTER)
    counts = []
    for _ in range(2):
        with query_count() as queries:
            assert client.get(address).status_code == 200
        counts.append(len(queries))
        _grow(together, 4)
    assert counts[0] == counts[1]
    assert counts[0] <= 12


@pytest.mark.usefixtures("on_the_day_after")
@pytest.mark.parametrize(("who", "address"), [("officer", "work"), ("manager", "review")])
def test_days_left_stand_where_the_work_is(
    together: make.Cooperation, client: Client, who: str, address: str
) -> None:
    client.force_login(getattr(together, who))
    text = client.get(reverse(address)).text
    assert "còn 5 ngày" in text
    assert "1 hạng mục chưa báo cáo" in text
    assert quarter_of(together).get_absolute_url() in text
    client.force_login(together.stranger)
    assert "Hạn báo cáo" not in client.get(reverse(address)).text


# --- Digests ----------------------------------------------------------------------------------


@pytest.fixture
def addressed(together: make.Cooperation) -> make.Cooperation:
    for who in (together.officer, together.manager, together.stranger):
        who.email = f"{who.username}@example.vn"
        who.save()
    return together


def run() -> str:
    out = StringIO()
    call_command("send_digests", stdout=out)
    return out.getvalue()


@pytest.mark.usefixtures("on_the_day_after")
def test_one_mail_a_person_and_day_however_often_it_runs(
    addressed: make.Cooperation, django_capture_on_commit_callbacks: Any
) -> None:
    """The colleague has no address, the stranger nothing to do, the administrator no mandate."""
    make.report(addressed.deliverable, state=ReportState.CONFIRMED, as_of_end=dt.date(2025, 12, 1))
    returned = addressed.report(ReportState.RETURNED, as_of_end=IN_QUARTER)
    proposal = addressed.proposal(ProposalState.SUBMITTED)
    with django_capture_on_commit_callbacks(execute=True):
        run()
    assert sorted(message.to[0] for message in mail.outbox) == sorted(
        [addressed.officer.email, addressed.manager.email]
    )
    [letter] = [m for m in mail.outbox if m.to == [addressed.officer.email]]
    assert letter.subject == ("Cổng hợp tác số: 1 hạng mục đến hạn, quá hạn, 1 báo cáo bị trả lại")
    assert "hạn 20/03/2026, còn 5 ngày; 1 hạng mục chưa báo cáo" in letter.body
    assert "BỊ TRẢ LẠI: 1 báo cáo" in letter.body
    assert returned.deliverable.title in letter.body
    assert "\n\n\n" not in letter.body
    assert "KÝ KẾT" not in letter.body
    [letter] = [m for m in mail.outbox if m.to == [addressed.manager.email]]
    assert "ĐỀ NGHỊ KÝ KẾT CHỜ ANH, CHỊ TRẢ LỜI" in letter.body
    assert proposal.get_absolute_url() in letter.body
    assert "\n\n\n" not in letter.body
    with django_capture_on_commit_callbacks(execute=True):
        told = run()
    assert len(mail.outbox) == 2
    assert "2 người đã nhận hôm nay, 1 người không có việc" in told
    with (
        time_machine.travel(make.at(CLOSED + dt.timedelta(days=1)), tick=False),
        django_capture_on_commit_callbacks(execute=True),
    ):
        run()
    assert len(mail.outbox) == 4


def test_a_mail_calls_nothing_late_that_was_reported_and_leads_to_what_is_stale(
    addressed: make.Cooperation, django_capture_on_commit_callbacks: Any
) -> None:
    addressed.report(ReportState.SUBMITTED, as_of_end=IN_QUARTER)
    other = make.phase(agreement=addressed.agreement, start_year=2020)  # without periods
    make.deliverable(phase=other)
    with (
        time_machine.travel(make.at(dt.date(2026, 4, 1)), tick=False),
        django_capture_on_commit_callbacks(execute=True),
    ):
        run()
    [letter] = [m for m in mail.outbox if m.to == [addressed.officer.email]]
    assert "QUÁ HẠN" not in letter.body
    assert "ĐÃ BÁO CÁO HẾT, CÒN CHỜ HAI BÊN THỐNG NHẤT" in letter.body
    assert "quý I/2026; 1 chờ xác nhận" in letter.body
    assert "(180 ngày): 1 hạng mục" in letter.body
    assert "/hang-muc/?news=stale&acting=me" in letter.body
    assert "\n\n\n" not in letter.body


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("on_the_day_after")
def test_a_mail_that_fails_is_tried_again_and_the_others_are_not(
    addressed: make.Cooperation, monkeypatch: pytest.MonkeyPatch
) -> None:
    from django.core.mail.backends.locmem import EmailBackend

    send = EmailBackend.send_messages
    bad = addressed.officer.email

    def fail(self: EmailBackend, messages: Any) -> int:
        if any(bad in message.to for message in messages):
            raise OSError("Connection refused")
        return int(send(self, messages))

    with monkeypatch.context() as patch:
        patch.setattr(EmailBackend, "send_messages", fail)
        with pytest.raises(CommandError, match=r"Đã gửi 1 thư; .* 1 thư lỗi, lần chạy sau gửi lại"):
            run()
    failed = Digest.objects.get(user=addressed.officer)
    assert (failed.sent_at, failed.attempts, failed.error) == (None, 1, "Connection refused")
    assert run().startswith("Đã gửi 1 thư; 1 người đã nhận hôm nay")
    assert sorted(message.to[0] for message in mail.outbox) == sorted(
        [addressed.officer.email, addressed.manager.email]
    )
    failed.refresh_from_db()
    assert (failed.attempts, failed.error) == (2, "")
    assert failed.sent_at is not None


@pytest.mark.usefixtures("on_the_day_after")
def test_a_run_that_is_sending_is_not_joined_but_one_that_died_is_replaced(
    addressed: make.Cooperation,
) -> None:
    first = Digest.objects.claim(addressed.officer, CLOSED)
    assert first is not None
    assert Digest.objects.claim(addressed.officer, CLOSED) is None
    with time_machine.travel(make.at(CLOSED, minute=16), tick=False):
        assert Digest.objects.claim(addressed.officer, CLOSED) == first
