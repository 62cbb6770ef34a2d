"""Citations once more: those of an official report are sealed with it.

Registered here because ``agreements`` knows nothing of reports.
"""

from __future__ import annotations

from django.contrib import admin
from django.http import HttpRequest

from agreements.admin import CitationAdmin
from agreements.models import Citation
from deliverables.choices import ReportState
from deliverables.models import ProgressReport

admin.site.unregister(Citation)


@admin.register(Citation)
class SealedCitationAdmin(CitationAdmin):
    """A report's hash covers the words it cites: they stay once a report that cites them left draft."""

    def has_change_permission(self, request: HttpRequest, obj: Citation | None = None) -> bool:
        return super().has_change_permission(request, obj) and not _sealed(obj)

    def has_delete_permission(self, request: HttpRequest, obj: Citation | None = None) -> bool:
        return super().has_delete_permission(request, obj) and not _sealed(obj)


def _sealed(citation: Citation | None) -> bool:
    reports = ProgressReport.objects.filter(citations=citation).exclude(state=ReportState.DRAFT)
    return citation is not None and reports.exists()
