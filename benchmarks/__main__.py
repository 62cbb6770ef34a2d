"""`python -m benchmarks`: measure, print a table, write JSON; fails when a goal is missed."""

from __future__ import annotations

import argparse
import os
import sys
from dataclasses import asdict
from pathlib import Path

#: Measured last, of a server of its own that is asked what the others asked.
MEMORY = "G11"


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("goals", nargs="*", help="G1 G2 …, or one as 'G1 province'; all without")
    parser.add_argument(
        "--scale", type=float, default=0.1, help="how large, where the database is still empty"
    )
    parser.add_argument("--json", type=Path, help="where to write the figures")
    parser.add_argument("--pairs", type=int, default=0, help="pairs a comparison; chosen without")
    parser.add_argument("--report-only", action="store_true", help="a missed goal is no failure")
    parser.add_argument(
        "--compare", nargs=2, type=Path, metavar=("OLD", "NEW"), help="two runs side by side"
    )
    return parser.parse_args()


def main() -> int:
    asked = _arguments()
    from rich.console import Console

    from benchmarks.report import Report, Row, compared, table

    console = Console(width=150)
    if asked.compare:
        old, new = map(Report.read, asked.compare)
        beyond = compared(old, new, console)
        print(*beyond, sep="\n")
        return 1 if beyond else 0

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "coopportal.settings")
    import django

    django.setup()
    # Needs the settings that were just set up.
    from benchmarks import memory
    from benchmarks.goals import FAMILIES, Stage
    from benchmarks.method import compare_until
    from benchmarks.tables import database_name, filled, rows_measured, tidy

    filled(asked.scale)
    tidy()
    stage = Stage.set()
    report = Report(database_name(), rows_measured())
    questions: list[tuple[str, str]] = []
    wanted = asked.goals or [*FAMILIES, MEMORY]
    for family in FAMILIES:
        if family not in {name.split()[0] for name in wanted}:
            continue
        for goal in FAMILIES[family](stage):
            if family not in wanted and goal.key not in wanted:
                continue
            found = compare_until(
                goal.limit, goal.subject, goal.reference, asked.pairs, goal.prepare
            )
            row = Row(
                goal.key,
                goal.about,
                goal.against,
                goal.limit,
                found.ratio,
                asdict(found.subject),
                asdict(found.reference),
                found.pairs,
            )
            if goal.path:
                row.queries = len(stage.portal.data_queries(goal.path))
                row.bytes = len(stage.portal.get(goal.path).body)
                questions.append((goal.path, stage.portal.cookie))
            if goal.statements:
                row.queries, row.most_queries = len(goal.statements()), goal.most_statements
            report.rows.append(row)
            console.print(
                f"{row.key}: {row.ratio:.2f} (≤ {row.limit:.2f}), "
                f"{row.subject['p10']:.2f} / {row.reference['p10']:.2f} ms"
            )
            if asked.json:
                report.write(asked.json)
    if MEMORY in wanted and memory.measurable():
        found_mb = memory.megabytes(
            questions
            or [(path, "") for path in ("/thoa-thuan/", "/api/v1/summary/?group_by=province")]
        )
        report.rows.append(
            Row(
                *(MEMORY, "two workers, PSS", "", memory.MOST_MB, found_mb),
                *({"p10": found_mb}, {}, 1),
                unit="MB",
            )
        )
        console.print(f"{MEMORY}: {found_mb:.1f} MB (≤ {memory.MOST_MB})")
    table(report, console)
    if asked.json:
        report.write(asked.json)
    return 1 if report.missed and not asked.report_only else 0


if __name__ == "__main__":
    sys.exit(main())
