"""Keeps which report, and which figure, stands for a deliverable on each day, as reports come and go.

Derived tables, written by the database itself in the transaction that makes a report official or ends
its reign, whatever the door; so no answer is ever older than the last change. They speak of what is
known now; what was known earlier is asked of the reports (see ADR 11). The rule of design.md §3 (the
latest by as_of_end, official_from, id) stands here once, in SQL that SQLite and PostgreSQL both read.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

DELIVERABLE = "deliverables_deliverable"
REPORT = "deliverables_progressreport"
MEASUREMENT = "deliverables_measurement"
INDICATOR = "deliverables_indicator"
CURRENT_REPORT = "deliverables_currentreport"
CURRENT_FIGURE = "deliverables_currentfigure"

#: What stands until something later comes stands until this day.
FOREVER = "9999-12-31"

_OFFICIAL = "r.official_from IS NOT NULL AND r.official_to IS NULL"
_ORDER = "ORDER BY r.as_of_end, r.official_from, r.id"


@dataclass(frozen=True)
class Derived:
    """One derived table: its key, what else it holds, and the SELECT that tells what it should hold.

    ``{scope}`` in the SELECT narrows it to one deliverable, or to nothing.
    """

    table: str
    key: str
    columns: tuple[str, ...]
    select: str

    def expected(self, scope: str = "1 = 1") -> str:
        return self.select.format(scope=scope)

    def refresh(self, deliverable: str) -> list[str]:
        """Statements that bring the rows of one deliverable up to date and touch no other row."""
        rows = self.expected(f"r.deliverable_id = {deliverable}")
        names = ", ".join((self.key, *self.columns))
        told = ", ".join(f"{column} = excluded.{column}" for column in self.columns)
        differs = " OR ".join(
            f"{self.table}.{column} IS DISTINCT FROM excluded.{column}" for column in self.columns
        )
        return [
            (
                f"DELETE FROM {self.table} WHERE deliverable_id = {deliverable} "
                f"AND {self.key} NOT IN (SELECT told.{self.key} FROM ({rows}) told)"
            ),
            (
                f"INSERT INTO {self.table} ({names}) {rows} "
                f"ON CONFLICT ({self.key}) DO UPDATE SET {told} WHERE {differs}"
            ),
        ]

    def rebuild(self) -> list[str]:
        names = ", ".join((self.key, *self.columns))
        return [
            f"DELETE FROM {self.table}",
            f"INSERT INTO {self.table} ({names}) {self.expected()}",
        ]

    def differences(self) -> str:
        """Counts rows that should be there and are not, and rows that are there and should not be."""
        names = ", ".join((self.key, *self.columns))
        held = f"SELECT {names} FROM {self.table}"
        return (
            f"SELECT (SELECT COUNT(*) FROM ({self.expected()} EXCEPT {held}) missing), "
            f"(SELECT COUNT(*) FROM ({held} EXCEPT {self.expected()}) surplus)"
        )


def _until_the_next(partition: str) -> str:
    """The day from which another row of the partition stands, in the order that reports overtake."""
    return f"COALESCE(LEAD(r.as_of_end) OVER (PARTITION BY {partition} {_ORDER}), DATE '{FOREVER}')"


def derived(vendor: str) -> tuple[Derived, ...]:
    """Both derived tables, in the SQL of a database: SQLite holds days as text and knows no DATE."""
    tables = (
        Derived(
            CURRENT_REPORT,
            "report_id",
            ("deliverable_id", "begins", "ends", "stage", "state"),
            "SELECT r.id AS report_id, r.deliverable_id, r.as_of_end AS begins, "
            f"{_until_the_next('r.deliverable_id')} AS ends, r.stage, r.state "
            f"FROM {REPORT} r WHERE {_OFFICIAL} AND {{scope}}",
        ),
        Derived(
            CURRENT_FIGURE,
            "measurement_id",
            (
                *("deliverable_id", "indicator_id", "begins", "ends"),
                *("value", "numerator", "denominator", "qualifier", "state"),
            ),
            "SELECT m.id AS measurement_id, r.deliverable_id, m.indicator_id, "
            "r.as_of_end AS begins, "
            f"{_until_the_next('r.deliverable_id, m.indicator_id')} AS ends, "
            "m.value, m.numerator, m.denominator, m.qualifier, r.state "
            f"FROM {MEASUREMENT} m JOIN {REPORT} r ON r.id = m.report_id "
            f"WHERE {_OFFICIAL} AND {{scope}}",
        ),
    )
    if vendor != "sqlite":
        return tables
    return tuple(
        Derived(row.table, row.key, row.columns, row.select.replace("DATE '", "'"))
        for row in tables
    )


@dataclass(frozen=True)
class Keeper:
    """After ``event`` on ``table``, when ``condition`` holds, brings one deliverable up to date."""

    name: str
    table: str
    event: str
    condition: str
    deliverable: str

    def create(self, vendor: str) -> list[str]:
        statements = [
            statement
            for row in derived(vendor)
            if row.table == CURRENT_FIGURE or self.table == REPORT
            for statement in row.refresh(self.deliverable)
        ]
        head = f"CREATE TRIGGER {self.name} AFTER {self.event} ON {self.table} FOR EACH ROW"
        if vendor == "sqlite":
            return [f"{head} WHEN {self.condition} BEGIN {'; '.join(statements)}; END"]
        # Of two who make reports of one deliverable official at once, the second sees the first's.
        lock = f"PERFORM 1 FROM {DELIVERABLE} WHERE id = {self.deliverable} FOR NO KEY UPDATE"
        body = "; ".join([lock, *statements])
        when = ""
        if "SELECT" in self.condition:
            body = f"IF {self.condition} THEN {body}; END IF"
        else:
            # Asked before the function is called: drafts by the thousand cost nothing.
            when = f" WHEN ({self.condition})"
        return [
            (
                f"CREATE FUNCTION {self.name}() RETURNS trigger LANGUAGE plpgsql AS $keeper$ "
                f"BEGIN {body}; RETURN NULL; END $keeper$"
            ),
            f"{head}{when} EXECUTE FUNCTION {self.name}()",
        ]

    def drop(self, vendor: str) -> list[str]:
        if vendor == "sqlite":
            return [f"DROP TRIGGER IF EXISTS {self.name}"]
        return [
            f"DROP TRIGGER IF EXISTS {self.name} ON {self.table}",
            f"DROP FUNCTION IF EXISTS {self.name}()",
        ]


def _was_official(row: str) -> str:
    return f"{row}.official_from IS NOT NULL AND {row}.official_to IS NULL"


def _of_official(row: str) -> str:
    return f"EXISTS (SELECT 1 FROM {REPORT} r WHERE r.id = {row}.report_id AND {_OFFICIAL})"


def _its_deliverable(row: str) -> str:
    return f"(SELECT deliverable_id FROM {REPORT} WHERE id = {row}.report_id)"


def keepers() -> tuple[Keeper, ...]:
    """Every keeper there is. Updates of rows that are and were no part of what stands pass it by."""
    either = f"({_was_official('OLD')}) OR ({_was_official('NEW')})"
    return (
        Keeper(
            "report_insert_keeper", REPORT, "INSERT", _was_official("NEW"), "NEW.deliverable_id"
        ),
        Keeper("report_update_keeper", REPORT, "UPDATE", either, "NEW.deliverable_id"),
        Keeper(
            "report_delete_keeper", REPORT, "DELETE", _was_official("OLD"), "OLD.deliverable_id"
        ),
        Keeper(
            "measurement_insert_keeper",
            MEASUREMENT,
            "INSERT",
            _of_official("NEW"),
            _its_deliverable("NEW"),
        ),
        Keeper(
            "measurement_update_keeper",
            MEASUREMENT,
            "UPDATE",
            _of_official("NEW"),
            _its_deliverable("NEW"),
        ),
        Keeper(
            "measurement_delete_keeper",
            MEASUREMENT,
            "DELETE",
            _of_official("OLD"),
            _its_deliverable("OLD"),
        ),
    )


def expected(vendor: str) -> set[str]:
    return {keeper.name for keeper in keepers()}


def _run(connection: Any, statements: list[str]) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def _are_there(connection: Any) -> bool:
    """Whether both tables have all their columns: a migration may come before that of the last."""
    with connection.cursor() as cursor:
        there = connection.introspection.table_names(cursor)
        return all(
            row.table in there
            and {row.key, *row.columns}
            <= {
                column.name
                for column in connection.introspection.get_table_description(cursor, row.table)
            }
            for row in derived(connection.vendor)
        )


def install(connection: Any) -> None:
    """(Re)create every keeper, once the derived tables are there."""
    uninstall(connection)
    if not _are_there(connection):
        return
    for keeper in keepers():
        _run(connection, keeper.create(connection.vendor))


def uninstall(connection: Any) -> None:
    for keeper in keepers():
        _run(connection, keeper.drop(connection.vendor))


def installed(connection: Any) -> set[str]:
    """The names of the keepers that the database really has."""
    query = (
        "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        if connection.vendor == "sqlite"
        else "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal"
    )
    with connection.cursor() as cursor:
        cursor.execute(query)
        return {row[0] for row in cursor.fetchall()} & expected(connection.vendor)


def rebuild(connection: Any) -> None:
    """Write both tables again from the reports, in the transaction of the caller."""
    for row in derived(connection.vendor):
        _run(connection, row.rebuild())


def differences(connection: Any) -> dict[str, tuple[int, int]]:
    """For each derived table how many rows are missing, and how many too many."""
    found = {}
    with connection.cursor() as cursor:
        for row in derived(connection.vendor):
            cursor.execute(row.differences())
            missing, surplus = cursor.fetchone()
            found[row.table] = (missing, surplus)
    return found


@contextmanager
def resting(connection: Any) -> Iterator[None]:
    """No keeping inside the block and a rebuild after it: for loads of a million rows in one transaction."""
    uninstall(connection)
    yield
    rebuild(connection)
    install(connection)
