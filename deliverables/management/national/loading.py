"""Rows into tables by the thousand: COPY on PostgreSQL, executemany on SQLite. Knows no table's meaning."""

from __future__ import annotations

import io
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connection, connections, models

from coopportal.archive.database import continue_after, last_number, numbers_itself


@contextmanager
def written_behind() -> Iterator[Callable[[Callable[[], object]], None]]:
    """Hand over a piece of writing and go on; the one before it has ended then. At most one is under way.

    It runs in a thread of its own on the connection, and so in the transaction, of the caller, who must
    not use the connection before the block ends. What it raises is raised here.
    """
    shared = connections[DEFAULT_DB_ALIAS]
    shared.inc_thread_sharing()
    try:
        with ThreadPoolExecutor(1) as pool:
            under_way: list[Future[object]] = []

            def hand_over(write: Callable[[], object]) -> None:
                while under_way:
                    under_way.pop().result()
                under_way.append(pool.submit(write))

            yield hand_over
            while under_way:
                under_way.pop().result()
    finally:
        shared.dec_thread_sharing()


class Table:
    """One table's rows in the order of ``columns``; values as both databases read them as text.

    Days and instants are ISO text (instants in UTC without offset), keys are integers, ``None`` is NULL.
    """

    def __init__(self, model: type[models.Model], columns: Sequence[str]) -> None:
        self.model = model
        self.name = model._meta.db_table
        self.columns = tuple(columns)
        self.rows: list[Sequence[Any]] = []
        # Not looked up later: what is written may be written by another thread.
        self._connection = connections[DEFAULT_DB_ALIAS]

    def next_id(self) -> int:
        """The first primary key that is free; count on from it while this process alone writes."""
        highest = self.model._base_manager.aggregate(highest=models.Max("pk"))["highest"]
        return int(highest or 0) + 1

    def flush(self) -> int:
        """Write what has been gathered and forget it; how many rows that was."""
        count = len(self.rows)
        if count:
            write = _copy if self._connection.vendor == "postgresql" else _insert
            with self._connection.wrap_database_errors, self._connection.cursor() as cursor:
                write(cursor, self.name, self.columns, self.rows)
            self.rows = []
        return count


#: NULL in COPY's text; the default ``\\N`` would make every line look as if it needed escaping.
_NULL = "\x01"
_ESCAPED = str.maketrans({"\\": r"\\", "\t": r"\t", "\n": r"\n", "\r": r"\r"})


def _field(value: Any) -> str:
    if value is None:
        return _NULL
    if isinstance(value, bytes):
        return rf"\\x{value.hex()}"
    return str(value).translate(_ESCAPED)


def _line(row: Sequence[Any]) -> str:
    line = "\t".join(
        [
            value if type(value) is str else str(value) if type(value) is int else _field(value)
            for value in row
        ]
    )
    if "\\" in line or "\n" in line or "\r" in line or line.count("\t") >= len(row):
        return "\t".join(map(_field, row))
    return line


def _copy(cursor: Any, table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    content = io.StringIO("\n".join(map(_line, rows)))
    names = ", ".join(f'"{column}"' for column in columns)
    cursor.cursor.copy_expert(
        f"COPY \"{table}\" ({names}) FROM STDIN WITH (NULL E'\\x01')", content, 1 << 20
    )


def _insert(cursor: Any, table: str, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    names = ", ".join(f'"{column}"' for column in columns)
    places = ", ".join("?" for _column in columns)
    raw: sqlite3.Cursor = cursor.cursor.connection.cursor()
    raw.executemany(f'INSERT INTO "{table}" ({names}) VALUES ({places})', rows)
    raw.close()


@contextmanager
def unhindered(tables: Iterable[type[models.Model]]) -> Iterator[None]:
    """Load first, look up and check afterwards: PostgreSQL makes indexes and checks foreign keys at the end.

    Both are put back as they were, over all rows at once, which costs a third of doing so row by row; a
    row that points nowhere still fails. Call inside a transaction, so that a failure undoes all of it.
    Unique and check constraints and the guards stay in force throughout. SQLite has nothing to gain.
    """
    if connection.vendor != "postgresql":
        yield
        return
    names = [model._meta.db_table for model in tables]
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(_HINDRANCES, {"tables": names})
        hindrances = cursor.fetchall()
        for remove, _restore in hindrances:
            cursor.execute(remove)
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
    yield
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for _remove, restore in reversed(hindrances):
            cursor.execute(restore)


#: Foreign keys first, then indexes that are no constraint; what removes each, what makes it again.
_HINDRANCES = """
SELECT remove, restore FROM (
    SELECT 1 AS place, conname AS name,
        format('ALTER TABLE %%s DROP CONSTRAINT %%I', conrelid::regclass, conname) AS remove,
        format('ALTER TABLE %%s ADD CONSTRAINT %%I %%s', conrelid::regclass, conname,
            pg_get_constraintdef(oid)) AS restore
    FROM pg_constraint
    WHERE contype = 'f' AND conrelid = ANY (%(tables)s::regclass[])
    UNION ALL
    SELECT 2, indexrelid::regclass::text, format('DROP INDEX %%s', indexrelid::regclass),
        pg_get_indexdef(indexrelid)
    FROM pg_index
    WHERE indrelid = ANY (%(tables)s::regclass[]) AND NOT indisunique
) AS hindrances ORDER BY place, name
"""


def count_on(tables: Iterable[type[models.Model]]) -> None:
    """Let the database number new rows after those that were loaded with their keys.

    Never backwards: PostgreSQL takes back the rows of a transaction that fails, but not what was said to
    a sequence in it, and the rows of before would be met again by their keys.
    """
    for model in tables:
        if numbers_itself(model):
            loaded = model._base_manager.aggregate(highest=models.Max("pk"))["highest"] or 0
            continue_after(model, connection, max(loaded, last_number(model, connection)))


def tidy(tables: Iterable[type[models.Model]]) -> None:
    """Let the planner know what was loaded, and PostgreSQL mark the pages that every reader sees."""
    if connection.in_atomic_block:
        return  # inside a test's transaction nothing can be vacuumed
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("ANALYZE")
            return
        for model in tables:
            cursor.execute(f'VACUUM (ANALYZE) "{model._meta.db_table}"')
