"""Lists that tell of the promise alone: events and sources. Pages with results are in deliverables."""

from __future__ import annotations

from django.db.models import Count, prefetch_related_objects
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from agreements.models import Event, Source
from agreements.participants import by_role
from agreements.told import has_happened, was_out
from agreements.trail import trail
from coopportal.pagination import page_of
from coopportal.query import page_moment

#: What a page of the list shows of each event; fetched for that page only.
_EVENT_DETAILS = (
    "agreement__partner",
    "phase__agreement__partner",
    "participations__person",
    "citations__source",
)


@require_safe
def events(request: HttpRequest) -> HttpResponse:
    """What happened by the day asked, latest first; undated events at the end."""
    moment = page_moment(request, "trang")
    known = [
        row
        for row in Event.objects.prefetch_related("citations__source")
        if has_happened(row, moment.as_of)
    ]
    known.sort(
        key=lambda row: (row.happened_on.last_day.isoformat() if row.happened_on else "", row.slug)
    )
    page = page_of(request, known[::-1], per_page=20)
    prefetch_related_objects(page.object_list, *_EVENT_DETAILS)
    for event in page.object_list:
        event.roles = by_role(event)
    context = {"page": page, "crumbs": trail(moment, _("Sự kiện"))}
    return render(request, "agreements/events.html", context)


@require_safe
def sources(request: HttpRequest) -> HttpResponse:
    """The articles the portal starts with, then what stands outside them; issued by the day asked."""
    moment = page_moment(request, "trang")
    rows = Source.objects.annotate(cited=Count("citations")).order_by("scope", "issued_on", "slug")
    page = page_of(request, [row for row in rows if was_out(row, moment.as_of)], per_page=30)
    context = {"page": page, "crumbs": trail(moment, _("Nguồn"))}
    return render(request, "agreements/sources.html", context)
