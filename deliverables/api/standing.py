"""What stands of a deliverable, as columns of its answer: its latest official report, its figures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import OuterRef, QuerySet
from django.utils.translation import gettext_lazy as _

from agreements.choices import Qualifier
from coopportal.rest.answers import (
    Answer,
    Choice,
    Columns,
    JSONRows,
    Key,
    Many,
    Number,
    PartialDay,
    Precision,
    Reader,
    Scope,
    Word,
    reader_of,
)
from deliverables.models import Measurement, ProgressReport


def official(deliverable: Any, scope: Scope) -> Any:
    return ProgressReport.objects.official(scope.moment).filter(deliverable=deliverable)


def current_report(columns: Columns, prefix: str, scope: Scope) -> int:
    """The column of the latest official report: none, or one of stage, coverage, ``as_of``, ``as_of_end``."""
    latest = official(OuterRef(f"{prefix}pk"), scope).latest_first()[:1]
    rows = JSONRows(latest, ["stage", "coverage", "as_of", "as_of_end"])
    return columns.take(f"{prefix}current", rows)


class FigureAnswer(Answer):
    """One indicator's figure. Null value: there is no figure, which is not 0; ``text`` may say more."""

    indicator = Key(source="indicator__key")
    label = Word(source="indicator__name")  # type: ignore[assignment]
    value = Number(allow_null=True)
    numerator = Number(allow_null=True)
    denominator = Number(allow_null=True)
    unit = Word(source="indicator__unit")
    qualifier = Choice(choices=Qualifier.choices)
    text = Word(help_text=_("Cách nguồn ghi con số"))


class CurrentFigure(FigureAnswer):
    as_of = PartialDay(source="report__as_of")
    as_of_precision = Precision(source="report__as_of")


_FIGURE = CurrentFigure(read_only=True)


class CurrentFigures(Many):
    """Per indicator the figure of the latest official report that measures it."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(CurrentFigure(), _standing_measurements, **kwargs)

    def reader(self, columns: Columns, prefix: str, scope: Scope) -> Reader:
        figures = FiguresColumn.of(columns, prefix, scope)
        return lambda row: [figures.tell(parts) for parts in figures.latest(row).values()]


@dataclass(frozen=True)
class FiguresColumn:
    """Where the figures that stand of a deliverable are in a row, and where in each of them something is.

    Whoever asks for them again in the same answer reads the same column.
    """

    place: int
    tell: Reader
    indicator: int
    value: int
    qualifier: int
    last_day: int

    @classmethod
    def of(cls, columns: Columns, prefix: str, scope: Scope) -> FiguresColumn:
        own = Columns()
        tell = reader_of(_FIGURE, own, "", scope)
        names = ("indicator__key", "value", "qualifier", "report__as_of_end")
        places = [own.take(name) for name in names]
        rows = _standing_measurements(OuterRef(f"{prefix}pk"), scope)
        place = columns.take(f"{prefix}figures[]", JSONRows(rows, own.expressions))
        return cls(place, tell, *places)

    def latest(self, row: Sequence[Any]) -> dict[str, Sequence[Any]]:
        """By indicator; the latest comes first."""
        figures: dict[str, Sequence[Any]] = {}
        # A subquery known to be empty is not asked at all and comes as null.
        for parts in row[self.place] or ():
            figures.setdefault(parts[self.indicator], parts)
        return figures


def _standing_measurements(outer: OuterRef, scope: Scope) -> QuerySet[Any]:
    figures: QuerySet[Any] = Measurement.objects.latest_of(scope.moment, of=outer)
    if scope.moment.knows_all:
        return figures.order_by("-report__as_of_end", "-report__official_from", "-report_id", "pk")
    return figures
