"""How many rows the code under test really takes out of the database, statement by statement."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.db.backends.utils import CursorWrapper


@dataclass
class Statement:
    """One statement that was put, and how many of its rows were taken so far."""

    sql: str
    rows: int = 0


@dataclass
class Fetched:
    statements: list[Statement] = field(default_factory=list)

    @property
    def rows(self) -> int:
        return sum(statement.rows for statement in self.statements)


@contextmanager
def fetched_rows() -> Iterator[Fetched]:
    """Note, in the block, every row that Django's cursors hand out; what is never fetched does not count."""
    told = Fetched()
    reach, execute = CursorWrapper.__getattr__, CursorWrapper._execute

    def noted(self: Any, sql: str, *rest: Any) -> Any:
        self.statement = Statement(sql)
        told.statements.append(self.statement)
        return execute(self, sql, *rest)

    def counted(self: Any, name: str) -> Any:
        own = reach(self, name)
        if name not in {"fetchone", "fetchmany", "fetchall"}:
            return own

        def take(*arguments: Any) -> Any:
            rows = own(*arguments)
            self.statement.rows += len(rows) if name != "fetchone" else int(rows is not None)
            return rows

        return take

    def walked(self: Any) -> Iterator[Any]:
        for row in self.cursor:
            self.statement.rows += 1
            yield row

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(CursorWrapper, "_execute", noted)
        patch.setattr(CursorWrapper, "__getattr__", counted)
        patch.setattr(CursorWrapper, "__iter__", walked)
        yield told
