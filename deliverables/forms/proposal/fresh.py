"""Deliverables that nobody had before: what, of which kind and system, in which area, with one target."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.translation import gettext as _, gettext_lazy

from deliverables.actions.signing import DeliverableSaid, Proposed
from deliverables.choices import DeliverableKind
from deliverables.forms.proposal.boxes import DueField, LineField, choice
from deliverables.forms.proposal.existing import (
    TargetRow,
    add_target,
    area_at,
    check_target,
    hold_target,
    target_row,
    target_said,
)
from deliverables.forms.proposal.grounds import Grounds


@dataclass(frozen=True)
class FreshRow:
    number: int
    title: Any
    kind: Any
    system: Any
    area: Any
    due_on: Any
    target: TargetRow

    @property
    def boxes(self) -> list[Any]:
        own = [self.title, self.kind, self.system, self.area, self.due_on]
        return own + self.target.boxes


def add_fresh(
    form: forms.Form, grounds: Grounds, rows: int, areas: Sequence[tuple[str, str]]
) -> None:
    for row in range(rows):
        prefix = f"moi{row}"
        form.fields[f"{prefix}-ten"] = LineField(300, label=_("Hạng mục mới %s") % (row + 1))
        form.fields[f"{prefix}-loai"] = choice(gettext_lazy("Loại"), DeliverableKind.choices)
        form.fields[f"{prefix}-ht"] = choice(
            gettext_lazy("Hệ thống"), grounds.systems, gettext_lazy("không thuộc hệ thống nào")
        )
        form.fields[f"{prefix}-lv"] = choice(gettext_lazy("Lĩnh vực"), areas)
        form.fields[f"{prefix}-han"] = DueField(label=gettext_lazy("Thời hạn"))
        add_target(form, prefix)


def fresh_said_before(said: Proposed) -> list[DeliverableSaid]:
    return [one for one in said.deliverables if not one.continues]


def fresh_of(grounds: Grounds, said: Proposed, rows: Mapping[int, int]) -> dict[str, Any]:
    held: dict[str, Any] = {}
    names = {row.key: row.name for row in grounds.indicators.values()}
    for number, one in enumerate(fresh_said_before(said)):
        prefix = f"moi{number}"
        held |= {
            f"{prefix}-ten": one.title,
            f"{prefix}-loai": one.kind,
            f"{prefix}-ht": one.system,
            f"{prefix}-han": one.due_on,
        }
        if one.area is not None:
            held[f"{prefix}-lv"] = str(rows.get(one.area, one.area))
        for target in one.targets[:1]:
            held |= hold_target(prefix, target, names.get(target.indicator, target.indicator))
    return held


def check_fresh(form: forms.Form, grounds: Grounds, rows: int, data: Mapping[str, Any]) -> None:
    for row in range(rows):
        prefix = f"moi{row}"
        check_target(form, grounds, prefix, data)
        parts = ("loai", "ht", "lv", "han", "ct", "dich")
        if not data.get(f"{prefix}-ten"):
            if any(data.get(f"{prefix}-{part}") for part in parts):
                form.add_error(f"{prefix}-ten", _("Ghi tên hạng mục, hoặc xóa cả dòng này"))
            continue
        kind = data.get(f"{prefix}-loai")
        if not kind:
            form.add_error(f"{prefix}-loai", _("Chọn loại hạng mục"))
        elif kind == DeliverableKind.DEPLOYMENT and not data.get(f"{prefix}-ht"):
            form.add_error(f"{prefix}-ht", _("Triển khai hệ thống thì chọn hệ thống"))


def fresh_said(
    grounds: Grounds, rows: int, data: Mapping[str, Any], positions: Mapping[int, int]
) -> Iterator[DeliverableSaid]:
    for row in range(rows):
        prefix = f"moi{row}"
        if not data.get(f"{prefix}-ten"):
            continue
        target = target_said(grounds, prefix, data)
        yield DeliverableSaid(
            title=data[f"{prefix}-ten"],
            kind=data.get(f"{prefix}-loai", ""),
            system=data.get(f"{prefix}-ht", ""),
            area=area_at(data.get(f"{prefix}-lv", ""), positions),
            due_on=data.get(f"{prefix}-han"),
            targets=(target,) if target else (),
        )


def fresh_rows(form: forms.Form, rows: int) -> list[FreshRow]:
    found = []
    for row in range(rows):
        title, kind, system, area, due_on = (
            form[f"moi{row}-{part}"] for part in ("ten", "loai", "ht", "lv", "han")
        )
        target = target_row(form, f"moi{row}")
        found.append(FreshRow(row + 1, title, kind, system, area, due_on, target))
    return found
