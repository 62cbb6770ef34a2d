"""The rules of the flags, as docs/data.md states them: pure functions of what was said, then and now."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from coopportal.figures import write_figure
from deliverables.choices import FlagKind, ValueKind
from deliverables.models.report import PERCENT

#: A figure more than twice the one before, or less than half of it, is looked at.
TIMES = 2
#: A share that moved by more than so many points is looked at.
POINTS = 20


@dataclass(frozen=True)
class Flag:
    """One reason to look closer; ``indicator`` is the key of the figure meant, empty for the whole report."""

    kind: FlagKind
    message: str
    indicator: str = ""

    def __str__(self) -> str:
        return self.message


@dataclass(frozen=True)
class Past:
    """A figure said before: by whom (``ReportSide``), as of when."""

    value: Decimal | None
    qualifier: str
    text: str
    side: str
    as_of: Any
    as_of_end: dt.date


def flags(
    report: Any,
    figures: Iterable[Any],
    *,
    evidence: bool,
    previous: Mapping[str, Past],
    theirs: Mapping[str, Past],
    map_changed_on: dt.date | None,
) -> tuple[Flag, ...]:
    """Every flag of a report, those of the whole report first.

    ``figures`` are its measurements with their indicators; ``previous`` the official figures before it and
    ``theirs`` the other side's last ones, by indicator key; ``map_changed_on`` the day since the last report
    on which the province's boundary changed.
    """
    found = []
    if not evidence:
        found.append(Flag(FlagKind.NO_EVIDENCE, _("Chưa có minh chứng.")))
    if map_changed_on is not None:
        found.append(
            Flag(
                FlagKind.BOUNDARY,
                _("Địa giới tỉnh đã thay đổi từ %(day)s, sau báo cáo trước.")
                % {"day": f"{map_changed_on:%d/%m/%Y}"},
            )
        )
    for row in figures:
        key = row.indicator.key
        found += _of_figure(row, key, previous.get(key), theirs.get(key))
    return tuple(found)


def _of_figure(row: Any, key: str, before: Past | None, other: Past | None) -> list[Flag]:
    found: list[Flag] = []
    if row.value is None:
        return found
    said = {"name": row.indicator.name, "new": write_figure(row.value)}
    if other is not None and other.value is not None and other.value != row.value:
        told = {**said, "old": write_figure(other.value)}
        found.append(
            Flag(
                FlagKind.DIFFERS,
                _("%(name)s: bên kia ghi %(old)s, báo cáo này ghi %(new)s.") % told,
                key,
            )
        )
    if before is None or before.value is None:
        return found
    said["old"] = write_figure(before.value)
    if row.indicator.value_kind == ValueKind.RUNNING_TOTAL and row.value < before.value:
        told_falls = _("%(name)s là số lũy kế nhưng giảm từ %(old)s còn %(new)s.") % said
        found.append(Flag(FlagKind.FALLS, told_falls, key))
    elif is_outlier(row.value, before.value, row.indicator.unit):
        told_far = _("%(name)s đổi nhiều so với số trước: %(old)s → %(new)s.") % said
        found.append(Flag(FlagKind.OUTLIER, told_far, key))
    return found


def is_outlier(value: Decimal, before: Decimal, unit: str) -> bool:
    """Shares by points, everything else by times; from 0 nothing can be told."""
    if unit == PERCENT:
        return abs(value - before) > POINTS
    if before <= 0:
        return False
    return value > before * TIMES or value * TIMES < before
