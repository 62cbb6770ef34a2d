"""Lists of deliverables and deployments, and what a summary counts of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.db.models import Case, IntegerField, QuerySet, Value, When
from django.utils.translation import gettext_lazy as _

from agreements.filters import AreaFilter
from agreements.models import Phase
from coopportal.clock import Moment
from coopportal.filtersets import DayFilter, KeyFilter, ListFilterSet, WordFilter, WordsFilter
from deliverables.choices import (
    Acting,
    Continued,
    DeliverableKind,
    Health,
    News,
    ProgressKind,
    ReportBasis,
    Stage,
    StageGroup,
    Standing,
)
from deliverables.filters.asked_of_deliverables import (
    ActingFilter,
    BasisFilter,
    ContinuedFilter,
    HealthFilter,
    IndicatorFilter,
    NewsFilter,
    ProgressFilter,
    StageFilter,
    StageGroupFilter,
    StandingFilter,
    based_on,
)
from deliverables.filters.places import place_of, system_key
from deliverables.models import Deliverable

_PLACE = place_of()


def _stage_rank() -> Case:
    """Stages in the order of the vocabulary, without a report last."""
    return Case(
        *(When(stage=stage, then=Value(rank)) for rank, stage in enumerate(Stage.values)),
        default=Value(len(Stage.values)),
        output_field=IntegerField(),
    )


class DeliverableFilterSet(ListFilterSet):
    """Deliverables that count at the moment, with the stage of their latest official report."""

    province = _PLACE["province"]
    partner = _PLACE["partner"]
    agreement = _PLACE["agreement"]
    phase = _PLACE["phase"]
    system = _PLACE["system"]
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
    connects_to = system_key("connects_to", optional=True, about=_("Kết nối với hệ thống"))
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
