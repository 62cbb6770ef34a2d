"""What phases said on a day: the rows in hand, with what amendments changed later taken back."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any

from agreements.cited import remember
from agreements.models import Amendment


def fetch_terms(phases: Sequence[Any], day: dt.date) -> None:
    """Let phases, whose areas were fetched by ``fetch_areas``, say what they said on a day: one query.

    Each gets ``amended``: its amendments that were in force by then, the earliest first. Areas that had
    ended or were not there yet are left out, and all are called what they were called.
    """
    found: dict[int, list[Amendment]] = {phase.pk: [] for phase in phases}
    rows = Amendment.objects.filter(phase__in=found).order_by("effective_on", "position")
    for row in rows:
        found[row.phase_id].append(row)
    for phase in phases:
        phase.amended = [row for row in found[phase.pk] if row.effective_on <= day]
        later = [row for row in found[phase.pk] if row.effective_on > day]
        areas = [area for area in phase.areas.all() if area.in_force_on(day)]
        if later:
            take_back(phase, later[0])
            names = later[0].names_before
            for area in areas:
                area.name = names.get(area.position, area.name)
        remember(phase, "areas", areas)


def say_years(phases: Iterable[Any], day: dt.date) -> None:
    """Let phases say the term that they had on a day, without their areas: one query for all of them.

    For lists: a phase may be given more than once, as several objects, or as ``None``.
    """
    shown = [phase for phase in phases if phase is not None]
    later: dict[int, Amendment] = {}
    for row in Amendment.objects.to_come_on(day).filter(phase__in={phase.pk for phase in shown}):
        later.setdefault(row.phase_id, row)
    for phase in shown:
        if phase.pk in later:
            take_back(phase, later[phase.pk])


def take_back(phase: Any, later: Amendment) -> None:
    """The first change that was still to come knows how things stood until then."""
    phase.end_year = later.terms_before["end_year"]
    phase.open_ended = later.terms_before["open_ended"]
    phase.ends_on = phase.compute_ends_on()


def terms_of(phase: Any, areas: Sequence[Any]) -> dict[str, Any]:
    """What an amendment keeps of a phase, before it changes it."""
    return {
        "end_year": phase.end_year,
        "open_ended": phase.open_ended,
        "areas": {str(area.position): area.name for area in areas},
    }
