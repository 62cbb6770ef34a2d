"""What differs between SQLite and PostgreSQL: one moment of a database at work, its numbers, its triggers."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper


@contextmanager
def one_moment(connection: BaseDatabaseWrapper, folder: Path) -> Iterator[BaseDatabaseWrapper]:
    """A connection of its own that sees the committed rows of one moment, whatever others write.

    PostgreSQL: one read-only transaction at REPEATABLE READ. SQLite: a copy made by its online backup
    in ``folder`` (as large as the database), because a long read there would keep the log from being
    written back. Neither keeps anybody from writing.
    """
    own: Any = connection.copy()
    try:
        if connection.vendor == "sqlite":
            source: Any = connection.copy()
            own.settings_dict["NAME"] = str(folder / "copy.sqlite3")
            try:
                source.ensure_connection()
                own.ensure_connection()
                source.connection.backup(own.connection)
            finally:
                source.close()
        else:
            own.ensure_connection()
            own.connection.set_session(isolation_level="REPEATABLE READ", readonly=True)
            own.set_autocommit(False)
        yield own
    finally:
        if not own.get_autocommit():
            own.rollback()
        own.close()


def _sequence(model: type[models.Model], connection: BaseDatabaseWrapper, cursor: Any) -> str:
    cursor.execute(
        "SELECT pg_get_serial_sequence(%s, %s)",
        [connection.ops.quote_name(model._meta.db_table), model._meta.pk.column],
    )
    return str(cursor.fetchone()[0])


def numbers_itself(model: type[models.Model]) -> bool:
    """Whether the database gives the rows of a model their keys."""
    return isinstance(model._meta.pk, models.AutoField)


def last_number(model: type[models.Model], connection: BaseDatabaseWrapper) -> int:
    """The last key that was given out, to a row deleted since as well; 0 when none was."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(
                "SELECT seq FROM sqlite_sequence WHERE name = %s", [model._meta.db_table]
            )
            row = cursor.fetchone()
            return int(row[0]) if row else 0
        name = _sequence(model, connection, cursor)
        cursor.execute(f"SELECT last_value, is_called FROM {name}")
        value, called = cursor.fetchone()
        return int(value) if called else 0


def continue_after(model: type[models.Model], connection: BaseDatabaseWrapper, last: int) -> None:
    """Let the next key be the one after ``last``, so that no key is given out twice."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            table = model._meta.db_table
            cursor.execute("DELETE FROM sqlite_sequence WHERE name = %s", [table])
            if last:
                cursor.execute(
                    "INSERT INTO sqlite_sequence (name, seq) VALUES (%s, %s)", [table, last]
                )
            return
        name = _sequence(model, connection, cursor)
        cursor.execute("SELECT setval(%s, %s, %s)", [name, max(last, 1), last > 0])


def triggers(connection: BaseDatabaseWrapper) -> set[tuple[str, str]]:
    """Every trigger that is installed and awake, with its text."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"
            if connection.vendor == "sqlite"
            else "SELECT tgname, pg_get_triggerdef(oid) FROM pg_trigger "
            "WHERE NOT tgisinternal AND tgenabled = 'O'"
        )
        return {(str(name), str(text)) for name, text in cursor.fetchall()}


@contextmanager
def triggers_asleep(connection: BaseDatabaseWrapper) -> Iterator[None]:
    """No trigger fires inside the block, and the very same ones are awake after it.

    For writing a whole database that was guarded before, into an empty one, in one transaction: when
    the block fails, the transaction takes back this as well (ADR 15).
    """
    quote = connection.ops.quote_name
    installed = triggers(connection)
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            for name, _text in installed:
                cursor.execute(f"DROP TRIGGER {quote(name)}")
            yield
            for _name, text in sorted(installed):
                cursor.execute(text)
            return
        cursor.execute(
            "SELECT DISTINCT tgrelid::regclass::text FROM pg_trigger WHERE NOT tgisinternal"
        )
        tables = sorted(str(row[0]) for row in cursor.fetchall())
        for table in tables:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        yield
        # No table is altered while foreign keys of it are still to be checked.
        connection.check_constraints()
        for table in tables:
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
