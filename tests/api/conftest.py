"""What tests of the API share: a caller, and a day that stands still."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client

#: After the map of 2025 and after the terms of 2021-2025.
TODAY = "2026-09-14T03:00:00+00:00"


@pytest.fixture(autouse=True)
def standing_still() -> Iterator[None]:
    with time_machine.travel(TODAY, tick=False):
        yield


@pytest.fixture(autouse=True)
def knows_its_database(db: None) -> None:
    """Django asks SQLite once a process whether it knows JSON; that is no query of a request."""
    assert connection.features.supports_json_field


Get = Callable[..., Any]


@pytest.fixture
def get(client: Client, db: None) -> Get:
    """`get("phases/", province="91")` gives the JSON of a 200."""

    def ask(path: str, **query: Any) -> Any:
        response = client.get(f"/api/v1/{path}", query)
        assert response.status_code == 200, response.content.decode()
        assert response["Content-Type"] == "application/json"
        return response.json()

    return ask


@pytest.fixture
def refusal(client: Client, db: None) -> Get:
    """`refusal("phases/", 400, province="58")` gives the problem; headers by `headers`."""

    def ask(path: str, status: int, headers: Any = None, **query: Any) -> Any:
        response = client.get(f"/api/v1/{path}", query, headers=headers)
        assert response.status_code == status, response.content.decode()[:500]
        assert response["Content-Type"] == "application/problem+json"
        problem = response.json()
        assert problem["status"] == status
        return problem

    return ask
