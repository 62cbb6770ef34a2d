"""Agreements with those who represent their sides, in the admin."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from agreements.admin.partner_filter import partner_filter
from agreements.models import Agreement, Phase, Representative
from coopportal.admin import Inline, RecordedAdmin, Sealed, column, keyed_by
from coopportal.clock import today


class RepresentativeInline(Inline):
    model = Representative
    fields = ("user", "side", "from_day", "until_day")
    autocomplete_fields = ("user",)
    list_select_related = ("user", "agreement__partner", "agreement__vnpt_party")


class PhaseInline(Sealed, Inline):
    """The agreement's phases at a glance; each has a page of its own."""

    model = Phase
    fields = ("start_year", "end_year", "instrument", "signed_on", "parent")
    show_change_link = True
    list_select_related = ("agreement__partner", "parent__agreement__partner")


@admin.register(Agreement)
class AgreementAdmin(RecordedAdmin):
    form = keyed_by("partner")
    fixed = ("slug",)
    list_display = (
        column("partner", _("đối tác"), ordering="partner__sort_key"),
        column("vnpt_party", _("phía VNPT"), ordering="vnpt_party__sort_key"),
        column("partner__get_kind_display", _("loại đối tác"), ordering="partner__kind"),
        "slug",
    )
    list_filter = ("partner__kind",)
    search_fields = (
        "partner__search_text",
        "partner__province__search_text",
        "vnpt_party__search_text",
        "slug",
    )
    list_select_related = ("partner", "vnpt_party")
    autocomplete_fields = ("partner", "vnpt_party", "citations")
    inlines = (PhaseInline, RepresentativeInline)


class MandateFilter(admin.SimpleListFilter):
    """Mandates that run today, or that have ended."""

    title = _("hiệu lực")
    parameter_name = "hieu-luc"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("con", _("Đang đại diện")), ("het", _("Đã hết"))]

    def queryset(
        self, request: HttpRequest, queryset: QuerySet[Representative]
    ) -> QuerySet[Representative]:
        if self.value() == "con":
            return queryset.filter(pk__in=Representative.objects.on(today()).values("pk"))
        if self.value() == "het":
            return queryset.filter(Q(until_day__lt=today()))
        return queryset


@admin.register(Representative)
class RepresentativeAdmin(RecordedAdmin):
    list_display = (
        column("user", _("người đại diện"), ordering="user__sort_key"),
        column("agreement", _("thỏa thuận"), ordering="agreement__partner__sort_key"),
        "side",
        "from_day",
        "until_day",
    )
    list_filter = (MandateFilter, "side", partner_filter("agreement__partner"))
    search_fields = ("user__search_text", "agreement__partner__search_text", "agreement__slug")
    list_select_related = ("user", "agreement__partner", "agreement__vnpt_party")
    autocomplete_fields = ("user", "agreement")
    ordering = ("agreement__partner__sort_key", "side", "user__sort_key", "from_day")
