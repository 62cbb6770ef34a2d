"""By what deliverables can be grouped, and what each group is called. No counting here."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from agreements.models import Category, CooperationArea, Party, Phase, Province, System, Theme
from coopportal.filtersets import NONE


@dataclass(frozen=True)
class Member:
    """One value of a key: ``value`` asks for it in a list, ``told`` names it (None for "has none")."""

    value: str
    told: dict[str, Any] | None
    order: tuple[Any, ...] = field(compare=False, hash=False)

    def __hash__(self) -> int:
        return hash(self.value)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Member) and self.value == other.value


#: Deliverables without the noun; they come last.
MISSING = Member(NONE, None, (1,))

Members = Mapping[int, Member]


@dataclass(frozen=True)
class GroupKey:
    """``path`` leads from a deliverable to the noun's id; ``members`` names ids on a day in one query.

    ``overlapping``: a deliverable may be in several of its groups, so that they do not add up.
    """

    name: str
    path: str
    members: Callable[[Collection[int], dt.date], Members]
    overlapping: bool = False


def _provinces(ids: Collection[int], day: dt.date) -> Members:
    """By the map of the day: the unit that the partner's province is, or was succeeded by."""
    bearers = Province.objects.all().bearers_on(day)
    return {
        own: Member(unit.code, {"code": unit.code, "name": unit.name}, (0, unit.code))
        for own, unit in bearers.items()
    }


def _partners(ids: Collection[int], day: dt.date) -> Members:
    rows = Party.objects.filter(pk__in=ids).values_list(
        "pk", "slug", "name", "short_name", "sort_key"
    )
    return {
        pk: Member(
            slug,
            {"slug": slug, "name": name, "short_name": short_name},
            (0, bytes(sort_key), slug),
        )
        for pk, slug, name, short_name, sort_key in rows
    }


def _phases(ids: Collection[int], day: dt.date) -> Members:
    rows = Phase.objects.filter(pk__in=ids).values_list(
        "pk", "slug", "agreement__slug", "start_year", "end_year", "agreement__partner__sort_key"
    )
    return {
        pk: Member(
            slug,
            {"slug": slug, "agreement": agreement, "start_year": start, "end_year": end},
            (0, bytes(sort_key), start or 9999, slug),
        )
        for pk, slug, agreement, start, end, sort_key in rows
    }


def _areas(ids: Collection[int], day: dt.date) -> Members:
    rows = CooperationArea.objects.filter(pk__in=ids).values_list(
        *("pk", "phase__slug", "position", "name"),
        *("phase__agreement__partner__sort_key", "phase__start_year"),
    )
    told = {}
    for pk, phase, position, name, sort_key, start in rows:
        key = f"{phase}.{position}"
        names = {"key": key, "phase": phase, "position": position, "name": name}
        told[pk] = Member(key, names, (0, bytes(sort_key), start or 9999, phase, position))
    return told


def _systems(ids: Collection[int], day: dt.date) -> Members:
    rows = System.objects.filter(pk__in=ids).values_list("pk", "slug", "name", "sort_key")
    return {
        pk: Member(slug, {"slug": slug, "name": name}, (0, bytes(sort_key), slug))
        for pk, slug, name, sort_key in rows
    }


def _positioned(model: type[Theme | Category]) -> Any:
    def members(ids: Collection[int], day: dt.date) -> Members:
        rows = model.objects.filter(pk__in=ids).values_list("pk", "key", "name", "position")
        return {
            pk: Member(key, {"key": key, "name": name}, (0, position, key))
            for pk, key, name, position in rows
        }

    return members


KEYS: dict[str, GroupKey] = {
    key.name: key
    for key in (
        GroupKey("province", "agreement__partner__province", _provinces),
        GroupKey("partner", "agreement__partner", _partners),
        GroupKey("phase", "phase", _phases),
        GroupKey("area", "area", _areas),
        GroupKey("theme", "area__themes", _positioned(Theme), overlapping=True),
        GroupKey("system", "system", _systems),
        GroupKey("category", "system__categories", _positioned(Category), overlapping=True),
    )
}
