"""Which report and which figure stand for a deliverable on each day, as known now: derived, never edited.

The database writes both tables itself (deliverables/keepers.py); ``manage.py rebuild_standing --check``
compares them with the reports.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from deliverables.models.deliverable import Deliverable
from deliverables.models.indicator import Indicator
from deliverables.models.report import Measurement, ProgressReport


class StandingQuerySet(models.QuerySet[Any]):
    def on(self, day: dt.date) -> StandingQuerySet:
        """What stands on a day: of each deliverable, or indicator of it, one row or none."""
        return self.filter(begins__lte=day, ends__gt=day)


class CurrentReport(models.Model):
    """The days on which an official report is the latest of its deliverable: ``begins ≤ day < ends``.

    One that was overtaken on its own day has ``begins = ends`` and stands on none. ``stage`` and
    ``state`` are the report's.
    """

    report = models.OneToOneField(
        ProgressReport,
        on_delete=models.CASCADE,
        primary_key=True,
        related_name="current",
        verbose_name=_("báo cáo"),
    )
    deliverable = models.ForeignKey(
        Deliverable,
        on_delete=models.CASCADE,
        db_index=False,
        related_name="current_reports",
        verbose_name=_("hạng mục"),
    )
    begins = models.DateField(_("từ ngày"))
    ends = models.DateField(_("đến trước ngày"))
    stage = models.CharField(_("trạng thái"), max_length=30)
    state = models.CharField(_("tình trạng"), max_length=20)

    objects = StandingQuerySet.as_manager()

    class Meta:
        verbose_name = _("báo cáo đang dùng")
        verbose_name_plural = _("báo cáo đang dùng")
        # By ``ends``: of what stands now one row is found, where ``begins`` would lead past all earlier ones.
        # Not by both: PostgreSQL 18 would think of skipping through the first and, judging that dear, read
        # the whole table for one deliverable.
        indexes = [
            models.Index(fields=["deliverable", "ends"], name="currentreport_until"),
            models.Index(fields=["ends", "begins"], name="currentreport_on"),
        ]

    def __str__(self) -> str:
        return f"{self.report}"


class CurrentFigure(models.Model):
    """The days on which a measurement is the latest of its indicator for its deliverable.

    With what totals are made of, so that they need not seek it among a million measurements.
    """

    measurement = models.OneToOneField(
        Measurement,
        on_delete=models.CASCADE,
        primary_key=True,
        related_name="current",
        verbose_name=_("số liệu"),
    )
    deliverable = models.ForeignKey(
        Deliverable,
        on_delete=models.CASCADE,
        db_index=False,
        related_name="current_figures",
        verbose_name=_("hạng mục"),
    )
    indicator = models.ForeignKey(
        Indicator,
        on_delete=models.CASCADE,
        db_index=False,
        related_name="current_figures",
        verbose_name=_("chỉ tiêu"),
    )
    begins = models.DateField(_("từ ngày"))
    ends = models.DateField(_("đến trước ngày"))
    value = models.DecimalField(_("giá trị"), max_digits=20, decimal_places=4, null=True)
    numerator = models.DecimalField(_("tử số"), max_digits=20, decimal_places=4, null=True)
    denominator = models.DecimalField(_("mẫu số"), max_digits=20, decimal_places=4, null=True)
    qualifier = models.CharField(_("từ chỉ mức"), max_length=20)
    #: That of the report: whether both sides stand by the figure.
    state = models.CharField(_("tình trạng"), max_length=20)

    objects = StandingQuerySet.as_manager()

    class Meta:
        verbose_name = _("số liệu đang dùng")
        verbose_name_plural = _("số liệu đang dùng")
        indexes = [
            models.Index(fields=["deliverable", "indicator"], name="currentfigure_of"),
            models.Index(fields=["ends", "indicator"], name="currentfigure_on"),
        ]

    def __str__(self) -> str:
        return f"{self.measurement}"
