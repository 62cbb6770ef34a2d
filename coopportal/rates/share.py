"""A worker's share of a caller's calls: taken from the common count some at a time, used up here.

So calls cost the database one statement in twenty, and all workers together never let through more than
the limit in a minute. What a worker has taken and not used is lost at the end of the minute: with many
workers a caller may be refused a little early, by less than a twentieth of the limit for each of them.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass

from coopportal.rates.models import CallCount

WINDOW = 60  # seconds; limits are calls a minute
_SHARES = 20
_FORGET_AFTER = 60  # minutes


@dataclass(frozen=True)
class Rate:
    """What a call found: whether it may go on, the limit, what is left of it, and until when."""

    allowed: bool
    limit: int
    remaining: int
    #: Seconds until the minute is over, rounded up.
    reset: int


@dataclass
class _Share:
    left: int = 0
    taken_in_all: int = 0


class Counter:
    """The shares of one process; threads may count at once."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._minute = -1
        self._forgotten = 0
        self._shares: dict[str, _Share] = {}

    def spend(self, caller: str, limit: int, now: float) -> Rate:
        """Count one call of ``caller`` at ``now`` (seconds since 1970)."""
        minute = int(now // WINDOW)
        reset = max(1, -int(-(WINDOW - now % WINDOW) // 1))
        with self._lock:
            if minute != self._minute:
                self._minute, self._shares = minute, {}
            share = self._shares.setdefault(caller, _Share())
        if share.left < 1 and share.taken_in_all < limit:
            self._take(share, caller, minute, limit)
        with self._lock:
            allowed = share.left > 0
            share.left -= allowed
            remaining = max(0, limit - share.taken_in_all) + share.left if allowed else 0
        return Rate(allowed, limit, remaining, reset)

    def _take(self, share: _Share, caller: str, minute: int, limit: int) -> None:
        size = max(1, limit // _SHARES)
        taken = CallCount.take(caller, minute, size)
        with self._lock:
            share.taken_in_all = taken
            share.left += max(0, min(size, limit - (taken - size)))
            tidy = minute - self._forgotten > _FORGET_AFTER
            if tidy:
                self._forgotten = minute
        if tidy:
            CallCount.forget_before(minute - _FORGET_AFTER)


COUNTER = Counter()
