"""The promise of the synthetic country: parties, agreements, phases, areas, systems, officers, sources.

Small tables, made with the models themselves; what is delivered under them is told in lives.py.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from random import Random

from accounts.models import User
from agreements.choices import (
    EventKind,
    Instrument,
    LineageBasis,
    PartyKind,
    Side,
)
from agreements.models import (
    Agreement,
    Citation,
    CooperationArea,
    Event,
    Party,
    Phase,
    Province,
    Representative,
    System,
    Theme,
)
from coopportal.partial_dates import PartialDate
from deliverables.management.national.catalogue import (
    cite,
    make_indicators,
    make_systems,
    officer,
    one,
    source,
)
from deliverables.management.national.sizes import NEW_MAP, Sizes
from deliverables.management.national.words import (
    AREAS,
    HOSTS,
    MARK,
    PREFIX,
)
from deliverables.models import Indicator

#: First and last years of the three phases; the words of the sources differ likewise.
_TERMS = (
    ((2014, 2020), (2015, 2020), (2016, 2020)),
    ((2021, 2025), (2020, 2025)),
    ((2025, 2030), (2026, 2030)),
)


@dataclass
class Term:
    """One phase of one agreement, and who reports under it."""

    number: int
    agreement: Agreement
    phase: Phase
    areas: list[CooperationArea]
    hosts: list[Party]
    partner_officer: User
    vnpt_officer: User
    #: What a report of a public source cites, by year.
    cited: dict[int, Citation]


@dataclass
class Territory:
    """One of the 34 units: for each of the three phases the terms that its hosts belong to.

    Before the new map a merged unit has one term for each province it was made of.
    """

    place: int
    unit: Province
    terms: list[list[Term]] = field(default_factory=lambda: [[], [], []])


@dataclass
class Country:
    territories: list[Territory]
    systems: list[System]
    indicators: list[Indicator]
    administrator: User


def make_promise(sizes: Sizes, seed: int) -> Country:
    """Create everything but the deliverables, and say where these belong."""
    units = list(Province.objects.on(NEW_MAP).order_by("code").prefetch_related("predecessors"))[
        : sizes.provinces
    ]
    citation = source(PREFIX, "Bộ số liệu minh họa quy mô cả nước", None)
    group = one(
        Party,
        slug=f"{PREFIX}-vnpt",
        kind=PartyKind.VNPT_GROUP,
        name=f"Tập đoàn VNPT {MARK}",
        short_name=f"VNPT {MARK}",
    )
    country = Country(
        territories=[Territory(place, unit) for place, unit in enumerate(units)],
        systems=make_systems(sizes.systems, citation),
        indicators=make_indicators(),
        administrator=officer("quan-tri", "Quản trị viên", is_superuser=True, is_staff=True),
    )
    for territory in country.territories:
        rng = Random(f"{seed}/promise/{territory.place}")
        _sign(territory, sizes.hosts_of(territory.place), group, citation, rng)
    return country


# --- One territory ----------------------------------------------------------------------------


def _key(province: Province) -> str:
    """Codes are reused: the new unit of a code is told apart by its year."""
    year = f"-{province.valid_from.year}" if province.valid_from else ""
    return f"{PREFIX}-{province.code}{year}"


def _sign(territory: Territory, hosts: int, group: Party, citation: Citation, rng: Random) -> None:
    unit = territory.unit
    before = sorted(unit.predecessors.all(), key=lambda row: row.code) or [unit]
    shares = [len(range(place, hosts, len(before))) for place in range(len(before))]
    for province, share in zip(before, shares, strict=True):
        numbers = (0, 1, 2) if province.pk == unit.pk else (0, 1)
        _agree(territory, province, numbers, share, group, citation, rng)
    if before != [unit]:
        _agree(territory, unit, (2,), hosts, group, citation, rng)


def _agree(  # noqa: PLR0917 one call a line above
    territory: Territory,
    province: Province,
    numbers: Sequence[int],
    hosts: int,
    group: Party,
    citation: Citation,
    rng: Random,
) -> None:
    key = _key(province)
    partner = one(
        Party,
        slug=key,
        kind=PartyKind.PROVINCE,
        name=f"UBND {province.name} {MARK}",
        short_name=f"{province.name} {MARK}",
        province=province,
    )
    agreement = one(Agreement, slug=key, partner=partner, vnpt_party=group)
    cite([partner], citation)
    cite([agreement], citation)
    terms = [_TERMS[number][rng.randrange(len(_TERMS[number]))] for number in numbers]
    phases = Phase.objects.bulk_create(
        Phase(
            slug=f"{key}-{start}-{end}",
            agreement=agreement,
            start_year=start,
            end_year=end,
            instrument=rng.choice(list(Instrument)[:4]).value,
            title=f"Thỏa thuận hợp tác {province.name} – VNPT {start}–{end} {MARK}",
            signed_on=_signing(start, number, rng),  # type: ignore[misc]
        )
        for number, (start, end) in zip(numbers, terms, strict=True)
    )
    cite(phases, citation)
    areas = _areas(phases)
    partner_officer, vnpt_officer = (
        officer(f"{key[len(PREFIX) + 1 :]}-{side}", f"{who} {province.name}")
        for side, who in ((Side.PARTNER, "Cán bộ đầu mối"), (Side.VNPT, "Quản lý khách hàng VNPT"))
    )
    Representative.objects.bulk_create(
        Representative(user=user, agreement=agreement, side=side, from_day=dt.date(2014, 1, 1))
        for user, side in ((partner_officer, Side.PARTNER), (vnpt_officer, Side.VNPT))
    )
    Event.objects.bulk_create(
        Event(
            slug=f"{phase.slug}-ky-ket",
            kind=EventKind.SIGNING,
            title=f"Lễ ký {phase.title}",
            happened_on=phase.signed_on,
            agreement=agreement,
            phase=phase,
        )
        for phase in phases
    )
    cited = {
        year: source(f"{key}-tin-{year}", f"Tin tổng hợp {province.name} {year}", PartialDate(year))
        for year in range(phases[0].begins_on.year, phases[-1].ends_on.year + 1)
    }
    own_hosts = _hosts(key, province, partner, hosts)
    for number, phase in zip(numbers, phases, strict=True):
        territory.terms[number].append(
            Term(
                number,
                agreement,
                phase,
                areas[phase.pk],
                own_hosts,
                partner_officer,
                vnpt_officer,
                cited,
            )
        )


def _signing(start: int, number: int, rng: Random) -> PartialDate | None:
    """The third phase is signed under the new map; some days are known to the month, some not at all."""
    if number == 2:
        first, last = NEW_MAP + dt.timedelta(days=14), dt.date(2026, 1, 20)
        if start == 2026:
            first = dt.date(2025, 12, 1)
    else:
        first, last = dt.date(start, 1, 10), dt.date(start, 10, 30)
    day = first + dt.timedelta(days=rng.randrange((last - first).days))
    known = rng.random()
    if known < 0.1 and number < 2:
        return None
    return PartialDate(day.year, day.month, day.day if known < 0.8 else None)


def _areas(phases: Sequence[Phase]) -> dict[int, list[CooperationArea]]:
    areas = CooperationArea.objects.bulk_create(
        CooperationArea(
            phase=phase,
            position=position,
            name=f"{name} {MARK}",
            lineage_basis=LineageBasis.OUR_READING if place else "",
        )
        for place, phase in enumerate(phases)
        for position, name in enumerate(AREAS, start=1)
    )
    by_phase = {phase.pk: [row for row in areas if row.phase_id == phase.pk] for phase in phases}
    lineage = CooperationArea.continues.through
    lineage.objects.bulk_create(
        lineage(from_cooperationarea_id=later.pk, to_cooperationarea_id=earlier.pk)
        for before, after in pairwise(phases)
        for earlier, later in zip(by_phase[before.pk], by_phase[after.pk], strict=True)
    )
    themes = list(Theme.objects.order_by("position", "key"))
    if themes:
        through = CooperationArea.themes.through
        through.objects.bulk_create(
            through(
                cooperationarea_id=area.pk, theme_id=themes[(area.position * 3) % len(themes)].pk
            )
            for area in areas
        )
    return by_phase


def _hosts(key: str, province: Province, partner: Party, count: int) -> list[Party]:
    rows = []
    for index in range(count):
        if index < len(HOSTS):
            name, kind = HOSTS[index]
        else:
            name, kind = f"Đơn vị cấp xã số {index - len(HOSTS) + 1}", PartyKind.SECTOR
        rows.append(
            Party(
                slug=f"{key}-don-vi-{index + 1}",
                kind=kind,
                name=f"{name}, {province.name} {MARK}",
                short_name=f"{name}, {province.name} {MARK}",
                province=province,
                parent=partner,
            )
        )
    return Party.objects.bulk_create(rows)
