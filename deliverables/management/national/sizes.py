"""How large the synthetic country is, and over which days it is told."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace

#: The day of the map that the 34 units are taken from (NQ 202/2025/QH15).
NEW_MAP = dt.date(2025, 7, 1)

#: The last day of the story. Fixed, so that one seed gives one country whenever it is made.
UNTIL = dt.date(2026, 6, 30)


@dataclass(frozen=True)
class Sizes:
    """``provinces`` × three phases × ``systems`` × ``hosts`` deliverables, each with some ``reports``.

    ``hosts`` is a mean and may be a fraction. Reports cover the ``years`` before ``until``; a phase
    that lies before them has none.
    """

    provinces: int = 34
    systems: int = 40
    hosts: float = 25.0
    reports: float = 12.0
    years: float = 10.0
    until: dt.date = UNTIL

    def scaled(self, factor: float) -> Sizes:
        """A smaller or larger country of the same shape: fewer hosts first, then fewer systems."""
        hosts = self.hosts * factor
        if hosts >= 1:
            return replace(self, hosts=hosts)
        return replace(self, hosts=1.0, systems=max(1, round(self.systems * hosts)))

    @property
    def since(self) -> dt.date:
        """The first day that a report may speak of."""
        return self.until - dt.timedelta(days=round(self.years * 365.25))

    def hosts_of(self, place: int) -> int:
        """Hosts of the province at a place of the list; over all provinces their mean is ``hosts``."""
        return int((place + 1) * self.hosts) - int(place * self.hosts)

    @property
    def deliverables(self) -> int:
        """How many deliverables there will be."""
        return int(self.provinces * self.hosts) * 3 * self.systems
