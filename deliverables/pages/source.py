"""The page of one source: everything that rests on it, and what it contradicts."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from agreements.choices import SourceScope
from agreements.cited import fetch_citations
from agreements.models import (
    CooperationArea,
    Event,
    Participation,
    Party,
    Phase,
    Province,
    Source,
    SourceFile,
    Statement,
    System,
    SystemAlias,
)
from agreements.told import was_out
from coopportal.clock import Moment
from deliverables.models import Deliverable, ProgressReport
from deliverables.pages.delivered import (
    difference_of_sources,
    fetch_what_they_say,
    said_by,
)
from deliverables.pages.differing import differing
from deliverables.summaries.differences import Difference, of_discrepancy


@dataclass(frozen=True)
class Resting:
    """Rows of one kind that cite the source; each has ``cited``, the words it takes from it."""

    key: str
    label: str
    rows: list[Any]


@dataclass(frozen=True)
class Against:
    """Where this source and another differ: what about, and the row that is told differently."""

    about: Any
    difference: Difference


@dataclass(frozen=True)
class SourcePage:
    source: Any
    out: bool
    reports: list[Any]
    resting: list[Resting]
    differences: list[Against]
    #: Its text, for those who may have it.
    file: SourceFile | None = None

    @property
    def by_partner(self) -> list[tuple[str, list[Any]]]:
        """Reports under the partner they speak of, those of no agreement last."""
        groups: dict[str, list[Any]] = {}
        for report in self.reports:
            agreement = report.deliverable.agreement
            name = agreement.partner.short_name if agreement else _("Không thuộc thỏa thuận nào")
            groups.setdefault(name, []).append(report)
        return list(groups.items())

    @property
    def total(self) -> int:
        return len(self.reports) + sum(len(group.rows) for group in self.resting)


def source_page(source: Source, moment: Moment, user: Any) -> SourcePage:
    """Fetch and shape the page at a moment: one query for each kind of what rests on the source.

    The reports bring their figures and verdicts, the differences name their deliverables, and one query
    more has the citations of everything.
    """
    day = moment.as_of
    out = was_out(source, day)
    if not out:
        return SourcePage(source, out=False, reports=[], resting=[], differences=[])
    told = _reports(source, moment, user)
    # A row without a day of its own was told of by this very source, which is out.
    phases = [
        row
        for row in _citing(Phase, source).select_related("agreement__partner")
        if row.begins_on is None or row.begins_on <= day
    ]
    events = [
        row
        for row in _citing(Event, source)
        if row.happened_on is None or row.happened_on.last_day <= day
    ]
    areas = _citing(CooperationArea, source).select_related("phase__agreement__partner")
    statements = _citing(Statement, source).select_related(
        "agreement__partner", "phase__agreement__partner", "speaker", "party"
    )
    people = _citing(Participation, source).select_related("person", "event")
    aliases = _citing(SystemAlias, source).select_related("system")
    groups = [
        Resting("phases", _("Giai đoạn, văn bản ký kết"), phases),
        Resting("areas", _("Lĩnh vực hợp tác"), list(areas)),
        Resting("events", _("Sự kiện"), events),
        Resting("participations", _("Người và nhóm tham gia sự kiện"), list(people)),
        Resting("statements", _("Mục tiêu, cam kết, nhận định"), list(statements)),
        Resting("systems", _("Hệ thống"), list(_citing(System, source))),
        Resting("aliases", _("Tên gọi của hệ thống trong nguồn"), list(aliases)),
        Resting("parties", _("Cơ quan, tên gọi"), list(_citing(Party, source))),
        Resting("provinces", _("Tỉnh, thành phố"), list(_citing(Province, source))),
    ]
    fetch_citations(told, *(group.rows for group in groups))
    for row in (row for rows in (told, *(group.rows for group in groups)) for row in rows):
        row.cited = sorted(
            (one for one in row.citations.all() if one.source_id == source.pk),
            key=lambda one: one.pk,
        )
    return SourcePage(
        source=source,
        out=out,
        reports=[report for report in told if report.cited],
        resting=[group for group in groups if group.rows],
        differences=[
            *_reports_that_differ(source, told, moment),
            *_others_that_differ(source, day),
        ],
        file=_file(source, user),
    )


def _file(source: Source, user: Any) -> SourceFile | None:
    if source.scope != SourceScope.FILED:
        return None
    seen = SourceFile.objects.visible_to(user).select_related("stored")
    return seen.filter(source=source).first()


def _reports(source: Source, moment: Moment, user: Any) -> list[Any]:
    """What sources say of every deliverable that this one speaks of, its own reports among them."""
    spoken = ProgressReport.objects.filter(citations__source=source).values("deliverable")
    rows = (
        ProgressReport.objects.visible_to(user)
        .filter(said_by(moment), deliverable__in=spoken)
        .select_related("deliverable__agreement__partner", "deliverable__phase")
        .latest_first()
    )
    found = list(rows)
    fetch_what_they_say(found)
    return sorted(found, key=_by_partner)


def _by_partner(report: Any) -> tuple[Any, ...]:
    agreement = report.deliverable.agreement
    return (
        agreement is None,
        bytes(agreement.partner.sort_key) if agreement else b"",
        bytes(report.deliverable.sort_key),
        report.deliverable_id,
    )


def _reports_that_differ(source: Source, told: list[Any], moment: Moment) -> list[Against]:
    """Deliverables on which this source and another say different things, set aside or both in use."""
    by_deliverable: dict[int, list[Any]] = {}
    for report in told:
        by_deliverable.setdefault(report.deliverable_id, []).append(report)
    found = []
    for rows in by_deliverable.values():
        current = next((row for row in rows if row.official_at(moment)), None)
        difference = difference_of_sources(current, rows, moment)
        if difference and any(
            citation.source_id == source.pk
            for telling in difference.tellings
            for citation in telling.citations
        ):
            found.append(Against(rows[0].deliverable, difference))
    return found


def _others_that_differ(source: Source, day: dt.date) -> list[Against]:
    """Differences in which the source takes part, each with the row that it is about."""
    seen = differing(Q(sides__citation__source=source), day)
    single = {row.pk: min(row.deliverable_ids) for row in seen if len(row.deliverable_ids) == 1}
    named = Deliverable.objects.in_bulk(single.values()) if single else {}
    return [
        Against(
            named[single[row.pk]] if row.pk in single else row.phase or row.agreement,
            of_discrepancy(row),
        )
        for row in seen
    ]


def _citing(model: Any, source: Source) -> QuerySet[Any]:
    """Rows of a model that cite the source, each once, in their own order."""
    rows: QuerySet[Any] = model.objects.filter(
        pk__in=model.citations.through.objects.filter(citation__source=source).values(
            f"{model._meta.model_name}_id"
        )
    )
    return rows
