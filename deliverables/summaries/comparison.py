"""Two phases side by side: themes, areas, what each has of the same system, shared indicators. No queries."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from deliverables.summaries.results import Delivered, Family, ResultRow


@dataclass(frozen=True)
class ThemeRow:
    """The areas of both phases on one theme; ``theme`` None gathers those without any."""

    theme: Any
    left: list[Any]
    right: list[Any]

    @property
    def shared(self) -> bool:
        return bool(self.left and self.right)


def themes_beside(left: Iterable[Any], right: Iterable[Any]) -> list[ThemeRow]:
    """Areas under their themes in the order of the vocabulary; an area stands under each of its themes."""
    sides = (_by_theme(left), _by_theme(right))
    themes = {theme.pk: theme for side in sides for theme, _areas in side.values() if theme}
    ordered = sorted(themes.values(), key=lambda theme: (theme.position, theme.key))
    rows = [ThemeRow(theme, *(_areas_of(side, theme.pk) for side in sides)) for theme in ordered]
    if any(None in side for side in sides):
        rows.append(ThemeRow(None, *(_areas_of(side, None) for side in sides)))
    return rows


def _by_theme(areas: Iterable[Any]) -> dict[int | None, tuple[Any, list[Any]]]:
    found: dict[int | None, tuple[Any, list[Any]]] = {}
    for area in areas:
        for theme in area.themes.all() or [None]:
            found.setdefault(theme.pk if theme else None, (theme, []))[1].append(area)
    return found


def _areas_of(side: dict[int | None, tuple[Any, list[Any]]], key: int | None) -> list[Any]:
    return side[key][1] if key in side else []


@dataclass(frozen=True)
class Counted:
    """How many rows both phases have, and how many only one of them."""

    both: int
    left: int
    right: int


def counted(families: Iterable[Family]) -> Counted:
    rows = [row for family in families for row in family.rows]
    both = sum(all(row.cells) for row in rows)
    left = sum(row.cells[0] is not None and row.cells[1] is None for row in rows)
    return Counted(both, left, len(rows) - both - left)


@dataclass(frozen=True)
class SharedIndicator:
    """One indicator of one undertaking with the figure that each phase ended at, told as they stand.

    No difference is reckoned: qualifiers, days and extents may not be the same.
    """

    row: ResultRow
    indicator: Any
    figures: Sequence[Any]


def shared_indicators(families: Iterable[Family]) -> list[SharedIndicator]:
    """Indicators for which both phases have a number, in the order of the rows."""
    found = []
    for family in families:
        for row in family.rows:
            left, right = (_numbers(cell) for cell in row.cells)
            found += [
                SharedIndicator(row, figure.indicator, (figure, right[key]))
                for key, figure in left.items()
                if key in right
            ]
    return found


def _numbers(cell: Delivered | None) -> dict[int, Any]:
    return {figure.indicator_id: figure for figure in cell.numbers} if cell else {}
