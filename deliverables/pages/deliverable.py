"""The page of one deliverable: what stands, how it came to stand, and what it rests on."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Case, Prefetch, Q, QuerySet, Value, When
from django.utils.translation import gettext as _, gettext_lazy

from agreements.cited import fetch_citations
from agreements.present_names import with_present_names
from agreements.told import told_by
from coopportal.clock import Moment
from coopportal.lists import Column
from deliverables.choices import ReportState
from deliverables.models import (
    Deliverable,
    EvidenceFile,
    OfficialChange,
    ProgressReport,
    Target,
)
from deliverables.pages.delivered import (
    difference_of_sources,
    fetch_what_they_say,
    in_sight,
    said_by,
)
from deliverables.pages.differing import differing
from deliverables.pages.own import has_number
from deliverables.pages.partner import with_speakers
from deliverables.permissions import represents_either_side
from deliverables.summaries.charts import Chart, chart
from deliverables.summaries.current import current_measurements
from deliverables.summaries.differences import Difference, of_discrepancy
from deliverables.summaries.plans import PlanTold, TargetTold, plan_told
from deliverables.summaries.results import Delivered, heading
from deliverables.summaries.stages_drawn import StageLine, stage_line
from deliverables.summaries.story import Said, said
from deliverables.summaries.totals.progress import progress_at
from deliverables.templatetags.delivery import stage_label, verdicts_in_words
from deliverables.templatetags.reports import figure_in_words, reporter

#: Neighbours shown beside the evidence; the partner's page has them all.
NEIGHBOURS = 6
#: A deliverable is seldom continued by more than one.
_LATER = 20


@dataclass(frozen=True)
class HistoryRow:
    """One report as the history tells it; ``figures`` follow the page's indicators, None where silent."""

    report: Any
    figures: list[Any]
    official: bool
    current: bool
    superseded_by: Any = None


@dataclass(frozen=True)
class Headline:
    """The figure that stands for an indicator, and its drawing where there is a number to draw."""

    figure: Any
    chart: Chart | None


@dataclass(frozen=True)
class Progress:
    """How far it has come, 0 to 100, or in words why that cannot be computed.

    The value is ``summaries.totals.progress.progress_at``; here only the reason is told.
    """

    percent: float | None
    why_not: str
    targets: int

    @property
    def computed(self) -> bool:
        return self.percent is not None


@dataclass(frozen=True)
class DeliverablePage:
    """Everything on the page at one moment."""

    deliverable: Any
    begun: bool
    current: Any
    newest: Any
    headlines: list[Headline]
    indicators: list[Any]
    history: list[HistoryRow]
    evidence: list[tuple[Any, list[Any]]]
    journal: list[Any]
    differences: list[Difference]
    statements: list[Said]
    neighbours: list[Delivered]
    later: list[Any]
    plan: PlanTold
    due_on: dt.date | None
    due_days: list[Any]
    progress: Progress
    stages: StageLine | None
    comments: bool
    drafts: list[Any]

    @property
    def group(self) -> str:
        """Under which heading its neighbours stand."""
        return heading(self.deliverable)

    @property
    def waiting(self) -> Any:
        """The newest report when it is not the one that stands: handed in, or disputed."""
        return self.newest if self.newest is not self.current else None

    @property
    def undated(self) -> bool:
        return self.current is not None and self.current.as_of is None

    @property
    def marks(self) -> set[str]:
        """Which marks of qualifiers the drawings use; the legend explains no others."""
        return {mark for one in self.headlines if one.chart for mark in one.chart.bounds}

    @property
    def targets(self) -> Sequence[TargetTold]:
        return self.plan.targets

    @property
    def planned(self) -> bool:
        return any(one.chart and one.chart.planned for one in self.headlines)

    @property
    def gaps(self) -> bool:
        return any(one.chart and one.chart.gaps for one in self.headlines)


def deliverables_with_context() -> QuerySet[Deliverable]:
    """Deliverables with what the head of their page names."""
    rows = Deliverable.objects.select_related(
        "system",
        "connects_to",
        "host",
        "phase",
        "area",
        "agreement__vnpt_party",
        "continues__phase",
    )
    return with_present_names(rows, "agreement__")


def deliverable_page(deliverable: Deliverable, moment: Moment, user: Any) -> DeliverablePage:
    """Fetch and shape the page at a moment: one query a section and one for all their citations.

    The history takes its reports, figures and verdicts; the neighbours bring their figures, and what
    continues this one stands among them. Files are fetched for those only who may see them.
    """
    reached = (
        Deliverable.objects.official(moment)
        .filter(pk=deliverable.pk)
        .annotate(progress=progress_at(moment))
        .values_list("progress", flat=True)
    )
    progress = list(reached)
    begun = bool(progress)
    comments = represents_either_side(user, deliverable.agreement_id)
    reports = _reports(deliverable, moment, user, files=comments) if begun else []
    spoken = list(with_speakers(deliverable.statements.all()))
    fetch_citations(reports, spoken)
    official = [row for row in reports if row.official_at(moment)]
    current = official[0] if official else None
    indicators = _indicators(official, reports)
    set_by_then = list(
        Target.objects.filter(deliverable=deliverable, set_on__lte=moment.as_of)
        .select_related("indicator")
        .order_by("set_on", "pk")
    )
    changes = list(deliverable.due_days.order_by("set_on"))
    due_on = _due_on(deliverable, changes, moment)
    figures = _current_figures(official)
    plan = plan_told(deliverable, set_by_then, current, figures, due_on=due_on, as_of=moment.as_of)
    difference = difference_of_sources(current, reports, moment)
    seen = differing(Q(deliverables=deliverable), moment.as_of)
    beside = _beside(deliverable, moment)
    return DeliverablePage(
        deliverable=deliverable,
        begun=begun,
        current=current,
        newest=_newest(reports, current, moment),
        headlines=_headlines(
            deliverable, official, indicators, set_by_then, due_on=due_on, moment=moment
        ),
        indicators=indicators,
        history=_history(reports, current, indicators, moment),
        evidence=_evidence(current, official, indicators),
        journal=_journal(deliverable, moment),
        differences=([difference] if difference else []) + [of_discrepancy(d) for d in seen],
        statements=said(row for row in spoken if told_by(row, moment.as_of)),
        neighbours=_neighbours(deliverable, beside, moment) if begun else [],
        later=[row for row in beside if row.continues_id == deliverable.pk],
        due_on=due_on,
        due_days=[row for row in changes if row.set_on <= moment.as_of],
        plan=plan,
        progress=_progress(progress[0] if progress else None, plan.standing),
        stages=stage_line(official, moment.as_of),
        comments=comments,
        drafts=_drafts(deliverable, user) if comments else [],
    )


def _due_on(deliverable: Deliverable, changes: Sequence[Any], moment: Moment) -> dt.date | None:
    """The due day as of a day: the first change that was still to come knows what held until then."""
    later = [row for row in changes if row.set_on > moment.as_of]
    return later[0].due_before if later else deliverable.due_on


def _drafts(deliverable: Deliverable, user: Any) -> list[Any]:
    """What the reader's own side has begun and not sent yet."""
    drafts = ProgressReport.objects.drafts_of(user).filter(deliverable=deliverable)
    return list(drafts.order_by("as_of_end", "pk"))


def _current_figures(official: Sequence[Any]) -> dict[int, Any]:
    """Of each indicator the figure that stands, knowing its report; ``official`` come latest first."""
    current: dict[int, Any] = {}
    for report in official:
        for figure in report.measurements.all():
            current.setdefault(figure.indicator_id, figure)
    return current


def _progress(reached: float | None, standing: Sequence[TargetTold]) -> Progress:
    if reached is not None:
        return Progress(reached * 100, "", len(standing))
    if not standing:
        why_not = _("chưa có mục tiêu")
    elif any(row.figure is None or row.figure.value is None for row in standing):
        why_not = _("chưa có số liệu của chỉ tiêu đặt mục tiêu")
    else:
        why_not = _("mục tiêu chưa ghi số gốc")
    return Progress(None, why_not, len(standing))


def _reports(deliverable: Deliverable, moment: Moment, user: Any, *, files: bool) -> list[Any]:
    rows = (
        ProgressReport.objects.visible_to(user)
        .filter(said_by(moment), deliverable=deliverable)
        .select_related("author")
        .latest_first()
    )
    if files:
        ordered = EvidenceFile.objects.select_related("stored").order_by("pk")
        rows = rows.prefetch_related(Prefetch("files", queryset=ordered))
    reports = list(rows)
    fetch_what_they_say(reports)
    return reports


def _indicators(official: Sequence[Any], reports: Sequence[Any]) -> list[Any]:
    """Indicators in the order in which the latest reports give them, official ones first."""
    rows = [m for report in [*official, *reports] for m in report.measurements.all()]
    return list({row.indicator_id: row.indicator for row in rows}.values())


def _newest(reports: Sequence[Any], current: Any, moment: Moment) -> Any:
    return next(
        (
            row
            for row in reports
            if row is current
            or (not row.official_at(moment) and row.state == ReportState.SUBMITTED)
            or in_sight(row, current)
        ),
        current,
    )


def _headlines(
    deliverable: Deliverable,
    official: Sequence[Any],
    indicators: Sequence[Any],
    targets: Sequence[Any],
    *,
    due_on: dt.date | None,
    moment: Moment,
) -> list[Headline]:
    phase = deliverable.phase
    headlines = []
    for indicator in indicators:
        own = [m for r in official for m in r.measurements.all() if m.indicator_id == indicator.pk]
        if not own:
            continue
        # Reports come latest first, so the first figure is the one that stands.
        drawing = chart(
            indicator,
            own,
            [target for target in targets if target.indicator_id == indicator.pk],
            begins_on=phase.begins_on if phase else None,
            ends_on=phase.ends_on if phase else None,
            due_on=due_on,
            as_of=moment.as_of,
        )
        headlines.append(Headline(own[0], drawing))
    return headlines


def _history(
    reports: Sequence[Any], current: Any, indicators: Sequence[Any], moment: Moment
) -> list[HistoryRow]:
    revised = {row.revises_id: row for row in reports if row.revises_id}
    rows = []
    for report in reports:
        by_indicator = {m.indicator_id: m for m in report.measurements.all()}
        rows.append(
            HistoryRow(
                report=report,
                figures=[by_indicator.get(indicator.pk) for indicator in indicators],
                official=report.official_at(moment),
                current=report is current,
                superseded_by=revised.get(report.pk),
            )
        )
    return rows


def _evidence(
    current: Any, official: Sequence[Any], indicators: Sequence[Any]
) -> list[tuple[Any, list[Any]]]:
    """The citations behind what stands, by source: of the current report and of each figure's own."""
    speaking = [current] if current else []
    for indicator in indicators:
        speaking += [
            next(
                (
                    r
                    for r in official
                    for m in r.measurements.all()
                    if m.indicator_id == indicator.pk
                ),
                current,
            )
        ]
    cited = {row.pk: row for report in speaking if report for row in report.citations.all()}
    by_source: dict[Any, list[Any]] = {}
    for row in cited.values():
        by_source.setdefault(row.source, []).append(row)
    return list(by_source.items())


def _journal(deliverable: Deliverable, moment: Moment) -> list[Any]:
    return list(
        OfficialChange.objects.filter(
            report__deliverable=deliverable,
            report__as_of_end__lte=moment.as_of,
            at__lt=moment.known_until,
        )
        .select_related("report")
        .order_by("-seq")
    )


def _beside(deliverable: Deliverable, moment: Moment) -> list[Any]:
    """Those that continue this one, and the first of the same agreement in the same area or family.

    Those with a number come first: no more are fetched than are told.
    """
    near = (
        Q(system__family=deliverable.system.family)
        if deliverable.system
        else Q(kind=deliverable.kind, system__isnull=True)
    )
    if deliverable.area_id:
        near |= Q(area=deliverable.area_id)
    near &= Q(agreement=deliverable.agreement_id)
    rows = Deliverable.objects.filter(near | Q(continues=deliverable)).exclude(pk=deliverable.pk)
    goes_on = Case(When(continues=deliverable, then=Value(0)), default=Value(1))
    told = rows.official(moment).annotate(has_number=has_number(moment))
    ordered = told.order_by(goes_on, "-has_number", "sort_key", "pk")
    return list(
        ordered.select_related("system", "phase", "agreement__partner")[: NEIGHBOURS + _LATER]
    )


def _neighbours(deliverable: Deliverable, beside: Sequence[Any], moment: Moment) -> list[Delivered]:
    """The first of those beside it, those with figures first: one query for their figures."""
    near = [row for row in beside if _is_near(row, deliverable)]
    near.sort(key=lambda row: (not row.has_number, bytes(row.sort_key)))
    told = {row.pk: Delivered(row) for row in near[:NEIGHBOURS]}
    for figure in current_measurements(moment, told) if told else ():
        told[figure.report.deliverable_id].figures.append(figure)
    return list(told.values())


def _is_near(row: Any, deliverable: Deliverable) -> bool:
    if row.agreement_id != deliverable.agreement_id:
        return False
    if deliverable.area_id and row.area_id == deliverable.area_id:
        return True
    if deliverable.system:
        return bool(row.system and row.system.family == deliverable.system.family)
    return bool(row.system is None and row.kind == deliverable.kind)


def history_columns(page: DeliverablePage, moment: Moment) -> list[Column]:
    """What the CSV of the history holds: one column an indicator, units in its heading."""
    head: list[Column] = [
        (gettext_lazy("Tính đến"), lambda row: row.report.as_of),
        (gettext_lazy("Xếp theo ngày"), lambda row: f"{row.report.as_of_end:%d/%m/%Y}"),
        (gettext_lazy("Bên báo cáo"), lambda row: reporter(row.report)),
        (gettext_lazy("Trạng thái"), lambda row: stage_label(row.report.stage)),
        (gettext_lazy("Mức độ phủ"), lambda row: row.report.coverage),
    ]
    figures = [
        (f"{indicator.name} ({indicator.unit})", _figure_at(place))
        for place, indicator in enumerate(page.indicators)
    ]
    tail: list[Column] = [
        (gettext_lazy("Tình trạng"), lambda row: row.report.get_state_display()),
        (gettext_lazy("Đang dùng"), lambda row: row.current),
        (gettext_lazy("Ý kiến hai bên"), lambda row: verdicts_in_words(row.report, moment)),
        (gettext_lazy("Nguồn"), lambda row: _sources_of(row.report)),
    ]
    return [*head, *figures, *tail]


def _figure_at(place: int) -> Any:
    return lambda row: figure_in_words(row.figures[place]) if row.figures[place] else ""


def _sources_of(report: Any) -> str:
    return "; ".join(dict.fromkeys(row.source.short_name for row in report.citations.all()))
