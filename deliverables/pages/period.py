"""The closing view of a reporting period: who has reported what, what is missing, what is disputed."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from typing import Any

from django.core.paginator import Page
from django.db.models import Count, Prefetch, QuerySet
from django.http import Http404, HttpRequest
from django.utils.translation import gettext as _

from agreements.choices import PeriodKind
from agreements.models import Phase, ReportingPeriod
from agreements.periods import kinds_of, to_come
from coopportal.clock import BadParameter
from coopportal.pagination import page_of
from deliverables import permissions
from deliverables.choices import OWING, PeriodState, ReportSide, ReportState
from deliverables.models import Deliverable, ProgressReport
from deliverables.pages.planned_periods import PeriodsTold

PER_PAGE = 50
STATE = "tinh-trang"
_KEY = re.compile(r"(?P<kind>[a-z-]+)-(?P<year>[0-9]{4})-(?P<number>[0-9]{1,2})")


@dataclass(frozen=True)
class PeriodLine:
    """A period in the list of its phase, with the days left until it is due."""

    period: ReportingPeriod
    days_left: int
    closed: bool


@dataclass(frozen=True)
class PeriodPage:
    """One period with a page of its deliverables, and how many there are of each state."""

    period: ReportingPeriod
    counts: list[tuple[str, str, int]]
    total: int
    state: str
    page: Page
    days_left: int
    closed: bool

    #: States in which a side still has to report.
    owing = OWING

    @property
    def days_late(self) -> int:
        return -self.days_left

    @property
    def missing(self) -> int:
        return sum(count for state, _label, count in self.counts if state in OWING)

    @property
    def whole(self) -> bool:
        """Nothing is missing, waiting or disputed any more."""
        settled = {PeriodState.CONFIRMED, PeriodState.NOT_OWED}
        return all(state in settled for state, _label, count in self.counts if count)


def phase_visible_to(user: Any, slug: str) -> Phase:
    """A phase whose periods a user may see, also while it has none; 404 for anybody else."""
    phase = Phase.objects.select_related("agreement__partner").filter(slug=slug).first()
    if phase is None or not permissions.represents_either_side(user, phase.agreement_id):
        raise Http404
    return phase


def period_visible_to(user: Any, slug: str, key: str) -> ReportingPeriod:
    """The period of an address such as ``quarter-2026-1``; 404 where there is none, or not for this user."""
    told = _KEY.fullmatch(key)
    if told is None:
        raise Http404
    rows = ReportingPeriod.objects.visible_to(user).filter(
        phase__slug=slug,
        kind=told["kind"].replace("-", "_"),
        year=told["year"],
        number=told["number"],
    )
    period = rows.select_related(
        "phase__agreement__partner", "phase__agreement__vnpt_party"
    ).first()
    if period is None:
        raise Http404
    return period


def _said_in(period: ReportingPeriod) -> Prefetch:
    """The reports of the sides as of a day in the period, newest first; drafts are nobody else's business."""
    reports = (
        ProgressReport.objects.filter(
            as_of_end__range=(period.begins_on, period.ends_on),
            side__in=[ReportSide.PARTNER, ReportSide.VNPT],
        )
        .exclude(state__in=[ReportState.DRAFT, ReportState.WITHDRAWN])
        .select_related("author")
        .order_by("-submitted_at", "-pk")
    )
    return Prefetch("reports", queryset=reports, to_attr="said_in_period")


def period_page(request: HttpRequest, period: ReportingPeriod, day: dt.date) -> PeriodPage:
    """The view of a period as known on a day; the address may narrow it to one state (a 400 if unknown)."""
    state = request.GET.get(STATE, "")
    if state and state not in PeriodState.values:
        raise BadParameter(STATE, _("Không có tình trạng này."), state[:40])
    rows: QuerySet[Any] = Deliverable.objects.in_period(period, day)
    counted = dict(rows.order_by().values_list("period_state").annotate(count=Count("pk")))
    if state:
        rows = rows.filter(period_state=state)
    rows = rows.select_related("area", "system").prefetch_related(_said_in(period))
    return PeriodPage(
        period=period,
        counts=[(each.value, str(each.label), counted.get(each.value, 0)) for each in PeriodState],
        total=sum(counted.values()),
        state=state,
        page=page_of(
            request, rows.order_by("area__position", "sort_key", "slug"), per_page=PER_PAGE
        ),
        days_left=period.days_left(day),
        closed=period.ends_on < day,
    )


@dataclass(frozen=True)
class PeriodsPage:
    """The periods of a phase, a page at a time, and what could be done about those it has not."""

    phase: Phase
    page: Page
    #: Of the kinds there are: what the term has room for and is not made yet.
    to_come: PeriodsTold
    may_propose: bool


def periods_page(request: HttpRequest, phase: Phase, day: dt.date) -> PeriodsPage:
    """All periods of a phase, the latest first."""
    rows = phase.periods.latest_first()
    page = page_of(request, rows, per_page=PER_PAGE)
    for period in page.object_list:
        period.phase = phase
    page.object_list = [
        PeriodLine(period, period.days_left(day), period.ends_on < day)
        for period in page.object_list
    ]
    kinds = kinds_of(phase)
    running = phase.in_force_on(day)
    return PeriodsPage(
        phase,
        page,
        to_come=PeriodsTold(every=to_come(phase) if kinds and running else ()),
        may_propose=running and len(kinds) < len(PeriodKind),
    )
