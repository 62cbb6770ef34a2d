"""Systems by partners: what each has of each system, at which stage, with its first figure. No queries."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import groupby
from typing import Any

from django.urls import reverse

from agreements.choices import Qualifier
from deliverables.choices import Stage

#: A cell draws each of its deployments while they are fewer than this; from here on it counts them by stage.
CROWDED_FROM = 5


@dataclass(frozen=True)
class Line:
    """One deployment of a cell; ``years`` are its phase's, empty without one, ``begins`` its first day."""

    pk: int
    slug: str
    stage: str | None
    years: str
    begins: str

    def get_absolute_url(self) -> str:
        return reverse("deliverable", args=[self.slug])


@dataclass(frozen=True)
class CellFigure:
    """A figure in a small cell. A silent qualifier is said on the deliverable's own page."""

    pk: int
    value: Decimal | None
    qualifier: str
    unit: str


@dataclass(frozen=True)
class Found:
    """What the database tells of one system at one partner.

    ``lines`` are its deployments, oldest phase first, empty where there are too many to draw; ``figures``
    those of the latest line. ``elsewhere``: some belong to a subsidiary agreement.
    """

    total: int
    contested: bool
    elsewhere: bool = False
    stages: Counter[str | None] = field(default_factory=Counter)
    lines: list[Line] = field(default_factory=list)
    figures: list[CellFigure] = field(default_factory=list)

    @property
    def figure(self) -> CellFigure | None:
        """Which figure a small cell tells: a number first, an exact one, the one entered first."""
        return min(self.figures, key=_readiness, default=None)


def _readiness(figure: CellFigure) -> tuple[bool, bool, int]:
    return (figure.value is None, figure.qualifier != Qualifier.EXACT, figure.pk)


@dataclass(frozen=True)
class Column:
    """One partner; ``empty`` when no source speaks of any system there.

    ``place`` names where it stands on the day's map, None where it goes as signed.
    """

    agreement: Any
    empty: bool
    wide: bool
    place: Any = None


@dataclass(frozen=True)
class Cell:
    """One system at one partner; ``found`` None means "chưa có thông tin"."""

    column: Column
    system: Any
    found: Found | None = None

    @property
    def deployments(self) -> Sequence[Line]:
        return self.found.lines if self.found else ()

    @property
    def figure(self) -> CellFigure | None:
        return self.found.figure if self.found else None

    @property
    def contested(self) -> bool:
        return bool(self.found and self.found.contested)

    @property
    def crowded(self) -> bool:
        return bool(self.found and not self.found.lines)

    @property
    def latest(self) -> Line | None:
        return self.deployments[-1] if self.deployments else None

    @property
    def stages(self) -> list[tuple[str | None, int]]:
        """How many stand at which stage, in the order of the vocabulary, those without a report last."""
        counts = self.found.stages if self.found else Counter[str | None]()
        return [(stage, counts[stage]) for stage in [*Stage.values, None] if counts[stage]]

    @property
    def commonest(self) -> tuple[str | None, int]:
        """The stage that most of them have, and how many do; of equal ones the first."""
        return max(self.stages, key=lambda pair: pair[1])


@dataclass(frozen=True)
class SystemRow:
    system: Any
    cells: list[Cell]


@dataclass(frozen=True)
class Family:
    label: str
    rows: list[SystemRow]


@dataclass(frozen=True)
class Matrix:
    """The partners and systems of one page of it."""

    columns: list[Column]
    families: list[Family]

    @property
    def crowded(self) -> bool:
        """Whether any cell counts its deployments instead of drawing them."""
        return any(
            cell.crowded for family in self.families for row in family.rows for cell in row.cells
        )


def matrix(
    systems: Iterable[Any],
    agreements: Sequence[Any],
    found: Mapping[tuple[int, int], Found],
    counts: Mapping[int, int],
    places: Mapping[int, Any] | None = None,
) -> Matrix:
    """Arrange what was found under the partners of ``agreements``, grouped by family of systems.

    ``systems`` come in the order of their families; ``found`` is told by system and agreement, and
    ``counts`` says how many deployments an agreement has, of whatever system.
    """
    wide = {home for (_system, home), own in found.items() if own.figures or not own.lines}
    columns = [
        Column(
            agreement,
            empty=not counts.get(agreement.pk),
            wide=agreement.pk in wide,
            place=(places or {}).get(agreement.pk),
        )
        for agreement in agreements
    ]
    families = []
    for _family, members in groupby(systems, key=lambda system: system.family):
        rows = [
            SystemRow(
                system,
                [
                    Cell(column, system, found.get((system.pk, column.agreement.pk)))
                    for column in columns
                ],
            )
            for system in members
        ]
        families.append(Family(rows[0].system.get_family_display(), rows))
    return Matrix(columns, families)
