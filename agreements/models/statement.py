"""Statements: what a side wants, promises, plans or thinks, told in our own words with its source."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from agreements.choices import Qualifier, StatementKind, one_of
from agreements.models.agreement import Agreement
from agreements.models.area import Theme
from agreements.models.event import Person
from agreements.models.party import Party
from agreements.models.phase import Phase
from agreements.models.source import Citation
from coopportal.partial_dates import PartialDateField
from coopportal.vietnamese import FoldedTextField, VietnameseCharField, VietnameseTextField


class StatementManager(models.Manager["Statement"]):
    def get_by_natural_key(self, slug: str) -> Statement:
        return self.get(slug=slug)


class Statement(models.Model):
    """An objective, commitment, plan, assessment or piece of context.

    ``value`` with ``unit`` and ``qualifier`` is a figure that the statement names; it is never summed
    into any agreement's results. ``horizon`` is the day, month or year it looks to, ``horizon_qualifier``
    binds it (``before`` 2020 means by 31/12/2019 at the latest).
    """

    slug = models.SlugField(_("mã"), unique=True, max_length=100)
    kind = models.CharField(_("loại"), max_length=20, choices=StatementKind)
    agreement = models.ForeignKey(
        Agreement,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="statements",
        verbose_name=_("thỏa thuận"),
    )
    phase = models.ForeignKey(
        Phase,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="statements",
        verbose_name=_("giai đoạn"),
    )
    party = models.ForeignKey(
        Party,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="statements",
        verbose_name=_("bên nêu"),
    )
    speaker = models.ForeignKey(
        Person,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="statements",
        verbose_name=_("người nêu"),
    )
    speaker_title = VietnameseCharField(_("chức danh theo nguồn"), max_length=200, blank=True)
    text = VietnameseTextField(
        _("nội dung"), help_text=_("Viết bằng lời của mình, không chép câu của nguồn.")
    )
    themes = models.ManyToManyField(
        Theme, blank=True, related_name="statements", verbose_name=_("chủ đề")
    )
    horizon = PartialDateField(_("hướng tới"))
    horizon_qualifier = models.CharField(
        _("từ chỉ mức của thời hạn"), max_length=20, choices=Qualifier, blank=True
    )
    value = models.DecimalField(
        _("giá trị"), max_digits=20, decimal_places=4, null=True, blank=True
    )
    unit = VietnameseCharField(_("đơn vị"), max_length=60, blank=True)
    qualifier = models.CharField(_("từ chỉ mức"), max_length=20, choices=Qualifier, blank=True)
    value_on = PartialDateField(_("số liệu của"))
    position = models.PositiveSmallIntegerField(_("thứ tự"), default=0)
    citations = models.ManyToManyField(
        Citation, blank=True, related_name="statements", verbose_name=_("trích dẫn")
    )
    search_text = FoldedTextField(sources=("text",))

    objects = StatementManager()
    history = HistoricalRecords(verbose_name=_("lịch sử nội dung"), excluded_fields=["search_text"])

    class Meta:
        verbose_name = _("mục tiêu, cam kết, nhận định")
        verbose_name_plural = _("mục tiêu, cam kết, nhận định")
        ordering = ["position", "slug"]
        constraints = [
            one_of("kind", StatementKind, "statement"),
            one_of("qualifier", Qualifier, "statement", blank=True),
            one_of("horizon_qualifier", Qualifier, "statement", blank=True),
            models.CheckConstraint(
                name="statement_value_has_unit",
                condition=Q(value__isnull=True) | ~Q(unit=""),
                violation_error_message=_("Có giá trị thì phải ghi đơn vị."),
            ),
        ]

    def __str__(self) -> str:
        return self.text[:80]

    def natural_key(self) -> tuple[str]:
        return (self.slug,)
