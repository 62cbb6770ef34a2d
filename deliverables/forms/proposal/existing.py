"""The deliverables there are: which go on in a new phase, and what each is to reach from now on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.translation import gettext as _, gettext_lazy

from deliverables.actions.signing import ChangeSaid, DeliverableSaid, Proposed, TargetSaid
from deliverables.forms.proposal.boxes import DueField, FigureField, LineField, choice
from deliverables.forms.proposal.grounds import Grounds, Line


@dataclass(frozen=True)
class TargetRow:
    """The boxes of one indicator: what is to be reached, by when, from the last official figure.

    A row without ``indicator`` lets one name another, by ``named``, with its own ``baseline``.
    """

    indicator: Any
    official: Any
    named: Any
    baseline: Any
    value: Any
    due_on: Any

    @property
    def boxes(self) -> list[Any]:
        return [box for box in (self.named, self.baseline, self.value, self.due_on) if box]


@dataclass(frozen=True)
class LineRow:
    line: Line
    chosen: Any
    area: Any
    due_on: Any
    targets: Sequence[TargetRow]

    @property
    def boxes(self) -> list[Any]:
        own = [box for box in (self.chosen, self.area, self.due_on) if box]
        return own + [box for target in self.targets for box in target.boxes]

    @property
    def detailed(self) -> bool:
        """Whether its targets stand open: something is typed there, or wrong."""
        return any(box.value() or box.errors for row in self.targets for box in row.boxes)


def add_target(form: forms.Form, prefix: str, indicator: Any = None) -> None:
    """The boxes of one target; without an indicator its name is asked too."""
    if indicator is None:
        form.fields[f"{prefix}-ct"] = LineField(
            200,
            label=gettext_lazy("Chỉ tiêu"),
            widget=forms.TextInput({"list": "chi-tieu", "autocomplete": "off"}),
        )
        form.fields[f"{prefix}-goc"] = FigureField(label=gettext_lazy("Số gốc"))
    form.fields[f"{prefix}-dich"] = FigureField(indicator=indicator, label=gettext_lazy("Mục tiêu"))
    form.fields[f"{prefix}-dhan"] = DueField(label=gettext_lazy("Đạt trước ngày"))


def check_target(
    form: forms.Form, grounds: Grounds, prefix: str, data: Mapping[str, Any], indicator: Any = None
) -> None:
    """A target needs an indicator and a figure; the baseline is a figure of the same indicator."""
    value, due = data.get(f"{prefix}-dich"), data.get(f"{prefix}-dhan")
    if indicator is None:
        named, baseline = data.get(f"{prefix}-ct"), data.get(f"{prefix}-goc")
        if named and grounds.indicator_named(named) is None:
            form.add_error(
                f"{prefix}-ct",
                _("Không có chỉ tiêu “%s”. Chọn trong danh sách gợi ý.") % named[:60],
            )
        if not named and (value is not None or baseline is not None or due):
            form.add_error(f"{prefix}-ct", _("Ghi tên chỉ tiêu của mục tiêu này"))
        asked = bool(named) or baseline is not None or bool(due)
    else:
        asked = bool(due)
    if asked and value is None and f"{prefix}-dich" not in form.errors:
        form.add_error(f"{prefix}-dich", _("Ghi số cần đạt"))


def target_said(
    grounds: Grounds,
    prefix: str,
    data: Mapping[str, Any],
    indicator: Any = None,
    official: Any = None,
) -> TargetSaid | None:
    value = data.get(f"{prefix}-dich")
    if value is None:
        return None
    baseline = official.value if official is not None else None
    if indicator is None:
        indicator = grounds.indicator_named(data[f"{prefix}-ct"])
        baseline = data.get(f"{prefix}-goc")
    return TargetSaid(indicator.key, value, baseline, data.get(f"{prefix}-dhan"))


def hold_target(prefix: str, said: TargetSaid, name: str = "") -> dict[str, Any]:
    held = {f"{prefix}-dich": said.value, f"{prefix}-dhan": said.due_on}
    return held | ({f"{prefix}-ct": name, f"{prefix}-goc": said.baseline} if name else {})


def target_row(
    form: forms.Form, prefix: str, indicator: Any = None, official: Any = None
) -> TargetRow:
    named = form[f"{prefix}-ct"] if indicator is None else None
    baseline = form[f"{prefix}-goc"] if indicator is None else None
    return TargetRow(
        indicator, official, named, baseline, form[f"{prefix}-dich"], form[f"{prefix}-dhan"]
    )


def add_lines(
    form: forms.Form, grounds: Grounds, lines: Sequence[Line], areas: Sequence[tuple[str, str]]
) -> None:
    """Add the boxes of these deliverables; of any others there are none."""
    for line in lines:
        prefix = f"hm{line.deliverable.pk}"
        if grounds.new_phase:
            form.fields[f"{prefix}-tn"] = forms.BooleanField(
                label=line.deliverable.title, required=False
            )
            form.fields[f"{prefix}-lv"] = choice(gettext_lazy("Lĩnh vực"), areas)
        form.fields[f"{prefix}-han"] = DueField(label=gettext_lazy("Thời hạn"))
        for indicator, _official in line.figures:
            add_target(form, f"{prefix}-{indicator.pk}", indicator)
        add_target(form, f"{prefix}-k")


def lines_of(
    grounds: Grounds, lines: Sequence[Line], said: Proposed, rows: Mapping[int, int]
) -> dict[str, Any]:
    """What a stored proposal says of them; ``rows``: the form's row of the area at a position."""
    held: dict[str, Any] = {}
    goes_on = continued_in(said)
    changed = {one.deliverable: one for one in said.changes}
    for line in lines:
        prefix, slug = f"hm{line.deliverable.pk}", line.deliverable.slug
        one = goes_on.get(slug) or changed.get(slug)
        if one is None:
            continue
        held |= {f"{prefix}-tn": slug in goes_on, f"{prefix}-han": one.due_on}
        if isinstance(one, DeliverableSaid):
            named = one.area is not None
            held[f"{prefix}-lv"] = str(rows.get(one.area or 0, one.area)) if named else ""
        own = {indicator.key: indicator for indicator, _official in line.figures}
        for target in one.targets:
            if target.indicator in own:
                held |= hold_target(f"{prefix}-{own[target.indicator].pk}", target)
            else:
                held |= hold_target(f"{prefix}-k", target, _name(grounds, target.indicator))
    return held


def _name(grounds: Grounds, key: str) -> str:
    found = next((row for row in grounds.indicators.values() if row.key == key), None)
    return found.name if found is not None else key


def continued_in(said: Proposed | None) -> dict[str, DeliverableSaid]:
    """What a proposal lets go on, by the slug of what is continued."""
    return {one.continues: one for one in said.deliverables if one.continues} if said else {}


def check_lines(
    form: forms.Form, grounds: Grounds, lines: Sequence[Line], data: Mapping[str, Any]
) -> None:
    for line in lines:
        prefix = f"hm{line.deliverable.pk}"
        for indicator, _official in line.figures:
            check_target(form, grounds, f"{prefix}-{indicator.pk}", data, indicator)
        check_target(form, grounds, f"{prefix}-k", data)
        says = data.get(f"{prefix}-han") or any(_targets(grounds, line, data))
        if grounds.new_phase and says and not data.get(f"{prefix}-tn"):
            form.add_error(
                f"{prefix}-tn", _("Đã ghi thời hạn hoặc mục tiêu thì chọn tiếp nối, hoặc xóa đi")
            )


def _targets(grounds: Grounds, line: Line, data: Mapping[str, Any]) -> Iterator[TargetSaid]:
    prefix = f"hm{line.deliverable.pk}"
    for indicator, official in line.figures:
        said = target_said(grounds, f"{prefix}-{indicator.pk}", data, indicator, official)
        if said is not None:
            yield said
    named = data.get(f"{prefix}-k-ct")
    if named and grounds.indicator_named(named) is not None:
        said = target_said(grounds, f"{prefix}-k", data)
        if said is not None:
            yield said


def line_said(
    grounds: Grounds, line: Line, data: Mapping[str, Any], positions: Mapping[int, int]
) -> DeliverableSaid | None:
    """What a new phase says of a deliverable on the form, if it is to go on."""
    prefix, row = f"hm{line.deliverable.pk}", line.deliverable
    if not data.get(f"{prefix}-tn"):
        return None
    return DeliverableSaid(
        title=row.title,
        kind=row.kind,
        system=row.system.slug if row.system else "",
        area=area_at(data.get(f"{prefix}-lv", ""), positions),
        due_on=data.get(f"{prefix}-han"),
        continues=row.slug,
        targets=tuple(_targets(grounds, line, data)),
    )


def change_said(grounds: Grounds, line: Line, data: Mapping[str, Any]) -> ChangeSaid | None:
    """The other due day and targets that are typed for a deliverable of a running phase, if any are."""
    due, targets = data.get(f"hm{line.deliverable.pk}-han"), _targets(grounds, line, data)
    said = ChangeSaid(line.deliverable.slug, due, tuple(targets))
    return said if said.due_on or said.targets else None


def area_at(row: str, positions: Mapping[int, int]) -> int | None:
    """The position of the area that stands in a row of the form; none where that row is empty."""
    return positions.get(int(row) - 1) if row else None


def line_rows(form: forms.Form, lines: Sequence[Line]) -> list[LineRow]:
    def box(name: str) -> Any:
        return form[name] if name in form.fields else None

    found = []
    for line in lines:
        prefix = f"hm{line.deliverable.pk}"
        targets = [
            target_row(form, f"{prefix}-{indicator.pk}", indicator, official)
            for indicator, official in line.figures
        ]
        targets.append(target_row(form, f"{prefix}-k"))
        chosen, area, due_on = (box(f"{prefix}-{part}") for part in ("tn", "lv", "han"))
        found.append(LineRow(line, chosen, area, due_on, targets))
    return found
