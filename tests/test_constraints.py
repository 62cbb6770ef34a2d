"""Every constraint of both apps: the database refuses, and a person is told why in Vietnamese.

A constraint without a case here, or without words of its own, fails.
"""

import datetime as dt
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.db.models import BaseConstraint, CheckConstraint, Model, Q, UniqueConstraint

from accounts.models import Token, User
from agreements.choices import PartyKind, Qualifier, Side
from agreements.models import (
    Agreement,
    Amendment,
    Citation,
    CooperationArea,
    DiscrepancySide,
    Event,
    Filing,
    Holiday,
    Participation,
    Party,
    Phase,
    Province,
    ReportingPeriod,
    Representative,
    Source,
    Statement,
    StoredFile,
    System,
    SystemAlias,
)
from coopportal.clock import now
from coopportal.partial_dates import PartialDate
from deliverables.choices import (
    Aggregation,
    ChangeKind,
    Decision,
    ProposalKind,
    ProposalState,
    ReportSide,
    ReportState,
)
from deliverables.models import (
    Comment,
    Deliverable,
    Digest,
    DueDay,
    EvidenceFile,
    HandledRequest,
    Indicator,
    Measurement,
    Move,
    OfficialChange,
    OfficialSequence,
    ProgressReport,
    Proposal,
    Target,
    Verdict,
)
from tests import factories
from tests.factories import DAY, at

pytestmark = pytest.mark.django_db

LATER, EARLIER = dt.date(2021, 6, 1), dt.date(2021, 4, 1)


def unsaved(row: Model, **changes: Any) -> Any:
    """A row that could be inserted as it stands, with these changes."""
    row.delete()
    row.pk = None
    row._state.adding = True
    return changed(row, **changes)


def changed(row: Any, **changes: Any) -> Any:
    for name, value in changes.items():
        setattr(row, name, value)
    return row


def _digest() -> str:
    return f"{factories.number():064x}"


def a_service_account(**changes: Any) -> Any:
    return unsaved(factories.service_account(email="may@example.com"), **changes)


def a_token(**changes: Any) -> Any:
    return unsaved(factories.token()[0], **changes)


def a_report(**changes: Any) -> Any:
    return unsaved(factories.report(), **changes)


def a_published_report(**changes: Any) -> Any:
    return a_report(
        **{
            "side": ReportSide.SOURCE,
            "state": ReportState.PUBLISHED,
            "official_from": at(DAY),
            **changes,
        }
    )


def a_measurement(**changes: Any) -> Any:
    figure = factories.measurement(factories.report(), factories.indicator(), 5)
    return unsaved(figure, **changes)


def an_evidence_file(**values: Any) -> EvidenceFile:
    return EvidenceFile(
        **{
            "report": values.get("report") or factories.report(),
            "stored": values.get("stored") or factories.stored_file(),
            "name": "Biên bản nghiệm thu.pdf",
            "uploaded_by": factories.user(),
            **values,
        }
    )


def a_stored_file(**values: Any) -> StoredFile:
    return StoredFile(
        **{
            "file": f"evidence/{factories.number()}",
            "sha256": _digest(),
            "kind": "png",
            "size": 1,
            **values,
        }
    )


def a_verdict(**values: Any) -> Verdict:
    return Verdict(
        **{
            "report": values.get("report") or factories.report(state=ReportState.SUBMITTED),
            "side": Side.VNPT,
            "decision": Decision.DISPUTE,
            "reason": "Số này chưa trừ trường đã sáp nhập.",
            "by": factories.user(),
            "at": at(DAY),
            **values,
        }
    )


def a_move(**values: Any) -> Move:
    return Move(
        **{
            "report": values.get("report") or factories.report(state=ReportState.SUBMITTED),
            "state": ReportState.SUBMITTED,
            "by": factories.user(),
            "at": at(DAY),
            **values,
        }
    )


def a_comment(**values: Any) -> Comment:
    return Comment(
        **{
            "report": values.get("report") or factories.report(state=ReportState.SUBMITTED),
            "side": Side.VNPT,
            "text": "Gửi thêm biên bản.",
            "by": factories.user(),
            "at": at(DAY),
            **values,
        }
    )


def a_request(**values: Any) -> HandledRequest:
    return HandledRequest(
        **{
            "user": values.get("user") or factories.user(),
            "key": "k1",
            "digest": _digest(),
            "report": factories.report(),
            "at": at(DAY),
            **values,
        }
    )


def a_filing(**values: Any) -> Filing:
    return Filing(
        **{
            "source": factories.source(),
            "agreement": factories.agreement(),
            "side": Side.PARTNER,
            **values,
        }
    )


def a_proposal(**changes: Any) -> Proposal:
    return unsaved(factories.Cooperation().proposal(), **changes)  # type: ignore[no-any-return]


def a_sent_proposal(**changes: Any) -> Proposal:
    sent = {"state": ProposalState.SUBMITTED, "submitted_at": at(DAY)}
    return a_proposal(**{**sent, "submitted_by": factories.user(), **changes})


def a_returned_proposal(**changes: Any) -> Proposal:
    decided = {"state": ProposalState.RETURNED, "decided_at": at(DAY), "reason": "Thiếu."}
    return a_sent_proposal(**{**decided, "decided_by": factories.user(), **changes})


def an_amendment(**values: Any) -> Amendment:
    return Amendment(
        **{
            "phase": values.get("phase") or factories.phase(),
            "position": 1,
            "signed_on": PartialDate(2021, 5, 4),
            "effective_on": DAY,
            "terms_before": {"end_year": 2025, "open_ended": False, "areas": {"1": "Hạ tầng"}},
            **values,
        }
    )


def a_due_day(**values: Any) -> DueDay:
    return DueDay(
        **{
            "deliverable": values.get("deliverable") or factories.deliverable(),
            "due_on": LATER,
            "set_on": DAY,
            **values,
        }
    )


def a_target(**values: Any) -> Target:
    return Target(
        **{
            "deliverable": values.get("deliverable") or factories.deliverable(),
            "indicator": values.get("indicator") or factories.indicator(),
            "value": 100,
            "set_on": DAY,
            **values,
        }
    )


def a_change(**values: Any) -> OfficialChange:
    return OfficialChange(
        **{
            "seq": 10**9 + factories.number(),
            "report": values.get("report") or factories.report(state=ReportState.PUBLISHED),
            "kind": ChangeKind.BECAME_OFFICIAL,
            "at": at(DAY),
            "hash": _digest(),
            "previous_hash": _digest(),
            **values,
        }
    )


def an_alias(**values: Any) -> SystemAlias:
    return SystemAlias(
        **{"system": values.get("system") or factories.system(), "name": "A", **values}
    )


def a_side(**values: Any) -> DiscrepancySide:
    return DiscrepancySide(
        **{
            "discrepancy": values.get("discrepancy") or factories.discrepancy(),
            "position": 1,
            "citation": factories.citation(),
            "says": "Giám đốc",
            **values,
        }
    )


def a_mandate(**changes: Any) -> Any:
    return unsaved(factories.representative(factories.agreement(), Side.PARTNER), **changes)


#: A row of each model that nothing is wrong with.
def a_holiday(**values: Any) -> Holiday:
    return Holiday(**{"day": 3, "month": 3, "year": 2026, "name": "Ngày nghỉ", **values})


def a_period(**values: Any) -> ReportingPeriod:
    return ReportingPeriod(
        **{
            "phase": values.get("phase") or factories.phase(),
            "kind": "quarter",
            "year": 2026,
            "number": 1,
            "begins_on": dt.date(2025, 12, 15),
            "ends_on": dt.date(2026, 3, 14),
            "due_on": dt.date(2026, 3, 20),
            **values,
        }
    )


def a_mail(**values: Any) -> Digest:
    return Digest(**{"user": values.get("user") or factories.user(), "day": DAY, **values})


def _saved(row: Any) -> Any:
    row.save()
    return row


VALID: dict[type[Model], Callable[[], Any]] = {
    Token: a_token,
    User: a_service_account,
    Agreement: lambda: unsaved(factories.agreement()),
    Amendment: an_amendment,
    Citation: lambda: unsaved(factories.citation()),
    CooperationArea: lambda: unsaved(factories.area()),
    DiscrepancySide: a_side,
    Event: lambda: unsaved(factories.event()),
    Filing: a_filing,
    Participation: lambda: unsaved(factories.participation()),
    Party: lambda: unsaved(factories.party()),
    Phase: lambda: unsaved(factories.phase()),
    Province: lambda: unsaved(factories.province()),
    Representative: a_mandate,
    Source: lambda: unsaved(factories.source()),
    Statement: lambda: unsaved(factories.statement()),
    StoredFile: a_stored_file,
    System: lambda: unsaved(factories.system()),
    SystemAlias: an_alias,
    Deliverable: lambda: unsaved(factories.deliverable()),
    Comment: a_comment,
    EvidenceFile: an_evidence_file,
    Digest: a_mail,
    DueDay: a_due_day,
    HandledRequest: a_request,
    Holiday: a_holiday,
    ReportingPeriod: a_period,
    Move: a_move,
    Indicator: lambda: unsaved(factories.indicator()),
    Measurement: a_measurement,
    OfficialChange: a_change,
    OfficialSequence: lambda: OfficialSequence.objects.get_or_create(pk=1)[0],
    ProgressReport: a_report,
    Proposal: a_sent_proposal,
    Target: a_target,
    Verdict: a_verdict,
}


def _with_itself() -> Agreement:
    row = unsaved(factories.agreement())
    return changed(row, vnpt_party=row.partner)  # type: ignore[no-any-return]


def _own_parent() -> Phase:
    row = factories.phase()
    return changed(row, parent=row)  # type: ignore[no-any-return]


def _own_ancestor() -> Deliverable:
    row = factories.deliverable()
    return changed(row, continues=row)  # type: ignore[no-any-return]


def _second_of(row: Any, **changes: Any) -> Any:
    """Another row like a saved one, under a slug of its own."""
    copy = type(row).objects.get(pk=row.pk)
    copy.pk = None
    copy._state.adding = True
    if hasattr(copy, "slug"):
        copy.slug = f"khac-{factories.number()}"
    return changed(copy, **changes)


def _second_change(**values: Any) -> OfficialChange:
    first = factories.report(state=ReportState.PUBLISHED, logged=True).changes.get()
    told = {"previous_hash": first.previous_hash} if "kind" in values else {"report": first.report}
    return a_change(**told, **values)


def _second(row: Any) -> Any:
    row.save()
    return row


#: For each constraint (those of vocabularies follow by themselves): a row that breaks it and no other.
CASES: dict[str, Callable[[], Any]] = {
    "amendment_position_once": lambda: _second_of(_saved(an_amendment())),
    "cooperationarea_days_in_order": lambda: unsaved(
        factories.area(), from_day=LATER, until_day=EARLIER
    ),
    "dueday_once_a_day": lambda: _second_of(_saved(a_due_day())),
    "dueday_differs": lambda: a_due_day(due_before=LATER),
    "digest_once_a_day": lambda: _second_of(_saved(a_mail())),
    "holiday_once": lambda: _second_of(_saved(a_holiday())),
    "holiday_every_year_once": lambda: _second_of(_saved(a_holiday(year=None))),
    "holiday_day_plausible": lambda: a_holiday(year=1999),
    "holiday_worked_has_year": lambda: a_holiday(year=None, is_worked=True),
    "reportingperiod_once": lambda: _second_of(_saved(a_period())),
    "reportingperiod_days_in_order": lambda: a_period(due_on=dt.date(2026, 3, 14)),
    "reportingperiod_number_plausible": lambda: a_period(number=5),
    # accounts
    "token_expires_after_making": lambda: a_token(expires_at=at(DAY), created_at=at(LATER)),
    "token_revoked_by_somebody": lambda: a_token(revoked_at=now()),
    "user_email_once": lambda: unsaved(
        factories.user(), email=factories.user(email="Lan@example.vn").email.lower()
    ),
    "user_service_has_no_password": lambda: a_service_account(password="pbkdf2_sha256$1$a$b"),
    "user_service_is_no_staff": lambda: a_service_account(is_staff=True),
    # agreements
    "agreement_partner_once": lambda: _second_of(factories.agreement()),
    "agreement_two_parties": _with_itself,
    "citation_once": lambda: _second_of(factories.citation()),
    "cooperationarea_position_once": lambda: _second_of(factories.area()),
    "discrepancyside_position_once": lambda: _second_of(_second(a_side())),
    "filing_sent_before_opened": lambda: a_filing(opened_at=at(DAY)),
    "participation_position_once": lambda: _second_of(factories.participation()),
    "participation_person_or_group": lambda: unsaved(factories.participation(), group_label=""),
    "participation_count_of_group": lambda: unsaved(
        factories.participation(), group_label="", person=factories.person(), count=7
    ),
    "party_province_has_province": lambda: unsaved(factories.party(), province=None),
    "party_ministry_has_no_province": lambda: unsaved(factories.party(), kind=PartyKind.MINISTRY),
    "party_successor_complete": lambda: unsaved(factories.party(), successor_from=DAY),
    "phase_years_once": lambda: _second_of(factories.phase()),
    "phase_years_in_order": lambda: unsaved(factories.phase(), start_year=2021, end_year=2020),
    "phase_years_plausible": lambda: unsaved(factories.phase(), start_year=21),
    "phase_open_or_ending": lambda: unsaved(factories.phase(), open_ended=True),
    "phase_not_its_own_parent": _own_parent,
    "province_code_valid_from_once": lambda: _second_of(factories.province()),
    "province_code_once_without_valid_from": lambda: _second_of(
        factories.province(code="00", valid_from=None)
    ),
    "province_valid_to_after_from": lambda: unsaved(
        factories.province(), valid_from=LATER, valid_to=EARLIER
    ),
    "province_successor_needs_end": lambda: unsaved(
        factories.province(), successor=factories.province()
    ),
    "province_code_two_digits": lambda: unsaved(factories.province(), code="4A"),
    "representative_once": lambda: _second_of(
        factories.representative(factories.agreement(), Side.VNPT)
    ),
    "representative_days_in_order": lambda: a_mandate(from_day=LATER, until_day=EARLIER),
    "source_sha256_length": lambda: unsaved(factories.source(), sha256="A" * 64),
    "storedfile_content_once": lambda: a_stored_file(sha256=factories.stored_file().sha256),
    "storedfile_pages_of_pdf": lambda: a_stored_file(pages=1),
    "statement_value_has_unit": lambda: unsaved(factories.statement(), value=12),
    "systemalias_once": lambda: _second_of(_second(an_alias())),
    # deliverables
    "comment_says_something": lambda: a_comment(text=""),
    "deliverable_deployment_has_system": lambda: unsaved(factories.deliverable(), system=None),
    "deliverable_phase_has_agreement": lambda: unsaved(factories.deliverable(), agreement=None),
    "deliverable_area_has_phase": lambda: unsaved(
        factories.deliverable(), phase=None, area=factories.area()
    ),
    "deliverable_not_its_own_ancestor": _own_ancestor,
    "evidencefile_once": lambda: _second_of(_second(an_evidence_file())),
    "handledrequest_key_once": lambda: _second_of(_second(a_request())),
    "move_state_once": lambda: _second_of(_second(a_move())),
    "indicator_percent_not_summed": lambda: unsaved(
        factories.indicator(), unit="%", aggregation=Aggregation.SUM
    ),
    "measurement_indicator_once": lambda: _second_of(
        factories.measurement(factories.report(), factories.indicator(), 5)
    ),
    "measurement_exact_has_value": lambda: a_measurement(value=None),
    "measurement_unspecified_has_none": lambda: a_measurement(qualifier=Qualifier.UNSPECIFIED),
    "measurement_share_complete": lambda: a_measurement(numerator=3, denominator=0),
    "officialchange_kind_once": _second_change,
    "officialchange_chain_unforked": lambda: _second_change(kind=ChangeKind.CEASED),
    "officialsequence_single_row": lambda: OfficialSequence(pk=2),
    "progressreport_submitted_has_time": lambda: a_report(state=ReportState.SUBMITTED),
    "progressreport_decided_has_time": lambda: a_report(
        state=ReportState.RETURNED, submitted_at=at(DAY)
    ),
    "progressreport_official_has_start": lambda: a_published_report(official_from=None),
    "progressreport_never_official_states": lambda: a_report(official_from=at(DAY)),
    "progressreport_reign_in_order": lambda: a_published_report(official_to=at(EARLIER)),
    "progressreport_published_is_source": lambda: a_published_report(side=ReportSide.VNPT),
    "progressreport_set_aside_has_reason": lambda: a_published_report(
        state=ReportState.SET_ASIDE, decided_at=at(DAY)
    ),
    "progressreport_one_open_draft": lambda: _second_of(factories.report(), uid=uuid.uuid4()),
    "progressreport_side_has_author": lambda: a_report(author=None),
    "proposal_one_draft": lambda: _second_of(_saved(a_proposal()), uid=uuid.uuid4()),
    "proposal_phase_of_kind": lambda: a_proposal(kind=ProposalKind.AMENDMENT),
    "proposal_sent_by_somebody": lambda: a_sent_proposal(submitted_at=None),
    "proposal_decided_by_somebody": lambda: a_returned_proposal(decided_by=None),
    "proposal_returned_with_reason": lambda: a_returned_proposal(reason=""),
    "target_once_a_day": lambda: _second_of(_second(a_target())),
    "target_differs_from_baseline": lambda: a_target(baseline=100),
    "verdict_once_per_side": lambda: _second_of(_second(a_verdict())),
    "verdict_refusal_has_reason": lambda: a_verdict(reason=""),
}


def _models() -> Iterator[type[Model]]:
    for label in ("accounts", "agreements", "deliverables"):
        for model in apps.get_app_config(label).get_models():
            if not model._meta.proxy and not model.__name__.startswith("Historical"):
                yield model


CONSTRAINTS: dict[str, tuple[type[Model], BaseConstraint]] = {
    constraint.name: (model, constraint)
    for model in _models()
    for constraint in model._meta.constraints
}
VOCABULARIES = {name for name in CONSTRAINTS if name.endswith("_known")}


def _vocabulary_case(name: str) -> Callable[[], Any]:
    model, _ = CONSTRAINTS[name]
    column = name.removeprefix(f"{model._meta.model_name}_").removesuffix("_known")

    def make() -> Any:
        row = VALID[model]()
        if name == "progressreport_state_known":
            # Dated in every way, so that nothing but the unknown state is wrong.
            changed(row, side=ReportSide.SOURCE, submitted_at=at(DAY), decided_at=at(DAY))
        if name == "proposal_kind_known":
            changed(row, phase=factories.phase())
        return changed(row, **{column: "khong-co"})

    return make


def _case(name: str) -> Any:
    return CASES[name]() if name in CASES else _vocabulary_case(name)()


def test_every_constraint_has_a_case_and_every_case_a_constraint() -> None:
    assert set(CASES) == set(CONSTRAINTS) - VOCABULARIES
    assert set(VALID) == {model for model, _ in CONSTRAINTS.values()}


@pytest.mark.parametrize("name", sorted(CONSTRAINTS))
def test_every_constraint_speaks_vietnamese(name: str) -> None:
    _, constraint = CONSTRAINTS[name]
    message = str(constraint.violation_error_message)
    assert message != str(BaseConstraint.default_violation_error_message)
    assert message.endswith(".")
    assert set(message.lower()) & set("ăâđêôơưáàảãạấầậắặéèếềệíìịóòọốồộớờợúùụứừựýỳỷ")


@pytest.mark.parametrize("model", VALID, ids=lambda model: model.__name__)
def test_what_is_right_is_taken(model: type[Model]) -> None:
    row = VALID[model]()
    row.full_clean()
    row.save()
    assert model._default_manager.filter(pk=row.pk).exists()


@pytest.mark.parametrize("name", sorted(CONSTRAINTS))
def test_the_database_refuses(name: str) -> None:
    row = _case(name)
    with pytest.raises(IntegrityError) as refused, transaction.atomic():
        row.save()
    _, constraint = CONSTRAINTS[name]
    # SQLite names the columns of a broken unique constraint, not the constraint.
    if connection.vendor == "postgresql" or isinstance(constraint, CheckConstraint):
        assert name in str(refused.value)
    else:
        assert isinstance(constraint, UniqueConstraint)
        assert all(f".{column}" in str(refused.value) for column in _columns(constraint))


def _columns(constraint: UniqueConstraint) -> list[str]:
    model, _ = CONSTRAINTS[constraint.name]
    return [model._meta.get_field(field).column for field in constraint.fields]


@pytest.mark.parametrize("name", sorted(CONSTRAINTS))
def test_a_person_is_told_why(name: str) -> None:
    row = _case(name)
    broken = {}
    for each in row._meta.constraints:
        try:
            each.validate(type(row), row)
        except ValidationError as error:
            broken[each.name] = error.messages
    assert broken == {name: [str(CONSTRAINTS[name][1].violation_error_message)]}

    with pytest.raises(ValidationError) as refused:
        row.full_clean()
    if name not in VOCABULARIES:  # there the form field's own "not a valid choice" comes first
        assert str(CONSTRAINTS[name][1].violation_error_message) in refused.value.messages


@pytest.mark.parametrize("model", [*_models()], ids=lambda model: model.__name__)
def test_every_vocabulary_is_held_by_the_database(model: type[Model]) -> None:
    for field in model._meta.get_fields():
        if not getattr(field, "choices", None):
            continue
        name = f"{model._meta.model_name}_{field.name}_known"
        assert name in CONSTRAINTS, f"{model.__name__}.{field.name} has choices and no check"
        allowed = {key for key, _ in field.choices} | ({""} if field.blank else set())
        check = CONSTRAINTS[name][1]
        assert isinstance(check, CheckConstraint)
        assert check.condition == Q(**{f"{field.name}__in": check.condition.children[0][1]})
        assert set(check.condition.children[0][1]) == allowed


@pytest.mark.parametrize(
    ("make", "columns"),
    [
        (factories.source, {"slug"}),
        (factories.agreement, {"slug"}),
        (factories.deliverable, {"slug"}),
        (factories.indicator, {"key"}),
    ],
)
def test_a_taken_key_is_said_in_vietnamese(make: Callable[[], Any], columns: set[str]) -> None:
    row = make()
    copy = changed(_second_of(row), **{name: getattr(row, name) for name in columns})
    with pytest.raises(ValidationError) as refused:
        copy.full_clean()
    assert columns <= set(refused.value.message_dict)
    assert all(
        "đã tồn tại" in message for name in columns for message in refused.value.message_dict[name]
    )


def test_a_report_is_known_by_one_uid() -> None:
    uid = uuid.uuid4()
    factories.report(uid=uid)
    with pytest.raises(IntegrityError), transaction.atomic():
        factories.report(uid=uid)
