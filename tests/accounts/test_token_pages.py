"""Keys are made, shown once and ended: by their owner on a page, for programs by an administrator."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import pytest
import time_machine
from django.contrib.auth.hashers import make_password
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import Token, User
from accounts.models.token import digest_of
from coopportal.clock import start_of
from tests import factories

pytestmark = pytest.mark.django_db

PAGE = "/tai-khoan/ma-truy-cap/"
ADMIN = "/quan-tri/accounts/token/"
KEY = re.compile(r"coop_[\w-]{43}")


@pytest.fixture
def owner() -> User:
    return factories.user(password=make_password("K7wq-m3xd-9rtz-2026"))


@pytest.fixture
def signed_in(client: Client, owner: User) -> Client:
    client.force_login(owner)
    session: Any = client.session
    # As signing in does: what touches the safety of an account asks for a recent sign-in.
    session["account_authentication_methods"] = [
        {"method": "password", "at": dt.datetime.now(tz=dt.UTC).timestamp()}
    ]
    session.save()
    return client


def _sent(**values: Any) -> dict[str, Any]:
    return {"name": "Bảng điều khiển IOC", "scope": "official", "days": "90", **values}


@time_machine.travel("2026-09-14T03:00:00+00:00", tick=False)
def test_the_key_is_shown_once(signed_in: Client, owner: User) -> None:
    answer = signed_in.post(PAGE, _sent())
    (key,) = set(KEY.findall(answer.content.decode()))
    assert "no-store" in answer["Cache-Control"]
    token = Token.objects.get()
    assert (token.owner, token.made_by, token.name) == (owner, owner, "Bảng điều khiển IOC")
    assert token.digest == digest_of(key)
    assert token.expires_at == start_of(dt.date(2026, 12, 13))
    page = signed_in.get(PAGE).content.decode()
    assert "Bảng điều khiển IOC" in page
    assert KEY.search(page) is None
    told = signed_in.get("/api/v1/me/", headers={"Authorization": f"Bearer {key}"}).json()
    assert (told["username"], told["scope"]) == (owner.username, "official")


@pytest.mark.parametrize(
    ("sent", "field"),
    [({"name": " "}, "name"), ({"scope": "all"}, "scope"), ({"days": "9999"}, "days")],
)
def test_what_is_wrong_is_said_beside_its_field(
    signed_in: Client, sent: dict[str, str], field: str
) -> None:
    page = signed_in.post(PAGE, _sent(**sent)).content.decode()
    assert f'id="id_{field}_error"' in page
    assert not Token.objects.exists()


def test_a_sign_in_long_ago_does_not_suffice_to_make_one(client: Client, owner: User) -> None:
    client.force_login(owner)
    with time_machine.travel(dt.datetime.now(tz=dt.UTC) + dt.timedelta(minutes=10), tick=False):
        answer = client.post(PAGE, _sent())
    assert answer.status_code == 302
    assert answer["Location"].startswith("/tai-khoan/xac-nhan/")
    assert not Token.objects.exists()


def test_one_ends_ones_own_only(signed_in: Client, owner: User) -> None:
    mine, _ = factories.token(owner)
    theirs, _ = factories.token()
    assert signed_in.get(f"{PAGE}{mine.pk}/thu-hoi/").status_code == 200
    assert signed_in.post(f"{PAGE}{theirs.pk}/thu-hoi/").status_code == 404
    assert signed_in.post(f"{PAGE}{mine.pk}/thu-hoi/")["Location"] == PAGE
    told = Token.objects.order_by("pk").values_list("revoked_by", flat=True)
    assert list(told) == [owner.pk, None]
    assert "thu hồi lúc" in signed_in.get(PAGE).content.decode()


def test_the_list_costs_the_same_however_long(signed_in: Client, owner: User) -> None:
    counts = []
    for more in (1, 4):
        for _ in range(more):
            factories.token(owner)
        with CaptureQueriesContext(connection) as queries:
            assert signed_in.get(PAGE).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]
    assert counts[0] <= 6


def test_the_list_goes_by_pages(signed_in: Client, owner: User) -> None:
    for _ in range(21):
        factories.token(owner)
    assert signed_in.get(PAGE).content.decode().count('<th scope="row">') == 20
    assert signed_in.get(f"{PAGE}?trang=2").content.decode().count('<th scope="row">') == 1
    assert signed_in.get(f"{PAGE}?trang=3").status_code == 400


# ---- the admin -----------------------------------------------------------------------------------


def test_an_administrator_makes_keys_for_programs_only(client: Client, administrator: User) -> None:
    client.force_login(administrator)
    sent = {
        "name": "LGSP",
        "scope": "report",
        "expires_at_0": (dt.datetime.now(tz=dt.UTC) + dt.timedelta(days=9)).strftime("%d/%m/%Y"),
        "expires_at_1": "00:00:00",
    }
    answer = client.post(f"{ADMIN}add/", {**sent, "owner": str(administrator.pk)})
    assert answer.status_code == 200
    assert not Token.objects.exists()
    program = factories.service_account()
    answer = client.post(f"{ADMIN}add/", {**sent, "owner": str(program.pk)})
    (key,) = set(KEY.findall(answer.content.decode()))
    assert "no-store" in answer["Cache-Control"]
    token = Token.objects.get()
    assert (token.owner, token.made_by, token.digest) == (program, administrator, digest_of(key))
    for path in (ADMIN, f"{ADMIN}{token.pk}/change/"):
        assert KEY.search(client.get(path).content.decode()) is None


def test_an_administrator_ends_anybodys_key(client: Client, administrator: User) -> None:
    client.force_login(administrator)
    token, _ = factories.token()
    client.post(ADMIN, {"action": "revoke", "_selected_action": [token.pk]})
    token.refresh_from_db()
    assert token.revoked_by == administrator
    assert client.post(f"{ADMIN}{token.pk}/change/", {"name": "x"}).status_code == 403
    assert client.post(f"{ADMIN}{token.pk}/delete/", {"post": "yes"}).status_code == 403


def test_staff_who_are_no_administrators_see_no_keys(client: Client) -> None:
    client.force_login(factories.user(is_staff=True))
    factories.token()
    assert client.get(ADMIN).status_code == 403


def test_a_service_account_is_made_without_a_password(client: Client, administrator: User) -> None:
    client.force_login(administrator)
    sent = {"username": "lgsp", "full_name": "Trục LGSP", "is_service": "on"}
    password = "K7wq-m3xd-9rtz-2026"
    answer = client.post(
        "/quan-tri/accounts/user/add/",
        {**sent, "usable_password": "true", "password1": password, "password2": password},
    )
    assert answer.status_code == 302, answer.content.decode()
    made = User.objects.get(username="lgsp")
    assert (made.is_service, made.has_usable_password()) == (True, False)
