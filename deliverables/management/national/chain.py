"""The chain of official changes for a whole country: gathered by province, merged by time, hashed once."""

from __future__ import annotations

import datetime as dt
import heapq
import tempfile
from collections.abc import Callable, Iterator
from typing import IO, NamedTuple

from deliverables.models import OfficialChange
from deliverables.models.change import GENESIS, link_hash

#: Changes written at once.
BATCH = 20_000


class Turn(NamedTuple):
    """One report began or ended its reign at an instant (seconds since 1970); ``content`` as hashed."""

    at: int
    order: int
    report: int
    kind: str
    content: str


class Changes:
    """Turns of all provinces in the order of time, held on disk: a country's would not fit in memory."""

    def __init__(self) -> None:
        self._parts: list[IO[str]] = []
        self.count = 0

    def add(self, turns: list[Turn]) -> None:
        """Keep the turns of one province; ``order`` must go on counting from one to the next."""
        part = tempfile.TemporaryFile("w+", encoding="utf-8")  # noqa: SIM115 closed in link()
        for turn in sorted(turns):
            part.write("\t".join(map(str, turn)) + "\n")
        self.count += len(turns)
        self._parts.append(part)

    def link(self, write: Callable[[list[tuple[object, ...]]], None]) -> None:
        """Number and hash every turn after what the log holds already, and hand the rows on in batches.

        Rows: seq, report, kind, at (UTC, ISO text), hash, previous hash.
        """
        last = OfficialChange.objects.order_by("-seq").values("seq", "hash").first()
        seq, previous = (last["seq"], last["hash"]) if last else (0, GENESIS)
        rows: list[tuple[object, ...]] = []
        for turn in heapq.merge(*map(_turns, self._parts)):
            seq += 1
            at = dt.datetime.fromtimestamp(turn.at, dt.UTC)
            own = link_hash(
                seq=seq, kind=turn.kind, at=at, content=turn.content, previous_hash=previous
            )
            rows.append((seq, turn.report, turn.kind, at.isoformat(" ")[:19], own, previous))
            previous = own
            if len(rows) == BATCH:
                write(rows)
                rows = []
        write(rows)
        for part in self._parts:
            part.close()


def _turns(part: IO[str]) -> Iterator[Turn]:
    part.seek(0)
    for line in part:
        at, order, report, kind, content = line.rstrip("\n").split("\t")
        yield Turn(int(at), int(order), int(report), kind, content)
