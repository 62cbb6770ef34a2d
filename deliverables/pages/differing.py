"""What sources tell differently, beside their reports: fetched at once, with the deliverables it is about."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.db.models import F, Q

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


def about_deliverable(rows: Iterable[Any], deliverable: int) -> list[Any]:
    return [row for row in rows if deliverable in row.deliverable_ids]
