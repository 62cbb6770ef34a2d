"""Proposals: what one side would have signed, and what the other made of it. Not here: applying them."""

from __future__ import annotations

import uuid
from typing import Any

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from agreements.choices import Side
from agreements.models import Agreement, Phase, Representative
from coopportal.clock import today
from coopportal.vietnamese import VietnameseTextField
from deliverables.choices import ProposalKind, ProposalState, one_of

_DECIDED = [ProposalState.ACCEPTED, ProposalState.RETURNED, ProposalState.WITHDRAWN]


class ProposalQuerySet(models.QuerySet["Proposal"]):
    def visible_to(self, user: User | AnonymousUser) -> ProposalQuerySet:
        """A draft is its own side's; what was sent is between the two sides, no exceptions."""
        if not (user.is_authenticated and user.is_active):
            return self.none()
        mandates = Representative.objects.on(today()).filter(
            user=user, agreement=OuterRef("agreement")
        )
        return self.filter(
            Q(Exists(mandates.filter(side=OuterRef("side"))))
            | (~Q(state=ProposalState.DRAFT) & Q(Exists(mandates)))
        )

    def awaiting(self, user: User | AnonymousUser) -> ProposalQuerySet:
        """What the other side sent and this user may decide on: a question of ``permissions``, as rows."""
        if getattr(user, "is_superuser", False):
            return self.none()
        mine = Representative.objects.on(today()).filter(
            user=user.pk, agreement=OuterRef("agreement"), side=OuterRef("side")
        )
        rows = self.visible_to(user).filter(~Exists(mine), state=ProposalState.SUBMITTED)
        return rows.exclude(author=user.pk or 0)

    def open_of_side(self, user: User | AnonymousUser) -> ProposalQuerySet:
        """Drafts, and what was sent and waits, of the sides that this user represents."""
        mine = Representative.objects.on(today()).filter(
            user=user.pk, agreement=OuterRef("agreement"), side=OuterRef("side")
        )
        return self.visible_to(user).filter(
            Exists(mine), state__in=[ProposalState.DRAFT, ProposalState.SUBMITTED]
        )

    def with_context(self) -> ProposalQuerySet:
        return self.select_related(
            *("agreement__partner", "agreement__vnpt_party", "phase", "author"),
            *("submitted_by", "decided_by", "made_phase", "document_file__stored"),
        )


class Proposal(models.Model):
    """A new phase, an amendment or additions to a phase, as one side words it.

    ``payload`` holds the whole of it (``actions.signing.Proposed``); nothing of it is in force before the
    other side has accepted. Once sent, the database lets nobody change it.
    """

    uid = models.UUIDField(_("mã"), default=uuid.uuid4, unique=True, editable=False)
    agreement = models.ForeignKey(
        Agreement, on_delete=models.PROTECT, related_name="proposals", verbose_name=_("thỏa thuận")
    )
    phase = models.ForeignKey(
        Phase,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="proposals",
        verbose_name=_("giai đoạn"),
    )
    kind = models.CharField(_("loại"), max_length=20, choices=ProposalKind)
    side = models.CharField(_("phía đề nghị"), max_length=10, choices=Side)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="proposals",
        verbose_name=_("người lập"),
    )
    state = models.CharField(
        _("tình trạng"), max_length=20, choices=ProposalState, default=ProposalState.DRAFT
    )
    version = models.PositiveIntegerField(_("lần lưu"), default=1)
    payload = models.JSONField(_("nội dung"), default=dict)
    revises = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="revisions",
        verbose_name=_("làm lại từ"),
    )
    created_at = models.DateTimeField(_("lập lúc"))
    saved_at = models.DateTimeField(_("lưu lúc"))
    submitted_at = models.DateTimeField(_("gửi lúc"), null=True, blank=True)
    submitted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="submitted_proposals",
        verbose_name=_("người gửi"),
    )
    decided_at = models.DateTimeField(_("quyết định lúc"), null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="decided_proposals",
        verbose_name=_("người quyết định"),
    )
    reason = VietnameseTextField(_("lý do trả lại"), blank=True)
    made_phase = models.ForeignKey(
        Phase,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="made_by_proposals",
        verbose_name=_("giai đoạn hình thành"),
    )

    objects = ProposalQuerySet.as_manager()

    class Meta:
        verbose_name = _("đề nghị ký kết")
        verbose_name_plural = _("đề nghị ký kết")
        ordering = ["-saved_at", "-pk"]
        constraints = [
            one_of("kind", ProposalKind, "proposal"),
            one_of("side", Side, "proposal"),
            one_of("state", ProposalState, "proposal"),
            models.UniqueConstraint(
                fields=["agreement", "side", "kind"],
                condition=Q(state=ProposalState.DRAFT),
                name="proposal_one_draft",
                violation_error_message=_(
                    "Bên này đã có một bản nháp cùng loại. Mở bản nháp đó để sửa tiếp."
                ),
            ),
            models.CheckConstraint(
                name="proposal_phase_of_kind",
                condition=Q(kind=ProposalKind.PHASE, phase__isnull=True)
                | (~Q(kind=ProposalKind.PHASE) & Q(phase__isnull=False)),
                violation_error_message=_(
                    "Phụ lục và bổ sung phải thuộc một giai đoạn; giai đoạn mới thì không."
                ),
            ),
            models.CheckConstraint(
                name="proposal_sent_by_somebody",
                condition=Q(
                    state=ProposalState.DRAFT,
                    submitted_at__isnull=True,
                    submitted_by__isnull=True,
                )
                | (
                    ~Q(state=ProposalState.DRAFT)
                    & Q(submitted_at__isnull=False, submitted_by__isnull=False)
                ),
                violation_error_message=_("Đề nghị đã gửi phải có người gửi và thời điểm gửi."),
            ),
            models.CheckConstraint(
                name="proposal_decided_by_somebody",
                condition=Q(state__in=_DECIDED, decided_at__isnull=False, decided_by__isnull=False)
                | (~Q(state__in=_DECIDED) & Q(decided_at__isnull=True, decided_by__isnull=True)),
                violation_error_message=_(
                    "Đề nghị đã có kết quả phải có người quyết định và thời điểm."
                ),
            ),
            models.CheckConstraint(
                name="proposal_returned_with_reason",
                condition=~Q(state=ProposalState.RETURNED) | ~Q(reason=""),
                violation_error_message=_("Trả lại thì phải ghi lý do."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}, {self.agreement}"

    def get_absolute_url(self) -> str:
        return reverse("proposal", args=[self.uid])

    @property
    def signs(self) -> bool:
        """Whether a document is signed for it; additions are agreed on the portal alone."""
        return self.kind != ProposalKind.ADDITIONS

    @property
    def terms(self) -> dict[str, Any]:
        """Plain JSON; an empty draft has none yet."""
        return self.payload or {}
