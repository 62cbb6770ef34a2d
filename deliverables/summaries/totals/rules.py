"""What may be made of counted rows and of figures of several deliverables. Pure: no database here."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, NamedTuple

from agreements.choices import Qualifier
from deliverables.choices import STAGE_GROUP_OF, STAGE_GROUPS, Aggregation, DeliverableKind

#: A percentage is only worth as much as the whole it is a part of: see ``Figure``.
PERCENT = "%"

#: The words as plain text, for what is said of a thousand groups.
_GROUPS = [group.value for group in STAGE_GROUPS]
_GROUP_OF = {str(stage): group.value for stage, group in STAGE_GROUP_OF.items()}
_DEPLOYMENT = DeliverableKind.DEPLOYMENT.value
_NONE, _LATEST, _MEAN = map(str, (Aggregation.NONE, Aggregation.LATEST, Aggregation.MEAN))

#: Qualifiers that leave a number as it is; those of which the true one is higher; and lower.
FULL = frozenset({Qualifier.EXACT, Qualifier.ALL})
AT_LEAST = frozenset({Qualifier.OVER, Qualifier.MOST, Qualifier.MANY})
AT_MOST = frozenset({Qualifier.ALMOST, Qualifier.BEFORE})


def joined_qualifier(qualifiers: Collection[str]) -> str | None:
    """The qualifier of what is computed from figures with these; None where there are none.

    - one qualifier alone is carried: over with over is over, all with all is all;
    - beside exact figures the inexact one is carried: over with exact is over;
    - an expected figure makes the whole expected, for it is no result yet;
    - lower bounds of different words are over, upper bounds are almost;
    - everything else points both ways, and is approx.
    """
    told = set(qualifiers)
    if not told:
        return None
    if len(told) == 1:
        return str(next(iter(told)))
    inexact = {Qualifier.EXPECTED.value} if Qualifier.EXPECTED in told else told - FULL
    if len(inexact) <= 1:
        return str(next(iter(inexact), Qualifier.EXACT.value))
    if inexact <= AT_LEAST:
        return Qualifier.OVER.value
    if inexact <= AT_MOST:
        return Qualifier.ALMOST.value
    return Qualifier.APPROX.value


@dataclass(slots=True)
class FigureCell:
    """Current figures of one indicator and qualifier in one group, counted and added by the database.

    ``valued`` have a value; ``shared`` have numerator and denominator.
    """

    qualifier: str
    count: int
    valued: int
    total: Decimal | None
    shared: int
    numerators: Decimal | None
    denominators: Decimal | None


class LatestCell(NamedTuple):
    """The latest figure with a value in one group; ``order`` says how late it is."""

    value: Decimal
    qualifier: str
    order: tuple[Any, ...]


@dataclass
class Figure:
    """What an indicator comes to in a group, by its own aggregation.

    sum, mean: of the figures that have a value. A mean of percentages is that of their parts (Σ numerators
    over Σ denominators), so a bare "73 %" is not computable. latest: the figure of the latest report; all
    figures that have a value were compared. none: nothing may be made of it.
    ``rows`` and ``not_computable`` add up to the deliverables that have a figure of the indicator.
    """

    aggregation: str
    unit: str
    cells: list[FigureCell] = field(default_factory=list)
    latest: LatestCell | None = None

    def offer(self, latest: LatestCell) -> None:
        if self.latest is None or latest.order > self.latest.order:
            self.latest = latest

    @property
    def _by_parts(self) -> bool:
        return self.aggregation == _MEAN and self.unit == PERCENT

    def _used(self) -> list[int]:
        """Of each cell, how many figures go into the value."""
        if self.aggregation == _NONE:
            return [0] * len(self.cells)
        if self._by_parts:
            return [cell.shared for cell in self.cells]
        return [cell.valued for cell in self.cells]

    def come_to(self) -> tuple[Decimal | None, str | None, int, int]:
        """Value, qualifier, ``rows`` and ``not_computable``, looked at once: a country has thousands."""
        used = self._used()
        rows = sum(used)
        others = sum([cell.count for cell in self.cells]) - rows
        if self.aggregation == _LATEST:
            latest = self.latest
            value = latest.value if latest and rows else None
            return value, latest.qualifier if latest else None, rows, others
        told = {cell.qualifier for cell, n in zip(self.cells, used, strict=True) if n}
        return self._value(rows), joined_qualifier(told), rows, others

    def _value(self, rows: int) -> Decimal | None:
        if not rows:
            return None
        if self._by_parts:
            parts = sum((cell.numerators or Decimal(0) for cell in self.cells), Decimal(0))
            wholes = sum((cell.denominators or Decimal(0) for cell in self.cells), Decimal(0))
            return _rounded(100 * parts / wholes)
        total = sum((cell.total or Decimal(0) for cell in self.cells), Decimal(0))
        return _rounded(total / rows if self.aggregation == _MEAN else total)

    @property
    def value(self) -> Decimal | None:
        return self.come_to()[0]

    @property
    def qualifier(self) -> str | None:
        return self.come_to()[1]

    @property
    def rows(self) -> int:
        return self.come_to()[2]

    @property
    def not_computable(self) -> int:
        return self.come_to()[3]


def _rounded(value: Decimal) -> Decimal:
    """Four decimals, as figures are stored: both databases say the same."""
    return round(value, 4)


@dataclass(slots=True)
class Cell:
    """Deliverables of one group, kind, stage and standing, counted by the database.

    ``progress`` is the sum over those ``measured``; ``latest`` the day of the latest report; ``health`` how
    many of them stand how to their plans, ways in which none stands left out.
    """

    kind: str
    stage: str | None
    standing: str
    count: int
    latest: dt.date | None
    measured: int
    progress: float
    health: Mapping[str, int]


#: How many there are of each word; words of which there is none may be left out.
Counts = dict[str, int]


def count_in(whole: Counts, part: Mapping[str, int]) -> None:
    """Add counts to others. As a ``Counter`` would, at a fraction of its cost for a thousand groups."""
    for word, count in part.items():
        whole[word] = whole.get(word, 0) + count


@dataclass
class Total:
    """What one group, or all of it, comes to."""

    deliverables: int = 0
    deployments: int = 0
    stages: Counts = field(default_factory=dict)
    standings: Counts = field(default_factory=dict)
    no_report: int = 0
    measured: int = 0
    progress: float = 0.0
    health: Counts = field(default_factory=dict)
    latest_as_of: dt.date | None = None
    figures: dict[int, Figure] = field(default_factory=dict)

    def add(self, cell: Cell) -> None:
        self.deliverables += cell.count
        if cell.kind == _DEPLOYMENT:
            self.deployments += cell.count
        if cell.stage:
            self.stages[cell.stage] = self.stages.get(cell.stage, 0) + cell.count
        else:
            self.no_report += cell.count
        self.standings[cell.standing] = self.standings.get(cell.standing, 0) + cell.count
        self.measured += cell.measured
        self.progress += cell.progress
        count_in(self.health, cell.health)
        if cell.latest and (self.latest_as_of is None or cell.latest > self.latest_as_of):
            self.latest_as_of = cell.latest

    @property
    def stage_groups(self) -> dict[str, int]:
        groups = dict.fromkeys(_GROUPS, 0)
        for stage, count in self.stages.items():
            groups[_GROUP_OF[stage]] += count
        return groups

    @property
    def mean_progress(self) -> float | None:
        """The mean over deliverables whose progress can be computed, 0 to 1; None where none can."""
        return round(self.progress / self.measured, 4) if self.measured else None

    @property
    def not_computable(self) -> int:
        return self.deliverables - self.measured
