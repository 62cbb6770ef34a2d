"""How a report stood at a moment, and which figures stand then. No queries."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from coopportal.clock import Moment
from deliverables.choices import ReportState


def is_confirmed_at(report: Any, moment: Moment) -> bool:
    """Confirmed by the end of the day ``known_on``: what was confirmed later was only published then."""
    return bool(
        report.state == ReportState.CONFIRMED
        and report.decided_at is not None
        and report.decided_at < moment.known_until
    )


def current_figures(measurements: Iterable[Any]) -> dict[int, list[Any]]:
    """Each deliverable's figures: per indicator that of the latest official report that measures it.

    ``measurements`` are those of official reports, latest report first (``latest_first``).
    """
    figures: dict[int, dict[int, Any]] = {}
    for measurement in measurements:
        own = figures.setdefault(measurement.report.deliverable_id, {})
        own.setdefault(measurement.indicator_id, measurement)
    return {deliverable: list(own.values()) for deliverable, own in figures.items()}


def contradicted(measurements: Iterable[Any]) -> set[int]:
    """Deliverables of which two official figures of one indicator and one day say different things."""
    said: dict[tuple[int, int, Any], set[tuple[Any, str]]] = {}
    for measurement in measurements:
        report = measurement.report
        key = (report.deliverable_id, measurement.indicator_id, report.as_of_end)
        said.setdefault(key, set()).add((measurement.value, measurement.qualifier))
    return {deliverable for (deliverable, *_rest), told in said.items() if len(told) > 1}
