"""What I have to report: the quick-update sheet, with what came back above it."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from agreements.choices import SystemFamily
from coopportal.clock import today
from coopportal.context import with_query
from coopportal.pagination import PAGE_PARAMETER
from coopportal.query import check_query
from deliverables import actions
from deliverables.choices import ReportState
from deliverables.forms import DayForm
from deliverables.forms.figure import read_for
from deliverables.models import Indicator
from deliverables.pages.desk import desk_of
from deliverables.pages.letters import letter_of_many
from deliverables.pages.outcomes import Results, Told, take, tell
from deliverables.pages.proposal import proposals_of_own_side
from deliverables.pages.report import reports_with_context
from deliverables.pages.sheet import Sheet, keeping_the_rest
from deliverables.pages.sheet_rows import AGREEMENT, FAMILY, SYSTEM, Group
from deliverables.pages.two_drafts import TwoDrafts, two_drafts
from deliverables.reporting.answers import (
    actor,
    mandates_or_403,
    new_key,
    representatives_only,
    stale,
)
from deliverables.summaries.deadlines import deadlines_of


@require_http_methods(["GET", "HEAD", "POST"])
@representatives_only
def work(request: HttpRequest) -> HttpResponseBase:
    """Returned first, then drafts and the sheet; posted to, the sheet is kept, and sent where asked."""
    check_query(request, AGREEMENT, SYSTEM, FAMILY, PAGE_PARAMETER)
    mandates_or_403(request.user)
    if request.method == "POST":
        return _posted(request)
    return _page(request, Sheet(request), DayForm())


@require_safe
@representatives_only
def read_figure(request: HttpRequest) -> JsonResponse:
    """``?chi-tieu=&so=``: how a figure is read, for the cell it was typed in; nothing is kept."""
    check_query(request, "chi-tieu", "so")
    mandates_or_403(request.user)
    indicator = get_object_or_404(Indicator, key=request.GET.get("chi-tieu", ""))
    reading = read_for(indicator, request.GET.get("so", ""))
    return JsonResponse({"text": reading.text, "warning": reading.warning, "error": reading.error})


def _page(
    request: HttpRequest,
    sheet: Sheet,
    day_form: DayForm,
    *,
    results: Results | None = None,
    status: int = 200,
) -> HttpResponse:
    drafts = [group.draft.pk for group in sheet.groups if group.draft]
    context = {
        "sheet": sheet,
        "day_form": day_form,
        "desk": desk_of(request, sheet.mandates, drafts),
        "families": SystemFamily.choices,
        "proposals": proposals_of_own_side(request.user),
        "deadlines": deadlines_of(
            [mandate.agreement.pk for mandate in sheet.mandates], today(), actor(request)
        ),
        "results": results or take(request),
        "request_key": new_key(),
    }
    return render(request, "deliverables/work.html", context, status=status)


def _posted(request: HttpRequest) -> HttpResponse:
    data: QueryDict = request.POST
    day_form = DayForm(data)
    if "giu-het" in data:
        data = keeping_the_rest(Sheet(request, data))
    sheet = Sheet(request, data)
    if not day_form.is_valid():
        return _page(request, sheet, day_form, status=422)
    kept, pairs = _keep(request, sheet, day_form)
    if pairs:
        message = str(actions.StaleDraftError(pairs[0].report))
        return stale(request, message, pairs)
    lines, letter = _send(request, sheet) if "gui" in data else (_kept_told(kept), "")
    if any(group.state == "bad" or group.conflict for group in sheet.groups):
        results = Results(tuple(lines), letter) if lines else None
        return _page(request, sheet, day_form, results=results, status=422)
    lines += _sent_already(sheet)
    if not lines and "gui" in data:
        lines = [Told(_("Chưa nhập dòng nào, nên không có gì để gửi."), ok=False)]
    tell(request, lines, letter)
    return redirect(_onward(request))


def _sent_already(sheet: Sheet) -> list[Told]:
    """Rows of the page that had been sent when it arrived: pressed twice, or sent by a colleague."""
    return [
        Told(
            _(
                "đã bị trả lại trong lúc này, điều vừa nhập chưa được lưu; hãy sửa báo cáo đã trả lại."
            )
            if report.state == ReportState.RETURNED
            else _("đã gửi trước đó, đang chờ ý kiến."),
            ok=report.state != ReportState.RETURNED,
            url=reverse("report", args=[report.uid]),
            title=report.deliverable.title,
        )
        for report in sheet.sent_meanwhile
    ]


def _onward(request: HttpRequest) -> str:
    """Where the browser goes next: another page or another narrowing where that was asked."""
    query: QueryDict = request.GET.copy()
    if "loc" in request.POST:
        query = QueryDict(mutable=True)
        asked = {name: request.POST.get(name, "") for name in (AGREEMENT, SYSTEM, FAMILY)}
        query.update({name: word for name, word in asked.items() if word})
    if page := request.POST.get("sang", ""):
        query[PAGE_PARAMETER] = page
    return with_query(reverse("work"), query)


def _kept_told(kept: list[Group]) -> list[Told]:
    return [
        Told(
            " ".join([_("đã lưu nháp."), *group.form.warnings.values()]),
            title=group.deliverable.title,
        )
        for group in kept
    ]


def _keep(
    request: HttpRequest, sheet: Sheet, day_form: DayForm
) -> tuple[list[Group], list[TwoDrafts]]:
    """Keep every row that can stand as a draft; the others stay as they were typed."""
    groups = sheet.to_keep
    day = day_form.cleaned_data["ngay"]
    rows = [
        actions.SheetRow(
            group.deliverable,
            group.form.said(group.draft.as_of if group.draft else day),
            group.draft,
            group.version if group.draft else None,
        )
        for group in groups
    ]
    outcomes = actions.save_sheet(rows, by=actor(request)) if rows else []
    pairs: list[TwoDrafts] = []
    for group, outcome in zip(groups, outcomes, strict=True):
        if outcome.report is not None:
            group.draft, group.version, group.kept = outcome.report, outcome.report.version, True
        elif isinstance(refusal := outcome.refusal, actions.StaleDraftError):
            pair = two_drafts(refusal.report, refusal.said, request.POST)
            if pair.same:  # the same form, pressed twice
                group.draft, group.version, group.kept = (
                    refusal.report,
                    refusal.report.version,
                    True,
                )
            else:
                pairs.append(pair)
        elif outcome.errors:
            group.form.refuse(ValidationError(dict(outcome.errors)))
        else:
            group.conflict = outcome.problem
    return [group for group in groups if group.kept], pairs


def _send(request: HttpRequest, sheet: Sheet) -> tuple[list[Told], str]:
    """Send every row that is ready, each with its own result."""
    ready = [group for group in sheet.groups if group.sends]
    receivers = {group.draft.pk: group.mandate.other for group in ready}
    outcomes = actions.submit_many([group.draft for group in ready], by=actor(request))
    sent = [outcome.report.pk for outcome in outcomes if outcome.ok]
    sheet.forget({outcome.report.deliverable_id for outcome in outcomes if outcome.ok})
    lines = [
        Told(
            _("đã gửi %s xác nhận.") % receivers[outcome.report.pk]
            if outcome.ok
            else outcome.problem,
            ok=outcome.ok,
            url=reverse("report", args=[outcome.report.uid]),
            title=outcome.report.deliverable.title,
        )
        for outcome in outcomes
    ]
    return lines, letter_of_many(request, list(reports_with_context().filter(pk__in=sent)))
