"""Endpoints that read the delivery: indicators, deliverables, deployments, reports, changes."""

from __future__ import annotations

import uuid
from dataclasses import replace
from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponseBase
from django.utils.translation import gettext_lazy as _
from rest_framework.request import Request
from rest_framework.response import Response

from coopportal.rest import pages
from coopportal.rest.answers import Scope
from coopportal.rest.hot import HotView
from coopportal.rest.renderers import CSVAnswer
from coopportal.rest.views import ReadView
from deliverables import filters
from deliverables.api import answers
from deliverables.api.acts import ACTS
from deliverables.api.files import KeepsFiles
from deliverables.api.remarks import KeepsRemarks
from deliverables.api.tags import etag_of
from deliverables.api.writing import WritesReports


class IndicatorView(ReadView):
    answer = answers.IndicatorAnswer
    filterset_class = filters.IndicatorFilterSet
    key = "key"
    key_example = "schools"
    summaries = (_("Chỉ tiêu"), _("Một chỉ tiêu"))


class DeliverableView(HotView):
    answer = answers.DeliverableAnswer
    detail_answer = answers.DeliverableDetail
    filterset_class = filters.DeliverableFilterSet
    key_example = "nghe-an-vsr"
    summaries = (
        _("Hạng mục, với trạng thái và số liệu của báo cáo chính thức mới nhất"),
        _("Một hạng mục, với các báo cáo của nó"),
    )

    def scope(self, request: Request, *allowed: str) -> Scope:
        """What hangs on a row rests on the same basis as the row."""
        scope = super().scope(request, *allowed)
        moment = filters.based_on(scope.moment, request.query_params.get("basis"))
        return replace(scope, moment=moment)

    def rows(self, rows: QuerySet[Any], scope: Scope) -> QuerySet[Any]:
        narrowed: QuerySet[Any] = rows.with_standing(  # type: ignore[attr-defined]
            scope.moment, scope.user
        )
        return narrowed


class DeploymentView(DeliverableView):
    filterset_class = filters.DeploymentFilterSet
    summaries = (_("Dòng triển khai: hạng mục đưa một hệ thống vào dùng"), _("Một dòng triển khai"))


class ReportView(WritesReports, KeepsRemarks, KeepsFiles, ReadView):
    answer = answers.ReportAnswer
    comment_answer = answers.CommentAnswer
    file_answer = answers.FileAnswer
    acts = ACTS
    filterset_class = filters.ReportFilterSet
    summaries = (_("Báo cáo số liệu mà người gọi được đọc"), _("Một báo cáo số liệu"))

    def names_content(self) -> bool:
        """One report is written to under ``If-Match``, so its tag is its own."""
        return not self.is_table()

    def is_table(self) -> bool:
        return super().is_table() or (
            self.action in ("comments", "files") and self.request.method != "POST"
        )

    def retrieve(self, request: Request, key: str) -> HttpResponseBase:
        """Named by what a writer says in ``If-Match``."""
        response = super().retrieve(request, key)
        if isinstance(response, Response):
            response["ETag"] = etag_of(response.data)
        return response

    def narrowed(self, rows: QuerySet[Any], key: str) -> QuerySet[Any]:
        try:
            return rows.filter(uid=uuid.UUID(key))
        except ValueError:
            return rows.none()


class ChangeView(ReadView):
    answer = answers.ChangeAnswer
    filterset_class = filters.ChangeFilterSet
    key = "seq"
    summaries = (_("Những gì trở thành, thôi là số liệu chính thức"), _("Một thay đổi"))
    key_example = "1"
    pagination_class = pages.FeedPages

    def narrowed(self, rows: QuerySet[Any], key: str) -> QuerySet[Any]:
        fits = key.isascii() and key.isdigit() and len(key) <= 18
        return rows.filter(seq=int(key)) if fits else rows.none()

    def list(self, request: Request) -> HttpResponseBase:
        """The log after ``since``, in its own order, none left out: call again with ``cursor``."""
        if request.accepted_renderer.format == CSVAnswer.format:
            return super().list(request)
        scope = self.scope(request, *self.list_parameters())
        filterset = self.filterset_class(request.query_params, moment=scope.moment, user=scope.user)
        plan = self.answer.plan(scope)
        rows = plan.of(self.rows(filterset.qs, scope))
        size = pages.whole_number(
            request._request, pages.SIZE, usual=pages.PER_PAGE, most=pages.MOST_PER_PAGE
        )
        found = list(rows[: size + 1])
        if not found:
            filterset.explain()
        told = [plan.make(row) for row in found[:size]]
        more = len(found) > size
        since = request.query_params.get("since", "").strip() or "0"
        cursor = told[-1]["seq"] if told else int(since)
        return Response(
            {
                "count": filterset.count() if more else len(told),
                "next": pages.address(request._request, since=cursor) if more else None,
                "previous": None,
                "results": told,
                "cursor": cursor,
            }
        )
