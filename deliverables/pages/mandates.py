"""For whom a user acts today, and how the two sides of an agreement are called. Not here: who may do what."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from agreements.choices import Side
from agreements.models import Agreement, Representative
from coopportal.clock import today


@dataclass(frozen=True)
class Mandate:
    """One side of one agreement that a user stands for."""

    agreement: Agreement
    side: Side

    @property
    def own(self) -> str:
        return side_name(self.agreement, self.side)

    @property
    def other(self) -> str:
        return side_name(self.agreement, other_side(self.side))


def other_side(side: str) -> Side:
    return Side.VNPT if side == Side.PARTNER else Side.PARTNER


def side_name(agreement: Agreement, side: str) -> str:
    """What a page calls one side: the partner by its short name, VNPT by its unit's."""
    if side == Side.VNPT:
        return agreement.vnpt_party.short_name
    return agreement.partner.short_name


def mandates_of(user: Any) -> list[Mandate]:
    """By agreement, in the order of the partners' names; both sides of one agreement count for neither."""
    rows = (
        Representative.objects.acting(user, today())
        .select_related("agreement__partner", "agreement__vnpt_party")
        .order_by("agreement__partner__sort_key", "agreement__slug")
    )
    found = {row.agreement_id: Mandate(row.agreement, Side(row.side)) for row in rows}
    return list(found.values())


def receiver_of(mandates: Sequence[Mandate]) -> str:
    """Who is asked to confirm what these mandates send, for a button: "VNPT", "Nghệ An", "bên kia"."""
    sides = {mandate.side for mandate in mandates}
    if sides == {Side.PARTNER}:
        return _("VNPT")
    if sides == {Side.VNPT}:
        return mandates[0].other if len(mandates) == 1 else _("đối tác")
    return _("bên kia")
