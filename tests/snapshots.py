"""Puts a whole test database back as it was, in milliseconds; for tests that commit.

Most tests run in a transaction that is rolled back and need none of this.
"""

import io
import sqlite3
from typing import Protocol

from django.db import transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from coopportal.versions import triggers as versions
from deliverables.triggers import lifted


class Snapshot(Protocol):
    def restore(self) -> None:
        """Make the database what it was when the snapshot was taken."""


class SqliteSnapshot:
    """A copy of all pages in memory, copied back: tables, rows and triggers alike."""

    def __init__(self, connection: BaseDatabaseWrapper) -> None:
        self._connection = connection
        self._copy = sqlite3.connect(":memory:", check_same_thread=False)
        connection.ensure_connection()
        connection.connection.backup(self._copy)

    def restore(self) -> None:
        self._connection.ensure_connection()
        self._copy.backup(self._connection.connection)


class PostgresSnapshot:
    """Every table as COPY writes it, copied back after TRUNCATE with the guards lifted.

    Sequences go on counting, so that a key of a test before is never met again; nor is the version of
    the data put back, which the copying itself renews.
    """

    def __init__(self, connection: BaseDatabaseWrapper) -> None:
        self._connection = connection
        tables = connection.introspection.django_table_names(
            only_existing=True, include_views=False
        )
        self._tables = {
            table: self._copy_out(table) for table in sorted({*tables} - {versions.VERSION})
        }

    def _copy_out(self, table: str) -> str:
        content = io.StringIO()
        with self._connection.cursor() as cursor:
            cursor.cursor.copy_expert(f'COPY "{table}" TO STDOUT', content)
        return content.getvalue()

    def restore(self) -> None:
        names = ", ".join(f'"{table}"' for table in self._tables)
        with (
            transaction.atomic(using=self._connection.alias),
            lifted(self._connection),
            self._connection.cursor() as cursor,
        ):
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")
            cursor.execute(f"TRUNCATE {names}")
            for table, content in self._tables.items():
                if content:
                    cursor.cursor.copy_expert(f'COPY "{table}" FROM STDIN', io.StringIO(content))
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def take(connection: BaseDatabaseWrapper) -> Snapshot:
    """A snapshot of the database behind a connection."""
    if connection.vendor == "sqlite":
        return SqliteSnapshot(connection)
    return PostgresSnapshot(connection)
