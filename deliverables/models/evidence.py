"""Files that a side attached to its report as evidence, and who may read them. Not here: their contents."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from agreements.models import Representative, StoredFile
from coopportal.clock import today
from coopportal.vietnamese import VietnameseCharField
from deliverables.choices import ReportState
from deliverables.models.report import ProgressReport


class EvidenceFileQuerySet(models.QuerySet["EvidenceFile"]):
    def visible_to(self, user: User | AnonymousUser) -> EvidenceFileQuerySet:
        """For those who represent either side of the agreement today; those of drafts for their own side."""
        if not (user.is_authenticated and user.is_active):
            return self.none()
        mine = Representative.objects.on(today()).filter(
            user=user, agreement=OuterRef("report__deliverable__agreement")
        )
        own = Exists(mine.filter(side=OuterRef("report__side")))
        return self.filter(Exists(mine), ~Q(report__state=ReportState.DRAFT) | own)


class EvidenceFile(models.Model):
    """A file that a side attached to its report; readable by those who represent either side."""

    report = models.ForeignKey(
        ProgressReport, on_delete=models.CASCADE, related_name="files", verbose_name=_("báo cáo")
    )
    stored = models.ForeignKey(
        StoredFile, on_delete=models.PROTECT, related_name="evidence", verbose_name=_("tệp")
    )
    name = VietnameseCharField(_("tên tệp"), max_length=200)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="evidence_files",
        verbose_name=_("người tải lên"),
    )
    uploaded_at = models.DateTimeField(_("tải lên lúc"), auto_now_add=True)

    objects = EvidenceFileQuerySet.as_manager()

    class Meta:
        verbose_name = _("tệp minh chứng")
        verbose_name_plural = _("tệp minh chứng")
        ordering = ["report", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["report", "stored"],
                name="evidencefile_once",
                violation_error_message=_("Tệp này đã được đính kèm."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def content(self) -> list[str]:
        """The part that never changes and that is hashed with the report."""
        return [self.stored.sha256, self.name]
