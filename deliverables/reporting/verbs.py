"""One act on one report a view: post, act, go on. A GET of any of them is a 405."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from deliverables import actions, permissions
from deliverables.forms import CommentForm, DisputeForm, ReturnForm
from deliverables.pages.letters import letter_of
from deliverables.pages.outcomes import Told, tell
from deliverables.pages.report import reports_with_context
from deliverables.reporting.answers import (
    actor,
    allow,
    go_on,
    own_draft,
    report_or_404,
    representatives_only,
)
from deliverables.reporting.report import shown


def _tell(request: HttpRequest, report: Any, text: str, *, letter: bool = True) -> None:
    told = reports_with_context().get(pk=report.pk) if letter else report
    url = reverse("report", args=[report.uid])
    message = letter_of(request, told) if letter else ""
    tell(request, [Told(text, url=url, title=report.deliverable.title)], message)


def _once(request: HttpRequest, report: Any, act: Callable[[], Any]) -> None:
    """Carry out an act once for each form: pressed twice, it is neither done twice nor a conflict."""
    asked = "|".join(f"{name}={text}" for name, text in sorted(request.POST.items()))
    digest = hashlib.sha256(f"{request.path}|{asked}".encode()).hexdigest()

    def done() -> Any:
        act()
        return report

    key = request.POST.get("khoa", "")[:60]
    actions.once(done, by=actor(request), key=key and f"{key}-{report.pk}", digest=digest)


@require_POST
@representatives_only
def confirm(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    report, _mandate = report_or_404(request, uid)
    _once(request, report, lambda: actions.confirm(report, by=actor(request)))
    _tell(request, report, _("đã xác nhận; số liệu chính thức từ bây giờ."))
    return go_on(request, reverse("report", args=[uid]))


@require_POST
@representatives_only
def send_back(request: HttpRequest, uid: uuid.UUID) -> HttpResponseBase:
    report, mandate = report_or_404(request, uid)
    allow(permissions.can_decide, request, report)
    form = ReturnForm(request.POST, prefix=f"tl{report.pk}", own=mandate.own)
    if not form.is_valid():
        return shown(request, report, mandate, return_form=form)
    _once(request, report, lambda: actions.send_back(report, by=actor(request), reason=form.told))
    _tell(request, report, _("đã trả lại kèm lý do."))
    return go_on(request, reverse("report", args=[uid]))


@require_POST
@representatives_only
def dispute(request: HttpRequest, uid: uuid.UUID) -> HttpResponseBase:
    report, mandate = report_or_404(request, uid)
    allow(permissions.can_decide, request, report)
    form = DisputeForm(request.POST, report=report)
    if not form.is_valid():
        return shown(request, report, mandate, dispute_form=form)
    _once(
        request,
        report,
        lambda: actions.dispute(
            report,
            by=actor(request),
            reason=form.told,
            counter_stage=form.counter_stage,
            counter_figures=form.counter_figures,
        ),
    )
    _tell(request, report, _("đã ghi ý kiến không đồng ý; cả hai con số cùng hiện."))
    return go_on(request, reverse("report", args=[uid]))


@require_POST
@representatives_only
def withdraw(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    report, _mandate = report_or_404(request, uid)
    _once(request, report, lambda: actions.withdraw(report, by=actor(request)))
    _tell(request, report, _("đã rút lại."), letter=False)
    return go_on(request, reverse("work"))


@require_POST
@representatives_only
def revise(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    """A new draft filled in with what the report says; asked twice, the same draft."""
    report, _mandate = report_or_404(request, uid)
    draft = actions.revise(report, by=actor(request))
    return redirect("report-edit", uid=draft.uid)


@require_POST
@representatives_only
def discard(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    report, _mandate = report_or_404(request, uid)
    own_draft(request, report)
    version = request.POST.get("v", "")
    actions.discard_draft(
        report, by=actor(request), version=int(version) if version.isdecimal() else None
    )
    tell(request, [Told(_("đã xóa bản nháp."), title=report.deliverable.title)])
    return go_on(request, reverse("work"))


@require_POST
@representatives_only
def comment(request: HttpRequest, uid: uuid.UUID) -> HttpResponseBase:
    report, mandate = report_or_404(request, uid)
    form = CommentForm(request.POST)
    if not form.is_valid():
        return shown(request, report, mandate, comment_form=form)
    text = form.cleaned_data["text"]
    _once(request, report, lambda: actions.comment(report, by=actor(request), text=text))
    return redirect(reverse("report", args=[uid]) + "#trao-doi")
