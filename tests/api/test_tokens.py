"""Programs call with a token: who is let in, what each scope sees, what a refusal says."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext

from accounts.choices import TokenScope
from accounts.models import Token, User
from agreements.choices import Side
from coopportal.api_urls import NOUNS
from coopportal.clock import now
from deliverables.choices import ProposalState, ReportSide, ReportState
from tests import factories


def bearing(key: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}"}


@pytest.fixture
def together(db: None) -> factories.Cooperation:
    return factories.Cooperation()


def _key(owner: Any, scope: TokenScope = TokenScope.OFFICIAL, **values: Any) -> str:
    return factories.token(owner, scope=scope, **values)[1]


# ---- who is let in -------------------------------------------------------------------------------


@override_settings(PUBLIC_READ=False)
@pytest.mark.parametrize("scope", TokenScope)
def test_a_token_opens_what_is_not_public(
    client: Client, together: factories.Cooperation, scope: TokenScope
) -> None:
    assert client.get("/api/v1/phases/").status_code == 401
    headers = bearing(_key(together.stranger, scope))
    assert client.get("/api/v1/phases/", headers=headers).status_code == 200
    assert client.get("/api/schema/", headers=headers).status_code == 200


def _revoked(owner: Any) -> str:
    token, key = factories.token(owner)
    token.revoke(by=owner)
    return key


def _expired(owner: Any) -> str:
    with time_machine.travel(now() - dt.timedelta(days=3), tick=False):
        return _key(owner, expires_at=now() + dt.timedelta(days=2))


def _closed(owner: Any) -> str:
    key = _key(owner)
    owner.is_active = False
    owner.save()
    return key


_BAD: dict[str, Any] = {
    "revoked": _revoked,
    "expired": _expired,
    "of a closed account": _closed,
    "unknown": lambda owner: "coop_" + "A" * 43,
    "of two words": lambda owner: f"{_key(owner)} x",
    "empty": lambda owner: "",
    "not text": lambda owner: "coop_\xff\x00",
    "very long": lambda owner: "coop_" + "A" * 100_000,
    "cut short": lambda owner: _key(owner)[:-1],
    "its digest": lambda owner: factories.token(owner)[0].digest,
}


@pytest.mark.parametrize("public", [True, False])
@pytest.mark.parametrize("why", _BAD)
def test_a_token_that_is_no_good_is_a_401_that_says_so(
    client: Client, together: factories.Cooperation, why: str, public: bool
) -> None:
    headers = bearing(_BAD[why](together.officer))
    # Also where everybody may read, and where a session stands behind it.
    client.force_login(together.manager)
    with override_settings(PUBLIC_READ=public):
        answer = client.get("/api/v1/phases/", headers=headers)
    assert answer.status_code == 401
    assert answer["WWW-Authenticate"] == 'Bearer realm="Coopportal", error="invalid_token"'
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["type"] == "urn:coopportal:problem:sign-in"
    assert answer.json()["detail"] == "Đăng nhập hoặc gửi khóa truy cập còn hiệu lực rồi gọi lại."


def test_a_token_is_dead_at_the_next_call(client: Client, together: factories.Cooperation) -> None:
    token, key = factories.token(together.officer)
    assert client.get("/api/v1/me/", headers=bearing(key)).status_code == 200
    token.revoke(by=together.administrator)
    assert client.get("/api/v1/me/", headers=bearing(key)).status_code == 401


@pytest.mark.parametrize("name", ["token", "access_token", "key", "api_key", "authorization"])
def test_a_token_in_the_address_is_refused_by_name(
    client: Client, together: factories.Cooperation, name: str
) -> None:
    key = _key(together.officer, TokenScope.REPORT)
    for path in ("/api/v1/phases/", "/api/v1/summary/", "/api/v1/phases/nghe-an-2021-2025/"):
        answer = client.get(path, {name: key})
        assert (answer.status_code, answer.json()["parameter"]) == (400, name)
        assert key not in answer.content.decode()
    with override_settings(PUBLIC_READ=False):
        assert client.get("/api/v1/phases/", {name: key}).status_code == 401
    assert client.get("/api/v1/me/", {name: key}).status_code == 401


def test_a_token_opens_no_page(client: Client, together: factories.Cooperation) -> None:
    key = _key(together.administrator, TokenScope.REPORT)
    for path in ("/quan-tri/", "/tai-khoan/ma-truy-cap/"):
        answer = client.get(path, headers=bearing(key))
        assert answer.status_code in {302, 404}
    with override_settings(PUBLIC_READ=False):
        answer = client.get("/thoa-thuan/", headers=bearing(key))
    assert (answer.status_code, answer["Location"]) == (302, "/dang-nhap/?next=/thoa-thuan/")


def test_a_call_costs_one_query_for_token_and_owner(
    client: Client, together: factories.Cooperation
) -> None:
    headers = bearing(_key(together.officer, TokenScope.REPORT))
    client.get("/api/v1/me/", headers=headers)  # notes the use, once a minute
    with CaptureQueriesContext(connection) as queries:
        client.get("/api/v1/provinces/40/")
    without = len(queries)
    with CaptureQueriesContext(connection) as queries:
        assert client.get("/api/v1/provinces/40/", headers=headers).status_code == 200
    assert len(queries) == without + 1
    assert sum("accounts_" in query["sql"] for query in queries) == 1


def test_the_last_use_is_noted(client: Client, together: factories.Cooperation) -> None:
    token, key = factories.token(together.officer)
    client.get("/api/v1/phases/?khong=co", headers=bearing(key))
    assert Token.objects.get(pk=token.pk).last_used_at == now()


# ---- what each scope sees ------------------------------------------------------------------------

#: Every state a side's report can be in, and whether everybody may read it.
_STATES = {
    ReportState.DRAFT: False,
    ReportState.SUBMITTED: False,
    ReportState.RETURNED: False,
    ReportState.WITHDRAWN: False,
    ReportState.DISPUTED: False,
    ReportState.CONFIRMED: True,
}


def _lists(client: Client, **headers: str) -> dict[str, Any]:
    """What a caller reads of everything; pages of a size that holds it all."""
    told = {}
    for noun in NOUNS:
        answer = client.get(f"/api/v1/{noun}/", {"page_size": 500}, headers=headers)
        assert answer.status_code == 200
        told[noun] = answer.json()
    told["summary"] = client.get("/api/v1/summary/", headers=headers).json()
    return told


def test_a_token_that_only_reads_sees_what_everybody_sees(
    client: Client, together: factories.Cooperation
) -> None:
    for state in _STATES:
        together.report(state, side=ReportSide.PARTNER)
    everybody = _lists(client)
    assert _lists(client, **bearing(_key(together.officer))) == everybody
    assert _lists(client, **bearing(_key(together.administrator))) == everybody
    mine = _lists(client, **bearing(_key(together.officer, TokenScope.REPORT)))
    assert mine["reports"]["count"] == everybody["reports"]["count"] + 5


@pytest.mark.parametrize("state", _STATES)
def test_a_report_by_its_address(
    client: Client, together: factories.Cooperation, state: ReportState
) -> None:
    path = f"/api/v1/reports/{together.report(state, side=ReportSide.PARTNER).uid}/"
    reads, reports = (bearing(_key(together.officer, scope)) for scope in TokenScope)
    told = [client.get(path, headers=headers) for headers in ({}, reads, reports)]
    public = 200 if _STATES[state] else 404
    assert [answer.status_code for answer in told] == [public, public, 200]
    if public == 200:
        # A name of an officer is told to those who represent a side, not to everybody.
        assert told[0].json() == told[1].json()


# ---- who I am ------------------------------------------------------------------------------------


def test_me_tells_the_scope_and_whose_side(client: Client, together: factories.Cooperation) -> None:
    mandate = {
        "agreement": together.agreement.slug,
        "side": "partner",
        "from_day": "2020-01-01",
        "until_day": None,
    }
    together.report(ReportState.DRAFT)
    together.report(ReportState.SUBMITTED, side=ReportSide.VNPT)
    together.report(ReportState.RETURNED)
    together.proposal(ProposalState.SUBMITTED, side=Side.VNPT, author=together.manager)
    awaiting = {"verdicts": 1, "sources": 0, "returned": 1, "drafts": 1, "proposals": 1}
    told = (
        (TokenScope.OFFICIAL, [], None),
        (TokenScope.REPORT, [mandate], awaiting),
    )
    for scope, mandates, waits in told:
        key = _key(together.officer, scope, name="Bảng điều khiển")
        assert client.get("/api/v1/me/", headers=bearing(key)).json() == {
            "username": together.officer.username,
            "full_name": together.officer.full_name,
            "kind": "operation",
            "administrator": False,
            "scope": scope,
            "token": {"name": "Bảng điều khiển", "expires_at": "2026-10-14T10:00:00+07:00"},
            "mandates": mandates,
            "awaiting": waits,
        }


def test_me_counts_the_proposals_that_the_caller_may_answer(
    client: Client, together: factories.Cooperation
) -> None:
    def proposals(user: User) -> int:
        headers = bearing(_key(user, TokenScope.REPORT))
        told: int = client.get("/api/v1/me/", headers=headers).json()["awaiting"]["proposals"]
        return told

    # What is a draft still, what was taken back and what was answered wait for nobody.
    decided = set(ProposalState) - {ProposalState.DRAFT}
    for state in (ProposalState.SUBMITTED, *sorted(decided), ProposalState.DRAFT):
        together.proposal(state)
    assert proposals(together.manager) == 2
    for other in (together.officer, together.colleague, together.stranger):
        assert proposals(other) == 0


def test_me_of_a_service_account(client: Client, db: None) -> None:
    key = _key(factories.service_account())
    assert client.get("/api/v1/me/", headers=bearing(key)).json()["kind"] == "service"


def test_me_costs_seven_queries_whatever_one_represents(
    client: Client, together: factories.Cooperation
) -> None:
    headers = bearing(_key(together.officer, TokenScope.REPORT))
    client.get("/api/v1/me/", headers=headers)
    for more in (0, 4):
        for _ in range(more):
            factories.representative(factories.agreement(), "partner", together.officer)
        with CaptureQueriesContext(connection) as queries:
            told = client.get("/api/v1/me/", headers=headers).json()
        assert len(told["mandates"]) == 1 + more
        assert len(queries) == 7


# ---- what changes something ----------------------------------------------------------------------


def test_a_session_that_writes_without_its_csrf_token_is_told_so(
    together: factories.Cooperation,
) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(together.officer)
    answer = client.post("/api/v1/me/", {}, content_type="application/json")
    assert answer.status_code == 403
    assert answer.json()["type"] == "urn:coopportal:problem:csrf"
