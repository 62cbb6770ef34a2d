"""Indicators, the catalogue that all provinces share, and targets set against them."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from coopportal.vietnamese import FoldedTextField, SortKeyField, VietnameseCharField
from deliverables.choices import Aggregation, Direction, ValueKind, one_of
from deliverables.models.deliverable import Deliverable


class IndicatorManager(models.Manager["Indicator"]):
    def get_by_natural_key(self, key: str) -> Indicator:
        return self.get(key=key)


class Indicator(models.Model):
    """What is measured, in which unit, and what may be made of several figures of it."""

    key = models.SlugField(_("mã"), unique=True, max_length=60)
    name = VietnameseCharField(_("tên chỉ tiêu"), max_length=200)
    unit = VietnameseCharField(_("đơn vị tính"), max_length=60)
    value_kind = models.CharField(_("loại số liệu"), max_length=20, choices=ValueKind)
    aggregation = models.CharField(_("cách tổng hợp"), max_length=10, choices=Aggregation)
    direction = models.CharField(
        _("chiều tốt"), max_length=10, choices=Direction, default=Direction.UP
    )
    search_text = FoldedTextField(sources=("name", "unit"))
    sort_key = SortKeyField(source="name")

    objects = IndicatorManager()
    history = HistoricalRecords(
        verbose_name=_("lịch sử chỉ tiêu"), excluded_fields=["search_text", "sort_key"]
    )

    class Meta:
        verbose_name = _("chỉ tiêu")
        verbose_name_plural = _("chỉ tiêu")
        ordering = ["sort_key", "key"]
        constraints = [
            one_of("value_kind", ValueKind, "indicator"),
            one_of("aggregation", Aggregation, "indicator"),
            one_of("direction", Direction, "indicator"),
            models.CheckConstraint(
                name="indicator_percent_not_summed",
                condition=~Q(unit="%") | ~Q(aggregation=Aggregation.SUM),
                violation_error_message=_(
                    "Tỷ lệ phần trăm không cộng được. Chọn cách tổng hợp khác."
                ),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def natural_key(self) -> tuple[str]:
        return (self.key,)


class DueDay(models.Model):
    """A due day that the two sides changed: its own row says what holds since, this one what held.

    Append-only; ``set_on`` is the first day on which ``due_on`` holds.
    """

    deliverable = models.ForeignKey(
        Deliverable, on_delete=models.PROTECT, related_name="due_days", verbose_name=_("hạng mục")
    )
    due_before = models.DateField(_("thời hạn trước đó"), null=True, blank=True)
    due_on = models.DateField(_("thời hạn"))
    set_on = models.DateField(_("đặt ngày"))

    class Meta:
        verbose_name = _("lần đổi thời hạn")
        verbose_name_plural = _("các lần đổi thời hạn")
        ordering = ["deliverable", "set_on"]
        constraints = [
            models.UniqueConstraint(
                fields=["deliverable", "set_on"],
                name="dueday_once_a_day",
                violation_error_message=_("Ngày này đã đổi thời hạn của hạng mục đó."),
            ),
            models.CheckConstraint(
                name="dueday_differs",
                condition=Q(due_before__isnull=True) | ~Q(due_before=models.F("due_on")),
                violation_error_message=_("Thời hạn mới phải khác thời hạn đang có."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.deliverable}: {self.due_on:%d/%m/%Y}"


class Target(models.Model):
    """What a deliverable is to reach on an indicator, and by when. Append-only: a change is a new row."""

    deliverable = models.ForeignKey(
        Deliverable, on_delete=models.PROTECT, related_name="targets", verbose_name=_("hạng mục")
    )
    indicator = models.ForeignKey(
        Indicator, on_delete=models.PROTECT, related_name="targets", verbose_name=_("chỉ tiêu")
    )
    baseline = models.DecimalField(
        _("số gốc"), max_digits=20, decimal_places=4, null=True, blank=True
    )
    value = models.DecimalField(_("mục tiêu"), max_digits=20, decimal_places=4)
    due_on = models.DateField(_("thời hạn"), null=True, blank=True)
    set_on = models.DateField(_("đặt ngày"))

    class Meta:
        verbose_name = _("mục tiêu của chỉ tiêu")
        verbose_name_plural = _("mục tiêu của chỉ tiêu")
        ordering = ["deliverable", "indicator", "set_on", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["deliverable", "indicator", "set_on"],
                name="target_once_a_day",
                violation_error_message=_(
                    "Ngày này đã đặt mục tiêu cho chỉ tiêu đó. Ghi ngày đặt khác."
                ),
            ),
            models.CheckConstraint(
                name="target_differs_from_baseline",
                condition=Q(baseline__isnull=True) | ~Q(baseline=models.F("value")),
                violation_error_message=_("Mục tiêu phải khác số gốc."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.deliverable}: {self.indicator}"
