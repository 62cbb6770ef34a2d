"""The areas of a proposal: one row each, copied from the phase before, reworded, merged, ended or new."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.translation import gettext as _, gettext_lazy

from deliverables.actions.signing import AreaSaid
from deliverables.forms.proposal.boxes import LineField, choice
from deliverables.forms.proposal.grounds import Grounds


@dataclass(frozen=True)
class AreaRow:
    """``number`` as the form counts it; ``area`` is the one of the phase that an amendment changes."""

    number: int
    area: Any
    name: Any
    continues: Any
    theme: Any
    ended: Any

    @property
    def boxes(self) -> list[Any]:
        return [box for box in (self.name, self.continues, self.theme, self.ended) if box]


def rows_to_begin_with(grounds: Grounds) -> list[AreaSaid]:
    """Every area there is, as it is: for a new phase each continues itself."""
    if grounds.new_phase:
        return [
            AreaSaid(place, area.name, (area.position,))
            for place, area in enumerate(grounds.areas, start=1)
        ]
    return [AreaSaid(area.position, area.name, was=area.name) for area in grounds.areas]


def number_of(grounds: Grounds, row: int) -> int:
    """The number of the area in a row; of a new one the next, as if no new row before it stayed empty."""
    if grounds.new_phase:
        return row + 1
    if row < len(grounds.areas):
        return int(grounds.areas[row].position)
    return grounds.last_position + row - len(grounds.areas) + 1


def add_areas(form: forms.Form, grounds: Grounds, rows: int) -> None:
    """Add the boxes of so many areas."""
    earlier = [(str(area.position), str(area.position)) for area in grounds.areas]
    for row in range(rows):
        form.fields[f"lv{row}-ten"] = LineField(
            300, rows=2, label=_("Lĩnh vực %s") % number_of(grounds, row)
        )
        if grounds.new_phase and earlier:
            form.fields[f"lv{row}-noi"] = forms.MultipleChoiceField(
                label=_("Lĩnh vực %s tiếp nối lĩnh vực cũ số") % (row + 1),
                choices=earlier,
                required=False,
                widget=forms.CheckboxSelectMultiple,
            )
        if grounds.new_phase or row >= len(grounds.areas):
            form.fields[f"lv{row}-cd"] = choice(
                gettext_lazy("Chủ đề"), grounds.themes, gettext_lazy("như lĩnh vực cũ")
            )
        else:
            form.fields[f"lv{row}-kt"] = forms.BooleanField(
                label=gettext_lazy("Kết thúc từ ngày phụ lục có hiệu lực"), required=False
            )


def areas_of(said: Sequence[AreaSaid]) -> dict[str, Any]:
    held: dict[str, Any] = {}
    for row, area in enumerate(said):
        held |= {
            f"lv{row}-ten": area.name,
            f"lv{row}-noi": [str(number) for number in area.continues],
            f"lv{row}-cd": area.theme,
            f"lv{row}-kt": area.ended,
        }
    return held


def check_areas(form: forms.Form, grounds: Grounds, rows: int, data: dict[str, Any]) -> None:
    """An area that was signed keeps a name. In a new phase an emptied row lets the area end."""
    for row in range(rows):
        named = data.get(f"lv{row}-ten")
        kept = not grounds.new_phase and row < len(grounds.areas)
        if kept and not named and f"lv{row}-ten" not in form.errors:
            form.add_error(
                f"lv{row}-ten", _("Lĩnh vực đã ký thì không bỏ trống; muốn dừng thì chọn kết thúc")
            )


def positions(grounds: Grounds, rows: int, data: Mapping[str, Any]) -> dict[int, int]:
    """Which position the area of each row will have: without gaps, those already signed as they were."""
    found: dict[int, int] = {}
    signed = [] if grounds.new_phase else [area.position for area in grounds.areas]
    latest = 0 if grounds.new_phase else grounds.last_position
    for row in range(rows):
        if row < len(signed):
            found[row] = signed[row]
        elif data.get(f"lv{row}-ten"):
            latest += 1
            found[row] = latest
    return found


def areas_said(grounds: Grounds, rows: int, data: Mapping[str, Any]) -> Iterator[AreaSaid]:
    signed = [] if grounds.new_phase else [area.name for area in grounds.areas]
    for row, position in positions(grounds, rows, data).items():
        yield AreaSaid(
            was=signed[row] if row < len(signed) else "",
            position=position,
            name=data[f"lv{row}-ten"],
            continues=tuple(sorted(int(number) for number in data.get(f"lv{row}-noi") or ())),
            theme=data.get(f"lv{row}-cd", ""),
            ended=data.get(f"lv{row}-kt", False),
        )


def area_rows(form: forms.Form, grounds: Grounds, rows: int) -> list[AreaRow]:
    def box(row: int, part: str) -> Any:
        name = f"lv{row}-{part}"
        return form[name] if name in form.fields else None

    signed = [] if grounds.new_phase else list(grounds.areas)
    return [
        AreaRow(
            number_of(grounds, row),
            signed[row] if row < len(signed) else None,
            *(box(row, part) for part in ("ten", "noi", "cd", "kt")),
        )
        for row in range(rows)
    ]
