"""Signing in and out, being locked out, and who may read without either."""

import datetime as dt

import pytest
import time_machine
from django.test import Client
from pytest_django import Settings

from accounts.models import User

PASSWORD = "k7wq-m3xd-9rtz"


@pytest.fixture
def lan(make_user) -> User:
    return make_user("lan", password=PASSWORD)


def _sign_in(client: Client, password: str, **query: str):
    return client.post("/dang-nhap/", {"username": "lan", "password": password}, query_params=query)


def test_signing_in_leads_on_and_signing_out_ends_it(client: Client, lan: User) -> None:
    response = _sign_in(client, PASSWORD, next="/quan-tri/")
    assert response.status_code == 302
    assert response["Location"] == "/quan-tri/"
    assert client.session["_auth_user_id"] == str(lan.pk)

    assert client.get("/dang-xuat/").status_code == 405
    assert client.session["_auth_user_id"] == str(lan.pk)
    client.post("/dang-xuat/")
    assert "_auth_user_id" not in client.session


def test_a_wrong_password_is_told_in_vietnamese(client: Client, lan: User) -> None:
    response = _sign_in(client, "sai")
    assert response.status_code == 200
    assert response.context["form"].non_field_errors() == [
        "Tên đăng nhập hoặc mật khẩu không đúng. Lưu ý chữ hoa, chữ thường và bộ gõ tiếng Việt."
    ]


def test_nobody_is_led_to_another_site(client: Client, lan: User) -> None:
    response = _sign_in(client, PASSWORD, next="https://example.com/")
    assert response["Location"] == "/"


def test_five_failures_lock_even_the_right_password_out_for_a_quarter_of_an_hour(
    client: Client, lan: User
) -> None:
    with time_machine.travel("2026-03-02 08:00:00+07:00", tick=False) as clock:
        for _attempt in range(4):
            assert _sign_in(client, "sai").status_code == 200
        fifth = _sign_in(client, "sai")
        assert fifth.status_code == 429
        assert "Tạm khóa đăng nhập" in fifth.content.decode()
        assert _sign_in(client, PASSWORD).status_code == 429
        assert "_auth_user_id" not in client.session

        clock.shift(dt.timedelta(minutes=16))
        assert _sign_in(client, PASSWORD).status_code == 302


def test_the_lock_holds_one_user_at_one_address(client: Client, lan: User, make_user) -> None:
    make_user("minh", password=PASSWORD)
    for _attempt in range(5):
        _sign_in(client, "sai")
    elsewhere = Client(REMOTE_ADDR="127.0.0.9")
    assert _sign_in(elsewhere, PASSWORD).status_code == 302
    colleague = client.post("/dang-nhap/", {"username": "minh", "password": PASSWORD})
    assert colleague.status_code == 302


def test_a_forged_header_does_not_open_the_lock(client: Client, lan: User) -> None:
    for _attempt in range(5):
        _sign_in(client, "sai")
    forger = Client(headers={"X-Forwarded-For": "203.0.113.7"})
    assert _sign_in(forger, PASSWORD).status_code == 429


def test_success_forgets_earlier_failures(client: Client, lan: User) -> None:
    for _round in range(2):
        for _attempt in range(4):
            assert _sign_in(client, "sai").status_code == 200
        assert _sign_in(client, PASSWORD).status_code == 302
        client.post("/dang-xuat/")


# --- Reading without signing in ---------------------------------------------------------------


@pytest.mark.django_db
def test_without_public_read_a_page_asks_to_sign_in_and_comes_back(
    client: Client, settings: Settings
) -> None:
    settings.PUBLIC_READ = False
    response = client.get("/?tinh-den=01/06/2021")
    assert response.status_code == 302
    assert response["Location"] == "/dang-nhap/?next=/%3Ftinh-den%3D01/06/2021"


def test_without_public_read_a_user_reads(
    client: Client, settings: Settings, consumer: User
) -> None:
    settings.PUBLIC_READ = False
    client.force_login(consumer)
    assert client.get("/").status_code == 200


@pytest.mark.django_db
def test_with_public_read_anybody_reads_but_nobody_writes(
    client: Client, settings: Settings
) -> None:
    settings.PUBLIC_READ = True
    assert client.get("/").status_code == 200
    assert client.post("/")["Location"] == "/dang-nhap/?next=/"


# --- The admin's door -------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize("public_read", [True, False])
def test_the_admin_uses_the_same_sign_in(
    client: Client, settings: Settings, public_read: bool
) -> None:
    settings.PUBLIC_READ = public_read
    response = client.get("/quan-tri/", follow=True)
    assert response.redirect_chain[-1][0] == "/dang-nhap/?next=%2Fquan-tri%2F"


def test_a_user_without_business_in_the_admin_is_refused(client: Client, consumer: User) -> None:
    client.force_login(consumer)
    assert client.get("/quan-tri/", follow=True).status_code == 403


def test_the_administrator_finds_the_users(client: Client, administrator: User) -> None:
    client.force_login(administrator)
    assert client.get("/quan-tri/").status_code == 200
    assert client.get("/quan-tri/accounts/user/").status_code == 200
    page = client.get(f"/quan-tri/accounts/user/{administrator.pk}/change/").content.decode()
    assert "Họ và tên" in page


def test_the_administrator_adds_a_user(client: Client, administrator: User) -> None:
    client.force_login(administrator)
    response = client.post(
        "/quan-tri/accounts/user/add/",
        {
            "username": "hoa",
            "full_name": "Nguyễn Thị Hoa",
            "email": "",
            "usable_password": "true",
            "password1": PASSWORD,
            "password2": PASSWORD,
        },
    )
    assert response.status_code == 302
    hoa = User.objects.get(username="hoa")
    assert (hoa.full_name, hoa.is_staff) == ("Nguyễn Thị Hoa", False)
    assert hoa.check_password(PASSWORD)
