"""Systems by partners: what each has of each system, at which stage, with its first figure. No queries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from agreements.choices import Qualifier, SystemFamily

#: "không nêu số" is said on the deliverable's own page; a small cell leaves it out.
_SAYS_NOTHING = {Qualifier.UNSPECIFIED}


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
    """Deployments of one system at one partner, oldest phase first; none means "chưa có thông tin"."""

    column: Column
    deployments: Sequence[Any] = ()
    figure: Any = None
    contested: bool = False

    @property
    def latest(self) -> Any:
        return self.deployments[-1] if self.deployments else None


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
    columns: list[Column]
    families: list[Family]
    outside: list[Any]

    @property
    def systems(self) -> int:
        return sum(len(family.rows) for family in self.families)


def matrix(
    deployments: Iterable[Any],
    agreements: Sequence[Any],
    parents: Mapping[int, int],
    figures: Mapping[int, list[Any]],
    places: Mapping[int, Any] | None = None,
) -> Matrix:
    """Arrange deployments under the partners of ``agreements``, grouped by family of systems.

    ``parents`` leads from a subsidiary agreement to the one above it, whose column it joins. What
    belongs to no agreement shown is handed back as ``outside``, so that no row is lost from sight.
    """
    found_at: dict[tuple[int, int], list[Any]] = defaultdict(list)
    systems: dict[int, Any] = {}
    outside = []
    shown = {agreement.pk for agreement in agreements}
    for deployment in deployments:
        home = parents.get(deployment.agreement_id, deployment.agreement_id)
        if home not in shown:
            outside.append(deployment)
            continue
        systems[deployment.system_id] = deployment.system
        found_at[deployment.system_id, home].append(deployment)
    cells = {key: _cell_parts(own, figures) for key, own in found_at.items()}
    columns = []
    for agreement in agreements:
        own_parts = [parts for (_system, home), parts in cells.items() if home == agreement.pk]
        wide = any(parts["figure"] is not None for parts in own_parts)
        place = (places or {}).get(agreement.pk)
        columns.append(Column(agreement, empty=not own_parts, wide=wide, place=place))
    families = []
    for family in SystemFamily:
        members = sorted(
            (system for system in systems.values() if system.family == family),
            key=lambda system: (system.position, bytes(system.sort_key)),
        )
        rows = [
            SystemRow(
                system,
                [
                    Cell(column, **cells.get((system.pk, column.agreement.pk), {}))
                    for column in columns
                ],
            )
            for system in members
        ]
        if rows:
            families.append(Family(str(family.label), rows))
    return Matrix(columns, families, outside)


def _cell_parts(deployments: list[Any], figures: Mapping[int, list[Any]]) -> dict[str, Any]:
    ordered = sorted(deployments, key=lambda row: (_start(row), row.pk))
    told = [
        figure
        for figure in figures.get(ordered[-1].pk, [])
        if figure.qualifier not in _SAYS_NOTHING
    ]
    return {
        "deployments": ordered,
        "figure": min(told, key=_readiness, default=None),
        "contested": any(row.contested for row in ordered),
    }


def _readiness(figure: Any) -> tuple[bool, bool, int]:
    """Which figure a small cell tells first: a number, an exact one, the one entered first."""
    return (figure.value is None, figure.qualifier != Qualifier.EXACT, figure.pk)


def _start(deployment: Any) -> str:
    begins_on = deployment.phase.begins_on if deployment.phase else None
    return begins_on.isoformat() if begins_on else ""
