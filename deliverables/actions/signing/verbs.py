"""The verbs of a proposal: begun, saved, sent, accepted, returned, withdrawn; of two exactly one."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from agreements.models import Agreement, Phase
from coopportal.clock import now
from coopportal.vietnamese import nfc
from deliverables import permissions
from deliverables.actions.signing.applying import apply, rehearse
from deliverables.actions.signing.document import copy_document, forget_document
from deliverables.actions.signing.refusals import (
    ProposalConflictError,
    ProposalOpenError,
    StaleProposalError,
)
from deliverables.actions.signing.terms import Proposed
from deliverables.choices import PROPOSAL_TRANSITIONS, ProposalKind, ProposalState
from deliverables.models import Proposal

_OPEN = [ProposalState.DRAFT, ProposalState.SUBMITTED]


@transaction.atomic
def begin(
    agreement: Agreement,
    *,
    by: User,
    kind: ProposalKind,
    said: Proposed,
    phase: Phase | None = None,
    revises: Proposal | None = None,
) -> Proposal:
    """A draft of a side; where the side has one of this kind already, that one stands in the way (409).

    The same words sent twice by the same person are the same proposal: a form pressed twice makes one.
    """
    side = permissions.side_in(by, agreement.pk)
    if side is None:
        raise PermissionDenied
    # Two colleagues who begin at once: the second waits here, and finds the first one's draft.
    Agreement.objects.select_for_update().get(pk=agreement.pk)
    payload, at = said.plain(), now()
    for row in Proposal.objects.with_context().filter(
        agreement=agreement, side=side, kind=kind, state__in=_OPEN
    ):
        if row.author_id == by.pk and row.payload == payload and row.phase == phase:
            return row
        if row.state == ProposalState.DRAFT:
            raise ProposalOpenError(row)
    row = Proposal(
        agreement=agreement,
        phase=phase,
        kind=kind,
        side=side,
        author=by,
        payload=payload,
        revises=revises,
        created_at=at,
        saved_at=at,
    )
    row.full_clean()
    row.save(force_insert=True)
    return row


@transaction.atomic
def begin_again(proposal: Proposal, *, by: User) -> Proposal:
    """A draft with the words of a proposal that came back or was withdrawn; what was sent stays as it is."""
    _require(permissions.can_write_proposal(by, proposal))
    if proposal.state not in {ProposalState.RETURNED, ProposalState.WITHDRAWN}:
        raise ProposalConflictError(proposal)
    draft = begin(
        proposal.agreement,
        by=by,
        kind=ProposalKind(proposal.kind),
        said=Proposed.read(proposal.terms),
        phase=proposal.phase,
        revises=proposal,
    )
    copy_document(proposal, draft, by=by)
    return draft


@transaction.atomic
def save(proposal: Proposal, *, by: User, said: Proposed, version: int) -> None:
    """Store a draft anew if nobody has since the actor read it."""
    _require(permissions.can_write_proposal(by, proposal))
    if proposal.state != ProposalState.DRAFT:
        raise ProposalConflictError(proposal)
    kept = Proposal.objects.filter(pk=proposal.pk, state=ProposalState.DRAFT, version=version)
    saved = kept.update(payload=said.plain(), version=version + 1, saved_at=now())
    _read_again(proposal)
    if not saved:
        stale = proposal.state == ProposalState.DRAFT
        raise StaleProposalError(proposal) if stale else ProposalConflictError(proposal)


@transaction.atomic
def discard(proposal: Proposal, *, by: User) -> None:
    """Take away a draft that nobody but its own side has seen."""
    _require(permissions.can_write_proposal(by, proposal))
    if proposal.state != ProposalState.DRAFT:
        raise ProposalConflictError(proposal)
    forget_document(proposal)
    gone, _kinds = Proposal.objects.filter(pk=proposal.pk, state=ProposalState.DRAFT).delete()
    if not gone:
        proposal.refresh_from_db()
        raise ProposalConflictError(proposal)


@transaction.atomic
def send(proposal: Proposal, *, by: User) -> None:
    """Send a draft to the other side. What could not come into force is refused here, by its sender."""
    _require(permissions.can_write_proposal(by, proposal))
    at = now()
    _move(proposal, ProposalState.SUBMITTED, submitted_at=at, submitted_by=by)
    rehearse(proposal, at=at)


def check_turn(proposal: Proposal, *, by: User) -> None:
    """Whether it is this user's turn to decide: 403 for whoever may not, 409 when it is too late."""
    _require(permissions.can_decide_proposal(by, proposal))
    if proposal.state != ProposalState.SUBMITTED:
        raise ProposalConflictError(proposal)


@transaction.atomic
def accept(proposal: Proposal, *, by: User) -> None:
    """The other side agrees: everything that was proposed comes into force, or nothing does."""
    _require(permissions.can_decide_proposal(by, proposal))
    # Of two proposals of one agreement, accepted at once, the second sees what came of the first.
    Agreement.objects.select_for_update().get(pk=proposal.agreement_id)
    at = now()
    _move(proposal, ProposalState.ACCEPTED, decided_at=at, decided_by=by)
    apply(proposal, at=at)


@transaction.atomic
def send_back(proposal: Proposal, *, by: User, reason: str) -> None:
    """Return a proposal with the reason; going on means a new draft."""
    _require(permissions.can_decide_proposal(by, proposal))
    words = nfc(reason).strip()
    if not words:
        raise ValidationError({"reason": _("Ghi lý do trả lại, cần sửa điểm nào.")})
    _move(proposal, ProposalState.RETURNED, decided_at=now(), decided_by=by, reason=words)


@transaction.atomic
def withdraw(proposal: Proposal, *, by: User) -> None:
    """Take back what was sent, before the other side has spoken."""
    _require(permissions.can_write_proposal(by, proposal))
    _move(proposal, ProposalState.WITHDRAWN, decided_at=now(), decided_by=by)


def _require(allowed: bool) -> None:
    if not allowed:
        raise PermissionDenied


def _move(proposal: Proposal, to: ProposalState, **columns: Any) -> None:
    """Move the row if it still is where ``to`` may follow; of two who press at once exactly one wins."""
    origins = [origin for origin, after in PROPOSAL_TRANSITIONS.items() if to in after]
    if proposal.state not in origins:
        raise ProposalConflictError(proposal)
    rows = Proposal.objects.filter(pk=proposal.pk, state__in=origins, version=proposal.version)
    moved = rows.update(state=to, **columns)
    _read_again(proposal)
    if not moved:
        stale = proposal.state in origins
        raise StaleProposalError(proposal) if stale else ProposalConflictError(proposal)


def _read_again(proposal: Proposal) -> None:
    proposal.refresh_from_db(from_queryset=Proposal.objects.with_context())
