"""One row of the quick-update sheet, and what the sheet is narrowed by. Not here: which rows it has."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from deliverables.forms import SaidForm
from deliverables.pages.mandates import Mandate

#: Parameters by which the sheet is narrowed.
AGREEMENT, SYSTEM, FAMILY = "thoa-thuan", "he-thong", "nhom"


@dataclass
class Group:
    """One deliverable on the sheet: its form, what stood before, and whether a draft goes on."""

    deliverable: Any
    mandate: Mandate
    form: SaidForm
    draft: Any = None
    awaiting: Any = None
    version: int = 0
    conflict: str = ""
    kept: bool = False

    @property
    def seen(self) -> bool:
        """Whether the draft is the one that was on the page, or what has just been kept from it."""
        return self.kept or (self.draft is not None and self.version == self.draft.version)

    @property
    def sends(self) -> bool:
        """Whether it goes when the sheet is sent: a draft as it was seen, with nothing to ask about."""
        return self.draft is not None and self.seen and self.form.ready

    @property
    def state(self) -> str:
        """``bad``, ``edited`` or nothing: how the row is marked."""
        form = self.form
        if form.is_bound and form.has_changed() and (form.errors or form.warnings):
            return "bad"
        return "edited" if form.touched else ""

    @property
    def spans(self) -> int:
        """Table rows of the group: each line and the one below it for what is wrong with it."""
        return 2 * max(1, len(self.form.indicators))


@dataclass
class Narrowing:
    """What the sheet is narrowed by, and what it can be narrowed by."""

    agreement: str = ""
    system: str = ""
    family: str = ""
    systems: list[tuple[str, str]] = field(default_factory=list)

    @property
    def any(self) -> bool:
        return bool(self.agreement or self.system or self.family)

    @property
    def query(self) -> dict[str, str]:
        asked = {AGREEMENT: self.agreement, SYSTEM: self.system, FAMILY: self.family}
        return {name: value for name, value in asked.items() if value}
