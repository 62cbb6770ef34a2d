"""Whether the sources had told of something by a day, and which of their differences one could see then."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any


def was_out(source: Any, day: dt.date) -> bool:
    """A source without a day of issue is taken as always there: nothing says that it came later."""
    return source.issued_on is None or source.issued_on.last_day <= day


def told_by(row: Any, day: dt.date) -> bool:
    """True once one of the sources that say so was out. Prefetch ``citations__source``.

    For rows that carry no day of their own. A row without citations has nothing that dates it.
    """
    citations = row.citations.all()
    return not citations or any(was_out(citation.source, day) for citation in citations)


def has_happened(event: Any, day: dt.date) -> bool:
    """An event is there from the last day its date allows; an undated one once it was told of."""
    if event.happened_on is not None:
        return bool(event.happened_on.last_day <= day)
    return told_by(event, day)


def has_begun(phase: Any, day: dt.date) -> bool:
    """A phase is there from the day it begins; one whose beginning is unknown, once it was told of."""
    if phase.begins_on is not None:
        return bool(phase.begins_on <= day)
    return told_by(phase, day)


def differing_by(discrepancies: Iterable[Any], day: dt.date) -> list[Any]:
    """The differences that one could see on a day: every source that takes part was out."""
    return [
        row
        for row in discrepancies
        if row.sides.all() and all(was_out(side.citation.source, day) for side in row.sides.all())
    ]
