"""A walk of every address × method × member of the cast × object, held against docs/permissions.md.

An address without a rule there fails, and so does a rule without an address. A request that is refused,
and one that only reads, changes nothing in the database.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import time_machine
from django.db import connection, transaction
from django.http import HttpResponseBase
from django.template.backends.django import Template
from django.test import override_settings
from django.test.client import ClientHandler

from tests.access.cast import METHODS, Member, cast
from tests.access.objects import PERSONAL, World, keys_of
from tests.access.routes import Route, routes
from tests.access.table import COLUMNS, SIGN_IN, Table

NOW = "2026-09-14T03:00:00+00:00"
NAMES = (
    *("public, PUBLIC_READ on", "public, PUBLIC_READ off", "deactivated user"),
    *("signed in without a role", "expired representative"),
    *("officer", "manager", "officer elsewhere", "manager elsewhere", "administrator"),
    *("reading token", "reporting token", "revoked token"),
)
_OTHERS = ("HEAD", "PUT", "DELETE", "OPTIONS", "PATCH")
_SAFE = {"GET", "HEAD", "OPTIONS"}
_WRITES = re.compile(r"\s*(INSERT|UPDATE|DELETE|REPLACE|TRUNCATE)\b.*?[\"`](\w+)[\"`]", re.I | re.S)
#: Bookkeeping of a session about itself is no change of data.
_BOOKKEEPING = {"accounts_session"}


@pytest.fixture(autouse=True)
def standing_still() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


class Nothing:
    """Draws every page as nothing: here one asks who is let in, other tests ask what stands there."""

    def __call__(self, *args: Any, **kwargs: Any) -> str:
        return ""


@pytest.fixture(autouse=True)
def undrawn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Template, "render", Nothing())


@pytest.fixture(autouse=True)
def unlogged() -> Iterator[None]:
    """Refusals by the thousand are meant here, and would drown what is not."""
    logging.disable(logging.ERROR)
    yield
    logging.disable(logging.NOTSET)


@contextmanager
def written() -> Iterator[list[str]]:
    """The tables written to inside the block."""
    tables: list[str] = []

    def note(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        if found := _WRITES.match(sql):
            tables.append(found[2])
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        yield tables


def _said(answer: HttpResponseBase) -> str:
    place = answer.get("Location", "")
    if answer.status_code == 302 and place.startswith(("/dang-nhap/", "/quan-tri/login/")):
        return SIGN_IN
    return str(answer.status_code)


def _is_refusal(said: str) -> bool:
    return said == SIGN_IN or said >= "400"


class Walk:
    """One member's way along the routes; ``faults`` holds what was not as the table says."""

    def __init__(self, name: str) -> None:
        self.here, self.elsewhere = World(), World()
        members = cast(self.here.people, self.elsewhere.people)
        assert tuple(members) == NAMES
        self.member: Member = members[name]
        self.number = NAMES.index(name)
        self.handler = ClientHandler(enforce_csrf_checks=False)
        self.table = Table()
        self.faults: list[str] = []
        self.asked = 0

    def go(self, *, whole: bool) -> Walk:
        self.member.call(self.handler, "GET", "/api/v1/me/")  # notes the use of the token
        with override_settings(PUBLIC_READ=self.member.public_read):
            for number, route in enumerate(routes()):
                for method, which, path in self._steps(route, number, whole):
                    self._ask(route, method, which, path)
        return self

    def _steps(self, route: Route, number: int, whole: bool) -> Iterator[tuple[str, str, str]]:
        """Every method at every object; or, in the short walk, some of them in turn.

        Then everybody reads and posts everywhere, and of the other methods tries one at each object,
        another one than the member before. Of the admin's hundreds of addresses, which ask all who are
        no administrators one and the same question, these try two methods at one object each, and the
        administrator one method at each object in turn.
        """
        keys = keys_of(route, self.here, self.elsewhere, self.member.user)
        assert keys is not None, f"tests/access/objects.py: _KEYS says nothing of {route.text}"
        paths = [(which, route.path(**filled)) for which, filled in keys.items()]
        turn = number + self.number
        for place, (which, path) in enumerate(paths):
            other = _OTHERS[(turn + place) % len(_OTHERS)]
            for method in METHODS if whole else ("GET", "POST", other):
                if whole or not route.is_admin or self._tries(turn + place, method, other):
                    yield method, which, path

    def _tries(self, turn: int, method: str, other: str) -> bool:
        if self.member.name == "administrator":
            return method == ("GET", "POST", other)[turn % 3]
        return turn % 3 == 0 and method != ("GET", "POST")[turn % 2]

    def _ask(self, route: Route, method: str, which: str, path: str) -> None:
        rule = self.table.rule(route.text, method)
        if rule is None:
            return  # told by the test of the rules
        expected = rule[self.member.column].answer(self._relation(route, which), method)
        with written() as tables:
            if method in _SAFE:
                answer = self.member.call(self.handler, method, path)
            else:
                with transaction.atomic():
                    answer = self.member.call(self.handler, method, path)
                    transaction.set_rollback(True)
        self.asked += 1
        said = _said(answer)
        where = f"{self.member.name}: {method} {path} ({which} of {route.text})"
        if said != expected:
            self.faults.append(
                f"{where}: docs/permissions.md says {expected}, the portal answers {said}"
            )
        changed = set(tables) - _BOOKKEEPING
        if changed and (method in _SAFE or _is_refusal(said)):
            self.faults.append(f"{where}: answered {said}, yet wrote to {', '.join(changed)}")

    def _relation(self, route: Route, which: str) -> str:
        """Whether the object is the member's own. Without one: whether the member has a side at all."""
        agreement, column = self.member.agreement, self.member.column
        if which == "missing" or column != "signed in" or route.text in PERSONAL:
            return which
        if not route.keys:
            return "own" if agreement else "other"
        mine = self.here if which == "own" else self.elsewhere
        if agreement != mine.people.agreement:
            return "other"
        return "decider" if self.member.name.startswith("manager") else "own"


@pytest.mark.django_db
@pytest.mark.parametrize("name", NAMES)
def test_everybody_gets_the_answers_of_the_table(name: str) -> None:
    walk = Walk(name).go(whole=False)
    assert walk.faults == []
    assert walk.asked > 300


@pytest.mark.slow
@pytest.mark.django_db
@pytest.mark.parametrize("name", NAMES)
def test_everybody_gets_the_answers_of_the_table_at_every_address(name: str) -> None:
    walk = Walk(name).go(whole=True)
    assert walk.faults == []
    assert walk.asked > 2000


def test_every_address_has_its_rule_and_every_rule_its_address() -> None:
    table = Table()
    lacking = [
        f"docs/permissions.md, table of addresses: add a row  | `{route.text}` | {method} | "
        + " | ".join(f"<{column}>" for column in COLUMNS)
        + " |"
        for route in routes()
        for method in METHODS
        if table.rule(route.text, method) is None
    ]
    assert lacking == []
    assert sorted(table.addresses() - table.used) == []
