"""The signed document that goes with a proposal: one stored content, and who may read it."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from agreements.models import StoredFile
from coopportal.vietnamese import VietnameseCharField
from deliverables.models.proposal import Proposal


class ProposalFile(models.Model):
    """The text of what is proposed. Whoever may read the proposal may read it; fixed once it was sent.

    Once accepted, the same content is the text of the source that was made of it (``SourceFile``).
    """

    proposal = models.OneToOneField(
        Proposal,
        on_delete=models.CASCADE,
        primary_key=True,
        related_name="document_file",
        verbose_name=_("đề nghị"),
    )
    stored = models.ForeignKey(
        StoredFile, on_delete=models.PROTECT, related_name="proposals", verbose_name=_("tệp")
    )
    name = VietnameseCharField(_("tên tệp"), max_length=200)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="proposal_files",
        verbose_name=_("người tải lên"),
    )
    uploaded_at = models.DateTimeField(_("tải lên lúc"), auto_now_add=True)

    class Meta:
        verbose_name = _("tệp của đề nghị")
        verbose_name_plural = _("tệp của đề nghị")
        ordering = ["proposal"]

    def __str__(self) -> str:
        return self.name
