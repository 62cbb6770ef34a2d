"""How often the API may be called: each caller for itself, all workers together, told in the headers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client

from accounts.models import User
from coopportal.rates.models import CallCount
from coopportal.rates.share import Counter
from coopportal.rest import throttles
from tests.api.conftest import TODAY

ADDRESS = "/api/v1/indicators/"
NOW = dt.datetime.fromisoformat(TODAY)


@pytest.fixture(autouse=True)
def few(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.API_RATE_ADDRESS, settings.API_RATE_TOKEN = 3, 5
    new_worker(monkeypatch)


def new_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    """From here on another process answers: it remembers nothing, the database does."""
    monkeypatch.setattr(throttles, "COUNTER", Counter())


def statuses(client: Client, times: int, **extra: Any) -> list[int]:
    return [client.get(ADDRESS, **extra).status_code for _time in range(times)]


def test_an_answer_tells_its_rate(client: Client, db: None) -> None:
    told = [client.get(ADDRESS) for _time in range(3)]
    assert [answer["RateLimit"] for answer in told] == [
        '"minute";r=2;t=60',
        '"minute";r=1;t=60',
        '"minute";r=0;t=60',
    ]
    assert {answer["RateLimit-Policy"] for answer in told} == {'"minute";q=3;w=60'}
    with time_machine.travel(NOW + dt.timedelta(seconds=42.5), tick=False):
        refused = client.get(ADDRESS)
    assert refused.status_code == 429
    assert (refused["Retry-After"], refused["RateLimit"]) == ("18", '"minute";r=0;t=18')


def test_a_minute_later_one_may_call_again(client: Client, db: None) -> None:
    assert statuses(client, 4) == [200, 200, 200, 429]
    with time_machine.travel(NOW + dt.timedelta(seconds=59), tick=False):
        assert statuses(client, 1) == [429]
    with time_machine.travel(NOW + dt.timedelta(seconds=60), tick=False):
        assert statuses(client, 4) == [200, 200, 200, 429]


@pytest.mark.parametrize(
    ("language", "title", "detail"),
    [
        ("vi", "Quá nhiều yêu cầu", "Gọi quá nhanh. Chờ số giây ghi ở đầu mục Retry-After."),
        (
            "en",
            "Too many requests",
            "Too many calls. Wait for the seconds in the Retry-After header.",
        ),
    ],
)
def test_the_refusal_is_a_problem_in_both_languages(
    client: Client, db: None, language: str, title: str, detail: str
) -> None:
    statuses(client, 3)
    refused = client.get(ADDRESS, headers={"Accept-Language": language})
    assert refused["Content-Type"] == "application/problem+json"
    assert refused.json() == {
        "type": "urn:coopportal:problem:throttled",
        "title": title,
        "status": 429,
        "detail": detail,
        "instance": ADDRESS,
    }


def test_all_workers_count_together(
    client: Client, db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert statuses(client, 2) == [200, 200]
    new_worker(monkeypatch)
    assert statuses(client, 2) == [200, 429]
    new_worker(monkeypatch)
    assert statuses(client, 1) == [429]


def test_however_many_workers_no_more_than_the_limit_pass(db: None) -> None:
    """Workers take shares of a twentieth; what they take in all is never more than the limit."""
    workers, now = [Counter() for _worker in range(4)], NOW.timestamp()
    passed = [
        sum(workers[call % 4].spend("token:1", 100, now).allowed for _once in range(1))
        for call in range(400)
    ]
    assert sum(passed) == 100
    # One busy worker beside an idle one that has called once: refused early by less than a share.
    first, second = Counter(), Counter()
    assert first.spend("token:2", 100, now).allowed
    assert sum(second.spend("token:2", 100, now).allowed for _call in range(200)) == 95
    assert sum(first.spend("token:2", 100, now).allowed for _call in range(200)) == 4


def test_counting_costs_a_statement_in_twenty_calls(
    client: Client, settings: Any, query_count: Callable[[], Any]
) -> None:
    settings.API_RATE_ADDRESS = 400
    with query_count() as queries:
        assert statuses(client, 60) == [200] * 60
    counted = [one["sql"] for one in queries if "INSERT INTO rates_callcount" in one["sql"]]
    assert len(counted) == 3
    # SQLite is told not to wait long for another writer, and to wait again.
    around = 3 * 3 if connection.vendor == "sqlite" else 0
    forgetting = 1
    assert len(queries) == 60 * 3 + len(counted) + around + forgetting


def test_a_refused_caller_costs_the_database_nothing(
    client: Client, query_count: Callable[[], Any]
) -> None:
    assert statuses(client, 4) == [200, 200, 200, 429]
    with query_count() as queries:
        assert statuses(client, 20) == [429] * 20
    assert len(queries) == 0


def test_a_304_counts_too(client: Client, db: None) -> None:
    held = client.get(ADDRESS)["ETag"]
    again = [client.get(ADDRESS, headers={"If-None-Match": held}) for _time in range(3)]
    assert [answer.status_code for answer in again] == [304, 304, 429]
    assert again[0]["RateLimit"] == '"minute";r=1;t=60'


# ---- for whom a call is counted ------------------------------------------------------------------


def test_each_address_has_its_own(client: Client, db: None) -> None:
    assert statuses(client, 4, REMOTE_ADDR="203.0.113.5")[-1] == 429
    assert statuses(client, 3, REMOTE_ADDR="203.0.113.6") == [200, 200, 200]


def test_a_subscriber_of_ipv6_has_one(client: Client, db: None) -> None:
    """Sixty-four bits of addresses belong to one subscriber: who changes them at will gains nothing."""
    for host in range(3):
        assert statuses(client, 1, REMOTE_ADDR=f"2001:db8:1:1::{host}") == [200]
    assert statuses(client, 1, REMOTE_ADDR="2001:db8:1:1:ffff::9") == [429]
    assert statuses(client, 1, REMOTE_ADDR="2001:db8:1:2::1") == [200]


@pytest.mark.parametrize("proxies", [0, 1, 2])
def test_a_changing_forwarded_address_evades_nothing(
    client: Client, db: None, settings: Any, proxies: int
) -> None:
    """Only what our own proxies wrote is believed: the last entries, as many as there are proxies."""
    settings.PROXY_COUNT = proxies
    own = ["203.0.113.7", "10.0.0.2"][:proxies]
    told = [
        statuses(client, 1, HTTP_X_FORWARDED_FOR=", ".join([f"198.51.100.{call}", *own]))[0]
        for call in range(5)
    ]
    assert told == [200, 200, 200, 429, 429]


def test_behind_a_proxy_callers_are_told_apart(client: Client, db: None, settings: Any) -> None:
    settings.PROXY_COUNT = 1
    for caller in ("203.0.113.1", "203.0.113.2"):
        assert statuses(client, 4, HTTP_X_FORWARDED_FOR=caller) == [200, 200, 200, 429]


def test_who_signs_in_is_counted_for_himself(
    client: Client, consumer: User, nghe_an_officer: User
) -> None:
    for user in (consumer, nghe_an_officer):
        client.force_login(user)
        assert statuses(client, 6) == [200] * 5 + [429]
    assert statuses(Client(), 1) == [200]


def test_calls_that_prove_nobody_are_counted_for_their_address(client: Client, db: None) -> None:
    wrong = {"Authorization": "Bearer coop_khong-co"}
    assert statuses(client, 4, headers=wrong) == [401, 401, 401, 429]
    assert statuses(client, 1) == [429]


@pytest.mark.parametrize("path", ["/api/v1/", "/api/v1/summary/", "/api/schema/", "/api/docs/"])
def test_every_door_of_the_api_counts(client: Client, db: None, path: str) -> None:
    statuses(client, 3)
    assert client.get(path).status_code == 429


def test_pages_are_not_counted(client: Client, db: None) -> None:
    statuses(client, 4)
    assert client.get("/").status_code == 200


def test_zero_is_as_many_as_one_likes(client: Client, db: None, settings: Any) -> None:
    settings.API_RATE_ADDRESS = 0
    answer = client.get(ADDRESS)
    assert statuses(client, 10) == [200] * 10
    assert "RateLimit" not in answer
    assert not CallCount.objects.exists()


def test_who_has_not_called_for_an_hour_is_forgotten(client: Client, db: None) -> None:
    statuses(client, 1, REMOTE_ADDR="203.0.113.5")
    assert CallCount.objects.count() == 1
    with time_machine.travel(NOW + dt.timedelta(minutes=62), tick=False):
        statuses(client, 1)
    assert list(CallCount.objects.values_list("caller", flat=True)) == ["address:127.0.0.1"]
