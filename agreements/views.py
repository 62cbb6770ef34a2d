"""Lists that tell of the promise alone: events and sources. Pages with results are in deliverables."""

from __future__ import annotations

from django.db.models import Count, F, Prefetch, QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from agreements.filters import EventFilterSet, SourceFilterSet
from agreements.models import Agreement, Citation, Event, Participation, Source
from agreements.participants import by_role
from agreements.rows import EVENT_COLUMNS, SOURCE_COLUMNS
from agreements.trail import trail
from coopportal.lists import listing_of


@require_safe
def events(request: HttpRequest) -> HttpResponseBase:
    """What happened by the day asked, latest first; undated events at the end."""
    listing = listing_of(
        request,
        EventFilterSet,
        columns=EVENT_COLUMNS,
        name="su-kien",
        rows=_with_details,
        per_page=20,
    )
    if listing.csv_asked:
        return listing.as_csv()
    context = {
        "list": listing,
        "told": [(event, by_role(event)) for event in listing.shown],
        "agreements": Agreement.objects.order_by("partner__sort_key", "slug").values_list(
            "slug", "partner__short_name"
        ),
        "also": listing.also_narrowed("q", "kind", "agreement"),
        "crumbs": trail(listing.moment, _("Sự kiện")),
    }
    return render(request, "agreements/events.html", context)


def _with_details(rows: QuerySet[Event]) -> QuerySet[Event]:
    people = Participation.objects.select_related("person").order_by("position")
    cited = Citation.objects.select_related("source").order_by("source__issued_on", "pk")
    return rows.select_related("agreement__partner", "phase__agreement__partner").prefetch_related(
        Prefetch("participations", queryset=people), Prefetch("citations", queryset=cited)
    )


@require_safe
def sources(request: HttpRequest) -> HttpResponseBase:
    """The articles the portal starts with, then what stands outside them; issued by the day asked."""
    listing = listing_of(
        request,
        SourceFilterSet,
        columns=SOURCE_COLUMNS,
        name="nguon",
        rows=_with_citations_counted,
        grouped_by=["scope", F("issued_on").asc(nulls_last=True)],
    )
    if listing.csv_asked:
        return listing.as_csv()
    context = {
        "list": listing,
        "also": listing.also_narrowed("q", "scope"),
        "crumbs": trail(listing.moment, _("Nguồn")),
    }
    return render(request, "agreements/sources.html", context)


def _with_citations_counted(rows: QuerySet[Source]) -> QuerySet[Source]:
    return rows.annotate(cited=Count("citations"))
