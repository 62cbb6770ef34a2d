"""Who acts for whom at a glance: three lists for administrators, the same from the command line."""

from __future__ import annotations

import datetime as dt
import io
from typing import Any

import pytest
import time_machine
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.dormancy import asleep
from accounts.models import Token, User
from agreements.assignment import VacancyFilterSet
from agreements.choices import Side
from agreements.models import Representative
from coopportal.clock import Moment, now
from tests import factories

pytestmark = pytest.mark.django_db

TODAY = dt.datetime(2026, 9, 14, 3, tzinfo=dt.UTC)
PAGES = ("/phan-cong/", "/phan-cong/phia-trong/", "/phan-cong/lau-khong-dung/")


@pytest.fixture(autouse=True)
def standing_still() -> Any:
    with time_machine.travel(TODAY, tick=False):
        yield


@pytest.fixture
def keeper(client: Client, administrator: User) -> Client:
    client.force_login(administrator)
    return client


def _user(days_ago: int, **values: Any) -> User:
    return factories.user(date_joined=now() - dt.timedelta(days=days_ago), **values)


@pytest.mark.parametrize("page", PAGES)
def test_it_is_for_administrators(client: Client, page: str) -> None:
    assert client.get(page)["Location"] == f"/dang-nhap/?next={page}"
    client.force_login(factories.user(is_staff=True))
    assert client.get(page).status_code == 403


def test_every_mandate_is_a_line_and_can_be_narrowed(keeper: Client) -> None:
    together = factories.Cooperation()
    factories.representative(
        together.agreement, Side.PARTNER, factories.user(), until_day=dt.date(2026, 9, 13)
    )
    every = keeper.get("/phan-cong/").context["list"]
    assert every.total == Representative.objects.count() == 5
    for query, total in (
        ({"agreement": together.agreement.slug}, 4),
        ({"side": "vnpt"}, 2),
        ({"standing": "ended"}, 1),
        ({"standing": "running"}, 4),
        ({"standing": "later"}, 0),
        ({"q": together.officer.full_name}, 1),
    ):
        assert keeper.get("/phan-cong/", query).context["list"].total == total, query


def test_a_side_is_empty_when_nobody_with_an_open_account_acts_today(keeper: Client) -> None:
    full, closed, ended = (factories.agreement() for _ in range(3))
    for agreement in (full, closed, ended):
        factories.representative(agreement, Side.PARTNER)
    factories.representative(full, Side.VNPT)
    factories.representative(closed, Side.VNPT, factories.user(is_active=False))
    factories.representative(ended, Side.VNPT, until_day=dt.date(2026, 9, 13))
    rows = VacancyFilterSet({}, moment=Moment.now()).qs
    mine = [row.slug for row in rows if row.slug in {full.slug, closed.slug, ended.slug}]
    assert set(mine) == {closed.slug, ended.slug}
    page = keeper.get("/phan-cong/phia-trong/", {"q": closed.partner.short_name})
    assert page.context["cells"] == [
        [closed.slug, closed.partner.short_name, closed.vnpt_party.short_name, "VNPT"]
    ]


def test_an_account_sleeps_after_45_days_without_sign_in_or_call() -> None:
    def ago(days: int) -> dt.datetime:
        return now() - dt.timedelta(days=days)

    asleep_too = _user(200, last_login=ago(46))
    never_used = _user(46)
    _user(200, last_login=ago(44))
    _user(44)
    _user(200, last_login=ago(100), is_active=False)
    calling = factories.token(_user(200))[0]
    Token.objects.filter(pk=calling.pk).update(last_used_at=ago(3))
    silent = factories.token(_user(100))[0]
    Token.objects.filter(pk=silent.pk).update(last_used_at=ago(60))
    assert [(user, (now() - user.last_used).days) for user in asleep()] == [
        (silent.owner, 60),
        (asleep_too, 46),
        (never_used, 46),
    ]


def test_the_lists_come_as_csv(keeper: Client) -> None:
    sleeper = _user(100, full_name="Lê Thị Ngủ")
    answer: Any = keeper.get("/phan-cong/lau-khong-dung/", {"dang": "csv"})
    lines = b"".join(answer).decode("utf-8-sig").splitlines()
    assert lines[0].startswith("Tên đăng nhập,Họ và tên,Loại tài khoản")
    assert lines[1:] == [f"{sleeper.username},Lê Thị Ngủ,Tác nghiệp,2026-06-06,0"]


@pytest.mark.parametrize("page", PAGES)
def test_each_list_costs_the_same_however_long(keeper: Client, page: str) -> None:
    counts = []
    for more in (1, 4):
        for _ in range(more):
            _user(100)
            factories.representative(factories.agreement(), Side.PARTNER)
        with CaptureQueriesContext(connection) as queries:
            assert keeper.get(page).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_the_command_prints_the_same() -> None:
    together = factories.Cooperation()
    sleeper = _user(100)
    told = io.StringIO()
    call_command("review_accounts", stdout=told)
    text = told.getvalue()
    assert f"{together.agreement.slug} | {together.agreement.partner.short_name}" in text
    assert "Ai đại diện cho phía nào (4)" in text
    assert "Tài khoản lâu không dùng (1)" in text
    assert f"{sleeper.username} | {sleeper.full_name} | Tác nghiệp | 2026-06-06 | 0" in text
