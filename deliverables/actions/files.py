"""Files of a draft: attached, taken away, and carried over to what revises the report."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from agreements.storing import HandedIn, forget_unused, storing
from deliverables import permissions
from deliverables.actions.claiming import claim
from deliverables.actions.moving import require
from deliverables.actions.refusals import ConflictError
from deliverables.choices import ReportState
from deliverables.models import EvidenceFile, ProgressReport

#: Files that one report may have: whoever judges it opens each.
MOST_FILES = 10


def attach_upload(
    report: ProgressReport, *, by: User, upload: UploadedFile, version: int
) -> EvidenceFile:
    """Check, store and attach what somebody hands in; see :func:`attach_file`.

    Raises ``ValidationError`` for ``file``, and ``agreements.storing.NotStoredError``.
    """
    _require_draft(report, by)  # before 20 MB are looked through
    with storing(upload) as handed_in:
        return attach_file(report, by=by, handed_in=handed_in, version=version)


def attach_file(
    report: ProgressReport, *, by: User, handed_in: HandedIn, version: int
) -> EvidenceFile:
    """Let a draft rest on a stored content. Call inside ``agreements.storing.storing``.

    ``version`` is that of the draft which the actor saw, as for any save. A content that the draft has
    already is not attached twice: asked again, the first row.
    """
    _require_draft(report, by)
    if there := EvidenceFile.objects.filter(report=report, stored=handed_in.stored).first():
        return there
    claim(report, None, version)
    if EvidenceFile.objects.filter(report=report).count() >= MOST_FILES:
        raise ValidationError(
            {
                "file": _("Mỗi báo cáo kèm được tối đa %(most)d tệp. Gỡ bớt hoặc gộp các tệp.")
                % {"most": MOST_FILES}
            }
        )
    row = EvidenceFile(report=report, stored=handed_in.stored, name=handed_in.name, uploaded_by=by)
    row.save(force_insert=True)
    return row


@transaction.atomic
def detach_file(file: EvidenceFile, *, by: User, version: int) -> None:
    """Take a file away from a draft; its content goes too where nothing else rests on it."""
    report = file.report
    _require_draft(report, by)
    claim(report, None, version)
    EvidenceFile.objects.filter(pk=file.pk).delete()
    forget_unused([file.stored_id])


def copy_files(report: ProgressReport, draft: ProgressReport, *, by: User) -> None:
    """Let what revises a report rest on the same contents: each stays stored once."""
    EvidenceFile.objects.bulk_create(
        EvidenceFile(report=draft, stored_id=row.stored_id, name=row.name, uploaded_by=by)
        for row in EvidenceFile.objects.filter(report=report).order_by("pk")
    )


def contents_of(report: ProgressReport) -> list[int]:
    """The stored contents that a report names; to be asked before it goes."""
    return list(EvidenceFile.objects.filter(report=report).values_list("stored", flat=True))


def _require_draft(report: ProgressReport, by: User) -> None:
    require(permissions.can_attach, by, report)
    if report.state != ReportState.DRAFT:
        raise ConflictError(report)
