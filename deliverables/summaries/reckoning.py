"""A phase against its promises: what became of each area, promise and deliverable, and why. No queries.

One structure for the page, its CSV and documents. Nothing is concluded that no row says: a promise without
deliverables, a plan of which nothing was heard again, are "không có thông tin" (docs/data.md).
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from agreements.choices import LineageBasis, StatementKind
from deliverables.choices import STAGE_GROUP_OF, Health, Outcome, Stage, StageGroup
from deliverables.summaries.results import Delivered
from deliverables.summaries.totals.health import stale_before
from deliverables.summaries.totals.judging import HEALTH_OF_RANK

#: Statements that promise something, in the order in which they are told.
PROMISES = (StatementKind.COMMITMENT, StatementKind.PLAN, StatementKind.OBJECTIVE)


@dataclass(frozen=True)
class Told:
    """One line: the thing, what became of it, what the rule says of it, and what it rests on.

    ``thing`` is a cooperation area, a statement or a deliverable; ``continued_by`` what goes on with it in
    a later phase, ``our_reading`` where no source says that it does; ``parts`` the deliverables that an
    area or a statement is judged by; ``delivered`` what is known of a deliverable, whose report and
    figures need only be at hand where the line itself is told.
    """

    thing: Any
    outcome: Outcome
    rule: str
    continued_by: Sequence[Any] = ()
    our_reading: bool = False
    parts: Sequence[Told] = ()
    delivered: Delivered | None = None

    @property
    def report(self) -> Any:
        return self.delivered.report if self.delivered else None

    @property
    def why(self) -> str:
        """What the rule says; of what was dropped the reason that its report gives."""
        given = self.report.narrative if self.report and self.outcome == Outcome.DROPPED else ""
        return given or self.rule

    @property
    def citations(self) -> list[Any]:
        told = list(self.report.citations.all()) if self.report else []
        return told or list(self.thing.citations.all())

    @property
    def health(self) -> Health | None:
        """How a deliverable stands to its plan; None where there is nothing to say."""
        if self.delivered is None:
            return None
        health = HEALTH_OF_RANK[self.delivered.deliverable.health_rank]
        return None if health == Health.NOT_COMPUTABLE else health


@dataclass(frozen=True)
class Section:
    """Lines under one heading: promises of one kind, or the deliverables of one area (None: of no area)."""

    label: str
    rows: list[Told]
    area: Told | None = None


@dataclass(frozen=True)
class Counted:
    """How many lines of one kind came to an outcome."""

    outcome: Outcome
    count: int


@dataclass(frozen=True)
class Reckoning:
    """The whole of a phase; ``over`` when its term has run out by the day asked, None where it has no end."""

    phase: Any
    over: bool | None
    areas: list[Told]
    promises: list[Section]
    deliverables: list[Section]
    assessments: list[Any] = field(default_factory=list)

    @property
    def all_promises(self) -> list[Told]:
        return [row for section in self.promises for row in section.rows]

    @property
    def all_deliverables(self) -> list[Told]:
        return [row for section in self.deliverables for row in section.rows]

    def narrowed(self, outcome: str) -> Reckoning:
        """Only the lines that came to an outcome; an area is told above its deliverables still."""
        if not outcome:
            return self

        def only(sections: Iterable[Section]) -> list[Section]:
            kept = [
                Section(one.label, [row for row in one.rows if row.outcome == outcome], one.area)
                for one in sections
            ]
            return [one for one in kept if one.rows]

        return Reckoning(
            self.phase,
            self.over,
            [row for row in self.areas if row.outcome == outcome],
            only(self.promises),
            only(self.deliverables),
        )


def counted(rows: Iterable[Told]) -> list[Counted]:
    """Lines by outcome in the order of the vocabulary, none left out."""
    counts = Counter(row.outcome for row in rows)
    return [Counted(outcome, counts[outcome]) for outcome in Outcome if counts[outcome]]


def is_over(phase: Any, as_of: dt.date) -> bool | None:
    if phase.ends_on is None:
        return False if phase.open_ended else None
    return bool(phase.ends_on < as_of)


# ---- the rule ----------------------------------------------------------------------------------------


def of_deliverable(one: Delivered, later: Sequence[Any], judged_on: dt.date) -> Told:
    """By its latest official report, then by what goes on with it.

    ``judged_on`` is the end of the phase's term, or the day asked while it runs: what was not done yet in
    a report much older than that says nothing of how it ended.
    """
    outcome, rule = _by_report(one, later, judged_on) if one.has_report else _without_report(later)
    return Told(one.deliverable, outcome, rule, continued_by=later, delivered=one)


def _without_report(later: Sequence[Any]) -> tuple[Outcome, str]:
    if later:
        return Outcome.CONTINUED, _("chưa có báo cáo; có hạng mục sau tiếp nối")
    return Outcome.UNKNOWN, _("chưa có báo cáo chính thức nào")


def _by_report(one: Delivered, later: Sequence[Any], judged_on: dt.date) -> tuple[Outcome, str]:
    stage, day = Stage(one.deliverable.stage), one.deliverable.as_of_end
    group, told = STAGE_GROUP_OF[stage], {"stage": stage.label.lower(), "day": f"{day:%d/%m/%Y}"}
    late = HEALTH_OF_RANK[one.deliverable.health_rank] == Health.LATE
    rules = (
        (
            group == StageGroup.DONE and late,
            Outcome.UNFINISHED,
            _("đã có kết quả nhưng hạn đã qua mà mục tiêu chưa đạt"),
        ),
        (group == StageGroup.DONE, Outcome.FULFILLED, _("báo cáo mới nhất: %(stage)s") % told),
        (group == StageGroup.STOP, Outcome.DROPPED, _("báo cáo không nêu lý do dừng")),
        (
            bool(later),
            Outcome.CONTINUED,
            _("đến %(day)s: %(stage)s; có hạng mục sau tiếp nối") % told,
        ),
        (
            day < stale_before(judged_on),
            Outcome.UNKNOWN,
            _("tin mới nhất từ %(day)s: %(stage)s; sau đó không có tin") % told,
        ),
        (True, Outcome.UNFINISHED, _("tin mới nhất, ngày %(day)s: %(stage)s") % told),
    )
    return next((outcome, why) for holds, outcome, why in rules if holds)


def of_area(
    area: Any, parts: Sequence[Told], later: Sequence[Any], *, next_known: bool, ended: str = ""
) -> Told:
    """By its deliverables, each by its own outcome; an area without any, by what goes on with it.

    ``next_known``: the lineage to a phase that has begun is known, so that an area which nothing
    continues is known to go no further. ``ended`` says by what it was ended within the phase.
    """
    found = Counter(part.outcome for part in parts)
    done, all_ = found[Outcome.FULFILLED], len(parts)
    said = _("%(done)d trong %(all)d hạng mục đã ghi nhận có kết quả") % {"done": done, "all": all_}
    if not parts:
        said = _("không hạng mục nào được ghi nhận trong lĩnh vực này")
    if ended:
        said += "; " + ended
    elif next_known and not later:
        said += "; " + _("không lĩnh vực nào ở giai đoạn sau tiếp nối")
    outcome = _of_parts(found, all_, continued=bool(later))
    if ended and outcome in (Outcome.UNFINISHED, Outcome.UNKNOWN):
        outcome = Outcome.DROPPED
    return Told(
        area,
        outcome,
        said,
        continued_by=later,
        our_reading=any(own.lineage_basis == LineageBasis.OUR_READING for own in later),
        parts=parts,
    )


def _of_parts(found: Counter[Outcome], whole: int, *, continued: bool) -> Outcome:
    if whole and found[Outcome.FULFILLED] == whole:
        return Outcome.FULFILLED
    if found[Outcome.FULFILLED]:
        return Outcome.PARTLY
    if continued or found[Outcome.CONTINUED]:
        return Outcome.CONTINUED
    if found[Outcome.UNFINISHED]:
        return Outcome.UNFINISHED
    return Outcome.DROPPED if whole and found[Outcome.DROPPED] == whole else Outcome.UNKNOWN


def of_statement(statement: Any, parts: Sequence[Told]) -> Told:
    """A commitment or plan by the deliverables that are linked to it; an objective by nothing here.

    What was put in place does not prove that an objective was reached: it is told beside it.
    """
    found, whole = Counter(part.outcome for part in parts), len(parts)
    if not parts:
        outcome, why = Outcome.UNKNOWN, _("không hạng mục nào trên Cổng gắn với nội dung này")
    elif statement.kind == StatementKind.OBJECTIVE:
        outcome = Outcome.UNKNOWN
        why = _("có hạng mục gắn với mục tiêu này, nhưng hạng mục xong chưa nói mục tiêu đã đạt")
    else:
        outcome = _of_parts(found, whole, continued=False)
        why = _("%(done)d trong %(all)d hạng mục gắn với nội dung này có kết quả") % {
            "done": found[Outcome.FULFILLED],
            "all": whole,
        }
    return Told(statement, outcome, why, parts=parts)


def reckoning(
    phase: Any,
    *,
    as_of: dt.date,
    areas: Sequence[Any],
    ended: Mapping[int, str],
    delivered: Iterable[Delivered],
    later_deliverables: Mapping[int, Sequence[Any]],
    later_areas: Mapping[int, Sequence[Any]],
    next_known: bool,
    statements: Sequence[Any],
    linked: Mapping[int, Sequence[int]],
) -> Reckoning:
    """Put a phase together; deliverables are those of ``official()`` with their ``health_rank``.

    ``areas`` are all that it has had by the day; ``ended`` says of which an amendment did, and by what.
    ``delivered`` are its own and those that its statements name; ``linked`` says which.
    """
    over = is_over(phase, as_of)
    judged_on = phase.ends_on if over else as_of
    told = {
        one.deliverable.pk: of_deliverable(
            one, later_deliverables.get(one.deliverable.pk, ()), judged_on
        )
        for one in delivered
    }
    own = [row for row in told.values() if row.thing.phase_id == phase.pk]
    by_area: dict[int | None, list[Told]] = {}
    for row in sorted(own, key=lambda row: (bytes(row.thing.sort_key), row.thing.pk)):
        by_area.setdefault(row.thing.area_id, []).append(row)
    judged = [
        of_area(
            area,
            by_area.get(area.pk, ()),
            later_areas.get(area.pk, ()),
            next_known=next_known,
            ended=ended.get(area.pk, ""),
        )
        for area in areas
    ]
    sections = [Section(str(row.thing), by_area[row.thing.pk], row) for row in judged if row.parts]
    if loose := by_area.get(None):
        label = _("Hạng mục không gắn lĩnh vực nào") if judged else _("Hạng mục")
        sections.append(Section(label, loose))
    promised = [
        of_statement(row, [told[pk] for pk in linked.get(row.pk, ()) if pk in told])
        for row in statements
        if row.kind in PROMISES
    ]
    return Reckoning(
        phase,
        over,
        judged,
        [
            Section(str(kind.label), rows)
            for kind in PROMISES
            if (rows := [row for row in promised if row.thing.kind == kind])
        ],
        sections,
        [row for row in statements if row.kind == StatementKind.ASSESSMENT],
    )
