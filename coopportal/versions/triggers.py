"""The triggers that renew the data's token at every write to a watched table, whoever writes and how.

A migration that makes a table of the portal, or rebuilds one (SQLite drops a rebuilt table's triggers),
ends with ``triggers.watch(connection, tables)`` and depends on ``versions.0001_initial``. A test finds
every table of the apps watched after migrate.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

VERSION = "versions_dataversion"
_FUNCTION = "data_version_renew"
_PREFIX = "data_version_"
#: Writers of different connections rarely renew the same row, so they rarely wait for each other.
ROWS = 16

# Before the statement, not after: whoever waits for a row here holds no row of the table yet.
_POSTGRES_FUNCTION = f"""
CREATE OR REPLACE FUNCTION {_FUNCTION}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO {VERSION} (id, token)
    VALUES (pg_backend_pid() % {ROWS}, replace(gen_random_uuid()::text, '-', ''))
    ON CONFLICT (id) DO UPDATE SET token = excluded.token;
    RETURN NULL;
END $$
"""

# One writer at a time: one row.
_SQLITE_RENEW = f"""
INSERT INTO {VERSION} (id, token) VALUES (0, hex(randomblob(16)))
ON CONFLICT (id) DO UPDATE SET token = excluded.token
"""


def _create(vendor: str, table: str) -> list[str]:
    if vendor == "postgresql":
        events = "INSERT OR UPDATE OR DELETE OR TRUNCATE"
        made = f'CREATE TRIGGER "{_PREFIX}{table}" BEFORE {events} ON "{table}"'
        return [f"{made} FOR EACH STATEMENT EXECUTE FUNCTION {_FUNCTION}()"]
    return [
        f'CREATE TRIGGER "{_PREFIX}{table}_{event.lower()}" AFTER {event} ON "{table}" '
        f"BEGIN {_SQLITE_RENEW}; END"
        for event in ("INSERT", "UPDATE", "DELETE")
    ]


def _drop(vendor: str, table: str) -> list[str]:
    if vendor == "postgresql":
        return [f'DROP TRIGGER IF EXISTS "{_PREFIX}{table}" ON "{table}"']
    return [
        f'DROP TRIGGER IF EXISTS "{_PREFIX}{table}_{event}"'
        for event in ("insert", "update", "delete")
    ]


def watch(connection: Any, tables: Iterable[str]) -> None:
    """Let every write to the tables renew the token; safe to call for a table watched already."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(_POSTGRES_FUNCTION)
        for table in tables:
            for statement in [*_drop(connection.vendor, table), *_create(connection.vendor, table)]:
                cursor.execute(statement)


def unwatch(connection: Any, tables: Iterable[str]) -> None:
    with connection.cursor() as cursor:
        for table in tables:
            for statement in _drop(connection.vendor, table):
                cursor.execute(statement)


def watched(connection: Any) -> set[str]:
    """The tables whose every kind of write renews the token in this database."""
    if connection.vendor == "postgresql":
        query = (
            "SELECT c.relname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid"
            " JOIN pg_proc p ON p.oid = t.tgfoid WHERE p.proname = %s AND t.tgenabled = 'O'"
        )
        times, parameters = 1, [_FUNCTION]
    else:
        query = "SELECT tbl_name FROM sqlite_master WHERE type = 'trigger' AND name LIKE %s"
        times, parameters = 3, [f"{_PREFIX}%"]
    with connection.cursor() as cursor:
        cursor.execute(query, parameters)
        found = [row[0] for row in cursor.fetchall()]
    return {table for table in found if found.count(table) == times}
