"""Agreements: the lasting cooperation of one partner with VNPT, and who may act for its sides."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from agreements.choices import Side, one_of
from agreements.models.party import Party
from agreements.models.source import Citation


class AgreementQuerySet(models.QuerySet["Agreement"]):
    def main(self) -> AgreementQuerySet:
        """Agreements that stand by themselves; those under another one have a phase with a parent."""
        return self.exclude(phases__parent__isnull=False)


class AgreementManager(models.Manager.from_queryset(AgreementQuerySet)):  # type: ignore[misc]
    def get_by_natural_key(self, slug: str) -> Agreement:
        return self.get(slug=slug)


class Agreement(models.Model):
    """The cooperation of one partner with VNPT through all its phases; the page of a partner."""

    slug = models.SlugField(_("mã"), unique=True, max_length=80)
    partner = models.ForeignKey(
        Party, on_delete=models.PROTECT, related_name="agreements", verbose_name=_("đối tác")
    )
    vnpt_party = models.ForeignKey(
        Party, on_delete=models.PROTECT, related_name="vnpt_agreements", verbose_name=_("phía VNPT")
    )
    citations = models.ManyToManyField(
        Citation, blank=True, related_name="agreements", verbose_name=_("trích dẫn")
    )

    objects = AgreementManager()
    history = HistoricalRecords(verbose_name=_("lịch sử thỏa thuận"))

    class Meta:
        verbose_name = _("thỏa thuận")
        verbose_name_plural = _("thỏa thuận")
        ordering = ["partner__sort_key", "slug"]
        constraints = [
            models.UniqueConstraint(
                fields=["partner", "vnpt_party"],
                name="agreement_partner_once",
                violation_error_message=_(
                    "Đối tác này đã có thỏa thuận với phía VNPT đó. Thêm giai đoạn vào thỏa thuận đã có."
                ),
            ),
            models.CheckConstraint(
                name="agreement_two_parties",
                condition=~Q(partner=F("vnpt_party")),
                violation_error_message=_("Hai bên của thỏa thuận phải khác nhau."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.partner} – {self.vnpt_party}"

    def get_absolute_url(self) -> str:
        return reverse("agreement", args=[self.slug])

    def natural_key(self) -> tuple[str]:
        return (self.slug,)


class RepresentativeQuerySet(models.QuerySet["Representative"]):
    def on(self, day: dt.date) -> RepresentativeQuerySet:
        """Whose mandate runs on a day; no ``until`` means until further notice."""
        return self.filter(Q(from_day__lte=day), Q(until_day__isnull=True) | Q(until_day__gte=day))

    def acting(self, user: Any, day: dt.date) -> RepresentativeQuerySet:
        """A user's mandates on a day, without agreements where he or she was entered on both sides."""
        both = Representative.objects.on(day).filter(
            ~Q(side=OuterRef("side")), user=user.pk, agreement=OuterRef("agreement")
        )
        return self.on(day).filter(~Exists(both), user=user.pk)


class Representative(models.Model):
    """Who may act for which side of which agreement, from one day until another (both included)."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        related_name="mandates",
        verbose_name=_("người đại diện"),
    )
    agreement = models.ForeignKey(
        Agreement,
        on_delete=models.PROTECT,
        related_name="representatives",
        verbose_name=_("thỏa thuận"),
    )
    side = models.CharField(_("phía"), max_length=10, choices=Side)
    from_day = models.DateField(_("từ ngày"))
    until_day = models.DateField(_("đến hết ngày"), null=True, blank=True)

    objects = RepresentativeQuerySet.as_manager()
    history = HistoricalRecords(verbose_name=_("lịch sử đại diện"))

    class Meta:
        verbose_name = _("người đại diện")
        verbose_name_plural = _("người đại diện")
        ordering = ["agreement", "side", "user"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "agreement", "from_day"],
                name="representative_once",
                violation_error_message=_("Người này đã đại diện ở thỏa thuận đó từ cùng ngày."),
            ),
            models.CheckConstraint(
                name="representative_days_in_order",
                condition=Q(until_day__isnull=True) | Q(until_day__gte=F("from_day")),
                violation_error_message=_("Ngày kết thúc phải không sớm hơn ngày bắt đầu."),
            ),
            one_of("side", Side, "representative"),
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.get_side_display()} · {self.agreement}"

    def clean(self) -> None:
        """Nobody stands on both sides of one agreement on one day: who would confirm what?"""
        super().clean()
        if self.from_day is None:
            return
        others = Representative.objects.filter(
            Q(until_day__isnull=True) | Q(until_day__gte=self.from_day),
            user=self.user_id,
            agreement=self.agreement_id,
        ).exclude(Q(pk=self.pk) | Q(side=self.side))
        if self.until_day is not None:
            others = others.filter(from_day__lte=self.until_day)
        if others.exists():
            raise ValidationError(
                _("Người này đang đại diện cho phía bên kia của thỏa thuận trong thời gian đó.")
            )
