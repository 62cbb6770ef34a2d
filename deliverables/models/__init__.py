"""Models of the delivery, one noun a file; imported here so that Django finds them."""

from deliverables.models.change import OfficialChange, OfficialSequence
from deliverables.models.current import CurrentFigure, CurrentReport
from deliverables.models.deliverable import Deliverable, Deployment
from deliverables.models.indicator import Indicator, Target
from deliverables.models.report import EvidenceFile, Measurement, ProgressReport
from deliverables.models.verdict import Verdict

__all__ = [
    "CurrentFigure",
    "CurrentReport",
    "Deliverable",
    "Deployment",
    "EvidenceFile",
    "Indicator",
    "Measurement",
    "OfficialChange",
    "OfficialSequence",
    "ProgressReport",
    "Target",
    "Verdict",
]
