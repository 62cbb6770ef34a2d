"""The second factor: setting it up, signing in with it, who must have one, how it is kept and lost."""

import datetime as dt
import json
import re
from collections.abc import Iterator
from io import StringIO

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from accounts import ciphers
from accounts.models import Session, User
from agreements.choices import Side
from agreements.models import Representative
from coopportal.clock import today
from tests.accounts.codes import code_of
from tests.accounts.test_sign_in import PASSWORD

pytestmark = pytest.mark.django_db

SETUP, SIGN_IN_CODE = "/tai-khoan/hai-lop/", "/dang-nhap/ma-xac-thuc/"


@pytest.fixture
def lan(make_user) -> User:
    return make_user("lan", password=PASSWORD, email="lan@example.vn")


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    """Stands still, and moves on by half a minute for the next code."""
    with time_machine.travel("2026-03-02 08:00:00+07:00", tick=False) as traveller:
        yield traveller


def _next_code(clock: time_machine.Traveller) -> None:
    clock.shift(dt.timedelta(seconds=30))


def _password(username: str, client: Client | None = None, password: str = PASSWORD) -> Client:
    client = client or Client()
    client.post("/dang-nhap/", {"username": username, "password": password})
    return client


def _set_up(client: Client) -> tuple[str, list[str]]:
    """Set the second factor up in the pages; the secret, and the recovery codes as shown."""
    page = client.get(SETUP).content.decode()
    secret = re.search(r'class="secret">([A-Z2-7 ]+)<', page)[1].replace(" ", "")
    answer = client.post(SETUP, {"code": code_of(secret)})
    assert answer["Location"] == "/tai-khoan/ma-du-phong/"
    shown = client.get("/tai-khoan/ma-du-phong/").content.decode()
    return secret, re.findall(r"<code>(\d{4} \d{4})</code>", shown)


def _signed_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


# --- Setting it up ----------------------------------------------------------------------------


def test_setting_it_up_shows_a_drawing_and_letters_under_the_strict_policy(lan: User) -> None:
    answer = _password("lan").get(SETUP)
    page = answer.content.decode()
    assert '<svg class="qr" viewBox="0 0 ' in page
    assert "data:" not in page
    assert "'unsafe-" not in answer["Content-Security-Policy"]
    assert "data:" not in answer["Content-Security-Policy"]
    assert "no-store" in answer["Cache-Control"]


def test_a_wrong_first_code_sets_nothing_up_and_keeps_the_secret(lan: User) -> None:
    client = _password("lan")
    before = re.search(r'class="secret">([^<]+)<', client.get(SETUP).content.decode())[1]
    answer = client.post(SETUP, {"code": "000000"})
    page = answer.content.decode()
    assert re.search(r'class="secret">([^<]+)<', page)[1] == before
    assert answer.context["form"].errors["code"] == [
        "Mã không đúng hoặc đã dùng rồi. Chờ mã mới rồi nhập lại."
    ]
    assert list(Authenticator.objects.all()) == []


def test_the_secret_and_the_seed_of_recovery_codes_are_encrypted_in_the_database(
    lan: User,
) -> None:
    secret, codes = _set_up(_password("lan"))
    kept = {row.type: row.data for row in Authenticator.objects.filter(user=lan)}
    assert kept.keys() == {"totp", "recovery_codes"}
    assert ciphers.decrypt(kept["totp"]["secret"]) == secret
    with connection.cursor() as cursor:
        everything = []
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')
            if table.startswith(("accounts_", "mfa_", "django_session", "axes_")):
                everything.append(str(cursor.fetchall()))
    sessions = [json.dumps(row.get_decoded()) for row in Session.objects.all()]
    for text in (*everything, *sessions):
        assert secret not in text
        assert not any(code.replace(" ", "") in text for code in codes)


def test_keys_can_be_changed_one_after_the_other(lan: User, settings: Settings) -> None:
    old = ciphers.encrypt("bí mật")
    settings.SECOND_FACTOR_KEYS = ["khóa mới"]
    assert ciphers.decrypt(old) == "bí mật"
    new = ciphers.renew(old)
    settings.SECRET_KEY = "another" * 10
    assert ciphers.decrypt(new) == "bí mật"
    settings.SECOND_FACTOR_KEYS = ["khóa mới hơn", "khóa mới"]
    assert ciphers.decrypt(new) == "bí mật"


def test_one_must_have_given_the_password_a_short_while_ago(lan: User, clock) -> None:
    client = _password("lan")
    clock.shift(dt.timedelta(minutes=6))
    asked = client.get(SETUP)
    assert asked["Location"] == "/tai-khoan/xac-nhan/?next=%2Ftai-khoan%2Fhai-lop%2F"
    wrong = client.post(asked["Location"], {"password": "sai"})
    assert wrong.context["form"].errors["password"] == ["Mật khẩu không đúng."]
    answer = client.post(asked["Location"], {"password": PASSWORD})
    assert answer["Location"] == SETUP
    assert client.get(SETUP).status_code == 200


# --- Signing in with it -----------------------------------------------------------------------


def test_the_password_alone_no_longer_signs_in(lan: User, clock) -> None:
    secret, _codes = _set_up(_password("lan"))
    client = Client()
    typed = {"username": "lan", "password": PASSWORD}
    answer = client.post("/dang-nhap/", typed, query_params={"next": "/tai-khoan/"})
    assert answer["Location"] == SIGN_IN_CODE
    assert not _signed_in(client)
    assert client.get("/tai-khoan/")["Location"] == "/dang-nhap/?next=/tai-khoan/"

    between = client.session.session_key
    _next_code(clock)
    answer = client.post(SIGN_IN_CODE, {"code": code_of(secret)})
    assert answer["Location"] == "/tai-khoan/"
    assert _signed_in(client)
    assert client.session.session_key != between


def test_a_code_works_once(lan: User, clock) -> None:
    secret, _codes = _set_up(_password("lan"))
    _next_code(clock)
    first, second = _password("lan"), _password("lan")
    first.post(SIGN_IN_CODE, {"code": code_of(secret)})
    second.post(SIGN_IN_CODE, {"code": code_of(secret)})
    assert (_signed_in(first), _signed_in(second)) == (True, False)


def test_a_recovery_code_works_once(lan: User) -> None:
    _secret, codes = _set_up(_password("lan"))
    assert len(codes) == 10
    first, second = _password("lan"), _password("lan")
    first.post(SIGN_IN_CODE, {"code": codes[0]})
    second.post(SIGN_IN_CODE, {"code": codes[0]})
    assert (_signed_in(first), _signed_in(second)) == (True, False)
    second.post(SIGN_IN_CODE, {"code": codes[1].replace(" ", "")})
    assert _signed_in(second)


def test_nobody_enters_at_the_second_step(client: Client, lan: User) -> None:
    assert client.get(SIGN_IN_CODE)["Location"] == "/dang-nhap/"
    assert client.post(SIGN_IN_CODE, {"code": "000000"})["Location"] == "/dang-nhap/"


def test_wrong_codes_lock_the_account_like_wrong_passwords(lan: User, clock) -> None:
    secret, _codes = _set_up(_password("lan"))
    _next_code(clock)
    client = _password("lan")
    statuses = [client.post(SIGN_IN_CODE, {"code": "000000"}).status_code for _try in range(5)]
    assert statuses == [200] * 4 + [429]
    assert client.post(SIGN_IN_CODE, {"code": code_of(secret)}).status_code == 429
    assert not _signed_in(client)
    elsewhere = Client(REMOTE_ADDR="192.0.2.7")
    typed = {"username": "lan", "password": PASSWORD}
    assert elsewhere.post("/dang-nhap/", typed).status_code == 429


def test_password_and_codes_count_together(lan: User) -> None:
    _set_up(_password("lan"))
    for address in range(2):
        wrong = Client(REMOTE_ADDR=f"192.0.2.{address}")
        wrong.post("/dang-nhap/", {"username": "lan", "password": "sai"})
    client = _password("lan")
    statuses = [client.post(SIGN_IN_CODE, {"code": "000000"}).status_code for _try in range(3)]
    assert statuses == [200, 200, 429]


def test_a_right_password_does_not_forgive_wrong_codes(lan: User) -> None:
    _set_up(_password("lan"))
    statuses = []
    for _try in range(5):
        client = _password("lan")
        statuses.append(client.post(SIGN_IN_CODE, {"code": "000000"}).status_code)
    assert statuses == [200] * 4 + [429]


def test_an_account_closed_between_the_steps_does_not_get_in(lan: User, clock) -> None:
    secret, _codes = _set_up(_password("lan"))
    _next_code(clock)
    client = _password("lan")
    lan.is_active = False
    lan.save(update_fields=["is_active"])
    client.post(SIGN_IN_CODE, {"code": code_of(secret)})
    assert not _signed_in(client)


def test_a_password_changed_between_the_steps_ends_them(lan: User, clock) -> None:
    secret, _codes = _set_up(_password("lan"))
    _next_code(clock)
    client = _password("lan")
    lan.set_password("Hoa-ban no thang 3")
    lan.save()
    assert client.post(SIGN_IN_CODE, {"code": code_of(secret)})["Location"] == "/dang-nhap/"
    assert not _signed_in(client)


def test_a_new_password_by_mail_does_not_get_around_it(lan: User) -> None:
    _set_up(_password("lan"))
    lan.set_password("Hoa-ban no thang 3")
    lan.save()
    client = _password("lan", password="Hoa-ban no thang 3")
    assert not _signed_in(client)


# --- Who must have one ------------------------------------------------------------------------


def _required(client: Client, user: User) -> bool:
    client.force_login(user)
    return client.get("/").headers.get("Location") == SETUP


def test_administrators_and_whoever_acts_for_vnpt_must_have_one(
    settings: Settings,
    administrator: User,
    vnpt_nghe_an_manager: User,
    nghe_an_officer: User,
    consumer: User,
) -> None:
    settings.SECOND_FACTOR_REQUIRED = True
    cast = (administrator, vnpt_nghe_an_manager, nghe_an_officer, consumer)
    assert [_required(Client(), user) for user in cast] == [True, True, False, False]
    consumer.is_staff = True
    consumer.save()
    assert _required(Client(), consumer)
    mandates = Representative.objects.filter(user=vnpt_nghe_an_manager)
    assert [mandate.side for mandate in mandates] == [Side.VNPT]
    mandates.update(until_day=today() - dt.timedelta(days=1))
    assert not _required(Client(), vnpt_nghe_an_manager)


def test_they_can_do_nothing_else_before(settings: Settings, administrator: User) -> None:
    settings.SECOND_FACTOR_REQUIRED = True
    client = Client()
    client.force_login(administrator)
    for page in ("/", "/quan-tri/", "/tai-khoan/", "/tai-khoan/lien-he/", "/he-thong/"):
        assert client.get(page)["Location"] == SETUP
    added = client.post("/quan-tri/agreements/system/add/", {"name": "Hệ thống lạ", "slug": "la"})
    assert added["Location"] == SETUP
    refused = client.get("/api/v1/provinces/")
    assert (refused.status_code, refused.json()["type"]) == (
        403,
        "urn:coopportal:problem:forbidden",
    )
    _set_up(client)
    assert client.get("/quan-tri/").status_code == 200


def test_without_the_setting_nobody_is_asked(
    settings: Settings, client: Client, administrator: User
) -> None:
    settings.SECOND_FACTOR_REQUIRED = False
    assert not _required(client, administrator)


def test_who_has_one_costs_a_page_no_further_query(
    settings: Settings, client: Client, administrator: User, query_count
) -> None:
    client.force_login(administrator)
    _set_up(client)
    settings.SECOND_FACTOR_REQUIRED = True
    client.get("/tai-khoan/")
    with query_count() as with_rule:
        client.get("/healthz")
        client.get("/tai-khoan/lien-he/")
    settings.SECOND_FACTOR_REQUIRED = False
    with query_count() as without:
        client.get("/healthz")
        client.get("/tai-khoan/lien-he/")
    assert len(with_rule) == len(without)


# --- A password behind it, turning it off, losing it ------------------------------------------


def test_behind_it_eight_characters_suffice(lan: User) -> None:
    with pytest.raises(ValidationError):
        validate_password("tre-xanh", lan)
    _set_up(_password("lan"))
    validate_password("tre-xanh", lan)
    with pytest.raises(ValidationError) as refused:
        validate_password("tre-xan", lan)
    assert refused.value.messages == ["Mật khẩu cần ít nhất 8 ký tự."]


def test_turning_it_off_asks_for_a_password_that_suffices_alone(lan: User) -> None:
    client = _password("lan")
    _set_up(client)
    assert client.get("/tai-khoan/hai-lop/tat/").status_code == 200
    client.post("/tai-khoan/hai-lop/tat/")
    assert list(Authenticator.objects.all()) == []
    assert client.get("/")["Location"] == "/tai-khoan/mat-khau/"


def test_who_must_have_one_sets_up_the_next_phone_at_once(
    settings: Settings, client: Client, administrator: User
) -> None:
    settings.SECOND_FACTOR_REQUIRED = True
    client.force_login(administrator)
    first, _codes = _set_up(client)
    client.post("/tai-khoan/hai-lop/tat/")
    assert client.get("/")["Location"] == SETUP
    second, _codes = _set_up(client)
    assert first != second
    assert client.get("/").status_code == 200


def test_new_recovery_codes_end_the_old_ones(lan: User) -> None:
    client = _password("lan")
    _secret, old = _set_up(client)
    again = client.get("/tai-khoan/ma-du-phong/").content.decode()
    assert "Còn 10 trong 10 mã" in again
    assert not any(code in again for code in old)
    client.post("/tai-khoan/ma-du-phong/tao/")
    shown = client.get("/tai-khoan/ma-du-phong/").content.decode()
    new = re.findall(r"<code>(\d{4} \d{4})</code>", shown)
    assert len(set(new) - set(old)) == 10
    with_old, with_new = _password("lan"), _password("lan")
    with_old.post(SIGN_IN_CODE, {"code": old[0]})
    with_new.post(SIGN_IN_CODE, {"code": new[0]})
    assert (_signed_in(with_old), _signed_in(with_new)) == (False, True)


def test_an_administrator_removes_it_for_who_lost_the_phone(
    client: Client, lan: User, administrator: User
) -> None:
    lans = _password("lan")
    _set_up(lans)
    client.force_login(administrator)
    ticked = {"action": "remove_second_factor", "_selected_action": [lan.pk, administrator.pk]}
    page = client.post("/quan-tri/accounts/user/", ticked, follow=True).content.decode()
    assert "Đã gỡ xác thực hai lớp của 1 tài khoản" in page
    assert lans.get("/tai-khoan/").status_code == 302
    assert _password("lan").get("/")["Location"] == "/tai-khoan/mat-khau/"


def test_secrets_are_nothing_to_look_at_in_the_admin(client: Client, administrator: User) -> None:
    client.force_login(administrator)
    page = client.get("/quan-tri/").content.decode()
    assert "/quan-tri/mfa/" not in page
    assert "/quan-tri/account/" not in page


def test_a_secret_that_no_key_opens_is_told_and_not_a_failure(
    lan: User, settings: Settings
) -> None:
    _set_up(_password("lan"))
    client = _password("lan")
    settings.SECRET_KEY_FALLBACKS = []
    Authenticator.objects.filter(type="totp").update(data={"secret": "gAAAA"})
    answer = client.post(SIGN_IN_CODE, {"code": "123456"})
    assert answer.context["form"].errors["code"] == [
        "Cổng không đọc được khóa xác thực này. Nhờ quản trị viên gỡ để cài lại."
    ]


def test_allauth_adds_no_page_of_its_own() -> None:
    for name in ("account_signup", "account_email", "account_logout", "usersessions_list"):
        with pytest.raises(Exception, match="not found"):
            reverse(name)


# --- On the server ----------------------------------------------------------------------------


def test_a_command_removes_it_when_no_administrator_can(administrator: User) -> None:
    client = Client()
    client.force_login(administrator)
    _set_up(client)
    call_command("remove_second_factor", "quan-tri-vien", stdout=StringIO())
    assert list(Authenticator.objects.all()) == []
    assert client.get("/tai-khoan/").status_code == 302
    with pytest.raises(CommandError, match="Không có tài khoản “khong-co”"):
        call_command("remove_second_factor", "khong-co")


def test_a_command_encrypts_anew_and_the_old_key_can_go(
    lan: User, settings: Settings, clock
) -> None:
    settings.SECOND_FACTOR_KEYS = ["khóa cũ"]
    secret, codes = _set_up(_password("lan"))
    settings.SECOND_FACTOR_KEYS = ["khóa mới", "khóa cũ"]
    call_command("renew_second_factor_keys", stdout=StringIO())
    settings.SECOND_FACTOR_KEYS = ["khóa mới"]
    _next_code(clock)
    by_phone, by_paper = _password("lan"), _password("lan")
    by_phone.post(SIGN_IN_CODE, {"code": code_of(secret)})
    by_paper.post(SIGN_IN_CODE, {"code": codes[0]})
    assert (_signed_in(by_phone), _signed_in(by_paper)) == (True, True)

    settings.SECOND_FACTOR_KEYS = ["khóa lạ"]
    before = [row.data for row in Authenticator.objects.order_by("pk")]
    with pytest.raises(CommandError, match="chưa đổi gì"):
        call_command("renew_second_factor_keys")
    assert [row.data for row in Authenticator.objects.order_by("pk")] == before
