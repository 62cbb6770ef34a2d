"""People and events: signings, commendations, trainings, conferences, and who took which part."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from agreements.choices import EventKind, ParticipationRole, Side, one_of
from agreements.models.agreement import Agreement
from agreements.models.party import Party
from agreements.models.phase import Phase
from agreements.models.source import Citation
from coopportal.partial_dates import PartialDateField
from coopportal.vietnamese import (
    FoldedTextField,
    SortKeyField,
    VietnameseCharField,
    VietnameseTextField,
)


class PersonManager(models.Manager["Person"]):
    def get_by_natural_key(self, slug: str) -> Person:
        return self.get(slug=slug)


class Person(models.Model):
    """A named person of a public source. Titles belong to participations, as the source gives them."""

    slug = models.SlugField(_("mã"), unique=True, max_length=80)
    name = VietnameseCharField(_("họ và tên"), max_length=120)
    party = models.ForeignKey(
        Party,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="people",
        verbose_name=_("cơ quan"),
    )
    title = VietnameseCharField(
        _("chức danh đang dùng"),
        max_length=200,
        blank=True,
        help_text=_(
            "Chức danh Cổng dùng khi các nguồn ghi khác nhau; để trống nếu chỉ theo nguồn."
        ),
    )
    search_text = FoldedTextField(sources=("name",))
    sort_key = SortKeyField(source="name", by_given_name=True)

    objects = PersonManager()
    history = HistoricalRecords(
        verbose_name=_("lịch sử người"), excluded_fields=["search_text", "sort_key"]
    )

    class Meta:
        verbose_name = _("người")
        verbose_name_plural = _("người")
        ordering = ["sort_key", "slug"]

    def __str__(self) -> str:
        return self.name

    def natural_key(self) -> tuple[str]:
        return (self.slug,)


class EventManager(models.Manager["Event"]):
    def get_by_natural_key(self, slug: str) -> Event:
        return self.get(slug=slug)


class Event(models.Model):
    """Something that happened on a day known to some precision, within a phase or an agreement."""

    slug = models.SlugField(_("mã"), unique=True, max_length=100)
    kind = models.CharField(_("loại"), max_length=20, choices=EventKind)
    title = VietnameseCharField(_("tên sự kiện"), max_length=300)
    happened_on = PartialDateField(_("ngày"))
    agreement = models.ForeignKey(
        Agreement,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="events",
        verbose_name=_("thỏa thuận"),
    )
    phase = models.ForeignKey(
        Phase,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="events",
        verbose_name=_("giai đoạn"),
    )
    place = VietnameseCharField(_("địa điểm"), max_length=200, blank=True)
    note = VietnameseTextField(_("diễn biến"), blank=True)
    citations = models.ManyToManyField(
        Citation, blank=True, related_name="events", verbose_name=_("trích dẫn")
    )
    search_text = FoldedTextField(sources=("title", "place", "note"))

    objects = EventManager()
    history = HistoricalRecords(verbose_name=_("lịch sử sự kiện"), excluded_fields=["search_text"])

    class Meta:
        verbose_name = _("sự kiện")
        verbose_name_plural = _("sự kiện")
        ordering = ["happened_on", "slug"]
        constraints = [one_of("kind", EventKind, "event")]

    def __str__(self) -> str:
        return self.title

    def natural_key(self) -> tuple[str]:
        return (self.slug,)


class ParticipationManager(models.Manager["Participation"]):
    def get_by_natural_key(self, event: str, position: int) -> Participation:
        return self.get(event__slug=event, position=position)


class Participation(models.Model):
    """A person, or a group with a number where the source counts it, in one role at one event.

    ``count`` is heads (or collectives) of the group; NULL means that the source gives no number.
    """

    event = models.ForeignKey(
        Event, on_delete=models.CASCADE, related_name="participations", verbose_name=_("sự kiện")
    )
    position = models.PositiveSmallIntegerField(_("thứ tự"))
    person = models.ForeignKey(
        Person,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="participations",
        verbose_name=_("người"),
    )
    group_label = VietnameseCharField(_("nhóm"), max_length=200, blank=True)
    count = models.PositiveIntegerField(_("số lượng"), null=True, blank=True)
    title = VietnameseCharField(_("chức danh theo nguồn"), max_length=200, blank=True)
    side = models.CharField(_("phía"), max_length=10, choices=Side, blank=True)
    role = models.CharField(_("vai trò"), max_length=20, choices=ParticipationRole)
    citations = models.ManyToManyField(
        Citation, blank=True, related_name="participations", verbose_name=_("trích dẫn")
    )

    objects = ParticipationManager()
    history = HistoricalRecords(verbose_name=_("lịch sử tham gia"))

    class Meta:
        verbose_name = _("thành phần tham gia")
        verbose_name_plural = _("thành phần tham gia")
        ordering = ["event", "position"]
        constraints = [
            models.UniqueConstraint(
                fields=["event", "position"],
                name="participation_position_once",
                violation_error_message=_("Sự kiện này đã có thành phần ở thứ tự đó."),
            ),
            models.CheckConstraint(
                name="participation_person_or_group",
                condition=(Q(person__isnull=False) & Q(group_label=""))
                | (Q(person__isnull=True) & ~Q(group_label="")),
                violation_error_message=_("Chọn một người, hoặc ghi tên nhóm; không cả hai."),
            ),
            models.CheckConstraint(
                name="participation_count_of_group",
                condition=Q(person__isnull=True) | Q(count__isnull=True),
                violation_error_message=_("Số lượng chỉ ghi cho nhóm."),
            ),
            one_of("side", Side, "participation", blank=True),
            one_of("role", ParticipationRole, "participation"),
        ]

    def __str__(self) -> str:
        who = str(self.person) if self.person_id else self.group_label
        return f"{who} ({self.get_role_display()})"

    def natural_key(self) -> tuple[str, int]:
        return (self.event.slug, self.position)

    natural_key.dependencies = ["agreements.event"]  # type: ignore[attr-defined]
