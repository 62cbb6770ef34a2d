"""What the portal refuses, how, and what every answer tells the production; whatever went wrong."""

from __future__ import annotations

import json
from io import BytesIO
from typing import Any

import pytest
from django.db import OperationalError, ProgrammingError
from django.test import Client, RequestFactory
from rest_framework.exceptions import ParseError
from rest_framework.settings import api_settings

from coopportal import refusals
from coopportal.rest.parsers import JSONBody
from coopportal.safe_headers import PERMISSIONS_POLICY

pytestmark = pytest.mark.django_db


@pytest.fixture
def production(client: Client, settings: Any) -> Client:
    """Meets the portal as production runs it: failures are pages."""
    settings.DEBUG = False
    client.raise_request_exception = False
    return client


def broken(error: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*args: Any, **kwargs: Any) -> Any:
        raise error

    monkeypatch.setattr("coopportal.views.overview_at", fail)
    monkeypatch.setattr("coopportal.api_urls.promise.PhaseView.rows", fail)


def answers(production: Client, monkeypatch: pytest.MonkeyPatch, settings: Any) -> dict[str, Any]:
    """One answer of every kind of refusal."""
    strict = Client(enforce_csrf_checks=True)
    told = {
        "200": production.get("/dang-nhap/"),
        "302": production.get("/quan-tri/"),
        "400": production.get("/?khong-co=1"),
        "400 host": production.get("/", headers={"Host": "evil.example"}),
        "400 host api": production.get("/api/v1/", headers={"Host": "evil.example"}),
        "403 csrf": strict.post("/dang-nhap/", {"username": "a"}),
        "404": production.get("/khong-co/"),
        "404 api": production.get("/api/v1/khong-co/"),
        "405 api": production.delete("/api/v1/phases/"),
        "413": production.post(
            "/dang-nhap/",
            "x" * (settings.DATA_UPLOAD_MAX_MEMORY_SIZE + 1),
            content_type="text/plain",
        ),
        "413 api": production.post(
            "/api/v1/phases/",
            "x" * (settings.DATA_UPLOAD_MAX_MEMORY_SIZE + 1),
            content_type="application/json",
        ),
    }
    settings.API_RATE_ADDRESS = 1
    production.get("/api/v1/indicators/")
    told["429 api"] = production.get("/api/v1/indicators/")
    settings.API_RATE_ADDRESS = 0
    with monkeypatch.context() as patch:
        broken(RuntimeError("chuyện nội bộ"), patch)
        told["500"], told["500 api"] = production.get("/"), production.get("/api/v1/phases/")
    with monkeypatch.context() as patch:
        broken(OperationalError("connection to 10.0.0.7 refused"), patch)
        told["503"], told["503 api"] = production.get("/"), production.get("/api/v1/phases/")
    return told


def test_every_answer_carries_every_header(
    production: Client, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    told = answers(production, monkeypatch, settings)
    assert {kind: answer.status_code for kind, answer in told.items()} == {
        kind: int(kind[:3]) for kind in told
    }
    for kind, answer in told.items():
        policy = answer["Content-Security-Policy"]
        assert "default-src 'none'" in policy, kind
        assert "frame-ancestors 'none'" in policy, kind
        assert "unsafe" not in policy, kind
        assert {
            name: answer.get(name)
            for name in (
                "X-Content-Type-Options",
                "X-Frame-Options",
                "Referrer-Policy",
                "Permissions-Policy",
                "Cross-Origin-Opener-Policy",
            )
        } == {
            "X-Content-Type-Options": "nosniff",
            "X-Frame-Options": "DENY",
            "Referrer-Policy": "same-origin",
            "Permissions-Policy": PERMISSIONS_POLICY,
            "Cross-Origin-Opener-Policy": "same-origin",
        }, kind
        if "api" in kind:
            assert answer["Content-Type"] == "application/problem+json", kind
            assert answer.json()["status"] == answer.status_code
        elif answer.status_code >= 400:
            assert '<html lang="vi">' in answer.content.decode(), kind
        assert "chuyện nội bộ" not in answer.content.decode()
        assert "10.0.0.7" not in answer.content.decode()


@pytest.mark.parametrize("https", [False, True])
def test_a_wrong_host_name_is_refused_and_not_repeated(
    production: Client, settings: Any, https: bool
) -> None:
    """Also where the first thing to do would be to redirect to HTTPS under that name."""
    settings.SECURE_SSL_REDIRECT = https
    for host in ("evil.example", "evil.example:80@127.0.0.1", "127.0.0.1.evil.example", "<b>"):
        for path in ("/", "/dang-nhap/", "/api/v1/"):
            answer = production.get(path, headers={"Host": host})
            assert answer.status_code == 400
            assert host not in answer.content.decode()
            assert "không hiểu yêu cầu này" in answer.content.decode()
            assert "Location" not in answer


# ---- redirects -----------------------------------------------------------------------------------

ELSEWHERE = (
    "https://evil.example/",
    "//evil.example/",
    "///evil.example/",
    "/\\evil.example",
    "\\\\evil.example",
    "https:evil.example",
    "javascript:alert(1)",
    "http://127.0.0.1@evil.example/",
    "https://testserver.evil.example/",
    "/\t/evil.example",
)


@pytest.mark.parametrize("there", ELSEWHERE)
def test_nobody_is_sent_elsewhere_by_signing_in(client: Client, make_user: Any, there: str) -> None:
    make_user("lan", password="mot-mat-khau-rat-dai")
    page = client.get("/quan-tri/login/", {"next": there})
    assert page["Location"].startswith("/dang-nhap/?")
    for address in ("/dang-nhap/", page["Location"]):
        visitor = Client()
        query = {"next": there} if address == "/dang-nhap/" else {}
        done = visitor.post(
            address,
            {"username": "lan", "password": "mot-mat-khau-rat-dai", **query},
            query_params=query,
        )
        assert done.status_code == 302
        assert "evil" not in done["Location"]
        assert done["Location"].startswith("/")
        assert not done["Location"].startswith(("//", "/\\"))
        # Whoever is signed in already goes straight on, but not there either.
        again = visitor.get(address, query)
        assert "evil" not in again.get("Location", "")


def test_a_missing_slash_leads_nowhere_else(client: Client) -> None:
    for path in ("//evil.example/thoa-thuan", "//evil.example", "/\\evil.example/he-thong"):
        answer = client.get(path)
        assert not answer.get("Location", "/").startswith(("//", "/\\", "http"))


def test_signing_in_goes_on_to_a_page_of_ours(client: Client, make_user: Any) -> None:
    make_user("lan", password="mot-mat-khau-rat-dai")
    form = {"username": "lan", "password": "mot-mat-khau-rat-dai", "next": "/he-thong/?q=a"}
    assert client.post("/dang-nhap/", form)["Location"] == "/he-thong/?q=a"


# ---- bodies --------------------------------------------------------------------------------------


def test_a_body_too_large_is_refused_before_it_is_read(production: Client, settings: Any) -> None:
    class Unreadable:
        def read(self, *args: Any) -> bytes:
            raise AssertionError("the body was read")

        readline = read

    for path in ("/dang-nhap/", "/api/v1/phases/", "/khong-co/"):
        answer = production.generic(
            "POST",
            path,
            content_type="multipart/form-data; boundary=x",
            **{"CONTENT_LENGTH": str(settings.UPLOAD_LIMIT + 1), "wsgi.input": Unreadable()},
        )
        assert answer.status_code == 413
    page = production.post("/dang-nhap/", "x" * 3_000_000, content_type="text/plain")
    assert "Mỗi lần gửi được tối đa" in page.content.decode()
    told = production.post("/api/v1/phases/", "x" * 3_000_000, content_type="application/json")
    assert told.json()["type"] == "urn:coopportal:problem:too-large"
    assert told.json()["title"] == "Nội dung gửi lên quá lớn"


def test_files_come_in_through_their_own_doors_only(production: Client, settings: Any) -> None:
    """A form of 20 MB is nothing that a door for words reads; the doors for files ask who comes."""
    form = {"content_type": "multipart/form-data; boundary=x"}
    report = "/bao-cao-so-lieu/00000000-0000-0000-0000-000000000000"
    api = "/api/v1/reports/00000000-0000-0000-0000-000000000000"
    told = {
        path: production.generic("POST", path, b"--x--", **form, CONTENT_LENGTH="20000000")
        for path in (
            *("/dang-nhap/", f"{report}/trao-doi/", f"{api}/comments/", f"{report}/tep/"),
            *(f"{report}/sua/", "/hang-muc/khong-co/bao-cao/", f"{api}/files/"),
        )
    }
    assert [answer.status_code for answer in told.values()] == [413] * 3 + [302] * 3 + [401]
    assert "tối đa 2,5 MB" in told["/dang-nhap/"].content.decode()


def test_a_form_too_large_is_refused_with_the_same_page(production: Client, settings: Any) -> None:
    """A form's words are counted by Django while it reads them."""
    form = {"username": "a" * (settings.DATA_UPLOAD_MAX_MEMORY_SIZE + 1), "password": "b"}
    answer = production.post("/dang-nhap/", form)
    assert answer.status_code == 413
    assert "Chưa có gì được lưu" in answer.content.decode()


def test_what_is_not_too_large_passes(production: Client) -> None:
    assert (
        production.post("/dang-nhap/", {"username": "a" * 1000, "password": "b"}).status_code == 200
    )


# ---- JSON ----------------------------------------------------------------------------------------

UNREADABLE = {
    "deep arrays": b"[" * 100_000 + b"]" * 100_000,
    "deep objects": b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
    "never closed": b"[" * 100_000,
    "NUL in a text": b'{"narrative": "a\\u0000b"}',
    "NUL in a key": b'{"a\\u0000": 1}',
    "NUL deep inside": b'{"figures": [{"text": ["x", {"y": "\\u0000"}]}]}',
    "a NUL byte": b'{"a": "\x00"}',
    "NaN": b'{"value": NaN}',
    "Infinity": b'{"value": -Infinity}',
    "half a character": b'{"a": "\\ud83d"}',
    "no UTF-8": b'{"a": "\xff"}',
    "UTF-16": '{"a": 1}'.encode("utf-16"),
    "nothing": b"",
    "a comma too many": b'{"a": 1,}',
}


def read(body: bytes) -> Any:
    return JSONBody().parse(BytesIO(body))


@pytest.mark.parametrize("body", UNREADABLE.values(), ids=UNREADABLE)
def test_json_that_cannot_be_kept_is_refused(body: bytes) -> None:
    with pytest.raises(ParseError):
        read(body)


def test_json_that_looks_like_it_is_read() -> None:
    told = {"a": "\\u0000", "b": [1, 2.5, None, True], "c": {"d": "Nghệ An 🏛"}}
    assert read(json.dumps(told).encode()) == told
    assert read(b"[" * 1000 + b"]" * 1000)


def test_every_endpoint_reads_json_that_way() -> None:
    assert [JSONBody] == api_settings.DEFAULT_PARSER_CLASSES


# ---- what is a database that does not answer ------------------------------------------------------


def failed(error: Exception, path: str = "/") -> Any:
    request = RequestFactory().get(path)
    try:
        raise error
    except Exception:
        return refusals.server_error(request)


def test_only_a_database_that_does_not_answer_is_a_503() -> None:
    gone = OperationalError("server closed the connection unexpectedly")
    assert failed(gone).status_code == 503
    assert failed(gone)["Retry-After"] == "5"
    wrapped = RuntimeError("khi vẽ trang")
    wrapped.__cause__ = gone
    assert failed(wrapped).status_code == 503
    assert failed(OperationalError("no such table: x")).status_code == 500
    assert failed(ProgrammingError("column does not exist")).status_code == 500
    assert failed(RuntimeError("chuyện nội bộ")).status_code == 500
    assert failed(gone, "/api/v1/")["Content-Type"] == "application/problem+json"
