"""A second, empty database for tests that move data; the default connection then leads to it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.db import connections, transaction

from coopportal.archive import database, tables

ROOT = Path(__file__).resolve().parent.parent


def _on_the_server(original: Any, *statements: str) -> None:
    """Statements that no transaction may hold, from beside the database that they are about."""
    beside = original.copy()
    beside.settings_dict["NAME"] = "postgres"
    with beside.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
    beside.close()


def _copy_of(original: Any, folder: Path) -> Any:
    """A connection to a copy of the test database, and nothing else that knows of it."""
    own = original.copy()
    if original.vendor == "sqlite":
        own.settings_dict["NAME"] = str(folder / "khac.sqlite3")
        original.ensure_connection()
        own.ensure_connection()
        original.connection.backup(own.connection)
        return own
    name = original.settings_dict["NAME"]
    original.close()
    own.settings_dict["NAME"] = f"{name}_khac"
    _on_the_server(
        original,
        f'DROP DATABASE IF EXISTS "{name}_khac"',
        f'CREATE DATABASE "{name}_khac" TEMPLATE "{name}"',
    )
    return own


def _empty(connection: Any) -> None:
    quote = connection.ops.quote_name
    with (
        transaction.atomic(),
        database.triggers_asleep(connection),
        connection.cursor() as cursor,
    ):
        for model in tables.archived():
            cursor.execute(f"DELETE FROM {quote(model._meta.db_table)}")


@contextmanager
def empty_database(folder: Path) -> Iterator[Any]:
    """Migrated, guarded, without a row: inside the block it is the one that all code works on."""
    original = connections["default"]
    own = _copy_of(original, folder)
    connections["default"] = own
    try:
        _empty(own)
        yield own
    finally:
        own.close()
        connections["default"] = original
        if original.vendor == "postgresql":
            _on_the_server(original, f'DROP DATABASE "{own.settings_dict["NAME"]}" WITH (FORCE)')


def manage(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """manage.py as an operator calls it, in a process of its own."""
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "coopportal.settings", **environment},
        capture_output=True,
        text=True,
        check=False,
    )
