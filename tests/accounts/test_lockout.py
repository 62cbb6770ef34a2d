"""Being locked out after five failures, by account and by address, and how it ends."""

import datetime as dt

import pytest
import time_machine
from axes.models import AccessAttempt
from django.http import HttpRequest
from django.test import Client
from pytest_django import Settings

from accounts.lockout import account_key
from accounts.models import User
from coopportal.client import client_address
from tests.accounts.test_sign_in import _HASHES, PASSWORD

pytestmark = pytest.mark.django_db


@pytest.fixture
def lan(make_user) -> User:
    return make_user("lan", password=PASSWORD, email="lan@example.vn")


@pytest.fixture(autouse=True)
def counting(settings: Settings) -> None:
    settings.PASSWORD_HASHERS = ["tests.accounts.test_sign_in.CountingHasher"]


def _try(address: str, username: str, password: str = "sai", **headers: str) -> int:
    caller = Client(REMOTE_ADDR=address, headers=headers)
    typed = {"username": username, "password": password}
    return caller.post("/dang-nhap/", typed).status_code


def test_five_failures_lock_an_account_from_everywhere_for_a_while(lan: User) -> None:
    with time_machine.travel("2026-03-02 08:00:00+07:00", tick=False) as clock:
        assert [_try(f"192.0.2.{last}", "lan") for last in range(1, 6)] == [200] * 4 + [429]
        assert _try("192.0.2.77", "lan", PASSWORD) == 429
        clock.shift(dt.timedelta(minutes=16))
        assert _try("192.0.2.77", "lan", PASSWORD) == 302


def test_user_name_and_e_mail_are_one_account_to_the_lock(lan: User) -> None:
    typed = ["lan", "lan@example.vn", "LAN@EXAMPLE.VN", "lan", "lan@example.vn"]
    assert [_try(f"192.0.2.{last}", name) for last, name in enumerate(typed, 1)][-1] == 429
    assert _try("192.0.2.77", "lan@example.vn", PASSWORD) == 429


def test_five_failures_lock_an_address_whatever_the_name(lan: User) -> None:
    with time_machine.travel("2026-03-02 08:00:00+07:00", tick=False) as clock:
        names = ["minh", "hoa", "tuan", "lan", "khong-co"]
        assert [_try("192.0.2.9", name) for name in names] == [200] * 4 + [429]
        assert _try("192.0.2.9", "lan", PASSWORD) == 429
        assert _try("192.0.2.10", "lan", PASSWORD) == 302
        clock.shift(dt.timedelta(minutes=16))
        assert _try("192.0.2.9", "lan", PASSWORD) == 302


def test_an_office_behind_one_address_may_be_allowed_more(lan: User, settings: Settings) -> None:
    settings.LOCKOUT_ADDRESS_LIMIT = 20
    assert [_try("192.0.2.9", f"can-bo-{number}") for number in range(19)] == [200] * 19
    assert _try("192.0.2.9", "lan", PASSWORD) == 302


def test_a_forged_header_opens_nothing(lan: User) -> None:
    forged = [{"X-Forwarded-For": f"203.0.113.{last}"} for last in range(6)]
    assert [_try("192.0.2.9", f"ten-{n}", **forged[n]) for n in range(5)][-1] == 429
    assert _try("192.0.2.9", "lan", PASSWORD, **forged[5]) == 429


def test_a_rotating_header_opens_nothing_behind_a_proxy_either(
    lan: User, settings: Settings
) -> None:
    settings.PROXY_COUNT = 1
    for number in range(5):
        chain = f"203.0.113.{number}, 198.51.100.7"  # the second is what our proxy saw
        status = _try("127.0.0.1", f"ten-{number}", **{"X-Forwarded-For": chain})
    assert status == 429
    same = {"X-Forwarded-For": "203.0.113.99, 198.51.100.7"}
    assert _try("127.0.0.1", "lan", PASSWORD, **same) == 429
    other = {"X-Forwarded-For": "203.0.113.0, 198.51.100.8"}
    assert _try("127.0.0.1", "lan", PASSWORD, **other) == 302


def test_ones_own_success_does_not_forgive_guesses_at_another(lan: User, make_user) -> None:
    make_user("ke-gian", password=PASSWORD)
    for _round in range(2):
        assert [_try("192.0.2.9", "lan") for _guess in range(2)] == [200, 200]
        assert _try("192.0.2.9", "ke-gian", PASSWORD) == 302
    assert _try("192.0.2.9", "lan") == 429


def test_success_forgets_the_accounts_own_failures(lan: User) -> None:
    for _round in range(2):
        assert [_try("192.0.2.9", "lan") for _guess in range(4)] == [200] * 4
        assert _try("192.0.2.9", "lan", PASSWORD) == 302


def test_the_lock_is_the_same_for_a_name_that_nobody_has(client: Client, lan: User) -> None:
    pages = []
    for number, name in enumerate(("lan", "khong-co")):
        for last in range(5):
            _try(f"192.0.2.{number * 10 + last}", name)
        _HASHES.clear()
        caller = Client(REMOTE_ADDR=f"198.51.100.{number}")
        locked = caller.post("/dang-nhap/", {"username": name, "password": PASSWORD})
        pages.append((locked.status_code, locked["Retry-After"], locked.content, len(_HASHES)))
    assert pages[0] == pages[1]
    status, retry_after, content, hashes = pages[0]
    assert (status, retry_after, hashes) == (429, "900", 1)
    assert "Tạm khóa đăng nhập" in content.decode()


def test_an_administrator_lifts_it(client: Client, lan: User, administrator: User) -> None:
    for last in range(5):
        _try(f"192.0.2.{last}", "lan")
    client.force_login(administrator)
    ticked = {"action": "lift_lockout", "_selected_action": [lan.pk]}
    page = client.post("/quan-tri/accounts/user/", ticked, follow=True).content.decode()
    assert "Đã mở khóa" in page
    assert _try("192.0.2.1", "lan", PASSWORD) == 302


def test_what_is_kept_of_a_failure_holds_no_password(lan: User) -> None:
    _try("192.0.2.1", "lan", "bi-mat-cua-toi")
    attempt = AccessAttempt.objects.get()
    assert (attempt.username, attempt.ip_address) == ("lan", "192.0.2.1")
    assert "bi-mat-cua-toi" not in f"{attempt.post_data}{attempt.get_data}"


def test_a_very_long_name_is_a_failure_like_others() -> None:
    request = HttpRequest()
    assert account_key(request, {"username": "X" * 10_000}) == "x" * 150
    assert _try("192.0.2.1", "x" * 10_000) == 200


@pytest.mark.parametrize(
    ("proxies", "header", "address"),
    [
        (0, "203.0.113.1", "192.0.2.1"),
        (1, "", "192.0.2.1"),
        (1, "203.0.113.1", "203.0.113.1"),
        (1, "6.6.6.6, 203.0.113.1", "203.0.113.1"),
        (2, "6.6.6.6, 203.0.113.1, 10.0.0.1", "203.0.113.1"),
        (2, "203.0.113.1", "192.0.2.1"),
        (1, "rubbish", "192.0.2.1"),
        (1, "203.0.113.1:4711", "203.0.113.1"),
        (1, "[2001:db8::0:1]:4711", "2001:db8::1"),
    ],
)
def test_the_callers_address_is_what_our_own_proxies_saw(
    settings: Settings, proxies: int, header: str, address: str
) -> None:
    settings.PROXY_COUNT = proxies
    request = HttpRequest()
    request.META = {"REMOTE_ADDR": "192.0.2.1", "HTTP_X_FORWARDED_FOR": header}
    assert client_address(request) == address
