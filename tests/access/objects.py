"""Keys of the walk's objects: for each address one's own, another's and a missing one."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from axes.models import AccessAttempt, AccessFailureLog, AccessLog
from django.contrib.auth.models import Group
from django.contrib.auth.tokens import default_token_generator
from django.contrib.contenttypes.models import ContentType
from django.db.models import Model
from django.utils.http import urlsafe_base64_encode

from accounts.models import User
from agreements.choices import PeriodKind, Side, SourceScope
from agreements.models import Agreement, Discrepancy, Filing, SourceFile
from agreements.periods import make_periods
from coopportal.clock import now
from deliverables.choices import Decision, ProposalState, ReportState
from deliverables.models import Measurement, ProgressReport, Target, Verdict
from tests import factories
from tests.access.routes import Route


@dataclass
class World:
    """One agreement with people, and one of each thing that an address may name."""

    people: factories.Cooperation = field(default_factory=factories.Cooperation)

    def __post_init__(self) -> None:
        people = self.people
        self.phase = people.deliverable.phase
        make_periods(self.phase, PeriodKind.YEAR)
        self.area = factories.area(phase=self.phase)
        self.indicator = factories.indicator()
        # Before the others: an administrator does not see it.
        filing = Filing.objects.create(
            source=factories.source(scope=SourceScope.FILED),
            agreement=people.agreement,
            side=Side.PARTNER,
            sent_at=now(),
        )
        self.document = SourceFile.objects.create(
            source=filing.source,
            stored=factories.stored_file(f"%PDF-1.7 {filing.source.slug}".encode()),
            name="Thỏa thuận.pdf",
        )
        self.citation = factories.citation()
        self.event = factories.event()
        self.statement = factories.statement(phase=self.phase)
        #: Awaits a verdict: only the two sides read it.
        self.report = people.report(ReportState.SUBMITTED, figures={self.indicator: 5})
        self.official = people.report(ReportState.CONFIRMED, logged=True)
        Verdict.objects.create(
            report=people.report(ReportState.DISPUTED),
            side=Side.VNPT,
            decision=Decision.DISPUTE,
            reason="Chưa trừ trường đã sáp nhập.",
            by=people.manager,
            at=now(),
        )
        #: Sent by the officer, awaits the manager.
        self.proposal = people.proposal(
            ProposalState.SUBMITTED, factories.stored_file(f"%PDF {factories.number()}".encode())
        )
        #: Waits with its report; what is drafted is its own side's.
        sent = people.report()
        content = f"%PDF-1.7 {sent.uid}".encode()
        self.file = factories.evidence_file(sent, stored=factories.stored_file(content))
        factories._step(sent, ReportState.SUBMITTED, now())
        Target.objects.create(
            deliverable=people.deliverable,
            indicator=self.indicator,
            value=100,
            set_on=factories.DAY,
        )


#: What no object has, by the name of the key.
_MISSING: dict[str, Any] = {
    "slug": "khong-co",
    "key": "khong-co",
    "uid": uuid.UUID(int=0),
    "pk": 999999999,
    "sha256": "0" * 64,
    "uidb64": "MA",
    "token": "khong-co",
}

#: What stands behind the address of a report.
_VERBS = (
    *("", "sua/", "xoa-nhap/", "rut-lai/", "xac-nhan/", "tra-lai/"),
    *("khong-dong-y/", "lap-ban-sua/", "trao-doi/"),
)

#: What stands behind the address of a proposal.
_PROPOSAL_VERBS = (
    *("", "sua/", "gui/", "dong-y/", "tra-lai/"),
    *("rut-lai/", "lap-lai/", "xoa-nhap/", "tep/", "dinh-kem/", "go-tep/"),
)

#: Address → its key in one world, or its keys by name. A new address with a key in it gets an entry.
_KEYS: dict[str, Callable[[World], Any]] = {
    "/quen-mat-khau/<uidb64>/<token>/": lambda w: {
        "uidb64": urlsafe_base64_encode(str(w.people.officer.pk).encode()),
        "token": default_token_generator.make_token(w.people.officer),
    },
    "/thoa-thuan/<slug>/": lambda w: w.people.agreement.slug,
    "/giai-doan/<slug>/": lambda w: w.phase.slug,
    "/giai-doan/<slug>/tong-ket/": lambda w: w.phase.slug,
    "/giai-doan/<slug>/ky/": lambda w: w.phase.slug,
    "/giai-doan/<slug>/ky/lap-tiep/": lambda w: w.phase.slug,
    "/giai-doan/<slug>/ky/<key>/": lambda w: {
        "slug": w.phase.slug,
        "key": w.phase.periods.earliest("ends_on").key,
    },
    "/he-thong/<slug>/": lambda w: w.people.deliverable.system.slug,
    "/hang-muc/<slug>/": lambda w: w.people.deliverable.slug,
    "/hang-muc/<slug>/bao-cao/": lambda w: w.people.deliverable.slug,
    "/hang-muc/<slug>/doi-chieu/": lambda w: w.people.deliverable.slug,
    **{f"/bao-cao-so-lieu/<uid>/{verb}": lambda w: w.report.uid for verb in _VERBS},
    "/ky-ket/moi/<slug>/": lambda w: w.people.agreement.slug,
    "/ky-ket/phu-luc/<slug>/": lambda w: w.phase.slug,
    "/ky-ket/bo-sung/<slug>/": lambda w: w.phase.slug,
    **{f"/ky-ket/<uid>/{verb}": lambda w: w.proposal.uid for verb in _PROPOSAL_VERBS},
    "/bao-cao-so-lieu/<uid>/tep/": lambda w: w.report.uid,
    **dict.fromkeys(
        (f"/bao-cao-so-lieu/<uid>/tep/<sha256>/{verb}" for verb in ("", "go/")),
        lambda w: {"uid": w.file.report.uid, "sha256": w.file.stored.sha256},
    ),
    "/nguon/<slug>/tep/": lambda w: w.document.source.slug,
    "/nguon/<slug>/": lambda w: w.citation.source.slug,
    "/api/v1/provinces/<key>/": lambda w: "40",
    "/api/v1/parties/<key>/": lambda w: w.people.agreement.partner.slug,
    "/api/v1/agreements/<key>/": lambda w: w.people.agreement.slug,
    "/api/v1/phases/<key>/": lambda w: w.phase.slug,
    "/api/v1/areas/<key>/": lambda w: f"{w.phase.slug}.{w.area.position}",
    "/api/v1/systems/<key>/": lambda w: w.people.deliverable.system.slug,
    "/api/v1/indicators/<key>/": lambda w: w.indicator.key,
    "/api/v1/deliverables/<key>/": lambda w: w.people.deliverable.slug,
    "/api/v1/deployments/<key>/": lambda w: w.people.deliverable.slug,
    "/api/v1/reports/<key>/": lambda w: w.report.uid,
    **dict.fromkeys(
        (
            f"/api/v1/reports/<key>/{verb}/"
            for verb in (
                *("submit", "withdraw", "confirm", "return", "dispute", "revise"),
                *("comments", "files"),
            )
        ),
        lambda w: w.report.uid,
    ),
    "/api/v1/reports/<key>/files/<sha256>/": lambda w: {
        "key": w.file.report.uid,
        "sha256": w.file.stored.sha256,
    },
    "/api/v1/events/<key>/": lambda w: w.event.slug,
    "/api/v1/statements/<key>/": lambda w: w.statement.slug,
    "/api/v1/discrepancies/<key>/": lambda w: Discrepancy.objects.earliest("pk").slug,
    "/api/v1/sources/<key>/": lambda w: w.citation.source.slug,
    "/api/v1/changes/<key>/": lambda w: w.official.changes.get().seq,
}


#: Address → the key of something that belongs to one person, whatever side he or she is on.
PERSONAL: dict[str, Callable[[User], Any]] = {
    "/tai-khoan/ma-truy-cap/<pk>/thu-hoi/": lambda user: factories.token(user)[0].pk,
}


def keys_of(
    route: Route, here: World, elsewhere: World, user: User | None
) -> dict[str, dict[str, Any]] | None:
    """``own``, ``other`` and ``missing`` → what fills the address; ``None`` where nobody said."""
    if not route.keys:
        return {"own": {}}
    if route.text in PERSONAL:
        (key,) = route.keys
        make = PERSONAL[route.text]
        found = {"other": {key: make(factories.user())}, "missing": {key: _MISSING[key]}}
        return {"own": {key: make(user)}, **found} if user else found
    if route.text in _KEYS:
        find = _KEYS[route.text]
        own, other = (
            {route.keys[0]: found} if not isinstance(found, dict) else found
            for found in (find(here), find(elsewhere))
        )
        return {"own": own, "other": other, "missing": {key: _MISSING[key] for key in route.keys}}
    if route.is_admin:
        return _keys_of_admin(route, here)
    if route.keys == ["anything"]:
        return {"missing": {"anything": "khong-co"}}
    return None


def _keys_of_admin(route: Route, here: World) -> dict[str, dict[str, Any]] | None:
    if route.keys == ["content_type_id", "object_id"]:
        kind = ContentType.objects.get_for_model(Agreement).pk
        own = {"content_type_id": kind, "object_id": here.people.agreement.pk}
        return {"own": own, "missing": {**own, "object_id": 999999999}}
    if route.keys == ["app_label"]:
        return {"own": {"app_label": "agreements"}, "missing": {"app_label": "khong-co"}}
    if route.keys == ["url"]:
        return {"missing": {"url": "khong-co/khong-co"}}
    (key,) = route.keys
    model = route.model
    assert model is not None, route.text
    seen, unseen = _PAIRS[model](here) if model in _PAIRS else (_row(model), None)
    found = {"own": {key: seen}, "missing": {key: "999999999"}}
    return found if unseen is None else {**found, "other": {key: unseen}}


#: Where an administrator sees one row and not another: what sources say, and what the sides tell each
#: other. An administrator writes the drafts of public sources.
_PAIRS: dict[type[Model], Callable[[World], tuple[Any, Any]]] = {
    ProgressReport: lambda w: (factories.report(side="source").pk, w.report.pk),
    Measurement: lambda w: (
        factories.measurement(factories.report(side="source"), w.indicator, 7).pk,
        w.report.measurements.get().pk,
    ),
}

#: Models of the admin of which the shipped data and the worlds hold none.
_MADE: dict[str, Callable[[], Model]] = {
    "auth.group": lambda: Group.objects.create(name="Nhóm"),
    "axes.accessattempt": lambda: AccessAttempt.objects.create(failures_since_start=1),
    "axes.accesslog": AccessLog.objects.create,
    "axes.accessfailurelog": AccessFailureLog.objects.create,
}


def _row(model: type[Model]) -> Any:
    first = model._default_manager.order_by("-pk").first()
    if first is None:
        label = model._meta.label_lower
        assert label in _MADE, f"tests/access/objects.py: _MADE needs a row of {label}"
        first = _MADE[label]()
    return first.pk
