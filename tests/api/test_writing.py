"""Writing by API: drafts and verbs, refusals that name what is wrong, nothing lost and nothing twice."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.choices import TokenScope
from accounts.models import Token, User
from agreements.models import Representative
from coopportal.clock import now
from deliverables import actions
from deliverables.choices import ReportSide, ReportState, Stage
from deliverables.models import Comment, HandledRequest, Indicator, ProgressReport
from tests import factories
from tests.factories import Cooperation

pytestmark = pytest.mark.django_db
REPORTS = "/api/v1/reports/"


@pytest.fixture
def cooperation() -> Cooperation:
    return Cooperation()


@pytest.fixture
def indicator() -> Indicator:
    return factories.indicator()


class Caller:
    """Somebody who calls the API: as a signed-in user, or with a token."""

    def __init__(self, user: User | None = None, *, token: str = "", checked: bool = False) -> None:
        self.client = Client(enforce_csrf_checks=checked)
        if user is not None:
            self.client.force_login(user)
        self.headers = {"Authorization": f"Bearer {token}"} if token else {}

    def __call__(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.client.generic(
            method,
            path if path.startswith("/") else f"{REPORTS}{path}",
            b"" if body is None else json.dumps(body).encode(),
            content_type="application/json",
            headers={**self.headers, **named},
        )


@pytest.fixture
def officer(cooperation: Cooperation) -> Caller:
    return Caller(cooperation.officer)


@pytest.fixture
def manager(cooperation: Cooperation) -> Caller:
    return Caller(cooperation.manager)


def draft(cooperation: Cooperation, **more: Any) -> dict[str, Any]:
    return {
        "deliverable": cooperation.deliverable.slug,
        "as_of": "2021-05-04",
        "stage": "deployed",
        **more,
    }


def problem(response: Any, status: int, kind: str) -> dict[str, Any]:
    told: dict[str, Any] = response.json()
    assert (response.status_code, response["Content-Type"]) == (
        *(status, "application/problem+json"),
    ), told
    assert told["type"] == f"urn:coopportal:problem:{kind}"
    return told


def wrong(response: Any) -> list[str]:
    """The fields that a 400 names."""
    return [error["field"] for error in problem(response, 400, "fields")["errors"]]


def stored(told: dict[str, Any]) -> ProgressReport:
    return ProgressReport.objects.get(uid=told["id"])


# ---- the whole way --------------------------------------------------------------------------------------


def test_from_draft_to_official_by_api(
    cooperation: Cooperation, officer: Caller, manager: Caller, indicator: Indicator
) -> None:
    made = officer(
        "POST",
        "",
        draft(
            cooperation,
            narrative="Mở rộng.",
            figures=[{"indicator": indicator.key, "value": 12000, "qualifier": "over"}],
            evidence=[{"number": "9/BC", "issued_on": "2021-05", "quote": "trên 12.000"}],
        ),
    )
    told = made.json()
    assert (made.status_code, made["ETag"], told["version"]) == (201, '"1"', 1)
    assert made["Location"].endswith(f"{REPORTS}{told['id']}/")
    assert (told["state"], told["side"], told["as_of"]) == ("draft", "partner", "2021-05-04")
    [figure] = told["figures"]
    assert (figure["value"], figure["qualifier"]) == (12000, "over")
    assert told["citations"][0]["quote"] == "trên 12.000"
    assert officer("GET", f"{told['id']}/")["ETag"] == '"1"'

    saved = officer("PATCH", f"{told['id']}/", {"coverage": "toàn tỉnh"}, If_Match='"1"')
    assert (saved.status_code, saved["ETag"]) == (200, '"2"')
    assert saved.json() == {**told, "coverage": "toàn tỉnh", "version": 2}

    sent = officer("POST", f"{told['id']}/submit/", If_Match='"2"')
    assert (sent.status_code, sent.json()["state"], sent.json()["version"]) == (
        *(200, "submitted", None),
    )
    assert "ETag" not in sent
    confirmed = manager("POST", f"{told['id']}/confirm/").json()
    assert (confirmed["state"], confirmed["verdicts"][0]["decision"]) == ("confirmed", "confirm")
    report = stored(told)
    assert (report.state, report.author) == (ReportState.CONFIRMED, cooperation.officer)
    assert Caller()("GET", f"{told['id']}/").json()["state"] == "confirmed"


def test_returned_with_a_reason_and_revised(
    cooperation: Cooperation, officer: Caller, manager: Caller
) -> None:
    report = cooperation.report(ReportState.SUBMITTED, as_of="2021-05-04")
    back = manager("POST", f"{report.uid}/return/", {"reason": "Thiếu biên bản."})
    assert (back.status_code, back.json()["state"]) == (200, "returned")
    assert back.json()["verdicts"][0]["reason"] == "Thiếu biên bản."
    again = officer("POST", f"{report.uid}/revise/")
    assert (again.status_code, again.json()["revises"]) == (201, str(report.uid))
    assert officer("POST", f"{report.uid}/revise/").json()["id"] == again.json()["id"]
    gone = officer("DELETE", f"{again.json()['id']}/", If_Match='"1"')
    assert (gone.status_code, gone.content) == (204, b"")
    assert not ProgressReport.objects.filter(uid=again.json()["id"]).exists()


def test_disputed_with_another_figure(
    cooperation: Cooperation, manager: Caller, indicator: Indicator
) -> None:
    report = cooperation.report(ReportState.SUBMITTED, figures={indicator: 40})
    told = manager(
        "POST",
        f"{report.uid}/dispute/",
        {
            "reason": "Chưa nghiệm thu.",
            "counter_stage": "piloting",
            "counter_figures": [{"indicator": indicator.key, "value": 32.5}],
        },
    ).json()
    assert (told["state"], told["verdicts"][0]["counter_stage"]) == ("disputed", "piloting")
    assert told["verdicts"][0]["counter_figures"] == {
        indicator.key: {"value": "32.5", "qualifier": "exact"}
    }


def test_withdrawn_before_the_other_side_spoke(cooperation: Cooperation, officer: Caller) -> None:
    report = cooperation.report(ReportState.SUBMITTED)
    assert officer("POST", f"{report.uid}/withdraw/").json()["state"] == "withdrawn"


# ---- what is refused, by name ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    [
        *("state", "side", "author", "id", "uid", "version", "revises", "as_of_end"),
        *("decided_at", "submitted_at", "official_from", "official_to", "set_aside_reason"),
        *("verdicts", "citations", "created_at", "request_key", "khong-co"),
    ],
)
def test_what_is_not_the_callers_to_say_is_refused_by_name(
    cooperation: Cooperation, officer: Caller, name: str
) -> None:
    assert wrong(officer("POST", "", draft(cooperation, **{name: "confirmed"}))) == [name]
    report = cooperation.report(as_of="2021-05-04")
    refused = officer("PATCH", f"{report.uid}/", {name: "confirmed"}, If_Match='"1"')
    assert wrong(refused) == [name]
    for verb in ("submit", "withdraw", "confirm", "revise"):
        assert wrong(officer("POST", f"{report.uid}/{verb}/", {name: "x"}, If_Match='"1"')) == [
            name
        ]
    assert list(ProgressReport.objects.filter(deliverable=cooperation.deliverable)) == [report]
    assert stored({"id": report.uid}).state == ReportState.DRAFT


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"as_of": "31/02/2021"}, "as_of"),
        ({"as_of": None}, "as_of"),
        ({"as_of": "2199"}, "as_of"),
        ({"stage": "khong-co"}, "stage"),
        ({"stage": None}, "stage"),
        ({"narrative": "x" * 5001}, "narrative"),
        ({"coverage": {}}, "coverage"),
        ({"figures": "43"}, "figures"),
        ({"figures": [43]}, "figures.0"),
        ({"figures": [{"value": 1}]}, "figures.0.indicator"),
        ({"figures": [{"indicator": "khong-co", "value": 1}]}, "figures.0"),
        ({"figures": [{"indicator": "schools", "value": "12.000"}]}, "figures.0.value"),
        ({"figures": [{"indicator": "schools", "value": True}]}, "figures.0.value"),
        ({"figures": [{"indicator": "schools", "value": 1e300}]}, "figures.0.value"),
        ({"figures": [{"indicator": "schools", "value": 10**25}]}, "figures.0.value"),
        ({"figures": [{"indicator": "schools", "value": -1}]}, "figures.0.value"),
        ({"figures": [{"indicator": "schools", "state": 1}]}, "figures.0.state"),
        ({"figures": [{"indicator": "schools_ratio", "value": 810}]}, "figures.0.value"),
        ({"figures": [{"indicator": "schools", "value": 1}] * 2}, "figures"),
        ({"figures": [{"indicator": "schools"}] * 201}, "figures"),
        ({"evidence": [{}]}, "evidence.0.number"),
        ({"evidence": [{"number": "9", "quote": "một " * 41}]}, "evidence.0.quote"),
        ({"evidence": [{"number": "9", "url": "javascript:alert(1)"}]}, "evidence.0.url"),
        ({"evidence": [{"number": "9", "slug": "x"}]}, "evidence.0.slug"),
    ],
)
def test_each_field_that_is_wrong_is_named(
    cooperation: Cooperation, officer: Caller, sent: dict[str, Any], field: str
) -> None:
    assert wrong(officer("POST", "", {**draft(cooperation), **sent})) == [field]
    assert not ProgressReport.objects.filter(deliverable=cooperation.deliverable).exists()


@pytest.mark.parametrize("text", ["a\x00b", "\ud800"])
def test_text_that_no_database_keeps_is_refused_before_it_is_a_field(
    cooperation: Cooperation, officer: Caller, text: str
) -> None:
    refused = officer("POST", "", {**draft(cooperation), "narrative": text})
    assert (refused.status_code, refused.json()["type"]) == (
        400,
        "urn:coopportal:problem:malformed",
    )
    assert not ProgressReport.objects.filter(deliverable=cooperation.deliverable).exists()


def test_all_that_is_wrong_is_told_at_once_in_the_callers_language(
    cooperation: Cooperation, officer: Caller
) -> None:
    refused = officer("POST", "", {"figures": [{}], "state": "x"}, Accept_Language="en")
    assert wrong(refused) == ["state"]
    bad = {"deliverable": "x", "stage": "x", "figures": [{"indicator": "schools", "value": "1"}]}
    refused = officer("POST", "", bad, Accept_Language="en")
    assert wrong(refused) == ["as_of", "stage", "figures.0.value"]
    assert refused.json()["errors"][2]["message"] == (
        "Send a JSON number without quotes, such as 12000 or 24.5."
    )


@pytest.mark.parametrize("body", [b"[]", b"3", b'"x"', b"null", b"{", b"\xff", b'{"a": NaN}'])
def test_a_body_that_is_no_object(cooperation: Cooperation, officer: Caller, body: bytes) -> None:
    response = officer.client.generic("POST", REPORTS, body, content_type="application/json")
    assert response.status_code == 400
    assert response["Content-Type"] == "application/problem+json"


def test_refusals_without_their_words(cooperation: Cooperation, manager: Caller) -> None:
    report = cooperation.report(ReportState.SUBMITTED)
    assert wrong(manager("POST", f"{report.uid}/return/")) == ["reason"]
    assert wrong(manager("POST", f"{report.uid}/return/", {"reason": "  "})) == ["reason"]
    assert wrong(manager("POST", f"{report.uid}/dispute/", {"reason": "Sai."})) == ["counter_stage"]
    wrong_figure = {
        "reason": "Sai.",
        "counter_figures": [{"indicator": "schools_ratio", "value": 101}],
    }
    assert wrong(manager("POST", f"{report.uid}/dispute/", wrong_figure)) == [
        "counter_figures.0.value"
    ]
    assert stored({"id": report.uid}).state == ReportState.SUBMITTED


# ---- who may ------------------------------------------------------------------------------------------


def every_write(cooperation: Cooperation, caller: Caller) -> dict[str, int]:
    """What each write answers to somebody who may do none of them, on a report of each kind."""
    mine = cooperation.report(as_of="2021-05-01")
    sent = cooperation.report(ReportState.SUBMITTED, as_of="2021-05-02")
    official = cooperation.report(ReportState.CONFIRMED, as_of="2021-05-03")
    told = {"create": caller("POST", "", draft(cooperation)).status_code}
    for name, report in (("draft", mine), ("submitted", sent), ("official", official)):
        for method, verb, body in (
            ("PATCH", "", {"coverage": "x"}),
            ("DELETE", "", None),
            ("POST", "submit/", None),
            ("POST", "withdraw/", None),
            ("POST", "confirm/", None),
            ("POST", "return/", {"reason": "x"}),
            ("POST", "dispute/", {"reason": "x", "counter_stage": "piloting"}),
            ("POST", "revise/", None),
            ("POST", "comments/", {"text": "x"}),
        ):
            response = caller(method, f"{report.uid}/{verb}", body, If_Match='"1"')
            told[f"{name} {method} {verb}"] = response.status_code
    return told


def test_nobody_else_writes(cooperation: Cooperation) -> None:
    before = ProgressReport.objects.count()
    told = every_write(cooperation, Caller(cooperation.stranger))
    # What one may not see is not there; what is public is seen, and not one's to change.
    assert {status for name, status in told.items() if name.startswith("official")} == {403}
    assert {status for name, status in told.items() if name.startswith(("draft", "submitted"))} == {
        404
    }
    assert told["create"] == 403
    assert ProgressReport.objects.count() == before + 3
    assert set(every_write(cooperation_with_other_days(), Caller()).values()) == {401}
    assert not Comment.objects.exists()


def cooperation_with_other_days() -> Cooperation:
    return Cooperation()


def test_an_administrator_confirms_nothing(cooperation: Cooperation) -> None:
    caller = Caller(cooperation.administrator)
    official = cooperation.report(ReportState.PUBLISHED, side=ReportSide.SOURCE)
    told = caller("POST", f"{official.uid}/confirm/")
    problem(told, 403, "forbidden")
    problem(caller("POST", "", draft(cooperation)), 403, "forbidden")


def test_nobody_decides_on_their_own_sides_report(cooperation: Cooperation) -> None:
    report = cooperation.report(ReportState.SUBMITTED)
    colleague = Caller(cooperation.colleague)
    problem(colleague("POST", f"{report.uid}/confirm/"), 403, "forbidden")
    problem(colleague("POST", f"{report.uid}/return/", {"reason": "x"}), 403, "forbidden")


def token(user: User, scope: TokenScope) -> Caller:
    expires_at = now() + dt.timedelta(days=30)
    _token, key = Token.objects.issue(
        owner=user, name="máy", scope=scope, expires_at=expires_at, by=user
    )
    return Caller(token=key)


def test_a_token_that_only_reads_writes_nothing(cooperation: Cooperation) -> None:
    reader = token(cooperation.officer, TokenScope.OFFICIAL)
    told = every_write(cooperation, reader)
    assert set(told.values()) == {403}


def test_a_token_that_reports_writes_as_its_owner(cooperation: Cooperation) -> None:
    made = token(cooperation.officer, TokenScope.REPORT)("POST", "", draft(cooperation))
    assert made.status_code == 201
    assert stored(made.json()).author == cooperation.officer


def test_a_session_needs_the_token_of_its_page(cooperation: Cooperation) -> None:
    forged = Caller(cooperation.officer, checked=True)("POST", "", draft(cooperation))
    assert forged.status_code == 403
    assert not ProgressReport.objects.filter(deliverable=cooperation.deliverable).exists()


# ---- who was first ------------------------------------------------------------------------------------


def test_a_draft_is_saved_by_whoever_read_the_latest(
    cooperation: Cooperation, officer: Caller
) -> None:
    made = officer("POST", "", draft(cooperation)).json()
    path = f"{made['id']}/"
    problem(officer("PATCH", path, {"coverage": "x"}), 428, "precondition")
    problem(officer("DELETE", path), 428, "precondition")
    problem(officer("POST", f"{path}submit/"), 428, "precondition")
    assert officer("PATCH", path, {"coverage": "một"}, If_Match='"1"').status_code == 200
    for tag in ('"1"', 'W/"2"', '"khac"', '"1", "3"'):
        stale = officer("PATCH", path, {"coverage": "hai"}, If_Match=tag)
        told = problem(stale, 412, "stale")
        assert (told["stored"]["coverage"], told["sent"]) == ("một", {"coverage": "hai"})
        assert stale["ETag"] == '"2"'
        problem(officer("POST", f"{path}submit/", If_Match=tag), 412, "stale")
        problem(officer("DELETE", path, If_Match=tag), 412, "stale")
    assert stored(made).coverage == "một"
    assert officer("PATCH", path, {"coverage": "ba"}, If_Match="*").status_code == 200
    assert officer("POST", f"{path}submit/", If_Match='"1", "3"').status_code == 200


def test_whoever_comes_second_is_told_who_was_first(
    cooperation: Cooperation, officer: Caller, manager: Caller
) -> None:
    report = cooperation.report(ReportState.SUBMITTED)
    actions.confirm(ProgressReport.objects.get(pk=report.pk), by=cooperation.manager)
    verdict = report.verdicts.get()
    told = problem(manager("POST", f"{report.uid}/return/", {"reason": "x"}), 409, "conflict")
    assert (told["state"], told["by"], told["at"], told["report"]) == (
        *("confirmed", str(cooperation.manager), verdict.at.isoformat(), str(report.uid)),
    )
    assert str(cooperation.manager) in told["detail"]
    problem(officer("POST", f"{report.uid}/withdraw/"), 409, "conflict")
    problem(officer("PATCH", f"{report.uid}/", {"coverage": "x"}, If_Match="*"), 409, "conflict")


def test_a_second_draft_of_the_day_is_told_of_the_first(
    cooperation: Cooperation, officer: Caller
) -> None:
    first = officer("POST", "", draft(cooperation)).json()
    told = problem(Caller(cooperation.colleague)("POST", "", draft(cooperation)), 409, "conflict")
    assert (told["report"], told["by"]) == (first["id"], str(cooperation.officer))


# ---- sent twice, done once --------------------------------------------------------------------------------


def test_a_request_sent_twice_is_done_once(
    cooperation: Cooperation, officer: Caller, manager: Caller
) -> None:
    first = officer("POST", "", draft(cooperation), Idempotency_Key="k1")
    again = officer("POST", "", draft(cooperation), Idempotency_Key="k1")
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    path = f"{first.json()['id']}/"
    sent: dict[str, str] = {}
    for caller, verb, body in (
        (officer, "submit/", None),
        (manager, "confirm/", None),
        (officer, "comments/", {"text": "Đã ký."}),
    ):
        # What was read before: the first time it holds, the second time it is not asked.
        sent["If_Match"] = caller("GET", path)["ETag"]
        told = [
            caller("POST", f"{path}{verb}", body, Idempotency_Key=verb, **sent) for _ in range(2)
        ]
        assert told[0].status_code in (200, 201)
        assert told[1].status_code == 200
        assert told[0].json() == told[1].json()
    assert Comment.objects.count() == 1
    # Without its key the same is a new request.
    problem(manager("POST", f"{path}confirm/"), 409, "conflict")


def test_a_key_stands_for_one_request(cooperation: Cooperation, officer: Caller) -> None:
    officer("POST", "", draft(cooperation), Idempotency_Key="k1")
    other = draft(cooperation, coverage="khác")
    problem(officer("POST", "", other, Idempotency_Key="k1"), 422, "key-reused")
    for key in ("", "x" * 101, "khóa"):
        told = officer("POST", "", other, Idempotency_Key=key)
        problem(told, 400, "key")


def test_a_refused_request_may_be_mended_under_its_key(
    cooperation: Cooperation, officer: Caller
) -> None:
    wrong(officer("POST", "", draft(cooperation, stage="x"), Idempotency_Key="k1"))
    assert officer("POST", "", draft(cooperation), Idempotency_Key="k1").status_code == 201
    assert HandledRequest.objects.count() == 1


# ---- remarks ------------------------------------------------------------------------------------------


def test_remarks_are_read_by_the_two_sides_only(
    cooperation: Cooperation, officer: Caller, manager: Caller
) -> None:
    report = cooperation.report(ReportState.CONFIRMED)
    path = f"{report.uid}/comments/"
    said = manager("POST", path, {"text": "Có biên bản chưa?"})
    assert (said.status_code, said.json()["side"]) == (201, "vnpt")
    officer("POST", path, {"text": "Đang chờ ký."})
    told = officer("GET", path).json()
    assert (told["count"], [row["text"] for row in told["results"]]) == (
        *(2, ["Có biên bản chưa?", "Đang chờ ký."]),
    )
    assert told["results"][0]["by"] == cooperation.manager.full_name
    for caller in (Caller(), Caller(cooperation.stranger), Caller(cooperation.administrator)):
        problem(caller("GET", path), 404, "not-found")


def test_a_key_sent_again_tells_the_remark_that_was_made_with_it(
    cooperation: Cooperation, manager: Caller
) -> None:
    path = f"{cooperation.report(ReportState.CONFIRMED).uid}/comments/"
    words = ["Có biên bản chưa?", "Biên bản ký ngày nào?", "  Có biên bản chưa? "]
    with time_machine.travel(now(), tick=False) as clock:
        first = []
        for number, text in enumerate(words):
            first.append(manager("POST", path, {"text": text}, Idempotency_Key=f"k{number}"))
            clock.shift(60)
    assert [said.status_code for said in first] == [201, 201, 201]
    assert len({said.json()["at"] for said in first}) == 3
    for number, text in enumerate(words):
        again = manager("POST", path, {"text": text}, Idempotency_Key=f"k{number}")
        assert (again.status_code, again.json()) == (200, first[number].json())
    other = manager("POST", path, {"text": "Khác."}, Idempotency_Key="k0")
    problem(other, 422, "key-reused")
    assert Comment.objects.count() == 3


def test_a_key_sent_again_tells_no_remark_to_who_speaks_for_no_side_any_more(
    cooperation: Cooperation, manager: Caller
) -> None:
    path = f"{cooperation.report(ReportState.CONFIRMED).uid}/comments/"
    said = [manager("POST", path, {"text": "Xong."}, Idempotency_Key="k1").status_code]
    Representative.objects.filter(user=cooperation.manager).delete()
    said.append(manager("POST", path, {"text": "Xong."}, Idempotency_Key="k1").status_code)
    assert said == [201, 404]


# ---- what it costs --------------------------------------------------------------------------------------


def test_statements_of_each_write(
    cooperation: Cooperation,
    indicator: Indicator,
    query_count: Callable[[], CaptureQueriesContext],
) -> None:
    """The token is one of each, the report as it is fetched another, the answer a third."""
    officer = token(cooperation.officer, TokenScope.REPORT)
    manager = token(cooperation.manager, TokenScope.REPORT)
    for caller in (officer, manager):
        caller("GET", "")  # the use of a token is noted once a minute

    def cost(call: Callable[[], Any]) -> tuple[Any, int]:
        with query_count() as queries:
            answer = call()
        marks = ("SAVEPOINT", "RELEASE")
        return answer, len([row for row in queries if not row["sql"].startswith(marks)])

    told, costs = cost(
        lambda: officer(
            "POST",
            "",
            draft(cooperation, figures=[{"indicator": indicator.key, "value": 43}]),
        )
    )
    path = f"{told.json()['id']}/"
    _sent, submit = cost(lambda: officer("POST", f"{path}submit/", If_Match='"1"'))
    _said, confirm = cost(lambda: manager("POST", f"{path}confirm/"))
    assert (costs, submit, confirm) == (7, 7, 11)
    assert stored(told.json()).stage == Stage.DEPLOYED
