"""Pages of reporting periods for those who represent a side: all of a phase; one, with what is missing."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from agreements.trail import trail
from coopportal.clock import Moment, today
from deliverables.pages.period import (
    STATE,
    period_page,
    period_visible_to,
    periods_page,
    phase_visible_to,
)


@require_safe
@login_required
def periods(request: HttpRequest, slug: str) -> HttpResponse:
    """The periods of a phase, the latest first."""
    phase = phase_visible_to(request.user, slug)
    context = {
        "phase": phase,
        "page": periods_page(request, phase, today()),
        "crumbs": trail(Moment.now(), ("agreements", _("Đối tác")), phase, _("Kỳ báo cáo")),
    }
    return render(request, "deliverables/periods.html", context)


@require_safe
@login_required
def period(request: HttpRequest, slug: str, key: str) -> HttpResponse:
    """One period: what is confirmed, what waits, what is missing, what is disputed."""
    found = period_visible_to(request.user, slug, key)
    context = {
        "view": period_page(request, found, today()),
        "parameter": STATE,
        "crumbs": trail(Moment.now(), ("agreements", _("Đối tác")), found.phase, found.name),
    }
    return render(request, "deliverables/period.html", context)
