"""Indicators and targets in the admin. Targets are only ever added."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from agreements.admin.partner_filter import partner_filter
from coopportal.admin import AppendOnly, Inline, PortalAdmin, RecordedAdmin, column, keyed_by
from coopportal.clock import today
from deliverables.models import Indicator, Target


@admin.register(Indicator)
class IndicatorAdmin(RecordedAdmin):
    form = keyed_by("name", key="key")
    fixed = ("key",)
    list_display = (
        column("name", _("tên chỉ tiêu"), ordering="sort_key"),
        "key",
        "unit",
        "value_kind",
        "aggregation",
        "direction",
    )
    list_filter = ("value_kind", "aggregation", "direction")
    search_fields = ("search_text", "key")

    def get_readonly_fields(self, request: HttpRequest, obj: Indicator | None = None) -> Any:
        """Once a figure stands in it, the unit is what the figure means."""
        fields = super().get_readonly_fields(request, obj)
        if obj is not None and obj.measurements.exists():
            return (*fields, "unit", "value_kind")
        return fields


class _SetToday:
    """A target is usually set on the day it is entered."""

    def formfield_for_dbfield(
        self, db_field: models.Field, request: HttpRequest, **kwargs: Any
    ) -> Any:
        if db_field.name == "set_on":
            kwargs.setdefault("initial", today)
        return super().formfield_for_dbfield(db_field, request, **kwargs)  # type: ignore[misc]


class TargetInline(_SetToday, AppendOnly, Inline):
    model = Target
    fields = ("indicator", "baseline", "value", "due_on", "set_on")
    autocomplete_fields = ("indicator",)
    list_select_related = ("indicator", "deliverable")


@admin.register(Target)
class TargetAdmin(_SetToday, AppendOnly, PortalAdmin):
    list_display = (
        column("deliverable", _("hạng mục"), ordering="deliverable__sort_key"),
        column("indicator", _("chỉ tiêu"), ordering="indicator__sort_key"),
        "baseline",
        "value",
        column("indicator__unit", _("đơn vị tính")),
        "due_on",
        "set_on",
    )
    list_filter = (partner_filter("deliverable__agreement__partner"),)
    search_fields = (
        "deliverable__search_text",
        "deliverable__agreement__partner__search_text",
        "indicator__search_text",
    )
    list_select_related = ("deliverable", "indicator")
    autocomplete_fields = ("deliverable", "indicator")
    ordering = ("deliverable__sort_key", "indicator__sort_key", "set_on", "pk")
