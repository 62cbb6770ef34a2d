"""`python -m benchmarks.growth`: what ten times the data costs (G10).

Two processes with a database each, one ten times as large as the other, are asked the same in turn: whatever
else the machine does slows both. Two runs one after the other would compare its moods.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from benchmarks.method import Call, compare_until
from benchmarks.report import GROWTH_LIMITS, Report, Row, table

SMALL, LARGE = 0.1, 1.0
#: Lists of what grows with every report.
LOGS = {
    "G2 reports": "/api/v1/reports/",
    "G2 changes": "/api/v1/changes/",
    "G2 figures, page": "/so-lieu/",
    "G2 changes, page": "/thay-doi/",
}
SUMMARIES = frozenset({"G1 province", "G1 province, asked again"})
_READY, _DONE = "ready", "done"


def questions() -> Iterator[tuple[str, Call]]:
    """What is asked, of the database that this process has."""
    from benchmarks.goals import Stage, detail, first_and_again, listing, summary_now, unchanged

    stage = Stage.set()
    for family in (listing, detail, unchanged):
        for goal in family(stage):
            yield goal.key, goal.subject
    for name, path in LOGS.items():
        for again, asking in first_and_again(stage.portal, path):
            yield f"{name}{again}", asking
    for goal in summary_now(stage):
        if goal.key in SUMMARIES:
            yield goal.key, goal.subject


def _answer(scale: float) -> None:
    """A process that is asked: a line is the key of a question, its answer is read to its end."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "coopportal.settings")
    import django

    django.setup()
    from benchmarks.tables import filled, rows_measured, tidy

    filled(scale)
    tidy()
    asked: dict[str, Callable[[], Any]] = dict(questions())
    told = ", ".join(f"{count:,} {noun}" for noun, count in rows_measured().items())
    print(_READY, told, "|".join(asked), sep="\t", flush=True)
    for line in sys.stdin:
        asked[line.strip()]()
        print(_DONE, flush=True)


class _Process:
    """The other end of it."""

    def __init__(self, scale: float, stack: ExitStack) -> None:
        self._process = stack.enter_context(
            subprocess.Popen(  # noqa: S603  (this module)
                [sys.executable, "-m", __spec__.name, "--answer", str(scale)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
                env={**os.environ, "DATABASE_URL": database_of(scale)},
            )
        )
        stack.callback(self._process.terminate)
        _ready, self.rows, keys = self._line(_READY).split("\t")
        self.keys = keys.split("|")

    def _line(self, begins: str) -> str:
        """Its next answer; what it prints while it fills its database is passed over."""
        assert self._process.stdout is not None
        for line in self._process.stdout:
            if line.startswith(begins):
                return line.strip()
        raise SystemExit("Tiến trình đo đã dừng giữa chừng; xem lỗi ở trên.")

    def asking(self, key: str) -> Call:
        def ask() -> None:
            assert self._process.stdin is not None
            self._process.stdin.write(f"{key}\n")
            self._process.stdin.flush()
            self._line(_DONE)

        return ask


def database_of(scale: float) -> str:
    """A database of its own for each size, beside the one that DATABASE_URL names."""
    url = os.environ["DATABASE_URL"]
    if url.startswith("sqlite"):
        return f"sqlite:///{Path(url.removeprefix('sqlite:///')).with_name(f'{scale:g}.sqlite3')}"
    import psycopg2

    name = f"coop_{scale:g}".replace(".", "_")
    connection = psycopg2.connect(url)
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
        if cursor.fetchone() is None:
            cursor.execute(f'CREATE DATABASE "{name}" TEMPLATE template0')
    connection.close()
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.growth", description=__doc__)
    parser.add_argument("--answer", type=float, help=argparse.SUPPRESS)
    parser.add_argument("--json", type=Path, help="where to write the figures")
    asked = parser.parse_args()
    if asked.answer:
        _answer(asked.answer)
        return 0
    from rich.console import Console

    console = Console(width=150)
    with ExitStack() as stack:
        small, large = _Process(SMALL, stack), _Process(LARGE, stack)
        report = Report(f"{small.rows} → {large.rows}", {})
        for key in large.keys:
            limit = GROWTH_LIMITS[key.split()[0]]
            found = compare_until(limit, large.asking(key), small.asking(key))
            times = (asdict(found.subject), asdict(found.reference))
            against = "a tenth of the data"
            report.rows.append(Row(key, "G10", against, limit, found.ratio, *times, found.pairs))
            console.print(f"{key}: {found.ratio:.2f} (≤ {limit:.2f})")
            if asked.json:
                report.write(asked.json)
        table(report, console)
    return 1 if report.missed else 0


if __name__ == "__main__":
    sys.exit(main())
