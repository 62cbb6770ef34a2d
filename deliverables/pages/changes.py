"""Official changes: what became or ceased to be official, on whose word, and what stood before it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Exists, OuterRef, Prefetch, Q, QuerySet, Subquery, Window
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from agreements.models import Citation
from coopportal.clock import ZONE, Moment
from coopportal.lists import Column
from coopportal.partial_dates import PartialDate
from deliverables.choices import ChangeKind, ReportSide
from deliverables.models import Measurement, OfficialChange, ProgressReport, Verdict
from deliverables.templatetags.reports import plain_figure, reporter

#: Changes shown on the overview; the list has them all.
LATEST_CHANGES = 5


@dataclass(frozen=True)
class Change:
    """A report that became or ceased to be official: what it says, and what stood before it."""

    change: Any
    figures: list[Any]
    earlier: Any = None

    @property
    def report(self) -> Any:
        return self.change.report

    @property
    def day(self) -> Any:
        """When it became official, as precisely as known: a published figure on its source's day."""
        if self.report.side == ReportSide.SOURCE:
            issued = [citation.source.issued_on for citation in self.report.citations.all()]
            return max(filter(None, issued), default=None)
        return PartialDate.of(timezone.localdate(self.change.at, ZONE))

    @property
    def earlier_figure(self) -> Any:
        """The earlier report's figure of the indicator told first here; None when it had none."""
        if self.earlier is None or not self.figures:
            return None
        indicator = self.figures[0].indicator_id
        return next((m for m in self.earlier.told if m.indicator_id == indicator), None)


def latest_changes(moment: Moment) -> list[Change]:
    """The last changes that made a report official by a moment, those with figures first.

    Only those as late as the last one shown are looked at: of a log of a million nothing else is judged.
    """
    became = OfficialChange.objects.filter(
        kind=ChangeKind.BECAME_OFFICIAL,
        at__lt=moment.known_until,
        report__as_of_end__lte=moment.as_of,
    )
    instants = list(became.order_by("-at").values_list("at", flat=True)[:LATEST_CHANGES])
    latest = list(
        with_what_changed(became.filter(at__gte=min(instants, default=moment.known_until)))
        .annotate(
            has_figures=Exists(
                Measurement.objects.filter(report=OuterRef("report"), value__isnull=False)
            ),
            at_once=Window(Count("pk"), partition_by="at"),
        )
        .order_by("-at", "-has_figures", "seq")[:LATEST_CHANGES]
    )
    return changes_told(latest, moment)


def with_what_changed(changes: QuerySet[Any]) -> QuerySet[Any]:
    """Changes with their reports' figures, sources and verdicts: three queries more."""
    return changes.select_related("report__deliverable__agreement__partner").prefetch_related(
        Prefetch("report__citations", queryset=Citation.objects.select_related("source")),
        Prefetch("report__verdicts", queryset=Verdict.objects.order_by("at")),
        Prefetch(
            "report__measurements",
            queryset=Measurement.objects.select_related("indicator").order_by("pk"),
            to_attr="told",
        ),
    )


def changes_told(changes: Sequence[Any], moment: Moment) -> list[Change]:
    """Each change beside the report that it overtook; ``changes`` come from :func:`with_what_changed`."""
    earlier = _earlier_reports(changes, moment)
    return [
        Change(
            change=change,
            figures=[m for m in change.report.told if m.value is not None],
            earlier=earlier.get(change.report_id),
        )
        for change in changes
    ]


def _earlier_reports(changes: Sequence[Any], moment: Moment) -> dict[int, Any]:
    """For each report just made official, the official one that it overtook, if there was one."""
    overtaken = (
        ProgressReport.objects.filter(
            Q(as_of_end__lt=OuterRef("as_of_end"))
            | Q(as_of_end=OuterRef("as_of_end"), official_from__lte=OuterRef("official_from")),
            deliverable=OuterRef("deliverable"),
            official_from__lt=moment.known_until,
        )
        .exclude(pk=OuterRef("pk"))
        .latest_first()
    )
    told = ProgressReport.objects.filter(pk__in={change.report_id for change in changes})
    rows = (
        ProgressReport.objects.filter(
            pk__in=told.annotate(earlier=Subquery(overtaken.values("pk")[:1])).values("earlier")
        )
        .latest_first()
        .prefetch_related(
            Prefetch(
                "measurements",
                queryset=Measurement.objects.select_related("indicator").order_by("pk"),
                to_attr="told",
            )
        )
    )
    by_deliverable: dict[int, list[Any]] = {}
    for row in rows:
        by_deliverable.setdefault(row.deliverable_id, []).append(row)
    found = {}
    for change in changes:
        report = change.report
        for other in by_deliverable.get(report.deliverable_id, []):
            if other.pk != report.pk and (other.as_of_end, other.official_from) <= (
                report.as_of_end,
                report.official_from,
            ):
                found[report.pk] = other
                break
    return found


def _partner(change: Any) -> str:
    agreement = change.report.deliverable.agreement
    return agreement.partner.short_name if agreement else ""


def _figures(change: Any) -> str:
    return "; ".join(
        f"{m.indicator.name}: {plain_figure(m)}" for m in change.report.told if m.value is not None
    )


COLUMNS: tuple[Column, ...] = (
    (_("Số thứ tự"), lambda change: change.seq),
    (_("Lúc"), lambda change: timezone.localtime(change.at, ZONE).strftime("%d/%m/%Y %H:%M")),
    (_("Thay đổi"), lambda change: change.get_kind_display()),
    (_("Đối tác"), _partner),
    (_("Hạng mục"), lambda change: change.report.deliverable.title),
    (_("Trạng thái"), lambda change: change.report.get_stage_display()),
    (_("Số liệu"), _figures),
    (_("Tính đến"), lambda change: change.report.as_of),
    (_("Bên báo cáo"), lambda change: reporter(change.report)),
)
