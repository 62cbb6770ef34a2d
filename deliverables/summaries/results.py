"""Deliverables of an agreement as rows of a table: one a system, its phases side by side. No queries."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from agreements.choices import SystemFamily
from deliverables.choices import STAGE_GROUP_OF, DeliverableKind, Stage, StageGroup
from deliverables.summaries.differences import Difference, each_once

#: Kinds that stand under a family of systems even without naming a system.
_FAMILY_OF_KIND = {DeliverableKind.INFRASTRUCTURE: SystemFamily.INFRASTRUCTURE}


@dataclass
class Delivered:
    """One deliverable as it stood at a moment.

    ``report`` is its latest official report or None; ``figures`` the figure of each indicator, each
    knowing the report it comes from; ``waiting`` reports that the reader may see and the other side has
    not settled; ``differences`` what sources tell differently.
    """

    deliverable: Any
    report: Any = None
    figures: list[Any] = field(default_factory=list)
    waiting: list[Any] = field(default_factory=list)
    differences: list[Difference] = field(default_factory=list)

    @property
    def has_report(self) -> bool:
        """Also before the report itself is at hand."""
        return self.deliverable.report_id is not None

    @property
    def stage(self) -> str | None:
        return self.report.stage if self.report else None

    @property
    def name(self) -> str:
        """What to call it on the page of its own partner: the system, else the title without the partner."""
        row = self.deliverable
        if row.kind == DeliverableKind.DEPLOYMENT and row.system is not None:
            return str(row.system.short_name)
        if row.agreement is None:
            return str(row.title)
        return str(row.title).removesuffix(f", {row.agreement.partner.short_name}")

    @property
    def sources(self) -> list[Any]:
        """The sources it rests on, those of its latest report first, each once; then who differs."""
        reports = [self.report] if self.report else []
        reports += [figure.report for figure in self.figures]
        reports += [telling.report for one in self.differences for telling in one.tellings]
        cited = [citation for report in reports if report for citation in report.citations.all()]
        cited = cited or list(self.deliverable.citations.all())
        return list({citation.source_id: citation.source for citation in cited}.values())

    @property
    def numbers(self) -> list[Any]:
        return [figure for figure in self.figures if figure.value is not None]


@dataclass
class ResultRow:
    """A line of the table: the same undertaking through the phases shown.

    ``cells`` has one entry a phase column, None where that phase says nothing of it; ``loose`` holds
    what belongs to no phase.
    """

    cells: list[Delivered | None]
    loose: Delivered | None = None

    @property
    def entries(self) -> list[Delivered]:
        """Latest phase first."""
        told = [cell for cell in reversed(self.cells) if cell is not None]
        return [*told, self.loose] if self.loose else told

    @property
    def head(self) -> Delivered:
        """Whose figures lead: the latest entry that has a report, else the latest."""
        return next((entry for entry in self.entries if entry.has_report), self.entries[0])

    @property
    def others(self) -> list[Delivered]:
        """Entries beside the head that have something of their own to say."""
        return [entry for entry in self.entries if entry is not self.head and entry.has_report]

    @property
    def differences(self) -> list[Difference]:
        """Those of all entries; one that two phases share is told once."""
        return each_once(one for entry in self.entries for one in entry.differences)


@dataclass(frozen=True)
class Family:
    label: str
    rows: list[ResultRow]


def results(delivered: Iterable[Delivered], phases: Sequence[Any]) -> list[Family]:
    """Rows grouped by family of systems, then by kind; ``phases`` are the columns, oldest first.

    What continues an earlier deliverable joins its row, and so does the same system in another phase.
    """
    column = {phase.pk: place for place, phase in enumerate(phases)}
    ordered = sorted(delivered, key=lambda one: column.get(one.deliverable.phase_id, -1))
    rows: list[ResultRow] = []
    row_of: dict[int, ResultRow] = {}
    of_system: dict[int | None, list[ResultRow]] = {}
    for one in ordered:
        place = column.get(one.deliverable.phase_id)
        row = _row_for(one.deliverable, place, of_system, row_of)
        if row is None:
            row = ResultRow(cells=[None] * len(phases))
            rows.append(row)
        if place is None:
            row.loose = one
        else:
            row.cells[place] = one
        row_of[one.deliverable.pk] = row
        of_system.setdefault(one.deliverable.system_id, []).append(row)
    grouped: dict[int, list[ResultRow]] = {}
    for (group, *_place), row in sorted((_order(row), row) for row in rows):
        grouped.setdefault(group, []).append(row)
    return [Family(heading(own[0].head.deliverable), own) for own in grouped.values()]


def _row_for(
    deliverable: Any,
    place: int | None,
    of_system: Mapping[int | None, Sequence[ResultRow]],
    row_of: Mapping[int, ResultRow],
) -> ResultRow | None:
    """The row that a deliverable joins, if there is one; the oldest where several would do."""

    def free(row: ResultRow) -> bool:
        return row.loose is None if place is None else row.cells[place] is None

    earlier = row_of.get(deliverable.continues_id)
    if earlier is not None and free(earlier):
        return earlier
    if deliverable.kind != DeliverableKind.DEPLOYMENT or place is None:
        return None
    return next(
        (
            row
            for row in of_system.get(deliverable.system_id, ())
            if free(row)
            and row.loose is None
            and row.head.deliverable.kind == DeliverableKind.DEPLOYMENT
            and row.head.deliverable.system_id == deliverable.system_id
        ),
        None,
    )


def _family(deliverable: Any) -> SystemFamily | None:
    if deliverable.system is not None and deliverable.kind in (
        DeliverableKind.DEPLOYMENT,
        DeliverableKind.INTEGRATION,
        DeliverableKind.INFRASTRUCTURE,
    ):
        return SystemFamily(deliverable.system.family)
    return _FAMILY_OF_KIND.get(DeliverableKind(deliverable.kind))


def heading(deliverable: Any) -> str:
    """Under which heading pages list it: the family of its system, else its own kind."""
    family = _family(deliverable)
    return str(family.label if family else DeliverableKind(deliverable.kind).label)


#: Families of systems come before kinds.
_FAMILIES = {family: place for place, family in enumerate(SystemFamily)}
_KINDS = {kind: place for place, kind in enumerate(DeliverableKind, start=len(SystemFamily))}


def _order(row: ResultRow) -> tuple[int, int, bytes, int]:
    """The group first; no two rows share a place."""
    deliverable = row.head.deliverable
    family = _family(deliverable)
    group = _FAMILIES[family] if family else _KINDS[DeliverableKind(deliverable.kind)]
    position = deliverable.system.position if deliverable.system else 9999
    return (group, position, bytes(deliverable.sort_key), deliverable.pk)


@dataclass(frozen=True)
class Tally:
    """How many deliverables stand in a group of stages; ``group`` None counts those without a report."""

    group: StageGroup | None
    count: int
    label: str
    glyph: str


_TALLY_GLYPHS = {
    StageGroup.EARLY: Stage.PLANNED,
    StageGroup.DOING: Stage.IN_PROGRESS,
    StageGroup.DONE: Stage.DEPLOYED,
    StageGroup.HOLD: Stage.SUSPENDED,
    StageGroup.STOP: Stage.ENDED,
}


def tally(stages: Iterable[str | None]) -> list[Tally]:
    """Count stages by their group, groups that have none left out."""
    counts: dict[StageGroup | None, int] = {}
    for stage in stages:
        group = STAGE_GROUP_OF.get(stage) if stage else None
        counts[group] = counts.get(group, 0) + 1
    told = [
        Tally(group, counts[group], str(group.label), _TALLY_GLYPHS[group].value)
        for group in StageGroup
        if group in counts
    ]
    if None in counts:
        told.append(Tally(None, counts[None], "", "none"))
    return told


def said_in_words(parts: Iterable[Tally]) -> str:
    """A tally as plain words, for a cell: "Đã có kết quả 3; Chưa có thông tin 2"."""
    return "; ".join(f"{part.label or _('Chưa có thông tin')} {part.count}" for part in parts)
