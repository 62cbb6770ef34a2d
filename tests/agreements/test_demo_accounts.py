"""`manage.py demo_accounts`: made once, told once, renewed on demand, never on a server."""

import re
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from pytest_django import Settings

from accounts.models import User
from agreements.management.commands.demo_accounts import CAST, new_password
from agreements.models import Representative

_LINE = re.compile(
    r"^  ([a-z-]+) +([A-Z][0-9][a-z0-9]{2}-(?:[a-z0-9]{4}-){2}[a-z0-9]{4}) ", re.MULTILINE
)


@pytest.fixture(autouse=True)
def developer(db: None, settings: Settings) -> None:
    settings.DEBUG = True


def _run(*arguments: str) -> tuple[str, dict[str, str]]:
    output = StringIO()
    call_command("demo_accounts", *arguments, stdout=output)
    return output.getvalue(), dict(_LINE.findall(output.getvalue()))


def _mandates() -> set[tuple[str, str, str]]:
    return set(Representative.objects.values_list("user__username", "agreement__slug", "side"))


def test_the_cast_can_sign_in_and_acts_for_its_side() -> None:
    output, passwords = _run()
    assert passwords.keys() == {"nghe-an", "quang-ngai", "vnpt", "quan-tri"}
    for username, password in passwords.items():
        assert Client().post("/dang-nhap/", {"username": username, "password": password})[
            "Location"
        ]
    assert _mandates() == {
        ("nghe-an", "nghe-an", "partner"),
        ("quang-ngai", "quang-ngai", "partner"),
        ("vnpt", "nghe-an", "vnpt"),
        ("vnpt", "quang-ngai", "vnpt"),
    }
    assert list(User.objects.filter(is_staff=True).values_list("username", flat=True)) == [
        "quan-tri"
    ]
    assert all("(minh họa)" in user.full_name for user in User.objects.all())
    assert "make demo-passwords" in output


def test_a_second_run_changes_nothing_and_tells_no_password() -> None:
    _run()
    before = list(User.objects.values()), list(Representative.objects.values())
    output, passwords = _run()
    assert (list(User.objects.values()), list(Representative.objects.values())) == before
    assert passwords == {}
    assert all(account.username in output for account in CAST)


def test_new_passwords_replace_the_old_and_open_the_lock() -> None:
    _, old = _run()
    for _attempt in range(5):
        Client().post("/dang-nhap/", {"username": "vnpt", "password": "sai"})
    _, new = _run("--new-passwords")
    assert new.keys() == old.keys()
    assert set(new.values()).isdisjoint(old.values())
    vnpt = User.objects.get(username="vnpt")
    assert vnpt.check_password(new["vnpt"])
    assert not vnpt.check_password(old["vnpt"])
    signed_in = Client().post("/dang-nhap/", {"username": "vnpt", "password": new["vnpt"]})
    assert signed_in.status_code == 302


def test_a_server_gets_no_demo_accounts(settings: Settings) -> None:
    settings.DEBUG = False
    with pytest.raises(CommandError, match="DEBUG"):
        _run()
    assert not User.objects.exists()


def test_passwords_are_long_and_never_the_same() -> None:
    passwords = {new_password() for _ in range(200)}
    assert len(passwords) == 200
    assert all(len(password) == 19 for password in passwords)
