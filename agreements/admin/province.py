"""Provinces in the admin."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from agreements.models import Province
from coopportal.admin import RecordedAdmin, column
from coopportal.clock import today


class MapFilter(admin.SimpleListFilter):
    """The units of today's map, or those that are no more."""

    title = _("bản đồ")
    parameter_name = "ban-do"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("nay", _("Hiện nay")), ("truoc", _("Đã thay đổi"))]

    def queryset(
        self, request: HttpRequest, queryset: QuerySet[Province]
    ) -> QuerySet[Province] | None:
        if self.value() == "nay":
            return queryset.filter(pk__in=Province.objects.on(today()).values("pk"))
        if self.value() == "truoc":
            return queryset.filter(valid_to__lt=today())
        return queryset


@admin.register(Province)
class ProvinceAdmin(RecordedAdmin):
    list_display = (
        column("name", _("tên"), ordering="sort_key"),
        "code",
        "kind",
        "valid_from",
        "valid_to",
        column("successor", _("đơn vị kế thừa"), ordering="successor__sort_key"),
    )
    list_filter = (MapFilter, "kind")
    search_fields = ("search_text", "code", "iso_code", "successor__search_text")
    list_select_related = ("successor",)
    autocomplete_fields = ("successor", "citations")
    fixed = ("code",)
