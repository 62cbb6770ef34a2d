"""Areas of two phases side by side: which continues which, as curves and as words. No queries."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from agreements.choices import LineageBasis
from coopportal.vietnamese import fold

#: Height of one row in the drawing's own units; both lists have rows of equal height, whatever the names.
ROW = 100
_LEFT, _RIGHT, _BEND = 6, 94, 50


@dataclass(frozen=True)
class Step:
    """One area in its list, with what the other phase made of it. ``tag`` is a style of ``.tag--``."""

    area: Any
    words: str = ""
    tag: str = ""


@dataclass(frozen=True)
class Curve:
    """A path of the drawing; ``kind`` is kept, grown or fresh."""

    path: str
    kind: str


@dataclass(frozen=True)
class Lineage:
    """Two lists of areas and the curves between them.

    ``known`` is False where nobody has said or read which area continues which: then nothing is drawn
    and nothing is called new. ``our_reading`` is True when any line is ours and not a source's.
    """

    before: list[Step]
    after: list[Step]
    curves: list[Curve] = field(default_factory=list)
    known: bool = False
    our_reading: bool = False

    @property
    def rows(self) -> int:
        return max(len(self.before), len(self.after), 1)

    @property
    def height(self) -> int:
        return self.rows * ROW

    @property
    def before_voids(self) -> range:
        return range(self.rows - len(self.before))

    @property
    def after_voids(self) -> range:
        return range(self.rows - len(self.after))


def lineage(before: Sequence[Any], after: Sequence[Any]) -> Lineage:
    """Join the areas of a phase to those of the phase before; ``continues`` must be prefetched."""
    known = any(area.lineage_basis or area.continues.all() for area in after)
    if not known:
        return Lineage([Step(area) for area in before], [Step(area) for area in after])
    row_of = {area.pk: row for row, area in enumerate(before)}
    curves: list[Curve] = []
    continued: set[int] = set()
    steps = []
    for row, area in enumerate(after):
        earlier = sorted(
            (other for other in area.continues.all() if other.pk in row_of),
            key=lambda other: other.position,
        )
        continued.update(other.pk for other in earlier)
        steps.append(_told(area, earlier))
        kind = steps[-1].tag
        if earlier:
            curves += [Curve(_curve(row_of[other.pk], row), kind) for other in earlier]
        else:
            curves.append(Curve(f"M70 {_middle(row)}H{_RIGHT}", "new"))
    ended = _("Không nối tiếp ở giai đoạn sau")
    return Lineage(
        before=[Step(area, "" if area.pk in continued else ended) for area in before],
        after=steps,
        curves=curves,
        known=True,
        our_reading=any(area.lineage_basis == LineageBasis.OUR_READING for area in after),
    )


def _told(area: Any, earlier: Sequence[Any]) -> Step:
    if not earlier:
        return Step(area, _("Lĩnh vực mới"), "new")
    numbers = _(" và ").join(str(other.position) for other in earlier)
    named = {"numbers": numbers}
    if len(earlier) > 1:
        return Step(area, _("Gộp từ lĩnh vực %(numbers)s") % named, "grown")
    if area.widened:
        return Step(area, _("Mở rộng từ lĩnh vực %(numbers)s") % named, "grown")
    if fold(area.name) == fold(earlier[0].name):
        return Step(area, _("Giữ nguyên từ lĩnh vực %(numbers)s") % named, "kept")
    return Step(area, _("Tiếp nối lĩnh vực %(numbers)s") % named, "kept")


def _middle(row: int) -> int:
    return row * ROW + ROW // 2


def _curve(start: int, end: int) -> str:
    y1, y2 = _middle(start), _middle(end)
    return f"M{_LEFT} {y1}C{_BEND} {y1} {_BEND} {y2} {_RIGHT} {y2}"
