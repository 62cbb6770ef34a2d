"""Reading pages that tell what was delivered: partners, phases, systems, deliverables, a source."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from agreements.models import Source
from agreements.templatetags.sources import source_name
from agreements.trail import trail
from coopportal.pagination import page_of
from coopportal.query import page_moment
from deliverables.models import Deliverable
from deliverables.pages.deliverable import deliverable_page, deliverables_with_context
from deliverables.pages.partner import agreements_with_partners, partner_page
from deliverables.pages.partners import agreements_with_phases, partner_rows
from deliverables.pages.phase import phase_page, phases_with_context
from deliverables.pages.source import source_page
from deliverables.pages.systems import (
    system_page,
    system_rows,
    systems_in_order,
    systems_with_context,
)


@require_safe
def agreements(request: HttpRequest) -> HttpResponse:
    """All partners, those with agreements of their own first."""
    moment = page_moment(request, "trang")
    page = page_of(request, agreements_with_phases(), per_page=40)
    context = {
        "page": page,
        "rows": partner_rows(list(page), moment),
        "crumbs": trail(moment, _("Đối tác")),
    }
    return render(request, "deliverables/agreements.html", context)


@require_safe
def agreement(request: HttpRequest, slug: str) -> HttpResponse:
    """One partner: its phases side by side and what came of them."""
    moment = page_moment(request)
    row = get_object_or_404(agreements_with_partners(), slug=slug)
    page = partner_page(row, moment, request.user)
    crumbs = trail(moment, ("agreements", _("Đối tác")), str(row.partner))
    return render(request, "deliverables/agreement.html", {"page": page, "crumbs": crumbs})


@require_safe
def phase(request: HttpRequest, slug: str) -> HttpResponse:
    """One signed term of an agreement."""
    moment = page_moment(request)
    row = get_object_or_404(phases_with_context(), slug=slug)
    page = phase_page(row, moment, request.user)
    partner = (row.agreement, str(row.agreement.partner))
    crumbs = trail(moment, ("agreements", _("Đối tác")), partner, row.years)
    return render(request, "deliverables/phase.html", {"page": page, "crumbs": crumbs})


@require_safe
def systems(request: HttpRequest) -> HttpResponse:
    """All systems by family, with who has them."""
    moment = page_moment(request, "trang")
    page = page_of(request, systems_in_order(), per_page=60)
    context = {
        "page": page,
        "rows": system_rows(list(page), moment),
        "crumbs": trail(moment, _("Hệ thống")),
    }
    return render(request, "deliverables/systems.html", context)


@require_safe
def system(request: HttpRequest, slug: str) -> HttpResponse:
    """One system: who has it, since when, how far."""
    moment = page_moment(request)
    row = get_object_or_404(systems_with_context(), slug=slug)
    page = system_page(row, moment, request.user)
    crumbs = trail(moment, ("systems", _("Hệ thống")), row.short_name)
    return render(request, "deliverables/system.html", {"page": page, "crumbs": crumbs})


@require_safe
def deliverable(request: HttpRequest, slug: str) -> HttpResponse:
    """One thing undertaken: its figures, their history and what they rest on."""
    moment = page_moment(request, "trang")
    row = get_object_or_404(deliverables_with_context(), slug=slug)
    page = deliverable_page(row, moment, request.user)
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
    row = get_object_or_404(Source, slug=slug)
    page = source_page(row, moment, request.user)
    crumbs = trail(moment, ("sources", _("Nguồn")), source_name(row))
    return render(request, "deliverables/source.html", {"page": page, "crumbs": crumbs})
