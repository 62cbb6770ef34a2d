"""The database's own guards: once a report is no draft, what it says can be neither changed nor deleted.

Written for SQLite and PostgreSQL from one table of rules, so that both refuse the same things with the
same words. Guards compare old and new content, so that an equal ``loaddata`` passes. The one switch for
test flushes is :func:`lifted`. A migration that rebuilds a guarded table must call :func:`install` again
(SQLite drops a rebuilt table's triggers); a test finds every guard after migrate. See ADR 5.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from deliverables import keepers
from deliverables.choices import (
    PROPOSAL_TRANSITIONS,
    TRANSITIONS,
    ProposalState,
    ReportState,
)

REPORT = "deliverables_progressreport"
MEASUREMENT = "deliverables_measurement"
CITATION_LINK = "deliverables_progressreport_citations"
EVIDENCE = "deliverables_evidencefile"
VERDICT = "deliverables_verdict"
CHANGE = "deliverables_officialchange"
COMMENT = "deliverables_comment"
MOVE = "deliverables_move"
TARGET = "deliverables_target"
PROPOSAL = "deliverables_proposal"
PROPOSAL_FILE = "deliverables_proposalfile"
DUE_DAY = "deliverables_dueday"
AMENDMENT = "agreements_amendment"
DELIVERABLE = "deliverables_deliverable"
INDICATOR = "deliverables_indicator"
CITATION = "agreements_citation"
SOURCE = "agreements_source"
FILING = "agreements_filing"
STORED_FILE = "agreements_storedfile"
SOURCE_FILE = "agreements_sourcefile"

_REPORT_CONTENT = (
    "uid",
    "deliverable_id",
    "as_of",
    "as_of_end",
    "stage",
    "narrative",
    "coverage",
    "side",
    "author_id",
    "revises_id",
)
_REPORT_TIMES = ("submitted_at", "decided_at", "official_from", "official_to", "set_aside_reason")
_MEASUREMENT_CONTENT = (
    "report_id",
    "indicator_id",
    "value",
    "numerator",
    "denominator",
    "qualifier",
    "text",
)

_FROZEN = (
    "Báo cáo đã gửi hoặc đã đăng thì không sửa, không xóa được. Lập báo cáo mới để đính chính."
)
_PROPOSED = "Đề nghị đã gửi thì không sửa, không xóa được. Rút lại rồi lập bản mới."
_PROPOSAL_TRANSITION = "Đề nghị không thể chuyển sang tình trạng này."
_TRANSITION = "Báo cáo không thể chuyển sang tình trạng này."
_TIME = "Mốc thời gian của báo cáo chỉ ghi một lần, không sửa được."
_CITED = (
    "Báo cáo đã gửi hoặc đã đăng dựa vào mã hay trích dẫn này nên không sửa được. Thêm dòng mới."
)
_FILE = (
    "Tệp đã lưu, đã gửi thì không thay, không gỡ được. Nộp tệp khác kèm báo cáo hoặc văn bản mới."
)
_APPEND_ONLY = "Dòng này chỉ được thêm, không sửa, không xóa được."


@dataclass(frozen=True)
class Guard:
    """One refusal: before ``event`` on ``table``, when ``condition`` holds, with a Vietnamese message.

    ``differs`` adds "and any of these columns changes"; an empty condition always holds.
    """

    name: str
    table: str
    event: str
    condition: str
    message: str
    differs: tuple[str, ...] = ()

    def _differs(self, operator: str) -> str:
        return (
            "("
            + " OR ".join(f"OLD.{column} {operator} NEW.{column}" for column in self.differs)
            + ")"
        )

    def _sql_condition(self, operator: str) -> str:
        parts = [
            part
            for part in (self.condition, self._differs(operator) if self.differs else "")
            if part
        ]
        return " AND ".join(f"({part})" for part in parts) or "1 = 1"

    def create(self, vendor: str) -> list[str]:
        if vendor == "sqlite":
            if self.event == "TRUNCATE":
                return []  # SQLite has no TRUNCATE; its DELETE is guarded row by row
            head = f"CREATE TRIGGER {self.name} BEFORE {self.event} ON {self.table} FOR EACH ROW"
            body = f"BEGIN SELECT RAISE(ABORT, '{self.message}'); END"
            return [f"{head} WHEN {self._sql_condition('IS NOT')} {body}"]
        answer, each = {
            "DELETE": ("OLD", "ROW"),
            "TRUNCATE": ("NULL", "STATEMENT"),
        }.get(self.event, ("NEW", "ROW"))
        refuse = f"RAISE EXCEPTION '{self.message}' USING ERRCODE = 'check_violation'"
        check = f"IF {self._sql_condition('IS DISTINCT FROM')} THEN {refuse}; END IF"
        function = f"CREATE FUNCTION {self.name}() RETURNS trigger LANGUAGE plpgsql AS $guard$"
        trigger = f"CREATE TRIGGER {self.name} BEFORE {self.event} ON {self.table}"
        return [
            f"{function} BEGIN {check}; RETURN {answer}; END $guard$",
            f"{trigger} FOR EACH {each} EXECUTE FUNCTION {self.name}()",
        ]

    def drop(self, vendor: str) -> list[str]:
        if vendor == "sqlite":
            return [f"DROP TRIGGER IF EXISTS {self.name}"]
        return [
            f"DROP TRIGGER IF EXISTS {self.name} ON {self.table}",
            f"DROP FUNCTION IF EXISTS {self.name}()",
        ]


def _forbidden_transitions(table: Mapping[Any, frozenset[Any]] = TRANSITIONS) -> str:
    allowed = [
        f"(OLD.state = '{state.value}' AND NEW.state IN ({', '.join(repr(n.value) for n in sorted(after))}))"
        for state, after in table.items()
        if after
    ]
    return f"OLD.state <> NEW.state AND NOT ({' OR '.join(allowed)})"


def _report_sealed(report_id: str) -> str:
    """The report is no draft, and no longer being entered: a published one is whole once it is logged."""
    draft, published = ReportState.DRAFT.value, ReportState.PUBLISHED.value
    aside = ReportState.SET_ASIDE.value
    return (
        f"EXISTS (SELECT 1 FROM {REPORT} r WHERE r.id = {report_id} AND r.state <> '{draft}' "
        f"AND (r.state NOT IN ('{published}', '{aside}') "
        f"OR EXISTS (SELECT 1 FROM {CHANGE} c WHERE c.report_id = r.id)))"
    )


def _report_left_draft(report_id: str) -> str:
    return (
        f"EXISTS (SELECT 1 FROM {REPORT} r WHERE r.id = {report_id} "
        f"AND r.state <> '{ReportState.DRAFT.value}')"
    )


def _parts_of_report(prefix: str, table: str, column: str, content: tuple[str, ...]) -> list[Guard]:
    return [
        Guard(f"{prefix}_insert_guard", table, "INSERT", _report_sealed(f"NEW.{column}"), _FROZEN),
        Guard(
            f"{prefix}_update_guard",
            table,
            "UPDATE",
            f"{_report_left_draft(f'OLD.{column}')} OR {_report_left_draft(f'NEW.{column}')}",
            _FROZEN,
            differs=content,
        ),
        Guard(
            f"{prefix}_delete_guard", table, "DELETE", _report_left_draft(f"OLD.{column}"), _FROZEN
        ),
    ]


def _named_by_reports() -> list[Guard]:
    """Words and keys that live in other rows but are part of what a report says, and of its hash."""
    cited = f"FROM {CITATION_LINK} l JOIN {REPORT} r ON r.id = l.progressreport_id"
    left_draft = f"r.state <> '{ReportState.DRAFT.value}'"
    return [
        Guard(
            "citation_words_guard",
            CITATION,
            "UPDATE",
            f"EXISTS (SELECT 1 {cited} WHERE l.citation_id = OLD.id AND {left_draft})",
            _CITED,
            differs=("source_id", "locator", "quote"),
        ),
        Guard(
            "source_slug_guard",
            SOURCE,
            "UPDATE",
            f"EXISTS (SELECT 1 {cited} JOIN {CITATION} c ON c.id = l.citation_id "
            f"WHERE c.source_id = OLD.id AND {left_draft})",
            _CITED,
            differs=("slug",),
        ),
        Guard(
            "indicator_key_guard",
            INDICATOR,
            "UPDATE",
            f"EXISTS (SELECT 1 FROM {MEASUREMENT} m JOIN {REPORT} r ON r.id = m.report_id "
            f"WHERE m.indicator_id = OLD.id AND {left_draft})",
            _CITED,
            differs=("key",),
        ),
        Guard(
            "deliverable_slug_guard",
            DELIVERABLE,
            "UPDATE",
            f"EXISTS (SELECT 1 FROM {REPORT} r WHERE r.deliverable_id = OLD.id AND {left_draft})",
            _CITED,
            differs=("slug",),
        ),
    ]


def _stored_files() -> list[Guard]:
    """A content is what it was when it came in; a document that was sent keeps its text."""
    columns = ("file", "sha256", "kind", "size", "pages", "signed")
    link = ("source_id", "stored_id", "name")
    sent = f"EXISTS (SELECT 1 FROM {FILING} f WHERE f.source_id = OLD.source_id AND f.sent_at IS NOT NULL)"
    return [
        Guard("stored_file_update_guard", STORED_FILE, "UPDATE", "", _FILE, differs=columns),
        Guard("source_file_update_guard", SOURCE_FILE, "UPDATE", "", _FILE, differs=link),
        Guard("source_file_delete_guard", SOURCE_FILE, "DELETE", sent, _FILE),
        Guard("source_file_truncate_guard", SOURCE_FILE, "TRUNCATE", "", _APPEND_ONLY),
    ]


def _append_only(prefix: str, table: str, content: tuple[str, ...]) -> list[Guard]:
    return [
        Guard(f"{prefix}_update_guard", table, "UPDATE", "", _APPEND_ONLY, differs=content),
        Guard(f"{prefix}_delete_guard", table, "DELETE", "", _APPEND_ONLY),
    ]


def _of_proposals() -> list[Guard]:
    """What was sent stays as it was sent; what was decided, as it was decided (docs/adr/0018)."""
    sent = f"OLD.state <> '{ProposalState.DRAFT.value}'"
    decided = f"{sent} AND OLD.state <> '{ProposalState.SUBMITTED.value}'"
    said = ("uid", "agreement_id", "phase_id", "kind", "side", "author_id", "payload", "revises_id")
    hand = ("submitted_at", "submitted_by_id")
    verdict = ("decided_at", "decided_by_id", "reason")
    made = ("made_phase_id",)
    moves = _forbidden_transitions(PROPOSAL_TRANSITIONS)

    def of_sent(row: str) -> str:
        return (
            f"EXISTS (SELECT 1 FROM {PROPOSAL} p WHERE p.id = {row}.proposal_id "
            f"AND p.state <> '{ProposalState.DRAFT.value}')"
        )

    file = ("proposal_id", "stored_id", "name")
    return [
        Guard("proposal_content_guard", PROPOSAL, "UPDATE", sent, _PROPOSED, differs=said + hand),
        Guard("proposal_decision_guard", PROPOSAL, "UPDATE", decided, _PROPOSED, differs=verdict),
        *(
            Guard(
                f"proposal_{column}_guard",
                PROPOSAL,
                "UPDATE",
                f"OLD.{column} IS NOT NULL",
                _PROPOSED,
                differs=(column,),
            )
            for column in made
        ),
        Guard("proposal_state_guard", PROPOSAL, "UPDATE", moves, _PROPOSAL_TRANSITION),
        Guard("proposal_file_insert_guard", PROPOSAL_FILE, "INSERT", of_sent("NEW"), _PROPOSED),
        Guard(
            "proposal_file_update_guard",
            PROPOSAL_FILE,
            "UPDATE",
            f"{of_sent('OLD')} OR {of_sent('NEW')}",
            _PROPOSED,
            differs=file,
        ),
        Guard("proposal_file_delete_guard", PROPOSAL_FILE, "DELETE", of_sent("OLD"), _PROPOSED),
        Guard("proposal_delete_guard", PROPOSAL, "DELETE", sent, _PROPOSED),
    ]


def guards() -> list[Guard]:
    """Every guard there is, in the order in which they are installed."""
    left_draft = f"OLD.state <> '{ReportState.DRAFT.value}'"
    # A time is written by the move that it dates; only a reign ends without one, by another's revision.
    time_without_move = "OLD.state = NEW.state AND (" + " OR ".join(
        f"(OLD.{column} IS NULL AND NEW.{column} IS NOT NULL)"
        for column in ("submitted_at", "decided_at", "official_from")
    )
    times_once = f"{time_without_move}) OR " + " OR ".join(
        f"(OLD.{column} IS NOT NULL AND OLD.{column} <> '' AND (NEW.{column} IS NULL "
        f"OR NEW.{column} <> OLD.{column}))"
        if column == "set_aside_reason"
        else f"(OLD.{column} IS NOT NULL AND (NEW.{column} IS NULL OR NEW.{column} <> OLD.{column}))"
        for column in _REPORT_TIMES
    )
    return [
        Guard(
            "report_content_guard", REPORT, "UPDATE", left_draft, _FROZEN, differs=_REPORT_CONTENT
        ),
        Guard("report_delete_guard", REPORT, "DELETE", left_draft, _FROZEN),
        *(
            Guard(f"{prefix}_truncate_guard", table, "TRUNCATE", "", _APPEND_ONLY)
            for prefix, table in (
                ("report", REPORT),
                ("measurement", MEASUREMENT),
                ("report_citation", CITATION_LINK),
                ("evidence", EVIDENCE),
                ("verdict", VERDICT),
                ("change", CHANGE),
                ("target", TARGET),
                ("comment", COMMENT),
                ("move", MOVE),
                ("due_day", DUE_DAY),
                ("proposal", PROPOSAL),
                ("proposal_file", PROPOSAL_FILE),
                ("amendment", AMENDMENT),
            )
        ),
        Guard("report_state_guard", REPORT, "UPDATE", _forbidden_transitions(), _TRANSITION),
        Guard("report_time_guard", REPORT, "UPDATE", times_once, _TIME),
        *_parts_of_report("measurement", MEASUREMENT, "report_id", _MEASUREMENT_CONTENT),
        *_parts_of_report(
            "report_citation",
            CITATION_LINK,
            "progressreport_id",
            ("progressreport_id", "citation_id"),
        ),
        *_parts_of_report("evidence", EVIDENCE, "report_id", ("report_id", "stored_id", "name")),
        *_stored_files(),
        *_append_only(
            "verdict",
            VERDICT,
            (
                "report_id",
                "side",
                "decision",
                "reason",
                "counter_stage",
                "counter_figures",
                "by_id",
                "at",
            ),
        ),
        *_append_only(
            "change", CHANGE, ("seq", "report_id", "kind", "at", "hash", "previous_hash")
        ),
        *_append_only(
            "target",
            TARGET,
            ("deliverable_id", "indicator_id", "baseline", "value", "due_on", "set_on"),
        ),
        *_append_only("due_day", DUE_DAY, ("deliverable_id", "due_before", "due_on", "set_on")),
        *_append_only(
            "amendment",
            AMENDMENT,
            (
                "phase_id",
                "position",
                "number",
                "title",
                "signed_on",
                "effective_on",
                "terms_before",
            ),
        ),
        *_append_only("move", MOVE, ("report_id", "state", "by_id", "at")),
        *_append_only("comment", COMMENT, ("report_id", "side", "text", "by_id", "at")),
        *_named_by_reports(),
        *_of_proposals(),
    ]


def expected(vendor: str) -> set[str]:
    """The names of the guards that a migrated database of this kind must have."""
    return {guard.name for guard in guards() if guard.create(vendor)}


def _run(connection: Any, statements: list[str]) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def install(connection: Any) -> None:
    """(Re)create every guard on a connection; safe to call when some are there already.

    A migration may call this while later ones have still to bring a table, or a column: its guards come
    with it.
    """
    uninstall(connection)
    columns = _columns_of({guard.table for guard in guards()}, connection)
    for guard in guards():
        if guard.table in columns and set(guard.differs) <= columns[guard.table]:
            _run(connection, guard.create(connection.vendor))
    # A migration that rebuilds a table on SQLite loses the keepers of what stands with the guards.
    keepers.install(connection)


def _columns_of(tables: set[str], connection: Any) -> dict[str, set[str]]:
    """The columns of those tables that are there."""
    with connection.cursor() as cursor:
        there = connection.introspection.table_names(cursor)
        return {
            table: {
                column.name
                for column in connection.introspection.get_table_description(cursor, table)
            }
            for table in tables.intersection(there)
        }


def uninstall(connection: Any) -> None:
    tables = set(connection.introspection.table_names())
    for guard in guards():
        if guard.table in tables:
            _run(connection, guard.drop(connection.vendor))


def installed(connection: Any) -> set[str]:
    """The names of the guards that the database really has."""
    query = (
        "SELECT name FROM sqlite_master WHERE type = 'trigger' AND name LIKE '%guard'"
        if connection.vendor == "sqlite"
        else "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgname LIKE '%guard'"
    )
    with connection.cursor() as cursor:
        cursor.execute(query)
        return {row[0] for row in cursor.fetchall()} - keepers.expected(connection.vendor)


@contextmanager
def lifted(connection: Any) -> Iterator[None]:
    """The one switch: guards off inside the block, for emptying a test database. Never used by the app."""
    _settle(connection)
    uninstall(connection)
    try:
        yield
    finally:
        _settle(connection)
        install(connection)


def _settle(connection: Any) -> None:
    """PostgreSQL drops no trigger of a table whose foreign keys it has still to check."""
    if connection.vendor == "postgresql" and connection.in_atomic_block:
        connection.check_constraints()
