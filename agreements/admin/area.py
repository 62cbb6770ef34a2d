"""Cooperation areas and themes in the admin."""

from __future__ import annotations

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from agreements.admin.partner_filter import partner_filter
from agreements.models import CooperationArea, Theme
from coopportal.admin import RecordedAdmin, column, keyed_by


@admin.register(Theme)
class ThemeAdmin(RecordedAdmin):
    form = keyed_by("name", key="key")
    fixed = ("key",)
    list_display = ("name", "key", "position")
    search_fields = ("search_text", "key")
    ordering = ("position", "key")


@admin.register(CooperationArea)
class CooperationAreaAdmin(RecordedAdmin):
    list_display = (
        column("__str__", _("lĩnh vực"), ordering="position"),
        column("phase", _("giai đoạn"), ordering="phase__agreement__partner__sort_key"),
        "lineage_basis",
        "widened",
    )
    list_filter = (
        partner_filter("phase__agreement__partner"),
        "themes",
        "lineage_basis",
        "widened",
    )
    search_fields = (
        "search_text",
        "phase__search_text",
        "phase__agreement__partner__search_text",
        "themes__search_text",
    )
    list_select_related = ("phase__agreement__partner",)
    autocomplete_fields = ("phase", "themes", "continues", "citations")
    ordering = ("phase__agreement__partner__sort_key", "phase__start_year", "phase", "position")
