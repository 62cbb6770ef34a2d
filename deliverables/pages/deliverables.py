"""All deliverables as one list: what each row tells, on the page and in its CSV. Not its filters."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import Prefetch, QuerySet
from django.utils.translation import gettext_lazy as _

from agreements.models import Agreement, System
from agreements.templatetags.coop import qualifier, say_number
from coopportal.clock import Moment
from coopportal.lists import Column
from deliverables.models import ProgressReport, Verdict
from deliverables.pages.delivered import CITED
from deliverables.summaries.current import current_measurements
from deliverables.summaries.totals.judging import HEALTH_OF_RANK
from deliverables.templatetags.delivery import stage_label
from deliverables.templatetags.reports import reporter, says_something

#: Filters that the form offers as fields; the others stay in the address and are told above the rows.
OFFERED = ("q", "agreement", "system", "kind", "stage", "standing", "health")


def with_their_places(rows: QuerySet[Any]) -> QuerySet[Any]:
    """Deliverables with their partner, phase and system."""
    return rows.select_related("agreement__partner", "phase", "system")


def with_what_they_came_to(rows: Sequence[Any], moment: Moment, *, cited: bool) -> Sequence[Any]:
    """Rows of ``official(moment)`` with the report that speaks and the figures that stand: three queries.

    What was overtaken is not read, however long the history. ``cited``: also what the reports rest on.
    """
    spoken = ProgressReport.objects.filter(pk__in=[row.report_id for row in rows if row.report_id])
    spoken = spoken.prefetch_related(Prefetch("verdicts", queryset=Verdict.objects.order_by("at")))
    if cited:
        spoken = spoken.prefetch_related(Prefetch("citations", queryset=CITED))
    reports = {report.pk: report for report in spoken}
    figures: dict[int, list[Any]] = {row.pk: [] for row in rows}
    for figure in current_measurements(moment, list(figures)):
        figures[figure.report.deliverable_id].append(figure)
    for row in rows:
        row.latest_report = reports.get(row.report_id)
        row.standing_figures = figures[row.pk]
    return rows


def _figures_in_words(row: Any) -> str:
    """Every figure of a row in one cell: indicator, qualifier, value, unit; empty where there is none."""
    return "; ".join(
        f"{figure.indicator.name}: {figure_with_unit(figure)}"
        for figure in row.standing_figures
        if says_something(figure)
    )


def figure_with_unit(figure: Any) -> str:
    """Qualifier, value and unit in one cell; words where there is no number."""
    if figure.value is None:
        return str(figure.text or qualifier(figure.qualifier))
    unit = figure.indicator.unit
    value = f"{say_number(figure.value)}%" if unit == "%" else f"{say_number(figure.value)} {unit}"
    return " ".join(filter(None, [qualifier(figure.qualifier), value]))


def _from_report(value: Any) -> Any:
    def read(row: Any) -> Any:
        report = row.latest_report
        return value(report) if report else ""

    return read


COLUMNS: tuple[Column, ...] = (
    (_("Mã"), lambda row: row.slug),
    (_("Hạng mục"), lambda row: row.title),
    (_("Loại"), lambda row: row.get_kind_display()),
    (_("Đối tác"), lambda row: row.agreement.partner.short_name if row.agreement else ""),
    (_("Giai đoạn"), lambda row: row.phase.years if row.phase else ""),
    (_("Hệ thống"), lambda row: row.system.short_name if row.system else ""),
    (_("Trạng thái"), lambda row: stage_label(row.stage)),
    (_("So với kế hoạch"), lambda row: HEALTH_OF_RANK[row.health_rank].label),
    (_("Số liệu"), _figures_in_words),
    (_("Mức độ phủ"), lambda row: row.coverage or ""),
    (_("Tính đến"), _from_report(lambda report: report.as_of)),
    (_("Bên báo cáo"), _from_report(reporter)),
    (_("Tình trạng"), _from_report(lambda report: report.get_state_display())),
)


def agreement_choices() -> list[tuple[str, str]]:
    """Every agreement by its partner's name; and the deliverables that belong to none."""
    rows = Agreement.objects.order_by("partner__sort_key", "slug")
    named = list(rows.values_list("slug", "partner__short_name"))
    return [*named, ("none", str(_("Không thuộc thỏa thuận nào")))]


def system_choices() -> list[tuple[str, str]]:
    return list(System.objects.order_by("sort_key").values_list("slug", "short_name"))
