"""Deliverables with all they rest on at a moment: a fixed number of queries, whatever the rows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Prefetch, Q, QuerySet

from agreements.cited import remember
from agreements.models import Citation
from coopportal.clock import Moment
from deliverables.choices import ReportSide, ReportState
from deliverables.models import Measurement, ProgressReport, Verdict
from deliverables.models.deliverable import DeliverableQuerySet
from deliverables.pages.differing import about_deliverable
from deliverables.summaries.current import current_measurements
from deliverables.summaries.differences import (
    Difference,
    of_discrepancy,
    of_reports,
    says_otherwise,
)
from deliverables.summaries.results import Delivered

CITED = Citation.objects.select_related("source").order_by("source__issued_on", "pk")


def fetch_what_they_say(reports: Sequence[Any]) -> None:
    """Give reports their figures and verdicts: two queries. A page fetches all its citations at once."""
    by_key = {report.pk: report for report in reports}
    figures: dict[int, list[Any]] = {key: [] for key in by_key}
    verdicts: dict[int, list[Any]] = {key: [] for key in by_key}
    rows = Measurement.objects.filter(report__in=by_key).select_related("indicator")
    for figure in rows.order_by("pk"):
        figure.report = by_key[figure.report_id]
        figures[figure.report_id].append(figure)
    for verdict in Verdict.objects.filter(report__in=by_key).order_by("at"):
        verdicts[verdict.report_id].append(verdict)
    for key, report in by_key.items():
        remember(report, "measurements", figures[key])
        remember(report, "verdicts", verdicts[key])


def with_all_they_say(reports: QuerySet[Any]) -> QuerySet[Any]:
    """The same with the words they rest on, for pages whose only citations are those of reports."""
    return reports.prefetch_related(
        Prefetch(
            "measurements", queryset=Measurement.objects.select_related("indicator").order_by("pk")
        ),
        Prefetch("verdicts", queryset=Verdict.objects.order_by("at")),
        Prefetch("citations", queryset=CITED),
    )


def said_by(moment: Moment) -> Q:
    """Reports about a day not after ``as_of`` that had been handed in or published by ``known_on``."""
    until = moment.known_until
    return Q(as_of_end__lte=moment.as_of) & (
        Q(official_from__lt=until) | Q(official_from__isnull=True, submitted_at__lt=until)
    )


@dataclass(frozen=True)
class Fetched:
    """Deliverables as they stand at a moment and the reports that speak of them, the latest first.

    What rests on citations can only be told once they are there: give ``deliverables`` and ``reports`` to
    ``agreements.cited.fetch_citations`` before :meth:`told`.
    """

    moment: Moment
    deliverables: Sequence[Any]
    reports: Sequence[Any]

    @property
    def ids(self) -> list[int]:
        return [row.pk for row in self.deliverables]

    def told(self, differing: Sequence[Any] = ()) -> list[Delivered]:
        """What they had come to; ``differing`` are from ``pages.differing``, about whatever they are."""
        told = {row.pk: Delivered(row) for row in self.deliverables}
        by_key = {row.pk: row for row in self.reports}
        for one in told.values():
            if one.deliverable.report_id:
                one.report = by_key[one.deliverable.report_id]
        _add_figures(told, self.reports, self.moment)
        _add_what_differs(told, self.reports, self.moment)
        for one in told.values():
            seen = about_deliverable(differing, one.deliverable.pk)
            one.differences += [of_discrepancy(row) for row in seen]
        return list(told.values())


def fetch_delivered(rows: DeliverableQuerySet, moment: Moment, user: Any) -> Fetched:
    """What ``rows`` had come to at a moment, as this user may read it: four queries.

    The deliverables, the reports that speak of them, their figures, and what both sides said of those.
    """
    deliverables = list(
        rows.official(moment).select_related("system", "phase", "agreement__partner")
    )
    return fetch_reports(deliverables, moment, user)


def fetch_reports(deliverables: Sequence[Any], moment: Moment, user: Any) -> Fetched:
    """The same for deliverables in hand, fetched with ``official(moment)``: three queries."""
    spoken = {row.report_id for row in deliverables if row.report_id}
    reports = (
        _reports(moment, user, [row.pk for row in deliverables], spoken) if deliverables else []
    )
    return Fetched(moment, deliverables, reports)


def _reports(moment: Moment, user: Any, deliverables: Sequence[int], spoken: set[int]) -> list[Any]:
    """Reports that speak now, all that sources say, and those that wait or are disputed.

    Latest first, as they overtake one another.
    """
    unsettled = (ReportState.SUBMITTED, ReportState.DISPUTED)
    measuring = current_measurements(moment, deliverables).order_by().values("report_id")
    rows = (
        ProgressReport.objects.visible_to(user)
        .filter(said_by(moment), deliverable__in=deliverables)
        .filter(
            Q(pk__in=spoken)
            | Q(pk__in=measuring)
            | Q(state__in=unsettled)
            | Q(side=ReportSide.SOURCE)
        )
        .latest_first()
    )
    reports = list(rows)
    fetch_what_they_say(reports)
    return reports


def _add_figures(told: dict[int, Delivered], reports: Iterable[Any], moment: Moment) -> None:
    """Per deliverable and indicator the figure of the latest official report that measures it.

    Every report that gives a figure now is among ``reports``, which come latest first.
    """
    known: set[tuple[int, int]] = set()
    for report in reports:
        if not report.official_at(moment):
            continue
        for figure in report.measurements.all():
            key = (report.deliverable_id, figure.indicator_id)
            if key not in known:
                known.add(key)
                told[report.deliverable_id].figures.append(figure)
    for one in told.values():
        one.figures.sort(key=lambda figure: figure.pk)


def _add_what_differs(told: dict[int, Delivered], reports: Iterable[Any], moment: Moment) -> None:
    for report in reports:
        one = told[report.deliverable_id]
        if report.official_at(moment) or report is one.report:
            continue
        if report.state == ReportState.SUBMITTED or in_sight(report, one.report):
            one.waiting.append(report)
    by_deliverable: dict[int, list[Any]] = {}
    for report in reports:
        by_deliverable.setdefault(report.deliverable_id, []).append(report)
    for one in told.values():
        difference = difference_of_sources(
            one.report, by_deliverable.get(one.deliverable.pk, ()), moment
        )
        if difference:
            one.differences.append(difference)


def difference_of_sources(
    current: Any, reports: Iterable[Any], moment: Moment
) -> Difference | None:
    """The report in use against what sources say otherwise: set aside by then, or of the same day."""
    set_aside, beside = [], []
    for report in reports:
        if report is current or report.side != ReportSide.SOURCE:
            continue
        if report.official_at(moment):
            if (
                current is not None
                and report.as_of_end == current.as_of_end
                and says_otherwise(report, current)
            ):
                beside.append(report)
        elif report.state == ReportState.SET_ASIDE:
            set_aside.append(report)
    return of_reports(current, set_aside, beside)


def in_sight(report: Any, current: Any) -> bool:
    """A disputed report stays in sight until a later one is confirmed (design.md §3)."""
    return bool(
        report.state == ReportState.DISPUTED
        and (
            current is None
            or current.state != ReportState.CONFIRMED
            or current.decided_at is None
            or current.decided_at < report.decided_at
        )
    )
