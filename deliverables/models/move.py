"""Who moved a report on, and when: the moves that no verdict tells of. Append-only."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from agreements.models import Representative
from coopportal.clock import today
from deliverables.choices import ReportState, one_of
from deliverables.models.report import ProgressReport


class MoveQuerySet(models.QuerySet["Move"]):
    def visible_to(self, user: User | AnonymousUser) -> MoveQuerySet:
        """Names of officers are for those who represent either side today (design.md §4)."""
        if not (user.is_authenticated and user.is_active):
            return self.none()
        mine = Representative.objects.on(today()).filter(
            user=user, agreement=OuterRef("report__deliverable__agreement")
        )
        return self.filter(Exists(mine))


class Move(models.Model):
    """A report came to a state by somebody's hand: submitted, withdrawn, published, set aside.

    What was confirmed, returned or disputed stands in the verdict, with its words.
    """

    report = models.ForeignKey(
        ProgressReport, on_delete=models.PROTECT, related_name="moves", verbose_name=_("báo cáo")
    )
    state = models.CharField(_("tình trạng"), max_length=20, choices=ReportState)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="moves",
        verbose_name=_("người thực hiện"),
    )
    at = models.DateTimeField(_("lúc"))

    objects = MoveQuerySet.as_manager()

    class Meta:
        verbose_name = _("bước của báo cáo")
        verbose_name_plural = _("các bước của báo cáo")
        ordering = ["report", "at"]
        constraints = [
            models.UniqueConstraint(
                fields=["report", "state"],
                name="move_state_once",
                violation_error_message=_("Bước này của báo cáo đã được ghi."),
            ),
            one_of("state", ReportState, "move"),
        ]

    def __str__(self) -> str:
        return f"{self.get_state_display()}, {self.by}"
