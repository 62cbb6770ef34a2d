"""Systems with their other names, and categories, in the admin."""

from __future__ import annotations

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from agreements.models import Category, System, SystemAlias
from coopportal.admin import Inline, RecordedAdmin, column, keyed_by


@admin.register(Category)
class CategoryAdmin(RecordedAdmin):
    form = keyed_by("name", key="key")
    fixed = ("key",)
    list_display = ("name", "key", "position")
    search_fields = ("search_text", "key")
    ordering = ("position", "key")


class SystemAliasInline(Inline):
    model = SystemAlias
    fields = ("name", "basis", "citations")
    autocomplete_fields = ("citations",)


@admin.register(System)
class SystemAdmin(RecordedAdmin):
    form = keyed_by("short_name")
    fixed = ("slug",)
    list_display = (
        column("name", _("tên"), ordering="sort_key"),
        "short_name",
        "slug",
        "gloss",
        "family",
        "vendor",
        column("owner", _("chủ quản"), ordering="owner__sort_key"),
    )
    list_filter = ("family", "categories")
    search_fields = ("search_text", "slug", "aliases__search_text", "owner__search_text")
    list_select_related = ("owner",)
    autocomplete_fields = ("categories", "owner", "citations")
    inlines = (SystemAliasInline,)


@admin.register(SystemAlias)
class SystemAliasAdmin(RecordedAdmin):
    list_display = (
        "name",
        column("system", _("hệ thống"), ordering="system__sort_key"),
        "basis",
    )
    list_filter = ("basis",)
    search_fields = ("search_text", "system__search_text")
    list_select_related = ("system",)
    autocomplete_fields = ("system", "citations")
    ordering = ("system__sort_key", "name")
