"""Which digest was mailed to whom on which day, so that a command run twice sends it once."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from coopportal.clock import now

#: After so long a run that claimed a digest and said nothing more is taken to have died.
CLAIM_LASTS = dt.timedelta(minutes=15)


class DigestManager(models.Manager["Digest"]):
    def claim(self, user: User, day: dt.date) -> Digest | None:
        """The digest of a day, for this run alone to send; ``None`` where it was sent or is being sent."""
        row, _created = self.get_or_create(user=user, day=day)
        instant = now()
        free = Q(claimed_at__isnull=True) | Q(claimed_at__lt=instant - CLAIM_LASTS)
        taken = self.filter(free, pk=row.pk, sent_at__isnull=True).update(
            claimed_at=instant, attempts=F("attempts") + 1
        )
        return row if taken else None


class Digest(models.Model):
    """One mail to one person on one day: claimed by a run, then sent, or failed and free for the next."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="digests",
        verbose_name=_("người nhận"),
    )
    day = models.DateField(_("ngày"))
    attempts = models.PositiveSmallIntegerField(_("số lần gửi"), default=0)
    claimed_at = models.DateTimeField(_("bắt đầu gửi lúc"), null=True, blank=True)
    sent_at = models.DateTimeField(_("gửi xong lúc"), null=True, blank=True)
    error = models.CharField(_("lỗi lần trước"), max_length=300, blank=True)

    objects = DigestManager()

    class Meta:
        verbose_name = _("thư nhắc việc")
        verbose_name_plural = _("thư nhắc việc")
        ordering = ["-day", "user"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "day"],
                name="digest_once_a_day",
                violation_error_message=_("Thư nhắc việc của ngày này đã có."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user}, {self.day:%d/%m/%Y}"

    def note_sent(self) -> None:
        Digest.objects.filter(pk=self.pk).update(sent_at=now(), error="")

    def note_failure(self, error: Any) -> None:
        """Free it for the next run, with the reason."""
        Digest.objects.filter(pk=self.pk).update(claimed_at=None, error=str(error)[:300])
