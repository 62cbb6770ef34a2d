"""Files of evidence in the admin: what is known of them. Not here: the files themselves."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from agreements.admin.partner_filter import partner_filter
from coopportal.admin import Inline, Sealed, column
from deliverables.admin.measurement import OfReport
from deliverables.models import EvidenceFile


class _BetweenTheSides:
    """Files are between the two sides, whose mandates open them; being an administrator does not."""

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        queryset: QuerySet[Any] = super().get_queryset(request)  # type: ignore[misc]
        seen = EvidenceFile.objects.visible_to(request.user)
        return queryset.filter(pk__in=seen.values("pk"))


class EvidenceInline(_BetweenTheSides, Sealed, Inline):
    """Files a side attached. They are handed out by the page that asks who may, not by a link here."""

    model = EvidenceFile
    fields = ("name", "stored", "uploaded_by", "uploaded_at")
    readonly_fields = ("uploaded_at",)
    list_select_related = ("stored", "uploaded_by")


@admin.register(EvidenceFile)
class EvidenceFileAdmin(_BetweenTheSides, OfReport):
    """What is known of a file; the file itself is handed out by the page that asks who may."""

    list_display = (
        "name",
        column("report", _("báo cáo"), ordering="report__deliverable__sort_key"),
        column("uploaded_by", _("người tải lên"), ordering="uploaded_by__sort_key"),
        "uploaded_at",
    )
    fields = ("report", "name", "stored", "uploaded_by", "uploaded_at")
    list_filter = (partner_filter("report__deliverable__agreement__partner"),)
    search_fields = (
        "report__deliverable__search_text",
        "report__deliverable__agreement__partner__search_text",
        "uploaded_by__search_text",
        "stored__sha256",
    )
    list_select_related = ("report__deliverable", "stored", "uploaded_by")
    ordering = ("-uploaded_at", "-pk")
