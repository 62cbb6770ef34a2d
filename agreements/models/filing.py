"""Documents that a side files as evidence: of which agreement they are, and from when others may read them.

Not here: the document itself (agreements.Source) and which report rests on it (deliverables).
"""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from agreements.choices import Side, one_of
from agreements.models.agreement import Agreement
from agreements.models.source import Source


class Filing(models.Model):
    """A source that one side of an agreement filed, and who may read it by now (docs/adr/0013).

    Without ``sent_at`` only the side that filed it; from then on both sides; from ``opened_at`` everybody.
    A source without a filing is a public text.
    """

    source = models.OneToOneField(
        Source,
        on_delete=models.CASCADE,
        primary_key=True,
        related_name="filing",
        verbose_name=_("nguồn"),
    )
    agreement = models.ForeignKey(
        Agreement, on_delete=models.PROTECT, related_name="filings", verbose_name=_("thỏa thuận")
    )
    side = models.CharField(_("bên cung cấp"), max_length=10, choices=Side)
    sent_at = models.DateTimeField(_("gửi bên kia lúc"), null=True, blank=True)
    opened_at = models.DateTimeField(_("công khai lúc"), null=True, blank=True)

    class Meta:
        verbose_name = _("văn bản do một bên cung cấp")
        verbose_name_plural = _("văn bản do hai bên cung cấp")
        ordering = ["agreement", "source"]
        constraints = [
            one_of("side", Side, "filing"),
            models.CheckConstraint(
                name="filing_sent_before_opened",
                condition=Q(opened_at__isnull=True)
                | Q(sent_at__isnull=False, sent_at__lte=F("opened_at")),
                violation_error_message=_("Văn bản phải được gửi bên kia trước khi công khai."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.source}, {self.get_side_display()}"
