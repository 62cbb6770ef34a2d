"""The two clocks of every answer: what was true on a day, and what was official by a day."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.core.exceptions import SuspiciousOperation
from django.utils import timezone
from django.utils.translation import gettext

from coopportal.partial_dates import PartialDate

#: The day of the portal is the day in Việt Nam, whatever the server's zone (design.md §3).
ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
AS_OF_PARAMETER = "tinh-den"
KNOWN_ON_PARAMETER = "biet-den"
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}|[0-9]{1,2}[/.-][0-9]{1,2}[/.-][0-9]{4}")


class BadParameter(SuspiciousOperation):
    """A request parameter that cannot be meant: a 400 that names it and says how to mend it."""

    def __init__(self, parameter: str, message: str, value: str = "") -> None:
        super().__init__(f"{parameter}: {message}")
        self.parameter = parameter
        self.message = message
        self.value = value


def today() -> dt.date:
    """Today in Việt Nam."""
    return timezone.localdate(timezone=ZONE)


def now() -> dt.datetime:
    """This instant to the millisecond, which is all that JSON keeps.

    With finer ones a chain written to fixtures would not hash the same when it is loaded again.
    """
    instant = timezone.now()
    return instant.replace(microsecond=instant.microsecond // 1000 * 1000)


def start_of(day: dt.date) -> dt.datetime:
    """The first instant of a day in Việt Nam."""
    return dt.datetime.combine(day, dt.time.min, tzinfo=ZONE)


def parse_day(parameter: str, text: str) -> dt.date:
    """Read a whole day, dd/mm/yyyy or ISO; raise :class:`BadParameter` for anything else."""
    cleaned = text.strip()
    if not _DAY.fullmatch(cleaned):
        raise BadParameter(
            parameter, gettext("Nhập ngày dạng dd/mm/yyyy, ví dụ 14/09/2026."), text[:40]
        )
    try:
        return PartialDate.parse(cleaned).last_day
    except ValueError as error:
        raise BadParameter(
            parameter, f"{error} " + gettext("Nhập dd/mm/yyyy, ví dụ 14/09/2026."), text[:40]
        ) from error


@dataclass(frozen=True)
class Moment:
    """``as_of``: what was true on that day; ``known_on``: what was official by the end of that day.

    ``basis`` says which of the official reports are looked at; empty means all of them. Its words
    belong to the delivery (``deliverables.choices.ReportBasis``).
    """

    as_of: dt.date
    known_on: dt.date
    basis: str = ""

    @classmethod
    def now(cls) -> Moment:
        day = today()
        return cls(day, day)

    @classmethod
    def from_query(
        cls,
        query: Mapping[str, str],
        *,
        as_of: str = AS_OF_PARAMETER,
        known_on: str = KNOWN_ON_PARAMETER,
    ) -> Moment:
        """Read both days from a query string; a missing or empty one means today, a later one is a 400."""
        latest = today()
        days = []
        for parameter in (as_of, known_on):
            text = query.get(parameter, "")
            day = parse_day(parameter, text) if text.strip() else latest
            if day > latest:
                raise BadParameter(
                    parameter,
                    gettext("Ngày %(day)s chưa tới. Chọn ngày không muộn hơn %(latest)s.")
                    % {"day": day.strftime("%d/%m/%Y"), "latest": latest.strftime("%d/%m/%Y")},
                    text[:40],
                )
            days.append(day)
        return cls(days[0], days[1])

    @property
    def is_past(self) -> bool:
        return self.as_of < today() or self.known_on < today()

    @property
    def knows_all(self) -> bool:
        """Whether all official reports of today count; what stands then is kept, and need not be sought."""
        return self.known_on >= today() and not self.basis

    @property
    def known_until(self) -> dt.datetime:
        """The first instant after the day ``known_on``: official before it and not ceased before it."""
        return start_of(self.known_on + dt.timedelta(days=1))

    @property
    def query(self) -> dict[str, str]:
        """The parameters a link needs to stay at this moment; empty for now."""
        latest = today()
        parts = {}
        if self.as_of != latest:
            parts[AS_OF_PARAMETER] = self.as_of.strftime("%d/%m/%Y")
        if self.known_on != latest:
            parts[KNOWN_ON_PARAMETER] = self.known_on.strftime("%d/%m/%Y")
        return parts
