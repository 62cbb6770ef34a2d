"""Answers: the JSON of a noun, declared once, read with one query and described to OpenAPI.

An answer is a serializer by its form, so that the schema describes it; but nothing is serialized from
model objects. ``Answer.plan`` turns the fields into the columns of one ``values_list`` query and a
function that makes the JSON of a row. What hangs on a row (citations, areas, figures) comes as JSON
arrays of subqueries in the same query: a list costs one query whatever it holds.

``source`` of a field is a path as querysets write it (``agreement__partner__slug``).
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache
from typing import Any

import orjson
from django.db.models import JSONField, OuterRef, QuerySet, Subquery
from django.db.models.functions import JSONArray
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from coopportal.clock import ZONE, Moment
from coopportal.partial_dates import PartialDate

Reader = Callable[[Sequence[Any]], Any]


@dataclass(frozen=True)
class Scope:
    """Whose question at which moment: what the rows that hang on a row may depend on."""

    moment: Moment
    user: Any


@dataclass
class Columns:
    """The columns of one query; the same path is fetched once."""

    expressions: list[Any] = field(default_factory=list)
    places: dict[str, int] = field(default_factory=dict)

    def take(self, path: str, expression: Any = None) -> int:
        """The place of a column in the row; ``expression`` where the path is no plain column."""
        if path not in self.places:
            self.places[path] = len(self.expressions)
            self.expressions.append(path if expression is None else expression)
        return self.places[path]


class _ReadFast(JSONField):
    """JSON read by the reader that also writes the answers: a country's list holds it by the megabyte."""

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Any:
        return None if value is None else orjson.loads(value)


class JSONRows(Subquery):
    """The rows of a subquery as one JSON array of arrays, in the subquery's order; empty: ``[]``."""

    output_field = _ReadFast()

    def __init__(self, rows: QuerySet[Any], columns: Sequence[Any]) -> None:
        super().__init__(rows.values(_row=JSONArray(*columns)))

    def as_sqlite(self, compiler: Any, connection: Any, **extra: Any) -> Any:
        # json() marks the text as JSON again, which a subquery in SQLite forgets.
        template = "json((SELECT json_group_array(json(_rows._row)) FROM (%(subquery)s) AS _rows))"
        return self.as_sql(compiler, connection, template=template, **extra)

    def as_postgresql(self, compiler: Any, connection: Any, **extra: Any) -> Any:
        template = (
            "(SELECT COALESCE(jsonb_agg(_rows._row), '[]'::jsonb) FROM (%(subquery)s) AS _rows)"
        )
        return self.as_sql(compiler, connection, template=template, **extra)


# ---- leaves: how a column becomes JSON -------------------------------------------------------------


def partial_iso(value: PartialDate | str | None) -> str | None:
    """``2014-09-13``, ``2014-08``, ``2020`` or null, from a column or from JSON."""
    return value.iso if isinstance(value, PartialDate) else value


def plain_number(value: Decimal | float | None) -> int | float | None:
    """32, not 32.0; 24.5; null for no figure, which is not 0."""
    if value is None:
        return None
    return int(value) if value == int(value) else float(value)


def day_iso(value: dt.date | str | None) -> str | None:
    return value.isoformat() if isinstance(value, dt.date) else value


def instant_iso(value: dt.datetime | str | None) -> str | None:
    """ISO 8601 with the offset of Việt Nam; databases write instants into JSON in their own ways."""
    if value is None:
        return None
    if isinstance(value, str):
        value = dt.datetime.fromisoformat(value)
    if timezone.is_naive(value):
        value = value.replace(tzinfo=dt.UTC)
    return value.astimezone(ZONE).isoformat()


def uid_text(value: uuid.UUID | str | None) -> str | None:
    if value is None:
        return None
    return str(value if isinstance(value, uuid.UUID) else uuid.UUID(value))


PRECISIONS = [("day", _("ngày")), ("month", _("tháng")), ("year", _("năm"))]
_PRECISIONS = {4: "year", 7: "month", 10: "day"}


class Leaf:
    """A field that is one column: ``convert`` makes JSON of its value."""

    convert: Callable[[Any], Any] | None = None

    def reader(self, columns: Columns, prefix: str, scope: Scope) -> Reader:
        place = columns.take(prefix + self.source)  # type: ignore[attr-defined]
        convert = type(self).convert
        if convert is None:
            return lambda row: row[place]
        return lambda row: convert(row[place])


class Word(Leaf, serializers.CharField):
    """Text; empty when there is none."""


class Key(Leaf, serializers.CharField):
    """A stable key: slug, code or key."""


class Choice(Leaf, serializers.ChoiceField):
    """A key of a vocabulary; null for none."""

    convert = staticmethod(lambda value: value or None)


class Whole(Leaf, serializers.IntegerField):
    pass


class Number(Leaf, serializers.FloatField):
    """A figure: a plain number, never formatted; null when there is none."""

    convert = staticmethod(plain_number)


class Flag(Leaf, serializers.BooleanField):
    convert = staticmethod(bool)


class Day(Leaf, serializers.DateField):
    convert = staticmethod(day_iso)


class Instant(Leaf, serializers.DateTimeField):
    convert = staticmethod(instant_iso)


class Uid(Leaf, serializers.UUIDField):
    convert = staticmethod(uid_text)


class PartialDay(Leaf, serializers.RegexField):
    """As much of a date as is known, ISO 8601 in reduced precision; null when unknown."""

    convert = staticmethod(partial_iso)

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("allow_null", True)
        super().__init__(regex=r"^[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?$", **kwargs)


class Precision(Leaf, serializers.ChoiceField):
    """How much of the date beside it is known."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(choices=PRECISIONS, allow_null=True, **kwargs)

    @staticmethod
    def convert(value: Any) -> str | None:
        return None if value is None else _PRECISIONS[len(partial_iso(value) or "")]


class Open(Leaf, serializers.JSONField):
    """JSON as it is stored; within JSON, SQLite hands it on as text."""

    convert = staticmethod(lambda value: orjson.loads(value) if isinstance(value, str) else value)


# ---- what hangs on a row ----------------------------------------------------------------------------

Rows = Callable[[OuterRef, Scope], "QuerySet[Any]"]


class _Hanging:
    """Rows that hang on a row: ``rows`` gets the reference to the row's key and the scope."""

    rows: Rows
    child: Any

    def reader(self, columns: Columns, prefix: str, scope: Scope) -> Reader:
        own = Columns()
        read = reader_of(self.child, own, "", scope)
        # Columns must be known before the query, so they are filled first.
        subquery = JSONRows(self.rows(OuterRef(f"{prefix}pk"), scope), own.expressions)
        place = columns.take(f"{prefix}{self.field_name}[]", subquery)  # type: ignore[attr-defined]
        # A subquery known to be empty is not asked at all and comes as null.
        return lambda row: [read(part) for part in row[place] or ()]


class Many(_Hanging, serializers.ListSerializer):
    """Objects that hang on a row."""

    def __init__(self, child: Answer, rows: Rows, **kwargs: Any) -> None:
        self.rows = rows
        super().__init__(child=child, **kwargs)


class Keys(_Hanging, serializers.ListField):
    """Keys of what hangs on a row; ``path`` leads to the key."""

    def __init__(self, child: Any, rows: Rows, path: str = "slug", **kwargs: Any) -> None:
        self.rows = rows
        super().__init__(child=child, **kwargs)
        self.child.source = path


def reader_of(node: Any, columns: Columns, prefix: str, scope: Scope) -> Reader:
    """The function that makes one field's JSON of a row of ``columns``."""
    if isinstance(node, Answer):
        return node.reader(columns, prefix, scope)
    read: Reader = node.reader(columns, prefix, scope)
    return read


class Answer(serializers.Serializer[Any]):
    """The JSON of one noun. A nested answer that may be missing says ``allow_null``."""

    #: The column that is null when the whole object is missing.
    key_column = "pk"

    def _prefix(self, outer: str) -> str:
        """Where the paths of its fields begin, beside those of the object that it stands in."""
        nested = self.parent is not None and self.source not in (None, "", "*")
        return f"{outer}{self.source}__" if nested else outer

    def reader(self, columns: Columns, prefix: str, scope: Scope) -> Reader:
        outer, prefix = prefix, self._prefix(prefix)
        parts = [
            (name, reader_of(own, columns, prefix, scope)) for name, own in self.fields.items()
        ]
        if prefix != outer and self.allow_null:
            key = columns.take(prefix + self.key_column)
            return lambda row: (
                None if row[key] is None else {name: read(row) for name, read in parts}
            )
        return lambda row: {name: read(row) for name, read in parts}

    def cell_readers(self, columns: Columns, prefix: str, scope: Scope) -> list[Reader]:
        """What :meth:`reader` tells, a reader a cell: the columns of ``headings_of``."""
        cells: list[Reader] = []
        for own in self.fields.values():
            if not isinstance(own, Answer):
                cells.append(_cell_reader(own, reader_of(own, columns, prefix, scope)))
            elif type(own).reader is not Answer.reader:
                # Where its object is found in a way of its own, so are its cells.
                cells += _cells_apart(own, own.reader(columns, prefix, scope))
            else:
                inner = own._prefix(prefix)
                readers = own.cell_readers(columns, inner, scope)
                if inner != prefix and own.allow_null:
                    key = columns.take(inner + own.key_column)
                    readers = [_where_there(key, each) for each in readers]
                cells += readers
        return cells

    @classmethod
    def plan(cls, scope: Scope) -> Plan:
        """Columns to ask for, and the function that makes the JSON of a row of them."""
        columns = Columns()
        return Plan(columns, _shared(cls).reader(columns, "", scope))

    @classmethod
    def table_plan(cls, scope: Scope) -> Plan:
        """The same, but ``make`` gives the cells of a row: a hundred thousand rows make no object each."""
        columns = Columns()
        cells = _shared(cls).cell_readers(columns, "", scope)
        return Plan(columns, lambda row: [read(row) for read in cells])


@cache
def _shared(answer: type[Answer]) -> Answer:
    """One instance a class: building fields anew for each request costs more than the query."""
    return answer(read_only=True)


@dataclass(frozen=True)
class Plan:
    """How one answer is read: ``rows.values_list(*columns.expressions)``, then ``make`` for each row."""

    columns: Columns
    make: Reader

    def of(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        return rows.values_list(*self.columns.expressions)


# ---- the same as a table ----------------------------------------------------------------------------


def _where_there(key: int, read: Reader) -> Reader:
    return lambda row: None if row[key] is None else read(row)


def _cells_apart(answer: Answer, read: Reader) -> list[Reader]:
    make, width = _cells_maker(answer), len(_headings(answer, ""))

    def cells(row: Sequence[Any]) -> list[Any]:
        told = read(row)
        return [None] * width if told is None else make(told)

    return [lambda row, place=place: cells(row)[place] for place in range(width)]  # type: ignore[misc]


def _cell_reader(node: Any, read: Reader) -> Reader:
    """Of a field that may hold several, or JSON: its cell of many. A plain value is its own cell."""
    if isinstance(node, _Hanging | Open | serializers.ListSerializer | serializers.ListField):
        return lambda row: _cell(read(row))
    return read


def _cell(value: Any) -> Any:
    return _cell_of_many(value) if isinstance(value, list | dict) else value


def headings_of(answer: type[Answer]) -> list[str]:
    """Column names of the CSV twin: nested keys with dots, ``agreement.partner.slug``."""
    return _headings(_shared(answer), "")


def _headings(answer: Answer, prefix: str) -> list[str]:
    names = []
    for name, own in answer.fields.items():
        if isinstance(own, Answer):
            names += _headings(own, f"{prefix}{name}.")
        else:
            names.append(f"{prefix}{name}")
    return names


def cells_of(answer: type[Answer], told: dict[str, Any]) -> list[Any]:
    """The cells of one row, in the order of :func:`headings_of`; keys of a list joined by ``;``."""
    return _cells(answer)(told)


@cache
def _cells(answer: type[Answer]) -> Callable[[dict[str, Any]], list[Any]]:
    """Its fields are looked over once, not for each of a hundred thousand rows."""
    return _cells_maker(_shared(answer))


def _cells_maker(answer: Answer) -> Callable[[dict[str, Any]], list[Any]]:
    parts = [
        (name, _cells_maker(own), len(_headings(own, "")))
        if isinstance(own, Answer)
        else (name, None, 1)
        for name, own in answer.fields.items()
    ]

    def make(told: dict[str, Any]) -> list[Any]:
        cells: list[Any] = []
        for name, nested, width in parts:
            value = told[name]
            if nested is not None:
                cells += [None] * width if value is None else nested(value)
            elif isinstance(value, list | dict):
                cells.append(_cell_of_many(value))
            else:
                cells.append(value)
        return cells

    return make


def _cell_of_many(value: list[Any] | dict[str, Any]) -> str:
    if isinstance(value, list) and all(isinstance(part, str) for part in value):
        return ";".join(value)
    return orjson.dumps(value).decode() if value else ""
