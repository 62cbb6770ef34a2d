"""One report: its page, and the form in which it is written."""

from __future__ import annotations

import uuid
from typing import Any

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from agreements.storing import NotStoredError, storing
from coopportal.bodies import takes_files
from coopportal.files.kinds import ACCEPT
from coopportal.query import check_query
from deliverables import actions
from deliverables.forms import CommentForm
from deliverables.models import ProgressReport
from deliverables.pages.letters import letter_of
from deliverables.pages.outcomes import Told, take, tell
from deliverables.pages.report import report_page, reports_with_context
from deliverables.pages.report_form import (
    FILE_BOX,
    ReportFormPage,
    deliverables_to_report,
    report_form_page,
)
from deliverables.reporting.answers import (
    actor,
    agreement_or_404,
    new_key,
    own_draft,
    report_or_404,
    representatives_only,
)


@require_safe
@representatives_only
def report(request: HttpRequest, uid: uuid.UUID) -> HttpResponseBase:
    """What it says, what both sides did with it, what they talk about."""
    check_query(request)
    row, mandate = report_or_404(request, uid)
    return shown(request, row, mandate)


def shown(
    request: HttpRequest,
    row: Any,
    mandate: Any,
    *,
    comment_form: Any = None,
    file_error: str = "",
    **forms: Any,
) -> HttpResponse:
    """The page of a report; with a form that was refused, open and as it was typed."""
    page = report_page(row, mandate, request.user)
    refused = comment_form is not None or bool(forms or file_error)
    for name, form in forms.items():
        setattr(page.row, name, form)
    context = {
        "page": page,
        "results": take(request),
        "comment_form": comment_form or CommentForm(),
        "file_error": file_error,
        "accept": ACCEPT,
        "letter": letter_of(request, row),
        "request_key": new_key(),
        "crumbs": [
            (_("Việc của tôi"), reverse("work")),
            (row.deliverable.title, row.deliverable.get_absolute_url()),
            (_("Báo cáo"), ""),
        ],
    }
    return render(request, "deliverables/report.html", context, status=422 if refused else 200)


@takes_files
@require_http_methods(["GET", "HEAD", "POST"])
@representatives_only
def new(request: HttpRequest, slug: str) -> HttpResponseBase:
    """A first word on a deliverable as of a day."""
    check_query(request)
    deliverable = get_object_or_404(deliverables_to_report(), slug=slug)
    mandate = agreement_or_404(deliverable.agreement, request.user)
    if request.method != "POST":
        return _form(request, report_form_page(deliverable, mandate))
    page = report_form_page(deliverable, mandate, request.POST)
    key = request.POST.get("khoa", "")[:100]
    return _written(
        request,
        page,
        lambda said: actions.start_draft(
            deliverable, by=actor(request), said=said, request_key=key
        ),
    )


@takes_files
@require_http_methods(["GET", "HEAD", "POST"])
@representatives_only
def edit(request: HttpRequest, uid: uuid.UUID) -> HttpResponseBase:
    """A draft to go on with; somebody else's save in between is told (412)."""
    check_query(request)
    draft, mandate = report_or_404(request, uid)
    own_draft(request, draft)
    deliverable = deliverables_to_report().filter(pk=draft.deliverable_id).first()
    deliverable = deliverable or draft.deliverable
    if request.method != "POST":
        return _form(request, report_form_page(deliverable, mandate, draft=draft))
    version = request.POST.get("v", "")
    seen = int(version) if version.isascii() and version.isdigit() else 0
    page = report_form_page(deliverable, mandate, request.POST, draft=draft, version=seen)
    return _written(
        request,
        page,
        lambda said: actions.save_draft(draft, by=actor(request), said=said, version=seen),
    )


def _written(request: HttpRequest, page: ReportFormPage, keep: Any) -> HttpResponse:
    """Store what was typed, and send it where that was asked; what cannot stand is shown with the reason."""
    form, upload = page.form, request.FILES.get(FILE_BOX)
    if not form.is_valid() or (form.warnings and "gui" in request.POST):
        if upload:
            page.file_error = _("Tệp “%(name)s” chưa được lưu: chọn lại khi sửa xong.") % {
                "name": upload.name
            }
        return _form(request, page)
    try:
        draft = _kept(request, form.said(), upload, keep)
    except NotStoredError as failure:
        page.file_error = str(failure)
        return _form(request, page, status=507)
    except ValidationError as refusal:
        about = getattr(refusal, "error_dict", {})
        page.file_error = " ".join(ValidationError(about.pop("file", [])).messages)
        if about or not page.file_error:
            form.refuse(refusal)
        return _form(request, page)
    title = page.deliverable.title
    if "gui" not in request.POST:
        tell(request, [Told(_("đã lưu nháp."), title=title)])
        return redirect("report-edit", uid=draft.uid)
    if draft.submitted_at is None:
        actions.submit(draft, by=actor(request))
    sent = reports_with_context().get(pk=draft.pk)
    text = _("đã gửi %s xác nhận.") % page.mandate.other
    url = reverse("report", args=[draft.uid])
    tell(request, [Told(text, url=url, title=title)], letter_of(request, sent))
    return redirect("work")


def _kept(request: HttpRequest, said: Any, upload: Any, keep: Any) -> ProgressReport:
    """The draft with its file, both or neither."""
    draft: ProgressReport
    if upload is None:
        draft = keep(said)
        return draft
    with storing(upload) as handed_in:
        draft = keep(said)
        actions.attach_file(draft, by=actor(request), handed_in=handed_in, version=draft.version)
    return draft


def _form(request: HttpRequest, page: ReportFormPage, *, status: int = 422) -> HttpResponse:
    refused = page.form.is_bound
    context = {
        "page": page,
        "results": None if refused else take(request),
        "request_key": request.POST.get("khoa", "")[:100] or new_key(),
        "accept": ACCEPT,
        "crumbs": [
            (_("Việc của tôi"), reverse("work")),
            (page.deliverable.title, page.deliverable.get_absolute_url()),
            (_("Báo cáo số liệu"), ""),
        ],
    }
    return render(
        request, "deliverables/report_form.html", context, status=status if refused else 200
    )
