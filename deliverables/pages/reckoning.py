"""The page "Tổng kết" of a phase: what is fetched for it, and its lines as CSV. The rule is in summaries."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.core.paginator import Page
from django.db.models import Q
from django.http import HttpRequest
from django.utils.translation import gettext as _, gettext_lazy

from agreements.areas import fetch_areas
from agreements.cited import fetch_citations
from agreements.models import Phase, Statement
from agreements.terms import fetch_terms
from agreements.told import has_begun, told_by
from coopportal.clock import BadParameter, Moment
from coopportal.lists import Column
from coopportal.pagination import page_of
from deliverables.choices import Outcome
from deliverables.models import Deliverable
from deliverables.pages.deliverables import figure_with_unit
from deliverables.pages.delivered import fetch_reports
from deliverables.pages.partner import with_speakers
from deliverables.summaries.reckoning import Counted, Reckoning, Section, Told, counted, reckoning
from deliverables.summaries.results import Delivered
from deliverables.summaries.totals.health import with_health
from deliverables.templatetags.delivery import stage_label
from deliverables.templatetags.reports import says_something

OUTCOME_PARAMETER = "ket-qua"
#: Deliverables on one page: more than any phase of the articles has.
ROWS_A_PAGE = 60


@dataclass(frozen=True)
class ReckoningPage:
    """``whole`` is counted, ``shown`` is what the outcome asked leaves of it.

    ``page`` are the deliverables told of those shown.
    """

    phase: Any
    begun: bool
    whole: Reckoning
    shown: Reckoning
    page: Page[Told]
    outcome: str
    later: list[Any]

    @property
    def counts(self) -> list[tuple[str, int, list[Counted]]]:
        """Heading, how many lines, by outcome."""
        kinds = (
            (_("Lĩnh vực"), self.whole.areas),
            (_("Cam kết, kế hoạch, mục tiêu"), self.whole.all_promises),
            (_("Hạng mục"), self.whole.all_deliverables),
        )
        return [(label, len(rows), counted(rows)) for label, rows in kinds]

    @property
    def outcomes(self) -> list[Counted]:
        """All lines by outcome: how many each choice of the filter shows."""
        return counted(row for _kind, row in lines(self.whole))

    @property
    def total(self) -> int:
        return sum(part.count for part in self.outcomes)

    @property
    def told(self) -> list[Section]:
        """The deliverables of the page under their headings."""
        keys = {row.thing.pk for row in self.page}
        sections = [
            Section(one.label, [row for row in one.rows if row.thing.pk in keys], one.area)
            for one in self.shown.deliverables
        ]
        return [one for one in sections if one.rows]

    @property
    def empty(self) -> bool:
        shown = self.shown
        return not (shown.areas or shown.promises or shown.deliverables)


def asked_outcome(query: Any) -> str:
    """The outcome that the lines are narrowed to; empty for all of them."""
    asked = str(query.get(OUTCOME_PARAMETER, "")).strip()
    if asked and asked not in Outcome.values:
        raise BadParameter(
            OUTCOME_PARAMETER,
            _("Không có kết quả “%(value)s”. Chọn một trong: %(choices)s.")
            % {"value": asked[:40], "choices": ", ".join(Outcome.values)},
            asked[:40],
        )
    return asked


def reckoning_page(
    asked: Phase, moment: Moment, request: HttpRequest, *, every: bool
) -> ReckoningPage:
    """Fetch and shape the page at a moment: a fixed number of queries.

    What became of a deliverable is judged by what is at hand of every one; reports are fetched for those
    of the page, or for ``every`` one that is shown.
    """
    day = moment.as_of
    signed = list(
        Phase.objects.filter(agreement=asked.agreement_id).order_by(
            "begins_on", "start_year", "slug"
        )
    )
    by_key = {row.pk: row for row in signed}
    phase = by_key[asked.pk]
    for row in signed:
        row.agreement = asked.agreement
    areas = fetch_areas(signed)
    for area in areas:
        area.phase = by_key[area.phase_id]
    had = [row for row in phase.areas.all() if row.from_day is None or row.from_day <= day]
    fetch_terms(signed, day)
    through = Deliverable.statements.through.objects.filter(statement__phase=phase)
    linked: dict[int, list[int]] = {}
    for statement, deliverable in through.values_list("statement_id", "deliverable_id"):
        linked.setdefault(statement, []).append(deliverable)
    named = Q(phase=phase) | Q(pk__in=[pk for own in linked.values() for pk in own])
    official = Deliverable.objects.filter(named).official(moment)
    rows = list(
        with_health(official, moment).select_related(
            "system", "phase", "area", "agreement__partner"
        )
    )
    delivered = {row.pk: Delivered(row) for row in rows}
    spoken = list(with_speakers(Statement.objects.filter(phase=phase)).order_by("position", "slug"))
    fetch_citations([phase], areas, spoken)

    begun = {row.pk for row in signed if row.pk != phase.pk and has_begun(row, day)}
    later_areas: dict[int, list[Any]] = {}
    for area in areas:
        for earlier in area.continues.all():
            if area.phase_id in begun and earlier.phase_id == phase.pk:
                later_areas.setdefault(earlier.pk, []).append(area)
    whole = reckoning(
        phase,
        as_of=day,
        areas=had,
        ended={row.pk: _ended(row) for row in had if not row.in_force_on(day)},
        delivered=delivered.values(),
        later_deliverables=_later(rows, moment),
        later_areas=later_areas,
        next_known=bool(later_areas),
        statements=[row for row in spoken if told_by(row, day)],
        linked=linked,
    )
    outcome = asked_outcome(request.GET)
    shown = whole.narrowed(outcome)
    page = page_of(request, shown.all_deliverables, per_page=ROWS_A_PAGE)
    told = [row.thing for row in (shown.all_deliverables if every else page)]
    fetched = fetch_reports(told, moment, request.user)
    fetch_citations(told, fetched.reports)
    for one in fetched.told():
        own = delivered[one.deliverable.pk]
        own.report, own.figures = one.report, one.figures
    return ReckoningPage(
        phase=phase,
        begun=has_begun(phase, day),
        whole=whole,
        shown=shown,
        page=page,
        outcome=outcome,
        later=[row for row in signed if row.pk in begun and _follows(row, phase)],
    )


def _ended(area: Any) -> str:
    """Since when a phase no longer has an area, and by which amendment."""
    told = _("kết thúc từ ngày %(day)s") % {"day": f"{area.until_day:%d/%m/%Y}"}
    by = next((row for row in area.phase.amended if row.effective_on == area.until_day), None)
    if by is None:
        return told
    number = by.number or str(by.position)
    return told + " " + _("theo phụ lục %(number)s") % {"number": number}


def _follows(row: Any, phase: Any) -> bool:
    return bool(row.begins_on and phase.begins_on and row.begins_on > phase.begins_on)


def _later(rows: list[Any], moment: Moment) -> dict[int, list[Any]]:
    """What goes on with these and has begun, by what it continues."""
    found: dict[int, list[Any]] = {}
    following = Deliverable.objects.filter(continues__in=rows).begun(moment)
    for row in following.select_related("phase", "agreement__partner", "system"):
        found.setdefault(row.continues_id, []).append(row)
    return found


# ---- CSV ---------------------------------------------------------------------------------------------


def lines(shown: Reckoning) -> Iterator[tuple[str, Told]]:
    """Every line with what kind of thing it is, in the order of the page."""
    for row in shown.areas:
        yield _("Lĩnh vực"), row
    for section in shown.promises:
        for row in section.rows:
            yield section.label, row
    for section in shown.deliverables:
        for row in section.rows:
            yield _("Hạng mục"), row


def _name(line: tuple[str, Told]) -> str:
    thing = line[1].thing
    return str(getattr(thing, "text", "") or thing)


def _key(line: tuple[str, Told]) -> str:
    thing = line[1].thing
    return str(getattr(thing, "slug", "") or f"{thing.phase.slug}.{thing.position}")


def _area(line: tuple[str, Told]) -> str:
    area = getattr(line[1].thing, "area_id", None)
    return str(line[1].thing.area.position) if area else ""


def _quotes(line: tuple[str, Told]) -> str:
    return "; ".join(f"“{row.quote}”" for row in line[1].citations if row.quote)


def _of_delivered(value: Any) -> Any:
    return lambda line: value(line[1].delivered) if line[1].delivered else ""


COLUMNS: tuple[Column, ...] = (
    (gettext_lazy("Loại"), lambda line: line[0]),
    (gettext_lazy("Mã"), _key),
    (gettext_lazy("Nội dung"), _name),
    (gettext_lazy("Lĩnh vực số"), _area),
    (gettext_lazy("Kết quả"), lambda line: line[1].outcome.label),
    (gettext_lazy("Căn cứ"), lambda line: line[1].why),
    (
        gettext_lazy("Tiếp nối bởi"),
        lambda line: "; ".join(f"{row} ({row.phase.years})" for row in line[1].continued_by),
    ),
    (gettext_lazy("Trạng thái"), _of_delivered(lambda one: stage_label(one.stage))),
    (
        gettext_lazy("Số liệu"),
        _of_delivered(
            lambda one: "; ".join(
                f"{figure.indicator.name}: {figure_with_unit(figure)}"
                for figure in one.figures
                if says_something(figure)
            )
        ),
    ),
    (
        gettext_lazy("Tính đến"),
        _of_delivered(lambda one: f"{one.report.as_of_end:%d/%m/%Y}" if one.report else ""),
    ),
    (
        gettext_lazy("Nguồn"),
        lambda line: "; ".join(dict.fromkeys(row.source.short_name for row in line[1].citations)),
    ),
    (gettext_lazy("Trích dẫn"), _quotes),
)
