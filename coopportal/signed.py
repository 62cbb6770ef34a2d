"""Who is bound at a moment: what the overview tells of agreements and phases, whatever came of them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext

from agreements.models import Phase
from agreements.present_names import Place, by_present_unit, with_present_names
from agreements.terms import say_years
from coopportal.clock import BadParameter, Moment, today

#: Under which names partners stand on the time line and in the matrix.
MAP_PARAMETER = "ban-do"


class MapChoice(StrEnum):
    """As they signed, or under the units of the map of the day asked."""

    SIGNED = "da-ky"
    PRESENT = "hien-nay"


def map_choice(request: HttpRequest) -> MapChoice:
    """Read the choice, as signed where none is made; raise :class:`BadParameter` for another word."""
    text = request.GET.get(MAP_PARAMETER, "").strip()
    try:
        return MapChoice(text) if text else MapChoice.SIGNED
    except ValueError as error:
        raise BadParameter(
            MAP_PARAMETER,
            gettext("Chọn một trong: %(words)s.") % {"words": ", ".join(MapChoice)},
            text[:40],
        ) from error


@dataclass(kw_only=True)
class Signed:
    """Main phases and their partners in the order in which they are drawn, and the subsidiary phases."""

    moment: Moment
    map: MapChoice
    phases: list[Any]
    subsidiaries: list[Any]
    agreements: list[Any]
    places: dict[int, Place]

    # ---- partners ----

    @property
    def provinces(self) -> list[Any]:
        return [row for row in self.agreements if row.partner.is_province]

    @property
    def agencies(self) -> list[Any]:
        return [row for row in self.agreements if not row.partner.is_province]

    @property
    def merged_away(self) -> list[Any]:
        """Provinces that go by another name on the day asked."""
        day = self.moment.as_of
        return [
            row
            for row in self.provinces
            if row.partner.province
            and row.partner.province.on(day).name != row.partner.province.name
        ]

    @property
    def subsidiary_partners(self) -> list[str]:
        """Under whose agreements the subsidiary ones stand."""
        by_id = {row.pk: row.partner.short_name for row in self.agreements}
        above = (by_id.get(phase.parent.agreement_id) for phase in self.subsidiaries)
        return list(dict.fromkeys(filter(None, above)))

    @property
    def homes(self) -> dict[int, int]:
        """In whose column an agreement stands: its own, or that of the one above a subsidiary one.

        An agreement that is not in it has no column.
        """
        own = {row.pk: row.pk for row in self.agreements}
        above = {phase.agreement_id: phase.parent.agreement_id for phase in self.subsidiaries}
        return {key: home for key, home in (own | above).items() if home in own}

    # ---- the two maps ----

    @property
    def places_shown(self) -> dict[int, Place]:
        """Where partners stand on the day's map; nothing while they go by the names that signed."""
        return self.places if self.map is MapChoice.PRESENT else {}

    @property
    def present_units(self) -> int:
        """In how many units of the day's map the provinces that signed stand."""
        return len({self.places[row.pk].key for row in self.provinces})

    @property
    def map_has_changed(self) -> bool:
        """Whether any partner goes by another name, or stands in a larger unit, than when it signed."""
        return any(place.signed_as for place in self.places.values())

    @property
    def map_is_todays(self) -> bool:
        return self.moment.as_of == today()

    # ---- phases ----

    @property
    def in_force(self) -> list[Any]:
        return [phase for phase in self.phases if phase.in_force_on(self.moment.as_of)]

    @property
    def expired(self) -> list[Any]:
        day = self.moment.as_of
        return [phase for phase in self.phases if phase.ends_on and phase.ends_on < day]

    @property
    def last_expired(self) -> list[Any]:
        """Those that ended last: the ones a next phase is expected for."""
        last = max((phase.ends_on for phase in self.expired), default=None)
        return [phase for phase in self.expired if phase.ends_on == last]

    @property
    def last_expired_more(self) -> int:
        return max(len(self.last_expired) - 4, 0)

    @property
    def terms(self) -> set[tuple[int | None, int | None]]:
        """The different terms: 2014–2020, 2015–2020 …"""
        return {(phase.start_year, phase.end_year) for phase in self.phases}

    @property
    def unsigned(self) -> list[Any]:
        return [phase for phase in self.phases if phase.signed_on is None]


def signed_at(moment: Moment, chosen: MapChoice) -> Signed:
    """Every phase that one could know of, with the term that it had: three queries, whatever the rows.

    One for phases, one for merged provinces and one for what was amended only later.
    """
    rows = Phase.objects.told_by(moment.as_of).select_related("parent")
    every = list(with_present_names(rows, "agreement__").order_by(*(Phase._meta.ordering or ())))
    say_years((one for row in every for one in (row, row.parent)), moment.as_of)
    phases = [phase for phase in every if phase.parent_id is None]
    agreements = list({phase.agreement_id: phase.agreement for phase in phases}.values())
    placed = by_present_unit(agreements, moment.as_of)
    if chosen is MapChoice.PRESENT:
        agreements = [row for row, _place in placed]
        order = {row.pk: number for number, row in enumerate(agreements)}
        phases.sort(key=lambda phase: order[phase.agreement_id])
    return Signed(
        moment=moment,
        map=chosen,
        phases=phases,
        subsidiaries=[phase for phase in every if phase.parent_id is not None],
        agreements=agreements,
        places={row.pk: place for row, place in placed},
    )
