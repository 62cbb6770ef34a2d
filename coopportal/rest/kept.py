"""Answers told lately, kept by their tags and told again while nothing that they are made of has changed.

An ETag names everything an answer is made of (``conditional.py``, ADR 14), the state of the data first,
which every write renews in its own transaction. So an answer found under today's tag is the one that would
be computed now; there is nothing to invalidate and nothing that could go stale. Each process keeps its own.

How many rows a list has is kept likewise, under the same things but for the page asked: whoever goes on to
the next page, or asks another fifty, does not wait until a country's reports are counted again.
"""

from __future__ import annotations

import hashlib
import threading
import zlib
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any, Generic, TypeVar

V = TypeVar("V")

#: Of packed answers in one process; a summary's addresses repeat themselves and pack tenfold or better.
MOST_BYTES = 8_000_000
#: An answer larger than this is not kept: it would push out all others.
MOST_BYTES_OF_ONE = MOST_BYTES // 4


class KeptAnswers:
    """The answers asked for last, up to a number of bytes. Safe among threads."""

    def __init__(self, most_bytes: int = MOST_BYTES, most_bytes_of_one: int = MOST_BYTES_OF_ONE):
        self._most = most_bytes
        self._most_of_one = most_bytes_of_one
        self._packed: OrderedDict[str, bytes] = OrderedDict()
        self._bytes = 0
        self._lock = threading.Lock()

    def get(self, tag: str) -> bytes | None:
        with self._lock:
            if (packed := self._packed.get(tag)) is None:
                return None
            self._packed.move_to_end(tag)
        return zlib.decompress(packed)

    def put(self, tag: str, content: bytes) -> None:
        packed = zlib.compress(content, 1)
        if len(packed) > self._most_of_one:
            return
        with self._lock:
            self._bytes += len(packed) - len(self._packed.pop(tag, b""))
            self._packed[tag] = packed
            while self._bytes > self._most:
                self._bytes -= len(self._packed.popitem(last=False)[1])

    def clear(self) -> None:
        with self._lock:
            self._packed.clear()
            self._bytes = 0


#: How many counts one process keeps: a number each, and the key it is kept under.
MOST_COUNTS = 2000


def key_of(*told: Any) -> bytes:
    """A short key of everything that a count depends on, however much somebody has typed."""
    return hashlib.sha256(repr(told).encode("utf-8", "surrogatepass")).digest()


class Lately(Generic[V]):
    """What was asked for last, up to a number of them. Safe among threads."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._kept: OrderedDict[Hashable, V] = OrderedDict()
        self._lock = threading.Lock()

    def find(self, key: Hashable) -> V | None:
        with self._lock:
            if key not in self._kept:
                return None
            self._kept.move_to_end(key)
            return self._kept[key]

    def put(self, key: Hashable, value: V) -> None:
        with self._lock:
            self._kept[key] = value
            self._kept.move_to_end(key)
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)

    def get(self, key: Hashable, make: Callable[[], V]) -> V:
        """What is kept under the key, else what ``make`` gives, kept from now on."""
        if (found := self.find(key)) is None:
            found = make()
            self.put(key, found)
        return found

    def __len__(self) -> int:
        return len(self._kept)

    def clear(self) -> None:
        with self._lock:
            self._kept.clear()


#: Those of this process.
answers = KeptAnswers()
counts: Lately[int] = Lately(MOST_COUNTS)
