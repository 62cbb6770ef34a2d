"""What becomes of each synthetic deliverable: reports, figures, verdicts and reigns, told in memory.

Asks no database. A life keeps the rules that the verbs of actions.py keep: only the other side
confirms, a confirmed revision ends what it corrects, nothing official is ever changed.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache
from itertools import count
from random import Random
from typing import Any
from uuid import UUID

from agreements.choices import Qualifier, Side
from coopportal.partial_dates import PartialDate
from coopportal.vietnamese import fold, sort_key
from deliverables.choices import (
    ChangeKind,
    Decision,
    DeliverableKind,
    ReportSide,
    ReportState,
    Stage,
)
from deliverables.management.national.chain import Turn
from deliverables.management.national.promise import Country, Term, Territory
from deliverables.management.national.sizes import Sizes
from deliverables.management.national.words import (
    ASIDE_REASON,
    COVERAGES,
    DISPUTE_REASONS,
    INDICATORS,
    NARRATIVES,
    RETURN_REASONS,
)
from deliverables.models.change import canonical
from deliverables.models.report import content_of, figure_of

_DAY = 86_400
_EPOCH = dt.date(1970, 1, 1).toordinal()

#: The stages that a deliverable passes, by how it ends; how often in the first two phases, in the third.
_PATHS: tuple[tuple[tuple[Stage, ...], int, int], ...] = (
    (
        (
            Stage.NOT_STARTED,
            Stage.PLANNED,
            Stage.PILOTING,
            Stage.IN_PROGRESS,
            Stage.DEPLOYED,
            Stage.COMPLETED,
        ),
        34,
        8,
    ),
    ((Stage.PLANNED, Stage.PILOTING, Stage.IN_PROGRESS, Stage.DEPLOYED), 30, 16),
    ((Stage.PLANNED, Stage.IN_PROGRESS, Stage.DEPLOYED, Stage.INTEGRATED), 10, 6),
    ((Stage.PROPOSAL, Stage.IN_PROGRESS, Stage.SUBSTANTIALLY_COMPLETE), 8, 6),
    ((Stage.PLANNED, Stage.READY), 3, 6),
    ((Stage.NOT_STARTED, Stage.PLANNED, Stage.PROPOSAL, Stage.IN_PROGRESS), 5, 40),
    ((Stage.NOT_STARTED, Stage.PLANNED), 2, 14),
    ((Stage.PLANNED, Stage.PILOTING, Stage.SUSPENDED), 4, 3),
    ((Stage.PLANNED, Stage.IN_PROGRESS, Stage.DEPLOYED, Stage.ENDED), 4, 1),
)

_KINDS = (
    (DeliverableKind.DEPLOYMENT, 86),
    (DeliverableKind.INTEGRATION, 8),
    (DeliverableKind.TRAINING, 3),
    (DeliverableKind.SERVICE, 2),
    (DeliverableKind.INFRASTRUCTURE, 1),
)
_KIND_TITLE = {
    DeliverableKind.DEPLOYMENT: "Triển khai",
    DeliverableKind.INTEGRATION: "Kết nối",
    DeliverableKind.TRAINING: "Tập huấn",
    DeliverableKind.SERVICE: "Tư vấn",
    DeliverableKind.INFRASTRUCTURE: "Đầu tư",
}


@dataclass(slots=True)
class Figure:
    indicator: int
    value: Decimal | None
    qualifier: str
    numerator: Decimal | None = None
    denominator: Decimal | None = None
    text: str = ""


@dataclass(slots=True)
class Report:
    """A report while its life is being told; instants are seconds since 1970."""

    id: int
    uid: UUID
    deliverable: int
    as_of: PartialDate | None
    as_of_end: dt.date
    stage: Stage
    narrative: str
    coverage: str
    side: ReportSide
    author: int | None
    figures: list[Figure]
    revises: Report | None
    created: int
    cited: Any = None
    state: ReportState = ReportState.DRAFT
    reason: str = ""
    submitted: int | None = None
    decided: int | None = None
    official_from: int | None = None
    official_to: int | None = None


@dataclass(slots=True)
class Occasion:
    """A period of reporting: what there is to tell of a deliverable on a day, and what was told of it."""

    deliverable: int
    term: Term
    day: dt.date
    stage: Stage
    #: How much of the way has been gone, between 0 and 1.
    share: float
    #: What each indicator reaches in the end.
    goals: dict[int, float]
    told: list[Report]


@dataclass
class Rows:
    """What a province adds to each table, in the order of COLUMNS; and the turns of its reigns."""

    deliverables: list[tuple[Any, ...]] = field(default_factory=list)
    targets: list[tuple[Any, ...]] = field(default_factory=list)
    reports: list[tuple[Any, ...]] = field(default_factory=list)
    measurements: list[tuple[Any, ...]] = field(default_factory=list)
    cited: list[tuple[Any, ...]] = field(default_factory=list)
    verdicts: list[tuple[Any, ...]] = field(default_factory=list)
    turns: list[Turn] = field(default_factory=list)


COLUMNS = {
    "deliverables": [
        "id",
        "slug",
        "kind",
        "title",
        "scope",
        "agreement_id",
        "phase_id",
        "area_id",
        "system_id",
        "connects_to_id",
        "host_id",
        "due_on",
        "continues_id",
        "search_text",
        "sort_key",
    ],
    "targets": ["id", "deliverable_id", "indicator_id", "baseline", "value", "due_on", "set_on"],
    "reports": [
        "id",
        "uid",
        "deliverable_id",
        "as_of",
        "as_of_end",
        "stage",
        "narrative",
        "coverage",
        "side",
        "author_id",
        "state",
        "set_aside_reason",
        "revises_id",
        "created_at",
        "submitted_at",
        "decided_at",
        "official_from",
        "official_to",
    ],
    "measurements": [
        "id",
        "report_id",
        "indicator_id",
        "value",
        "numerator",
        "denominator",
        "qualifier",
        "text",
    ],
    "cited": ["id", "progressreport_id", "citation_id"],
    "verdicts": [
        "id",
        "report_id",
        "side",
        "decision",
        "reason",
        "counter_stage",
        "counter_figures",
        "by_id",
        "at",
    ],
}


@cache
def _iso(ordinal: int) -> str:
    return dt.date.fromordinal(ordinal).isoformat()


@cache
def _exact(day: dt.date) -> PartialDate:
    return PartialDate.of(day)


def _instant(seconds: int | None) -> str | None:
    """``2021-05-04 02:03:04`` in UTC, which is how both databases store it."""
    if seconds is None:
        return None
    days, rest = divmod(seconds, _DAY)
    minutes, second = divmod(rest, 60)
    return f"{_iso(_EPOCH + days)} {minutes // 60:02d}:{minutes % 60:02d}:{second:02d}"


def _seconds(day: dt.date) -> int:
    """Eight in the morning in Việt Nam, in seconds since 1970."""
    return (day.toordinal() - _EPOCH) * _DAY + 3600


@cache
def _texts(title: str) -> tuple[str, bytes]:
    return fold(title), sort_key(title)


class Teller:
    """Tells the lives of all provinces, one after the other, numbering rows as it goes."""

    def __init__(self, country: Country, sizes: Sizes, seed: int, first: dict[str, int]) -> None:
        self.country = country
        self.sizes = sizes
        self.seed = seed
        self._ids: dict[str, Callable[[], int]] = {
            name: count(start).__next__ for name, start in first.items()
        }
        self._order = count().__next__
        self._end = _seconds(sizes.until) + _DAY // 2
        self._earlier: dict[tuple[int, int], int] = {}
        self._indicators = country.indicators
        self._keys = {row.pk: row.key for row in country.indicators}
        self._most = {
            row.pk: told[5] for row, told in zip(country.indicators, INDICATORS, strict=True)
        }

    def tell(self, territory: Territory) -> Rows:
        """Everything that is delivered in one province, over all its phases."""
        self._rng = Random(f"{self.seed}/lives/{territory.place}")
        self._rows = Rows()
        self._earlier = {}
        for number, terms in enumerate(territory.terms):
            for place in range(self.sizes.hosts_of(territory.place)):
                term = terms[place % len(terms)]
                for index in range(len(self.country.systems)):
                    self._deliverable(term, number, place, place // len(terms), index)
        _texts.cache_clear()
        return self._rows

    # ---- one deliverable ----

    def _deliverable(self, term: Term, number: int, place: int, seat: int, index: int) -> None:
        rng = self._rng
        key = self._ids["deliverables"]()
        system, host = self.country.systems[index], term.hosts[seat]
        kind = rng.choices([k for k, _w in _KINDS], [w for _k, w in _KINDS])[0]
        other = self.country.systems[index - 1] if len(self.country.systems) > 1 else None
        title = f"{_KIND_TITLE[kind]} {system.short_name} tại {host.short_name}"
        slug = f"{term.phase.slug}-{index + 1}-{seat + 1}"
        continues = self._earlier.get((place, index)) if rng.random() < 0.7 else None
        if kind != DeliverableKind.TRAINING:
            self._earlier[place, index] = key
        due = term.phase.ends_on if rng.random() < 0.85 else None
        folded, sorting = _texts(title)
        self._rows.deliverables.append(
            (
                key,
                slug,
                kind.value,
                title,
                "",
                term.agreement.pk,
                term.phase.pk,
                term.areas[index % len(term.areas)].pk,
                system.pk,
                other.pk if other and kind == DeliverableKind.INTEGRATION else None,
                host.pk,
                due.isoformat() if due else None,
                continues,
                folded,
                sorting,
            )
        )
        measured = [
            self._indicators[(index + step) % len(self._indicators)]
            for step in range(1 if index % 2 else 2)
        ]
        goals = {row.pk: self._most[row.pk] * rng.uniform(0.3, 1.0) for row in measured}
        self._targets(key, term, goals)
        self._reports(key, slug, term, number, goals)

    def _targets(self, key: int, term: Term, goals: dict[int, float]) -> None:
        rng = self._rng
        for indicator, goal in goals.items():
            if rng.random() < 0.6:
                value = max(1, round(goal * rng.uniform(0.9, 1.3)))
                self._rows.targets.append(
                    (
                        self._ids["targets"](),
                        key,
                        indicator,
                        0 if rng.random() < 0.3 else None,
                        value,
                        term.phase.ends_on.isoformat(),
                        term.phase.begins_on.isoformat(),
                    )
                )

    def _reports(
        self, key: int, slug: str, term: Term, number: int, goals: dict[int, float]
    ) -> None:
        rng = self._rng
        first = max(term.phase.begins_on, self.sizes.since)
        last = min(term.phase.ends_on, self.sizes.until)
        days = (last - first).days
        # Returned reports and corrections add about a tenth.
        periods = max(1, round(self.sizes.reports * rng.uniform(0.78, 1.18)))
        if days < periods:
            return
        path = rng.choices(
            [p for p, _a, _b in _PATHS],
            [weights[min(number // 2, 1)] for _p, *weights in _PATHS],
        )[0]
        told: list[Report] = []
        start = rng.uniform(0, 0.5)
        for period in range(periods):
            if rng.random() < 0.06:
                continue  # a gap: nobody reported
            share = (period + 1) / periods
            day = first + dt.timedelta(days=min(days, int(days * (period + start) / periods) + 1))
            stage = path[min(len(path) - 1, int(len(path) * share))]
            self._period(Occasion(key, term, day, stage, share, goals, told))
        for report in told:
            self._write(report, slug, term)

    # ---- one period of reporting ----

    def _period(self, occasion: Occasion) -> None:
        rng = self._rng
        late = rng.randrange(100, 700) if rng.random() < 0.02 else rng.randrange(2, 26)
        at = _seconds(occasion.day) + late * _DAY + rng.randrange(8 * 3600)
        if at > self._end:
            if rng.random() < 0.3:  # else nobody has written it yet
                self._begin(occasion, self._end - rng.randrange(_DAY), self._side(0.78), None)
        elif rng.random() < 0.05:
            self._published(occasion, at)
        else:
            self._sent(self._begin(occasion, at, self._side(0.78), None), occasion)

    def _side(self, partner: float) -> ReportSide:
        return ReportSide.PARTNER if self._rng.random() < partner else ReportSide.VNPT

    def _begin(
        self, occasion: Occasion, at: int, side: ReportSide, revises: Report | None
    ) -> Report:
        rng, day, term = self._rng, occasion.day, occasion.term
        known = rng.random()
        as_of: PartialDate | None
        if known < 0.78:
            as_of, end = _exact(day), day
        elif known < 0.97:
            as_of = PartialDate(day.year, day.month)
            end = as_of.last_day
        else:
            as_of, end = None, day
        author = {
            ReportSide.PARTNER: term.partner_officer.pk,
            ReportSide.VNPT: term.vnpt_officer.pk,
            ReportSide.SOURCE: None,
        }[side]
        report = Report(
            id=self._ids["reports"](),
            uid=UUID(int=rng.getrandbits(128), version=4),
            deliverable=occasion.deliverable,
            as_of=as_of,
            as_of_end=end,
            stage=occasion.stage,
            narrative=rng.choice(NARRATIVES),
            coverage=rng.choice(COVERAGES),
            side=side,
            author=author,
            figures=[
                self._figure(indicator, goal * occasion.share)
                for indicator, goal in occasion.goals.items()
                if rng.random() < 0.85
            ],
            revises=revises,
            created=at,
            cited=term.cited[day.year] if side == ReportSide.SOURCE else None,
        )
        occasion.told.append(report)
        return report

    def _figure(self, indicator: int, reached: float) -> Figure:
        rng = self._rng
        value = Decimal(max(0, round(reached * rng.uniform(0.94, 1.06))))
        if self._most[indicator] == 100:  # a percentage
            value = min(value, Decimal(100))
            if rng.random() < 0.5:
                below = Decimal(rng.randrange(50, 5000))
                above = Decimal(round(below * value / 100))
                shown = (above * 100 / below).quantize(Decimal("0.01"))
                return Figure(indicator, shown, Qualifier.EXACT.value, above, below)
        known = rng.random()
        if known < 0.82:
            return Figure(indicator, value, Qualifier.EXACT.value)
        if known < 0.95:
            word = rng.choice((Qualifier.OVER, Qualifier.ALMOST, Qualifier.APPROX))
            return Figure(indicator, value, word.value)
        if known < 0.98:
            return Figure(indicator, None, Qualifier.UNSPECIFIED.value)
        return Figure(indicator, None, Qualifier.MOST.value, text="phần lớn")

    def _sent(self, report: Report, occasion: Occasion) -> None:
        """A side sends its report; the other side answers, and what was refused is written again."""
        rng = self._rng
        report.state, report.submitted = ReportState.SUBMITTED, report.created + 1800
        at = report.submitted + rng.randrange(1, 22) * _DAY + rng.randrange(3600)
        if at > self._end:
            return  # still waiting
        fate = rng.random()
        if fate < 0.90:
            self._confirm(report, occasion.term, at)
            if rng.random() >= 0.04:
                return
        elif fate < 0.95:
            report.state, report.decided = ReportState.RETURNED, at
            self._verdict(report, occasion.term, Decision.RETURN, at, rng.choice(RETURN_REASONS))
        elif fate < 0.98:
            report.state, report.decided = ReportState.DISPUTED, at
            self._verdict(report, occasion.term, Decision.DISPUTE, at, rng.choice(DISPUTE_REASONS))
            if rng.random() < 0.4:
                return
        else:
            report.state, report.decided = ReportState.WITHDRAWN, at
            return
        again = at + rng.randrange(1, 200) * _DAY
        if again + 40 * _DAY > self._end:
            return
        side = report.side if rng.random() < 0.8 else self._side(0.5)
        second = self._begin(occasion, again, side, report)
        second.state, second.submitted = ReportState.SUBMITTED, again + 1800
        self._confirm(second, occasion.term, again + rng.randrange(1, 30) * _DAY)

    def _confirm(self, report: Report, term: Term, at: int) -> None:
        report.state, report.decided = ReportState.CONFIRMED, at
        if report.official_from is None:
            report.official_from = at
        earlier = report.revises
        while earlier is not None:
            if earlier.official_from is not None and earlier.official_to is None:
                earlier.official_to = at
            earlier = earlier.revises
        self._verdict(report, term, Decision.CONFIRM, at, "")

    def _published(self, occasion: Occasion, at: int) -> None:
        """A figure of a public source: official at once, later confirmed, disputed or set aside."""
        rng = self._rng
        report = self._begin(occasion, at, ReportSide.SOURCE, None)
        report.state, report.official_from = ReportState.PUBLISHED, at
        later = at + rng.randrange(5, 400) * _DAY
        fate = rng.random()
        if later > self._end or fate < 0.55:
            return
        if fate < 0.85:
            self._confirm(report, occasion.term, later)
            return
        report.decided = report.official_to = later
        if fate < 0.93:
            report.state = ReportState.DISPUTED
            self._verdict(
                report, occasion.term, Decision.DISPUTE, later, rng.choice(DISPUTE_REASONS)
            )
        else:
            report.state, report.reason = ReportState.SET_ASIDE, ASIDE_REASON

    def _verdict(
        self, report: Report, term: Term, decision: Decision, at: int, reason: str
    ) -> None:
        vnpt = report.side == ReportSide.PARTNER or (
            report.side == ReportSide.SOURCE and self._rng.random() < 0.5
        )
        side = Side.VNPT if vnpt else Side.PARTNER
        by = term.vnpt_officer if vnpt else term.partner_officer
        counter: dict[str, Any] = {}
        if decision == Decision.DISPUTE and report.figures and report.figures[0].value is not None:
            figure = report.figures[0]
            counter[self._keys[figure.indicator]] = {
                "value": str(round(float(figure.value or 0) * 0.8)),
                "qualifier": Qualifier.APPROX.value,
                "text": "",
            }
        self._rows.verdicts.append(
            (
                self._ids["verdicts"](),
                report.id,
                side.value,
                decision.value,
                reason,
                Stage.IN_PROGRESS.value if decision == Decision.DISPUTE else "",
                json.dumps(counter),
                by.pk,
                _instant(at),
            )
        )

    # ---- rows ----

    def _write(self, report: Report, slug: str, term: Term) -> None:
        rows = self._rows
        rows.reports.append(
            (
                report.id,
                report.uid.hex,
                report.deliverable,
                report.as_of.iso if report.as_of else None,
                report.as_of_end.isoformat(),
                report.stage.value,
                report.narrative,
                report.coverage,
                report.side.value,
                report.author,
                report.state.value,
                report.reason,
                report.revises.id if report.revises else None,
                _instant(report.created),
                _instant(report.submitted),
                _instant(report.decided),
                _instant(report.official_from),
                _instant(report.official_to),
            )
        )
        for figure in report.figures:
            rows.measurements.append(
                (
                    self._ids["measurements"](),
                    report.id,
                    figure.indicator,
                    _number(figure.value),
                    _number(figure.numerator),
                    _number(figure.denominator),
                    figure.qualifier,
                    figure.text,
                )
            )
        if report.cited is not None:
            rows.cited.append((self._ids["cited"](), report.id, report.cited.pk))
        if report.official_from is not None:
            content = self._content(report, slug)
            self._turn(report.official_from, report.id, ChangeKind.BECAME_OFFICIAL, content)
            if report.official_to is not None:
                self._turn(report.official_to, report.id, ChangeKind.CEASED, content)

    def _content(self, report: Report, slug: str) -> str:
        keys = self._keys
        return canonical(
            content_of(
                report,
                deliverable=slug,
                revises=str(report.revises.uid) if report.revises else None,
                measurements=[
                    figure_of(figure, keys[figure.indicator])
                    for figure in sorted(report.figures, key=lambda row: keys[row.indicator])
                ],
                citations=[report.cited.natural_key()] if report.cited else [],
            )
        )

    def _turn(self, at: int, report: int, kind: ChangeKind, content: str) -> None:
        self._rows.turns.append(Turn(at, self._order(), report, kind.value, content))


def _number(value: Decimal | None) -> str | None:
    return None if value is None else str(value)
