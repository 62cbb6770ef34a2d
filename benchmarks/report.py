"""What a run found: as a table, as JSON, and two runs beside each other."""

from __future__ import annotations

import json
import os
import platform
from dataclasses import asdict, dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

#: Reading 10 times the data may cost lists, details and 304s this much more (G10); summaries more.
GROWTH_LIMITS = {"G1": 1.5, "G2": 1.2, "G4": 1.2, "G9": 1.2}


@dataclass
class Row:
    key: str
    about: str
    against: str
    limit: float
    ratio: float
    subject: dict[str, float]
    reference: dict[str, float]
    pairs: int
    queries: int | None = None
    bytes: int | None = None
    #: Where the goal holds their number too.
    most_queries: int | None = None
    #: What subject and reference are told in; megabytes have no reference, and their limit is no ratio.
    unit: str = "ms"

    @property
    def passed(self) -> bool:
        few = self.most_queries is None or (self.queries or 0) <= self.most_queries
        return few and self.ratio <= self.limit

    def told(self, times: dict[str, float]) -> str:
        unit = "" if self.unit == "ms" else f" {self.unit}"
        return f"{times['p10']:.2f}{unit}" if times else ""

    @property
    def queries_told(self) -> str:
        told = "" if self.queries is None else str(self.queries)
        return told if self.most_queries is None else f"{told} (≤ {self.most_queries})"


def _versions() -> str:
    told = {"Django": "django", "DRF": "djangorestframework", "psycopg2": "psycopg2-binary"}
    packages = [f"{name} {version(package)}" for name, package in told.items()]
    return ", ".join([f"Python {platform.python_version()}", *packages])


@dataclass
class Report:
    database: str
    rows_measured: dict[str, int]
    rows: list[Row] = field(default_factory=list)
    machine: str = field(default_factory=lambda: f"{platform.machine()}, {_versions()}")
    #: Processes that wanted a core when the run began and when it was written, and how many cores there are.
    load: list[float] = field(default_factory=lambda: [round(os.getloadavg()[0], 1)])
    cores: int = field(default_factory=lambda: os.cpu_count() or 0)

    def write(self, path: Path) -> None:
        """After every row: a run that is stopped has told what it found."""
        self.load = [self.load[0], round(os.getloadavg()[0], 1)]
        path.write_text(json.dumps(asdict(self), ensure_ascii=False, indent=1) + "\n", "utf-8")

    @classmethod
    def read(cls, path: Path) -> Report:
        told: dict[str, Any] = json.loads(path.read_text("utf-8"))
        told["rows"] = [Row(**row) for row in told["rows"]]
        return cls(**told)

    @property
    def missed(self) -> list[Row]:
        return [row for row in self.rows if not row.passed]


def table(report: Report, console: Console) -> None:
    counts = ", ".join(f"{count:,} {noun}" for noun, count in report.rows_measured.items())
    grid = Table(title=f"{report.database}: {counts}")
    for heading in ("goal", "what", "ms", "reference", "ms", "ratio", "≤", "queries", "bytes", ""):
        grid.add_column(heading, justify="left" if heading in {"goal", "what"} else "right")
    for row in report.rows:
        grid.add_row(
            row.key,
            row.about,
            row.told(row.subject),
            row.against,
            row.told(row.reference),
            f"{row.ratio:.2f}",
            f"{row.limit:.2f}",
            row.queries_told,
            "" if row.bytes is None else f"{row.bytes:,}",
            "đạt" if row.passed else "CHƯA",
        )
    console.print(grid)


def compared(old: Report, new: Report, console: Console) -> list[str]:
    """Two runs side by side; what grew beyond G10 where the second one has ten times the data."""
    grid = Table(title=f"{old.database} → {new.database}")
    for heading in ("goal", "ratio", "→", "ms", "→", "× ms"):
        grid.add_column(heading, justify="right")
    before = {row.key: row for row in old.rows}
    size = "deliverables"
    grown = new.rows_measured.get(size, 0) / max(1, old.rows_measured.get(size, 0)) > 5
    beyond = []
    for row in new.rows:
        if (was := before.get(row.key)) is None:
            continue
        times = row.subject["p10"] / was.subject["p10"]
        limit = GROWTH_LIMITS.get(row.key.split()[0])
        if grown and limit is not None and times > limit:
            beyond.append(f"G10 {row.key}: {times:.2f} > {limit}")
        grid.add_row(
            row.key,
            f"{was.ratio:.2f}",
            f"{row.ratio:.2f}",
            f"{was.subject['p10']:.2f}",
            f"{row.subject['p10']:.2f}",
            f"{times:.2f}",
        )
    console.print(grid)
    return beyond
