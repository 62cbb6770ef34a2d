"""Phases with their areas, in the admin."""

from __future__ import annotations

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from agreements.admin.partner_filter import partner_filter
from agreements.admin.period import making, reckon_again
from agreements.choices import PeriodKind
from agreements.models import CooperationArea, Phase
from coopportal.admin import Inline, RecordedAdmin, column, date_column


class CooperationAreaInline(Inline):
    model = CooperationArea
    fields = ("position", "name", "themes", "continues", "lineage_basis", "widened")
    autocomplete_fields = ("themes", "continues")
    show_change_link = True


@admin.register(Phase)
class PhaseAdmin(RecordedAdmin):
    fixed = ("slug",)
    list_display = (
        column("__str__", _("giai đoạn"), ordering="agreement__partner__sort_key"),
        "instrument",
        date_column("signed_on", _("ngày ký")),
        "begins_on",
        "ends_on",
        "open_ended",
        column("parent", _("thuộc giai đoạn"), ordering="parent__start_year"),
    )
    list_filter = (partner_filter("agreement__partner"), "instrument", "term_basis", "open_ended")
    search_fields = (
        "search_text",
        "slug",
        "agreement__partner__search_text",
        "agreement__partner__province__search_text",
    )
    list_select_related = ("agreement__partner", "parent__agreement__partner")
    autocomplete_fields = ("agreement", "parent", "citations")
    readonly_fields = ("begins_on", "ends_on")
    ordering = ("agreement__partner__sort_key", "start_year", "slug")
    inlines = (CooperationAreaInline,)
    actions = (*(making(kind) for kind in PeriodKind), reckon_again)
