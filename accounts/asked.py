"""What every page asks of whoever is signed in: session, account, second factor, by kept statements.

Django would put each of them together anew for every page, which takes longer than their answers. Not here:
what follows from the answers.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Hashable
from typing import Any

from django.db import connection
from django.db.models import QuerySet, Value

from accounts.models import Session, Token, User
from coopportal.clock import now
from coopportal.rest.compiled import ONE, Compiled, CompiledModels, mark, statements

_KEY = mark("key")
#: Stands for now.
_INSTANT = dt.datetime(9000, 1, 1, tzinfo=dt.UTC)
#: Stands for the account that asks.
ANYBODY = ONE


def anybody_like(user: Any) -> User:
    """Whoever has these rights, for a statement that is put together once for all of them."""
    return User(pk=ANYBODY, is_active=user.is_active, is_superuser=user.is_superuser)


def session_of(key: str | None) -> tuple[str, dt.datetime] | None:
    """What a session holds, still encoded, and until when; None for a key that there is not."""
    if key is None:
        return None

    def put_together() -> Compiled:
        rows = Session.objects.filter(session_key=_KEY)
        return Compiled.of(rows.values_list("session_data", "expire_date"), [_KEY])

    found = statements.get((session_of,), put_together).ask({_KEY: key})
    return (found[0][0], found[0][1]) if found else None


def account_of(number: int) -> User | None:
    def put_together() -> CompiledModels:
        return CompiledModels.of(User.objects.filter(pk=ANYBODY), [ANYBODY])

    found = statements.get((account_of,), put_together).ask({ANYBODY: number})
    return found[0] if found else None


def token_of(digest: str) -> Token | None:
    """A token that is accepted now, with its owner."""
    stored = connection.ops.adapt_datetimefield_value
    instant = stored(_INSTANT)

    def put_together() -> CompiledModels:
        rows = Token.objects.alive(_INSTANT).select_related("owner").filter(digest=_KEY)
        return CompiledModels.of(rows, [_KEY, instant])

    found = statements.get((token_of,), put_together).ask({_KEY: digest, instant: stored(now())})
    return found[0] if found else None


def is_any(shape: Hashable, rows: Callable[[], QuerySet[Any]], user: User) -> bool:
    """Whether ``rows`` of the account :data:`ANYBODY` are there for ``user``; ``shape`` tells them apart."""

    def put_together() -> Compiled:
        return Compiled.of(rows().order_by().values_list(Value(1)), [ANYBODY])

    return bool(statements.get((is_any, shape), put_together).ask({ANYBODY: user.pk}, " LIMIT 1"))
