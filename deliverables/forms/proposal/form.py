"""The whole form of a proposal, its parts put together: what was typed, and what that says."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from deliverables.actions.signing import AreaSaid, ChangeSaid, DeliverableSaid, Proposed
from deliverables.forms.proposal.areas import (
    AreaRow,
    add_areas,
    area_rows,
    areas_of,
    areas_said,
    check_areas,
    number_of,
    positions,
    rows_to_begin_with,
)
from deliverables.forms.proposal.existing import (
    LineRow,
    add_lines,
    check_lines,
    continued_in,
    line_rows,
    lines_of,
)
from deliverables.forms.proposal.fresh import (
    FreshRow,
    add_fresh,
    check_fresh,
    fresh_of,
    fresh_rows,
    fresh_said,
    fresh_said_before,
)
from deliverables.forms.proposal.grounds import Grounds
from deliverables.forms.proposal.head import (
    SIGNERS,
    SignerRow,
    add_head,
    check_head,
    document_said,
    head_of,
    term_said,
)
from deliverables.forms.proposal.paging import Leaf, leaf_of
from deliverables.forms.proposal.whole import changes_said, continued_said, row_carrying_on

#: Empty rows beside those in use, how many one press adds, and how many there may be at all.
_SPARE, MORE, _MOST = 2, 3, 40


class ProposalForm(forms.Form):
    """Posted ``data`` is checked; ``typed`` is only shown again, with ``more`` rows where that was asked.

    Of the deliverables there are it shows those of ``leaf``; what ``said``, the stored draft, has of the
    others stays as it is. With "chon" in ``data`` all of them go on.
    """

    def __init__(
        self,
        grounds: Grounds,
        data: Any = None,
        *,
        leaf: Leaf | None = None,
        said: Proposed | None = None,
        typed: Any = None,
        more: str = "",
    ) -> None:
        self.grounds, self.draft = grounds, said
        self.leaf = leaf or leaf_of(grounds, {})
        posted = data if data is not None else typed
        areas = list(said.areas) if said else rows_to_begin_with(grounds)
        fresh = fresh_said_before(said) if said else []
        self.areas = self._rows(posted, "so-lv", len(areas) + _SPARE, more) if grounds.signs else 0
        self.fresh = self._rows(posted, "so-moi", len(fresh) + _SPARE, more)
        super().__init__(data)
        self._add_boxes([area.name for area in areas])
        held = areas_of(areas) if grounds.signs else {}
        if grounds.new_phase:
            held |= self._areas_carried_on(areas)
        if said:
            rows = {area.position: place for place, area in enumerate(areas, start=1)}
            held |= head_of(said) | fresh_of(grounds, said, rows)
            held |= lines_of(grounds, self.leaf.lines, said, rows)
        elif grounds.new_phase:
            held["tu"] = grounds.phase.end_year if grounds.phase else None
            held["kbc"] = list(grounds.period_kinds)
        self.initial = self._typed(typed) if typed is not None else held

    @staticmethod
    def _rows(posted: Any, name: str, begin: int, more: str) -> int:
        count = begin
        if posted is not None:
            text = posted.get(name, "")
            count = int(text) if text.isascii() and text.isdigit() else begin
        return min(count + (MORE if more == name else 0), max(_MOST, begin))

    def _add_boxes(self, names: list[str]) -> None:
        grounds = self.grounds
        add_head(self, grounds)
        if grounds.signs:
            add_areas(self, grounds, self.areas)
            named = dict(enumerate(names))
            areas = [
                (str(row + 1), f"{number_of(grounds, row)}. {named.get(row, '')}"[:70].strip())
                for row in range(self.areas)
            ]
        else:
            areas = [
                (str(place), f"{area.position}. {area.name}"[:70])
                for place, area in enumerate(grounds.areas, start=1)
            ]
        add_lines(self, grounds, self.leaf.lines, areas)
        add_fresh(self, grounds, self.fresh, areas)

    def _areas_carried_on(self, areas: Sequence[AreaSaid]) -> dict[str, Any]:
        """Each deliverable in the row that carries its area on, until somebody says otherwise."""
        rows = row_carrying_on(self.grounds, areas)
        return {
            f"hm{line.deliverable.pk}-lv": rows.get(line.deliverable.area_id, "")
            for line in self.leaf.lines
        }

    def _typed(self, typed: Any) -> dict[str, Any]:
        held: dict[str, Any] = {}
        for name, field in self.fields.items():
            if isinstance(field, forms.MultipleChoiceField):
                held[name] = typed.getlist(name)
            elif isinstance(field, forms.BooleanField):
                held[name] = name in typed
            else:
                held[name] = typed.get(name, "")
        return held

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if self._all_go_on:
            data |= {f"hm{line.deliverable.pk}-tn": True for line in self.leaf.lines}
        check_head(self, data)
        if self.grounds.signs:
            check_areas(self, self.grounds, self.areas, data)
        check_lines(self, self.grounds, self.leaf.lines, data)
        check_fresh(self, self.grounds, self.fresh, data)
        if not self.errors and not any(data.values()) and not self._elsewhere:
            raise ValidationError(_("Chưa ghi gì. Ghi nội dung đề nghị rồi lưu."), code="empty")
        return data

    def said(self) -> Proposed:
        """What was typed, once it is valid."""
        grounds, data = self.grounds, self.cleaned_data
        if grounds.signs:
            places = positions(grounds, self.areas, data)
            areas = tuple(areas_said(grounds, self.areas, data))
        else:
            places = {place: area.position for place, area in enumerate(grounds.areas)}
            areas = ()
        continued: Iterable[DeliverableSaid] = ()
        changes: Iterable[ChangeSaid] = ()
        if grounds.new_phase:
            continued = continued_said(
                grounds,
                self.leaf.lines,
                data,
                areas=areas,
                places=places,
                draft=self.draft,
                all_go_on=self._all_go_on,
            )
        else:
            changes = changes_said(grounds, self.leaf.lines, data, self.draft)
        return Proposed(
            before=grounds.phase.slug if grounds.phase else "",
            effective_on=data.get("hl"),
            document=document_said(data),
            term=term_said(data, grounds.kind),
            areas=areas,
            deliverables=(*continued, *fresh_said(grounds, self.fresh, data, places)),
            changes=tuple(changes),
            periods=tuple(data.get("kbc", ())),
        )

    @property
    def _all_go_on(self) -> bool:
        return self.grounds.new_phase and self.is_bound and "chon" in self.data

    def refuse(self, refusal: ValidationError) -> None:
        """Show what only the whole could tell, above the boxes."""
        self.add_error(None, refusal)

    @cached_property
    def signer_rows(self) -> list[SignerRow]:
        if not self.grounds.signs:
            return []
        return [
            SignerRow(*(self[f"nk{place}-{part}"] for part in ("ten", "cd", "phia")))
            for place in range(SIGNERS)
        ]

    @cached_property
    def area_rows(self) -> list[AreaRow]:
        return area_rows(self, self.grounds, self.areas)

    @cached_property
    def line_rows(self) -> list[LineRow]:
        return line_rows(self, self.leaf.lines)

    @property
    def chosen(self) -> int:
        """How many deliverables go on, those on other pages included."""
        ticked = sum(bool(row.chosen and row.chosen.value()) for row in self.line_rows)
        return len(self._elsewhere & continued_in(self.draft).keys()) + ticked

    @cached_property
    def _elsewhere(self) -> set[str]:
        """Deliverables of other pages of which the draft says something."""
        if self.draft is None:
            return set()
        there = {line.deliverable.slug for line in self.grounds.lines}
        here = {line.deliverable.slug for line in self.leaf.lines}
        said = continued_in(self.draft).keys() | {one.deliverable for one in self.draft.changes}
        return (said & there) - here

    @cached_property
    def fresh_rows(self) -> list[FreshRow]:
        return fresh_rows(self, self.fresh)

    @property
    def head_boxes(self) -> list[Any]:
        """The single boxes of the document and the term, in their order."""
        names = ("loai-vb", "so", "ten", "ky", "noi", "tu", "den", "kth", "thuoc", "hl")
        return [self[name] for name in names if name in self.fields]

    @property
    def period_box(self) -> Any:
        """The kinds of reporting periods to tick; nothing where the phase has all of them."""
        return self["kbc"] if "kbc" in self.fields else None

    @property
    def faults(self) -> list[tuple[str, str]]:
        """Where each refusal stands, for the list above the form: the box, or nothing for the whole."""
        found = []
        for name, messages in self.errors.items():
            box = self[name].id_for_label if name in self.fields else ""
            label = self.fields[name].label if name in self.fields else ""
            found += [(box, f"{label}: {text}" if label else str(text)) for text in messages]
        return found
