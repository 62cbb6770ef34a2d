"""Phases: one signed term of an agreement, and when it is in force."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext, gettext_lazy as _
from simple_history.models import HistoricalRecords

from agreements.choices import Basis, Instrument, one_of
from agreements.models.agreement import Agreement
from agreements.models.source import Citation, told_by
from coopportal.partial_dates import PartialDateField
from coopportal.vietnamese import FoldedTextField, VietnameseCharField


class PhaseQuerySet(models.QuerySet["Phase"]):
    def main(self) -> PhaseQuerySet:
        """Phases of agreements that stand by themselves."""
        return self.filter(parent__isnull=True)

    def in_force_on(self, day: dt.date) -> PhaseQuerySet:
        """In force on a day. An unknown start, or an end that is neither known nor open, never counts."""
        return self.filter(Q(begins_on__lte=day), Q(ends_on__gte=day) | Q(open_ended=True))

    def begun_by(self, day: dt.date) -> PhaseQuerySet:
        return self.filter(begins_on__lte=day)

    def told_by(self, day: dt.date) -> PhaseQuerySet:
        """Phases that a reader could know of on a day: begun by then, or, where the start is unknown, cited
        by a source that was out (the same rule as ``agreements.told`` for rows in hand).
        """
        return self.filter(
            Q(begins_on__lte=day) | (Q(begins_on__isnull=True) & told_by(Phase, day))
        )


def years_in_words(first: int | None, last: int | None) -> str:
    """The years of a term: ``2014–2020``, ``đến 2025``, ``từ 2021``, ``chưa rõ năm``."""
    if first and last:
        return f"{first}–{last}"
    if last:
        return gettext("đến %(year)s") % {"year": last}
    if first:
        return gettext("từ %(year)s") % {"year": first}
    return gettext("chưa rõ năm")


class PhaseManager(models.Manager.from_queryset(PhaseQuerySet)):  # type: ignore[misc]
    def get_by_natural_key(self, slug: str) -> Phase:
        return self.get(slug=slug)


class _DerivedDateField(models.DateField):
    """A date computed from other columns of the row whenever it is saved."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.update(null=True, editable=False)
        super().__init__(*args, **kwargs)

    def pre_save(self, model_instance: models.Model, add: bool) -> dt.date | None:
        value: dt.date | None = getattr(model_instance, f"compute_{self.attname}")()
        setattr(model_instance, self.attname, value)
        return value


class Phase(models.Model):
    """One signed term. Its years belong to the row: 2014–2020, 2015–2020, 2020–2025, 2021–2025 so far.

    ``begins_on`` is the signing day (the last day its precision allows), else 1 January of
    ``start_year``; ``ends_on`` is 31 December of ``end_year``. Both are kept as columns.
    """

    slug = models.SlugField(_("mã"), unique=True, max_length=100)
    agreement = models.ForeignKey(
        Agreement, on_delete=models.PROTECT, related_name="phases", verbose_name=_("thỏa thuận")
    )
    parent = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="subsidiaries",
        verbose_name=_("thuộc giai đoạn"),
    )
    start_year = models.PositiveSmallIntegerField(_("năm đầu"), null=True, blank=True)
    end_year = models.PositiveSmallIntegerField(_("năm cuối"), null=True, blank=True)
    open_ended = models.BooleanField(_("không thời hạn"), default=False)
    term_basis = models.CharField(
        _("căn cứ của thời hạn"), max_length=20, choices=Basis, default=Basis.EXPLICIT
    )
    instrument = models.CharField(
        _("loại văn bản"), max_length=40, choices=Instrument, default=Instrument.UNKNOWN
    )
    number = VietnameseCharField(_("số, ký hiệu"), max_length=80, blank=True)
    title = VietnameseCharField(_("tên văn bản"), max_length=300, blank=True)
    signed_on = PartialDateField(_("ngày ký"))
    begins_on = _DerivedDateField(_("tính từ ngày"))
    ends_on = _DerivedDateField(_("tính đến ngày"))
    note = VietnameseCharField(_("ghi chú"), max_length=300, blank=True)
    citations = models.ManyToManyField(
        Citation, blank=True, related_name="phases", verbose_name=_("trích dẫn")
    )
    search_text = FoldedTextField(sources=("title", "number", "years"))

    objects = PhaseManager()
    history = HistoricalRecords(
        verbose_name=_("lịch sử giai đoạn"), excluded_fields=["search_text", "begins_on", "ends_on"]
    )

    class Meta:
        verbose_name = _("giai đoạn")
        verbose_name_plural = _("giai đoạn")
        ordering = ["agreement__partner__sort_key", "start_year", "slug"]
        constraints = [
            models.UniqueConstraint(
                fields=["agreement", "start_year", "end_year"],
                name="phase_years_once",
                violation_error_message=_("Thỏa thuận này đã có giai đoạn với đúng những năm đó."),
            ),
            models.CheckConstraint(
                name="phase_years_in_order",
                condition=Q(start_year__isnull=True)
                | Q(end_year__isnull=True)
                | Q(end_year__gte=F("start_year")),
                violation_error_message=_("Năm cuối phải không sớm hơn năm đầu."),
            ),
            models.CheckConstraint(
                name="phase_years_plausible",
                condition=(Q(start_year__isnull=True) | Q(start_year__range=(1990, 2200)))
                & (Q(end_year__isnull=True) | Q(end_year__range=(1990, 2200))),
                violation_error_message=_("Năm phải nằm trong khoảng 1990 đến 2200."),
            ),
            models.CheckConstraint(
                name="phase_open_or_ending",
                condition=Q(open_ended=False) | Q(end_year__isnull=True),
                violation_error_message=_("Giai đoạn không thời hạn thì không ghi năm cuối."),
            ),
            models.CheckConstraint(
                name="phase_not_its_own_parent",
                condition=Q(parent__isnull=True) | ~Q(parent=F("id")),
                violation_error_message=_("Giai đoạn không thể thuộc chính nó."),
            ),
            one_of("term_basis", Basis, "phase"),
            one_of("instrument", Instrument, "phase"),
        ]
        indexes = [models.Index(fields=["begins_on", "ends_on"], name="phase_in_force")]

    def __str__(self) -> str:
        known = self.start_year or self.end_year
        return f"{self.agreement.partner} {self.years if known else f'({self.years})'}"

    def get_absolute_url(self) -> str:
        return reverse("phase", args=[self.slug])

    def natural_key(self) -> tuple[str]:
        return (self.slug,)

    @property
    def years(self) -> str:
        """The term as pages write it; see :func:`years_in_words`."""
        return years_in_words(self.start_year, self.end_year)

    def compute_begins_on(self) -> dt.date | None:
        if self.signed_on is not None:
            signed = Phase._meta.get_field("signed_on").to_python(self.signed_on)
            return signed.last_day
        return dt.date(self.start_year, 1, 1) if self.start_year else None

    def compute_ends_on(self) -> dt.date | None:
        return dt.date(self.end_year, 12, 31) if self.end_year else None

    def in_force_on(self, day: dt.date) -> bool:
        """The same rule as :meth:`PhaseQuerySet.in_force_on`, for a row in hand."""
        begins, ends = self.begins_on, self.ends_on
        if begins is None or day < begins:
            return False
        return self.open_ended or (ends is not None and day <= ends)
