"""Reporting periods of a phase, and the public holidays that its due days step over."""

from __future__ import annotations

import datetime as dt

from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.urls import reverse
from django.utils.translation import gettext, gettext_lazy as _
from simple_history.models import HistoricalRecords

from accounts.models import User
from agreements.choices import PeriodKind, one_of
from agreements.models.agreement import Representative
from agreements.models.phase import Phase
from agreements.reporting_year import MONTHS, Calendar
from coopportal.clock import today
from coopportal.vietnamese import VietnameseCharField


class HolidayQuerySet(models.QuerySet["Holiday"]):
    def calendar(self) -> Calendar:
        """All rows as one calendar: one query."""
        every_year: set[tuple[int, int]] = set()
        off: set[dt.date] = set()
        worked: set[dt.date] = set()
        for day, month, year, is_worked in self.values_list("day", "month", "year", "is_worked"):
            if year is None:
                every_year.add((day, month))
            else:
                (worked if is_worked else off).add(dt.date(year, month, day))
        return Calendar(every_year, off, worked)


class Holiday(models.Model):
    """A public holiday of every year (no ``year``), or of one; or a Saturday worked to make up for one.

    The days of Bộ luật Lao động 2019, điều 112 that follow the solar calendar are shipped. Those of the
    lunar calendar and the second day of Quốc khánh are announced year by year: administrators add them.
    """

    day = models.PositiveSmallIntegerField(_("ngày"))
    month = models.PositiveSmallIntegerField(_("tháng"))
    year = models.PositiveSmallIntegerField(
        _("năm"), null=True, blank=True, help_text=_("Để trống nếu năm nào cũng nghỉ.")
    )
    name = VietnameseCharField(_("tên"), max_length=120)
    is_worked = models.BooleanField(
        _("ngày làm bù"), default=False, help_text=_("Ngày cuối tuần đi làm để nghỉ bù ngày khác.")
    )

    objects = HolidayQuerySet.as_manager()
    history = HistoricalRecords(verbose_name=_("lịch sử ngày nghỉ"))

    class Meta:
        verbose_name = _("ngày nghỉ lễ")
        verbose_name_plural = _("ngày nghỉ lễ")
        ordering = ["year", "month", "day"]
        constraints = [
            models.UniqueConstraint(
                fields=["year", "month", "day"],
                name="holiday_once",
                violation_error_message=_("Ngày này đã có trong bảng."),
            ),
            models.UniqueConstraint(
                fields=["month", "day"],
                condition=Q(year__isnull=True),
                name="holiday_every_year_once",
                violation_error_message=_("Ngày này đã có trong bảng cho mọi năm."),
            ),
            models.CheckConstraint(
                name="holiday_day_plausible",
                condition=Q(day__range=(1, 31), month__range=(1, 12))
                & (Q(year__isnull=True) | Q(year__range=(2000, 2200))),
                violation_error_message=_("Ngày phải từ 1 đến 31, tháng từ 1 đến 12."),
            ),
            models.CheckConstraint(
                name="holiday_worked_has_year",
                condition=Q(is_worked=False) | Q(year__isnull=False),
                violation_error_message=_("Ngày làm bù phải ghi năm."),
            ),
        ]

    def __str__(self) -> str:
        day = f"{self.day:02d}/{self.month:02d}"
        return f"{self.name}, {day}" + (f"/{self.year}" if self.year else "")

    def clean(self) -> None:
        """A day that exists: 29/2 only in a leap year, or every year."""
        super().clean()
        if self.day is None or self.month is None:
            return
        try:
            dt.date(self.year or 2024, self.month, self.day)
        except ValueError as error:
            raise ValidationError({"day": _("Ngày này không có thật.")}) from error


class ReportingPeriodQuerySet(models.QuerySet["ReportingPeriod"]):
    def closed_by(self, day: dt.date) -> ReportingPeriodQuerySet:
        """Their figures are closed: the cut-off day is over."""
        return self.filter(ends_on__lt=day)

    def due(self, day: dt.date) -> ReportingPeriodQuerySet:
        """Closed, and to be reported by a day that has not passed: the due day itself is still in time."""
        return self.closed_by(day).filter(due_on__gte=day)

    def overdue(self, day: dt.date) -> ReportingPeriodQuerySet:
        return self.filter(due_on__lt=day)

    def visible_to(self, user: User | AnonymousUser) -> ReportingPeriodQuerySet:
        """Those of agreements of which the user represents a side today: what is missing is theirs."""
        if not (user.is_authenticated and user.is_active):
            return self.none()
        mine = Representative.objects.on(today()).filter(
            user=user.pk, agreement=OuterRef("phase__agreement")
        )
        return self.filter(Exists(mine))

    def latest_first(self) -> ReportingPeriodQuerySet:
        """By cut-off; of several that close on one day the longest first: it asks for the others too."""
        return self.order_by("-ends_on", "begins_on", "pk")


class ReportingPeriod(models.Model):
    """One period for which the sides of a phase report: first day, cut-off day, day on which it is due."""

    phase = models.ForeignKey(
        Phase, on_delete=models.CASCADE, related_name="periods", verbose_name=_("giai đoạn")
    )
    kind = models.CharField(_("loại kỳ"), max_length=20, choices=PeriodKind)
    year = models.PositiveSmallIntegerField(_("năm"))
    number = models.PositiveSmallIntegerField(_("kỳ thứ"))
    begins_on = models.DateField(_("từ ngày"))
    ends_on = models.DateField(_("ngày chốt số liệu"))
    due_on = models.DateField(_("hạn báo cáo"))

    objects = ReportingPeriodQuerySet.as_manager()
    history = HistoricalRecords(verbose_name=_("lịch sử kỳ báo cáo"))

    class Meta:
        verbose_name = _("kỳ báo cáo")
        verbose_name_plural = _("kỳ báo cáo")
        ordering = ["phase", "ends_on", "begins_on"]
        constraints = [
            one_of("kind", PeriodKind, "reportingperiod"),
            models.UniqueConstraint(
                fields=["phase", "kind", "year", "number"],
                name="reportingperiod_once",
                violation_error_message=_("Giai đoạn này đã có kỳ báo cáo đó."),
            ),
            models.CheckConstraint(
                name="reportingperiod_days_in_order",
                condition=Q(begins_on__lte=F("ends_on")) & Q(due_on__gt=F("ends_on")),
                violation_error_message=_(
                    "Hạn báo cáo phải sau ngày chốt, ngày chốt sau ngày đầu."
                ),
            ),
            models.CheckConstraint(
                name="reportingperiod_number_plausible",
                condition=Q(number__range=(1, 12))
                & ~Q(kind=PeriodKind.QUARTER, number__gt=4)
                & ~Q(kind=PeriodKind.HALF_YEAR, number__gt=2)
                & ~Q(kind=PeriodKind.YEAR, number__gt=1),
                violation_error_message=_("Năm chỉ có 12 tháng, 4 quý, hai kỳ 6 tháng."),
            ),
        ]
        indexes = [models.Index(fields=["phase", "-ends_on"], name="reportingperiod_by_cutoff")]

    def __str__(self) -> str:
        return f"{self.name} · {self.phase}"

    def get_absolute_url(self) -> str:
        return reverse("period", args=[self.phase.slug, self.key])

    @property
    def key(self) -> str:
        """The period's name in an address: ``quarter-2026-1``."""
        return f"{self.kind.replace('_', '-')}-{self.year}-{self.number}"

    @property
    def name(self) -> str:
        """As administrations write it: ``tháng 3/2026``, ``quý I/2026``, ``6 tháng đầu năm 2026``."""
        words = {
            PeriodKind.MONTH: gettext("tháng %(number)s/%(year)s"),
            PeriodKind.QUARTER: gettext("quý %(roman)s/%(year)s"),
            PeriodKind.HALF_YEAR: gettext("6 tháng đầu năm %(year)s")
            if self.number == 1
            else gettext("6 tháng cuối năm %(year)s"),
            PeriodKind.YEAR: gettext("năm %(year)s"),
        }
        roman = ("I", "II", "III", "IV")[self.number - 1] if self.number <= 4 else ""
        return words[PeriodKind(self.kind)] % {
            "number": self.number,
            "year": self.year,
            "roman": roman,
        }

    @property
    def months(self) -> int:
        return MONTHS[PeriodKind(self.kind)]

    def days_left(self, day: dt.date) -> int:
        """Days until the due day: 0 on it, negative once it has passed."""
        return (self.due_on - day).days
