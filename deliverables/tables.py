"""Reading pages across agreements: deliverables, figures, official changes, two phases side by side."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from agreements.told import has_begun
from agreements.trail import trail
from coopportal.clock import Moment
from coopportal.lists import csv_asked, listing_of
from coopportal.query import page_moment
from deliverables.filters import (
    ChangeFilterSet,
    DeliverableFilterSet,
    based_on,
    figures_at,
)
from deliverables.pages.changes import COLUMNS as CHANGE_COLUMNS, changes_told, with_what_changed
from deliverables.pages.compare import (
    LEFT_PARAMETER,
    RIGHT_PARAMETER,
    asked_slugs,
    choices_at,
    compare_page,
    phases_by_slug,
)
from deliverables.pages.deliverables import (
    COLUMNS as DELIVERABLE_COLUMNS,
    OFFERED,
    agreement_choices,
    system_choices,
    with_their_places,
    with_what_they_came_to,
)
from deliverables.pages.figures import (
    COLUMNS as FIGURE_COLUMNS,
    indicator_choices,
    with_what_they_rest_on,
)
from deliverables.summaries.totals.health import with_health


@require_safe
def deliverables(request: HttpRequest) -> HttpResponseBase:
    """Everything undertaken, narrowed and sorted as asked; the API's filters by the API's names."""
    listing = listing_of(
        request,
        DeliverableFilterSet,
        columns=DELIVERABLE_COLUMNS,
        name="hang-muc",
        rows=lambda found: with_their_places(with_health(found, _based_on(request))),
        # What hangs on a row rests on the same reports as the row.
        shape=lambda rows, _moment: with_what_they_came_to(
            rows, _based_on(request), cited=csv_asked(request)
        ),
    )
    if listing.csv_asked:
        return listing.as_csv()
    context = {
        "list": listing,
        "rows": [(row, row.latest_report, row.standing_figures) for row in listing.shown],
        "agreements": agreement_choices(),
        "systems": system_choices(),
        "also": listing.also_narrowed(*OFFERED),
        "crumbs": trail(listing.moment, _("Hạng mục")),
    }
    return render(request, "deliverables/deliverables.html", context)


def _based_on(request: HttpRequest) -> Moment:
    return based_on(Moment.from_query(request.GET), request.GET.get("basis"))


@require_safe
def figures(request: HttpRequest) -> HttpResponseBase:
    """Every figure that stands: of each deliverable and indicator the latest official number."""
    listing = listing_of(
        request,
        figures_at(Moment.from_query(request.GET)),
        columns=FIGURE_COLUMNS,
        name="so-lieu",
        rows=lambda found: found.only("pk"),
        shape=with_what_they_rest_on,
    )
    if listing.csv_asked:
        return listing.as_csv()
    context = {
        "list": listing,
        "agreements": agreement_choices(),
        "indicators": indicator_choices(),
        "also": listing.also_narrowed("q", "agreement", "indicator", "standing"),
        "crumbs": trail(listing.moment, _("Số liệu")),
    }
    return render(request, "deliverables/figures.html", context)


@require_safe
def changes(request: HttpRequest) -> HttpResponseBase:
    """The log of what became or ceased to be official, latest first."""
    listing = listing_of(
        request,
        ChangeFilterSet,
        columns=CHANGE_COLUMNS,
        name="thay-doi",
        rows=lambda found: with_what_changed(found).order_by("-seq"),
    )
    if listing.csv_asked:
        return listing.as_csv()
    context = {
        "list": listing,
        "rows": changes_told(list(listing.page), listing.moment),
        "agreements": agreement_choices(),
        "also": listing.also_narrowed("agreement", "kind"),
        "crumbs": trail(listing.moment, _("Nhật ký số liệu chính thức")),
    }
    return render(request, "deliverables/changes.html", context)


@require_safe
def compare(request: HttpRequest) -> HttpResponse:
    """Two phases side by side, of one partner or of two; until both are chosen, the form to choose them."""
    moment = page_moment(request, LEFT_PARAMETER, RIGHT_PARAMETER)
    left, right = asked_slugs(request.GET)
    context: dict[str, Any] = {"left": left, "right": right, "choices": choices_at(moment)}
    if left and right:
        one, other = context["phases"] = phases_by_slug(left, right)
        context["unbegun"] = [row for row in (one, other) if not has_begun(row, moment.as_of)]
        if not context["unbegun"]:
            context["page"] = compare_page(one, other, moment, request.user)
    context["crumbs"] = trail(moment, _("So sánh hai giai đoạn"))
    return render(request, "deliverables/compare.html", context)
