"""Events with who took part, and people, in the admin."""

from __future__ import annotations

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from agreements.admin.partner_filter import partner_filter
from agreements.models import Event, Participation, Person
from coopportal.admin import Inline, RecordedAdmin, Sealed, column, date_column, keyed_by


class ParticipationInline(Inline):
    model = Participation
    fields = ("position", "person", "group_label", "count", "title", "side", "role", "citations")
    autocomplete_fields = ("person", "citations")
    list_select_related = ("person",)


class PersonParticipationInline(Sealed, Inline):
    """Where a person took part; edited on the event's page."""

    model = Participation
    fields = ("event", "title", "side", "role")
    show_change_link = True
    list_select_related = ("event", "person")


@admin.register(Person)
class PersonAdmin(RecordedAdmin):
    form = keyed_by("name")
    fixed = ("slug",)
    list_display = (
        column("name", _("họ và tên"), ordering="sort_key"),
        "title",
        column("party", _("cơ quan"), ordering="party__sort_key"),
    )
    list_filter = ("party__kind",)
    search_fields = ("search_text", "slug", "party__search_text")
    list_select_related = ("party",)
    autocomplete_fields = ("party",)
    inlines = (PersonParticipationInline,)


@admin.register(Event)
class EventAdmin(RecordedAdmin):
    form = keyed_by("title")
    fixed = ("slug",)
    list_display = (
        "title",
        "kind",
        date_column("happened_on", _("ngày")),
        column("agreement__partner", _("đối tác"), ordering="agreement__partner__sort_key"),
        column("phase", _("giai đoạn"), ordering="phase__start_year"),
        "place",
    )
    list_filter = ("kind", partner_filter("agreement__partner"))
    search_fields = (
        "search_text",
        "slug",
        "agreement__partner__search_text",
        "phase__agreement__partner__search_text",
        "participations__person__search_text",
    )
    list_select_related = (
        "agreement__partner",
        "agreement__vnpt_party",
        "phase__agreement__partner",
    )
    autocomplete_fields = ("agreement", "phase", "citations")
    inlines = (ParticipationInline,)


@admin.register(Participation)
class ParticipationAdmin(RecordedAdmin):
    list_display = (
        column("event", _("sự kiện"), ordering="event__happened_on"),
        "position",
        column("person", _("người"), ordering="person__sort_key"),
        "group_label",
        "count",
        "title",
        "side",
        "role",
    )
    list_filter = ("role", "side", partner_filter("event__agreement__partner"))
    search_fields = ("event__search_text", "person__search_text", "event__slug")
    list_select_related = ("event", "person")
    autocomplete_fields = ("event", "person", "citations")
    ordering = ("event__happened_on", "event", "position")
