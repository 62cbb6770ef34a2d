"""What a proposal starts from: the phase before or in force, its areas, what has come of each deliverable."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from agreements.choices import PeriodKind
from coopportal.vietnamese import fold
from deliverables.choices import ProposalKind


@dataclass(frozen=True)
class Line:
    """A deliverable there is, with its indicators: each with the last official measurement, if any."""

    deliverable: Any
    figures: Sequence[tuple[Any, Any]] = ()


@dataclass(frozen=True)
class Grounds:
    """``phase``: the one before for a new phase, else the one that is amended or added to."""

    kind: ProposalKind
    agreement: Any
    phase: Any
    areas: Sequence[Any] = ()
    lines: Sequence[Line] = ()
    systems: Sequence[tuple[str, str]] = ()
    themes: Sequence[tuple[str, str]] = ()
    parents: Sequence[tuple[str, str]] = ()
    #: The highest number that an area of the phase has had, ended ones included.
    last_position: int = 0
    indicators: Mapping[str, Any] = field(default_factory=dict)
    #: Kinds of reporting periods that ``phase`` has.
    period_kinds: Sequence[PeriodKind] = ()

    @property
    def signs(self) -> bool:
        """Whether a document is signed; additions are agreed on the portal alone."""
        return self.kind != ProposalKind.ADDITIONS

    @property
    def new_phase(self) -> bool:
        return self.kind == ProposalKind.PHASE

    def indicator_named(self, typed: str) -> Any:
        """By name, whatever its marks and capitals, or by key; ``None`` where there is none."""
        return self.indicators.get(fold(typed))
