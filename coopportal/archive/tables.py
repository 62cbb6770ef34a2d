"""Which tables an archive holds, and a row as a line of JSON that reads the same from either database."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import json
import uuid
from collections.abc import Iterable, Iterator
from decimal import Decimal
from itertools import islice
from typing import Any

from django.apps import apps
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper

from coopportal.partial_dates import PartialDate

#: Tables without a model of ours: what ``migrate`` and ``createcachetable`` make and fill themselves.
#: Sessions are left out too: after a restore everybody signs in again.
LEFT_OUT = {
    "django_migrations": "made by migrate; the archive carries its list of migrations",
    "coopportal_cache": "made by createcachetable; holds nothing that lasts",
    "accounts_session": "sessions do not outlive the database that made them",
    "django_session": "the same, from before there was one of our own",
    "sqlite_sequence": "SQLite's own; the archive carries the numbers",
}
_BATCH = 1000


def archived() -> list[type[models.Model]]:
    """Every model whose rows are kept, links of many-to-many fields included, by the name of its table."""
    kept = (
        model
        for model in apps.get_models(include_auto_created=True)
        if model._meta.managed
        and not model._meta.proxy
        and not model._meta.swapped
        and not issubclass(model, AbstractBaseSession)
    )
    return sorted(kept, key=lambda model: model._meta.db_table)


def columns(model: type[models.Model]) -> list[models.Field]:
    """The columns that are stored; what the database computes is computed again."""
    return [field for field in model._meta.concrete_fields if not field.generated]


def rows(model: type[models.Model], connection: BaseDatabaseWrapper) -> Iterator[list[Any]]:
    """All rows by primary key, as Python values, a batch at a time from the given connection."""
    names = [field.attname for field in columns(model)]
    query = model._base_manager.order_by("pk").values_list(*names).query
    compiler = query.get_compiler(connection=connection)
    for row in compiler.results_iter(chunked_fetch=True, chunk_size=_BATCH):
        yield list(row)


def _told(value: Any) -> Any:
    told = value
    if isinstance(value, Decimal):
        told = f"{value:f}"
    elif isinstance(value, dt.datetime):
        told = value.astimezone(dt.UTC).isoformat()
    elif isinstance(value, dt.date | dt.time):
        told = value.isoformat()
    elif isinstance(value, dt.timedelta | uuid.UUID):
        told = str(value)
    elif isinstance(value, PartialDate):
        told = value.iso
    elif isinstance(value, bytes | bytearray | memoryview):
        told = base64.b64encode(bytes(value)).decode("ascii")
    elif not (value is None or isinstance(value, bool | int | float | str | dict | list)):
        raise TypeError(f"An archive cannot hold a {type(value).__name__}.")
    return told


def line(row: Iterable[Any]) -> bytes:
    """A row as one line: no field is formatted, a decimal keeps its places, bytes are base64."""
    told = [_told(value) for value in row]
    text = json.dumps(told, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return text.encode() + b"\n"


def _value(field: models.Field, told: Any) -> Any:
    if told is None:
        return None
    if isinstance(field, models.BinaryField):
        return base64.b64decode(told, validate=True)
    if isinstance(field, models.JSONField):
        return told
    return field.to_python(told)


def read_line(fields: list[models.Field], text: bytes) -> list[Any]:
    """The values of a line in the order of its table's columns; ``ValueError`` where they do not fit."""
    told = json.loads(text)
    if not isinstance(told, list) or len(told) != len(fields):
        raise ValueError("A line does not have the columns of its table.")
    return [_value(field, value) for field, value in zip(fields, told, strict=True)]


class Digest:
    """Counts lines and hashes them: two tables with one digest hold the same rows in the same order."""

    def __init__(self) -> None:
        self.rows = 0
        self._sha256 = hashlib.sha256()

    def add(self, text: bytes) -> None:
        self.rows += 1
        self._sha256.update(text)

    @property
    def sha256(self) -> str:
        return self._sha256.hexdigest()


def digest(model: type[models.Model], connection: BaseDatabaseWrapper) -> Digest:
    """What a table of a database comes to."""
    sum_ = Digest()
    for row in rows(model, connection):
        sum_.add(line(row))
    return sum_


def insert(
    model: type[models.Model], connection: BaseDatabaseWrapper, values: Iterable[list[Any]]
) -> None:
    """Write rows as they are: nothing is computed, stamped or validated on the way."""
    fields = columns(model)
    quote = connection.ops.quote_name
    table = quote(model._meta.db_table)
    names = ", ".join(quote(str(field.column)) for field in fields)
    holes = ", ".join(["%s"] * len(fields))
    stored = (
        tuple(
            field.get_db_prep_save(value, connection)
            for field, value in zip(fields, row, strict=True)
        )
        for row in values
    )
    with connection.cursor() as cursor:
        while batch := list(islice(stored, _BATCH)):
            if connection.vendor == "postgresql":
                # One statement a batch; executemany of psycopg2 sends one a row.
                from psycopg2.extras import execute_values

                statement = f"INSERT INTO {table} ({names}) VALUES %s"
                execute_values(cursor.cursor, statement, batch, page_size=_BATCH)
            else:
                cursor.executemany(f"INSERT INTO {table} ({names}) VALUES ({holes})", batch)
