"""What the portal remembers of a person's own work: when the queue was last looked at, requests handled."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from deliverables.models.report import ProgressReport


class QueueSeen(models.Model):
    """When a user last looked through what awaits a verdict: "từ lần xem trước" counts from here."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        primary_key=True,
        related_name="queue_seen",
        verbose_name=_("người dùng"),
    )
    seen_at = models.DateTimeField(_("xem lúc"))

    class Meta:
        verbose_name = _("lần xem hàng chờ")
        verbose_name_plural = _("lần xem hàng chờ")

    def __str__(self) -> str:
        return f"{self.user}, {self.seen_at}"


class HandledRequest(models.Model):
    """A request that was carried out under a key its sender chose: sent again, it is not done again.

    ``digest`` is that of what was asked, so that a key cannot come to stand for something else
    (docs/adr/0012).
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="handled_requests",
        verbose_name=_("người gửi"),
    )
    key = models.CharField(_("khóa của yêu cầu"), max_length=100)
    digest = models.CharField(_("mã băm của yêu cầu"), max_length=64)
    report = models.ForeignKey(
        ProgressReport,
        on_delete=models.CASCADE,
        related_name="handled_requests",
        verbose_name=_("báo cáo"),
    )
    at = models.DateTimeField(_("lúc"))

    class Meta:
        verbose_name = _("yêu cầu đã xử lý")
        verbose_name_plural = _("yêu cầu đã xử lý")
        constraints = [
            models.UniqueConstraint(
                fields=["user", "key"],
                name="handledrequest_key_once",
                violation_error_message=_("Yêu cầu mang khóa này đã được xử lý."),
            ),
        ]

    def __str__(self) -> str:
        return self.key
