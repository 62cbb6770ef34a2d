"""Endpoints that read the promise: provinces, parties, agreements, phases, areas, systems, events …"""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext, gettext_lazy as _

from agreements import filters
from agreements.api import answers
from agreements.models import Province
from coopportal.rest.answers import Scope
from coopportal.rest.views import ReadView


class ProvinceView(ReadView):
    answer = answers.ProvinceAnswer
    filterset_class = filters.ProvinceFilterSet
    key = "code"
    key_example = "40"
    summaries = (_("Tỉnh, thành phố trên bản đồ của ngày as_of"), _("Một tỉnh, thành phố"))

    def missing(self, key: str, scope: Scope) -> str:
        past = (
            Province.objects.filter(code=key[:2], valid_to__lt=scope.moment.as_of)
            .select_related("successor__successor")
            .order_by("-valid_to")
            .first()
        )
        if past is None or past.code != key or past.successor is None:
            return super().missing(key, scope)
        present = past.on(scope.moment.as_of)
        return gettext("Mã %(code)s (%(name)s) nay là %(successor)s, mã %(successor_code)s.") % {
            "code": past.code,
            "name": past.name,
            "successor": present.name,
            "successor_code": present.code,
        }


class PartyView(ReadView):
    answer = answers.PartyAnswer
    filterset_class = filters.PartyFilterSet
    key_example = "ubnd-nghe-an"
    summaries = (_("Các bên, cơ quan"), _("Một bên, cơ quan"))


class AgreementView(ReadView):
    answer = answers.AgreementAnswer
    filterset_class = filters.AgreementFilterSet
    key_example = "nghe-an"
    summaries = (_("Thỏa thuận"), _("Một thỏa thuận"))


class PhaseView(ReadView):
    answer = answers.PhaseAnswer
    detail_answer = answers.PhaseDetail
    filterset_class = filters.PhaseFilterSet
    key_example = "nghe-an-2020-2025"
    summaries = (_("Giai đoạn"), _("Một giai đoạn"))


class AreaView(ReadView):
    answer = answers.AreaAnswer
    filterset_class = filters.AreaFilterSet
    key_example = "nghe-an-2020-2025.1"
    summaries = (_("Lĩnh vực hợp tác"), _("Một lĩnh vực hợp tác"))

    def narrowed(self, rows: QuerySet[Any], key: str) -> QuerySet[Any]:
        phase, position = filters.area_key(key)
        return rows.filter(phase__slug=phase, position=position)


class SystemView(ReadView):
    answer = answers.SystemAnswer
    filterset_class = filters.SystemFilterSet
    key_example = "vnedu"
    summaries = (_("Hệ thống, dịch vụ"), _("Một hệ thống, dịch vụ"))


class EventView(ReadView):
    answer = answers.EventAnswer
    filterset_class = filters.EventFilterSet
    summaries = (_("Sự kiện"), _("Một sự kiện"))


class StatementView(ReadView):
    answer = answers.StatementAnswer
    filterset_class = filters.StatementFilterSet
    summaries = (_("Mục tiêu, cam kết, kế hoạch, nhận định"), _("Một nội dung"))


class DiscrepancyView(ReadView):
    answer = answers.DiscrepancyAnswer
    filterset_class = filters.DiscrepancyFilterSet
    summaries = (_("Điểm các nguồn nói khác nhau"), _("Một điểm khác nhau"))


class SourceView(ReadView):
    answer = answers.SourceAnswer
    filterset_class = filters.SourceFilterSet
    summaries = (_("Nguồn"), _("Một nguồn"))
