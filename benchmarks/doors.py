"""The portal's own doors, called in this process without a network; and bare floors that run the same SQL."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from http.cookies import SimpleCookie
from typing import Any

import orjson
from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, connection
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import ResolverMatch

from accounts.models import User
from coopportal.rest import kept

#: Who asks, what he or she owes first (a second factor, of those who act for VNPT), and the state of the
#: data behind every ETag: no data queries.
_WHO = ('"accounts_session"', '"accounts_user"', '"mfa_authenticator"', "versions_dataversion")
_ACTS_FOR_VNPT = 'SELECT 1 AS "value1" FROM "agreements_representative" WHERE'


def _is_about_who(sql: str) -> bool:
    return sql.startswith(_ACTS_FOR_VNPT) or any(table in sql for table in _WHO)


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes


Wsgi = Callable[[dict[str, Any], Callable[..., Any]], Any]


def call(application: Wsgi, path: str, cookie: str = "", **headers: str) -> Answer:
    """One GET through WSGI, read to its end."""
    target, _mark, query = path.partition("?")
    environ = {
        "REQUEST_METHOD": "GET",
        "PATH_INFO": target.encode().decode("latin-1"),
        "QUERY_STRING": query,
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "80",
        "HTTP_HOST": "localhost",
        "REMOTE_ADDR": "127.0.0.1",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(),
        "wsgi.errors": io.StringIO(),
        **headers,
    }
    if cookie:
        environ["HTTP_COOKIE"] = cookie
    told: list[Any] = []
    parts = application(environ, lambda status, head, exc_info=None: told.extend((status, head)))
    body = b"".join(parts)
    if hasattr(parts, "close"):
        parts.close()
    return Answer(int(told[0][:3]), dict(told[1]), body)


def forget() -> None:
    """Let nothing be at hand: the next answer is the first after a change."""
    kept.answers.clear()
    kept.counts.clear()


@dataclass
class Portal:
    """The portal as one user sees it; anonymous without."""

    user: User | None = None

    def __post_init__(self) -> None:
        # As the test client does: the connection outlives the request, for both sides of a comparison.
        request_started.disconnect(close_old_connections)
        request_finished.disconnect(close_old_connections)

    @cached_property
    def application(self) -> Wsgi:
        from coopportal.wsgi import application

        own: Wsgi = application
        return own

    @cached_property
    def cookie(self) -> str:
        if self.user is None:
            return ""
        client = Client()
        client.force_login(self.user, backend=settings.AUTHENTICATION_BACKENDS[-1])
        jar: SimpleCookie = client.cookies
        return f"{settings.SESSION_COOKIE_NAME}={jar[settings.SESSION_COOKIE_NAME].value}"

    def get(self, path: str, **headers: str) -> Answer:
        answer = call(self.application, path, self.cookie, **headers)
        if answer.status not in {200, 304}:
            raise RuntimeError(f"{path}: {answer.status} {answer.body[:300]!r}")
        return answer

    def statements(self, path: str) -> list[str]:
        """The SQL that a page runs, parameters filled in, in its order."""
        self.get(path)
        forget()
        with CaptureQueriesContext(connection) as queries:
            self.get(path)
        return [query["sql"] for query in queries.captured_queries]

    def data_queries(self, path: str) -> list[str]:
        """Those of them that are not about who asks."""
        return [sql for sql in self.statements(path) if not _is_about_who(sql)]


class OneRow(WSGIHandler):
    """A view that reads one row and answers it, behind the same middleware as every page of the portal."""

    def __init__(self, sql: str) -> None:
        super().__init__()

        def view(request: HttpRequest) -> HttpResponse:
            with connection.cursor() as cursor:
                cursor.execute(sql)
                return HttpResponse(orjson.dumps(cursor.fetchone()), "application/json")

        self._match = ResolverMatch(view, (), {})

    def resolve_request(self, request: HttpRequest) -> ResolverMatch:
        request.resolver_match = self._match
        return self._match


def floor(statements: Sequence[str]) -> Wsgi:
    """A bare WSGI view that runs the same SQL and answers its rows as JSON: nothing else."""

    def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
        found = []
        with connection.cursor() as cursor:
            for sql in statements:
                cursor.execute(sql)
                if cursor.description:
                    names = [column[0] for column in cursor.description]
                    found.append([dict(zip(names, row, strict=True)) for row in cursor.fetchall()])
        body = orjson.dumps(found, default=str)
        start_response("200 OK", [("Content-Type", "application/json")])
        return [body]

    return application
