"""Comments between the two sides under a report: append-only, never part of what it says."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from agreements.choices import Side
from agreements.models import Representative
from coopportal.clock import today
from coopportal.vietnamese import VietnameseTextField, nfc
from deliverables.choices import one_of
from deliverables.models.report import ProgressReport

#: Letters that one comment may have: a remark, not a document.
COMMENT_LETTERS = 2000


class CommentQuerySet(models.QuerySet["Comment"]):
    def visible_to(self, user: User | AnonymousUser) -> CommentQuerySet:
        """For those who represent either side of the agreement today, and nobody else (design.md §4)."""
        if not (user.is_authenticated and user.is_active):
            return self.none()
        mine = Representative.objects.on(today()).filter(
            user=user, agreement=OuterRef("report__deliverable__agreement")
        )
        return self.filter(Exists(mine))

    def said_under(self, key: str, *, by: User, text: str) -> CommentQuerySet:
        """The remark that a request of this user with this key made, first; ``text`` is what it said.

        The key keeps when it was used and what was asked (docs/adr/0012), so the remark is the last of
        these words at that time.
        """
        rows = self.filter(
            report__handled_requests__user=by,
            report__handled_requests__key=key,
            at__lte=F("report__handled_requests__at"),
            by=by,
            text=nfc(text),
        )
        return rows.order_by("-at", "-pk")


class Comment(models.Model):
    """A remark of one side on a report that both can read."""

    report = models.ForeignKey(
        ProgressReport, on_delete=models.PROTECT, related_name="comments", verbose_name=_("báo cáo")
    )
    side = models.CharField(_("phía"), max_length=10, choices=Side)
    text = VietnameseTextField(_("trao đổi"), max_length=COMMENT_LETTERS, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="comments",
        verbose_name=_("người viết"),
    )
    at = models.DateTimeField(_("lúc"))

    objects = CommentQuerySet.as_manager()

    class Meta:
        verbose_name = _("trao đổi")
        verbose_name_plural = _("trao đổi")
        ordering = ["report", "at", "id"]
        constraints = [
            one_of("side", Side, "comment"),
            models.CheckConstraint(
                name="comment_says_something",
                condition=~Q(text=""),
                violation_error_message=_("Ghi nội dung trao đổi."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_side_display()}, {self.by}"
