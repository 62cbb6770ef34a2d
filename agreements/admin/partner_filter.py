"""The side filter "đối tác" of change lists, whatever the way from a row to its partner."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from agreements.models import Party


def partner_filter(path: str) -> type[admin.SimpleListFilter]:
    """``partner_filter("phase__agreement__partner")``; one query, in Vietnamese order."""

    class PartnerFilter(admin.SimpleListFilter):
        title = _("đối tác")
        parameter_name = "doi-tac"

        def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
            partners = Party.objects.filter(agreements__isnull=False).distinct()
            return [(party.slug, party.short_name) for party in partners.order_by("sort_key")]

        def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
            return queryset.filter(**{f"{path}__slug": self.value()}) if self.value() else queryset

    return PartnerFilter
