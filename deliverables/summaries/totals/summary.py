"""A summary at a moment: groups with what each comes to, and the whole. The one door to ``totals``."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from coopportal.clock import Moment
from deliverables.models import Indicator
from deliverables.summaries.totals import reading
from deliverables.summaries.totals.groups import MISSING, GroupKey, Member, Members
from deliverables.summaries.totals.rules import Figure, Total, count_in


@dataclass(frozen=True)
class Group:
    """``members`` has one entry a key, in the order in which the keys were asked."""

    members: tuple[Member, ...]
    total: Total


@dataclass(frozen=True)
class Summary:
    """``indicators`` are those of which any group has a figure, by id, in the order of their names."""

    groups: list[Group]
    total: Total
    indicators: dict[int, Indicator]


def summary_of(
    rows: QuerySet[Any],
    keys: Sequence[GroupKey],
    moment: Moment,
    user: Any = None,
    *,
    only: Mapping[str, str] | None = None,
    shape: Hashable | None = None,
) -> Summary:
    """Count ``rows``, an ``official()`` queryset, by ``keys`` at a moment, as far as a user may know.

    ``only`` keeps, of an overlapping key, the one group that was asked for, and of figures the one
    indicator. ``shape`` is that of ``reading.found``. A fixed number of queries: one for groups (one more
    for the whole where they overlap), one for indicators, one a key.
    """
    only = only or {}
    indicators = _indicators(only.get("indicator"))

    def of(own: Sequence[GroupKey]) -> dict[reading.Ids, Total]:
        return _totals(reading.found(rows, own, moment, user, shape), indicators)

    totals, whole = of(keys), Total()
    if keys and not any(key.overlapping for key in keys):
        _merge_all(whole, totals.values())
    elif keys:
        whole = of(()).get((), whole)
    else:
        whole = totals.pop((), whole)
    named = [
        key.members({own for ids in totals if (own := ids[place]) is not None}, moment.as_of)
        for place, key in enumerate(keys)
    ]
    groups: dict[tuple[Member, ...], Total] = {}
    for members, total in _named(totals, named):
        if all(
            not key.overlapping or only.get(key.name, member.value) == member.value
            for key, member in zip(keys, members, strict=True)
        ):
            # Provinces that became one are one group; of all others there is only one total.
            if members in groups:
                _merge(groups[members], total)
            else:
                groups[members] = total
    found = [Group(members, total) for members, total in groups.items()]
    found.sort(key=lambda group: [member.order for member in group.members])
    told = set(whole.figures)
    return Summary(found, whole, {pk: row for pk, row in indicators.items() if pk in told})


def _indicators(key: str | None) -> dict[int, Indicator]:
    rows = Indicator.objects.order_by("sort_key", "key")
    return {row.pk: row for row in (rows.filter(key=key) if key else rows)}


def _totals(found: reading.Found, indicators: Mapping[int, Indicator]) -> dict[reading.Ids, Total]:
    totals: dict[reading.Ids, Total] = {}
    for ids, cell in found.counts:
        totals.setdefault(ids, Total()).add(cell)
    for ids, pk, figure_cell in found.figures:
        if indicator := indicators.get(pk):
            _figure(totals[ids], indicator).cells.append(figure_cell)
    for ids, pk, latest in found.latest:
        if indicator := indicators.get(pk):
            _figure(totals[ids], indicator).offer(latest)
    return totals


def _figure(total: Total, indicator: Indicator) -> Figure:
    return total.figures.setdefault(indicator.pk, Figure(indicator.aggregation, indicator.unit))


def _named(
    totals: Mapping[reading.Ids, Total], named: Sequence[Members]
) -> Iterator[tuple[tuple[Member, ...], Total]]:
    for ids, total in totals.items():
        yield (
            tuple(
                MISSING if own is None else members.get(own, MISSING)
                for own, members in zip(ids, named, strict=True)
            ),
            total,
        )


def _merge_all(whole: Total, parts: Any) -> None:
    for part in parts:
        _merge(whole, part)


def _merge(whole: Total, part: Total) -> None:
    """Add one group to another that it has no deliverable in common with."""
    whole.deliverables += part.deliverables
    whole.deployments += part.deployments
    count_in(whole.stages, part.stages)
    count_in(whole.standings, part.standings)
    whole.no_report += part.no_report
    whole.measured += part.measured
    whole.progress += part.progress
    count_in(whole.health, part.health)
    days = [day for day in (whole.latest_as_of, part.latest_as_of) if day]
    whole.latest_as_of = max(days, default=None)
    for pk, figure in part.figures.items():
        own = whole.figures.setdefault(pk, Figure(figure.aggregation, figure.unit))
        own.cells.extend(figure.cells)
        if figure.latest:
            own.offer(figure.latest)
