"""The form in which a side words a proposal: begun, gone on with, page by page of the deliverables there are.

Not here: proposals as they are read, sent and decided on (``reporting.signing``).
"""

from __future__ import annotations

import uuid
from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from agreements.models import Agreement, Phase
from coopportal.context import with_query
from coopportal.pagination import PAGE_PARAMETER
from coopportal.query import LONGEST_VALUE, check_query
from deliverables.actions import signing
from deliverables.choices import ProposalKind, ProposalState
from deliverables.forms.proposal import WORDS_PARAMETER, Grounds, ProposalForm, leaf_of
from deliverables.models import Proposal
from deliverables.pages.grounds import grounds_of
from deliverables.pages.mandates import Mandate
from deliverables.pages.outcomes import Told, tell
from deliverables.pages.proposal import proposal_title
from deliverables.reporting.answers import actor, representatives_only
from deliverables.reporting.signing import draft_or_refused, mandate_of, sent

#: Which of the deliverables there are stand on the form, and where on its page they do.
_LEAF, _LIST = (PAGE_PARAMETER, WORDS_PARAMETER), "#h-hm"


@require_http_methods(["GET", "HEAD", "POST"])
@representatives_only
def new_phase(request: HttpRequest, slug: str) -> HttpResponseBase:
    """The next phase of an agreement, or its first."""
    check_query(request, *_LEAF)
    agreement = get_object_or_404(Agreement, slug=slug)
    return _begun(request, ProposalKind.PHASE, agreement, None)


@require_http_methods(["GET", "HEAD", "POST"])
@representatives_only
def new_amendment(request: HttpRequest, slug: str) -> HttpResponseBase:
    """A signed change of a running phase."""
    return _begun_within(request, ProposalKind.AMENDMENT, slug)


@require_http_methods(["GET", "HEAD", "POST"])
@representatives_only
def new_additions(request: HttpRequest, slug: str) -> HttpResponseBase:
    """New deliverables, targets, due days and reporting periods within a running phase."""
    return _begun_within(request, ProposalKind.ADDITIONS, slug)


def _begun_within(request: HttpRequest, kind: ProposalKind, slug: str) -> HttpResponse:
    check_query(request, *_LEAF)
    phase = get_object_or_404(Phase.objects.select_related("agreement"), slug=slug)
    return _begun(request, kind, phase.agreement, phase)


def _begun(
    request: HttpRequest, kind: ProposalKind, agreement: Agreement, phase: Phase | None
) -> HttpResponse:
    mandate = mandate_of(request, agreement)
    grounds = grounds_of(kind, mandate.agreement, phase)
    if request.method != "POST":
        drafts = Proposal.objects.filter(agreement=agreement, side=mandate.side, kind=kind)
        draft = drafts.filter(state=ProposalState.DRAFT).first()
        if draft is not None:
            return redirect("proposal-edit", uid=draft.uid)
        form = ProposalForm(grounds, leaf=leaf_of(grounds, request.GET))
        return _form(request, form, grounds, mandate)

    def keep(form: ProposalForm) -> Proposal:
        return signing.begin(
            mandate.agreement, by=actor(request), kind=kind, said=form.said(), phase=phase
        )

    return _written(request, grounds, mandate, keep)


@require_http_methods(["GET", "HEAD", "POST"])
@representatives_only
def edit(request: HttpRequest, uid: uuid.UUID) -> HttpResponseBase:
    """A draft to go on with; somebody else's save in between is told, and nothing typed is lost (412)."""
    check_query(request, *_LEAF)
    draft, mandate = draft_or_refused(request, uid)
    grounds = grounds_of(ProposalKind(draft.kind), mandate.agreement, draft.phase)
    if request.method != "POST":
        said = signing.Proposed.read(draft.terms)
        form = ProposalForm(grounds, leaf=leaf_of(grounds, request.GET), said=said)
        return _form(request, form, grounds, mandate, draft)
    text = request.POST.get("v", "")
    version = int(text) if text.isascii() and text.isdigit() else 0

    def keep(form: ProposalForm) -> Proposal:
        signing.save(draft, by=actor(request), said=form.said(), version=version)
        return draft

    return _written(request, grounds, mandate, keep, draft)


def _written(
    request: HttpRequest,
    grounds: Grounds,
    mandate: Mandate,
    keep: Any,
    draft: Proposal | None = None,
) -> HttpResponse:
    """Store what was typed, and send it where that was asked; more rows only show the form again."""
    version = request.POST.get("v", "")
    leaf = leaf_of(grounds, request.GET, request.POST.get("dong", ""))
    said = signing.Proposed.read(draft.terms) if draft else None
    if more := request.POST.get("them", ""):
        form = ProposalForm(grounds, leaf=leaf, said=said, typed=request.POST, more=more)
        return _form(request, form, grounds, mandate, draft, version=version)
    form = ProposalForm(grounds, request.POST, leaf=leaf, said=said)
    if not form.is_valid():
        other = _other_leaf(request)
        if other is not None and form.has_error(NON_FIELD_ERRORS, "empty"):
            return redirect(with_query(request.path, other) + _LIST)
        return _form(request, form, grounds, mandate, draft, version=version, status=422)
    return _kept(request, form, mandate, keep, draft)


def _kept(
    request: HttpRequest,
    form: ProposalForm,
    mandate: Mandate,
    keep: Any,
    draft: Proposal | None,
) -> HttpResponse:
    """Store a valid form; where somebody was there first, show it again with what was typed."""
    grounds = form.grounds
    try:
        row = keep(form)
    except signing.ProposalOpenError as refusal:
        form.refuse(ValidationError(str(refusal)))
        return _form(request, form, grounds, mandate, refusal.proposal, version="", status=409)
    except signing.StaleProposalError as refusal:
        form.refuse(ValidationError(str(refusal)))
        stored = str(refusal.proposal.version)
        return _form(request, form, grounds, mandate, draft, version=stored, status=412)
    if row.state == ProposalState.SUBMITTED:
        return redirect("proposal", uid=row.uid)
    other = _other_leaf(request)
    if other is not None:
        return redirect(with_query(reverse("proposal-edit", args=[row.uid]), other) + _LIST)
    if "gui" not in request.POST:
        tell(request, [Told(_("đã lưu nháp. Xem lại rồi gửi."), title=proposal_title(row))])
        return redirect("proposal", uid=row.uid)
    return sent(request, row, mandate)


def _other_leaf(request: HttpRequest) -> QueryDict | None:
    """Which page of the deliverables comes next once the draft is saved; ``None``: what was typed is all."""
    words, typed = request.GET.get(WORDS_PARAMETER, ""), request.POST.get(WORDS_PARAMETER, "")
    entered = request.POST.get("luu") == "enter" and typed.strip() != words
    to = QueryDict(mutable=True)
    if "loc" in request.POST or entered:
        words = typed.strip()[:LONGEST_VALUE]
    elif "bo-loc" in request.POST:
        words = ""
    elif number := request.POST.get("sang", ""):
        to[PAGE_PARAMETER] = number[:LONGEST_VALUE]
    elif "chon" in request.POST:
        to[PAGE_PARAMETER] = request.GET.get(PAGE_PARAMETER, "")
    else:
        return None
    to[WORDS_PARAMETER] = words
    for name in [name for name, value in to.items() if not value]:
        del to[name]
    return to


def _form(
    request: HttpRequest,
    form: ProposalForm,
    grounds: Grounds,
    mandate: Mandate,
    draft: Proposal | None = None,
    *,
    version: str = "",
    status: int = 200,
) -> HttpResponse:
    context = {
        "form": form,
        "grounds": grounds,
        "indicators": {row.pk: row for row in grounds.indicators.values()}.values(),
        "mandate": mandate,
        "draft": draft,
        "version": version or (draft.version if draft else ""),
        "crumbs": [
            (_("Việc của tôi"), reverse("work")),
            (_("Ký kết"), reverse("proposals")),
            (grounds.kind.label, ""),
        ],
    }
    return render(request, "deliverables/proposal_form.html", context, status=status)
