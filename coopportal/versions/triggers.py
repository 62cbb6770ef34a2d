"""The triggers that renew the data's token at every write to a watched table, whoever writes and how.

``watch`` is run after every ``migrate`` (``apps.py``): a table that is new, or that SQLite has rebuilt
and so robbed of its triggers, is watched before anybody is served from it. See ADR 14.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

VERSION = "versions_dataversion"
_FUNCTION = "data_version_renew"
_PREFIX = "data_version_"

_TOKEN = {
    "postgresql": "replace(gen_random_uuid()::text, '-', '')",
    "sqlite": "hex(randomblob(16))",
}

# Once a statement, whatever it touches. Nobody ever waits here: who finds every row locked by other
# writers' open transactions adds one. So there are as many rows as ever wrote at once, mostly one.
_POSTGRES_FUNCTION = f"""
CREATE OR REPLACE FUNCTION {_FUNCTION}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE {VERSION} SET token = {_TOKEN["postgresql"]}
     WHERE id = (SELECT id FROM {VERSION} ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED);
    IF NOT FOUND THEN
        INSERT INTO {VERSION} (token) VALUES ({_TOKEN["postgresql"]});
    END IF;
    RETURN NULL;
END $$
"""

# One writer at a time: one row, put there by `renew`. Once for each row written.
_SQLITE_RENEW = f"UPDATE {VERSION} SET token = {_TOKEN['sqlite']}"


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
    """Let every write to the tables renew the token; leaves those alone that are watched already."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(_POSTGRES_FUNCTION)
        for table in sorted({*tables} - watched(connection)):
            for statement in [*_drop(connection.vendor, table), *_create(connection.vendor, table)]:
                cursor.execute(statement)


def renew(connection: Any) -> None:
    """Let nothing that anybody keeps be confirmed any more: writes may have gone by unwatched."""
    with connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {VERSION}")
        cursor.execute(f"INSERT INTO {VERSION} (token) VALUES ({_TOKEN[connection.vendor]})")


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
