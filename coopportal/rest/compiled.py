"""Statements of lists that are asked often, put together once and filled with each caller's values.

Django puts a queryset together anew for every call, which for a list with all that hangs on its rows takes
longer than the database's answer. So the statement is kept by the *shape* of the question: whose, at which
moment, by which filters, in which order. What is only compared (a key in the address, the rows of a page)
is no part of the shape: a mark stands in its place when the statement is put together. A statement in
which a mark does not come out as it went in is not kept, and asked the long way.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS, connection
from django.db.models import Model, QuerySet
from django.db.models.query import get_related_populators

from coopportal.rest.kept import Lately

#: How many statements one process keeps, some twenty kilobytes each.
MOST = 200

#: Stands for the numbers of the rows that are to be told; no row has it.
ROWS = -(2**61)
#: Stands for the number of one row, or of whoever asks; likewise.
ONE = ROWS + 1
#: What a mark may be, as the database is given it.
_MARKED = (str, int, UUID, dt.datetime)
_PLACE = re.compile(r"%(?:%|s)")


def mark(name: str) -> str:
    """What stands for a text until it is known; nobody can type it, for it is of a private plane."""
    return f"\U000f5eed{name}\U000f5eed"


class NotKept(Exception):  # noqa: N818  (no error: the statement is asked the long way)
    """A mark did not reach the statement as it is, so its value cannot be filled in."""


@dataclass(frozen=True)
class Compiled:
    """A statement between whose ``pieces`` the ``params`` stand; ``converters`` make Python's values."""

    pieces: tuple[str, ...]
    params: tuple[Any, ...]
    converters: tuple[tuple[int, Sequence[Callable[..., Any]], Any], ...]

    @classmethod
    def of(cls, rows: QuerySet[Any], marks: Sequence[Any]) -> Compiled:
        """Of a ``values_list`` queryset; raises :class:`NotKept`, or EmptyResultSet as the queryset would."""
        return cls._of(rows.query.get_compiler(connection=connection), marks)

    @classmethod
    def _of(cls, compiler: Any, marks: Sequence[Any]) -> Compiled:
        sql, params = compiler.as_sql()
        for one in marks:
            if one not in params:
                raise NotKept(one)
        for param in params:
            if isinstance(param, str) and param not in marks and "\U000f5eed" in param:
                raise NotKept(param)
        columns = [column for column, _sql, _alias in compiler.select[: compiler.col_count]]
        converters = compiler.get_converters(columns)
        return cls(
            _pieces(sql),
            tuple(params),
            tuple((place, own, column) for place, (own, column) in converters.items()),
        )

    def ask(self, values: Mapping[Any, Any], tail: str = "") -> list[Sequence[Any]]:
        """The rows, each mark replaced by its value; ``ROWS`` by as many values as there are."""
        sql, params = [self.pieces[0]], []
        for param, piece in zip(self.params, self.pieces[1:], strict=True):
            value = values.get(param, param) if isinstance(param, _MARKED) else param
            own = value if isinstance(value, list) else [value]
            params += own
            sql += [", ".join(["%s"] * len(own)), piece]
        with connection.cursor() as cursor:
            cursor.execute("".join(sql) + tail, params)
            found = cursor.fetchall()
        return [self._converted(row) for row in found] if self.converters else found

    def _converted(self, row: Sequence[Any]) -> list[Any]:
        told = list(row)
        for place, converters, column in self.converters:
            for convert in converters:
                told[place] = convert(told[place], column, connection)
        return told


@dataclass(frozen=True)
class CompiledModels:
    """A statement whose rows come as model objects, with what ``select_related`` and ``annotate`` add."""

    statement: Compiled
    model: type[Model]
    names: Sequence[str]
    own: slice
    related: Sequence[Any]
    annotations: Mapping[str, int]

    @classmethod
    def of(cls, rows: QuerySet[Any], marks: Sequence[Any]) -> CompiledModels:
        """Raises as :meth:`Compiled.of` does."""
        compiler: Any = rows.query.get_compiler(connection=connection)
        statement = Compiled._of(compiler, marks)
        places = compiler.klass_info["select_fields"]
        own = slice(places[0], places[-1] + 1)
        return cls(
            statement,
            compiler.klass_info["model"],
            [column[0].target.attname for column in compiler.select[own]],
            own,
            # The stubs are of a later Django.
            get_related_populators(compiler.klass_info, compiler.select, DEFAULT_DB_ALIAS),  # type: ignore[call-arg]
            compiler.annotation_col_map or {},
        )

    def ask(self, values: Mapping[Any, Any], tail: str = "") -> list[Any]:
        """As :meth:`Compiled.ask`; each row as a queryset would have made it."""
        made = []
        for row in self.statement.ask(values, tail):
            one = self.model.from_db(DEFAULT_DB_ALIAS, self.names, row[self.own])
            for each in self.related:
                each.populate(row, one)
            for name, place in self.annotations.items():
                setattr(one, name, row[place])
            made.append(one)
        return made


def _pieces(sql: str) -> tuple[str, ...]:
    """The text between the places of parameters; a doubled percent sign is none."""
    pieces, start = [], 0
    for place in _PLACE.finditer(sql):
        if place[0] == "%s":
            pieces.append(sql[start : place.start()])
            start = place.end()
    return (*pieces, sql[start:])


#: Those of this process.
statements: Lately[Any] = Lately(MOST)
