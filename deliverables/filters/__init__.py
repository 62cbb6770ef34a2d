"""What lists of the delivery can be asked: one FilterSet a noun, the same for page and API."""

from deliverables.filters.asked_of_deliverables import based_on
from deliverables.filters.changes import ChangeFilterSet
from deliverables.filters.deliverables import (
    DeliverableFilterSet,
    DeploymentFilterSet,
    SummaryFilterSet,
)
from deliverables.filters.figures import (
    FigureFilterSet,
    IndicatorFilterSet,
    KeptFigureFilterSet,
    figures_at,
)
from deliverables.filters.reports import ReportFilterSet

__all__ = [
    "ChangeFilterSet",
    "DeliverableFilterSet",
    "DeploymentFilterSet",
    "FigureFilterSet",
    "IndicatorFilterSet",
    "KeptFigureFilterSet",
    "ReportFilterSet",
    "SummaryFilterSet",
    "based_on",
    "figures_at",
]
