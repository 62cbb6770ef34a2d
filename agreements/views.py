"""Lists that tell of the promise alone: phases, differences, events, sources. Results are in deliverables."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db.models import Case, Count, F, Prefetch, QuerySet, When
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from agreements.assignment import PARTS
from agreements.filters import (
    DiscrepancyFilterSet,
    EventFilterSet,
    PhaseFilterSet,
    SourceFilterSet,
)
from agreements.models import (
    Agreement,
    Citation,
    Discrepancy,
    DiscrepancySide,
    Event,
    Participation,
    Phase,
    Source,
)
from agreements.participants import by_role
from agreements.present_names import with_present_names
from agreements.rows import (
    DISCREPANCY_COLUMNS,
    EVENT_COLUMNS,
    PHASE_COLUMNS,
    SOURCE_COLUMNS,
    phase_rows,
)
from agreements.trail import trail
from coopportal.lists import listing_of

_CITED = Citation.objects.select_related("source").order_by("source__issued_on", "pk")


@require_safe
def phases(request: HttpRequest) -> HttpResponseBase:
    """Every signed term that has begun, of main agreements and of those below them."""
    listing = listing_of(
        request,
        PhaseFilterSet,
        columns=PHASE_COLUMNS,
        name="giai-doan",
        rows=_with_both_sides,
        shape=phase_rows,
    )
    if listing.csv_asked:
        return listing.as_csv()
    context = {
        "list": listing,
        "also": listing.also_narrowed("q", "kind", "instrument", "in_force_on", "expired_on"),
        "crumbs": trail(listing.moment, _("Giai đoạn hợp tác")),
    }
    return render(request, "agreements/phases.html", context)


def _with_both_sides(rows: QuerySet[Phase]) -> QuerySet[Phase]:
    known: QuerySet[Phase] = with_present_names(
        rows.select_related("agreement__vnpt_party", "parent__agreement__partner"), "agreement__"
    )
    return known.prefetch_related(Prefetch("citations", queryset=_CITED))


@require_safe
def discrepancies(request: HttpRequest) -> HttpResponseBase:
    """Points on which sources differ, each with all that is told and why one side is in use."""
    listing = listing_of(
        request,
        DiscrepancyFilterSet,
        columns=DISCREPANCY_COLUMNS,
        name="khac-nhau",
        rows=_with_sides,
        per_page=20,
    )
    if listing.csv_asked:
        return listing.as_csv()
    context = {
        "list": listing,
        "agreements": Agreement.objects.order_by("partner__sort_key", "slug").values_list(
            "slug", "partner__short_name"
        ),
        "also": listing.also_narrowed("q", "agreement"),
        "crumbs": trail(listing.moment, _("Điểm các nguồn nói khác nhau")),
    }
    return render(request, "agreements/discrepancies.html", context)


def _with_sides(rows: QuerySet[Discrepancy]) -> QuerySet[Discrepancy]:
    sides = DiscrepancySide.objects.select_related("citation__source")
    return rows.select_related(
        "agreement__partner", "phase__agreement__partner", "person"
    ).prefetch_related(Prefetch("sides", queryset=sides.order_by("-chosen", "position")))


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
    return rows.select_related("agreement__partner", "phase__agreement__partner").prefetch_related(
        Prefetch("participations", queryset=people), Prefetch("citations", queryset=_CITED)
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
    """Words of a filed document belong to the reports that rest on it, which may be nobody's to read yet."""
    public = When(filing__isnull=True, then=Count("citations"))
    return rows.annotate(cited=Case(public, default=None))


@require_safe
@never_cache
@login_required
def assignment(request: HttpRequest, part: str) -> HttpResponseBase:
    """Who acts for whom, where nobody does, which accounts sleep: for administrators, who keep it."""
    if not request.user.is_superuser:
        raise PermissionDenied(_("Trang này dành cho quản trị viên, người ghi ai đại diện cho ai."))
    asked = PARTS[part]
    listing = listing_of(request, asked.filterset, columns=asked.columns, name=asked.name)
    if listing.csv_asked:
        return listing.as_csv()
    context = {
        "list": listing,
        "part": asked,
        "cells": [[value(row) for _heading, value in asked.columns] for row in listing.shown],
        "parts": [(name, other.title, name == part) for name, other in PARTS.items()],
        "also": listing.also_narrowed("q", "side", "standing"),
    }
    return render(request, "agreements/assignment.html", context)
