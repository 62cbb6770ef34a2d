"""Verdicts: what the other side says of a whole report. Append-only, one per report and side."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from agreements.choices import Side
from agreements.models import Representative
from coopportal.clock import today
from coopportal.vietnamese import VietnameseTextField
from deliverables.choices import Decision, Stage, one_of
from deliverables.models.report import ProgressReport


class VerdictQuerySet(models.QuerySet["Verdict"]):
    def visible_to(self, user: User | AnonymousUser) -> VerdictQuerySet:
        """Verdicts with their words: for those who represent either side today (design.md §4)."""
        if not (user.is_authenticated and user.is_active):
            return self.none()
        mine = Representative.objects.on(today()).filter(
            user=user, agreement=OuterRef("report__deliverable__agreement")
        )
        return self.filter(Exists(mine))


class Verdict(models.Model):
    """Confirm, return with a reason, or dispute with another stage or other figures.

    ``counter_figures`` maps indicator keys to ``{"value": …, "qualifier": …, "text": …}``.
    """

    report = models.ForeignKey(
        ProgressReport, on_delete=models.PROTECT, related_name="verdicts", verbose_name=_("báo cáo")
    )
    side = models.CharField(_("phía"), max_length=10, choices=Side)
    decision = models.CharField(_("quyết định"), max_length=10, choices=Decision)
    reason = VietnameseTextField(_("lý do"), blank=True)
    counter_stage = models.CharField(
        _("trạng thái theo phía này"), max_length=30, choices=Stage, blank=True
    )
    counter_figures = models.JSONField(_("số liệu theo phía này"), default=dict, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="verdicts",
        verbose_name=_("người quyết định"),
    )
    at = models.DateTimeField(_("lúc"))

    objects = VerdictQuerySet.as_manager()

    class Meta:
        verbose_name = _("ý kiến xác nhận")
        verbose_name_plural = _("ý kiến xác nhận")
        ordering = ["report", "at"]
        constraints = [
            models.UniqueConstraint(
                fields=["report", "side"],
                name="verdict_once_per_side",
                violation_error_message=_("Phía này đã có ý kiến về báo cáo đó."),
            ),
            one_of("side", Side, "verdict"),
            one_of("decision", Decision, "verdict"),
            one_of("counter_stage", Stage, "verdict", blank=True),
            models.CheckConstraint(
                name="verdict_refusal_has_reason",
                condition=Q(decision=Decision.CONFIRM) | ~Q(reason=""),
                violation_error_message=_("Trả lại hoặc không đồng ý thì phải ghi lý do."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_side_display()}: {self.get_decision_display()}"
