"""Models of the promise, one noun a file; imported here so that Django finds them."""

from agreements.models.agreement import Agreement, Representative
from agreements.models.amendment import Amendment
from agreements.models.area import CooperationArea, Theme
from agreements.models.event import Event, Participation, Person
from agreements.models.filing import Filing
from agreements.models.party import Party
from agreements.models.period import Holiday, ReportingPeriod
from agreements.models.phase import Phase
from agreements.models.province import Province
from agreements.models.source import Citation, Discrepancy, DiscrepancySide, Source
from agreements.models.statement import Statement
from agreements.models.stored_file import SourceFile, StoredFile
from agreements.models.system import Category, System, SystemAlias

__all__ = [
    "Agreement",
    "Amendment",
    "Category",
    "Citation",
    "CooperationArea",
    "Discrepancy",
    "DiscrepancySide",
    "Event",
    "Filing",
    "Holiday",
    "Participation",
    "Party",
    "Person",
    "Phase",
    "Province",
    "ReportingPeriod",
    "Representative",
    "Source",
    "SourceFile",
    "Statement",
    "StoredFile",
    "System",
    "SystemAlias",
    "Theme",
]
