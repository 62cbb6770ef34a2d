"""The table of addresses in docs/permissions.md, read: which answer whom at which address and method."""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass
from pathlib import Path

from tests.access.cast import METHODS

DOCUMENT = Path(__file__).parents[2] / "docs" / "permissions.md"
COLUMNS = (
    *("public", "closed", "signed in", "administrator"),
    *("reading token", "reporting token", "dead token"),
)
HEADING = ("addresses", "methods", *COLUMNS)
#: Sent to the sign-in page; any other word of a cell is an HTTP status.
SIGN_IN = "sign in"
_CELL = re.compile(
    r"(?P<own>\d{3}|sign in)(:(?P<decider>\d{3}))?"
    r"( / (?P<other>\d{3}|sign in))?( \((?P<missing>\d{3}|sign in)\))?"
)
_READING = {"GET", "HEAD"}


@dataclass(frozen=True)
class Cell:
    """``200 / 404 (302)``: for what is one's own, for another's, for what does not exist.

    One word counts for own and other's; without a third, what is not there is answered like another's,
    only that reading it is a 404 instead of a 200. ``403:302``: for the side that sent it, for the other.
    """

    own: str
    other: str
    missing: str | None
    decider: str = ""

    @classmethod
    def of(cls, text: str) -> Cell:
        found = _CELL.fullmatch(text)
        assert found, f"docs/permissions.md: a cell of the table of addresses says {text!r}."
        own, decider = found["own"], found["decider"] or ""
        return cls(own, found["other"] or own, found["missing"], decider or own)

    def answer(self, which: str, method: str) -> str:
        if which == "own":
            return self.own
        if which == "decider":
            return self.decider
        if which == "other":
            return self.other
        if self.missing:
            return self.missing
        return "404" if self.other == "200" and method in _READING else self.other


def _addresses(cell: str) -> list[str]:
    """The addresses of a cell, ``{a,b}`` in one of them standing for both."""
    found: list[str] = []
    for address in re.findall(r"`([^`]+)`", cell):
        parts = re.split(r"\{([^}]*)\}", address)
        choices = [part.split(",") if i % 2 else [part] for i, part in enumerate(parts)]
        found.extend("".join(chosen) for chosen in itertools.product(*choices))
    return found


def _rows() -> list[list[str]]:
    rows: list[list[str]] = []
    inside = False
    for line in DOCUMENT.read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if line.startswith("|") and tuple(cells) == HEADING:
            inside = True
        elif inside and not line.startswith("|"):
            break
        elif inside and not re.fullmatch(r"[|-]+", line):
            rows.append([cells[0] or rows[-1][0], *cells[1:]])
    assert rows, f"docs/permissions.md has no table with the heading {HEADING}."
    return rows


class Table:
    """Rules by address and method."""

    def __init__(self) -> None:
        self.rules: dict[tuple[str, str], dict[str, Cell]] = {}
        for addresses, methods, *cells in _rows():
            assert len(cells) == len(COLUMNS), f"{addresses}: {len(cells)} cells"
            told = {name: Cell.of(cell) for name, cell in zip(COLUMNS, cells, strict=True)}
            names = METHODS if methods == "all" else methods.split()
            assert set(names) <= set(METHODS), f"{addresses}: {methods}"
            for address, method in itertools.product(_addresses(addresses), names):
                assert (address, method) not in self.rules, f"two rules for {method} {address}"
                self.rules[address, method] = told
        self.used: set[str] = set()

    def rule(self, address: str, method: str) -> dict[str, Cell] | None:
        """The rule for an address itself, else the one for any model of the admin."""
        for name in (address, _any_model(address)):
            if (name, method) in self.rules:
                self.used.add(name)
                return self.rules[name, method]
        return None

    def addresses(self) -> set[str]:
        return {address for address, _ in self.rules}


def _any_model(address: str) -> str:
    """``/quan-tri/agreements/phase/add/`` as one of ``/quan-tri/<app>/<model>/add/``."""
    return re.sub(r"^/quan-tri/[^/<]+/[^/<]+/", "/quan-tri/<app>/<model>/", address)
