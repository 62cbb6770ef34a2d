"""What a synthetic deliverable is told in: reports and figures in memory, rows in the order of columns."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache
from typing import Any
from uuid import UUID

from coopportal.partial_dates import PartialDate
from coopportal.vietnamese import fold, sort_key
from deliverables.choices import ReportSide, ReportState, Stage
from deliverables.management.national.chain import Turn
from deliverables.management.national.promise import Term

DAY = 86_400
EPOCH = dt.date(1970, 1, 1).toordinal()


@dataclass(slots=True)
class Figure:
    indicator: int
    value: Decimal | None
    qualifier: str
    numerator: Decimal | None = None
    denominator: Decimal | None = None
    text: str = ""


@dataclass(slots=True)
class Report:
    """A report while its life is being told; instants are seconds since 1970."""

    id: int
    uid: UUID
    deliverable: int
    as_of: PartialDate | None
    as_of_end: dt.date
    stage: Stage
    narrative: str
    coverage: str
    side: ReportSide
    author: int | None
    figures: list[Figure]
    revises: Report | None
    created: int
    cited: Any = None
    state: ReportState = ReportState.DRAFT
    reason: str = ""
    submitted: int | None = None
    decided: int | None = None
    official_from: int | None = None
    official_to: int | None = None


@dataclass(slots=True)
class Occasion:
    """A period of reporting: what there is to tell of a deliverable on a day, and what was told of it."""

    deliverable: int
    term: Term
    day: dt.date
    stage: Stage
    #: How much of the way has been gone, between 0 and 1.
    share: float
    #: What each indicator reaches in the end.
    goals: dict[int, float]
    told: list[Report]


@dataclass
class Rows:
    """What a province adds to each table, in the order of COLUMNS; and the turns of its reigns."""

    deliverables: list[tuple[Any, ...]] = field(default_factory=list)
    targets: list[tuple[Any, ...]] = field(default_factory=list)
    reports: list[tuple[Any, ...]] = field(default_factory=list)
    measurements: list[tuple[Any, ...]] = field(default_factory=list)
    cited: list[tuple[Any, ...]] = field(default_factory=list)
    verdicts: list[tuple[Any, ...]] = field(default_factory=list)
    turns: list[Turn] = field(default_factory=list)


COLUMNS = {
    "deliverables": [
        "id",
        "slug",
        "kind",
        "title",
        "scope",
        "agreement_id",
        "phase_id",
        "area_id",
        "system_id",
        "connects_to_id",
        "host_id",
        "due_on",
        "continues_id",
        "search_text",
        "sort_key",
    ],
    "targets": ["id", "deliverable_id", "indicator_id", "baseline", "value", "due_on", "set_on"],
    "reports": [
        "id",
        "uid",
        "deliverable_id",
        "as_of",
        "as_of_end",
        "stage",
        "narrative",
        "coverage",
        "side",
        "author_id",
        "state",
        "set_aside_reason",
        "revises_id",
        "created_at",
        "submitted_at",
        "decided_at",
        "official_from",
        "official_to",
        "version",
    ],
    "measurements": [
        "id",
        "report_id",
        "indicator_id",
        "value",
        "numerator",
        "denominator",
        "qualifier",
        "text",
    ],
    "cited": ["id", "progressreport_id", "citation_id"],
    "verdicts": [
        "id",
        "report_id",
        "side",
        "decision",
        "reason",
        "counter_stage",
        "counter_figures",
        "by_id",
        "at",
    ],
}


@cache
def iso(ordinal: int) -> str:
    return dt.date.fromordinal(ordinal).isoformat()


@cache
def exact(day: dt.date) -> PartialDate:
    return PartialDate.of(day)


def instant(seconds: int | None) -> str | None:
    """``2021-05-04 02:03:04`` in UTC, which is how both databases store it."""
    if seconds is None:
        return None
    days, rest = divmod(seconds, DAY)
    return iso(EPOCH + days) + _time_of_day(rest)


@cache
def _time_of_day(seconds: int) -> str:
    minutes, second = divmod(seconds, 60)
    return f" {minutes // 60:02d}:{minutes % 60:02d}:{second:02d}"


def seconds(day: dt.date) -> int:
    """Eight in the morning in Việt Nam, in seconds since 1970."""
    return (day.toordinal() - EPOCH) * DAY + 3600


@cache
def texts(title: str) -> tuple[str, bytes]:
    return fold(title), sort_key(title)


def number(value: Decimal | None) -> str | None:
    return None if value is None else str(value)
