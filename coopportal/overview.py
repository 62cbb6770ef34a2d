"""What the overview asks of the database, one query a question, told in its sections' words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from django.db.models import Exists, OuterRef
from django.http import HttpRequest
from django.utils.translation import gettext

from agreements.filters import DiscrepancyFilterSet
from agreements.models import Phase
from agreements.present_names import Place, by_present_unit, with_present_names
from agreements.terms import say_years
from coopportal.clock import BadParameter, Moment, today
from deliverables.choices import ReportState
from deliverables.models import Deliverable, Measurement, ProgressReport
from deliverables.pages.changes import Change, latest_changes
from deliverables.summaries.matrix import Matrix, matrix
from deliverables.summaries.stages import Segment, stage_strip
from deliverables.summaries.standing import contradicted, current_figures, is_confirmed_at
from deliverables.summaries.timeline import Timeline, timeline

#: Under which names partners stand on the time line and in the matrix.
MAP_PARAMETER = "ban-do"


class MapChoice(StrEnum):
    """As they signed, or under the units of the map of the day asked."""

    SIGNED = "da-ky"
    PRESENT = "hien-nay"


def map_choice(request: HttpRequest) -> MapChoice:
    """Read the choice, as signed where none is made; raise :class:`BadParameter` for another word."""
    text = request.GET.get(MAP_PARAMETER, "").strip()
    try:
        return MapChoice(text) if text else MapChoice.SIGNED
    except ValueError as error:
        raise BadParameter(
            MAP_PARAMETER,
            gettext("Chọn một trong: %(words)s.") % {"words": ", ".join(MapChoice)},
            text[:40],
        ) from error


@dataclass
class Overview:
    """Everything on the page at one moment. Counts are of rows listed here, never invented."""

    moment: Moment
    phases: list[Any]
    subsidiaries: list[Any]
    deployments: list[Any]
    figures: dict[int, list[Any]]
    discrepancies: list[Any]
    changes: list[Change]
    map: MapChoice = MapChoice.SIGNED
    agreements: list[Any] = field(init=False)
    places: dict[int, Place] = field(init=False)
    timeline: Timeline = field(init=False)
    strip: list[Segment] = field(init=False)
    matrix: Matrix = field(init=False)

    def __post_init__(self) -> None:
        self.agreements = list(
            {phase.agreement_id: phase.agreement for phase in self.phases}.values()
        )
        placed = by_present_unit(self.agreements, self.moment.as_of)
        self.places = {row.pk: place for row, place in placed}
        shown: dict[int, Place] = {}
        if self.map is MapChoice.PRESENT:
            self.agreements = [row for row, _place in placed]
            order = {row.pk: number for number, row in enumerate(self.agreements)}
            self.phases.sort(key=lambda phase: order[phase.agreement_id])
            shown = self.places
        self.timeline = timeline(self.phases, self.moment.as_of, shown)
        self.strip = stage_strip(row.stage for row in self.deployments)
        parents = {phase.agreement_id: phase.parent.agreement_id for phase in self.subsidiaries}
        self.matrix = matrix(self.deployments, self.agreements, parents, self.figures, shown)

    # ---- headline figures ----

    @property
    def provinces(self) -> list[Any]:
        return [row for row in self.agreements if row.partner.is_province]

    @property
    def agencies(self) -> list[Any]:
        return [row for row in self.agreements if not row.partner.is_province]

    @property
    def merged_away(self) -> list[Any]:
        """Provinces that go by another name on the day asked."""
        day = self.moment.as_of
        return [
            row
            for row in self.provinces
            if row.partner.province
            and row.partner.province.on(day).name != row.partner.province.name
        ]

    # ---- the two maps ----

    @property
    def present_units(self) -> int:
        """In how many units of the day's map the provinces that signed stand."""
        return len({self.places[row.pk].key for row in self.provinces})

    @property
    def map_has_changed(self) -> bool:
        """Whether any partner goes by another name, or stands in a larger unit, than when it signed."""
        return any(place.signed_as for place in self.places.values())

    @property
    def map_is_todays(self) -> bool:
        return self.moment.as_of == today()

    # ---- who is bound ----

    @property
    def in_force(self) -> list[Any]:
        return [phase for phase in self.phases if phase.in_force_on(self.moment.as_of)]

    @property
    def systems(self) -> int:
        return len({row.system_id for row in self.deployments})

    @property
    def standing_figures(self) -> list[Any]:
        """Figures with a value, of all deliverables whose time has begun."""
        return [m for own in self.figures.values() for m in own if m.value is not None]

    @property
    def confirmed_figures(self) -> int:
        return sum(is_confirmed_at(m.report, self.moment) for m in self.standing_figures)

    @property
    def latest_year(self) -> int | None:
        """The year of the latest report; its day may be no more than the end of that year."""
        return max((row.as_of_end.year for row in self.deployments if row.as_of_end), default=None)

    @property
    def changes_unseen(self) -> int:
        """How many changes of the same instant as the last one shown are left out."""
        if not self.changes:
            return 0
        last = self.changes[-1].change
        return int(last.at_once) - sum(row.change.at == last.at for row in self.changes)

    # ---- what needs attention ----

    @property
    def expired(self) -> list[Any]:
        day = self.moment.as_of
        return [phase for phase in self.phases if phase.ends_on and phase.ends_on < day]

    @property
    def last_expired(self) -> list[Any]:
        """Those that ended last: the ones a next phase is expected for."""
        last = max((phase.ends_on for phase in self.expired), default=None)
        return [phase for phase in self.expired if phase.ends_on == last]

    @property
    def last_expired_more(self) -> int:
        return max(len(self.last_expired) - 4, 0)

    @property
    def subsidiary_partners(self) -> list[str]:
        """Under whose agreements the subsidiary ones stand."""
        by_id = {row.pk: row.partner.short_name for row in self.agreements}
        above = (by_id.get(phase.parent.agreement_id) for phase in self.subsidiaries)
        return list(dict.fromkeys(filter(None, above)))

    @property
    def terms(self) -> set[tuple[int | None, int | None]]:
        """The different terms: 2014–2020, 2015–2020 …"""
        return {(phase.start_year, phase.end_year) for phase in self.phases}

    @property
    def discrepancy_examples(self) -> list[str]:
        return [row.topic for row in self.discrepancies[:2]]

    @property
    def unsigned(self) -> list[Any]:
        return [phase for phase in self.phases if phase.signed_on is None]

    @property
    def without_systems(self) -> list[Any]:
        return [column.agreement for column in self.matrix.columns if column.empty]

    @property
    def disputed_most(self) -> tuple[Any, int] | None:
        """The partner on which sources differ most often, and how often."""
        counts = Counter(filter(None, (agreement_of(row) for row in self.discrepancies)))
        by_id = {row.pk: row for row in self.agreements}
        for agreement_id, count in counts.most_common():
            if agreement_id in by_id:
                return by_id[agreement_id], count
        return None


def agreement_of(discrepancy: Any) -> int | None:
    """The agreement a discrepancy is about, straight or by its phase."""
    if discrepancy.agreement_id:
        return int(discrepancy.agreement_id)
    return int(discrepancy.phase.agreement_id) if discrepancy.phase else None


def overview_at(moment: Moment, chosen: MapChoice = MapChoice.SIGNED) -> Overview:
    """Fetch what the overview shows at a moment: a fixed number of queries, whatever the rows."""
    phases = _phases(moment)
    measurements = _measurements(moment)
    deployments = list(_deployments(moment))
    differing = contradicted(measurements)
    for row in deployments:
        row.contested = row.contested or row.pk in differing
    return Overview(
        moment=moment,
        phases=[phase for phase in phases if phase.parent_id is None],
        subsidiaries=[phase for phase in phases if phase.parent_id is not None],
        deployments=deployments,
        figures=current_figures(measurements),
        discrepancies=_discrepancies(moment),
        changes=latest_changes(moment),
        map=chosen,
    )


def _phases(moment: Moment) -> list[Any]:
    rows = Phase.objects.told_by(moment.as_of).select_related("parent")
    found = list(with_present_names(rows, "agreement__").order_by(*(Phase._meta.ordering or ())))
    say_years((one for row in found for one in (row, row.parent)), moment.as_of)
    return found


def _deployments(moment: Moment) -> Iterable[Any]:
    discussed = Deliverable.discrepancies.through.objects.filter(deliverable_id=OuterRef("pk"))
    set_aside = ProgressReport.objects.filter(
        deliverable=OuterRef("pk"),
        state=ReportState.SET_ASIDE,
        as_of_end__lte=moment.as_of,
        official_from__lt=moment.known_until,
    )
    return (
        Deliverable.objects.deployments()
        .official(moment)
        .select_related("system", "phase")
        .annotate(contested=Exists(discussed) | Exists(set_aside))
    )


def _measurements(moment: Moment) -> list[Any]:
    """Figures of official reports on what has begun, the latest report first."""
    begun = Deliverable.objects.official(moment).values("pk")
    reports = ProgressReport.objects.official(moment).filter(deliverable__in=begun)
    return list(
        Measurement.objects.filter(report__in=reports)
        .select_related("report", "indicator")
        .order_by("-report__as_of_end", "-report__official_from", "-report_id", "pk")
    )


def _discrepancies(moment: Moment) -> list[Any]:
    rows = DiscrepancyFilterSet.rows_at(moment, None).select_related("phase").order_by("slug")
    return list(rows)
