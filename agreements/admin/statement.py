"""Statements in the admin."""

from __future__ import annotations

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from agreements.admin.partner_filter import partner_filter
from agreements.models import Statement
from coopportal.admin import RecordedAdmin, column, date_column, keyed_by


@admin.register(Statement)
class StatementAdmin(RecordedAdmin):
    form = keyed_by("text")
    fixed = ("slug",)
    list_display = (
        column("__str__", _("nội dung"), ordering="text"),
        "kind",
        column("agreement__partner", _("đối tác"), ordering="agreement__partner__sort_key"),
        column("phase", _("giai đoạn"), ordering="phase__start_year"),
        column("party", _("bên nêu"), ordering="party__sort_key"),
        column("speaker", _("người nêu"), ordering="speaker__sort_key"),
        date_column("horizon", _("hướng tới")),
    )
    list_filter = ("kind", partner_filter("agreement__partner"), "themes")
    search_fields = (
        "search_text",
        "slug",
        "agreement__partner__search_text",
        "party__search_text",
        "speaker__search_text",
        "themes__search_text",
    )
    list_select_related = (
        "agreement__partner",
        "agreement__vnpt_party",
        "phase__agreement__partner",
        "party",
        "speaker",
    )
    autocomplete_fields = ("agreement", "phase", "party", "speaker", "themes", "citations")
