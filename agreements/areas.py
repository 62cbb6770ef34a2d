"""The areas of several phases with what each of them continues, fetched at once."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import F, QuerySet

from agreements.cited import remember
from agreements.models import CooperationArea


def fetch_areas(phases: Iterable[Any]) -> list[Any]:
    """Give every phase its areas in order, each with those it continues: one query.

    One more only where an area continues one of a phase that is not among ``phases``.
    """
    shown = list(phases)
    rows: QuerySet[Any] = CooperationArea.objects.filter(phase__in=shown)
    areas: dict[int, Any] = {}
    continued: dict[int, list[int]] = {}
    for row in rows.annotate(continued_id=F("continues__pk")).order_by("position", "pk"):
        areas.setdefault(row.pk, row)
        own = continued.setdefault(row.pk, [])
        if row.continued_id is not None:
            own.append(row.continued_id)
    elsewhere = {key for own in continued.values() for key in own} - areas.keys()
    known = areas | (CooperationArea.objects.in_bulk(elsewhere) if elsewhere else {})
    for key, area in areas.items():
        remember(area, "continues", [known[other] for other in continued[key]])
    for phase in shown:
        remember(phase, "areas", [row for row in areas.values() if row.phase_id == phase.pk])
    return list(areas.values())
