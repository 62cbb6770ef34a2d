"""The database goes away and comes back: 503 with words meanwhile, and nobody has to restart the portal.

A real server in a process of its own, before it a database that is really out of reach.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.parse import quote
from urllib.request import Request, urlopen

import pytest
from django.conf import settings
from django.db import connection


class Wire:
    """Stands between the portal and PostgreSQL: passes everything on, hangs up, or falls silent."""

    def __init__(self, upstream: tuple[str, int]) -> None:
        self.upstream, self.ends, self.silent = upstream, [], False
        self.port = 0
        self.listener: socket.socket | None = None
        self.connect()

    def connect(self) -> None:
        self.silent = False
        if self.listener is None:
            self.listener = socket.create_server(("127.0.0.1", self.port))
            self.port = self.listener.getsockname()[1]
            threading.Thread(target=self._accept, args=[self.listener], daemon=True).start()

    def cut(self) -> None:
        """As when the server is stopped: nobody listens, and who was connected is hung up on."""
        assert self.listener is not None
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        self.listener = None
        self._hang_up()

    def fall_silent(self) -> None:
        """As behind a broken network: connections are taken and nothing ever comes back."""
        self.connect()
        self.silent = True
        self._hang_up()

    def _hang_up(self) -> None:
        while self.ends:
            end = self.ends.pop()
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                near, _address = listener.accept()
            except OSError:
                return
            self.ends.append(near)
            if self.silent:
                continue
            host, port = self.upstream
            if host.startswith("/"):
                far = socket.socket(socket.AF_UNIX)
                far.connect(f"{host}/.s.PGSQL.{port}")
            else:
                far = socket.create_connection((host, port))
            self.ends.append(far)
            for one, other in ((near, far), (far, near)):
                threading.Thread(target=self._pump, args=[one, other], daemon=True).start()

    @staticmethod
    def _pump(one: socket.socket, other: socket.socket) -> None:
        with suppress(OSError):
            while heard := one.recv(65536):
                other.sendall(heard)
        for end in (one, other):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)


@dataclass
class Database:
    """A database that can be taken away: its address, the ways it goes, and how it comes back."""

    url: str
    ways_to_go: dict[str, Callable[[], Any]] = field(default_factory=dict)
    come_back: Callable[[], Any] = lambda: None


@pytest.fixture
def database(db: None, tmp_path: Path) -> Iterator[Database]:
    parameters = connection.get_connection_params()
    if connection.vendor == "postgresql":
        wire = Wire((str(parameters.get("host") or "/tmp"), int(parameters.get("port") or 5432)))
        user = quote(str(parameters.get("user") or ""))
        password = quote(str(parameters.get("password") or ""))
        name = quote(str(parameters.get("dbname") or parameters.get("database")))
        url = f"postgresql://{user}:{password}@127.0.0.1:{wire.port}/{name}"
        yield Database(url, {"stopped": wire.cut, "silent": wire.fall_silent}, wire.connect)
        if wire.listener is not None:
            wire.cut()
        return
    folder, away = tmp_path / "data", tmp_path / "away"
    folder.mkdir()
    shutil.copy(parameters["database"], folder / "coop.sqlite3")
    yield Database(
        f"sqlite:///{folder / 'coop.sqlite3'}",
        {"unreadable": lambda: folder.rename(away)},
        lambda: away.rename(folder),
    )


@pytest.fixture
def portal(database: Database) -> Iterator[str]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "tests.served",
        "DEBUG": "0",
        "SECRET_KEY": "k" * 20 + "0123456789abcdefghijABCDEFGHIJ-_",
        "ALLOWED_HOSTS": "127.0.0.1",
        "PUBLIC_READ": "1",
        "SECURE_SSL_REDIRECT": "0",
        "DATABASE_URL": database.url,
        "CACHE_URL": "locmem://",
        "API_RATE_ADDRESS": "100",
    }
    command = [sys.executable, "-W", "ignore", "-m", "gunicorn", "coopportal.wsgi"]
    process = subprocess.Popen(
        [*command, "--bind", f"127.0.0.1:{port}", "--workers", "1", "--log-level", "error"],
        cwd=settings.BASE_DIR,
        env=environment,
        stderr=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
    )
    try:
        url = f"http://127.0.0.1:{port}"
        until = time.monotonic() + 90
        while ask(f"{url}/healthz").status != 200:
            assert time.monotonic() < until, "the server did not start"
            time.sleep(0.2)
        yield url
    finally:
        process.terminate()
        process.wait(20)


@dataclass
class Heard:
    status: int
    headers: Any = None
    text: str = ""
    seconds: float = 0.0


def ask(url: str, **headers: str) -> Heard:
    begun = time.monotonic()
    try:
        with urlopen(Request(url, headers=headers), timeout=60) as answer:
            return Heard(answer.status, answer.headers, answer.read().decode())
    except HTTPError as refused:
        text = refused.read().decode()
        return Heard(refused.code, refused.headers, text, time.monotonic() - begun)
    except OSError:
        return Heard(0)


PAGE, PROGRAM = "/thoa-thuan/", "/api/v1/systems/"


def test_the_portal_says_so_and_goes_on_by_itself(portal: str, database: Database) -> None:
    session = {"Cookie": "sessionid=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"}
    assert {ask(portal + path).status for path in (PAGE, PROGRAM, "/readyz")} == {200}
    assert database.ways_to_go
    for go in database.ways_to_go.values():
        go()
        page = ask(portal + PAGE)
        assert (page.status, page.headers["Content-Type"]) == (503, "text/html; charset=utf-8")
        assert "Cơ sở dữ liệu hiện không trả lời" in page.text
        assert "default-src 'none'" in page.headers["Content-Security-Policy"]
        program = ask(portal + PROGRAM, **{"Accept-Language": "en"})
        assert (program.status, program.headers["Content-Type"]) == (
            503,
            "application/problem+json",
        )
        assert "urn:coopportal:problem:unavailable" in program.text
        assert "The database does not answer" in program.text
        signed_in = ask(portal + PAGE, **session)
        for refused in (page, program, signed_in):
            assert refused.status == 503
            assert refused.headers["Retry-After"] == "5"
            # Chromium's patience, and a load balancer's; what a busy machine adds is no part of it.
            assert refused.seconds < 5
        assert ask(portal + "/healthz").status == 200
        assert ask(portal + "/readyz").status == 503
        database.come_back()
        assert {ask(portal + path).status for path in (PAGE, PROGRAM, "/readyz")} == {200}
        assert ask(portal + PAGE, **session).status == 200
