"""Rows for tests, one small function a noun, each unlike any other; the shipped data is not touched."""

from __future__ import annotations

import datetime as dt
import hashlib
import itertools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from io import BytesIO
from typing import Any

from django.contrib.auth.hashers import make_password
from django.db import transaction

from accounts.choices import TokenScope
from accounts.models import Token, User
from agreements.choices import (
    EventKind,
    Instrument,
    ParticipationRole,
    PartyKind,
    ProvinceKind,
    Qualifier,
    Side,
    SourceScope,
    StatementKind,
    SystemFamily,
)
from agreements.models import (
    Agreement,
    Citation,
    CooperationArea,
    Discrepancy,
    Event,
    Participation,
    Party,
    Person,
    Phase,
    Province,
    Representative,
    Source,
    Statement,
    StoredFile,
    System,
)
from coopportal.clock import ZONE, now
from coopportal.files import disk
from coopportal.files.kinds import FileKind
from coopportal.partial_dates import PartialDate
from deliverables.actions.signing import (
    AreaSaid,
    DeliverableSaid,
    DocumentSaid,
    Proposed,
    SignerSaid,
    TermSaid,
)
from deliverables.actions.signing.applying import latest_phase
from deliverables.choices import (
    Aggregation,
    ChangeKind,
    DeliverableKind,
    ProposalKind,
    ProposalState,
    ReportSide,
    ReportState,
    Stage,
    ValueKind,
)
from deliverables.models import (
    Deliverable,
    EvidenceFile,
    Indicator,
    Measurement,
    OfficialChange,
    ProgressReport,
    Proposal,
    ProposalFile,
)

_numbers = itertools.count(1)

#: A plain day in the past, where a test does not care which.
DAY = dt.date(2021, 5, 4)


def number() -> int:
    """A number no other row of this test run has."""
    return next(_numbers)


def at(day: dt.date, hour: int = 9, minute: int = 0) -> dt.datetime:
    """An instant of a day in Việt Nam."""
    return dt.datetime(day.year, day.month, day.day, hour, minute, tzinfo=ZONE)


# --- The promise ------------------------------------------------------------------------------


def source(**values: Any) -> Source:
    n = number()
    return Source.objects.create(
        **{"slug": f"nguon-{n}", "title": f"Nguồn {n}", "scope": SourceScope.EXTERNAL, **values}
    )


def citation(**values: Any) -> Citation:
    values["source"] = values.get("source") or source()
    return Citation.objects.create(
        **{"quote": f"trên {number()} đơn vị", "locator": "đoạn 1", **values}
    )


def province(**values: Any) -> Province:
    """A unit of long ago under a code that the real map does not use."""
    n = number()
    return Province.objects.create(
        **{
            "code": "00",
            "name": f"Tỉnh {n}",
            "kind": ProvinceKind.PROVINCE,
            "valid_from": dt.date(1950, 1, 1) + dt.timedelta(days=n),
            **values,
        }
    )


def party(**values: Any) -> Party:
    n = number()
    values.setdefault("kind", PartyKind.PROVINCE)
    if values["kind"] == PartyKind.PROVINCE:
        values["province"] = values.get("province") or province()
    return Party.objects.create(
        **{"slug": f"ben-{n}", "name": f"UBND tỉnh {n}", "short_name": f"Tỉnh {n}", **values}
    )


def vnpt() -> Party:
    return party(kind=PartyKind.VNPT_UNIT, name="VNPT minh họa", short_name="VNPT minh họa")


def agreement(**values: Any) -> Agreement:
    values["partner"] = values.get("partner") or party()
    values["vnpt_party"] = values.get("vnpt_party") or vnpt()
    return Agreement.objects.create(**{"slug": f"thoa-thuan-{number()}", **values})


def phase(**values: Any) -> Phase:
    values["agreement"] = values.get("agreement") or agreement()
    return Phase.objects.create(
        **{
            "slug": f"giai-doan-{number()}",
            "start_year": 2021,
            "end_year": 2025,
            "instrument": Instrument.AGREEMENT,
            **values,
        }
    )


def area(**values: Any) -> CooperationArea:
    values["phase"] = values.get("phase") or phase()
    n = number()
    return CooperationArea.objects.create(**{"position": n, "name": f"Lĩnh vực {n}", **values})


def system(**values: Any) -> System:
    n = number()
    return System.objects.create(
        **{
            "slug": f"he-thong-{n}",
            "name": f"Hệ thống {n}",
            "short_name": f"HT {n}",
            "family": SystemFamily.GOVERNMENT,
            **values,
        }
    )


def person(**values: Any) -> Person:
    n = number()
    return Person.objects.create(**{"slug": f"nguoi-{n}", "name": f"Nguyễn Văn {n}", **values})


def event(**values: Any) -> Event:
    n = number()
    return Event.objects.create(
        **{"slug": f"su-kien-{n}", "title": f"Sự kiện {n}", "kind": EventKind.SIGNING, **values}
    )


def participation(**values: Any) -> Participation:
    values["event"] = values.get("event") or event()
    return Participation.objects.create(
        **{
            "position": number(),
            "group_label": "tập thể",
            "role": ParticipationRole.RECEIVED,
            **values,
        }
    )


def statement(**values: Any) -> Statement:
    n = number()
    return Statement.objects.create(
        **{
            "slug": f"noi-dung-{n}",
            "kind": StatementKind.OBJECTIVE,
            "text": f"Nội dung {n}",
            **values,
        }
    )


def discrepancy(**values: Any) -> Discrepancy:
    n = number()
    return Discrepancy.objects.create(
        **{"slug": f"khac-nhau-{n}", "topic": f"Vấn đề {n}", "reason": "Nguồn gần hơn.", **values}
    )


# --- People -----------------------------------------------------------------------------------


def user(**values: Any) -> User:
    n = number()
    return User.objects.create(
        **{"username": f"nguoi-dung-{n}", "full_name": f"Người {n}", **values}
    )


def service_account(**values: Any) -> User:
    """A program's own account: it has no password."""
    return user(**{"is_service": True, "password": make_password(None), **values})


def token(owner: User | None = None, **values: Any) -> tuple[Token, str]:
    """A token of a user, and its key; reads what is official unless told otherwise."""
    owner = owner or user()
    values.setdefault("name", f"Phần mềm {number()}")
    values.setdefault("scope", TokenScope.OFFICIAL)
    values.setdefault("expires_at", now() + dt.timedelta(days=30))
    made: tuple[Token, str] = Token.objects.issue(owner=owner, by=owner, **values)
    return made


def representative(
    agreement: Agreement, side: str, user_: User | None = None, **values: Any
) -> Representative:
    return Representative.objects.create(
        **{
            "agreement": agreement,
            "side": side,
            "user": user_ or user(),
            "from_day": dt.date(2020, 1, 1),
            **values,
        }
    )


# --- The delivery -----------------------------------------------------------------------------


def indicator(**values: Any) -> Indicator:
    n = number()
    return Indicator.objects.create(
        **{
            "key": f"chi-tieu-{n}",
            "name": f"Chỉ tiêu {n}",
            "unit": "đơn vị",
            "value_kind": ValueKind.RUNNING_TOTAL,
            "aggregation": Aggregation.SUM,
            **values,
        }
    )


def deliverable(**values: Any) -> Deliverable:
    """A deployment in a phase of its own; give ``phase`` (or None with ``agreement``) to choose."""
    n = number()
    if "phase" not in values:
        own = values.get("agreement")
        values["phase"] = phase(agreement=own) if own else phase()
    if "agreement" not in values:
        values["agreement"] = values["phase"].agreement if values["phase"] else agreement()
    values.setdefault("kind", DeliverableKind.DEPLOYMENT)
    if values["kind"] == DeliverableKind.DEPLOYMENT:
        values["system"] = values.get("system") or system()
    return Deliverable.objects.create(
        **{"slug": f"hang-muc-{n}", "title": f"Hạng mục {n}", **values}
    )


Figures = Mapping[Indicator, Any]

#: How a draft gets to each state: the moves that the database itself allows.
_PATHS: dict[str, tuple[str, ...]] = {
    ReportState.DRAFT: (),
    ReportState.SUBMITTED: (ReportState.SUBMITTED,),
    ReportState.CONFIRMED: (ReportState.SUBMITTED, ReportState.CONFIRMED),
    ReportState.RETURNED: (ReportState.SUBMITTED, ReportState.RETURNED),
    ReportState.DISPUTED: (ReportState.SUBMITTED, ReportState.DISPUTED),
    ReportState.WITHDRAWN: (ReportState.SUBMITTED, ReportState.WITHDRAWN),
    ReportState.PUBLISHED: (ReportState.PUBLISHED,),
    ReportState.SET_ASIDE: (ReportState.PUBLISHED, ReportState.SET_ASIDE),
}


def measurement(
    report: ProgressReport, indicator: Indicator, value: Any, **values: Any
) -> Measurement:
    """A figure; ``None`` is "no number given"."""
    if value is None:
        values.setdefault("qualifier", Qualifier.UNSPECIFIED)
    return Measurement.objects.create(
        report=report,
        indicator=indicator,
        value=None if value is None else Decimal(value),
        **values,
    )


def report(
    of: Deliverable | None = None,
    *,
    state: str = ReportState.DRAFT,
    figures: Figures | None = None,
    qualifiers: Mapping[Indicator, str] | None = None,
    citations: Iterable[Citation] = (),
    when: dt.datetime | None = None,
    until: dt.datetime | None = None,
    logged: bool = False,
    **values: Any,
) -> ProgressReport:
    """A report in any state, brought there through the moves the database allows.

    ``when`` dates those moves (and the reign of an official one), ``until`` ends the reign; ``logged``
    writes the reign into the log as the verbs would.
    """
    is_source = state in {ReportState.PUBLISHED, ReportState.SET_ASIDE}
    values.setdefault("side", ReportSide.SOURCE if is_source else ReportSide.PARTNER)
    if values["side"] != ReportSide.SOURCE:
        values["author"] = values.get("author") or user()
    of = of or deliverable()
    if "as_of" not in values and "as_of_end" not in values:
        values["as_of_end"] = _day_without_draft(of, values["side"])
    values.setdefault("as_of_end", DAY)
    values.setdefault("stage", Stage.DEPLOYED)
    row = ProgressReport.objects.create(deliverable=of, **values)
    for each, value in (figures or {}).items():
        told = {"qualifier": qualifiers[each]} if each in (qualifiers or {}) else {}
        measurement(row, each, value, **told)
    row.citations.set(citations)
    when = when or at(DAY)
    for step in _PATHS[state]:
        _step(row, step, when)
    if until is not None:
        ProgressReport.objects.filter(pk=row.pk).update(official_to=until)
    row.refresh_from_db()
    if logged:
        _log(row)
    return row


def _day_without_draft(of: Deliverable, side: str) -> dt.date:
    """``DAY``, or the last day before it of which the side has no open draft."""
    drafts = ProgressReport.objects.filter(deliverable=of, side=side, state=ReportState.DRAFT)
    taken = set(drafts.values_list("as_of_end", flat=True))
    return next(day for n in itertools.count() if (day := DAY - dt.timedelta(days=n)) not in taken)


@transaction.atomic
def _log(row: ProgressReport) -> None:
    if row.official_from:
        OfficialChange.objects.record(row, ChangeKind.BECAME_OFFICIAL, row.official_from)
    if row.official_to:
        OfficialChange.objects.record(row, ChangeKind.CEASED, row.official_to)


def _step(row: ProgressReport, to: str, when: dt.datetime) -> None:
    columns: dict[str, Any] = {"state": to}
    if to == ReportState.SUBMITTED:
        columns["submitted_at"] = when
    elif to == ReportState.PUBLISHED:
        columns["official_from"] = when
    else:
        columns["decided_at"] = when
    if to == ReportState.CONFIRMED:
        columns["official_from"] = when
    if to == ReportState.SET_ASIDE:
        columns |= {"set_aside_reason": "Có nguồn tốt hơn.", "official_to": when}
    ProgressReport.objects.filter(pk=row.pk).update(**columns)


def stored_file(content: bytes = b"", **values: Any) -> StoredFile:
    """A row of a content that nobody looked at; with ``content`` its file is there too."""
    n = number()
    sha256 = hashlib.sha256(content or str(n).encode()).hexdigest()
    path = disk.new_path(sha256)
    if content:
        disk.place(disk.write(BytesIO(content)), path)
    return StoredFile.objects.create(
        **{
            "file": path,
            "sha256": sha256,
            "kind": FileKind.PDF,
            "size": len(content) or n,
            "pages": 1,
            **values,
        }
    )


def evidence_file(report: ProgressReport, **values: Any) -> EvidenceFile:
    values["stored"] = values.get("stored") or stored_file()
    values["uploaded_by"] = values.get("uploaded_by") or report.author or user()
    return EvidenceFile.objects.create(**{"report": report, "name": "Biên bản.pdf", **values})


# --- A whole cooperation ----------------------------------------------------------------------


def next_phase(agreement: Agreement, **values: Any) -> Proposed:
    """What could be signed next: 2025–2030, each area carried on and a new one, one new deliverable."""
    before = latest_phase(agreement.pk)
    carried = list(before.areas.order_by("position")) if before else []
    areas = [
        AreaSaid(place, row.name, (row.position,)) for place, row in enumerate(carried, start=1)
    ]
    new = AreaSaid(len(areas) + 1, "Dữ liệu số")
    return Proposed(
        **{
            "before": before.slug if before else "",
            "document": DocumentSaid(
                instrument=Instrument.STRATEGIC_AGREEMENT,
                number="05/TTHT",
                signed_on=PartialDate(2025, 12, 20),
                place="Vinh",
                signers=(SignerSaid("Nguyễn Văn An", "Phó Chủ tịch", Side.PARTNER),),
            ),
            "term": TermSaid(2025, 2030),
            "areas": (*areas, new),
            "deliverables": (
                DeliverableSaid(
                    "Kho dữ liệu dùng chung", DeliverableKind.INFRASTRUCTURE, area=new.position
                ),
            ),
            **values,
        }
    )


@dataclass
class Cooperation:
    """One agreement with the people who act in it and one deliverable to act on."""

    agreement: Agreement = field(default_factory=agreement)
    deliverable: Deliverable = field(init=False)
    officer: User = field(default_factory=user)
    colleague: User = field(default_factory=user)
    manager: User = field(default_factory=user)
    stranger: User = field(default_factory=user)
    administrator: User = field(default_factory=lambda: user(is_superuser=True, is_staff=True))

    def __post_init__(self) -> None:
        self.deliverable = deliverable(agreement=self.agreement)
        representative(self.agreement, Side.PARTNER, self.officer)
        representative(self.agreement, Side.PARTNER, self.colleague)
        representative(self.agreement, Side.VNPT, self.manager)
        # Acts for VNPT too, but elsewhere.
        representative(agreement(), Side.VNPT, self.stranger)

    def proposal(
        self, state: str = ProposalState.DRAFT, document: StoredFile | None = None, **values: Any
    ) -> Proposal:
        """A proposal of the province's officer for the next phase, brought to a state as the verbs do."""
        at_ = at(DAY)
        row = Proposal.objects.create(
            **{
                "agreement": self.agreement,
                "kind": ProposalKind.PHASE,
                "side": Side.PARTNER,
                "author": self.officer,
                "payload": next_phase(self.agreement).plain(),
                "created_at": at_,
                "saved_at": at_,
                **values,
            }
        )
        sender = self.officer if row.side == Side.PARTNER else self.manager
        decider = self.manager if row.side == Side.PARTNER else self.officer
        if document is not None:
            ProposalFile.objects.create(
                proposal=row, stored=document, name="Thỏa thuận.pdf", uploaded_by=row.author
            )
        rows = Proposal.objects.filter(pk=row.pk)
        if state != ProposalState.DRAFT:
            rows.update(state=ProposalState.SUBMITTED, submitted_at=at_, submitted_by=sender)
        if state not in {ProposalState.DRAFT, ProposalState.SUBMITTED}:
            by = sender if state == ProposalState.WITHDRAWN else decider
            reason = "Thiếu mục tiêu." if state == ProposalState.RETURNED else ""
            rows.update(state=state, decided_at=at_, decided_by=by, reason=reason)
        return Proposal.objects.with_context().get(pk=row.pk)

    def report(self, state: str = ReportState.DRAFT, **values: Any) -> ProgressReport:
        """A report of the province's officer (of VNPT's manager with ``side="vnpt"``)."""
        side = values.get("side")
        if side == ReportSide.VNPT:
            values.setdefault("author", self.manager)
        elif side != ReportSide.SOURCE:
            values.setdefault("author", self.officer)
        return report(self.deliverable, state=state, **values)
