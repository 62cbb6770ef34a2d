"""What a proposal says, as values and as the JSON that is stored. Not here: whether it can stand.

Areas are known by their position, everything else by its slug or key, so that the JSON reads by itself.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from coopportal.partial_dates import PartialDate
from deliverables.models.report import plain


@dataclass(frozen=True)
class SignerSaid:
    """Who signed, with the title under which he or she did, for which side."""

    name: str
    title: str = ""
    side: str = ""


@dataclass(frozen=True)
class DocumentSaid:
    """The document that is signed; ``signed_on`` as far as it is known."""

    instrument: str = ""
    number: str = ""
    title: str = ""
    signed_on: PartialDate | None = None
    place: str = ""
    signers: tuple[SignerSaid, ...] = ()


@dataclass(frozen=True)
class TermSaid:
    """For which years; ``parent`` is the phase, by slug, within which this one is signed."""

    start_year: int | None = None
    end_year: int | None = None
    open_ended: bool = False
    parent: str = ""


@dataclass(frozen=True)
class AreaSaid:
    """One numbered content. ``continues``: positions of the areas of the phase before.

    In an amendment ``was`` is what an area was called when it was written, ``ended`` lets it end.
    """

    position: int
    name: str
    continues: tuple[int, ...] = ()
    theme: str = ""
    was: str = ""
    ended: bool = False


@dataclass(frozen=True)
class TargetSaid:
    """What is to be reached on an indicator, from which figure, by when."""

    indicator: str
    value: Decimal
    baseline: Decimal | None = None
    due_on: dt.date | None = None


@dataclass(frozen=True)
class DeliverableSaid:
    """One thing undertaken: a new one, or one that continues another, by slug."""

    title: str
    kind: str = ""
    system: str = ""
    area: int | None = None
    due_on: dt.date | None = None
    continues: str = ""
    targets: tuple[TargetSaid, ...] = ()


@dataclass(frozen=True)
class ChangeSaid:
    """Another due day, other or more targets, for a deliverable that the phase has already."""

    deliverable: str
    due_on: dt.date | None = None
    targets: tuple[TargetSaid, ...] = ()


@dataclass(frozen=True)
class Proposed:
    """Everything that a proposal says; which parts it has follows from its kind.

    ``before`` is the phase, by slug, whose areas ``AreaSaid.continues`` counts. ``effective_on`` is the day
    from which an amendment or additions hold. ``periods`` are kinds of reporting periods (``PeriodKind``).
    """

    before: str = ""
    effective_on: dt.date | None = None
    document: DocumentSaid = field(default_factory=DocumentSaid)
    term: TermSaid = field(default_factory=TermSaid)
    areas: tuple[AreaSaid, ...] = ()
    deliverables: tuple[DeliverableSaid, ...] = ()
    changes: tuple[ChangeSaid, ...] = ()
    periods: tuple[str, ...] = ()

    def plain(self) -> dict[str, Any]:
        """As JSON keeps it: days as ISO, numbers as text so that none is rounded."""
        told: dict[str, Any] = _plain(dataclasses.asdict(self))
        return told

    @classmethod
    def read(cls, told: Mapping[str, Any]) -> Proposed:
        """From the stored JSON; what is not there is empty."""
        document = told.get("document") or {}
        return cls(
            before=told.get("before", ""),
            effective_on=_day(told.get("effective_on")),
            document=DocumentSaid(
                **{
                    **document,
                    "signed_on": _partial(document.get("signed_on")),
                    "signers": tuple(SignerSaid(**row) for row in document.get("signers", ())),
                }
            ),
            term=TermSaid(**(told.get("term") or {})),
            areas=tuple(
                AreaSaid(**{**row, "continues": tuple(row.get("continues", ()))})
                for row in told.get("areas", ())
            ),
            deliverables=tuple(
                DeliverableSaid(
                    **{
                        **row,
                        "due_on": _day(row.get("due_on")),
                        "targets": _targets(row.get("targets", ())),
                    }
                )
                for row in told.get("deliverables", ())
            ),
            changes=tuple(
                ChangeSaid(
                    row["deliverable"],
                    _day(row.get("due_on")),
                    _targets(row.get("targets", ())),
                )
                for row in told.get("changes", ())
            ),
            periods=tuple(told.get("periods", ())),
        )


def _targets(rows: Iterable[Mapping[str, Any]]) -> tuple[TargetSaid, ...]:
    return tuple(
        TargetSaid(
            row["indicator"],
            Decimal(row["value"]),
            None if row.get("baseline") is None else Decimal(row["baseline"]),
            _day(row.get("due_on")),
        )
        for row in rows
    )


def _day(text: str | None) -> dt.date | None:
    return dt.date.fromisoformat(text) if text else None


def _partial(text: str | None) -> PartialDate | None:
    return PartialDate.parse(text) if text else None


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        # A partial date is a dataclass too: ``asdict`` has taken it apart.
        if set(value) == {"year", "month", "day"}:
            return PartialDate(**value).iso
        return {name: _plain(part) for name, part in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(part) for part in value]
    if isinstance(value, dt.date):
        return value.isoformat()
    return plain(value) if isinstance(value, Decimal) else value
