"""Contents that people handed in, each kept once, and the documents that one of them is the text of.

Not here: what a content must be (coopportal.files), how it is stored (agreements.storing), and files of
reports (deliverables.EvidenceFile).
"""

from __future__ import annotations

from typing import Any

from django.core.validators import MinValueValidator, RegexValidator
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext, gettext_lazy as _

from agreements.choices import one_of
from agreements.models.agreement import Representative
from agreements.models.source import Source
from coopportal.clock import today
from coopportal.files.kinds import FileKind
from coopportal.files.naming import told_size
from coopportal.vietnamese import VietnameseCharField


class StoredFileQuerySet(models.QuerySet["StoredFile"]):
    def unused(self) -> StoredFileQuerySet:
        """Those that no row of any other table names."""
        rows = self
        for relation in StoredFile._meta.related_objects:
            named = relation.related_model._base_manager.filter(
                **{relation.field.attname: OuterRef("pk")}
            )
            rows = rows.filter(~Exists(named))
        return rows


class StoredFile(models.Model):
    """One content, whoever handed it in and however often; never changed (deliverables/triggers).

    ``pages`` and ``signed`` are told of a PDF: NULL and false for others. ``signed`` says that there is a
    filled signature field, not that the signature holds.
    """

    file = models.FileField(_("nơi lưu"), max_length=120, unique=True, editable=False)
    sha256 = models.CharField(
        "SHA-256", max_length=64, validators=[RegexValidator(r"^[0-9a-f]{64}$")]
    )
    kind = models.CharField(_("loại tệp"), max_length=10, choices=FileKind)
    size = models.PositiveIntegerField(_("số byte"), validators=[MinValueValidator(1)])
    pages = models.PositiveIntegerField(_("số trang"), null=True, blank=True)
    signed = models.BooleanField(_("có chữ ký số"), default=False)
    stored_at = models.DateTimeField(_("lưu lúc"), auto_now_add=True)

    objects = StoredFileQuerySet.as_manager()

    class Meta:
        verbose_name = _("tệp đã lưu")
        verbose_name_plural = _("tệp đã lưu")
        ordering = ["pk"]
        constraints = [
            one_of("kind", FileKind, "storedfile"),
            models.UniqueConstraint(
                fields=["sha256"],
                name="storedfile_content_once",
                violation_error_message=_("Nội dung này đã được lưu."),
            ),
            models.CheckConstraint(
                name="storedfile_pages_of_pdf",
                condition=Q(kind=FileKind.PDF, pages__gt=0)
                | (~Q(kind=FileKind.PDF) & Q(pages__isnull=True, signed=False)),
                violation_error_message=_("Số trang và chữ ký số chỉ ghi cho tệp PDF."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.told}, SHA-256 {self.sha256[:12]}"

    @property
    def told(self) -> str:
        """What it is, in words: ``PDF, 12 trang, 1,4 MB, có chữ ký số``."""
        parts = [str(FileKind(self.kind).label)]
        if self.pages is not None:
            parts.append(gettext("%(pages)d trang") % {"pages": self.pages})
        parts.append(told_size(self.size))
        if self.signed:
            parts.append(gettext("có chữ ký số"))
        return ", ".join(parts)


class SourceFileQuerySet(models.QuerySet["SourceFile"]):
    def visible_to(self, user: Any) -> SourceFileQuerySet:
        """Files are for those who represent either side today (design.md §4).

        And only of documents that they may read: one that was not sent yet is its own side's.
        """
        if user is None or not (user.is_authenticated and user.is_active):
            return self.none()
        mine = Representative.objects.on(today()).filter(
            user=user, agreement=OuterRef("source__filing__agreement")
        )
        return self.filter(Exists(mine), source__in=Source.objects.visible_to(user))


class SourceFile(models.Model):
    """The text of a document that a side filed: which content, under which name."""

    source = models.OneToOneField(
        Source,
        on_delete=models.PROTECT,
        primary_key=True,
        related_name="document",
        verbose_name=_("nguồn"),
    )
    stored = models.ForeignKey(
        StoredFile, on_delete=models.PROTECT, related_name="documents", verbose_name=_("tệp")
    )
    name = VietnameseCharField(_("tên tệp"), max_length=200)

    objects = SourceFileQuerySet.as_manager()

    class Meta:
        verbose_name = _("tệp của văn bản")
        verbose_name_plural = _("tệp của văn bản")
        ordering = ["source"]

    def __str__(self) -> str:
        return self.name
