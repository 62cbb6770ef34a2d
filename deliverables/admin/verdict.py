"""Verdicts in the admin: to be read only. Nobody confirms anything here."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from agreements.admin.partner_filter import partner_filter
from coopportal.admin import Inline, PortalAdmin, Sealed, column
from deliverables.models import Verdict


class _OfBothSides:
    """A verdict and its words are between the two sides; an administrator stands for neither."""

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        visible = Verdict.objects.visible_to(request.user)
        queryset: QuerySet[Any] = super().get_queryset(request)  # type: ignore[misc]
        return queryset.filter(pk__in=visible.values("pk"))


class VerdictInline(_OfBothSides, Sealed, Inline):
    model = Verdict
    fields = ("side", "decision", "reason", "counter_stage", "by", "at")
    show_change_link = True
    list_select_related = ("by",)


@admin.register(Verdict)
class VerdictAdmin(_OfBothSides, Sealed, PortalAdmin):
    list_display = (
        column("report", _("báo cáo"), ordering="report__deliverable__sort_key"),
        "side",
        "decision",
        "reason",
        column("by", _("người quyết định"), ordering="by__sort_key"),
        "at",
    )
    list_filter = (
        "decision",
        "side",
        partner_filter("report__deliverable__agreement__partner"),
    )
    search_fields = (
        "report__deliverable__search_text",
        "report__deliverable__agreement__partner__search_text",
        "by__search_text",
    )
    list_select_related = ("report__deliverable", "by")
    ordering = ("-at", "-pk")
