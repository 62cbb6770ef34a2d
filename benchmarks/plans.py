"""How PostgreSQL would answer: which looks at the reports are no searches by an index."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from django.db import connection, transaction

from deliverables.keepers import MEASUREMENT, REPORT

#: Tables that grow with every report.
LOG = frozenset({REPORT, MEASUREMENT})


def _nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for part in plan.get("Plans", ()):
        yield from _nodes(part)


def looks(statements: Sequence[str], *, at: frozenset[str] = LOG) -> list[tuple[str, str, str]]:
    """Every look at the tables: its kind, the table and the condition by which its index is searched.

    Asked with everything forbidden that reads a table from end to end. PostgreSQL does so nevertheless
    where there is no other way; so what a small table shows holds for a large one.
    """
    found = []
    with transaction.atomic(), connection.cursor() as cursor:
        for way in ("seqscan", "hashjoin", "mergejoin", "material"):
            cursor.execute(f"SET LOCAL enable_{way} = off")
        for sql in statements:
            cursor.execute(f"EXPLAIN (FORMAT JSON) {sql}")
            told = cursor.fetchone()[0]
            plan = json.loads(told) if isinstance(told, str) else told
            for node in _nodes(plan[0]["Plan"]):
                # A bitmap's search is the node below it, which names no table.
                condition = node.get("Index Cond") or node.get("Recheck Cond") or ""
                if node.get("Relation Name") in at:
                    found.append((node["Node Type"], node["Relation Name"], condition))
        for way in ("seqscan", "hashjoin", "mergejoin", "material"):
            cursor.execute(f"SET LOCAL enable_{way} TO DEFAULT")
    return found
