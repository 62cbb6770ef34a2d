"""Cooperation areas of a phase, their themes, and what they continue."""

from __future__ import annotations

import datetime as dt

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from agreements.choices import LineageBasis, one_of
from agreements.models.phase import Phase
from agreements.models.source import Citation
from coopportal.vietnamese import FoldedTextField, VietnameseCharField


class ThemeManager(models.Manager["Theme"]):
    def get_by_natural_key(self, key: str) -> Theme:
        return self.get(key=key)


class Theme(models.Model):
    """A subject by which areas of different agreements can be compared; groups by theme overlap."""

    key = models.SlugField(_("mã"), unique=True, max_length=40)
    name = VietnameseCharField(_("tên"), max_length=120)
    position = models.PositiveSmallIntegerField(_("thứ tự"), default=0)
    search_text = FoldedTextField(sources=("name",))

    objects = ThemeManager()
    history = HistoricalRecords(verbose_name=_("lịch sử chủ đề"), excluded_fields=["search_text"])

    class Meta:
        verbose_name = _("chủ đề")
        verbose_name_plural = _("chủ đề")
        ordering = ["position", "key"]

    def __str__(self) -> str:
        return self.name

    def natural_key(self) -> tuple[str]:
        return (self.key,)


class CooperationAreaQuerySet(models.QuerySet["CooperationArea"]):
    def begun_by(self, day: dt.date) -> CooperationAreaQuerySet:
        """Those that their phase had by a day; without a first day they are there from its beginning."""
        return self.filter(Q(from_day__isnull=True) | Q(from_day__lte=day))

    def in_force_on(self, day: dt.date) -> CooperationAreaQuerySet:
        """The same rule as :meth:`CooperationArea.in_force_on`; without a last day they go on."""
        return self.begun_by(day).filter(Q(until_day__isnull=True) | Q(until_day__gt=day))


class CooperationAreaManager(models.Manager.from_queryset(CooperationAreaQuerySet)):  # type: ignore[misc]
    def get_by_natural_key(self, phase: str, position: int) -> CooperationArea:
        return self.get(phase__slug=phase, position=position)


class CooperationArea(models.Model):
    """One numbered content of a phase.

    ``continues`` points at areas of the phase before; ``lineage_basis`` says whether a source tells so
    or it is our reading (the 5 → 6 areas of Nghệ An are), which pages must label.
    """

    phase = models.ForeignKey(
        Phase, on_delete=models.PROTECT, related_name="areas", verbose_name=_("giai đoạn")
    )
    position = models.PositiveSmallIntegerField(_("thứ tự"))
    name = VietnameseCharField(_("tên lĩnh vực"), max_length=300)
    themes = models.ManyToManyField(
        Theme, blank=True, related_name="areas", verbose_name=_("chủ đề")
    )
    continues = models.ManyToManyField(
        "self",
        symmetrical=False,
        blank=True,
        related_name="continued_by",
        verbose_name=_("tiếp nối lĩnh vực"),
    )
    lineage_basis = models.CharField(
        _("căn cứ tiếp nối"), max_length=20, choices=LineageBasis, blank=True
    )
    widened = models.BooleanField(
        _("mở rộng"),
        default=False,
        help_text=_("Tiếp nối và thêm nội dung so với giai đoạn trước."),
    )
    from_day = models.DateField(
        _("có từ ngày"),
        null=True,
        blank=True,
        help_text=_("Để trống nếu có từ đầu giai đoạn; phụ lục thêm thì ghi ngày."),
    )
    until_day = models.DateField(
        _("kết thúc từ ngày"),
        null=True,
        blank=True,
        help_text=_("Phụ lục cho kết thúc thì ghi ngày đầu tiên không còn hiệu lực."),
    )
    citations = models.ManyToManyField(
        Citation, blank=True, related_name="areas", verbose_name=_("trích dẫn")
    )
    search_text = FoldedTextField(sources=("name",))

    objects = CooperationAreaManager()
    history = HistoricalRecords(verbose_name=_("lịch sử lĩnh vực"), excluded_fields=["search_text"])

    class Meta:
        verbose_name = _("lĩnh vực hợp tác")
        verbose_name_plural = _("lĩnh vực hợp tác")
        ordering = ["phase", "position"]
        constraints = [
            models.UniqueConstraint(
                fields=["phase", "position"],
                name="cooperationarea_position_once",
                violation_error_message=_(
                    "Giai đoạn này đã có lĩnh vực ở thứ tự đó. Chọn thứ tự khác."
                ),
            ),
            models.CheckConstraint(
                name="cooperationarea_days_in_order",
                condition=Q(from_day__isnull=True)
                | Q(until_day__isnull=True)
                | Q(until_day__gte=F("from_day")),
                violation_error_message=_("Lĩnh vực không thể kết thúc trước ngày bắt đầu."),
            ),
            one_of("lineage_basis", LineageBasis, "cooperationarea", blank=True),
        ]

    def __str__(self) -> str:
        return f"{self.position}. {self.name}"

    def in_force_on(self, day: dt.date) -> bool:
        """Whether the phase has this content on a day, as far as amendments go."""
        begun = self.from_day is None or self.from_day <= day
        return begun and (self.until_day is None or day < self.until_day)

    def natural_key(self) -> tuple[str, int]:
        return (self.phase.slug, self.position)

    natural_key.dependencies = ["agreements.phase"]  # type: ignore[attr-defined]
