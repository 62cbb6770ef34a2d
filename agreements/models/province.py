"""Provinces and municipalities through time: the map changes, agreements keep who signed them."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import models
from django.db.models import F, Q, Subquery
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from agreements.choices import ProvinceKind, one_of
from agreements.models.source import Citation
from coopportal.vietnamese import (
    FoldedTextField,
    SortKeyField,
    VietnameseCharField,
    VietnameseTextField,
)


class ProvinceQuerySet(models.QuerySet["Province"]):
    def on(self, day: dt.date) -> ProvinceQuerySet:
        """The map of a day. A unit without ``valid_from`` was always there, as far as we look back."""
        return self.filter(
            Q(valid_from__isnull=True) | Q(valid_from__lte=day),
            Q(valid_to__isnull=True) | Q(valid_to__gte=day),
        )

    def with_all_succeeded(self, code: str, day: dt.date) -> ProvinceQuerySet:
        """The unit that bears a code on a day, and every unit that it succeeded, at any remove.

        Three steps back reach over the reform of 2025 and the change of kind of 2026; a row of the map
        that lies further back fails a test.
        """
        bearer = Province.objects.on(day).filter(code=code)
        # Said as one unit, which a planner takes for few rows; of a list it would expect half the map.
        return self.filter(_succeeded_by(Subquery(bearer.values("pk")[:1]), ""))

    def within_the_map(self, day: dt.date) -> ProvinceQuerySet:
        """Every unit that is on the map of a day, or was succeeded by one that is."""
        return self.filter(_succeeded_by(Province.objects.on(day).values("pk"), "__in"))

    def bearers_on(self, day: dt.date) -> dict[int, Province]:
        """For each unit the one that it is on the map of a day: the rule of :meth:`with_all_succeeded`.

        One query for the whole map; units that no unit of the day succeeded are left out.
        """
        units = {unit.pk: unit for unit in self}
        found = {}
        for unit in units.values():
            bearer: Province | None = unit
            for _step in range(_STEPS_BACK):
                if bearer is None or bearer.valid_on(day):
                    break
                bearer = units.get(bearer.successor_id) if bearer.successor_id else None
            if bearer is not None and bearer.valid_on(day):
                found[unit.pk] = bearer
        return found


#: How far back a unit's successors are followed.
_STEPS_BACK = 3


def _succeeded_by(units: Any, lookup: str) -> Q:
    condition, path = Q(**{f"pk{lookup}": units}), "successor"
    for _step in range(_STEPS_BACK):
        condition |= Q(**{f"{path}{lookup}": units})
        path += "__successor"
    return condition


class ProvinceManager(models.Manager.from_queryset(ProvinceQuerySet)):  # type: ignore[misc]
    def get_by_natural_key(self, code: str, valid_from: str | dt.date | None) -> Province:
        return self.get(code=code, valid_from=valid_from)


class Province(models.Model):
    """A provincial unit under one name and code, from one day to another.

    Codes are two characters and are reused: 24 was Bắc Giang and is Bắc Ninh since 01/07/2025
    (NQ 202/2025/QH15, QĐ 19/2025/QĐ-TTg), so the key is (code, valid_from).
    """

    code = models.CharField(_("mã"), max_length=2)
    name = VietnameseCharField(_("tên"), max_length=80)
    kind = models.CharField(_("loại"), max_length=20, choices=ProvinceKind)
    iso_code = models.CharField(_("mã ISO 3166-2"), max_length=6, blank=True)
    valid_from = models.DateField(_("từ ngày"), null=True, blank=True)
    valid_to = models.DateField(_("đến hết ngày"), null=True, blank=True)
    successor = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="predecessors",
        verbose_name=_("đơn vị kế thừa"),
    )
    note = VietnameseTextField(_("ghi chú"), blank=True)
    citations = models.ManyToManyField(
        Citation, blank=True, related_name="provinces", verbose_name=_("trích dẫn")
    )
    search_text = FoldedTextField(sources=("name",))
    sort_key = SortKeyField(source="name")

    objects = ProvinceManager()
    history = HistoricalRecords(
        verbose_name=_("lịch sử tỉnh"), excluded_fields=["search_text", "sort_key"]
    )

    class Meta:
        verbose_name = _("tỉnh, thành phố")
        verbose_name_plural = _("tỉnh, thành phố")
        ordering = ["sort_key", "valid_from"]
        constraints = [
            models.UniqueConstraint(
                fields=["code", "valid_from"],
                name="province_code_valid_from_once",
                violation_error_message=_(
                    "Mã này đã có đơn vị từ cùng ngày. Sửa mã hoặc ngày bắt đầu."
                ),
            ),
            models.UniqueConstraint(
                fields=["code"],
                condition=Q(valid_from__isnull=True),
                name="province_code_once_without_valid_from",
                violation_error_message=_(
                    "Mã này đã có đơn vị không ghi ngày bắt đầu. Ghi ngày bắt đầu."
                ),
            ),
            models.CheckConstraint(
                name="province_valid_to_after_from",
                condition=Q(valid_to__isnull=True)
                | Q(valid_from__isnull=True)
                | Q(valid_to__gte=F("valid_from")),
                violation_error_message=_("Ngày kết thúc phải không sớm hơn ngày bắt đầu."),
            ),
            models.CheckConstraint(
                name="province_successor_needs_end",
                condition=Q(successor__isnull=True) | Q(valid_to__isnull=False),
                violation_error_message=_("Đơn vị có đơn vị kế thừa thì phải ghi ngày kết thúc."),
            ),
            models.CheckConstraint(
                name="province_code_two_digits",
                condition=Q(code__regex=r"^[0-9]{2}$"),
                violation_error_message=_("Mã tỉnh gồm đúng hai chữ số, ví dụ 01."),
            ),
            one_of("kind", ProvinceKind, "province"),
        ]

    def __str__(self) -> str:
        return self.name

    def natural_key(self) -> tuple[str, str | None]:
        return (self.code, self.valid_from.isoformat() if self.valid_from else None)

    def valid_on(self, day: dt.date) -> bool:
        return (self.valid_from is None or self.valid_from <= day) and (
            self.valid_to is None or day <= self.valid_to
        )

    def on(self, day: dt.date) -> Province:
        """The unit that this one is on a day: itself, or the successor whose time it is.

        Before its own time a unit is answered as itself: agreements keep the party that signed.
        A successor that ended no later than the unit is a slip of entry and is not followed, so that
        the walk ends. Each step follows ``successor``; select it (twice) where many rows are asked.
        """
        unit = self
        while unit.valid_to is not None and unit.valid_to < day and unit.successor is not None:
            if unit.successor.valid_to is not None and unit.successor.valid_to <= unit.valid_to:
                break
            unit = unit.successor
        return unit
