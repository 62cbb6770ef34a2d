"""The signed document as a file: attached to a draft, taken away, handed on to what comes of the proposal."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from agreements.models import Source
from agreements.storing import HandedIn, attach_to_source, forget_unused, storing
from deliverables import permissions
from deliverables.actions.signing.refusals import ProposalConflictError
from deliverables.choices import ProposalState
from deliverables.models import Proposal, ProposalFile


def attach(proposal: Proposal, *, by: User, upload: UploadedFile) -> ProposalFile:
    """Check, store and attach what somebody hands in; one file a proposal, a later one takes its place.

    Raises ``ValidationError`` for ``file``, and ``agreements.storing.NotStoredError``.
    """
    _require_draft(proposal, by)  # before 20 MB are looked through
    with storing(upload) as handed_in:
        _lock_draft(proposal)
        before = list(
            ProposalFile.objects.filter(proposal=proposal).values_list("stored", flat=True)
        )
        ProposalFile.objects.filter(proposal=proposal).delete()
        row = ProposalFile(
            proposal=proposal, stored=handed_in.stored, name=handed_in.name, uploaded_by=by
        )
        row.save(force_insert=True)
        forget_unused(before)
    return row


@transaction.atomic
def detach(proposal: Proposal, *, by: User) -> None:
    """Take the file away from a draft; its content goes too where nothing else rests on it."""
    _require_draft(proposal, by)
    _lock_draft(proposal)
    forget_document(proposal)


def forget_document(proposal: Proposal) -> None:
    """The same for a draft that goes as a whole; in the transaction of the caller."""
    rows = ProposalFile.objects.filter(proposal=proposal)
    stored = list(rows.values_list("stored", flat=True))
    rows.delete()
    forget_unused(stored)


def copy_document(proposal: Proposal, draft: Proposal, *, by: User) -> None:
    """Let a draft that begins again rest on the same content."""
    row = ProposalFile.objects.filter(proposal=proposal).first()
    if row is not None and not ProposalFile.objects.filter(proposal=draft).exists():
        ProposalFile.objects.create(
            proposal=draft, stored_id=row.stored_id, name=row.name, uploaded_by=by
        )


def hand_on(proposal: Proposal, source: Source) -> None:
    """Make the file of a proposal the text of the source that came of it."""
    row = ProposalFile.objects.filter(proposal=proposal).select_related("stored").first()
    if row is not None:
        attach_to_source(source, HandedIn(row.stored, row.name))


def _require_draft(proposal: Proposal, by: User) -> None:
    if not permissions.can_write_proposal(by, proposal):
        raise PermissionDenied
    if proposal.state != ProposalState.DRAFT:
        raise ProposalConflictError(proposal)
    if not proposal.signs:
        raise ValidationError(
            {"file": _("Bổ sung trong giai đoạn không kèm văn bản ký. Văn bản ký thì lập phụ lục.")}
        )


def _lock_draft(proposal: Proposal) -> None:
    """Whoever sends it at the same moment waits, or was first."""
    rows = Proposal.objects.select_for_update().filter(pk=proposal.pk, state=ProposalState.DRAFT)
    if not rows.exists():
        raise ProposalConflictError(Proposal.objects.with_context().get(pk=proposal.pk))
