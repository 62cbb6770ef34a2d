"""Reports that a user may read."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from coopportal.clock import Moment
from coopportal.filtersets import KeyFilter, ListFilterSet, WordFilter
from deliverables.choices import ReportSide, ReportState, Stage, StageGroup
from deliverables.filters.asked_of_deliverables import StageGroupFilter
from deliverables.filters.places import deliverable_key, place_of
from deliverables.models import ProgressReport

_PLACE = place_of("deliverable__")


class ReportFilterSet(ListFilterSet):
    """Reports that the user may read at the moment: official ones, and what was official before."""

    deliverable = deliverable_key("deliverable")
    province = _PLACE["province"]
    partner = _PLACE["partner"]
    agreement = _PLACE["agreement"]
    phase = _PLACE["phase"]
    system = _PLACE["system"]
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
