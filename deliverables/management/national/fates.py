"""What becomes of each synthetic report: sent, returned, disputed, corrected, confirmed, set aside.

Keeps the rules that the verbs of actions.py keep: only the other side confirms, a confirmed revision
ends what it corrects, nothing official is ever changed. Asks no database.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal
from itertools import count
from random import Random
from typing import Any
from uuid import UUID

from agreements.choices import Qualifier, Side
from coopportal.partial_dates import PartialDate
from deliverables.choices import Decision, ReportSide, ReportState, Stage
from deliverables.management.national.promise import Country, Term
from deliverables.management.national.rows import (
    DAY,
    Figure,
    Occasion,
    Report,
    Rows,
    exact,
    instant,
    seconds,
)
from deliverables.management.national.sizes import Sizes
from deliverables.management.national.words import (
    ASIDE_REASON,
    COVERAGES,
    DISPUTE_REASONS,
    INDICATORS,
    NARRATIVES,
    RETURN_REASONS,
)


class Fates:
    """Chance with a memory: numbers rows as it goes and keeps the rows of the province being told."""

    def __init__(self, country: Country, sizes: Sizes, seed: int, first: dict[str, int]) -> None:
        self.country = country
        self.sizes = sizes
        self.seed = seed
        self._ids: dict[str, Callable[[], int]] = {
            name: count(start).__next__ for name, start in first.items()
        }
        self._order = count().__next__
        self._end = seconds(sizes.until) + DAY // 2
        self._earlier: dict[tuple[int, int], int] = {}
        self._rng = Random(seed)
        self._rows = Rows()
        self._indicators = country.indicators
        self._keys = {row.pk: row.key for row in country.indicators}
        self._most = {
            row.pk: told[5] for row, told in zip(country.indicators, INDICATORS, strict=True)
        }

    # ---- one period of reporting ----

    def _period(self, occasion: Occasion) -> None:
        rng = self._rng
        late = rng.randrange(100, 700) if rng.random() < 0.02 else rng.randrange(2, 26)
        at = seconds(occasion.day) + late * DAY + rng.randrange(8 * 3600)
        if at > self._end:
            # Else nobody has written it yet; and no side has two drafts open for one day.
            open_already = any(row.state == ReportState.DRAFT for row in occasion.told)
            if rng.random() < 0.3 and not open_already:
                self._begin(occasion, self._end - rng.randrange(DAY), self._side(0.78), None)
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
            as_of, end = exact(day), day
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
        at = report.submitted + rng.randrange(1, 22) * DAY + rng.randrange(3600)
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
        again = at + rng.randrange(1, 200) * DAY
        if again + 40 * DAY > self._end:
            return
        side = report.side if rng.random() < 0.8 else self._side(0.5)
        second = self._begin(occasion, again, side, report)
        second.state, second.submitted = ReportState.SUBMITTED, again + 1800
        self._confirm(second, occasion.term, again + rng.randrange(1, 30) * DAY)

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
        later = at + rng.randrange(5, 400) * DAY
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
                json.dumps(counter) if counter else "{}",
                by.pk,
                instant(at),
            )
        )
