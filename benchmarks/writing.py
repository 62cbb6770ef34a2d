"""The goal of writing (G5): each write by API beside one raw INSERT. Reading is measured in ``goals.py``."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import orjson
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.choices import TokenScope
from accounts.models import Token, User
from agreements.choices import Qualifier, Side
from agreements.models import Representative
from coopportal.clock import now, today
from coopportal.partial_dates import PartialDate
from deliverables import actions
from deliverables.actions import EvidenceSaid, FigureSaid, Said
from deliverables.choices import Stage as DeliveryStage
from deliverables.management.national.words import MARK, PREFIX
from deliverables.models import Deliverable, Indicator, ProgressReport

REPORTS = "/api/v1/reports/"

#: What an INSERT alone writes: a draft of the other side, which stands in no measured write's way.
_INSERT = """
INSERT INTO deliverables_progressreport
    (uid, deliverable_id, as_of, as_of_end, stage, narrative, coverage, side, author_id, state,
     set_aside_reason, version, created_at)
VALUES (%s, %s, %s, %s, 'deployed', '', '', 'vnpt', %s, 'draft', '', 1, %s)
"""

#: Marks around a transaction; they carry nothing.
_MARKS = ("SAVEPOINT", "RELEASE", "ROLLBACK", "BEGIN", "COMMIT")


def data_statements(queries: CaptureQueriesContext) -> list[str]:
    """The statements without the marks of the transaction around them."""
    return [row["sql"] for row in queries if not row["sql"].startswith(_MARKS)]


@dataclass
class Caller:
    """A program that reports as its owner, with a token of its own: calls are counted by token."""

    user: User
    client: Client = field(init=False)

    def __post_init__(self) -> None:
        _token, key = Token.objects.issue(
            owner=self.user,
            name=f"Đo tốc độ {MARK}",
            scope=TokenScope.REPORT,
            expires_at=now() + dt.timedelta(days=1),
            by=self.user,
        )
        headers = {"Authorization": f"Bearer {key}"}
        self.client = Client(headers=headers, SERVER_NAME="localhost")

    def post(self, path: str, body: Any = None, **headers: str) -> Any:
        answer = self.client.post(
            f"{REPORTS}{path}",
            b"" if body is None else orjson.dumps(body),
            content_type="application/json",
            headers=headers,
        )
        if answer.status_code not in {200, 201}:
            raise RuntimeError(f"{path}: {answer.status_code} {answer.content[:300]!r}")
        return answer


@dataclass
class Write:
    """One write, done for real each time: ``prepare`` a deliverable of its own, then call it once."""

    verb: str
    #: What each new deliverable is a copy of, and the day that its reports speak of.
    model: Deliverable
    day: dt.date
    #: Whether the report rests on a document, and whether it corrects one that is official.
    cited: bool = False
    corrects: bool = False
    #: Whether it is sent under a key, so that sent twice it is done once.
    keyed: bool = False
    deliverable: Deliverable = field(init=False)
    report: ProgressReport | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        self.officer, self.manager = (
            User.objects.get(
                pk__in=Representative.objects.on(today())
                .filter(agreement=self.model.agreement_id, side=side)
                .values("user")[:1]
            )
            for side in (Side.PARTNER, Side.VNPT)
        )
        self.indicator: Indicator = Indicator.objects.exclude(unit="%").order_by("key")[0]
        self.caller = Caller(self.manager if self.verb == "confirm" else self.officer)

    def prepare(self) -> None:
        """A new deliverable like the model, and its report as the write finds it. Not measured."""
        row = Deliverable.objects.get(pk=self.model.pk)
        row.pk, row.continues, row._state.adding = None, None, True
        row.slug = f"{PREFIX}-do-{uuid.uuid4().hex[:12]}"
        row.save(force_insert=True)
        self.deliverable, self.report = row, None
        if self.verb == "draft":
            return
        draft = actions.start_draft(row, by=self.officer, said=self._said())
        if self.corrects:
            actions.submit(draft, by=self.officer)
            actions.confirm(draft, by=self.manager)
            draft = actions.revise(draft, by=self.officer)
        if self.verb == "confirm":
            actions.submit(draft, by=self.officer)
        self.report = draft

    def _said(self) -> Said:
        document = EvidenceSaid(number=self._number, quote="43 đơn vị")
        return Said(
            as_of=PartialDate.of(self.day),
            stage=DeliveryStage.DEPLOYED,
            figures={self.indicator.key: FigureSaid(Decimal(43), Qualifier.OVER)},
            evidence=[document] if self.cited else [],
        )

    @property
    def _number(self) -> str:
        """A document that nobody cited before, so that there is something to store, send and open."""
        return f"{self.deliverable.pk}/BC {MARK}"

    def __call__(self) -> Any:
        """The write, by HTTP with a token."""
        headers = {"Idempotency-Key": uuid.uuid4().hex} if self.keyed else {}
        if self.report is None:
            answer = self.caller.post("", self._body(), **headers)
            self.report = ProgressReport(uid=uuid.UUID(orjson.loads(answer.content)["id"]))
            return answer
        if self.verb == "submit":
            headers["If-Match"] = '"1"'
        return self.caller.post(f"{self.report.uid}/{self.verb}/", **headers)

    def _body(self) -> dict[str, Any]:
        figure = {"indicator": self.indicator.key, "value": 43, "qualifier": "over"}
        document = {"number": self._number, "quote": "43 đơn vị"}
        return {
            "deliverable": self.deliverable.slug,
            "as_of": self.day.isoformat(),
            "stage": "deployed",
            "figures": [figure],
            "evidence": [document] if self.cited else [],
        }

    def insert(self) -> None:
        """One report row by raw SQL, its own transaction: the connection commits each statement."""
        values = [
            *(uuid.uuid4().hex, self.deliverable.pk, self.day.isoformat()),
            connection.ops.adapt_datefield_value(self.day),
            self.manager.pk,
            connection.ops.adapt_datetimefield_value(now()),
        ]
        with connection.cursor() as cursor:
            cursor.execute(_INSERT, values)

    def statements(self) -> list[str]:
        """What the write runs. Of two calls the shorter: now and then one also notes the token's use.

        Calls are counted so too: one statement in many calls (``coopportal.rates``).
        """
        return min((self._once() for _time in range(2)), key=len)

    def _once(self) -> list[str]:
        self.prepare()
        with CaptureQueriesContext(connection) as queries:
            self()
        return data_statements(queries)


#: Each write that is measured: its verb, whether it rests on a document, whether it corrects.
WRITES: dict[str, dict[str, Any]] = {
    "draft": {"verb": "draft"},
    "submit": {"verb": "submit"},
    "confirm": {"verb": "confirm"},
    "draft, cited": {"verb": "draft", "cited": True},
    "submit, cited": {"verb": "submit", "cited": True},
    "confirm, cited": {"verb": "confirm", "cited": True},
    "confirm, correcting": {"verb": "confirm", "corrects": True},
    "confirm, correcting, cited": {"verb": "confirm", "cited": True, "corrects": True},
}
