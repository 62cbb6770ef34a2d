"""Admin of the delivery, one noun a file; imported here so that Django finds them."""

from deliverables.admin.change import OfficialChangeAdmin, OfficialSequenceAdmin
from deliverables.admin.citation import SealedCitationAdmin
from deliverables.admin.deliverable import DeliverableAdmin, DeploymentAdmin
from deliverables.admin.evidence import EvidenceFileAdmin
from deliverables.admin.indicator import IndicatorAdmin, TargetAdmin
from deliverables.admin.measurement import MeasurementAdmin
from deliverables.admin.report import ProgressReportAdmin
from deliverables.admin.verdict import VerdictAdmin

__all__ = [
    "DeliverableAdmin",
    "DeploymentAdmin",
    "EvidenceFileAdmin",
    "IndicatorAdmin",
    "MeasurementAdmin",
    "OfficialChangeAdmin",
    "OfficialSequenceAdmin",
    "ProgressReportAdmin",
    "SealedCitationAdmin",
    "TargetAdmin",
    "VerdictAdmin",
]
