"""Pages of signing what comes next: proposals of both sides, the form of one, one with what may be done."""

from __future__ import annotations

import uuid
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from agreements.models import Agreement
from coopportal.files.kinds import ACCEPT
from coopportal.pagination import PAGE_PARAMETER, page_of
from coopportal.query import check_query
from deliverables.actions import signing
from deliverables.choices import ProposalState
from deliverables.forms.proposal import ProposalReturnForm
from deliverables.models import Proposal
from deliverables.pages.mandates import Mandate
from deliverables.pages.outcomes import Told, take, tell
from deliverables.pages.proposal import phases_in_force, proposal_page, proposal_title
from deliverables.reporting.answers import actor, mandates_or_403, representatives_only

_PER_PAGE = 20


@require_safe
@representatives_only
def proposals(request: HttpRequest) -> HttpResponseBase:
    """What both sides have proposed, the latest first, and where one may propose something."""
    check_query(request, PAGE_PARAMETER)
    mandates = mandates_or_403(request.user)
    rows = Proposal.objects.visible_to(request.user).with_context()
    page = page_of(request, rows.order_by("-saved_at", "-pk"), per_page=_PER_PAGE)
    context = {
        "page": page,
        "rows": [(row, proposal_title(row)) for row in page],
        "mandates": mandates,
        "running": phases_in_force(mandates),
        "results": take(request),
        "crumbs": [(_("Việc của tôi"), reverse("work")), (_("Ký kết"), "")],
    }
    return render(request, "deliverables/proposals.html", context)


def sent(request: HttpRequest, row: Proposal, mandate: Mandate) -> HttpResponse:
    try:
        signing.send(row, by=actor(request))
    except ValidationError as refusal:
        row = Proposal.objects.with_context().get(pk=row.pk)
        return shown(request, row, mandate, problems=refusal.messages, status=422)
    text = _("đã gửi %s xem xét.") % mandate.other
    tell(request, [Told(text, title=proposal_title(row))])
    return redirect("proposal", uid=row.uid)


@require_safe
@representatives_only
def proposal(request: HttpRequest, uid: uuid.UUID) -> HttpResponseBase:
    """What is proposed, beside what stands; to accept it or to return it for whose turn it is."""
    check_query(request)
    row, mandate = proposal_or_404(request, uid)
    return shown(request, row, mandate)


@require_POST
@representatives_only
def send(request: HttpRequest, uid: uuid.UUID) -> HttpResponseBase:
    row, mandate = proposal_or_404(request, uid)
    return sent(request, row, mandate)


@require_POST
@representatives_only
def accept(request: HttpRequest, uid: uuid.UUID) -> HttpResponseBase:
    row, mandate = proposal_or_404(request, uid)
    if _done_already(row, ProposalState.ACCEPTED, request):
        return redirect("proposal", uid=uid)
    try:
        signing.accept(row, by=actor(request))
    except ValidationError as refusal:
        row = Proposal.objects.with_context().get(pk=row.pk)
        return shown(request, row, mandate, problems=refusal.messages, status=422)
    made: Any = row.made_phase
    text = _("đã đồng ý; có hiệu lực từ bây giờ.")
    tell(request, [Told(text, url=made.get_absolute_url(), title=proposal_title(row))])
    return redirect("proposal", uid=uid)


@require_POST
@representatives_only
def send_back(request: HttpRequest, uid: uuid.UUID) -> HttpResponseBase:
    row, mandate = proposal_or_404(request, uid)
    form = ProposalReturnForm(request.POST)
    if _done_already(row, ProposalState.RETURNED, request):
        return redirect("proposal", uid=uid)
    signing.check_turn(row, by=actor(request))
    if not form.is_valid():
        return shown(request, row, mandate, return_form=form, status=422)
    signing.send_back(row, by=actor(request), reason=form.cleaned_data["reason"])
    tell(request, [Told(_("đã trả lại kèm lý do."), title=proposal_title(row))])
    return redirect("proposal", uid=uid)


@require_POST
@representatives_only
def withdraw(request: HttpRequest, uid: uuid.UUID) -> HttpResponseBase:
    row, _mandate = proposal_or_404(request, uid)
    if _done_already(row, ProposalState.WITHDRAWN, request):
        return redirect("proposal", uid=uid)
    signing.withdraw(row, by=actor(request))
    tell(request, [Told(_("đã rút lại."), title=proposal_title(row))])
    return redirect("proposal", uid=uid)


@require_POST
@representatives_only
def begin_again(request: HttpRequest, uid: uuid.UUID) -> HttpResponseBase:
    """A new draft with the words of one that came back or was withdrawn."""
    row, _mandate = proposal_or_404(request, uid)
    draft = signing.begin_again(row, by=actor(request))
    return redirect("proposal-edit", uid=draft.uid)


@require_POST
@representatives_only
def discard(request: HttpRequest, uid: uuid.UUID) -> HttpResponseBase:
    row, _mandate = proposal_or_404(request, uid)
    title = proposal_title(row)
    signing.discard(row, by=actor(request))
    tell(request, [Told(_("đã xóa bản nháp."), title=title)])
    return redirect("proposals")


def _done_already(row: Proposal, state: ProposalState, request: HttpRequest) -> bool:
    """Pressed twice, it is neither done twice nor a conflict."""
    return row.state == state and row.decided_by_id == actor(request).pk


def mandate_of(request: HttpRequest, agreement: Agreement) -> Mandate:
    for mandate in mandates_or_403(request.user):
        if mandate.agreement.pk == agreement.pk:
            return mandate
    raise PermissionDenied(_("Chỉ người đại diện một bên của thỏa thuận này mới đề nghị được."))


def draft_or_refused(request: HttpRequest, uid: uuid.UUID) -> tuple[Proposal, Mandate]:
    """A draft of one's own side: the other side gets 403, what is no draft any more 409."""
    row, mandate = proposal_or_404(request, uid)
    if mandate.side != row.side:
        raise PermissionDenied
    if row.state != ProposalState.DRAFT:
        raise signing.ProposalConflictError(row)
    return row, mandate


def proposal_or_404(request: HttpRequest, uid: uuid.UUID) -> tuple[Proposal, Mandate]:
    """A proposal that this user may see; whoever was entered on both sides may do nothing with it."""
    rows = Proposal.objects.visible_to(request.user).with_context()
    row = get_object_or_404(rows, uid=uid)
    return row, mandate_of(request, row.agreement)


def shown(
    request: HttpRequest,
    row: Proposal,
    mandate: Mandate,
    *,
    problems: Any = (),
    return_form: Any = None,
    file_error: str = "",
    status: int = 200,
) -> HttpResponse:
    """The page of a proposal; with what was refused beside the box or above everything."""
    context = {
        "page": proposal_page(row, mandate, request.user),
        "problems": problems,
        "file_error": file_error,
        "accept": ACCEPT,
        "return_form": return_form or ProposalReturnForm(),
        "results": take(request),
        "crumbs": [
            (_("Việc của tôi"), reverse("work")),
            (_("Ký kết"), reverse("proposals")),
            (proposal_title(row), ""),
        ],
    }
    return render(request, "deliverables/proposal.html", context, status=status)
