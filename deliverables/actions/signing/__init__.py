"""Signing what comes next: what a side proposes, the verbs on it, and how it comes into force once accepted.

Every door calls these; nothing else moves a proposal. Nothing of it is in force before the other side agrees.
"""

from deliverables.actions.signing.document import attach, detach
from deliverables.actions.signing.refusals import (
    ProposalConflictError,
    ProposalOpenError,
    StaleProposalError,
)
from deliverables.actions.signing.terms import (
    AreaSaid,
    ChangeSaid,
    DeliverableSaid,
    DocumentSaid,
    Proposed,
    SignerSaid,
    TargetSaid,
    TermSaid,
)
from deliverables.actions.signing.verbs import (
    accept,
    begin,
    begin_again,
    check_turn,
    discard,
    save,
    send,
    send_back,
    withdraw,
)

__all__ = [
    "AreaSaid",
    "ChangeSaid",
    "DeliverableSaid",
    "DocumentSaid",
    "ProposalConflictError",
    "ProposalOpenError",
    "Proposed",
    "SignerSaid",
    "StaleProposalError",
    "TargetSaid",
    "TermSaid",
    "accept",
    "attach",
    "begin",
    "begin_again",
    "check_turn",
    "detach",
    "discard",
    "save",
    "send",
    "send_back",
    "withdraw",
]
