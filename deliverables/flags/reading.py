"""What reports are compared with, read for a whole page at once: a fixed number of queries."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from django.db.models import Exists, OuterRef, Q

from agreements.models import Province
from deliverables.choices import Decision, ReportSide, ReportState
from deliverables.flags.rules import Flag, Past, flags
from deliverables.models import EvidenceFile, Measurement, ProgressReport, Verdict

_CitationLink = ProgressReport.citations.through


@dataclass(frozen=True)
class Compared:
    """A report beside what was said before, by indicator key: what is official, the other side's last."""

    figures: tuple[Measurement, ...]
    previous: Mapping[str, Past]
    theirs: Mapping[str, Past]
    flags: tuple[Flag, ...]


def flags_of(reports: Iterable[ProgressReport]) -> dict[int, tuple[Flag, ...]]:
    """The flags of each report by its id."""
    return {pk: one.flags for pk, one in compared(reports).items()}


def compared(reports: Iterable[ProgressReport]) -> dict[int, Compared]:
    """Each report by its id beside what was said before it. Six queries however many."""
    wanted = [report.pk for report in reports]
    rows = list(
        ProgressReport.objects.filter(pk__in=wanted)
        .select_related("deliverable__agreement__partner")
        .annotate(
            has_evidence=Q(Exists(_CitationLink.objects.filter(progressreport=OuterRef("pk"))))
            | Q(Exists(EvidenceFile.objects.filter(report=OuterRef("pk"))))
        )
    )
    if not rows:
        return {}
    own: dict[int, list[Measurement]] = {row.pk: [] for row in rows}
    for figure in _figures().filter(report__in=wanted).order_by("indicator__sort_key", "pk"):
        own[figure.report_id].append(figure)
    official = _official_figures(rows)
    said = _said_by_sides(rows)
    changes = _changes_of_map()
    found = {}
    for row in rows:
        history = official.get(row.deliverable_id, [])
        previous = _latest(
            past for past in history if past[1] != row.pk and past[2].as_of_end <= row.as_of_end
        )
        theirs = _latest(
            past
            for past in said.get(row.deliverable_id, [])
            if past[2].side != row.side
            and row.side != ReportSide.SOURCE
            and (past[1] is None or past[2].as_of_end >= row.as_of_end)
        )
        days = [past.as_of_end for past in previous.values()]
        found[row.pk] = Compared(
            tuple(own[row.pk]),
            previous,
            theirs,
            flags(
                row,
                own[row.pk],
                evidence=row.has_evidence,
                previous=previous,
                theirs=theirs,
                map_changed_on=_changed_between(changes, row, max(days)) if days else None,
            ),
        )
    return found


#: Indicator key, the report it stands in (none for a counter-figure), the figure.
_Telling = tuple[str, int | None, Past]


def _figures() -> Any:
    return Measurement.objects.select_related("indicator", "report")


def _telling(row: Measurement) -> _Telling:
    report = row.report
    past = Past(row.value, row.qualifier, row.text, report.side, report.as_of, report.as_of_end)
    return row.indicator.key, report.pk, past


def _latest(tellings: Iterable[_Telling]) -> dict[str, Past]:
    """By indicator the last of tellings that come in their order."""
    return {key: past for key, _report, past in tellings}


def _official_figures(rows: list[Any]) -> dict[int, list[_Telling]]:
    """What is official now of the deliverables of these reports, in the order in which reports overtake."""
    figures = _figures().filter(
        report__deliverable__in={row.deliverable_id for row in rows},
        report__official_from__isnull=False,
        report__official_to__isnull=True,
    )
    found: dict[int, list[_Telling]] = {}
    for figure in figures.order_by("report__as_of_end", "report__official_from", "report_id"):
        found.setdefault(figure.report.deliverable_id, []).append(_telling(figure))
    return found


def _said_by_sides(rows: list[Any]) -> dict[int, list[_Telling]]:
    """What either side last said: its sent reports, then its counter-figures that nothing has settled."""
    deliverables = {row.deliverable_id for row in rows}
    figures = _figures().filter(
        report__deliverable__in=deliverables,
        report__side__in=[ReportSide.PARTNER, ReportSide.VNPT],
        report__state__in=[
            ReportState.SUBMITTED,
            ReportState.CONFIRMED,
            ReportState.RETURNED,
            ReportState.DISPUTED,
        ],
    )
    found: dict[int, list[_Telling]] = {}
    for figure in figures.order_by("report__as_of_end", "report__submitted_at", "report_id"):
        found.setdefault(figure.report.deliverable_id, []).append(_telling(figure))
    settled = ProgressReport.objects.filter(
        deliverable=OuterRef("report__deliverable"),
        state=ReportState.CONFIRMED,
        decided_at__gt=OuterRef("at"),
    )
    disputes = Verdict.objects.filter(
        ~Exists(settled), report__deliverable__in=deliverables, decision=Decision.DISPUTE
    ).select_related("report")
    for verdict in disputes.order_by("at", "pk"):
        for key, figure in verdict.counter_figures.items():
            past = Past(
                _number(figure.get("value")),
                str(figure.get("qualifier") or ""),
                str(figure.get("text") or ""),
                verdict.side,
                verdict.report.as_of,
                verdict.report.as_of_end,
            )
            found.setdefault(verdict.report.deliverable_id, []).append((key, None, past))
    return found


def _number(value: Any) -> Decimal | None:
    try:
        return None if value in (None, "") else Decimal(str(value))
    except InvalidOperation:
        return None


def _changes_of_map() -> dict[int, Province]:
    """Units that ended, by id; ``heirs`` counts what else went into the unit that succeeded each."""
    ended = Province.objects.filter(successor__isnull=False)
    units = {unit.pk: unit for unit in ended}
    went: dict[int, int] = {}
    for unit in units.values():
        went[unit.successor_id] = went.get(unit.successor_id, 0) + 1
    for unit in units.values():
        unit.joined = went[unit.successor_id] > 1
    return units


def _changed_between(units: Mapping[int, Any], report: Any, since: dt.date) -> dt.date | None:
    """The first day after ``since``, by the report's day, on which the unit had become part of another."""
    agreement = report.deliverable.agreement
    unit = units.get(agreement.partner.province_id) if agreement else None
    while unit is not None and unit.valid_to < report.as_of_end:
        if unit.valid_to >= since and unit.joined:
            return unit.valid_to + dt.timedelta(days=1)
        unit = units.get(unit.successor_id)
    return None
