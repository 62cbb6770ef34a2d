"""Sources, citations and discrepancies in the admin.

Not here: that a citation of an official report is sealed (deliverables/admin/citation.py).
"""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from agreements.admin.partner_filter import partner_filter
from agreements.models import Citation, Discrepancy, DiscrepancySide, Source
from coopportal.admin import (
    AppendOnly,
    Inline,
    RecordedAdmin,
    column,
    date_column,
    keyed_by,
)


class CitationInline(AppendOnly, Inline):
    """What is cited from a source. New ones are added here; each one has a page to be mended on."""

    model = Citation
    fields = ("locator", "quote")
    show_change_link = True
    list_select_related = ("source",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Words of filed documents belong to the reports that rest on them, and are told there only."""
        return super().get_queryset(request).filter(source__filing__isnull=True)


@admin.register(Source)
class SourceAdmin(RecordedAdmin):
    form = keyed_by("title")
    fixed = ("slug",)
    list_display = (
        column("title", _("tên"), ordering="sort_key"),
        "publisher",
        date_column("issued_on", _("ngày ban hành")),
        "issued_basis",
        "scope",
        "number",
    )
    list_filter = ("scope", "issued_basis")
    search_fields = ("search_text", "slug")
    inlines = (CitationInline,)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Documents between the two sides stay between them, administrators included."""
        visible = Source.objects.visible_to(request.user)
        return super().get_queryset(request).filter(pk__in=visible.values("pk"))


@admin.register(Citation)
class CitationAdmin(RecordedAdmin):
    list_display = (
        column("__str__", _("trích dẫn"), ordering="quote"),
        column("source__title", _("nguồn"), ordering="source__sort_key"),
        "locator",
    )
    list_filter = ("source__scope",)
    search_fields = ("search_text", "locator", "source__search_text", "source__slug")
    list_select_related = ("source",)
    autocomplete_fields = ("source",)
    ordering = ("source__sort_key", "pk")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Words of filed documents belong to the reports that rest on them, and are told there only."""
        return super().get_queryset(request).filter(source__filing__isnull=True)


class DiscrepancySideInline(Inline):
    model = DiscrepancySide
    fields = ("position", "citation", "says", "chosen")
    autocomplete_fields = ("citation",)
    list_select_related = ("citation__source",)


@admin.register(Discrepancy)
class DiscrepancyAdmin(RecordedAdmin):
    form = keyed_by("topic")
    fixed = ("slug",)
    list_display = (
        "topic",
        column("agreement__partner", _("đối tác"), ordering="agreement__partner__sort_key"),
        column("phase", _("giai đoạn"), ordering="phase__start_year"),
        column("person", _("người"), ordering="person__sort_key"),
    )
    list_filter = (partner_filter("agreement__partner"),)
    search_fields = (
        "search_text",
        "slug",
        "agreement__partner__search_text",
        "phase__agreement__partner__search_text",
        "person__search_text",
    )
    list_select_related = (
        "agreement__partner",
        "agreement__vnpt_party",
        "phase__agreement__partner",
        "person",
    )
    autocomplete_fields = ("agreement", "phase", "person")
    inlines = (DiscrepancySideInline,)


@admin.register(DiscrepancySide)
class DiscrepancySideAdmin(RecordedAdmin):
    list_display = (
        "says",
        column("discrepancy", _("điểm khác nhau"), ordering="discrepancy__topic"),
        column("citation", _("trích dẫn"), ordering="citation__source__sort_key"),
        "chosen",
    )
    list_filter = ("chosen",)
    search_fields = (
        "discrepancy__search_text",
        "citation__search_text",
        "citation__source__search_text",
    )
    list_select_related = ("discrepancy", "citation__source")
    autocomplete_fields = ("discrepancy", "citation")
