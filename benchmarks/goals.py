"""The goals (benchmarks/README.md): what is asked, beside what, and how much more it may cost."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from django.db import connection

from accounts.models import User
from agreements.models import Agreement, Representative
from benchmarks.doors import Answer, OneRow, Portal, call, floor, forget
from benchmarks.method import Call, nothing
from benchmarks.plain_sql import Statement, over_the_log
from benchmarks.writing import WRITES, Write
from coopportal.clock import Moment, today
from deliverables.models import CurrentReport, Deliverable

#: Pairs of keys of which a maintained total is asked, and others.
QUICK_KEYS = ("province", "phase", "system", "province,phase", "province,system", "phase,system")
OTHER_KEYS = ("partner", "area", "theme", "category", "province,category", "area,system")


@dataclass(frozen=True)
class Goal:
    """``limit`` is the greatest ratio of p10 to p10; ``gated`` says whether a miss fails the run."""

    key: str
    about: str
    limit: float
    subject: Call
    reference: Call
    #: A page of the portal that the subject asks, for its queries and its size.
    path: str = ""
    against: str = ""
    #: Made ready before each pair, not timed.
    prepare: Call = nothing
    #: Where the goal holds the number of statements too: what the subject runs, and how many it may.
    statements: Callable[[], Sequence[str]] | None = None
    most_statements: int | None = None


@dataclass(frozen=True)
class Stage:
    """What the questions are about: one province, one deliverable and two days of the data that is there."""

    portal: Portal
    #: Nobody in particular: the raw SQL knows nothing of what only those who represent a side are told.
    anybody: Portal
    agreement: str
    province: str
    deliverable: str
    past: dt.date

    @classmethod
    def set(cls) -> Stage:
        """The partner with most deliverables, somebody who represents it, its most reported deliverable."""
        agreement = (
            Agreement.objects.filter(partner__province__isnull=False, phases__isnull=False)
            .order_by("-phases__start_year", "partner__province__code")
            .select_related("partner__province")
            .first()
        )
        if agreement is None:
            raise SystemExit("Chưa có số liệu để đo: chạy manage.py generate_national trước.")
        user = User.objects.filter(
            pk__in=Representative.objects.filter(agreement=agreement).values("user")
        ).first()
        first, last = (
            CurrentReport.objects.order_by(order).values_list("begins", flat=True)[0]
            for order in ("begins", "-begins")
        )
        deliverable = Deliverable.objects.filter(
            agreement=agreement, reports__official_from__isnull=False
        ).order_by("pk")[0]
        unit = agreement.partner.province.on(today())
        return cls(
            portal=Portal(user),
            anybody=Portal(),
            agreement=agreement.slug,
            province=unit.code,
            deliverable=deliverable.slug,
            past=first + (last - first) * 6 // 10,
        )


Family = Callable[[Stage], Iterator[Goal]]


def _asking(portal: Portal, path: str, **headers: str) -> Call:
    return lambda: portal.get(path, **headers)


def first_and_again(portal: Portal, path: str) -> Iterator[tuple[str, Call]]:
    """An answer as the first caller after a change gets it, and as everybody gets it until the next."""

    def first() -> Answer:
        forget()
        return portal.get(path)

    yield "", first
    yield ", asked again", _asking(portal, path)


def _running(statements: Sequence[Statement]) -> Call:
    return lambda: [statement.rows() for statement in statements]


def _summary(group_by: str, **more: str) -> str:
    return f"/api/v1/summary/?{urlencode({'group_by': group_by, **more}, safe=',')}"


def _is_sqlite() -> bool:
    return bool(connection.vendor == "sqlite")


def summary_now(stage: Stage) -> Iterator[Goal]:
    """G1: the whole request beside the raw GROUP BY over deliverables, of the same answer.

    From the reports alone: the tables in which the portal keeps what stands are part of what is measured.
    """
    for keys, limit in (
        *((each, 0.3 if _is_sqlite() else 0.15) for each in QUICK_KEYS),
        *((each, 1.3 if _is_sqlite() else 1.2) for each in OTHER_KEYS),
    ):
        path = _summary(keys)
        reference = _running(over_the_log(keys.split(","), Moment.now()))
        for again, asking in first_and_again(stage.anybody, path):
            yield Goal(
                key=f"G1 {keys}{again}",
                about="summary now",
                limit=limit,
                subject=asking,
                reference=reference,
                path=path,
                against="GROUP BY over the log",
            )


def summary_then(stage: Stage) -> Iterator[Goal]:
    """G8: as of any day beside raw DISTINCT ON; known on a past day beside the same."""
    known = stage.past + dt.timedelta(days=20)
    for name, moment, limit in (
        ("as of a past day", Moment(stage.past, today()), 0.25),
        ("as of today", Moment.now(), 0.25),
        ("known on a past day", Moment(stage.past, known), 1.3),
    ):
        days = {"as_of": moment.as_of.isoformat(), "known_on": moment.known_on.isoformat()}
        path = _summary("province,phase", **days)
        reference = _running(over_the_log(["province", "phase"], moment))
        for again, asking in first_and_again(stage.anybody, path):
            yield Goal(
                key=f"G8 {name}{again}",
                about="summary by province, phase",
                limit=limit,
                subject=asking,
                reference=reference,
                path=path,
                against="DISTINCT ON over the log",
            )


def _list_path(stage: Stage) -> str:
    return f"/api/v1/deliverables/?province={stage.province}&stage_group=done"


def _floor_of(stage: Stage, path: str) -> Call:
    application = floor(stage.portal.statements(path))
    return lambda: call(application, "/")


def listing(stage: Stage) -> Iterator[Goal]:
    """G2: a list of 50 beside a bare WSGI view that runs the same SQL."""
    path = _list_path(stage)
    for again, asking in first_and_again(stage.portal, path):
        yield Goal(
            f"G2 list{again}",
            "list of 50, filtered, signed in",
            1.6,
            asking,
            _floor_of(stage, path),
            path,
            "bare WSGI, same SQL",
        )


def pages(stage: Stage) -> Iterator[Goal]:
    """G3: what a reader opens, beside bare views that run the same SQL as each."""
    for name, path in (
        ("list of partners", "/thoa-thuan/"),
        ("partner", f"/thoa-thuan/{stage.agreement}/"),
        ("deliverable", f"/hang-muc/{stage.deliverable}/"),
        ("systems", "/he-thong/"),
    ):
        yield Goal(
            f"G3 {name}",
            "HTML page",
            4.0,
            _asking(stage.portal, path),
            _floor_of(stage, path),
            path,
            "bare WSGI, same SQL",
        )


def detail(stage: Stage) -> Iterator[Goal]:
    """G4: one deliverable with its history beside the floor of the list."""
    path = f"/api/v1/deliverables/{stage.deliverable}/"
    yield Goal(
        "G4",
        "one deliverable with history",
        1.7,
        _asking(stage.portal, path),
        _floor_of(stage, _list_path(stage)),
        path,
        "floor of the list",
    )


def export(stage: Stage) -> Iterator[Goal]:
    """G7: a list as CSV beside raw COPY of the same SELECT, or the raw cursor on SQLite."""
    path = "/api/v1/deliverables/?format=csv"
    # PostgreSQL streams from a cursor that is declared for the SELECT.
    asked = [sql.split(" CURSOR WITH HOLD FOR ")[-1] for sql in stage.portal.data_queries(path)]
    select = max((sql for sql in asked if sql.startswith("SELECT")), key=len)

    def copied() -> None:
        with connection.cursor() as cursor:
            if connection.vendor == "postgresql":
                cursor.cursor.copy_expert(f"COPY ({select}) TO STDOUT WITH CSV", io.StringIO())
            else:
                cursor.execute(select)
                while cursor.fetchmany(2000):
                    pass

    yield Goal(
        "G7",
        "all deliverables as CSV",
        3.0 if _is_sqlite() else 1.5,
        _asking(stage.portal, path),
        copied,
        path,
        "cursor" if _is_sqlite() else "COPY",
    )


def unchanged(stage: Stage) -> Iterator[Goal]:
    """G9: a 304 beside a view that reads one row. Nothing to measure where no ETag is given."""
    path = _summary("province,phase")
    tag = stage.portal.get(path).headers.get("ETag")
    if not tag:
        return
    one_row = OneRow("SELECT MAX(seq) FROM deliverables_officialchange")
    yield Goal(
        "G9",
        "304",
        1.5,
        _asking(stage.portal, path, HTTP_IF_NONE_MATCH=tag),
        lambda: call(one_row, path, stage.portal.cookie),
        "",
        "a view of one row, same middleware",
    )


def writing(stage: Stage) -> Iterator[Goal]:
    """G5: a write with permission, trace, hash and all that is kept, beside the INSERT of a report alone."""
    model = Deliverable.objects.get(slug=stage.deliverable)
    for name, kind in WRITES.items():
        write = Write(model=model, day=stage.past, **kind)
        yield Goal(
            f"G5 {name}",
            "write by API, with a token",
            8.0,
            write,
            write.insert,
            against="one raw INSERT",
            prepare=write.prepare,
            statements=write.statements,
            most_statements=12,
        )


FAMILIES: dict[str, Family] = {
    "G1": summary_now,
    "G2": listing,
    "G3": pages,
    "G4": detail,
    "G7": export,
    "G8": summary_then,
    "G9": unchanged,
    # Last, for it writes: the others read the country as it was generated.
    "G5": writing,
}
