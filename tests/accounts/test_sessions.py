"""How long a session lasts, what is kept when it ends, and seeing and ending one's own."""

import datetime as dt
import re
from collections.abc import Iterator

import pytest
import time_machine
from django.core.management import call_command
from django.test import Client

from accounts.models import Session, User
from tests.accounts.test_sign_in import PASSWORD

pytestmark = pytest.mark.django_db

FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"


@pytest.fixture
def lan(make_user) -> User:
    return make_user("lan", password=PASSWORD, email="lan@example.vn")


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel("2026-03-02 08:00:00+07:00", tick=False) as traveller:
        yield traveller


def _sign_in(client: Client, username: str = "lan") -> Client:
    client.post("/dang-nhap/", {"username": username, "password": PASSWORD})
    assert "_auth_user_id" in client.session
    return client


def _is_in(client: Client) -> bool:
    return client.get("/tai-khoan/").status_code == 200


# --- Limits -----------------------------------------------------------------------------------


def test_half_an_hour_without_a_page_ends_a_session(lan: User, clock) -> None:
    client = _sign_in(Client())
    clock.shift(dt.timedelta(minutes=29))
    assert _is_in(client)
    clock.shift(dt.timedelta(minutes=29))
    assert _is_in(client)
    clock.shift(dt.timedelta(minutes=30))
    answer = client.get("/tai-khoan/", follow=True)
    assert answer.redirect_chain == [("/dang-nhap/?next=/tai-khoan/", 302)]
    assert "Phiên làm việc đã kết thúc vì lâu không dùng." in answer.content.decode()
    assert list(Session.objects.filter(user=lan)) == []


def test_a_days_work_ends_a_session_however_busy(lan: User, clock) -> None:
    client = _sign_in(Client())
    for _quarter in range(47):
        clock.shift(dt.timedelta(minutes=15))
        assert _is_in(client)
    clock.shift(dt.timedelta(minutes=15))
    answer = client.get("/", follow=True)
    assert answer.status_code == 200
    assert "hết thời hạn của một ngày làm việc" in answer.content.decode()
    assert not _is_in(client)


def test_the_limits_hold_for_every_way_of_signing_in(lan: User, clock) -> None:
    client = Client()
    client.force_login(lan)
    clock.shift(dt.timedelta(minutes=31))
    assert not _is_in(client)


def test_the_api_just_says_that_nobody_is_signed_in(lan: User, clock, settings) -> None:
    settings.PUBLIC_READ = False
    client = _sign_in(Client())
    assert client.get("/api/v1/provinces/").status_code == 200
    clock.shift(dt.timedelta(minutes=31))
    assert client.get("/api/v1/provinces/").status_code == 401


def test_use_is_noted_once_a_minute_and_costs_no_write_in_between(
    lan: User, clock, query_count
) -> None:
    client = _sign_in(Client())
    clock.shift(dt.timedelta(seconds=59))
    with query_count() as quiet:
        client.get("/healthz")
    clock.shift(dt.timedelta(seconds=1))
    with query_count() as noted:
        client.get("/healthz")
    assert not any(query["sql"].startswith(("UPDATE", "INSERT")) for query in quiet)
    assert [query["sql"].split()[0] for query in noted if "accounts_session" in query["sql"]] == [
        "SELECT",
        "UPDATE",
    ]
    assert Session.objects.get(user=lan).seen_at == dt.datetime(2026, 3, 2, 1, 1, tzinfo=dt.UTC)


# --- What was typed when it ended -------------------------------------------------------------


def _send_after_the_end(client: Client, clock) -> str:
    """Send a form half an hour too late; the address of the sign-in that follows."""
    clock.shift(dt.timedelta(minutes=31))
    typed = {"email": "moi@example.vn", "phone": "0912 345 678", "password": "bi-mat", "trong": ""}
    answer = client.post("/tai-khoan/lien-he/", typed)
    lan = User.objects.get(username="lan")
    assert (lan.email, lan.phone) == ("lan@example.vn", "")
    return str(answer["Location"])


def test_what_was_typed_is_kept_and_can_be_sent_after_signing_in(lan: User, clock) -> None:
    client = _sign_in(Client())
    sign_in = _send_after_the_end(client, clock)
    assert sign_in == "/dang-nhap/?next=%2Ftai-khoan%2Ftiep-tuc%2F"
    answer = client.post(
        "/dang-nhap/", {"username": "lan", "password": PASSWORD, "next": "/tai-khoan/tiep-tuc/"}
    )
    assert answer["Location"] == "/tai-khoan/tiep-tuc/"
    page = client.get("/tai-khoan/tiep-tuc/").content.decode()
    assert "<li>moi@example.vn</li>" in page
    assert "bi-mat" not in page

    form = page[page.index('action="/tai-khoan/lien-he/"') :].partition("</form>")[0]
    again = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', form))
    assert client.post("/tai-khoan/lien-he/", again)["Location"] == "/tai-khoan/"
    lan.refresh_from_db()
    assert (lan.email, lan.phone) == ("moi@example.vn", "0912 345 678")


def test_it_is_kept_for_its_author_alone_and_can_be_dropped(lan: User, make_user, clock) -> None:
    make_user("minh", password=PASSWORD)
    client = _sign_in(Client())
    _send_after_the_end(client, clock)
    _sign_in(client, "minh")
    assert client.get("/tai-khoan/tiep-tuc/")["Location"] == "/"

    client = _sign_in(Client())
    _send_after_the_end(client, clock)
    _sign_in(client)
    assert client.get("/tai-khoan/tiep-tuc/").status_code == 200
    client.post("/tai-khoan/tiep-tuc/")
    assert client.get("/tai-khoan/tiep-tuc/")["Location"] == "/"


def test_signing_in_again_from_an_old_tab_is_just_that(lan: User, clock) -> None:
    client = _sign_in(Client())
    clock.shift(dt.timedelta(minutes=31))
    answer = client.post("/dang-nhap/", {"username": "lan", "password": PASSWORD})
    assert answer["Location"] == "/"
    assert _is_in(client)


# --- One's own sessions -----------------------------------------------------------------------


def test_one_sees_ones_sessions_and_no_key_of_them(lan: User, make_user, clock) -> None:
    make_user("minh", password=PASSWORD)
    _sign_in(Client(REMOTE_ADDR="192.0.2.1", headers={"User-Agent": FIREFOX}))
    _sign_in(Client(REMOTE_ADDR="198.51.100.1"), "minh")
    clock.shift(dt.timedelta(minutes=5))
    here = _sign_in(Client(REMOTE_ADDR="192.0.2.2"))
    answer = here.get("/tai-khoan/")
    told = [
        (row.device, row.address, row.began_at.minute, row.user_id)
        for row in answer.context["sessions"]
    ]
    assert told == [
        ("Không rõ thiết bị", "192.0.2.2", 5, lan.pk),
        ("Firefox, Windows", "192.0.2.1", 0, lan.pk),
    ]
    page = answer.content.decode()
    assert page.count("phiên này") == 1
    assert not any(row.session_key in page for row in Session.objects.all())
    assert "no-store" in answer["Cache-Control"]


def test_ending_the_others_leaves_this_one(lan: User, make_user) -> None:
    make_user("minh", password=PASSWORD)
    here, there = _sign_in(Client()), _sign_in(Client())
    minhs, forced = _sign_in(Client(), "minh"), Client()
    forced.force_login(lan)
    # As whoever signs in again is led to the address of the button that was pressed.
    opened = here.get("/tai-khoan/phien-khac/")
    assert (opened.status_code, opened["Allow"]) == (405, "POST")
    assert "chưa có gì được lưu hay thay đổi" in opened.content.decode()
    assert here.post("/tai-khoan/phien-khac/")["Location"] == "/tai-khoan/"
    assert [_is_in(client) for client in (here, there, forced, minhs)] == [True, False, False, True]
    assert Session.objects.filter(user=lan).count() == 1


def test_signing_out_takes_the_row_away(lan: User) -> None:
    client = _sign_in(Client())
    client.post("/dang-xuat/")
    assert list(Session.objects.filter(user=lan)) == []


def test_what_has_expired_is_cleared(lan: User, clock) -> None:
    _sign_in(Client())
    clock.shift(dt.timedelta(days=2))
    call_command("clearsessions")
    assert list(Session.objects.all()) == []


# --- The page of one's account ----------------------------------------------------------------


@pytest.mark.parametrize("rows", [1, 5])
def test_the_page_costs_the_same_at_any_number_of_rows(make_user, query_count, rows: int) -> None:
    slugs = ("nghe-an", "quang-ngai", "bac-giang", "hoa-binh", "dien-bien")
    lan = make_user("lan", password=PASSWORD, side="partner", agreements=slugs[:rows])
    for _session in range(rows - 1):
        Client().force_login(lan)
    client = Client()
    client.force_login(lan)
    with query_count() as queries:
        page = client.get("/tai-khoan/").content.decode()
    assert page.count('data-l="Từ ngày"') == rows
    assert page.count('data-l="Đăng nhập lúc"') == rows
    assert len(queries) == 9


@pytest.mark.parametrize("page", ["/tai-khoan/", "/tai-khoan/lien-he/", "/tai-khoan/tiep-tuc/"])
def test_it_is_for_who_is_signed_in(client: Client, page: str) -> None:
    assert client.get(page)["Location"] == f"/dang-nhap/?next={page}"


def test_an_address_that_somebody_else_has_is_refused_at_the_field(lan: User, make_user) -> None:
    make_user("minh", email="Minh@example.vn")
    client = _sign_in(Client())
    answer = client.post("/tai-khoan/lien-he/", {"email": "minh@example.vn", "phone": "abc"})
    assert answer.context["form"].errors == {
        "phone": ["Số điện thoại chỉ gồm chữ số, ví dụ 0912 345 678."],
        "__all__": ["Thư điện tử này đã thuộc về một tài khoản khác."],
    }
    lan.refresh_from_db()
    assert lan.email == "lan@example.vn"


def test_changing_the_address_long_after_signing_in_asks_and_goes_on(lan: User, clock) -> None:
    client = _sign_in(Client())
    clock.shift(dt.timedelta(minutes=10))
    asked = client.post("/tai-khoan/lien-he/", {"email": "moi@example.vn", "phone": ""})
    assert asked["Location"] == "/tai-khoan/xac-nhan/?next=%2Ftai-khoan%2Flien-he%2F"
    lan.refresh_from_db()
    assert lan.email == "lan@example.vn"
    client.post(asked["Location"], {"password": PASSWORD})
    lan.refresh_from_db()
    assert lan.email == "moi@example.vn"
