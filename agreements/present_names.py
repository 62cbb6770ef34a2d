"""What a partner is called on the day asked: the name that signed stays, the map's news stands beside it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Prefetch
from django.utils.translation import gettext as _

from agreements.models import Province
from coopportal.vietnamese import sort_key


def with_present_names(rows: Any, path: str = "") -> Any:
    """Fetch what :func:`say_present_name` follows, for a queryset that reaches its partner by ``path``.

    One join and, where any province was merged, one query more, however many rows.
    """
    return rows.select_related(f"{path}partner__province__successor__successor").prefetch_related(
        Prefetch(
            f"{path}partner__province__successor__predecessors",
            queryset=Province.objects.order_by("sort_key"),
        )
    )


def later_name(party: Any, as_of: dt.date) -> str:
    """The name under which the party goes on by the day asked, when it is no longer its own; else empty."""
    if not party.is_province:
        return str(party.successor_on(as_of))
    unit = party.province.on(as_of)
    return str(unit.name) if unit.name != party.province.name else ""


def say_present_name(party: Any, as_of: dt.date) -> str:
    """ "nay thuộc Bắc Ninh", "gồm cả Yên Bái cũ", "nay là …": what the day's map adds to a signed name.

    Empty while the name that signed is still the whole truth.
    """
    later = later_name(party, as_of)
    if not party.is_province:
        return _("nay là %(name)s") % {"name": later} if later else ""
    if later:
        return _("nay thuộc %(name)s") % {"name": later}
    province, unit = party.province, party.province.on(as_of)
    if unit.pk == province.pk:
        return ""
    joined = [other.name for other in unit.predecessors.all() if other.name != province.name]
    return _("gồm cả %(names)s cũ") % {"names": ", ".join(joined)} if joined else ""


@dataclass(frozen=True)
class Place:
    """Where a partner stands on the map of a day: the unit's or agency's name then.

    ``key`` is shared by partners whose provinces became one unit; ``signed_as`` is what the partner was
    called when that is no longer the whole truth, else empty.
    """

    key: tuple[str, int]
    name: str
    signed_as: str = ""


def place_on(party: Any, as_of: dt.date) -> Place:
    """The unit of a day's map that a partner stands in; fetch with :func:`with_present_names`."""
    if not party.is_province:
        later = later_name(party, as_of)
        return Place(
            ("party", party.pk), later or party.short_name, party.short_name if later else ""
        )
    province, unit = party.province, party.province.on(as_of)
    if unit.pk == province.pk:
        return Place(("province", unit.pk), party.short_name)
    if unit.name != province.name:
        return Place(("province", unit.pk), unit.name, party.short_name)
    grown = say_present_name(party, as_of)
    # A city by decree is the same place under the same name; one that took in others is not.
    return Place(
        ("province", unit.pk), unit.name, _("%(name)s cũ") % {"name": unit.name} if grown else ""
    )


def by_present_unit(agreements: Iterable[Any], as_of: dt.date) -> list[tuple[Any, Place]]:
    """Agreements under the units of a day's map: provinces by their name then, agencies after them."""
    placed = [(row, place_on(row.partner, as_of)) for row in agreements]
    return sorted(
        placed,
        key=lambda pair: (
            not pair[0].partner.is_province,
            sort_key(pair[1].name),
            pair[1].key,
            bytes(pair[0].partner.sort_key),
        ),
    )
