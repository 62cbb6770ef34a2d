"""Parties: who signs, hosts, coordinates or is spoken of."""

from __future__ import annotations

import datetime as dt

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from agreements.choices import PartyKind, one_of
from agreements.models.province import Province
from agreements.models.source import Citation
from coopportal.vietnamese import (
    FoldedTextField,
    SortKeyField,
    VietnameseCharField,
    VietnameseTextField,
)


class PartyManager(models.Manager["Party"]):
    def get_by_natural_key(self, slug: str) -> Party:
        return self.get(slug=slug)


class Party(models.Model):
    """An organisation under the name by which the sources know it.

    ``short_name`` is what lists show (``Nghệ An``, ``Ủy ban Dân tộc``) and sort by. ``successor_name``
    is who carries it on today and since when, where a source outside the articles says so.
    """

    slug = models.SlugField(_("mã"), unique=True, max_length=80)
    kind = models.CharField(_("loại"), max_length=20, choices=PartyKind)
    name = VietnameseCharField(_("tên đầy đủ"), max_length=200)
    short_name = VietnameseCharField(_("tên gọi tắt"), max_length=120)
    other_names = VietnameseTextField(
        _("tên khác"), blank=True, help_text=_("Mỗi dòng một tên, đúng như nguồn viết.")
    )
    province = models.ForeignKey(
        Province,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="parties",
        verbose_name=_("tỉnh"),
    )
    parent = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="units",
        verbose_name=_("cơ quan cấp trên"),
    )
    successor_name = VietnameseCharField(_("tên hiện nay"), max_length=200, blank=True)
    successor_from = models.DateField(_("mang tên hiện nay từ"), null=True, blank=True)
    note = VietnameseTextField(_("ghi chú"), blank=True)
    citations = models.ManyToManyField(
        Citation, blank=True, related_name="parties", verbose_name=_("trích dẫn")
    )
    search_text = FoldedTextField(sources=("name", "short_name", "other_names", "successor_name"))
    sort_key = SortKeyField(source="short_name")

    objects = PartyManager()
    history = HistoricalRecords(
        verbose_name=_("lịch sử bên"), excluded_fields=["search_text", "sort_key"]
    )

    class Meta:
        verbose_name = _("bên, cơ quan")
        verbose_name_plural = _("bên, cơ quan")
        ordering = ["sort_key", "slug"]
        constraints = [
            one_of("kind", PartyKind, "party"),
            models.CheckConstraint(
                name="party_province_has_province",
                condition=~Q(kind=PartyKind.PROVINCE) | Q(province__isnull=False),
                violation_error_message=_(
                    "Ủy ban nhân dân cấp tỉnh phải thuộc một tỉnh. Chọn tỉnh."
                ),
            ),
            models.CheckConstraint(
                name="party_ministry_has_no_province",
                condition=~Q(kind__in=[PartyKind.MINISTRY, PartyKind.VNPT_GROUP])
                | Q(province__isnull=True),
                violation_error_message=_(
                    "Cơ quan cấp bộ và Tập đoàn không thuộc tỉnh nào. Bỏ chọn tỉnh."
                ),
            ),
            models.CheckConstraint(
                name="party_successor_complete",
                condition=Q(successor_from__isnull=True) | ~Q(successor_name=""),
                violation_error_message=_("Có ngày đổi tên thì phải ghi tên hiện nay."),
            ),
        ]

    def __str__(self) -> str:
        return self.short_name

    def natural_key(self) -> tuple[str]:
        return (self.slug,)

    @property
    def is_province(self) -> bool:
        """Ủy ban Dân tộc and other agencies of ministry level are partners, not provinces."""
        return self.kind == PartyKind.PROVINCE

    def successor_on(self, day: dt.date) -> str:
        """The name under which the party goes on a day, when that is no longer its own; else empty."""
        if self.successor_name and self.successor_from and self.successor_from <= day:
            return self.successor_name
        return ""
