"""Files of reports by API: attached under If-Match, listed, handed out, taken away; refusals as problems."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from accounts.choices import TokenScope
from coopportal.files import disk
from deliverables import actions
from deliverables.models import ProgressReport
from tests import factories, papers
from tests.api.test_writing import problem, wrong
from tests.factories import Cooperation

pytestmark = pytest.mark.django_db
CONTENT = papers.pdf(12, title="Biên bản nghiệm thu")


@pytest.fixture(autouse=True)
def media(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = str(tmp_path / "tep")


@pytest.fixture
def cooperation() -> Cooperation:
    return Cooperation()


def caller(user: Any, scope: TokenScope = TokenScope.REPORT) -> Client:
    _token, key = factories.token(user, scope=scope)
    return Client(headers={"Authorization": f"Bearer {key}"})


def place(report: ProgressReport, sha256: str = "") -> str:
    return f"/api/v1/reports/{report.uid}/files/" + (f"{sha256}/" if sha256 else "")


def send(
    client: Client, report: ProgressReport, content: bytes = CONTENT, match: str = '"1"'
) -> Any:
    form = {"file": papers.upload(content, "../Biên bản.pdf.exe")}
    return client.post(place(report), form, headers={"If-Match": match})


def test_a_file_by_api_from_the_draft_to_the_other_side(cooperation: Cooperation) -> None:
    draft = cooperation.report()
    officer, manager = caller(cooperation.officer), caller(cooperation.manager)
    made = send(officer, draft)
    assert (made.status_code, made["ETag"]) == (201, '"2"'), made.content
    told = made.json()
    assert told == {
        "sha256": draft.files.get().stored.sha256,
        "name": "Biên bản.pdf",
        "kind": "pdf",
        "size": len(CONTENT),
        "pages": 12,
        "signed": False,
        "uploaded_by": cooperation.officer.full_name,
        "uploaded_at": told["uploaded_at"],
        "url": place(draft, told["sha256"]),
    }
    assert made["Location"] == f"http://testserver{told['url']}"
    again = send(officer, draft, match='"2"')
    assert (again.json(), again["ETag"]) == (told, '"2"'), "the same content is attached once"
    assert manager.get(place(draft)).status_code == 404
    actions.submit(draft, by=cooperation.officer)
    listed = manager.get(place(draft)).json()
    assert (listed["count"], listed["results"]) == (1, [told])
    answer = manager.get(told["url"])
    assert b"".join(answer.streaming_content) == CONTENT  # type: ignore[attr-defined]
    assert answer["Content-Disposition"].startswith("attachment; filename*=utf-8''Bi%C3%AAn")
    headers = ("Content-Type", "X-Content-Type-Options", "Cache-Control")
    assert [answer[name] for name in headers] == [
        *("application/pdf", "nosniff", "private, no-store"),
    ]
    for user, scope in (
        (cooperation.stranger, TokenScope.REPORT),
        (cooperation.administrator, TokenScope.REPORT),
        (cooperation.officer, TokenScope.OFFICIAL),
    ):
        assert caller(user, scope).get(told["url"]).status_code == 404
        assert caller(user, scope).get(place(draft)).status_code == 404
    problem(send(officer, draft, papers.pdf(title="khác"), match='"2"'), 409, "conflict")
    gone = officer.delete(told["url"], headers={"If-Match": '"2"'})
    problem(gone, 409, "conflict")


def test_what_cannot_be_attached_is_told(
    cooperation: Cooperation, monkeypatch: pytest.MonkeyPatch
) -> None:
    draft = cooperation.report()
    officer = caller(cooperation.officer)
    problem(officer.post(place(draft), {"file": papers.upload(CONTENT)}), 428, "precondition")
    problem(send(officer, draft, match='"7"'), 412, "stale")
    refused = problem(send(officer, draft, b"<html>"), 400, "fields")
    assert refused["errors"][0]["field"] == "file"
    assert "không phải là PDF" in refused["errors"][0]["message"]
    assert wrong(officer.post(place(draft), {}, headers={"If-Match": '"1"'})) == ["file"]
    assert wrong(send(officer, draft, b"")) == ["file"]
    json = {"content_type": "application/json", "headers": {"If-Match": '"1"'}}
    told = problem(officer.post(place(draft), {"file": "a"}, **json), 415, "media-type")
    assert "multipart/form-data" in told["detail"]

    def full(*args: Any) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("coopportal.files.disk.os.fsync", full)
        assert "hết chỗ" in problem(send(officer, draft), 507, "not-stored")["detail"]
    assert not draft.files.exists()
    assert list(disk.lying()) == []


def test_taken_away_by_api(cooperation: Cooperation) -> None:
    draft = cooperation.report()
    officer = caller(cooperation.officer)
    url = send(officer, draft).json()["url"]
    problem(officer.delete(url), 428, "precondition")
    problem(officer.delete(url, headers={"If-Match": '"1"'}), 412, "stale")
    gone = officer.delete(url, headers={"If-Match": '"2"'})
    assert (gone.status_code, gone["ETag"]) == (204, '"3"')
    assert not draft.files.exists()
    assert officer.get(url).status_code == 404
    problem(officer.get(place(draft) + "?a=1"), 400, "parameter")
