"""The log of official changes in the admin: to be read only, as everywhere."""

from __future__ import annotations

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from agreements.admin.partner_filter import partner_filter
from coopportal.admin import PortalAdmin, Sealed, column
from deliverables.models import OfficialChange, OfficialSequence


@admin.register(OfficialChange)
class OfficialChangeAdmin(Sealed, PortalAdmin):
    list_display = (
        "seq",
        "kind",
        column("report__deliverable", _("hạng mục"), ordering="report__deliverable__sort_key"),
        column("report__as_of_end", _("tính đến")),
        "at",
        "hash",
    )
    list_filter = ("kind", partner_filter("report__deliverable__agreement__partner"))
    search_fields = (
        "report__deliverable__search_text",
        "report__deliverable__agreement__partner__search_text",
        "hash",
    )
    list_select_related = ("report__deliverable",)
    ordering = ("-seq",)


@admin.register(OfficialSequence)
class OfficialSequenceAdmin(Sealed, PortalAdmin):
    list_display = (column("pk", _("số")),)
