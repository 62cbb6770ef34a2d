"""What every page asks of whoever is signed in: session, account, second factor, by kept statements.

Django would put each of them together anew for every page, which takes longer than their answers. Not here:
what follows from the answers.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Hashable
from typing import Any

from django.db import DEFAULT_DB_ALIAS
from django.db.models import QuerySet, Value

from accounts.models import Session, User
from coopportal.rest.compiled import ROWS, Compiled, mark, statements

_KEY = mark("session")
#: Stands for the account that asks; no account has it.
ANYBODY = ROWS + 1

_COLUMNS = [field.attname for field in User._meta.concrete_fields]


def session_of(key: str | None) -> tuple[str, dt.datetime] | None:
    """What a session holds, still encoded, and until when; None for a key that there is not."""
    if key is None:
        return None
    rows = Session.objects.filter(session_key=_KEY).values_list("session_data", "expire_date")
    statement = statements.get((Session,), lambda: Compiled.of(rows, [_KEY]))
    found = statement.ask({_KEY: key})
    return (found[0][0], found[0][1]) if found else None


def account_of(number: int) -> User | None:
    rows = User.objects.filter(pk=ANYBODY).values_list(*_COLUMNS)
    statement = statements.get((User,), lambda: Compiled.of(rows, [ANYBODY]))
    found = statement.ask({ANYBODY: number})
    return User.from_db(DEFAULT_DB_ALIAS, _COLUMNS, found[0]) if found else None


def is_any(shape: Hashable, rows: QuerySet[Any], user: User) -> bool:
    """Whether ``rows`` of the account :data:`ANYBODY` are there for ``user``; ``shape`` tells them apart."""

    def put_together() -> Compiled:
        return Compiled.of(rows.order_by().values_list(Value(1)), [ANYBODY])

    return bool(statements.get((is_any, shape), put_together).ask({ANYBODY: user.pk}, " LIMIT 1"))
