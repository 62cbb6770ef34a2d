"""Systems that get deployed, the names they go by, and the categories they serve."""

from __future__ import annotations

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from agreements.choices import Basis, SystemFamily, one_of
from agreements.models.party import Party
from agreements.models.source import Citation
from coopportal.vietnamese import (
    FoldedTextField,
    SortKeyField,
    VietnameseCharField,
    VietnameseTextField,
)


class CategoryManager(models.Manager["Category"]):
    def get_by_natural_key(self, key: str) -> Category:
        return self.get(key=key)


class Category(models.Model):
    """A function that systems serve; one product may have several (VNPT-iGate has two)."""

    key = models.SlugField(_("mã"), unique=True, max_length=40)
    name = VietnameseCharField(_("tên"), max_length=120)
    position = models.PositiveSmallIntegerField(_("thứ tự"), default=0)
    search_text = FoldedTextField(sources=("name",))

    objects = CategoryManager()
    history = HistoricalRecords(
        verbose_name=_("lịch sử nhóm chức năng"), excluded_fields=["search_text"]
    )

    class Meta:
        verbose_name = _("nhóm chức năng")
        verbose_name_plural = _("nhóm chức năng")
        ordering = ["position", "key"]

    def __str__(self) -> str:
        return self.name

    def natural_key(self) -> tuple[str]:
        return (self.key,)


class SystemManager(models.Manager["System"]):
    def get_by_natural_key(self, slug: str) -> System:
        return self.get(slug=slug)


class System(models.Model):
    """A system, service or piece of infrastructure that an agreement puts in place."""

    slug = models.SlugField(_("mã"), unique=True, max_length=60)
    name = VietnameseCharField(_("tên"), max_length=200)
    short_name = VietnameseCharField(_("tên gọi tắt"), max_length=80)
    gloss = VietnameseCharField(
        _("giải thích ngắn"), max_length=120, blank=True, help_text=_("Ví dụ: quản lý văn bản")
    )
    family = models.CharField(_("nhóm trên trang"), max_length=20, choices=SystemFamily)
    categories = models.ManyToManyField(
        Category, blank=True, related_name="systems", verbose_name=_("nhóm chức năng")
    )
    vendor = VietnameseCharField(_("đơn vị cung cấp"), max_length=120, blank=True)
    owner = models.ForeignKey(
        Party,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="owned_systems",
        verbose_name=_("chủ quản"),
    )
    note = VietnameseTextField(_("ghi chú"), blank=True)
    position = models.PositiveSmallIntegerField(_("thứ tự trên trang"), default=0)
    citations = models.ManyToManyField(
        Citation, blank=True, related_name="systems", verbose_name=_("trích dẫn")
    )
    search_text = FoldedTextField(sources=("name", "short_name", "gloss", "slug"))
    sort_key = SortKeyField(source="name")

    objects = SystemManager()
    history = HistoricalRecords(
        verbose_name=_("lịch sử hệ thống"), excluded_fields=["search_text", "sort_key"]
    )

    class Meta:
        verbose_name = _("hệ thống")
        verbose_name_plural = _("hệ thống")
        ordering = ["sort_key", "slug"]
        constraints = [one_of("family", SystemFamily, "system")]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("system", args=[self.slug])

    def natural_key(self) -> tuple[str]:
        return (self.slug,)


class SystemAliasManager(models.Manager["SystemAlias"]):
    def get_by_natural_key(self, system: str, name: str) -> SystemAlias:
        return self.get(system__slug=system, name=name)


class SystemAlias(models.Model):
    """A name by which a source calls a system; ``basis`` says whether the mapping is ours."""

    system = models.ForeignKey(
        System, on_delete=models.CASCADE, related_name="aliases", verbose_name=_("hệ thống")
    )
    name = VietnameseCharField(_("tên trong nguồn"), max_length=200)
    basis = models.CharField(_("căn cứ"), max_length=20, choices=Basis, default=Basis.EXPLICIT)
    citations = models.ManyToManyField(
        Citation, blank=True, related_name="system_aliases", verbose_name=_("trích dẫn")
    )
    search_text = FoldedTextField(sources=("name",))

    objects = SystemAliasManager()
    history = HistoricalRecords(verbose_name=_("lịch sử tên gọi"), excluded_fields=["search_text"])

    class Meta:
        verbose_name = _("tên gọi khác")
        verbose_name_plural = _("tên gọi khác")
        ordering = ["system", "name"]
        constraints = [
            models.UniqueConstraint(
                fields=["system", "name"],
                name="systemalias_once",
                violation_error_message=_("Hệ thống này đã có tên gọi đó."),
            ),
            one_of("basis", Basis, "systemalias"),
        ]

    def __str__(self) -> str:
        return self.name

    def natural_key(self) -> tuple[str, str]:
        return (self.system.slug, self.name)

    natural_key.dependencies = ["agreements.system"]  # type: ignore[attr-defined]
