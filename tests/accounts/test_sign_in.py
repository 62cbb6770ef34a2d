"""Signing in and out, and who may read without either. Not here: being locked out."""

import pytest
from django.contrib.auth import hashers
from django.test import Client
from pytest_django import Settings

from accounts.models import User

PASSWORD = "K7wq-m3xd-9rtz"


@pytest.fixture
def lan(make_user) -> User:
    return make_user("lan", password=PASSWORD)


def _sign_in(client: Client, password: str, username: str = "lan", **query: str):
    typed = {"username": username, "password": password}
    return client.post("/dang-nhap/", typed, query_params=query)


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


@pytest.mark.parametrize("typed", ["lan@example.vn", "LAN@Example.vn", " lan "])
def test_one_signs_in_by_user_name_or_by_e_mail(client: Client, make_user, typed: str) -> None:
    lan = make_user("lan", password=PASSWORD, email="lan@example.vn")
    assert _sign_in(client, PASSWORD, typed).status_code == 302
    assert client.session["_auth_user_id"] == str(lan.pk)


def test_a_user_name_wins_over_somebody_elses_e_mail(client: Client, make_user) -> None:
    make_user("lan", password=PASSWORD, email="chung@example.vn")
    shared = make_user("chung@example.vn", password=PASSWORD.swapcase())
    _sign_in(client, PASSWORD.swapcase(), "chung@example.vn")
    assert client.session["_auth_user_id"] == str(shared.pk)


def test_signing_in_gives_a_new_session_id(client: Client, lan: User) -> None:
    store = client.session
    store["before"] = "1"
    store.save()
    client.cookies["sessionid"] = before = store.session_key
    _sign_in(client, PASSWORD)
    assert client.session.session_key != before
    assert type(store)(before).load() == {}


_HASHES: list[str] = []


class CountingHasher(hashers.MD5PasswordHasher):
    """Counts how often a password was hashed: the time of an answer, without a clock."""

    def encode(self, password: str, salt: str) -> str:
        _HASHES.append(password)
        return super().encode(password, salt)


def _answer(username: str, password: str) -> tuple[int, list[str], int]:
    _HASHES.clear()
    response = _sign_in(Client(REMOTE_ADDR="192.0.2.1"), password, username)
    return response.status_code, response.context["form"].non_field_errors(), len(_HASHES)


@pytest.mark.django_db
def test_no_answer_tells_whether_there_is_such_an_account(make_user, settings: Settings) -> None:
    settings.PASSWORD_HASHERS = [f"{__name__}.CountingHasher"]
    settings.LOCKOUT_ADDRESS_LIMIT = 100
    make_user("lan", password=PASSWORD, email="lan@example.vn")
    make_user("nghi", password=PASSWORD, is_active=False)
    make_user("may", is_service=True)
    answers = [
        _answer("lan", "sai"),
        _answer("lan@example.vn", "sai"),
        _answer("khong-co", "sai"),
        _answer("khong-co@example.vn", "sai"),
        _answer("nghi", "sai"),
        _answer("nghi", PASSWORD),
        _answer("may", "sai"),
    ]
    told = "Tên đăng nhập hoặc mật khẩu không đúng. Lưu ý chữ hoa, chữ thường và bộ gõ tiếng Việt."
    assert answers == [(200, [told], 1)] * 7


def test_nobody_is_led_to_another_site(client: Client, lan: User) -> None:
    response = _sign_in(client, PASSWORD, next="https://example.com/")
    assert response["Location"] == "/"


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
