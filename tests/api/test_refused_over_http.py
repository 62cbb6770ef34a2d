"""Refusals as they arrive over a socket: unreadable bodies, wrong methods and forms, in two languages."""

from __future__ import annotations

import datetime as dt
import http.client
import json
from typing import Any
from urllib.parse import urlsplit

import pytest
from pytest_django.live_server_helper import LiveServer

from accounts.choices import TokenScope
from accounts.models import Token, User
from coopportal.clock import now
from deliverables.models import ProgressReport

JSON = {"Content-Type": "application/json"}
DRAFT = b'{"deliverable": "nghe-an-ioffice", "as_of": "2026-09-01", "stage": "deployed"%s}'
#: Method, path, headers, body; status, kind and the words of the title in both languages.
CASES: dict[str, tuple[str, str, dict[str, str], bytes, int, str, str, str]] = {
    "404 no such row": (
        *("GET", "phases/khong-co/", {}, b""),
        *(404, "not-found", "Không tìm thấy", "Not found"),
    ),
    "404 no such address": (
        *("GET", "khong-co/", {}, b""),
        *(404, "not-found", "Không tìm thấy", "Not found"),
    ),
    "405": (
        *("DELETE", "phases/", {}, b""),
        *(405, "method", "Không dùng được phương thức này", "Method not allowed"),
    ),
    "406": (
        *("GET", "phases/", {"Accept": "application/xml"}, b""),
        *(406, "not-acceptable", "Không có dạng được yêu cầu", "Not acceptable"),
    ),
    "415 a form": (
        *("POST", "reports/", {"Content-Type": "application/x-www-form-urlencoded"}, b"a=1"),
        *(415, "media-type", "Không nhận dạng nội dung này", "Unsupported media type"),
    ),
    "415 no kind": (
        *("POST", "reports/", {"Content-Type": "text/plain"}, DRAFT % b""),
        *(415, "media-type", "Không nhận dạng nội dung này", "Unsupported media type"),
    ),
    **{
        name: (
            *("POST", "reports/", JSON, body),
            *(
                400,
                "malformed",
                "Yêu cầu có chỗ chưa đúng",
                "Something in the request is not right",
            ),
        )
        for name, body in {
            "400 cut off": (DRAFT % b"")[:-1],
            "400 a comma too many": DRAFT % b",",
            "400 no UTF-8": DRAFT % b', "coverage": "\xff"',
            "400 half a character": DRAFT % rb', "coverage": "\ud800"',
            "400 NUL": DRAFT % rb', "coverage": "a\u0000b"',
            "400 NUL in a key": DRAFT % rb', "a\u0000b": 1',
            "400 NaN": DRAFT % b', "figures": [{"indicator": "schools", "value": NaN}]',
            "400 Infinity": DRAFT % b', "figures": [{"indicator": "schools", "value": Infinity}]',
            "400 deep": b"[" * 100_000 + b"]" * 100_000,
            "400 deep in a field": DRAFT
            % (b', "figures": ' + b'{"a":' * 100_000 + b"1" + b"}" * 100_000),
        }.items()
    },
}


@pytest.fixture
def server(transactional_db: None, live_server: LiveServer) -> LiveServer:
    return live_server


def test_each_refusal_is_a_problem_in_the_language_asked(
    server: LiveServer, nghe_an_officer: User
) -> None:
    """One test, for each start of a server and each putting back of the database costs seconds."""
    _token, key = Token.objects.issue(
        owner=nghe_an_officer,
        name="thử",
        scope=TokenScope.REPORT,
        expires_at=now() + dt.timedelta(days=1),
        by=nghe_an_officer,
    )
    before = ProgressReport.objects.count()
    for name, (method, path, headers, body, *expected) in CASES.items():
        for language, title in (("vi", expected[2]), ("en-GB,en;q=0.9", expected[3])):
            asked = {"Authorization": f"Bearer {key}", "Accept-Language": language, **headers}
            status, told = ask(server, method, f"/api/v1/{path}", asked, body)
            assert (status, told["status"], told["title"]) == (expected[0], status, title), name
            assert told["type"] == f"urn:coopportal:problem:{expected[1]}", name
            assert told["detail"]
            assert told["instance"] == f"/api/v1/{path}"
    assert ProgressReport.objects.count() == before
    # The same door takes what can be read.
    status, told = ask(
        server,
        "POST",
        "/api/v1/reports/",
        {"Authorization": f"Bearer {key}", **JSON},
        DRAFT % b"",
        kind="application/json",
    )
    assert (status, told["state"]) == (201, "draft")


def ask(
    server: LiveServer,
    method: str,
    path: str,
    headers: dict[str, str],
    body: bytes,
    *,
    kind: str = "application/problem+json",
) -> tuple[int, Any]:
    connection = http.client.HTTPConnection(urlsplit(server.url).netloc, timeout=30)
    try:
        connection.request(method, path, body or None, headers)
        response = connection.getresponse()
        assert response.headers.get_content_type() == kind
        return response.status, json.loads(response.read())
    finally:
        connection.close()
