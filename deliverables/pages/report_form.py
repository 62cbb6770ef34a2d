"""The form of one report: new, a draft to go on with, or a correction; with what stands beside it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db.models import QuerySet

from coopportal.clock import Moment, today
from coopportal.partial_dates import PartialDate
from deliverables.choices import Decision
from deliverables.forms import SaidForm
from deliverables.forms.said import standing_reach
from deliverables.models import (
    Deliverable,
    EvidenceFile,
    Indicator,
    ProgressReport,
    Target,
    Verdict,
)
from deliverables.pages.delivered import with_all_they_say
from deliverables.pages.mandates import Mandate
from deliverables.summaries.current import current_measurements

#: Documents that the form has room for; a draft that rests on more keeps them.
DOCUMENTS = 3
#: The box of a file, here and on the page of a draft.
FILE_BOX = "tep"
#: Official reports shown beside the form.
STANDING = 6


@dataclass
class ReportFormPage:
    """Everything on the page."""

    deliverable: Any
    mandate: Mandate
    form: SaidForm
    draft: Any
    version: int
    standing: list[Any]
    returned: Any
    #: Files that the draft has already, and what is wrong with the one chosen now.
    files: list[Any] = field(default_factory=list)
    file_error: str = ""

    @property
    def faults(self) -> list[tuple[str, str]]:
        """What is wrong, first things first, each with the box it is about."""
        found = [("", str(error)) for error in self.form.non_field_errors()]
        for name in self.form.fields:
            box = self.form[name]
            found += [(box.id_for_label, str(error)) for error in box.errors]
            if name in self.form.warnings:
                found.append((box.id_for_label, self.form.warnings[name]))
        if self.file_error:
            found.append((f"id_{FILE_BOX}", self.file_error))
        return found

    @property
    def other_warning(self) -> str:
        """What the number of the added indicator was taken for."""
        return self.form.warnings.get("s", "")


def deliverables_to_report() -> QuerySet[Any]:
    """Deliverables with their stage and what the form's head names."""
    rows: Any = Deliverable.objects.official(Moment.now())
    return rows.select_related("system", "phase", "agreement__partner", "agreement__vnpt_party")


def report_form_page(
    deliverable: Any,
    mandate: Mandate,
    data: Mapping[str, Any] | None = None,
    *,
    draft: Any = None,
    version: int | None = None,
) -> ReportFormPage:
    """Fetch and shape the page: a fixed number of queries, whatever the draft says."""
    moment = Moment.now()
    previous = {row.indicator.key: row for row in current_measurements(moment, [deliverable.pk])}
    indicators = {key: row.indicator for key, row in previous.items()}
    for target in Target.objects.filter(deliverable=deliverable).select_related("indicator"):
        indicators.setdefault(target.indicator.key, target.indicator)
    for figure in draft.measurements.all() if draft else ():
        indicators.setdefault(figure.indicator.key, figure.indicator)
    form = SaidForm(
        data,
        deliverable=deliverable,
        indicators=list(indicators.values()),
        previous=previous,
        stage_before=getattr(deliverable, "stage", None),
        draft=draft,
        documents=DOCUMENTS,
        catalogue=Indicator.objects.exclude(key__in=list(indicators)).order_by("sort_key"),
    )
    if draft is None:
        form.initial.setdefault("ngay", PartialDate.of(today()))
        form.initial.setdefault("pv", standing_reach(deliverable))
    standing = with_all_they_say(
        ProgressReport.objects.official(moment).filter(deliverable=deliverable).latest_first()
    )
    return ReportFormPage(
        deliverable=deliverable,
        mandate=mandate,
        form=form,
        draft=draft,
        version=version if version is not None else (draft.version if draft else 0),
        standing=list(standing[:STANDING]),
        returned=_returned(draft),
        files=files_of(draft) if draft else [],
    )


def files_of(report: Any) -> list[Any]:
    """A report's files with what they are; for whoever may see the report as a representative."""
    return list(EvidenceFile.objects.filter(report=report).select_related("stored").order_by("pk"))


def _returned(draft: Any) -> Any:
    """The verdict that sent back what a draft revises."""
    if draft is None or draft.revises_id is None:
        return None
    return Verdict.objects.filter(report=draft.revises_id, decision=Decision.RETURN).first()
