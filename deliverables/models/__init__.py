"""Models of the delivery, one noun a file; imported here so that Django finds them."""

from deliverables.models.attention import HandledRequest, QueueSeen
from deliverables.models.change import OfficialChange, OfficialSequence
from deliverables.models.comment import Comment
from deliverables.models.current import CurrentFigure, CurrentReport
from deliverables.models.deliverable import Deliverable, Deployment
from deliverables.models.digest import Digest
from deliverables.models.evidence import EvidenceFile
from deliverables.models.indicator import DueDay, Indicator, Target
from deliverables.models.move import Move
from deliverables.models.proposal import Proposal
from deliverables.models.proposal_file import ProposalFile
from deliverables.models.report import Measurement, ProgressReport
from deliverables.models.verdict import Verdict

__all__ = [
    "Comment",
    "CurrentFigure",
    "CurrentReport",
    "Deliverable",
    "Deployment",
    "Digest",
    "DueDay",
    "EvidenceFile",
    "HandledRequest",
    "Indicator",
    "Measurement",
    "Move",
    "OfficialChange",
    "OfficialSequence",
    "ProgressReport",
    "Proposal",
    "ProposalFile",
    "QueueSeen",
    "Target",
    "Verdict",
]
