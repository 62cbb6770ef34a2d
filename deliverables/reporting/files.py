"""Files of reports and of filed documents: attached, taken away, handed out. One act a view."""

from __future__ import annotations

import uuid

from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from agreements.models import SourceFile
from agreements.storing import NotStoredError
from coopportal.bodies import takes_files
from coopportal.files.handing_out import hand_out
from coopportal.query import check_query
from deliverables import actions
from deliverables.models import EvidenceFile
from deliverables.pages.outcomes import Told, tell
from deliverables.pages.report_form import FILE_BOX
from deliverables.reporting.answers import (
    actor,
    own_draft,
    report_or_404,
    representatives_only,
)
from deliverables.reporting.report import shown


@takes_files
@require_POST
@representatives_only
def attach(request: HttpRequest, uid: uuid.UUID) -> HttpResponseBase:
    """One file for a draft; what is not taken is told beside the box."""
    report, mandate = report_or_404(request, uid)
    own_draft(request, report)
    upload = request.FILES.get(FILE_BOX)
    if upload is None:
        return shown(request, report, mandate, file_error=_("Chọn một tệp trước khi bấm nút."))
    try:
        row = actions.attach_upload(
            report, by=actor(request), upload=upload, version=_version(request)
        )
    except ValidationError as refusal:
        return shown(request, report, mandate, file_error=" ".join(refusal.messages))
    except NotStoredError as failure:
        answer = shown(request, report, mandate, file_error=str(failure))
        answer.status_code = 507
        return answer
    text = _("đã đính kèm tệp %(name)s.") % {"name": row.name}
    tell(request, [Told(text, title=report.deliverable.title)])
    return redirect(reverse("report", args=[uid]) + "#minh-chung")


@require_POST
@representatives_only
def detach(request: HttpRequest, uid: uuid.UUID, sha256: str) -> HttpResponse:
    report, _mandate = report_or_404(request, uid)
    own_draft(request, report)
    row = get_object_or_404(
        EvidenceFile.objects.select_related("report__deliverable", "stored"),
        report=report,
        stored__sha256=sha256,
    )
    actions.detach_file(row, by=actor(request), version=_version(request))
    text = _("đã gỡ tệp %(name)s.") % {"name": row.name}
    tell(request, [Told(text, title=report.deliverable.title)])
    return redirect(reverse("report", args=[uid]) + "#minh-chung")


@require_safe
@login_required
def file(request: HttpRequest, uid: uuid.UUID, sha256: str) -> HttpResponseBase:
    """The file itself, for those who represent either side; for anybody else there is none."""
    check_query(request)
    seen = EvidenceFile.objects.visible_to(actor(request)).select_related("stored")
    row = get_object_or_404(seen, report__uid=uid, stored__sha256=sha256)
    return hand_out(request, str(row.stored.file), name=row.name, kind=row.stored.kind)


@require_safe
@login_required
def of_source(request: HttpRequest, slug: str) -> HttpResponseBase:
    """The text of a document that a side filed, for those who represent either side."""
    check_query(request)
    seen = SourceFile.objects.visible_to(actor(request)).select_related("stored")
    row = get_object_or_404(seen, source__slug=slug)
    return hand_out(request, str(row.stored.file), name=row.name, kind=row.stored.kind)


def _version(request: HttpRequest) -> int:
    """Which save of the draft was on the page."""
    text = request.POST.get("v", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else 0
