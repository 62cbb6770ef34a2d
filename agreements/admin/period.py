"""Reporting periods and public holidays in the admin, and the actions that make a phase's periods."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext, gettext_lazy as _

from agreements.admin.partner_filter import partner_filter
from agreements.choices import PeriodKind
from agreements.models import Holiday, Phase, ReportingPeriod
from agreements.periods import make_periods, reckon_due_days_again
from coopportal.admin import RecordedAdmin, column


def making(kind: PeriodKind) -> Callable[..., None]:
    """An action on phases: add their periods of one kind; each phase that cannot have any says why."""

    @admin.action(
        description=_("Lập kỳ báo cáo: %(kind)s") % {"kind": kind.label}, permissions=["change"]
    )
    def make(model_admin: Any, request: HttpRequest, phases: QuerySet[Phase]) -> None:
        added = kept = 0
        for phase in phases:
            try:
                made = make_periods(phase, kind)
            except ValidationError as refused:
                model_admin.message_user(request, " ".join(refused.messages), messages.WARNING)
                continue
            added, kept = added + made.added, kept + made.kept
        model_admin.message_user(
            request,
            gettext("Thêm %(added)s kỳ, đã có %(kept)s kỳ.") % {"added": added, "kept": kept},
        )

    make.__name__ = f"make_periods_{kind.value}"
    return make


@admin.action(description=_("Tính lại hạn báo cáo của các kỳ chưa chốt"), permissions=["change"])
def reckon_again(model_admin: Any, request: HttpRequest, phases: QuerySet[Phase]) -> None:
    moved = sum(reckon_due_days_again(phase) for phase in phases)
    model_admin.message_user(request, gettext("Đổi hạn %(count)s kỳ.") % {"count": moved})


@admin.register(ReportingPeriod)
class ReportingPeriodAdmin(RecordedAdmin):
    """Made by the actions on phases; here a due day is put off, or a period taken out."""

    list_display = (
        column("name", _("kỳ"), ordering="ends_on"),
        column("phase", _("giai đoạn"), ordering="phase__agreement__partner__sort_key"),
        "begins_on",
        "ends_on",
        "due_on",
    )
    list_filter = (partner_filter("phase__agreement__partner"), "kind", "year")
    search_fields = ("phase__search_text", "phase__slug", "phase__agreement__partner__search_text")
    list_select_related = ("phase__agreement__partner",)
    autocomplete_fields = ("phase",)
    fixed = ("phase", "kind", "year", "number")
    ordering = ("-ends_on", "phase__agreement__partner__sort_key", "pk")


@admin.register(Holiday)
class HolidayAdmin(RecordedAdmin):
    """Days that are no working days; due days already reckoned move by the action on phases."""

    list_display = ("name", "day", "month", "year", "is_worked")
    list_filter = ("year", "is_worked")
    search_fields = ("name",)
    fieldsets = (
        (
            None,
            {
                "fields": ("name", "day", "month", "year", "is_worked"),
                "description": _(
                    "Cổng có sẵn các ngày nghỉ theo dương lịch của Bộ luật Lao động (01/01, 30/4, 01/5, "
                    "02/9). Tết Nguyên đán, Giỗ Tổ Hùng Vương, ngày nghỉ thứ hai của Quốc khánh và ngày "
                    "hoán đổi do cơ quan có thẩm quyền thông báo hằng năm: thêm ở đây khi có thông báo, "
                    "rồi chọn “Tính lại hạn báo cáo” ở các giai đoạn."
                ),
            },
        ),
    )
