"""The JSON of the delivery's nouns: field by field what design.md §6 promises, read by one query a list."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db.models import F, OuterRef, QuerySet, Subquery
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from agreements.api.answers import AreaKey
from agreements.api.citing import CitationAnswer, citations
from agreements.choices import Side
from agreements.models import Citation
from coopportal.files.kinds import FileKind
from coopportal.rest.answers import (
    Answer,
    Choice,
    Columns,
    Day,
    Flag,
    Instant,
    Key,
    Many,
    Number,
    Open,
    PartialDay,
    Precision,
    Reader,
    Scope,
    Uid,
    Whole,
    Word,
    uid_text,
)
from deliverables.api.health import DueOfTheDay, HealthOfRow, HealthReasonOfRow
from deliverables.api.standing import CurrentFigures, FigureAnswer, current_report, official
from deliverables.choices import (
    Aggregation,
    ChangeKind,
    Decision,
    DeliverableKind,
    Direction,
    Health,
    HealthReason,
    ReportSide,
    ReportState,
    Stage,
    Standing,
    ValueKind,
)
from deliverables.models import Measurement, ProgressReport, Target, Verdict


class IndicatorAnswer(Answer):
    key = Key()
    name = Word()
    unit = Word()
    value_kind = Choice(choices=ValueKind.choices)
    aggregation = Choice(choices=Aggregation.choices)
    direction = Choice(choices=Direction.choices)


# ---- deliverables ------------------------------------------------------------------------------------


class SystemRef(Answer):
    slug = Key()
    name = Word()


class _OfCurrentReport:
    """A field of the deliverable's latest official report; all of them come in one column."""

    part: int

    def reader(self, columns: Columns, prefix: str, scope: Scope) -> Reader:
        place = current_report(columns, prefix, scope)
        part: int = self.part
        convert: Callable[[Any], Any] = getattr(type(self), "convert", None) or (
            lambda value: value
        )
        return lambda row: convert(row[place][0][part]) if row[place] else None


class CurrentStage(_OfCurrentReport, Choice):
    part = 0


class CurrentCoverage(_OfCurrentReport, Word):
    part = 1


class CurrentDay(_OfCurrentReport, PartialDay):
    part = 2


class CurrentPrecision(_OfCurrentReport, Precision):
    part = 2


class CurrentEnd(_OfCurrentReport, Day):
    part = 3


def _own_citations(outer: OuterRef, scope: Scope) -> QuerySet[Any]:
    return Citation.objects.filter(deliverables=outer).order_by("pk")


def _citations_of_current(outer: OuterRef, scope: Scope) -> QuerySet[Any]:
    # The report is asked from inside the citations' query, one step further from the deliverable.
    current = official(OuterRef(outer), scope).latest_first().values("pk")[:1]
    return Citation.objects.filter(reports=Subquery(current)).order_by("pk")


class CurrentCitations(Many):
    """What stage and figures rest on: citations of the current report, then the deliverable's own."""

    def reader(self, columns: Columns, prefix: str, scope: Scope) -> Reader:
        of_report = super().reader(columns, prefix, scope)
        own = Many(CitationAnswer(), _own_citations)
        own.field_name = "own_citations"
        of_deliverable = own.reader(columns, prefix, scope)

        def each_once(row: Any) -> list[Any]:
            told = of_report(row)
            return told + [one for one in of_deliverable(row) if one not in told]

        return each_once


class DeliverableAnswer(Answer):
    slug = Key()
    title = Word()
    kind = Choice(choices=DeliverableKind.choices)
    agreement = Key(source="agreement__slug", allow_null=True)
    phase = Key(source="phase__slug", allow_null=True)
    area = AreaKey(allow_null=True)
    system = SystemRef(allow_null=True)
    connects_to = Key(source="connects_to__slug", allow_null=True)
    stage = CurrentStage(choices=Stage.choices, allow_null=True)
    standing = Choice(choices=Standing.choices)
    as_of = CurrentDay(help_text=_("Số liệu tính đến; null khi nguồn không nêu ngày"))
    as_of_precision = CurrentPrecision()
    as_of_end = CurrentEnd(
        allow_null=True, help_text=_("Ngày muộn nhất của số liệu, hoặc ngày của nguồn")
    )
    coverage = CurrentCoverage(allow_null=True)
    health = HealthOfRow(choices=Health.choices, help_text=_("So với kế hoạch"))
    figures = CurrentFigures()
    citations = CurrentCitations(CitationAnswer(), _citations_of_current)


# ---- reports -----------------------------------------------------------------------------------------


def _measurements(outer: OuterRef, scope: Scope) -> QuerySet[Any]:
    return Measurement.objects.filter(report=outer).order_by("pk")


def _verdicts(outer: OuterRef, scope: Scope) -> QuerySet[Any]:
    """Verdicts with their words: only for those who represent either side (design.md §4)."""
    return (
        Verdict.objects.visible_to(scope.user)
        .filter(report=outer, at__lt=scope.moment.known_until)
        .order_by("at")
    )


class VerdictAnswer(Answer):
    side = Choice(choices=Side.choices)
    decision = Choice(choices=Decision.choices)
    reason = Word()
    counter_stage = Choice(choices=Stage.choices, allow_null=True)
    counter_figures = Open()
    at = Instant()


class KnownInstant(Instant):
    """An instant that had come by the end of ``known_on``; null before."""

    def reader(self, columns: Columns, prefix: str, scope: Scope) -> Reader:
        place = columns.take(f"{prefix}{self.source}")
        known = scope.moment.known_until
        convert = type(self).convert
        return lambda row: (
            convert(row[place]) if row[place] is not None and row[place] < known else None
        )


class SetAsideReason(Word):
    """Why a source is not used; empty while it was, by ``known_on``."""

    def reader(self, columns: Columns, prefix: str, scope: Scope) -> Reader:
        reason = columns.take(f"{prefix}set_aside_reason")
        state = columns.take(f"{prefix}told_state")
        return lambda row: row[reason] if row[state] == ReportState.SET_ASIDE else ""


class RevisedReport(Uid):
    """The report that this one revises, where the reader may know of it."""

    def reader(self, columns: Columns, prefix: str, scope: Scope) -> Reader:
        place = columns.take(f"{prefix}revised", F("told_revises"))
        return lambda row: uid_text(row[place])


class DraftVersion(Whole):
    """Of a draft how often it was saved, which is its ETag; null once it was sent."""

    def reader(self, columns: Columns, prefix: str, scope: Scope) -> Reader:
        version = columns.take(f"{prefix}version")
        state = columns.take(f"{prefix}told_state")
        return lambda row: row[version] if row[state] == ReportState.DRAFT else None


class ReportAnswer(Answer):
    """What a side, or a public source, said of a deliverable; ``state`` is that of ``known_on``."""

    id = Uid(source="uid")
    deliverable = Key(source="deliverable__slug")
    agreement = Key(source="deliverable__agreement__slug", allow_null=True)
    as_of = PartialDay()
    as_of_precision = Precision(source="as_of")
    as_of_end = Day()
    stage = Choice(choices=Stage.choices)
    side = Choice(choices=ReportSide.choices)
    state = Choice(choices=ReportState.choices, source="told_state")
    narrative = Word()
    coverage = Word()
    figures = Many(FigureAnswer(), _measurements)
    revises = RevisedReport(allow_null=True)
    version = DraftVersion(allow_null=True, help_text=_("Chỉ với bản nháp: lần lưu, cũng là ETag"))
    submitted_at = KnownInstant(allow_null=True)
    decided_at = KnownInstant(allow_null=True)
    official_from = KnownInstant(allow_null=True)
    official_to = KnownInstant(allow_null=True)
    set_aside_reason = SetAsideReason(source="*")
    verdicts = Many(
        VerdictAnswer(),
        _verdicts,
        help_text=_("Ý kiến của hai bên; chỉ người đại diện của thỏa thuận đọc được"),
    )
    citations = citations("reports")


class CommentAnswer(Answer):
    """A remark of one side beside a report."""

    side = Choice(choices=Side.choices)
    by = Word(source="by__full_name")
    text = Word()
    at = Instant()


class FileAddress(Key):
    """Where the file itself is handed out, from the root of the portal."""

    def reader(self, columns: Columns, prefix: str, scope: Scope) -> Reader:
        report = columns.take(f"{prefix}report__uid")
        content = columns.take(f"{prefix}stored__sha256")
        return lambda row: reverse("api:reports-file", args=[uid_text(row[report]), row[content]])


class FileAnswer(Answer):
    """A file that a side attached to its report, as the portal found it to be."""

    sha256 = Key(source="stored__sha256", help_text=_("SHA-256 của nội dung, cũng là mã của tệp"))
    name = Word()
    kind = Choice(choices=FileKind.choices, source="stored__kind")
    size = Whole(source="stored__size", help_text=_("Số byte"))
    pages = Whole(source="stored__pages", allow_null=True, help_text=_("Số trang của PDF"))
    signed = Flag(
        source="stored__signed",
        help_text=_("PDF có chữ ký số; cổng không kiểm tra chữ ký còn đúng hay không"),
    )
    uploaded_by = Word(source="uploaded_by__full_name")
    uploaded_at = Instant()
    url = FileAddress(source="*", help_text=_("Địa chỉ tải tệp"))


# ---- one deliverable with its history ------------------------------------------------------------------


class TargetAnswer(Answer):
    indicator = Key(source="indicator__key")
    baseline = Number(allow_null=True)
    value = Number()
    due_on = Day(allow_null=True)
    set_on = Day()


def _targets(outer: OuterRef, scope: Scope) -> QuerySet[Any]:
    return Target.objects.filter(deliverable=outer, set_on__lte=scope.moment.as_of).order_by(
        "indicator__key", "set_on"
    )


class HistoricalReport(Answer):
    """One report of the history; the rest of it is at ``/reports/{id}/``."""

    id = Uid(source="uid")
    as_of = PartialDay()
    as_of_precision = Precision(source="as_of")
    as_of_end = Day()
    stage = Choice(choices=Stage.choices)
    side = Choice(choices=ReportSide.choices)
    state = Choice(choices=ReportState.choices, source="told_state")
    coverage = Word()
    figures = Many(FigureAnswer(), _measurements)


def _history(outer: OuterRef, scope: Scope) -> QuerySet[Any]:
    told = ProgressReport.objects.told_at(scope.moment, scope.user)
    return told.filter(deliverable=outer).latest_first()


class DeliverableDetail(DeliverableAnswer):
    """A deliverable with what it is part of, what it aims at and every report that may be read."""

    scope = Word()
    host = Key(source="host__slug", allow_null=True)
    agreed_on = Day(
        allow_null=True,
        help_text=_("Ngày thỏa thuận, khi bổ sung giữa giai đoạn (phụ lục, đề nghị)"),
    )
    due_on = DueOfTheDay(allow_null=True)
    continues = Key(source="continues__slug", allow_null=True)
    health_reason = HealthReasonOfRow(
        choices=HealthReason.choices, help_text=_("Dòng nào của luật (docs/data.md) nói vậy")
    )
    targets = Many(TargetAnswer(), _targets)
    reports = Many(HistoricalReport(), _history)


# ---- the log -----------------------------------------------------------------------------------------


class ChangeAnswer(Answer):
    seq = Whole(help_text=_("Số thứ tự, liên tục; dùng làm since"))
    kind = Choice(choices=ChangeKind.choices)
    at = Instant()
    report = Uid(source="report__uid")
    deliverable = Key(source="report__deliverable__slug")
    agreement = Key(source="report__deliverable__agreement__slug", allow_null=True)
    side = Choice(choices=ReportSide.choices, source="report__side")
    stage = Choice(choices=Stage.choices, source="report__stage")
    as_of = PartialDay(source="report__as_of")
    as_of_precision = Precision(source="report__as_of")
    hash = Word()
    previous_hash = Word()
