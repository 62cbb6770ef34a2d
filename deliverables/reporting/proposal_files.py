"""The signed document of a proposal as a file: attached, taken away, handed out. One act a view."""

from __future__ import annotations

import uuid

from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from agreements.storing import NotStoredError
from coopportal.bodies import takes_files
from coopportal.files.handing_out import hand_out
from coopportal.query import check_query
from deliverables.actions import signing
from deliverables.models import Proposal, ProposalFile
from deliverables.pages.outcomes import Told, tell
from deliverables.pages.proposal import proposal_title
from deliverables.pages.report_form import FILE_BOX
from deliverables.reporting.answers import actor, representatives_only
from deliverables.reporting.signing import draft_or_refused, shown


@takes_files
@require_POST
@representatives_only
def attach(request: HttpRequest, uid: uuid.UUID) -> HttpResponseBase:
    """The file of a draft; one that was there before makes way. What is not taken is told beside the box."""
    row, mandate = draft_or_refused(request, uid)
    upload = request.FILES.get(FILE_BOX)
    if upload is None:
        error = _("Chọn một tệp trước khi bấm nút.")
        return shown(request, row, mandate, file_error=error, status=422)
    try:
        kept = signing.attach(row, by=actor(request), upload=upload)
    except ValidationError as refusal:
        if not row.signs:  # there is no box to tell it beside
            return shown(request, row, mandate, problems=refusal.messages, status=422)
        error = " ".join(refusal.messages)
        return shown(request, row, mandate, file_error=error, status=422)
    except NotStoredError as failure:
        return shown(request, row, mandate, file_error=str(failure), status=507)
    text = _("đã đính kèm tệp %(name)s.") % {"name": kept.name}
    tell(request, [Told(text, title=proposal_title(row))])
    return redirect(reverse("proposal", args=[uid]) + "#van-ban")


@require_POST
@representatives_only
def detach(request: HttpRequest, uid: uuid.UUID) -> HttpResponse:
    row, _mandate = draft_or_refused(request, uid)
    signing.detach(row, by=actor(request))
    tell(request, [Told(_("đã gỡ tệp."), title=proposal_title(row))])
    return redirect(reverse("proposal", args=[uid]) + "#van-ban")


@require_safe
@login_required
def file(request: HttpRequest, uid: uuid.UUID) -> HttpResponseBase:
    """The file itself, for whoever may read the proposal; for anybody else there is none."""
    check_query(request)
    seen = Proposal.objects.visible_to(request.user)
    rows = ProposalFile.objects.filter(proposal__in=seen).select_related("stored")
    row = get_object_or_404(rows, proposal__uid=uid)
    return hand_out(request, str(row.stored.file), name=row.name, kind=row.stored.kind)
