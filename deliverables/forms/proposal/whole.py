"""What a proposal says of every deliverable there is: of those on the form what was typed, of the others
what the draft had said before.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from deliverables.actions.signing import AreaSaid, ChangeSaid, DeliverableSaid, Proposed
from deliverables.forms.proposal.existing import change_said, continued_in, line_said
from deliverables.forms.proposal.grounds import Grounds, Line


def continued_said(
    grounds: Grounds,
    shown: Sequence[Line],
    data: Mapping[str, Any],
    *,
    areas: Sequence[AreaSaid],
    places: Mapping[int, int],
    draft: Proposed | None,
    all_go_on: bool,
) -> Iterator[DeliverableSaid]:
    """What goes on in a new phase, in the order of what there is.

    ``places``: the position of the area in each row of the form, whose first rows are the draft's areas;
    ``all_go_on`` takes along what neither the form nor the draft speaks of.
    """
    here = {line.deliverable.pk for line in shown}
    before = continued_in(draft)
    moved = {
        area.position: places.get(row) for row, area in enumerate(draft.areas if draft else ())
    }
    for line in grounds.lines:
        said: DeliverableSaid | None
        if line.deliverable.pk in here:
            said = line_said(grounds, line, data, places)
        elif kept := before.get(line.deliverable.slug):
            said = dataclasses.replace(kept, area=moved.get(kept.area or 0))
        else:
            said = _as_it_is(grounds, line, areas) if all_go_on else None
        if said is not None:
            yield said


def changes_said(
    grounds: Grounds, shown: Sequence[Line], data: Mapping[str, Any], draft: Proposed | None
) -> Iterator[ChangeSaid]:
    """Other due days and targets within a running phase, in the order of what there is."""
    here = {line.deliverable.pk for line in shown}
    before = {one.deliverable: one for one in draft.changes} if draft else {}
    for line in grounds.lines:
        if line.deliverable.pk in here:
            said = change_said(grounds, line, data)
        else:
            said = before.get(line.deliverable.slug)
        if said is not None:
            yield said


def row_carrying_on(grounds: Grounds, areas: Sequence[AreaSaid]) -> dict[int, str]:
    """The form's row, by the key of an area of the phase before, in which that area goes on."""
    rows: dict[int, str] = {}
    for row, area in enumerate(areas, start=1):
        for number in area.continues:
            rows.setdefault(number, str(row))
    return {area.pk: rows.get(area.position, "") for area in grounds.areas}


def _as_it_is(grounds: Grounds, line: Line, areas: Sequence[AreaSaid]) -> DeliverableSaid:
    row = line.deliverable
    number = next((area.position for area in grounds.areas if area.pk == row.area_id), 0)
    return DeliverableSaid(
        title=row.title,
        kind=row.kind,
        system=row.system.slug if row.system else "",
        area=next((area.position for area in areas if number in area.continues), None),
        continues=row.slug,
    )
