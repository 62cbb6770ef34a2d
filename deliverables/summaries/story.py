"""What was said and what happened, in the order and under the headings in which pages tell it. No queries."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from agreements.choices import EventKind, StatementKind
from agreements.participants import by_role
from deliverables.summaries.differences import Difference, of_discrepancy

#: Statements of a kind that a page shows before the rest is folded.
SHOWN = 4


@dataclass(frozen=True)
class Said:
    """Statements of one kind, in their order."""

    kind: str
    label: str
    rows: list[Any]

    @property
    def first(self) -> list[Any]:
        """Those shown without a click; one alone is never folded away."""
        return self.rows if len(self.rows) <= SHOWN + 1 else self.rows[:SHOWN]

    @property
    def more(self) -> list[Any]:
        return self.rows[len(self.first) :]


def said(statements: Iterable[Any]) -> list[Said]:
    """Group statements by kind in the order of the vocabulary."""
    rows = sorted(statements, key=lambda row: (row.position, row.slug))
    groups = [
        Said(kind.value, str(kind.label), [row for row in rows if row.kind == kind])
        for kind in StatementKind
    ]
    return [group for group in groups if group.rows]


@dataclass(frozen=True)
class Happening:
    """One entry of a time line. ``event`` is None for what the map of provinces itself tells."""

    when: str
    precise: bool
    title: str
    event: Any = None
    parts: list[tuple[str, list[Any]]] = field(default_factory=list)
    differences: list[Difference] = field(default_factory=list)
    note: str = ""

    @property
    def loose(self) -> bool:
        """True where the day itself is not known."""
        return not self.precise


def happenings(
    events: Iterable[Any], partner: Any, day: dt.date | None, differing: Sequence[Any] = ()
) -> list[Happening]:
    """Events from the first to the last, undated ones at the end.

    With a ``day``, what the map had made of the partner's province by then stands among them.
    """
    told: list[tuple[tuple[Any, ...], Happening]] = []
    named: set[int] = set()
    ordered = sorted(events, key=_when)
    for event in ordered:
        people = {part.person_id for part in event.participations.all() if part.person_id}
        own = [row for row in differing if row.person_id in people and row.pk not in named]
        named |= {row.pk for row in own}
        told.append((_when(event), _happening(event, own)))
    merged = _merger(partner, day) if day else None
    if merged and not any(_tells_of(event, merged[0]) for event in ordered):
        told.append(((0, merged[0].isoformat(), ""), merged[1]))
    return [happening for _key, happening in sorted(told, key=lambda pair: pair[0])]


def _tells_of(event: Any, since: dt.date) -> bool:
    """True when an event entered by hand already tells what the map does on a day."""
    return bool(
        event.kind == EventKind.REORGANISATION
        and event.happened_on is not None
        and event.happened_on.first_day == since
    )


def _when(event: Any) -> tuple[int, str, str]:
    if event.happened_on is None:
        return (1, "", event.slug)
    return (0, event.happened_on.last_day.isoformat(), event.slug)


def _happening(event: Any, differing: Sequence[Any]) -> Happening:
    return Happening(
        when=str(event.happened_on) if event.happened_on else _("không ghi ngày"),
        precise=event.happened_on is not None and event.happened_on.precision == "day",
        title=event.title,
        event=event,
        parts=by_role(event),
        differences=[of_discrepancy(row) for row in differing],
        note=event.note,
    )


def _merger(partner: Any, day: dt.date) -> tuple[dt.date, Happening] | None:
    province = partner.province
    if province is None or province.valid_to is None or province.valid_to >= day:
        return None
    unit = province.on(day)
    if unit.pk == province.pk:
        return None
    since = province.valid_to + dt.timedelta(days=1)
    title = (
        _("Sắp xếp đơn vị hành chính cấp tỉnh: %(old)s nay thuộc %(new)s")
        if unit.name != province.name
        else _("Sắp xếp đơn vị hành chính cấp tỉnh: %(new)s mở rộng địa giới")
    )
    return since, Happening(
        when=since.strftime("%d/%m/%Y"),
        precise=True,
        title=title % {"old": province.name, "new": unit.name},
        note=_("Thỏa thuận vẫn mang tên bên đã ký; số liệu cũ giữ nguyên phạm vi cũ."),
    )
