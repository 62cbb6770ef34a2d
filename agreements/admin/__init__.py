"""Admin of the promise, one noun a file; imported here so that Django finds them."""

from agreements.admin.agreement import AgreementAdmin, RepresentativeAdmin
from agreements.admin.area import CooperationAreaAdmin, ThemeAdmin
from agreements.admin.event import EventAdmin, ParticipationAdmin, PersonAdmin
from agreements.admin.party import PartyAdmin
from agreements.admin.period import HolidayAdmin, ReportingPeriodAdmin
from agreements.admin.phase import PhaseAdmin
from agreements.admin.province import ProvinceAdmin
from agreements.admin.source import (
    CitationAdmin,
    DiscrepancyAdmin,
    DiscrepancySideAdmin,
    SourceAdmin,
)
from agreements.admin.statement import StatementAdmin
from agreements.admin.system import CategoryAdmin, SystemAdmin, SystemAliasAdmin

__all__ = [
    "AgreementAdmin",
    "CategoryAdmin",
    "CitationAdmin",
    "CooperationAreaAdmin",
    "DiscrepancyAdmin",
    "DiscrepancySideAdmin",
    "EventAdmin",
    "HolidayAdmin",
    "ParticipationAdmin",
    "PartyAdmin",
    "PersonAdmin",
    "PhaseAdmin",
    "ProvinceAdmin",
    "ReportingPeriodAdmin",
    "RepresentativeAdmin",
    "SourceAdmin",
    "StatementAdmin",
    "SystemAdmin",
    "SystemAliasAdmin",
    "ThemeAdmin",
]
