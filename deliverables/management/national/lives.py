"""The life of each synthetic deliverable, province by province; its reports' fates are in fates.py."""

from __future__ import annotations

import datetime as dt
from random import Random

import orjson

from deliverables.choices import ChangeKind, DeliverableKind, Stage
from deliverables.management.national.chain import Turn
from deliverables.management.national.fates import Fates
from deliverables.management.national.promise import Term, Territory
from deliverables.management.national.rows import (
    Occasion,
    Report,
    Rows,
    instant,
    number,
    texts,
)
from deliverables.models.report import content_of, figure_of

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


class Teller(Fates):
    """Tells the lives of all provinces, one after the other, numbering rows as it goes."""

    def tell(self, territory: Territory) -> Rows:
        """Everything that is delivered in one province, over all its phases."""
        self._rng = Random(f"{self.seed}/lives/{territory.place}")
        self._rows = Rows()
        self._earlier = {}
        for phase, terms in enumerate(territory.terms):
            for place in range(self.sizes.hosts_of(territory.place)):
                term = terms[place % len(terms)]
                for index in range(len(self.country.systems)):
                    self._deliverable(term, phase, place, place // len(terms), index)
        texts.cache_clear()
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
        folded, sorting = texts(title)
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
                instant(report.created),
                instant(report.submitted),
                instant(report.decided),
                instant(report.official_from),
                instant(report.official_to),
                1,
            )
        )
        for figure in report.figures:
            rows.measurements.append(
                (
                    self._ids["measurements"](),
                    report.id,
                    figure.indicator,
                    number(figure.value),
                    number(figure.numerator),
                    number(figure.denominator),
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
        # The canonical form of change.py, written ten times as fast; verify_chain would tell a difference.
        told = orjson.dumps(
            content_of(
                report,
                deliverable=slug,
                revises=str(report.revises.uid) if report.revises else None,
                measurements=[
                    figure_of(figure, keys[figure.indicator])
                    for figure in sorted(report.figures, key=lambda row: keys[row.indicator])
                ],
                citations=[report.cited.natural_key()] if report.cited else [],
            ),
            option=orjson.OPT_SORT_KEYS,
        )
        return told.decode()

    def _turn(self, at: int, report: int, kind: ChangeKind, content: str) -> None:
        self._rows.turns.append(Turn(at, self._order(), report, kind.value, content))
