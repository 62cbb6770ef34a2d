"""What lists of the delivery can be asked: one FilterSet a noun, the same for page and API."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from django import forms
from django.contrib.auth.models import AnonymousUser
from django.db.models import Case, Exists, IntegerField, OuterRef, Q, QuerySet, Value, When
from django.utils.translation import gettext, gettext_lazy as _

from agreements.filters import AreaFilter, ProvinceFilter
from agreements.models import Phase, Representative
from coopportal.clock import BadParameter, Moment, today
from coopportal.filtersets import (
    NONE,
    AskedFilter,
    DayFilter,
    KeyFilter,
    ListFilterSet,
    WordFilter,
    WordsFilter,
)
from coopportal.rest.pages import CountOf
from deliverables.choices import (
    STAGE_GROUPS,
    Acting,
    ChangeKind,
    Continued,
    DeliverableKind,
    FigureStanding,
    Health,
    News,
    ProgressKind,
    ReportBasis,
    ReportSide,
    ReportState,
    Stage,
    StageGroup,
    Standing,
    ValueKind,
)
from deliverables.models import (
    Deliverable,
    Indicator,
    Measurement,
    OfficialChange,
    ProgressReport,
)
from deliverables.summaries.current import kept_figures, standing_figures
from deliverables.summaries.totals.health import health_rank_at
from deliverables.summaries.totals.judging import RANKS
from deliverables.summaries.totals.progress import progress_at


class StageGroupFilter(WordFilter):
    """Rows at any stage of a group; ``none`` for those of which no official report speaks."""

    def narrow(self, rows: QuerySet[Any], value: str) -> QuerySet[Any]:
        if value == NONE:
            return rows.filter(**{f"{self.field_name}__isnull": True})
        return rows.filter(**{f"{self.field_name}__in": STAGE_GROUPS[StageGroup(value)]})


class StageFilter(WordFilter):
    """Rows at one stage; ``none`` for those of which no official report speaks."""

    def narrow(self, rows: QuerySet[Any], value: str) -> QuerySet[Any]:
        if value == NONE:
            return rows.filter(**{f"{self.field_name}__isnull": True})
        return super().narrow(rows, value)


class StandingFilter(WordFilter):
    """Rows by what their figures rest on, as far as the user may know; see ``with_standing``."""

    def narrow(self, rows: QuerySet[Any], value: str) -> QuerySet[Any]:
        known = rows.with_standing(self.moment, self.parent.user)  # type: ignore[attr-defined]
        narrowed: QuerySet[Any] = known.filter(standing=value)
        return narrowed


class IndicatorFilter(KeyFilter):
    """Deliverables with an official report that measures an indicator, by the moment asked."""

    def narrow(self, rows: QuerySet[Any], value: str) -> QuerySet[Any]:
        measured = Measurement.objects.latest_of(self.moment, of=OuterRef("pk"))
        return rows.filter(Exists(measured.filter(indicator__key=value)))


class BasisFilter(WordFilter):
    """Which official reports the list looks at. It stands in the moment, so that it governs everything."""

    def narrow(self, rows: QuerySet[Any], value: str) -> QuerySet[Any]:
        return rows


def based_on(moment: Moment, basis: str | None) -> Moment:
    """The moment with the basis asked for; a word that is none is left for the form to refuse."""
    if not basis or basis not in ReportBasis.values or basis == ReportBasis.OFFICIAL:
        return moment
    return replace(moment, basis=basis)


class ContinuedFilter(WordFilter):
    """Each undertaking once, at its latest, or what has been taken up by another one (docs/adr/0010)."""

    def narrow(self, rows: QuerySet[Any], value: str) -> QuerySet[Any]:
        if value == Continued.ANY:
            return rows
        known: Any = rows
        narrowed: QuerySet[Any] = (
            known.continued(self.moment)
            if value == Continued.YES
            else known.not_continued(self.moment)
        )
        return narrowed


class ProgressFilter(WordFilter):
    """Deliverables whose progress towards their targets can be computed, or cannot."""

    def narrow(self, rows: QuerySet[Any], value: str) -> QuerySet[Any]:
        reached = rows.alias(progress=progress_at(self.moment))
        return reached.filter(progress__isnull=value == ProgressKind.NOT_COMPUTABLE)


class HealthFilter(WordFilter):
    """Deliverables by how they stand to their plan (docs/adr/0020)."""

    def narrow(self, rows: QuerySet[Any], value: str) -> QuerySet[Any]:
        ranked = rows.alias(health_rank=health_rank_at(self.moment))
        return ranked.filter(health_rank=RANKS[Health(value)])


class NewsFilter(WordFilter):
    """Deliverables of which nothing new has been heard for long, as far as the user may know."""

    def narrow(self, rows: QuerySet[Any], value: str) -> QuerySet[Any]:
        reader = self.parent.user or AnonymousUser()
        stale: Any = Deliverable.objects.stale(self.moment, reader)
        return rows.filter(pk__in=stale.values("pk"))


class ActingFilter(WordFilter):
    """Deliverables of agreements for a side of which the user acts today; none for who acts for nobody."""

    def narrow(self, rows: QuerySet[Any], value: str) -> QuerySet[Any]:
        reader = self.parent.user or AnonymousUser()
        mine = Representative.objects.acting(reader, today())
        return rows.filter(agreement__in=mine.values("agreement"))


def _stage_rank() -> Case:
    """Stages in the order of the vocabulary, without a report last."""
    return Case(
        *(When(stage=stage, then=Value(rank)) for rank, stage in enumerate(Stage.values)),
        default=Value(len(Stage.values)),
        output_field=IntegerField(),
    )


def _system(*paths: str, **kwargs: Any) -> KeyFilter:
    kwargs.setdefault("about", _("Hệ thống"))
    return KeyFilter("agreements.System", *paths, example="vnedu", **kwargs)


def _place(prefix: str = "") -> dict[str, AskedFilter]:
    """Whose deliverable, of which agreement and phase, with which system; ``prefix`` leads to it."""
    return {
        "province": ProvinceFilter(f"{prefix}agreement__partner__province", optional=True),
        "partner": KeyFilter(
            "agreements.Party",
            f"{prefix}agreement__partner",
            optional=True,
            about=_("Đối tác"),
            example="ubnd-nghe-an",
        ),
        "agreement": KeyFilter(
            "agreements.Agreement",
            f"{prefix}agreement",
            optional=True,
            about=_("Thỏa thuận"),
            example="nghe-an",
        ),
        "phase": KeyFilter(
            "agreements.Phase",
            f"{prefix}phase",
            optional=True,
            about=_("Giai đoạn"),
            example="nghe-an-2020-2025",
        ),
        "system": _system(f"{prefix}system", optional=True),
    }


def _deliverable(path: str) -> KeyFilter:
    return KeyFilter("deliverables.Deliverable", path, about=_("Hạng mục"), example="nghe-an-vsr")


_OWN_PLACE, _REPORT_PLACE, _CHANGE_PLACE, _FIGURE_PLACE, _KEPT_PLACE = (
    _place(),
    _place("deliverable__"),
    _place("report__deliverable__"),
    _place("report__deliverable__"),
    _place("deliverable__"),
)


class DeliverableFilterSet(ListFilterSet):
    """Deliverables that count at the moment, with the stage of their latest official report."""

    province = _OWN_PLACE["province"]
    partner = _OWN_PLACE["partner"]
    agreement = _OWN_PLACE["agreement"]
    phase = _OWN_PLACE["phase"]
    system = _OWN_PLACE["system"]
    kind = WordFilter(DeliverableKind, "kind", about=_("Loại hạng mục"))
    area = AreaFilter("area", optional=True)
    theme = KeyFilter(
        "agreements.Theme",
        "area__themes",
        key="key",
        optional=True,
        about=_("Chủ đề của lĩnh vực"),
        example="digital_government",
    )
    category = KeyFilter(
        "agreements.Category",
        "system__categories",
        key="key",
        optional=True,
        about=_("Nhóm chức năng của hệ thống"),
        example="document_management",
    )
    connects_to = _system("connects_to", optional=True, about=_("Kết nối với hệ thống"))
    host = KeyFilter("agreements.Party", "host", optional=True, about=_("Đơn vị chủ trì, sử dụng"))
    stage = StageFilter(Stage, "stage", optional=True, about=_("Trạng thái"))
    stage_group = StageGroupFilter(StageGroup, "stage", optional=True, about=_("Nhóm trạng thái"))
    standing = StandingFilter(Standing, about=_("Số liệu dựa vào đâu"))
    indicator = IndicatorFilter(
        "deliverables.Indicator", key="key", about=_("Có số liệu của chỉ tiêu")
    )
    progress = ProgressFilter(ProgressKind, about=_("Tiến độ so với mục tiêu"))
    health = HealthFilter(Health, about=_("So với kế hoạch"))
    news = NewsFilter(News, about=_("Số liệu mới"))
    acting = ActingFilter(Acting, about=_("Đại diện"))
    continued = ContinuedFilter(Continued, about=_("Đã có hạng mục khác tiếp nối vào ngày hỏi"))
    basis = BasisFilter(
        ReportBasis, about=_("Dựa vào báo cáo nào; không ghi thì mọi số chính thức")
    )
    in_force_on = DayFilter(
        question="in_force", about=_("Giai đoạn hiệu lực vào ngày"), example="2021-06-01"
    )
    q = WordsFilter(
        "search_text",
        "system__search_text",
        "system__aliases__search_text",
        "agreement__partner__search_text",
    )

    orderings = {
        "title": ["sort_key"],
        "partner": ["agreement__partner__sort_key", "phase__start_year", "sort_key"],
        "phase": ["phase__slug", "sort_key"],
        "system": ["system__sort_key", "agreement__partner__sort_key", "phase__start_year"],
        "stage": ["stage_rank", "sort_key"],
        "as_of": ["as_of_end", "sort_key"],
        "due_on": ["due_on", "sort_key"],
    }
    default_ordering = "title"
    dear_to_count = True
    nullable = frozenset(
        {
            "agreement__partner__sort_key",
            "phase__start_year",
            "phase__slug",
            "system__sort_key",
            "as_of_end",
            "due_on",
        }
    )

    def __init__(self, data: Mapping[str, Any], *, moment: Moment, **kwargs: Any) -> None:
        super().__init__(data, moment=based_on(moment, data.get("basis")), **kwargs)

    @classmethod
    def rows_at(cls, moment: Moment, user: Any) -> QuerySet[Any]:
        rows: QuerySet[Any] = Deliverable.objects.official(moment).annotate(
            stage_rank=_stage_rank()
        )
        return rows

    def in_force(self, rows: QuerySet[Any], day: dt.date, path: str) -> QuerySet[Any]:
        return rows.filter(phase__in=Phase.objects.in_force_on(day).values("pk"))


class DeploymentFilterSet(DeliverableFilterSet):
    """Deliverables that put a system into service; so there is no kind to ask for."""

    kind = None  # type: ignore[assignment]

    @classmethod
    def rows_at(cls, moment: Moment, user: Any) -> QuerySet[Any]:
        return super().rows_at(moment, user).filter(kind=DeliverableKind.DEPLOYMENT)


class SummaryFilterSet(DeliverableFilterSet):
    """What a summary counts: the same list in no order, each undertaking once unless asked otherwise."""

    orderings = {}
    default_ordering = ""

    def __init__(self, data: Mapping[str, Any], *, moment: Moment, **kwargs: Any) -> None:
        own = {name: data.get(name, "") for name in self.asked()}
        own["continued"] = own["continued"] or Continued.NO.value
        super().__init__(own, moment=moment, **kwargs)

    @classmethod
    def rows_at(cls, moment: Moment, user: Any) -> QuerySet[Any]:
        return Deliverable.objects.official(moment)


class IndicatorFilterSet(ListFilterSet):
    """The catalogue belongs to no day."""

    value_kind = WordFilter(ValueKind, "value_kind", about=_("Loại số liệu"))
    q = WordsFilter("search_text")

    orderings = {"name": ["sort_key"], "unit": ["unit", "sort_key"]}
    default_ordering = "name"
    unique = "key"

    @classmethod
    def rows_at(cls, moment: Moment, user: Any) -> QuerySet[Any]:
        return Indicator.objects.all()


class ReportFilterSet(ListFilterSet):
    """Reports that the user may read at the moment: official ones, and what was official before."""

    deliverable = _deliverable("deliverable")
    province = _REPORT_PLACE["province"]
    partner = _REPORT_PLACE["partner"]
    agreement = _REPORT_PLACE["agreement"]
    phase = _REPORT_PLACE["phase"]
    system = _REPORT_PLACE["system"]
    side = WordFilter(ReportSide, "side", about=_("Bên báo cáo"))
    state = WordFilter(ReportState, "told_state", about=_("Tình trạng"))
    stage = WordFilter(Stage, "stage", about=_("Trạng thái"))
    stage_group = StageGroupFilter(StageGroup, "stage", about=_("Nhóm trạng thái"))
    indicator = KeyFilter(
        "deliverables.Indicator",
        "measurements__indicator",
        key="key",
        about=_("Có số liệu của chỉ tiêu"),
    )

    orderings = {
        "as_of": ["as_of_end", "official_from"],
        "official_from": ["official_from"],
        "deliverable": ["deliverable__slug", "-as_of_end", "-official_from"],
    }
    default_ordering = "-as_of"
    nullable = frozenset({"official_from"})
    unique = "-id"

    @classmethod
    def rows_at(cls, moment: Moment, user: Any) -> QuerySet[Any]:
        rows: QuerySet[Any] = ProgressReport.objects.told_at(moment, user or AnonymousUser())
        return rows


class FigureStandingFilter(WordFilter):
    """Figures that both sides had confirmed by the moment, or that so far only a source states."""

    def narrow(self, rows: QuerySet[Any], value: str) -> QuerySet[Any]:
        confirmed = Q(
            report__state=ReportState.CONFIRMED, report__decided_at__lt=self.moment.known_until
        )
        return (
            rows.filter(confirmed) if value == FigureStanding.CONFIRMED else rows.exclude(confirmed)
        )


class FigureFilterSet(ListFilterSet):
    """Figures that stand at the moment: of each deliverable and indicator the latest official number."""

    province = _FIGURE_PLACE["province"]
    partner = _FIGURE_PLACE["partner"]
    agreement = _FIGURE_PLACE["agreement"]
    phase = _FIGURE_PLACE["phase"]
    system = _FIGURE_PLACE["system"]
    indicator = KeyFilter(
        "deliverables.Indicator", "indicator", key="key", about=_("Chỉ tiêu"), example="schools"
    )
    standing = FigureStandingFilter(FigureStanding, about=_("Số liệu dựa vào đâu"))
    q = WordsFilter(
        "indicator__search_text",
        "report__deliverable__search_text",
        "report__deliverable__system__search_text",
        "report__deliverable__agreement__partner__search_text",
    )

    orderings = {
        "partner": [
            "report__deliverable__agreement__partner__sort_key",
            "report__deliverable__sort_key",
            "indicator__sort_key",
        ],
        "indicator": ["indicator__sort_key", "report__deliverable__sort_key"],
        "as_of": ["report__as_of_end", "report__deliverable__sort_key"],
    }
    default_ordering = "partner"
    dear_to_count = True
    nullable = frozenset({"report__deliverable__agreement__partner__sort_key"})
    unique = "pk"

    @classmethod
    def rows_at(cls, moment: Moment, user: Any) -> QuerySet[Any]:
        return standing_figures(moment)


class KeptStandingFilter(WordFilter):
    """The same of figures that are kept: their state is that of today."""

    def narrow(self, rows: QuerySet[Any], value: str) -> QuerySet[Any]:
        confirmed = Q(state=ReportState.CONFIRMED)
        return (
            rows.filter(confirmed) if value == FigureStanding.CONFIRMED else rows.exclude(confirmed)
        )


class KeptFigureFilterSet(FigureFilterSet):
    """The same list from what is kept of today's knowledge: rows of ``CurrentFigure``, by the same keys.

    A country's measurements are a million, of which one in ten stands; here the others are not looked at.
    """

    province = _KEPT_PLACE["province"]
    partner = _KEPT_PLACE["partner"]
    agreement = _KEPT_PLACE["agreement"]
    phase = _KEPT_PLACE["phase"]
    system = _KEPT_PLACE["system"]
    standing = KeptStandingFilter(FigureStanding, about=_("Số liệu dựa vào đâu"))
    q = WordsFilter(
        "indicator__search_text",
        "deliverable__search_text",
        "deliverable__system__search_text",
        "deliverable__agreement__partner__search_text",
    )

    orderings = {
        "partner": [
            "deliverable__agreement__partner__sort_key",
            "deliverable__sort_key",
            "indicator__sort_key",
        ],
        "indicator": ["indicator__sort_key", "deliverable__sort_key"],
        "as_of": ["begins", "deliverable__sort_key"],
    }
    nullable = frozenset({"deliverable__agreement__partner__sort_key"})

    @classmethod
    def rows_at(cls, moment: Moment, user: Any) -> QuerySet[Any]:
        return kept_figures(moment)


def figures_at(moment: Moment) -> type[FigureFilterSet]:
    """The list of figures by where they are found."""
    return KeptFigureFilterSet if moment.knows_all else FigureFilterSet


class CursorFilter(AskedFilter):
    """Changes after the one whose number is given."""

    schema = {"type": "integer", "minimum": 0, "maximum": 10**18}
    field_class = forms.CharField

    def narrow(self, rows: QuerySet[Any], value: str) -> QuerySet[Any]:
        if not (value.isascii() and value.isdigit() and len(value) <= 18):
            raise BadParameter(
                self.name,
                gettext("Ghi số thứ tự của thay đổi cuối cùng đã nhận, ví dụ 106."),
                value[:40],
            )
        return rows.filter(seq__gt=int(value))


class ChangeFilterSet(ListFilterSet):
    """The log in its own order, which never changes; a day narrows it only where one is asked for."""

    since = CursorFilter(about=_("Số thứ tự của thay đổi cuối cùng đã nhận"), example="0")
    kind = WordFilter(ChangeKind, "kind", about=_("Thay đổi"))
    deliverable = _deliverable("report__deliverable")
    province = _CHANGE_PLACE["province"]
    partner = _CHANGE_PLACE["partner"]
    agreement = _CHANGE_PLACE["agreement"]
    phase = _CHANGE_PLACE["phase"]
    system = _CHANGE_PLACE["system"]

    unique = "seq"

    @classmethod
    def rows_at(cls, moment: Moment, user: Any) -> QuerySet[Any]:
        return OfficialChange.objects.filter(
            Q(at__lt=moment.known_until), Q(report__as_of_end__lte=moment.as_of)
        )

    def count(self) -> int:
        """Of all changes up to now as many as the last one's number says, less what is of a later day.

        They are numbered without a gap, and nobody takes one away: so a million need no counting.
        """
        narrowed = any(self.data.get(name) for name in self.asked() if name != "since")
        if narrowed or self.moment.is_past:
            return super().count()
        since = int(self.data.get("since", "").strip() or 0)
        after = OfficialChange.objects.filter(seq__gt=since)
        later = after.filter(report__as_of_end__gt=self.moment.as_of)
        unheard = after.filter(at__gte=self.moment.known_until).exclude(pk__in=later.values("pk"))
        last = OfficialChange.objects.order_by("-seq").values_list(
            "seq", CountOf(later), CountOf(unheard)
        )
        for number, of_later_days, not_yet in last[:1]:
            return max(0, int(number) - since) - int(of_later_days) - int(not_yet)
        return 0


__all__ = [
    "ChangeFilterSet",
    "DeliverableFilterSet",
    "DeploymentFilterSet",
    "FigureFilterSet",
    "IndicatorFilterSet",
    "ReportFilterSet",
    "SummaryFilterSet",
]
