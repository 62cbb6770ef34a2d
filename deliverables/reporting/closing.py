"""Pages of reporting periods for those who represent a side: all of a phase; one, with what is missing."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from agreements.periods import follow_term
from agreements.trail import trail
from coopportal.clock import Moment, today
from deliverables.pages.outcomes import Told, take, tell
from deliverables.pages.period import (
    STATE,
    period_page,
    period_visible_to,
    periods_page,
    phase_visible_to,
)
from deliverables.reporting.answers import actor


@require_safe
@login_required
def periods(request: HttpRequest, slug: str) -> HttpResponse:
    """The periods of a phase, the latest first."""
    phase = phase_visible_to(request.user, slug)
    context = {
        "view": periods_page(request, phase, today()),
        "results": take(request),
        "crumbs": trail(Moment.now(), ("agreements", _("Đối tác")), phase, _("Kỳ báo cáo")),
    }
    return render(request, "deliverables/periods.html", context)


@require_POST
@login_required
def go_on(request: HttpRequest, slug: str) -> HttpResponse:
    """Make the further periods of the kinds that both sides agreed on; pressed twice, they are made once."""
    phase = phase_visible_to(request.user, slug)
    title = _("Kỳ báo cáo")
    try:
        made = follow_term(phase, by=actor(request))
    except ValidationError as refused:
        told = Told(" ".join(refused.messages), ok=False, title=title)
    else:
        text = _("đã lập thêm %d kỳ.") % made.added
        told = Told(text if made.added else _("đã có đủ, không lập thêm kỳ nào."), title=title)
    tell(request, [told])
    return redirect("periods", slug=slug)


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
