"""Parties in the admin."""

from __future__ import annotations

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from agreements.models import Party
from coopportal.admin import RecordedAdmin, column, keyed_by


@admin.register(Party)
class PartyAdmin(RecordedAdmin):
    form = keyed_by("short_name")
    fixed = ("slug",)
    list_display = (
        column("short_name", _("tên gọi tắt"), ordering="sort_key"),
        "name",
        "kind",
        column("province", _("tỉnh"), ordering="province__sort_key"),
        column("parent", _("cơ quan cấp trên"), ordering="parent__sort_key"),
        "successor_name",
    )
    list_filter = ("kind",)
    search_fields = ("search_text", "slug", "province__search_text")
    list_select_related = ("province", "parent")
    autocomplete_fields = ("province", "parent", "citations")
