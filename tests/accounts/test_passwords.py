"""What a password must be, changing it, setting it by mail, and the first one that others know."""

import datetime as dt
import re

import pytest
import time_machine
from django.contrib.auth.password_validation import validate_password
from django.core import mail
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.test import Client
from pytest_django import Settings

from accounts.models import Session, User
from agreements.management.commands.demo_accounts import new_password
from tests.accounts.test_sign_in import PASSWORD

pytestmark = pytest.mark.django_db

NEW = "Hoa-ban no thang 3"
RULE = (
    "Mật khẩu cần ít nhất 14 ký tự, có đủ chữ hoa, chữ thường, chữ số và ký tự khác "
    "như - ! @ hoặc dấu cách."
)


@pytest.fixture(autouse=True)
def nobody_has_asked_yet() -> None:
    """How many mails were asked for is counted in the cache, beyond a test's end."""
    cache.clear()


@pytest.fixture
def lan(make_user) -> User:
    return make_user("lan", password=PASSWORD, email="lan@example.vn")


def _signed_in(username: str, password: str = PASSWORD) -> Client:
    client = Client()
    client.post("/dang-nhap/", {"username": username, "password": password})
    assert "_auth_user_id" in client.session
    return client


def _refusals(password: str, user: User) -> list[str]:
    try:
        validate_password(password, user)
    except ValidationError as error:
        return error.messages
    return []


# --- The rule ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("password", "refused"),
    [
        ("K7wq-m3xd-9rtz", []),
        ("Hoa-ban no thang 3", []),
        ("K7wq-m3xd-9rt", [RULE]),  # 13
        ("k7wq-m3xd-9rtz", [RULE]),  # no capital
        ("K7WQ-M3XD-9RTZ", [RULE]),  # no small letter
        ("Kxwq-mdxd-brtz", [RULE]),  # no digit
        ("K7wqm3xd9rtzAB", [RULE]),  # letters and digits alone
    ],
)
def test_without_a_second_factor_fourteen_characters_of_four_kinds(
    lan: User, password: str, refused: list[str]
) -> None:
    assert _refusals(password, lan) == refused


def test_common_words_and_ones_own_name_are_refused(lan: User) -> None:
    assert _refusals("password123", lan)[1:] == ["Mật khẩu này quá phổ biến."]
    lan.full_name = "Nguyễn-Thị-Lan-Anh 1"
    assert len(_refusals("Nguyễn-Thị-Lan-Anh 1", lan)) == 1


def test_passwords_of_demo_accounts_keep_the_rule(lan: User) -> None:
    assert [_refusals(new_password(), lan) for _again in range(20)] == [[]] * 20


# --- Changing it ------------------------------------------------------------------------------


def _change(client: Client, old: str, new: str, again: str | None = None):
    typed = {"old_password": old, "new_password1": new, "new_password2": again or new}
    return client.post("/tai-khoan/mat-khau/", typed)


def test_changing_the_password_ends_all_other_sessions(lan: User) -> None:
    here, elsewhere = _signed_in("lan"), _signed_in("lan")
    old_key = here.session.session_key
    assert _change(here, PASSWORD, NEW).status_code == 302
    assert here.get("/tai-khoan/mat-khau/").status_code == 200
    assert here.session.session_key != old_key
    assert elsewhere.get("/tai-khoan/mat-khau/").status_code == 302
    lan.refresh_from_db()
    assert lan.check_password(NEW)


def test_what_is_wrong_is_said_at_the_field_and_nothing_changes(lan: User) -> None:
    client = _signed_in("lan")
    answer = _change(client, "sai", "ngan", "khac")
    errors = answer.context["form"].errors
    assert errors["old_password"] == ["Mật khẩu cũ không đúng. Hãy nhập lại."]
    assert errors["new_password1"][0] == RULE
    assert errors["new_password2"] == ["Hai mật khẩu vừa nhập không giống nhau."]
    lan.refresh_from_db()
    assert lan.check_password(PASSWORD)


@pytest.mark.parametrize("method", ["get", "post"])
def test_who_is_not_signed_in_is_sent_to_sign_in(client: Client, method: str) -> None:
    answer = getattr(client, method)("/tai-khoan/mat-khau/")
    assert answer["Location"] == "/dang-nhap/?next=/tai-khoan/mat-khau/"


# --- By mail ----------------------------------------------------------------------------------


def test_a_forgotten_password_is_set_by_a_link_that_works_once(client: Client, lan: User) -> None:
    open_elsewhere = _signed_in("lan")
    asked = client.post("/quen-mat-khau/", {"email": "Lan@example.vn"}, follow=True)
    assert asked.redirect_chain == [("/quen-mat-khau/da-gui/", 302)]
    (sent,) = mail.outbox
    assert (sent.to, sent.subject) == (
        ["lan@example.vn"],
        "Đặt mật khẩu mới trên Cổng hợp tác số",
    )
    link = re.search(r"http://testserver(/quen-mat-khau/\S+)", str(sent.body))[1]

    page = client.get(link, follow=True)
    form_at = page.redirect_chain[-1][0]
    weak = client.post(form_at, {"new_password1": "ngan", "new_password2": "ngan"})
    assert weak.context["form"].errors["new_password1"][0] == RULE
    done = client.post(form_at, {"new_password1": NEW, "new_password2": NEW}, follow=True)
    assert "Đã đặt mật khẩu mới" in done.content.decode()
    assert "_auth_user_id" not in client.session
    assert open_elsewhere.get("/tai-khoan/mat-khau/").status_code == 302
    _signed_in("lan", NEW)
    assert "Đường dẫn không còn dùng được" in Client().get(link, follow=True).content.decode()


def test_the_answer_does_not_tell_whether_the_address_is_known(make_user, lan: User) -> None:
    make_user("nghi", password=PASSWORD, email="nghi@example.vn", is_active=False)
    make_user("may", is_service=True, email="may@example.vn")
    answers = set()
    for name in ("lan", "nghi", "may", "khong-co"):
        answer = Client().post("/quen-mat-khau/", {"email": f"{name}@example.vn"}, follow=True)
        answers.add((tuple(answer.redirect_chain), answer.content))
    assert len(answers) == 1
    assert [sent.to for sent in mail.outbox] == [["lan@example.vn"]]


def test_not_more_than_a_few_mails_go_to_one_address(lan: User) -> None:
    answers = {
        Client(REMOTE_ADDR=f"192.0.2.{last}").post("/quen-mat-khau/", {"email": email})["Location"]
        for last, email in enumerate(["lan@example.vn", "Lan@example.vn"] * 4)
    }
    assert answers == {"/quen-mat-khau/da-gui/"}
    assert len(mail.outbox) == 5


def test_a_mail_server_that_fails_is_no_answer_of_its_own(
    lan: User, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9  # nobody listens there
    answer = Client().post("/quen-mat-khau/", {"email": "lan@example.vn"})
    assert answer["Location"] == "/quen-mat-khau/da-gui/"
    assert "Failed to send password reset email" in caplog.text


# --- The first one, which an administrator gave -----------------------------------------------


def _add_hoa(administrator: User) -> None:
    client = Client()
    client.force_login(administrator)
    typed = {"username": "hoa", "full_name": "Nguyễn Thị Hoa", "email": "", "phone": ""}
    passwords = {"usable_password": "true", "password1": PASSWORD, "password2": PASSWORD}
    assert client.post("/quan-tri/accounts/user/add/", typed | passwords).status_code == 302


def test_a_first_password_is_changed_before_anything_else(administrator: User) -> None:
    _add_hoa(administrator)
    hoa = _signed_in("hoa")
    for page in ("/", "/thoa-thuan/", "/quan-tri/", "/tra-cuu/goi-y/?q=a"):
        assert hoa.get(page)["Location"] == "/tai-khoan/mat-khau/"
    assert hoa.get("/api/v1/provinces/").status_code == 403
    assert "Để tiếp tục, hãy đặt mật khẩu mới" in hoa.get("/tai-khoan/mat-khau/").content.decode()
    same = _change(hoa, PASSWORD, PASSWORD)
    assert same.context["form"].errors["new_password1"] == [
        "Mật khẩu mới phải khác mật khẩu đang dùng."
    ]
    assert _change(hoa, PASSWORD, NEW).status_code == 302
    assert hoa.get("/").status_code == 200


def test_a_password_an_administrator_sets_later_is_changed_too(
    administrator: User, lan: User
) -> None:
    client = Client()
    client.force_login(administrator)
    typed = {"usable_password": "true", "password1": NEW, "password2": NEW}
    client.post(f"/quan-tri/accounts/user/{lan.pk}/password/", typed)
    assert _signed_in("lan", NEW).get("/")["Location"] == "/tai-khoan/mat-khau/"


def test_an_administrators_own_password_is_changed_with_the_old_one(administrator: User) -> None:
    client = Client()
    client.force_login(administrator)
    answer = client.get(f"/quan-tri/accounts/user/{administrator.pk}/password/")
    assert answer["Location"] == "/tai-khoan/mat-khau/"


def test_nobody_gets_out_of_signing_out(administrator: User) -> None:
    _add_hoa(administrator)
    hoa = _signed_in("hoa")
    hoa.post("/dang-xuat/")
    assert "_auth_user_id" not in hoa.session


# --- An administrator's, every two months -----------------------------------------------------


def test_an_administrators_password_is_changed_every_sixty_days(
    settings: Settings, make_user
) -> None:
    settings.ADMINISTRATOR_PASSWORD_DAYS = 60
    with time_machine.travel("2026-03-02 08:00:00+07:00", tick=False) as clock:
        make_user("goc", password=PASSWORD, is_staff=True, is_superuser=True)
        make_user("lan", password=PASSWORD)
        clock.shift(dt.timedelta(days=60))
        assert _signed_in("goc").get("/").status_code == 200
        clock.shift(dt.timedelta(minutes=1))
        goc = _signed_in("goc")
        assert goc.get("/")["Location"] == "/tai-khoan/mat-khau/"
        assert _change(goc, PASSWORD, NEW).status_code == 302
        assert goc.get("/").status_code == 200
        assert _signed_in("lan").get("/").status_code == 200


# --- Closing an account -----------------------------------------------------------------------


def test_a_closed_account_has_no_sessions_nor_gets_them_back(
    administrator: User, lan: User
) -> None:
    lan_client, client = _signed_in("lan"), Client()
    client.force_login(administrator)
    values = {
        "username": "lan",
        "full_name": "Lan",
        "email": "lan@example.vn",
        "last_login_0": "",
        "phone": "",
    }
    page = f"/quan-tri/accounts/user/{lan.pk}/change/"
    assert client.post(page, values).status_code == 302
    assert list(Session.objects.filter(user=lan)) == []
    assert lan_client.get("/tai-khoan/mat-khau/").status_code == 302

    assert client.post(page, values | {"is_active": "on"}).status_code == 302
    assert lan_client.get("/tai-khoan/mat-khau/").status_code == 302
    assert _signed_in("lan").get("/tai-khoan/mat-khau/").status_code == 200


@pytest.mark.parametrize("path", ["MA/khong-co/", "MQ/khong-co/", "x/set-password/"])
def test_a_link_that_is_no_good_says_so(client: Client, path: str) -> None:
    answer = client.get(f"/quen-mat-khau/{path}")
    assert answer.status_code == 200
    assert "Đường dẫn không còn dùng được" in answer.content.decode()
