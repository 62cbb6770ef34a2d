"""CSV as streams: UTF-8 with BOM for spreadsheets, cells that no spreadsheet takes for a formula."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

from django.http import StreamingHttpResponse

from coopportal.partial_dates import PartialDate

#: A text that begins with one of these would be reckoned, not shown; full-width forms likewise.
_FORMULA = tuple("=+-@\t\r\n＝＋－＠")
_SUSPECT = frozenset((*_FORMULA, " "))
_ROWS_A_CHUNK = 500
BOM = "\ufeff"


def cell(value: Any) -> Any:
    """A value as it may stand in a cell: nothing as nothing, texts that look like a formula disarmed.

    Numbers stay numbers, also negative ones. Only texts can carry what somebody else has typed.
    """
    if isinstance(value, str):
        return f"'{value}" if value.lstrip(" ").startswith(_FORMULA) else value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, PartialDate) else value


def _cells(row: Sequence[Any]) -> list[Any]:
    """:func:`cell` of each; of most it is plain at a look that they stay as they are."""
    return [
        value
        if value is None or (type(value) is str and value[:1] not in _SUSPECT)
        else cell(value)
        for value in row
    ]


class _Line:
    """What csv.writer writes into; hands the line back instead of keeping it."""

    def write(self, line: str) -> str:
        return line


def csv_chunks(headings: Sequence[Any], rows: Iterable[Sequence[Any]]) -> Iterator[str]:
    """The file in pieces of some hundred rows: memory does not grow with the number of rows."""
    writer = csv.writer(_Line(), lineterminator="\r\n")
    yield BOM + str(writer.writerow([cell(str(heading)) for heading in headings]))
    remaining = iter(rows)
    while chunk := list(islice(remaining, _ROWS_A_CHUNK)):
        yield "".join([writer.writerow(_cells(row)) for row in chunk])


def csv_response(
    name: str, headings: Sequence[Any], rows: Iterable[Sequence[Any]]
) -> StreamingHttpResponse:
    """A download called ``name``.csv."""
    return StreamingHttpResponse(
        csv_chunks(headings, rows),
        content_type="text/csv; charset=utf-8; header=present",
        headers={"Content-Disposition": f'attachment; filename="{name}.csv"'},
    )
