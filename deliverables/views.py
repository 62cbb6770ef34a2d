"""Reading pages that tell what was delivered: partners, phases, systems, deliverables, a source."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from agreements.filters import AgreementFilterSet, SystemFilterSet
from agreements.models import Category, Source
from agreements.trail import trail
from coopportal.csv_rows import csv_response
from coopportal.lists import FORMAT_PARAMETER, csv_asked, listing_of
from coopportal.pagination import PAGE_PARAMETER, page_of
from coopportal.query import page_moment
from deliverables.models import Deliverable
from deliverables.pages.deliverable import (
    deliverable_page,
    deliverables_with_context,
    history_columns,
)
from deliverables.pages.partner import agreements_with_partners, partner_page
from deliverables.pages.partners import COLUMNS as PARTNER_COLUMNS, partner_rows, with_phases
from deliverables.pages.phase import phase_page, phases_with_partners
from deliverables.pages.reckoning import (
    COLUMNS as RECKONING_COLUMNS,
    OUTCOME_PARAMETER,
    lines,
    reckoning_page,
)
from deliverables.pages.source import source_page
from deliverables.pages.systems import (
    COLUMNS as SYSTEM_COLUMNS,
    system_page,
    system_rows,
    systems_with_context,
    with_family_order,
)


@require_safe
def agreements(request: HttpRequest) -> HttpResponseBase:
    """All partners whose time has begun, those with agreements of their own first."""
    listing = listing_of(
        request,
        AgreementFilterSet,
        columns=PARTNER_COLUMNS,
        name="thoa-thuan",
        rows=with_phases,
        shape=partner_rows,
        grouped_by=["subsidiary"],
    )
    if listing.csv_asked:
        return listing.as_csv()
    context = {
        "list": listing,
        "also": listing.also_narrowed("q", "kind", "in_force_on"),
        "crumbs": trail(listing.moment, _("Đối tác")),
    }
    return render(request, "deliverables/agreements.html", context)


@require_safe
def agreement(request: HttpRequest, slug: str) -> HttpResponse:
    """One partner: its phases side by side and what came of them."""
    moment = page_moment(request, PAGE_PARAMETER)
    row = get_object_or_404(agreements_with_partners(), slug=slug)
    page = partner_page(row, moment, request)
    crumbs = trail(moment, ("agreements", _("Đối tác")), str(row.partner))
    return render(request, "deliverables/agreement.html", {"page": page, "crumbs": crumbs})


@require_safe
def phase(request: HttpRequest, slug: str) -> HttpResponse:
    """One signed term of an agreement."""
    moment = page_moment(request, PAGE_PARAMETER)
    row = get_object_or_404(phases_with_partners(), slug=slug)
    page = phase_page(row, moment, request)
    partner = (row.agreement, str(row.agreement.partner))
    crumbs = trail(moment, ("agreements", _("Đối tác")), partner, page.phase.years)
    return render(request, "deliverables/phase.html", {"page": page, "crumbs": crumbs})


@require_safe
def phase_reckoning(request: HttpRequest, slug: str) -> HttpResponseBase:
    """A phase against its promises: what became of each; as CSV too."""
    moment = page_moment(request, OUTCOME_PARAMETER, FORMAT_PARAMETER, PAGE_PARAMETER)
    row = get_object_or_404(phases_with_partners(), slug=slug)
    as_csv = csv_asked(request)
    page = reckoning_page(row, moment, request, every=as_csv)
    if as_csv:
        told = list(lines(page.shown)) if page.begun else []
        rows = ([value(line) for _heading, value in RECKONING_COLUMNS] for line in told)
        headings = [heading for heading, _value in RECKONING_COLUMNS]
        return csv_response(f"tong-ket-{row.slug}", headings, rows)
    above = (row.agreement, str(row.agreement.partner))
    crumbs = trail(moment, ("agreements", _("Đối tác")), above, (row, row.years), _("Tổng kết"))
    context = {"page": page, "parameter": OUTCOME_PARAMETER, "crumbs": crumbs}
    return render(request, "deliverables/reckoning.html", context)


@require_safe
def systems(request: HttpRequest) -> HttpResponseBase:
    """All systems by family, with who has them."""
    listing = listing_of(
        request,
        SystemFilterSet,
        columns=SYSTEM_COLUMNS,
        name="he-thong",
        rows=with_family_order,
        shape=system_rows,
        grouped_by=["family_order", "position"],
        per_page=60,
    )
    if listing.csv_asked:
        return listing.as_csv()
    context = {
        "list": listing,
        "categories": Category.objects.order_by("position", "key").values_list("key", "name"),
        "also": listing.also_narrowed("q", "family", "category"),
        "crumbs": trail(listing.moment, _("Hệ thống")),
    }
    return render(request, "deliverables/systems.html", context)


@require_safe
def system(request: HttpRequest, slug: str) -> HttpResponse:
    """One system: who has it, since when, how far."""
    moment = page_moment(request, PAGE_PARAMETER)
    row = get_object_or_404(systems_with_context(), slug=slug)
    page = system_page(row, moment, request)
    crumbs = trail(moment, ("systems", _("Hệ thống")), row.short_name)
    return render(request, "deliverables/system.html", {"page": page, "crumbs": crumbs})


@require_safe
def deliverable(request: HttpRequest, slug: str) -> HttpResponseBase:
    """One thing undertaken: its figures, their history (as CSV too) and what they rest on."""
    moment = page_moment(request, PAGE_PARAMETER, FORMAT_PARAMETER)
    row = get_object_or_404(deliverables_with_context(), slug=slug)
    page = deliverable_page(row, moment, request.user)
    if csv_asked(request):
        columns = history_columns(page, moment)
        lines = ([value(line) for _heading, value in columns] for line in page.history)
        return csv_response(row.slug, [heading for heading, _value in columns], lines)
    crumbs = trail(moment, *_way_to(row), row.title)
    history = page_of(request, page.history, per_page=20)
    context = {"page": page, "history": history, "crumbs": crumbs}
    return render(request, "deliverables/deliverable.html", context)


def _way_to(row: Deliverable) -> list[tuple[Any, str]]:
    """The pages above a deliverable: its partner and phase, or the systems where it has neither."""
    if row.agreement is None:
        return [("systems", _("Hệ thống"))]
    way: list[tuple[Any, str]] = [("agreements", _("Đối tác"))]
    way.append((row.agreement, str(row.agreement.partner)))
    return [*way, (row.phase, row.phase.years)] if row.phase else way


@require_safe
def source(request: HttpRequest, slug: str) -> HttpResponse:
    """One source: everything that rests on it, and what it contradicts."""
    moment = page_moment(request)
    row = get_object_or_404(Source.objects.visible_to(request.user), slug=slug)
    page = source_page(row, moment, request.user)
    crumbs = trail(moment, ("sources", _("Nguồn")), row.short_name)
    return render(request, "deliverables/source.html", {"page": page, "crumbs": crumbs})
