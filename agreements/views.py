"""Lists that tell of the promise alone: events and sources. Pages with results are in deliverables."""

from __future__ import annotations

from django.db.models import Count, F
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from agreements.filters import EventFilterSet, SourceFilterSet
from agreements.participants import by_role
from agreements.trail import trail
from coopportal.pagination import page_of
from coopportal.query import page_moment

_LATEST_FIRST = F("happened_on").desc(nulls_last=True)
#: What the list shows of each event beside its own columns.
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
    rows = EventFilterSet.rows_at(moment, request.user).prefetch_related(*_EVENT_DETAILS)
    page = page_of(request, rows.order_by(_LATEST_FIRST, "slug"), per_page=20)
    told = [(event, by_role(event)) for event in page]
    context = {"page": page, "told": told, "crumbs": trail(moment, _("Sự kiện"))}
    return render(request, "agreements/events.html", context)


@require_safe
def sources(request: HttpRequest) -> HttpResponse:
    """The articles the portal starts with, then what stands outside them; issued by the day asked."""
    moment = page_moment(request, "trang")
    rows = SourceFilterSet.rows_at(moment, request.user).annotate(cited=Count("citations"))
    page = page_of(request, rows.order_by("scope", "issued_on", "slug"), per_page=30)
    context = {"page": page, "crumbs": trail(moment, _("Nguồn"))}
    return render(request, "agreements/sources.html", context)
