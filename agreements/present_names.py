"""What a partner is called on the day asked: the name that signed stays, the map's news stands beside it."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db.models import Prefetch
from django.utils.translation import gettext as _

from agreements.models import Province


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
