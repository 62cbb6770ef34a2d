"""What is told differently, as sides to put next to one another. No queries."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _


@dataclass(frozen=True)
class Telling:
    """One side of a difference: a report, or the words of one source. ``chosen`` is the one in use."""

    chosen: bool
    says: str = ""
    report: Any = None
    citations: tuple[Any, ...] = ()


@dataclass(frozen=True)
class Difference:
    """Tellings that differ, the one in use first, and why it is in use. ``topic`` may be empty."""

    topic: str
    tellings: list[Telling]
    reason: str = ""

    @property
    def all_in_use(self) -> bool:
        """True where nothing was set aside: what they say stands side by side."""
        return len(self.tellings) > 1 and all(telling.chosen for telling in self.tellings)

    @property
    def count_told(self) -> str:
        """How many sources differ: "Hai nguồn nói khác nhau"; reports of one source are one.

        "Hai nguồn, cùng dùng" where every one of them is in use.
        """
        sources = {row.source_id for telling in self.tellings for row in telling.citations}
        if len(sources) < 2:
            if self.all_in_use:
                return _("Một nguồn nói ở nhiều đoạn, cùng dùng")
            return _("Một nguồn nói khác nhau ở các đoạn")
        words = {2: _("Hai"), 3: _("Ba"), 4: _("Bốn")}
        count = words.get(len(sources), str(len(sources)))
        if self.all_in_use:
            return _("%(count)s nguồn, cùng dùng") % {"count": count}
        return _("%(count)s nguồn nói khác nhau") % {"count": count}


def each_once(differences: Iterable[Difference]) -> list[Difference]:
    """Differences that several rows share are told once, by the first."""
    return list({one.topic or id(one): one for one in differences}.values())


def of_reports(
    current: Any, set_aside: Iterable[Any], beside: Iterable[Any] = ()
) -> Difference | None:
    """A report in use against those set aside for it, and those of the same day that say otherwise.

    The reason is the one given when setting aside. Those of the same day stand as well: they are in use
    beside it, though only one of them gives the row its stage.
    """
    aside = list(set_aside)
    tellings = [_report(row, chosen=True) for row in beside]
    tellings += [_report(row, chosen=False) for row in aside]
    if not tellings:
        return None
    reasons = dict.fromkeys(row.set_aside_reason for row in aside if row.set_aside_reason)
    if current is not None:
        tellings.insert(0, _report(current, chosen=True))
    return Difference("", tellings, " ".join(reasons))


def says_otherwise(report: Any, current: Any) -> bool:
    """True when two reports of one day differ in stage, extent or a figure they both give."""
    if report.stage != current.stage or report.coverage != current.coverage:
        return True
    figures = {row.indicator_id: row for row in current.measurements.all()}
    return any(
        (row.value, row.qualifier) != (other.value, other.qualifier)
        for row in report.measurements.all()
        if (other := figures.get(row.indicator_id))
    )


def _report(report: Any, *, chosen: bool) -> Telling:
    return Telling(chosen, report=report, citations=tuple(report.citations.all()))


def of_discrepancy(discrepancy: Any) -> Difference:
    """Sources that differ on something that is no report; ``sides`` with their citations are fetched."""
    sides = sorted(discrepancy.sides.all(), key=lambda side: (not side.chosen, side.position))
    return Difference(
        discrepancy.topic,
        [Telling(side.chosen, says=side.says, citations=(side.citation,)) for side in sides],
        discrepancy.reason,
    )
