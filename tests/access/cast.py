"""The cast of the walk: who calls, how the call proves it, and whose agreement is whose."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

from django.http import HttpResponseBase
from django.test import Client
from django.test.client import ClientHandler

from accounts.choices import TokenScope
from accounts.models import User
from agreements.choices import Side
from agreements.models import Agreement
from tests import factories

METHODS = ("GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE")


@dataclass(frozen=True)
class Member:
    """One of the cast: the table's ``column`` for it, and whose side it takes, if any."""

    name: str
    column: str
    public_read: bool = False
    headers: dict[str, str] = field(default_factory=dict)
    agreement: Agreement | None = None
    user: User | None = None

    def call(self, handler: ClientHandler, method: str, path: str) -> HttpResponseBase:
        """The answer to a request without content; no CSRF check, for whoever forges one is not meant."""
        environ: dict[str, Any] = {
            "REQUEST_METHOD": method,
            "PATH_INFO": path,
            "QUERY_STRING": "",
            "SERVER_NAME": "127.0.0.1",
            "SERVER_PORT": "80",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "REMOTE_ADDR": "127.0.0.1",
            "CONTENT_TYPE": "application/json" if path.startswith("/api/") else "",
            "CONTENT_LENGTH": "0",
            "wsgi.input": BytesIO(),
            "wsgi.url_scheme": "http",
            "wsgi.errors": BytesIO(),
            "wsgi.version": (1, 0),
            "wsgi.multiprocess": False,
            "wsgi.multithread": False,
            "wsgi.run_once": False,
            **self.headers,
        }
        return handler(environ)  # type: ignore[no-any-return]


def _session(user: User) -> dict[str, str]:
    client = Client()
    client.force_login(user)
    return {"HTTP_COOKIE": "; ".join(f"{name}={one.value}" for name, one in client.cookies.items())}


def _bearer(user: User, scope: TokenScope, *, revoked: bool = False) -> dict[str, str]:
    token, key = factories.token(user, scope=scope)
    if revoked:
        token.revoke(by=user)
    return {"HTTP_AUTHORIZATION": f"Bearer {key}"}


def cast(here: factories.Cooperation, elsewhere: factories.Cooperation) -> dict[str, Member]:
    """Everybody, by name. ``here`` and ``elsewhere`` are two agreements with people of their own."""
    expired = factories.user()
    yesterday = dt.date(2026, 1, 1)
    factories.representative(here.agreement, Side.PARTNER, expired, until_day=yesterday)
    deactivated = factories.user()
    factories.representative(here.agreement, Side.PARTNER, deactivated)
    gone = _session(deactivated)
    deactivated.is_active = False
    deactivated.save()

    def user(name: str, who: User, agreement: Agreement | None) -> Member:
        return Member(name, "signed in", headers=_session(who), agreement=agreement, user=who)

    def token(name: str, scope: TokenScope, column: str = "", *, revoked: bool = False) -> Member:
        headers = _bearer(here.officer, scope, revoked=revoked)
        return Member(name, column or name, headers=headers, agreement=here.agreement)

    members = [
        Member("public, PUBLIC_READ on", "public", public_read=True),
        Member("public, PUBLIC_READ off", "closed"),
        Member("deactivated user", "closed", headers=gone),
        user("signed in without a role", factories.user(), None),
        user("expired representative", expired, None),
        user("officer", here.officer, here.agreement),
        user("manager", here.manager, here.agreement),
        user("officer elsewhere", elsewhere.officer, elsewhere.agreement),
        user("manager elsewhere", elsewhere.manager, elsewhere.agreement),
        Member(
            *("administrator", "administrator"),
            headers=_session(here.administrator),
            user=here.administrator,
        ),
        token("reading token", TokenScope.OFFICIAL),
        token("reporting token", TokenScope.REPORT),
        token("revoked token", TokenScope.REPORT, "dead token", revoked=True),
    ]
    return {member.name: member for member in members}
