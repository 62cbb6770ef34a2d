"""Amendments (phụ lục): what a phase said until a day, kept when the two sides changed it."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import models
from django.utils.translation import gettext, gettext_lazy as _

from agreements.models.phase import Phase
from agreements.models.source import Citation
from coopportal.partial_dates import PartialDateField
from coopportal.vietnamese import VietnameseCharField


class AmendmentQuerySet(models.QuerySet["Amendment"]):
    def in_force_on(self, day: dt.date) -> AmendmentQuerySet:
        """Those that had taken effect by a day, the earliest first."""
        return self.filter(effective_on__lte=day).order_by("effective_on", "position")

    def to_come_on(self, day: dt.date) -> AmendmentQuerySet:
        """Those still to take effect on a day; the first of a phase knows what it said until then."""
        return self.filter(effective_on__gt=day).order_by("effective_on", "position")


class AmendmentManager(models.Manager.from_queryset(AmendmentQuerySet)):  # type: ignore[misc]
    def get_by_natural_key(self, phase: str, position: int) -> Amendment:
        return self.get(phase__slug=phase, position=position)


class Amendment(models.Model):
    """A signed change of a phase. The phase's own row says what holds since; this one what held before.

    ``terms_before``: ``end_year``, ``open_ended`` and ``areas`` (name by position) as they were to the day
    before ``effective_on``. Append-only, guarded by the database; ``agreements.terms`` reads it (ADR 18).
    """

    phase = models.ForeignKey(
        Phase, on_delete=models.PROTECT, related_name="amendments", verbose_name=_("giai đoạn")
    )
    position = models.PositiveSmallIntegerField(_("thứ tự"))
    number = VietnameseCharField(_("số, ký hiệu"), max_length=80, blank=True)
    title = VietnameseCharField(_("tên văn bản"), max_length=300, blank=True)
    signed_on = PartialDateField(_("ngày ký"), null=False, blank=False)
    effective_on = models.DateField(_("có hiệu lực từ ngày"))
    terms_before = models.JSONField(_("nội dung trước đó"))
    citations = models.ManyToManyField(
        Citation, blank=True, related_name="amendments", verbose_name=_("trích dẫn")
    )

    objects = AmendmentManager()

    class Meta:
        verbose_name = _("phụ lục")
        verbose_name_plural = _("phụ lục")
        ordering = ["phase", "position"]
        constraints = [
            models.UniqueConstraint(
                fields=["phase", "position"],
                name="amendment_position_once",
                violation_error_message=_("Giai đoạn này đã có phụ lục ở thứ tự đó."),
            ),
        ]

    def __str__(self) -> str:
        return gettext("Phụ lục %(number)s, %(phase)s") % {
            "number": self.number or self.position,
            "phase": self.phase,
        }

    def natural_key(self) -> tuple[str, int]:
        return (self.phase.slug, self.position)

    natural_key.dependencies = ["agreements.phase"]  # type: ignore[attr-defined]

    @property
    def last_day_before(self) -> dt.date:
        """The last day on which the terms were as before."""
        return self.effective_on - dt.timedelta(days=1)

    @property
    def names_before(self) -> dict[int, str]:
        """What the areas were called, by position."""
        areas: dict[str, Any] = self.terms_before["areas"]
        return {int(position): name for position, name in areas.items()}
