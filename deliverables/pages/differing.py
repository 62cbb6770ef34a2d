"""What sources tell differently, beside their reports: fetched at once, with the deliverables it is about."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, F, Min, Q, QuerySet, Window
from django.db.models.functions import Coalesce

from agreements.cited import remember
from agreements.models import Discrepancy, DiscrepancySide
from agreements.told import differing_by


def differing(about: Q, day: dt.date) -> list[Any]:
    """Discrepancies that one could see on a day, by their key: one query.

    ``about`` narrows ``Discrepancy``. Each has its sides with their sources, its agreement and phase with
    their partners, its person, and ``deliverable_ids``.
    """
    sides = (
        DiscrepancySide.objects.filter(
            discrepancy__in=Discrepancy.objects.filter(about).order_by().values("pk")
        )
        .select_related(
            "discrepancy__person",
            "discrepancy__agreement__partner",
            "discrepancy__phase__agreement__partner",
            "citation__source",
        )
        .annotate(deliverable_id=F("discrepancy__deliverables__pk"))
        .order_by("discrepancy__slug", "position")
    )
    found: dict[int, Any] = {}
    own: dict[int, dict[int, Any]] = {}
    for side in sides:
        row = found.setdefault(side.discrepancy_id, side.discrepancy)
        own.setdefault(row.pk, {}).setdefault(side.pk, side)
        row.deliverable_ids = getattr(row, "deliverable_ids", set()) | (
            {side.deliverable_id} - {None}
        )
    for row in found.values():
        remember(row, "sides", list(own[row.pk].values()))
    return differing_by(found.values(), day)


@dataclass(frozen=True)
class Differing:
    """How many discrepancies one could see, the first of them by their key, and where most of them are.

    ``most`` is the key of an agreement with its count, None where none of them is about one of those asked.
    """

    total: int
    examples: list[str]
    most: tuple[int, int] | None


def differing_in_sum(
    rows: QuerySet[Any], agreements: Collection[int], *, examples: int
) -> Differing:
    """Two queries, whatever the number: the examples with how many there are, and the agreement."""
    first = list(
        rows.order_by("slug")
        .annotate(total=Window(Count("pk")))
        .values_list("topic", "total")[:examples]
    )
    most = (
        rows.order_by()
        .annotate(about=Coalesce("agreement_id", "phase__agreement_id"))
        .filter(about__in=agreements)
        .values("about")
        .annotate(count=Count("pk"), first=Min("slug"))
        .order_by("-count", "first")
        .values_list("about", "count")
        .first()
    )
    return Differing(first[0][1] if first else 0, [topic for topic, _total in first], most)


def about_deliverable(rows: Iterable[Any], deliverable: int) -> list[Any]:
    return [row for row in rows if deliverable in row.deliverable_ids]
