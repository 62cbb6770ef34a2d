"""The admin of the delivery: sources are entered and set aside; what left draft is only read."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.apps import apps
from django.contrib.admin.models import LogEntry
from django.db import IntegrityError
from django.db.models import Model
from django.test import Client

from accounts.models import User
from agreements.choices import Side
from agreements.models import Citation
from deliverables import actions
from deliverables.choices import ChangeKind, Decision, ReportSide, ReportState, Stage
from deliverables.models import (
    Comment,
    CurrentFigure,
    CurrentReport,
    Deliverable,
    Deployment,
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
    ProposalFile,
    QueueSeen,
    Target,
    Verdict,
)
from tests import factories as make
from tests.agreements.test_admin import as_typed, found, page


def _target() -> Target:
    return Target.objects.create(
        deliverable=make.deliverable(), indicator=make.indicator(), value=10, set_on=make.DAY
    )


def _published() -> ProgressReport:
    return make.report(state=ReportState.PUBLISHED, figures={make.indicator(): 12})


def _measurement() -> Measurement:
    return _published().measurements.get()


def _change() -> OfficialChange:
    return OfficialChange.objects.record(
        _published(), ChangeKind.BECAME_OFFICIAL, make.at(make.DAY)
    )


def _open_to_the_administrator(report: ProgressReport) -> ProgressReport:
    """What is between the sides is read with a mandate only, by administrators too."""
    if user := User.objects.filter(username="quan-tri-vien").first():
        make.representative(report.deliverable.agreement, Side.VNPT, user)
    return report


def _verdict() -> Verdict:
    return Verdict.objects.create(
        report=_open_to_the_administrator(make.report(state=ReportState.CONFIRMED)),
        side=Side.VNPT,
        decision=Decision.CONFIRM,
        by=make.user(),
        at=make.at(make.DAY),
    )


def _file() -> EvidenceFile:
    report = _open_to_the_administrator(make.report())
    row = make.evidence_file(report, name=f"Biên bản {make.number()}.pdf")
    for state in (ReportState.SUBMITTED, ReportState.CONFIRMED):
        make._step(report, state, make.at(make.DAY))
    return row


def _deployment() -> Deployment:
    return Deployment.objects.get(pk=make.deliverable(host=make.party()).pk)


def _sequence() -> OfficialSequence:
    return OfficialSequence.objects.get_or_create(pk=1)[0]


#: How to make a row of each model, the queries of its change list, and what is answered to an
#: administrator who wants to add one, to change it and to delete it.
ROWS: dict[type[Model], tuple[Callable[[], Model], int, tuple[bool, bool, bool]]] = {
    Deliverable: (lambda: make.deliverable(host=make.party()), 6, (True, True, True)),
    Deployment: (_deployment, 6, (True, True, True)),
    EvidenceFile: (_file, 6, (False, False, False)),
    Indicator: (make.indicator, 5, (True, True, True)),
    Measurement: (_measurement, 6, (False, False, False)),
    OfficialChange: (_change, 6, (False, False, False)),
    OfficialSequence: (_sequence, 5, (False, False, False)),
    ProgressReport: (_published, 6, (True, False, False)),
    Target: (_target, 6, (True, False, False)),
    Verdict: (_verdict, 6, (False, False, False)),
}
MODELS = sorted(ROWS, key=lambda model: model.__name__)


@pytest.fixture
def staff(client: Client, administrator: User) -> Client:
    client.force_login(administrator)
    return client


@pytest.fixture
def draft(administrator: User) -> ProgressReport:
    """A figure of a public source as an administrator has just entered it."""
    return make.report(
        side=ReportSide.SOURCE,
        author=administrator,
        figures={make.indicator(): 32},
        citations=[make.citation()],
    )


def act(client: Client, action: str, *reports: ProgressReport, **typed: str) -> Any:
    """Choose reports in the change list and run one of its actions on them."""
    data = {"action": action, "_selected_action": [row.pk for row in reports], **typed}
    return client.post(page(ProgressReport, "changelist"), data, follow=True)


def told(response: Any) -> list[tuple[str, str]]:
    return [(message.level_tag, str(message)) for message in response.context["messages"]]


def test_the_pages_below_cover_every_model_of_deliverables() -> None:
    derived = {CurrentFigure, CurrentReport}  # kept by the database: nothing to edit there
    # Between the two sides, or the portal's own notes: nothing in them is an administrator's to read.
    # Due days are changed by what both sides accepted, and told on the page of the deliverable.
    between = {Comment, Digest, DueDay, HandledRequest, Move, Proposal, ProposalFile, QueueSeen}
    models = set(apps.get_app_config("deliverables").get_models()) - derived - between
    assert {m for m in models if not m.__name__.startswith("Historical")} == set(ROWS)


@pytest.mark.parametrize("model", MODELS)
def test_every_page_opens_as_far_as_it_is_allowed(staff: Client, model: type[Model]) -> None:
    row, _queries, (may_add, may_change, may_delete) = ROWS[model]
    made = row()
    assert staff.get(page(model, "changelist")).status_code == 200
    assert staff.get(page(model, "add")).status_code == (200 if may_add else 403)
    response = staff.get(page(made, "change"))
    assert response.status_code == 200
    assert response.context["has_change_permission"] is may_change
    assert ('name="_save"' in response.content.decode()) is may_change
    assert staff.get(page(made, "history"), follow=True).status_code == 200
    assert staff.get(page(made, "delete")).status_code == (200 if may_delete else 403)


@pytest.mark.parametrize("model", [model for model in MODELS if model is not OfficialSequence])
def test_a_change_list_takes_as_many_queries_for_five_rows_as_for_one(
    staff: Client, query_count: Any, model: type[Model]
) -> None:
    row, expected, _allowed = ROWS[model]
    rows = [row() for _each in range(5)]
    staff.get(page(model, "changelist"))  # content types and the like are asked for once
    for shown in (rows[:1], rows):
        with query_count() as queries:
            response = staff.get(
                page(model, "changelist"), {"pk__in": ",".join(str(each.pk) for each in shown)}
            )
        assert len(response.context["cl"].result_list) == len(shown)
        assert len(queries) == expected


@pytest.mark.parametrize(
    "model", [model for model in MODELS if not ROWS[model][2][1] and not ROWS[model][2][2]]
)
def test_what_is_only_read_refuses_every_post(staff: Client, model: type[Model]) -> None:
    row = ROWS[model][0]()
    before = model._default_manager.filter(pk=row.pk).values().get()
    assert staff.post(page(row, "change"), {"value": "1"}).status_code == 403
    assert staff.post(page(row, "delete"), {"post": "yes"}).status_code == 403
    bulk = {"action": "delete_selected", "_selected_action": [row.pk], "post": "yes"}
    staff.post(page(model, "changelist"), bulk)
    assert model._default_manager.filter(pk=row.pk).values().get() == before


# --- Search -----------------------------------------------------------------------------------


def test_rows_are_found_without_marks_through_what_they_belong_to(staff: Client) -> None:
    row = make.deliverable(
        title="Hạng mục Zét",
        agreement=make.agreement(partner=make.party(short_name="Đắk Zét")),
        system=make.system(short_name="VNPT-Zét"),
    )
    report = make.report(row, state=ReportState.PUBLISHED, figures={make.indicator(): 1})
    assert found(staff, Deliverable, "dak zet") == [row]
    assert found(staff, Deployment, "vnpt zet") == [Deployment.objects.get(pk=row.pk)]
    assert found(staff, ProgressReport, "DAK ZÉT") == [report]
    assert found(staff, Measurement, "hang muc zet") == list(report.measurements.all())


def test_deployments_are_the_deliverables_that_put_a_system_into_service(staff: Client) -> None:
    from deliverables.choices import DeliverableKind

    make.deliverable(title="Zét đào tạo", kind=DeliverableKind.TRAINING)
    row = make.deliverable(title="Zét triển khai")
    assert found(staff, Deployment, "zet") == [Deployment.objects.get(pk=row.pk)]
    assert len(found(staff, Deliverable, "zet")) == 2


# --- Deliverables, indicators, targets ----------------------------------------------------------


def _new_deployment(**typed: Any) -> dict[str, Any]:
    phase = make.phase()
    return {
        "title": "Triển khai Zét",
        "slug": "",
        "agreement": phase.agreement.pk,
        "phase": phase.pk,
        "system": make.system().pk,
        "targets-TOTAL_FORMS": "0",
        "targets-INITIAL_FORMS": "0",
        "reports-TOTAL_FORMS": "0",
        "reports-INITIAL_FORMS": "0",
        **typed,
    }


def test_a_deployment_is_added_changed_and_deleted_with_its_history(
    staff: Client, administrator: User
) -> None:
    response = staff.post(page(Deployment, "add"), _new_deployment())
    assert response["Location"] == page(Deployment, "changelist")
    row = Deployment.objects.get(slug="trien-khai-zet")
    data = as_typed(staff.get(page(row, "change"))) | {"title": "Triển khai Zét Hai"}
    staff.post(page(row, "change"), data)
    text = " ".join(staff.get(page(row, "history"), follow=True).content.decode().split())
    assert "<strong>Tên hạng mục:</strong> Triển khai Zét → Triển khai Zét Hai" in text
    staff.post(page(row, "delete"), {"post": "yes"})
    traces = Deliverable.history.filter(slug=row.slug).order_by("history_id")
    assert [(trace.history_type, trace.history_user) for trace in traces] == [
        ("+", administrator),
        ("~", administrator),
        ("-", administrator),
    ]


def test_a_deployment_needs_a_system_and_a_phase_of_its_agreement(staff: Client) -> None:
    response = staff.post(page(Deployment, "add"), _new_deployment(system=""))
    assert list(response.context["adminform"].form.errors) == ["system"]
    response = staff.post(page(Deployment, "add"), _new_deployment(phase=make.phase().pk))
    assert response.context["adminform"].form.errors == {
        "phase": ["Giai đoạn này thuộc một thỏa thuận khác."]
    }


def test_a_target_is_added_on_the_page_of_its_deliverable_and_stays(staff: Client) -> None:
    row, indicator = make.deliverable(), make.indicator()
    data = as_typed(staff.get(page(row, "change"))) | {
        "targets-TOTAL_FORMS": "1",
        "targets-0-indicator": indicator.pk,
        "targets-0-value": "1.500",
        "targets-0-set_on": "04/05/2021",
    }
    staff.post(page(row, "change"), data)
    target = row.targets.get()
    assert (target.value, target.set_on) == (Decimal(1500), make.DAY)

    data |= {
        "targets-INITIAL_FORMS": "1",
        "targets-0-id": target.pk,
        "targets-0-value": "9",
        "targets-0-DELETE": "on",
    }
    staff.post(page(row, "change"), data)
    assert row.targets.get().value == Decimal(1500)


def test_the_unit_of_an_indicator_stays_once_a_figure_stands_in_it(staff: Client) -> None:
    unused, used = make.indicator(), _measurement().indicator
    fields = [
        set(staff.get(page(row, "change")).context["adminform"].form.fields)
        for row in (unused, used)
    ]
    assert fields[0] - fields[1] == {"unit", "value_kind"}


# --- Sources: entering, publishing, setting aside -----------------------------------------------


def _new_report(row: Deliverable, indicator: Indicator, **typed: Any) -> dict[str, Any]:
    return {
        "deliverable": row.pk,
        "as_of": "12/2020",
        "as_of_end": "",
        "stage": Stage.DEPLOYED,
        "coverage": "toàn tỉnh",
        "narrative": "",
        "citations": [make.citation().pk],
        "measurements-TOTAL_FORMS": "1",
        "measurements-INITIAL_FORMS": "0",
        "measurements-0-indicator": indicator.pk,
        "measurements-0-value": "12.000",
        "measurements-0-qualifier": "over",
        "measurements-0-text": "",
        **typed,
    }


def test_a_draft_of_a_source_is_entered_with_figures_and_citations(
    staff: Client, administrator: User
) -> None:
    row, indicator = make.deliverable(), make.indicator()
    response = staff.post(page(ProgressReport, "add"), _new_report(row, indicator))
    assert response.status_code == 302
    report = row.reports.get()
    assert (report.state, report.side, report.author) == ("draft", "source", administrator)
    assert (report.as_of.iso, report.as_of_end.isoformat()) == ("2020-12", "2020-12-31")
    assert report.citations.count() == 1
    figure = report.measurements.get()
    assert (figure.value, figure.qualifier) == (Decimal(12000), "over")


def test_a_measurement_without_number_says_so_and_nothing_is_stored_half(staff: Client) -> None:
    row = make.deliverable()
    typed = _new_report(row, make.indicator()) | {
        "measurements-0-value": "",
        "measurements-0-qualifier": "exact",
    }
    response = staff.post(page(ProgressReport, "add"), typed)
    assert "Không có số thì chọn “không nêu số”" in response.content.decode()
    assert response.context["adminform"].form["coverage"].value() == "toàn tỉnh"
    assert not row.reports.exists()


def test_a_report_without_a_day_asks_for_the_day_of_its_source(staff: Client) -> None:
    typed = _new_report(make.deliverable(), make.indicator(), as_of="")
    response = staff.post(page(ProgressReport, "add"), typed)
    assert response.context["adminform"].form.errors == {
        "as_of_end": ["Nguồn không ghi ngày số liệu thì ghi ngày ban hành của nguồn."]
    }


def test_a_draft_of_a_source_is_changed_and_deleted(staff: Client, draft: ProgressReport) -> None:
    data = as_typed(staff.get(page(draft, "change"))) | {"coverage": "3 huyện"}
    assert staff.post(page(draft, "change"), data).status_code == 302
    draft.refresh_from_db()
    assert draft.coverage == "3 huyện"
    assert staff.post(page(draft, "delete"), {"post": "yes"}).status_code == 302
    assert not ProgressReport.objects.filter(pk=draft.pk).exists()


def test_publishing_makes_it_official_and_leaves_a_trace(
    staff: Client, draft: ProgressReport, administrator: User
) -> None:
    response = act(staff, "publish", draft)
    assert told(response) == [("success", f"Đã đăng số liệu từ nguồn: {draft}.")]
    draft.refresh_from_db()
    assert draft.state == ReportState.PUBLISHED
    assert [change.kind for change in draft.changes.all()] == [ChangeKind.BECAME_OFFICIAL]

    history = staff.get(page(draft, "history")).content.decode()
    assert f"Đã đăng số liệu từ nguồn: {draft}." in history
    assert str(administrator) in history


def test_publishing_is_refused_report_by_report_with_the_reason(
    staff: Client, draft: ProgressReport
) -> None:
    uncited = make.report(side=ReportSide.SOURCE, author=draft.author)
    side = make.Cooperation().report(ReportState.SUBMITTED, side=ReportSide.PARTNER)
    make.representative(side.deliverable.agreement, Side.VNPT, draft.author)
    published = make.report(state=ReportState.PUBLISHED, citations=[make.citation()])
    response = act(staff, "publish", uncited, published, side, draft)
    assert sorted(told(response)) == sorted(
        [
            (
                "error",
                f"{uncited}: Số liệu từ nguồn công bố phải có ít nhất một trích dẫn.",
            ),
            (
                "error",
                f"{published}: Báo cáo đã ở tình trạng “Nguồn công bố”, không làm lại được.",
            ),
            ("error", f"{side}: chỉ quản trị viên, và chỉ với số liệu từ nguồn công bố."),
            ("success", f"Đã đăng số liệu từ nguồn: {draft}."),
        ]
    )
    states = [ProgressReport.objects.get(pk=row.pk).state for row in (uncited, published, side)]
    assert states == [ReportState.DRAFT, ReportState.PUBLISHED, ReportState.SUBMITTED]
    assert OfficialChange.objects.filter(report__in=[uncited, published, side]).count() == 0
    assert LogEntry.objects.filter(object_id__in=[uncited.pk, published.pk, side.pk]).count() == 0


def test_setting_aside_asks_for_the_reason_first(staff: Client, draft: ProgressReport) -> None:
    actions.publish(draft, by=draft.author)
    asked = act(staff, "set_aside", draft)
    assert asked.status_code == 200
    assert asked.templates[0].name == "admin/set_aside.html"
    assert ProgressReport.objects.get(pk=draft.pk).state == ReportState.PUBLISHED

    again = act(staff, "set_aside", draft, reason="   ")
    assert list(again.context["form"].errors) == ["reason"]
    assert ProgressReport.objects.get(pk=draft.pk).state == ReportState.PUBLISHED

    done = act(staff, "set_aside", draft, reason="Đã có văn bản của tỉnh.")
    assert told(done) == [("success", f"Không dùng nữa: {draft}.")]
    draft.refresh_from_db()
    assert (draft.state, draft.set_aside_reason) == (
        ReportState.SET_ASIDE,
        "Đã có văn bản của tỉnh.",
    )
    assert [change.kind for change in draft.changes.order_by("seq")] == [
        ChangeKind.BECAME_OFFICIAL,
        ChangeKind.CEASED,
    ]


def test_setting_aside_what_is_aside_says_so(staff: Client) -> None:
    row = make.report(state=ReportState.SET_ASIDE)
    [(level, words)] = told(act(staff, "set_aside", row, reason="Lần nữa"))
    assert (level, "Không dùng, có nguồn tốt hơn" in words) == ("error", True)
    assert ProgressReport.objects.get(pk=row.pk).set_aside_reason == "Có nguồn tốt hơn."


def test_a_clerk_who_may_change_reports_still_publishes_none(
    client: Client, make_user: Callable[..., User], draft: ProgressReport
) -> None:
    from django.contrib.auth.models import Permission

    clerk = make_user("van-thu", is_staff=True)
    clerk.user_permissions.set(Permission.objects.filter(content_type__app_label="deliverables"))
    client.force_login(clerk)
    published = _published()
    [(level, _words)] = told(act(client, "set_aside", published, reason="Vì thế"))
    assert level == "error"
    assert act(client, "publish", draft).status_code == 200
    assert client.get(page(ProgressReport, "add")).status_code == 403
    states = [ProgressReport.objects.get(pk=row.pk).state for row in (draft, published)]
    assert states == [ReportState.DRAFT, ReportState.PUBLISHED]


# --- What administrators see of the sides' reports ----------------------------------------------


@pytest.mark.parametrize(
    ("state", "seen"),
    [
        (ReportState.DRAFT, False),
        (ReportState.SUBMITTED, False),
        (ReportState.RETURNED, False),
        (ReportState.WITHDRAWN, False),
        (ReportState.CONFIRMED, True),
    ],
)
def test_of_the_sides_reports_an_administrator_reads_what_everybody_reads(
    staff: Client, state: str, seen: bool
) -> None:
    row = make.report(state=state, figures={make.indicator(): 7})
    assert (row in found(staff, ProgressReport, row.deliverable.title)) is seen
    assert bool(found(staff, Measurement, row.deliverable.title)) is seen
    response = staff.get(page(row, "change"))
    assert response.status_code == (200 if seen else 302)
    if seen:
        assert response.context["has_change_permission"] is False
    assert staff.post(page(row, "change"), {"coverage": "khác"}).status_code in {302, 403}
    assert ProgressReport.objects.get(pk=row.pk).coverage == ""


def test_what_is_between_the_sides_needs_a_mandate(staff: Client, administrator: User) -> None:
    rows = [_verdict(), _file()]
    for row in rows:
        seen = staff.get(page(row.report, "change")).content.decode()
        assert str(row.report.author) in seen
        assert page(row, "change") in seen or str(row) in seen
        assert staff.get(page(row, "change")).status_code == 200

    administrator.mandates.all().delete()
    for row in rows:
        hidden = staff.get(page(row.report, "change"))
        assert hidden.status_code == 200
        assert str(row.report.author) not in hidden.content.decode()
        assert str(row) not in hidden.content.decode()
        assert staff.get(page(row, "change")).status_code == 302
        assert found(staff, type(row), row.report.deliverable.title) == []


# --- What is sealed -----------------------------------------------------------------------------


@pytest.mark.parametrize("state", [ReportState.PUBLISHED, ReportState.SET_ASIDE])
def test_a_citation_is_sealed_with_the_report_that_rests_on_it(staff: Client, state: str) -> None:
    free, cited = make.citation(), make.citation()
    make.report(state=state, citations=[cited])
    assert staff.get(page(free, "change")).context["has_change_permission"] is True
    assert staff.get(page(cited, "change")).context["has_change_permission"] is False
    assert staff.post(page(cited, "change"), {"quote": "khác"}).status_code == 403
    assert staff.post(page(cited, "delete"), {"post": "yes"}).status_code == 403
    source = staff.get(page(cited.source, "change"))
    data = as_typed(source) | {"citations-TOTAL_FORMS": "1", "citations-INITIAL_FORMS": "1"}
    data |= {"citations-0-id": cited.pk, "citations-0-quote": "khác", "citations-0-DELETE": "on"}
    staff.post(page(cited.source, "change"), data)
    assert Citation.objects.get(pk=cited.pk).quote == cited.quote


def test_a_draft_published_while_its_page_was_open_is_told_not_a_failure(
    staff: Client, draft: ProgressReport, monkeypatch: pytest.MonkeyPatch
) -> None:
    def sealed(self: ProgressReport, *args: Any, **kwargs: Any) -> None:
        raise IntegrityError("Báo cáo đã gửi hoặc đã đăng thì không sửa, không xóa được.")

    data = as_typed(staff.get(page(draft, "change"))) | {"coverage": "3 huyện"}
    monkeypatch.setattr(ProgressReport, "save", sealed)
    response = staff.post(page(draft, "change"), data, follow=True)
    assert "Chưa lưu gì" in response.content.decode()
    assert ProgressReport.objects.get(pk=draft.pk).coverage == ""


def test_no_link_in_the_admin_hands_out_a_file(staff: Client) -> None:
    row = _file()
    for address in (
        page(EvidenceFile, "changelist"),
        page(row, "change"),
        page(row.report, "change"),
    ):
        text = staff.get(address).content.decode()
        assert row.name in text
        assert row.stored.file.name not in text
