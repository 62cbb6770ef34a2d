"""What came of the last thing done, told once on the next page: a line a report, a message to hand on."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

from django.http import HttpRequest

_SESSION_KEY = "outcomes"


@dataclass(frozen=True)
class Told:
    """One line: done or not, in words, and where the thing can be seen."""

    text: str
    ok: bool = True
    url: str = ""
    title: str = ""


@dataclass(frozen=True)
class Results:
    """What the next page tells; ``message`` is a plain text to paste into Zalo or mail."""

    lines: tuple[Told, ...]
    message: str = ""

    @property
    def done(self) -> int:
        return sum(line.ok for line in self.lines)

    @property
    def refused(self) -> int:
        return len(self.lines) - self.done


def tell(request: HttpRequest, lines: Iterable[Told], message: str = "") -> None:
    """Keep the lines for the page that the browser goes to next."""
    request.session[_SESSION_KEY] = {"lines": [asdict(line) for line in lines], "message": message}


def take(request: HttpRequest) -> Results | None:
    """The lines of the last request, once."""
    # A session that was never touched is not read either: the public's pages need none.
    kept: Any = request.session.pop(_SESSION_KEY, None) if _SESSION_KEY in request.session else None
    if not kept or not kept["lines"]:
        return None
    return Results(tuple(Told(**line) for line in kept["lines"]), kept["message"])
