"""Where everything comes from: sources, the words cited from them, and sources that disagree."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils.translation import gettext, gettext_lazy as _
from simple_history.models import HistoricalRecords

from agreements.choices import Basis, SourceScope, one_of
from coopportal.clock import today
from coopportal.partial_dates import PartialDateField, passed_by
from coopportal.vietnamese import (
    FoldedTextField,
    SortKeyField,
    VietnameseCharField,
    VietnameseTextField,
)

#: Words a quotation may have: a figure with the few words that bind it, never an article's sentence.
QUOTE_WORDS = 12


#: The same of a document that one of the two sides filed: a sentence may be needed to show what it says,
#: and administrative documents are not under copyright (Luật Sở hữu trí tuệ, Điều 15; docs/adr/0013).
DOCUMENT_WORDS = 40


def validate_quote_length(quote: str, most: int = QUOTE_WORDS) -> None:
    """Refuse a quotation of too many words; the press is quoted by its figures only."""
    words = len(quote.split())
    if words > most:
        raise ValidationError(
            _(
                "Trích dẫn có %(words)d từ; chỉ giữ con số và những từ gắn với nó, tối đa %(most)d từ."
            ),
            code="too_long",
            params={"words": words, "most": most},
        )


#: How the titles of numbered documents begin; the kind is said before the number.
_DOCUMENT_KINDS = (
    "Báo cáo",
    "Biên bản",
    "Chỉ thị",
    "Công văn",
    "Kế hoạch",
    "Luật",
    "Nghị quyết",
    "Nghị định",
    "Quyết định",
    "Thông báo",
    "Thông tư",
    "Tờ trình",
)


class SourceQuerySet(models.QuerySet["Source"]):
    def visible_to(self, user: Any) -> SourceQuerySet:
        """What a user may read of them; ``None`` is whoever reads without signing in.

        Public texts are for everybody. A document that a side filed is for that side until it is sent,
        then for those who represent either side today, and for everybody once a report that rests on it
        has become official (docs/adr/0013).
        """
        # Both stand on this module.
        from agreements.models.agreement import Representative
        from agreements.models.filing import Filing

        filing = Filing.objects.filter(source=OuterRef("pk"))
        public = Q(~Exists(filing.filter(opened_at__isnull=True)))
        if user is None or not (user.is_authenticated and user.is_active):
            return self.filter(public)
        mandates = Representative.objects.on(today()).filter(
            user=user, agreement=OuterRef("agreement")
        )
        mine = filing.filter(
            Q(Exists(mandates.filter(side=OuterRef("side"))))
            | Q(Exists(mandates), sent_at__isnull=False)
        )
        return self.filter(public | Q(Exists(mine)))


class SourceManager(models.Manager.from_queryset(SourceQuerySet)):  # type: ignore[misc]
    def get_by_natural_key(self, slug: str) -> Source:
        return self.get(slug=slug)


class Source(models.Model):
    """A public text or a document filed by a side. The text itself is not kept, its digest is.

    ``issued_on`` is the day of issue as far as it is known; ``issued_basis`` says whether the text gives
    it or we read it out of the context.
    """

    slug = models.SlugField(_("mã"), unique=True, max_length=80)
    scope = models.CharField(
        _("loại nguồn"), max_length=20, choices=SourceScope, default=SourceScope.ARTICLE
    )
    title = VietnameseCharField(_("tên"), max_length=300)
    publisher = VietnameseCharField(_("nơi đăng"), max_length=200, blank=True)
    authors = VietnameseCharField(_("tác giả"), max_length=200, blank=True)
    photographers = VietnameseCharField(_("tác giả ảnh"), max_length=200, blank=True)
    number = VietnameseCharField(_("số, ký hiệu"), max_length=80, blank=True)
    issued_on = PartialDateField(_("ngày ban hành"))
    issued_basis = models.CharField(
        _("căn cứ của ngày"), max_length=20, choices=Basis, default=Basis.EXPLICIT
    )
    url = models.URLField(_("địa chỉ"), max_length=500, blank=True)
    file = VietnameseCharField(_("tên tệp gốc"), max_length=200, blank=True)
    sha256 = models.CharField(_("SHA-256 của tệp gốc"), max_length=64, blank=True)
    note = VietnameseTextField(_("ghi chú"), blank=True)
    search_text = FoldedTextField(sources=("title", "publisher", "authors", "number"))
    sort_key = SortKeyField(source="title")

    objects = SourceManager()
    history = HistoricalRecords(
        verbose_name=_("lịch sử nguồn"), excluded_fields=["search_text", "sort_key"]
    )

    class Meta:
        verbose_name = _("nguồn")
        verbose_name_plural = _("nguồn")
        ordering = ["sort_key", "slug"]
        constraints = [
            one_of("scope", SourceScope, "source"),
            one_of("issued_basis", Basis, "source"),
            models.CheckConstraint(
                name="source_sha256_length",
                condition=models.Q(sha256="") | models.Q(sha256__regex=r"^[0-9a-f]{64}$"),
                violation_error_message=_("Mã SHA-256 phải có đúng 64 ký tự."),
            ),
        ]

    def __str__(self) -> str:
        return self.short_name

    def get_absolute_url(self) -> str:
        return reverse("source", args=[self.slug])

    def natural_key(self) -> tuple[str]:
        return (self.slug,)

    @property
    def short_name(self) -> str:
        """By what pages call it: a document by kind and number, else where it appeared, else its author.

        "Nghị quyết 202/2025/QH15 (Quốc hội)", "Báo Nghệ An", "bài của Lê Đông Thủy"; a title stands
        where there is none of these.
        """
        if self.number:
            kind = next((kind for kind in _DOCUMENT_KINDS if self.title.startswith(kind)), "")
            issuer = f"({self.publisher})" if self.publisher else ""
            return " ".join(filter(None, [kind, self.number, issuer]))
        if self.publisher:
            return self.publisher
        if self.authors:
            return gettext("bài của %(authors)s") % {"authors": self.authors}
        return self.title

    @property
    def is_external(self) -> bool:
        """True for what lies outside the articles; pages mark it so."""
        return self.scope == SourceScope.EXTERNAL


class CitationManager(models.Manager["Citation"]):
    def get_by_natural_key(self, source: str, locator: str, quote: str) -> Citation:
        return self.get(source__slug=source, locator=locator, quote=quote)


def told_by(model: type[models.Model], day: dt.date) -> Q:
    """Rows of which one of the sources they cite was out by a day; without citations nothing dates them.

    For rows without a day of their own. ``model`` has ``citations``.
    """
    through: Any = model._meta.get_field("citations").remote_field.through  # type: ignore[union-attr]
    own = through.objects.filter(**{str(model._meta.model_name): OuterRef("pk")})
    return ~Exists(own) | Q(Exists(own.filter(out_by("citation__source__", day))))


def out_by(path: str, day: dt.date) -> Q:
    """Sources that were out by a day; one without a day of issue is taken as always there."""
    issued_on = f"{path}issued_on"
    return Q(**{f"{issued_on}__isnull": True}) | passed_by(issued_on, day)


class Citation(models.Model):
    """The few words of a source on which something rests. An empty quote points at the whole place."""

    source = models.ForeignKey(
        Source, on_delete=models.PROTECT, related_name="citations", verbose_name=_("nguồn")
    )
    locator = VietnameseCharField(_("vị trí"), max_length=80, blank=True)
    quote = VietnameseCharField(_("trích dẫn"), max_length=240, blank=True)
    search_text = FoldedTextField(sources=("quote",))

    objects = CitationManager()
    history = HistoricalRecords(
        verbose_name=_("lịch sử trích dẫn"), excluded_fields=["search_text"]
    )

    class Meta:
        verbose_name = _("trích dẫn")
        verbose_name_plural = _("trích dẫn")
        ordering = ["source", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["source", "locator", "quote"],
                name="citation_once",
                violation_error_message=_(
                    "Trích dẫn này đã có cho nguồn và vị trí đó. Chọn lại dòng đã có."
                ),
            ),
        ]

    def __str__(self) -> str:
        place = f", {self.locator}" if self.locator else ""
        words = f": “{self.quote}”" if self.quote else ""
        return f"{self.source}{place}{words}"

    def clean(self) -> None:
        """The press is quoted by its figures; documents of the two sides may be quoted by a sentence."""
        super().clean()
        filed = bool(self.source_id) and self.source.scope == SourceScope.FILED
        try:
            validate_quote_length(self.quote, DOCUMENT_WORDS if filed else QUOTE_WORDS)
        except ValidationError as refusal:
            raise ValidationError({"quote": refusal}) from refusal

    def natural_key(self) -> tuple[str, str, str]:
        return (self.source.slug, self.locator, self.quote)

    natural_key.dependencies = ["agreements.source"]  # type: ignore[attr-defined]


class DiscrepancyManager(models.Manager["Discrepancy"]):
    def get_by_natural_key(self, slug: str) -> Discrepancy:
        return self.get(slug=slug)


class Discrepancy(models.Model):
    """Sources that differ on a year, a title, a role, an instrument, an award or an extent.

    Both stay readable; the side in use is marked and ``reason`` says why. Differing *reports* are
    reports, not discrepancies (design.md §3).
    """

    slug = models.SlugField(_("mã"), unique=True, max_length=80)
    topic = VietnameseCharField(_("vấn đề"), max_length=200)
    reason = VietnameseTextField(_("lý do chọn"))
    agreement = models.ForeignKey(
        "agreements.Agreement",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="discrepancies",
        verbose_name=_("thỏa thuận"),
    )
    phase = models.ForeignKey(
        "agreements.Phase",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="discrepancies",
        verbose_name=_("giai đoạn"),
    )
    person = models.ForeignKey(
        "agreements.Person",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="discrepancies",
        verbose_name=_("người"),
    )
    search_text = FoldedTextField(sources=("topic", "reason"))

    objects = DiscrepancyManager()
    history = HistoricalRecords(
        verbose_name=_("lịch sử điểm khác nhau"), excluded_fields=["search_text"]
    )

    class Meta:
        verbose_name = _("điểm các nguồn nói khác nhau")
        verbose_name_plural = _("điểm các nguồn nói khác nhau")
        ordering = ["slug"]

    def __str__(self) -> str:
        return self.topic

    def natural_key(self) -> tuple[str]:
        return (self.slug,)


class DiscrepancySideManager(models.Manager["DiscrepancySide"]):
    def get_by_natural_key(self, discrepancy: str, position: int) -> DiscrepancySide:
        return self.get(discrepancy__slug=discrepancy, position=position)


class DiscrepancySide(models.Model):
    """What one source says in a discrepancy."""

    discrepancy = models.ForeignKey(
        Discrepancy,
        on_delete=models.CASCADE,
        related_name="sides",
        verbose_name=_("điểm khác nhau"),
    )
    position = models.PositiveSmallIntegerField(_("thứ tự"))
    citation = models.ForeignKey(
        Citation,
        on_delete=models.PROTECT,
        related_name="discrepancy_sides",
        verbose_name=_("trích dẫn"),
    )
    says = VietnameseCharField(_("nguồn nói gì"), max_length=300)
    chosen = models.BooleanField(_("đang dùng"), default=False)

    objects = DiscrepancySideManager()
    history = HistoricalRecords(verbose_name=_("lịch sử ý của nguồn"))

    class Meta:
        verbose_name = _("ý của một nguồn")
        verbose_name_plural = _("ý của các nguồn")
        ordering = ["discrepancy", "position"]
        constraints = [
            models.UniqueConstraint(
                fields=["discrepancy", "position"],
                name="discrepancyside_position_once",
                violation_error_message=_("Thứ tự này đã có ý khác. Chọn số thứ tự khác."),
            ),
        ]

    def __str__(self) -> str:
        return self.says

    def natural_key(self) -> tuple[Any, ...]:
        return (self.discrepancy.slug, self.position)

    natural_key.dependencies = ["agreements.discrepancy"]  # type: ignore[attr-defined]
