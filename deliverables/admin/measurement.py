"""Measurements in the admin: written on the page of their draft, read everywhere else."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from agreements.admin.partner_filter import partner_filter
from coopportal.admin import Inline, PortalAdmin, column
from deliverables.models import Measurement, ProgressReport
from deliverables.permissions import can_edit, is_administrator


class MeasurementInline(Inline):
    model = Measurement
    fields = ("indicator", "value", "numerator", "denominator", "qualifier", "text")
    autocomplete_fields = ("indicator",)
    list_select_related = ("indicator",)

    def has_add_permission(self, request: HttpRequest, obj: ProgressReport | None = None) -> bool:
        return super().has_add_permission(request, obj) and _open(request, obj)

    def has_change_permission(
        self, request: HttpRequest, obj: ProgressReport | None = None
    ) -> bool:
        return super().has_change_permission(request, obj) and _open(request, obj)

    def has_delete_permission(
        self, request: HttpRequest, obj: ProgressReport | None = None
    ) -> bool:
        return super().has_delete_permission(request, obj) and _open(request, obj)


def _open(request: HttpRequest, report: ProgressReport | None) -> bool:
    """A new draft, or one that this user may still edit."""
    if report is None or report.pk is None:
        return is_administrator(request.user)
    return can_edit(request.user, report)


class OfReport(PortalAdmin):
    """Parts of a report are seen with it, and written on its page only."""

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        visible = ProgressReport.objects.visible_to(request.user)
        return super().get_queryset(request).filter(report__in=visible.values("pk"))

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """With their draft only: asked when the draft is deleted."""
        return obj is not None and can_edit(request.user, obj.report)


@admin.register(Measurement)
class MeasurementAdmin(OfReport):
    list_display = (
        column("report", _("báo cáo"), ordering="report__deliverable__sort_key"),
        column("indicator", _("chỉ tiêu"), ordering="indicator__sort_key"),
        "qualifier",
        "value",
        column("indicator__unit", _("đơn vị tính")),
        "text",
        column("report__get_state_display", _("tình trạng"), ordering="report__state"),
    )
    list_filter = (
        "report__state",
        "qualifier",
        partner_filter("report__deliverable__agreement__partner"),
    )
    search_fields = (
        "indicator__search_text",
        "report__deliverable__search_text",
        "report__deliverable__system__search_text",
        "report__deliverable__agreement__partner__search_text",
    )
    list_select_related = ("report__deliverable", "indicator")
    ordering = ("-report__as_of_end", "report__deliverable__sort_key", "indicator__sort_key")
