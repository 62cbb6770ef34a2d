"""What awaits my side's verdict: the queue, several at once, and the mark of having looked."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from coopportal.clock import now, today
from coopportal.pagination import PAGE_PARAMETER
from coopportal.query import check_query
from deliverables import actions
from deliverables.forms import ReturnForm
from deliverables.pages.letters import letter_of_many
from deliverables.pages.outcomes import Results, Told, take, tell
from deliverables.pages.proposal import proposals_awaiting
from deliverables.pages.report import reports_with_context
from deliverables.pages.review import PARAMETERS, Review
from deliverables.reporting.answers import actor, mandates_or_403, new_key, representatives_only
from deliverables.summaries.deadlines import deadlines_of


@require_http_methods(["GET", "HEAD", "POST"])
@representatives_only
def review(request: HttpRequest) -> HttpResponseBase:
    """The queue; posted to, several reports are confirmed or returned together, each with its own result."""
    check_query(request, *PARAMETERS, PAGE_PARAMETER)
    owns = {mandate.own for mandate in mandates_or_403(request.user)}
    own = owns.pop() if len(owns) == 1 else ""
    if request.method == "POST":
        return _several(request, own)
    return _page(request, ReturnForm(prefix="nhieu", own=own))


def _page(
    request: HttpRequest,
    many_form: ReturnForm,
    *,
    results: Results | None = None,
    status: int = 200,
) -> HttpResponse:
    queue = Review(request)
    context = {
        "queue": queue,
        "deadlines": deadlines_of(
            [mandate.agreement.pk for mandate in queue.mandates], today(), actor(request)
        ),
        "many_form": many_form,
        "proposals": proposals_awaiting(request.user),
        "results": results or take(request),
        "request_key": new_key(),
        "opened_at": now().isoformat(),
    }
    return render(request, "deliverables/review.html", context, status=status)


def _several(request: HttpRequest, own: str) -> HttpResponse:
    form = ReturnForm(request.POST, prefix="nhieu", own=own)
    returning = request.POST.get("lam") == "tra-lai"
    reports = _chosen(request)
    if not reports:
        told = Results((Told(_("Chưa chọn dòng nào. Đánh dấu ở đầu dòng rồi bấm lại."), ok=False),))
        return _page(
            request,
            form if returning else ReturnForm(prefix="nhieu", own=own),
            results=told,
            status=422,
        )
    if returning and not form.is_valid():
        return _page(request, form, status=422)
    if returning:
        outcomes = actions.send_back_many(reports, by=actor(request), reason=form.told)
        done = _("đã trả lại kèm lý do.")
    else:
        outcomes = actions.confirm_many(reports, by=actor(request))
        done = _("đã xác nhận; số liệu chính thức từ bây giờ.")
    moved = [outcome.report.pk for outcome in outcomes if outcome.ok]
    letter = letter_of_many(request, list(reports_with_context().filter(pk__in=moved)))
    tell(request, [told_of(outcome, done) for outcome in outcomes], letter if returning else "")
    return redirect(request.get_full_path())


def _chosen(request: HttpRequest) -> list[Any]:
    """The reports ticked, as far as this user may see them; what is no key is no report."""
    keys = []
    for text in request.POST.getlist("chon"):
        try:
            keys.append(uuid.UUID(text))
        except ValueError:
            continue
    rows = reports_with_context().visible_to(request.user).filter(uid__in=keys)
    return list(rows.order_by("submitted_at", "pk"))


def told_of(outcome: Any, done: str) -> Told:
    """One line of the results: done, or why not."""
    report = outcome.report
    return Told(
        done if outcome.ok else outcome.problem,
        ok=outcome.ok,
        url=reverse("report", args=[report.uid]),
        title=report.deliverable.title,
    )


@require_POST
@representatives_only
def seen(request: HttpRequest) -> HttpResponse:
    """From here on "mới từ lần xem trước" counts."""
    mandates_or_403(request.user)
    actions.mark_queue_seen(by=actor(request), at=_opened_at(request))
    tell(request, [Told(_("Đã ghi: anh, chị đã xem hàng chờ đến đây."))])
    return redirect("review")


def _opened_at(request: HttpRequest) -> dt.datetime:
    """When the page was made: what arrived since has not been seen yet."""
    try:
        opened = dt.datetime.fromisoformat(request.POST.get("den", ""))
    except ValueError:
        return now()
    return min(opened, now()) if opened.tzinfo else now()
