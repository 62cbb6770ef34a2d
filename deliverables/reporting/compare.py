"""Two reports of one deliverable side by side, for whoever may read them."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from agreements.trail import trail
from coopportal.query import page_moment
from deliverables.pages.deliverable import deliverables_with_context
from deliverables.pages.two_reports import ONE, OTHER, two_reports


@require_safe
def reports(request: HttpRequest, slug: str) -> HttpResponse:
    """``?mot=&hai=`` name two reports by their keys; without them the two newest are compared."""
    moment = page_moment(request, ONE, OTHER)
    row = get_object_or_404(deliverables_with_context(), slug=slug)
    page = two_reports(request, row, moment)
    crumbs = trail(moment, (row, row.title), _("Đối chiếu hai báo cáo"))
    return render(request, "deliverables/reports_compared.html", {"page": page, "crumbs": crumbs})
